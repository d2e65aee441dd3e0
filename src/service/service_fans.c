/* service_fans.c: see service_fans.h.
 *
 * Idea     Who has the film and everybody's genres are at hand (film_people.h). A mix is the mean
 *          of people's own shares, so that who watches much counts as everybody else; that of
 *          everyone is made the same way, so that the two compare.
 * Traps    A small circle's mix is noise of a few people; the answer says how many they are.
 * Cost     The genres of at most 2 * FANS_PEOPLE_MAX people.
 * Checked  tests/service/test_service_fans.c. */
#include "service/service_fans.h"

#include <stdlib.h>

#include "service/film_people.h"
#include "service/film_remarks.h"
#include "service/service_internal.h"
#include "service/service_person.h"

static int by_rating(const void *a, const void *b) {
    const struct film_fan *x = a, *y = b;
    if (x->rating != y->rating)
        return x->rating < y->rating ? 1 : -1;
    if (x->lead != y->lead)
        return x->lead < y->lead ? 1 : -1;
    return (x->user > y->user) - (x->user < y->user);
}

/* Whether a person with that history likes the film; what he gave it. */
static bool likes(const struct snapshot *snapshot, const struct history *history, uint32_t item,
                  struct film_fan *fan) {
    size_t h = 0;
    while (h < history->count && history->items[h] != item)
        h++;
    if (h == history->count || !film_remarks_liked(snapshot, history, h))
        return false;
    fan->rating = history->ratings ? history->ratings[h] : 1;
    return true;
}

/* The film whose fans are asked for, and who has it. */
struct subject {
    const struct snapshot *snapshot;
    uint64_t genres; /* as the data have them */
    uint32_t genre_count;
    struct film_people people;
};

static bool has_film(const struct film_people *people, uint32_t user) {
    size_t low = 0, high = people->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (people->users[middle] < user)
            low = middle + 1;
        else
            high = middle;
    }
    return low < people->count && people->users[low] == user;
}

/* Adds the shares of a person's films' genres, without the film's own; false: he has no other. */
static bool add_shares(const struct subject *subject, uint32_t user, double *sums) {
    const uint32_t *counts = film_people_genres(subject->snapshot, user);
    const uint64_t own = has_film(&subject->people, user) ? subject->genres : 0;
    uint32_t all = 0;
    for (uint32_t g = 0; g < subject->genre_count; g++)
        all += counts[g] - (uint32_t)(own >> g & 1);
    for (uint32_t g = 0; all > 0 && g < subject->genre_count; g++)
        sums[g] += (double)(counts[g] - (uint32_t)(own >> g & 1)) / (double)all;
    return all > 0;
}

/* mix[genres] of so many people, of `fans` or, if NULL, of all. */
static double *mix_of(const struct subject *subject, const struct film_fan *fans, size_t count,
                      struct arena *arena) {
    double *mix = ARENA_ARRAY(arena, double, DATASET_GENRES_MAX);
    const size_t taken = count < FANS_PEOPLE_MAX ? count : FANS_PEOPLE_MAX;
    size_t heard = 0;
    for (size_t i = 0; i < taken; i++) {
        const size_t at = i * count / taken;
        heard += add_shares(subject, fans ? fans[at].user : (uint32_t)at, mix);
    }
    for (uint32_t g = 0; heard > 0 && g < subject->genre_count; g++)
        mix[g] /= (double)heard;
    return mix;
}

static int by_difference(const void *a, const void *b) {
    const struct film_genre_mix *x = a, *y = b;
    const double left = x->theirs - x->everyone, right = y->theirs - y->everyone;
    if (left != right)
        return left < right ? 1 : -1;
    return (x->genre > y->genre) - (x->genre < y->genre);
}

static void compare_mixes(const struct snapshot *snapshot, const struct film_fan *all, size_t count,
                          uint32_t item, struct arena *arena, struct film_fans *fans) {
    const struct dataset *catalogue = snapshot->catalogue;
    const struct snapshot *origin = snapshot->origin;
    const struct subject subject = {
        .snapshot = snapshot,
        .genres = item < origin->catalogue->items.count ? origin->genres[item] : 0,
        .genre_count = origin->catalogue->genre_count,
        .people = film_people_of(snapshot, item)};
    const double *theirs = mix_of(&subject, all, count, arena);
    const double *everyone = mix_of(&subject, NULL, origin->catalogue->users.count, arena);
    fans->genres = ARENA_ARRAY(arena, struct film_genre_mix, catalogue->genre_count + 1u);
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        fans->genres[g] = (struct film_genre_mix){g, theirs[g], everyone[g]};
    qsort(fans->genres, catalogue->genre_count, sizeof *fans->genres, by_difference);
}

/* What the store says of a fan counts: false if he likes the film no more. */
static bool still_likes(struct service *service, const struct snapshot *snapshot, uint32_t item,
                        struct arena *arena, struct film_fan *fan) {
    const struct text_slice id = id_map_name(&snapshot->catalogue->users, fan->user);
    struct service_person person;
    struct error none;
    return service_person_find(service, snapshot, arena_copy_length(arena, id.start, id.length),
                               arena, &person, &none) == STATUS_OK &&
           (!person.has_events || likes(snapshot, &person.history, item, fan));
}

void service_fans(struct service *service, const struct snapshot *snapshot, uint32_t item,
                  size_t most, struct arena *arena, struct film_fans *fans) {
    const struct film_people people = film_people_of(snapshot, item);
    const struct history given = {.count = people.count, .ratings = people.ratings};
    struct film_fan *all = ARENA_ARRAY(arena, struct film_fan, people.count + 1);
    *fans = (struct film_fans){.list = ARENA_ARRAY(arena, struct film_fan, most)};
    for (size_t i = 0; i < people.count; i++) {
        const uint32_t user = people.users[i];
        if (!film_remarks_liked(snapshot, &given, i))
            continue;
        struct film_fan fan = {.user = user, .rating = 1};
        if (people.ratings) {
            fan.rating = people.ratings[i];
            fan.lead = fan.rating - film_people_mean(snapshot, user);
        }
        all[fans->liked++] = fan;
    }
    qsort(all, fans->liked, sizeof *all, by_rating);
    for (size_t i = 0; i < fans->liked && fans->count < most; i++) {
        struct film_fan fan = all[i];
        if (still_likes(service, snapshot, item, arena, &fan))
            fans->list[fans->count++] = fan;
    }
    compare_mixes(snapshot, all, fans->liked, item, arena, fans);
}

/* profile.c: see profile.h.
 *
 * Cost     A pass over the histories of all people, for those who are nearest: 2 ms for a million
 *          rows.
 * Traps    The diversity is cut towards zero and not rounded, as its users have always seen it;
 *          where the counts spread wider than their mean its second part is negative.
 * Checked  tests/service/test_service_person.c by figures worked out by hand. */
#include "service/profile.h"

#include <math.h>
#include <stdlib.h>

#include "service/service_internal.h"

static int by_value(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void count_values(struct profile *profile, const struct history *history,
                         struct arena *arena) {
    float *sorted = ARENA_ARRAY_RAW(arena, float, history->count);
    struct profile_rating *values = ARENA_ARRAY(arena, struct profile_rating, history->count);
    double sum = 0;
    for (size_t i = 0; i < history->count; i++)
        sum += (double)(sorted[i] = history->ratings[i]);
    qsort(sorted, history->count, sizeof *sorted, by_value);
    for (size_t i = 0; i < history->count; i++) {
        if (i == 0 || sorted[i] != sorted[i - 1])
            values[profile->value_count++].rating = sorted[i];
        values[profile->value_count - 1].count++;
    }
    profile->values = values;
    if (history->count > 0)
        profile->mean = sum / (double)history->count;
}

static void count_genres(struct profile *profile, const struct snapshot *snapshot,
                         const struct history *history, struct arena *arena) {
    const uint32_t genre_count = snapshot->catalogue->genre_count;
    struct profile_genre *genres = ARENA_ARRAY(arena, struct profile_genre, genre_count);
    for (size_t i = 0; i < history->count; i++)
        for (uint64_t left = snapshot->genres[history->items[i]]; left; left &= left - 1) {
            struct profile_genre *genre = &genres[__builtin_ctzll(left)];
            genre->count++;
            genre->mean += history->ratings ? (double)history->ratings[i] : 0;
        }
    for (uint32_t g = 0; g < genre_count; g++)
        genres[g].mean = genres[g].count > 0 && history->ratings ? genres[g].mean / genres[g].count
                                                                 : (double)NAN;
    profile->genres = genres;
}

static void judge_genres(struct profile *profile, uint32_t genre_count) {
    const struct profile_genre *genres = profile->genres;
    double sum = 0, squares = 0;
    uint32_t explored = 0;
    for (uint32_t g = 0; g < genre_count; g++) {
        sum += genres[g].count;
        squares += (double)genres[g].count * genres[g].count;
        explored += genres[g].count > 0;
        const uint32_t best = profile->favorite;
        if (genres[g].count > 0 &&
            (best == DATASET_NONE || genres[g].count > genres[best].count ||
             (genres[g].count == genres[best].count && genres[g].mean > genres[best].mean)))
            profile->favorite = g;
    }
    if (sum <= 0)
        return;
    const double mean = sum / genre_count, variance = squares / genre_count - mean * mean;
    profile->diversity =
        (int)(100 * (0.6 * explored / genre_count + 0.4 * (1 - sqrt(fmax(variance, 0)) / mean)));
}

static void find_nearest(struct profile *profile, const struct snapshot *snapshot,
                         const struct service_person *person, struct arena *arena) {
    const struct interactions *all = &snapshot->catalogue->interactions;
    const struct history *own = &person->history;
    bool *has = ARENA_ARRAY(arena, bool, all->item_count);
    for (size_t i = 0; i < own->count; i++)
        has[own->items[i]] = true;
    for (uint32_t user = 0; user < all->user_count; user++) {
        const struct history other = interactions_history(all, user);
        size_t common = 0;
        for (size_t i = 0; i < other.count; i++)
            common += has[other.items[i]];
        if (common == 0 || user == person->user)
            continue;
        const float similarity =
            (float)((double)common / sqrt((double)own->count * (double)other.count));
        size_t place = profile->nearest_count;
        while (place > 0 && profile->nearest[place - 1].similarity < similarity)
            place--;
        if (place == PROFILE_NEAREST)
            continue;
        profile->nearest_count += profile->nearest_count < PROFILE_NEAREST;
        for (size_t i = profile->nearest_count - 1; i > place; i--)
            profile->nearest[i] = profile->nearest[i - 1];
        profile->nearest[place] = (struct profile_neighbour){user, similarity};
    }
}

struct profile profile_of(const struct snapshot *snapshot, const struct service_person *person,
                          struct arena *arena) {
    const struct history rated = service_person_rated(person, arena), *history = &rated;
    struct profile profile = {
        .total = history->count, .mean = (double)NAN, .favorite = DATASET_NONE};
    if (history->ratings)
        count_values(&profile, history, arena);
    count_genres(&profile, snapshot, history, arena);
    judge_genres(&profile, snapshot->catalogue->genre_count);
    find_nearest(&profile, snapshot, person, arena);
    return profile;
}

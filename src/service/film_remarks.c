/* film_remarks.c: see film_remarks.h.
 *
 * Idea     One pass over a person's past counts his genres; one over the catalogue finds the range
 *          of popularity. A note is a kind for programs and a few words for people.
 * Notes    new        which films the model scores one by that it was not fitted to
 *          genre      the liked genre of the film that he has liked most films of
 *          new_genre  genres of the film that no film of his past has
 *          popularity "highly popular" above 0.8, "well received" above 0.6
 * Cost     a pass over the films once for a list.
 * Checked  tests/service/test_service_why.c. */
#include "service/film_remarks.h"

#include <math.h>
#include <string.h>

#include "service/snapshot_edited.h"

#define LIKED 0.7f          /* part of the rating scale from which on a film was liked */
#define PRIOR (1.96 * 1.96) /* ratings in the middle of the scale */
#define HIGHLY_POPULAR 0.8f
#define WELL_RECEIVED 0.6f
#define KNOWN_PAST 5 /* films: a shorter past makes every genre a new one */

bool film_remarks_liked(const struct snapshot *snapshot, const struct history *history, size_t h) {
    const struct model *model = snapshot->model;
    if (!history->ratings || !(model->rating_max > model->rating_min))
        return true;
    return history->ratings[h] >=
           model->rating_min + LIKED * (model->rating_max - model->rating_min);
}

struct film_taste film_remarks_taste(const struct snapshot *snapshot,
                                     const struct history *history) {
    struct film_taste taste = {.films = history->count};
    for (size_t h = 0; h < history->count; h++) {
        const bool liked = film_remarks_liked(snapshot, history, h);
        taste.liked += liked;
        for (uint64_t left = snapshot->genres[history->items[h]]; left; left &= left - 1) {
            const int genre = __builtin_ctzll(left);
            taste.genres[genre].films++;
            taste.genres[genre].liked += liked;
            taste.genres[genre].sum += history->ratings ? (double)history->ratings[h] : 0;
        }
    }
    return taste;
}

static double reception(const struct snapshot *snapshot, uint32_t item) {
    const struct filter_items *items = &snapshot->items;
    const double count = (double)items->counts[item];
    if (!snapshot->catalogue->has_ratings)
        return count;
    const double middle = (double)snapshot->catalogue->rating_max / 2;
    return ((double)items->means[item] * count + PRIOR * middle) / (count + PRIOR);
}

struct film_fame film_remarks_fame(const struct snapshot *snapshot) {
    struct film_fame fame = {snapshot, INFINITY, -INFINITY};
    for (uint32_t i = 0; i < snapshot->catalogue->items.count; i++) {
        fame.least = fmin(fame.least, reception(snapshot, i));
        fame.most = fmax(fame.most, reception(snapshot, i));
    }
    return fame;
}

float film_remarks_popularity(const struct film_fame *fame, uint32_t item) {
    const double least = fame->snapshot->catalogue->has_ratings ? fame->least : 0;
    if (!(fame->most > least))
        return 0;
    return (float)((reception(fame->snapshot, item) - least) / (fame->most - least));
}

/* The film's genre that the person has liked most films of; DATASET_NONE: he likes none of them. */
static uint32_t liked_genre(const struct film_taste *taste, uint64_t genres) {
    uint32_t best = DATASET_NONE;
    for (uint64_t left = genres; left; left &= left - 1) {
        const uint32_t genre = (uint32_t)__builtin_ctzll(left);
        if (taste->genres[genre].liked > 0 &&
            (best == DATASET_NONE || taste->genres[genre].liked > taste->genres[best].liked))
            best = genre;
    }
    return best;
}

/* "Musical and War are new to you"; NULL: none is. */
static const char *new_genres(const struct snapshot *snapshot, const struct film_taste *taste,
                              uint32_t item, struct arena *arena) {
    const char *names = NULL;
    size_t count = 0;
    for (uint64_t left = snapshot->genres[item]; left; left &= left - 1) {
        const int genre = __builtin_ctzll(left);
        const char *name = snapshot->catalogue->genres[genre];
        if (taste->genres[genre].films > 0)
            continue;
        names = names ? arena_format(arena, "%s and %s", names, name) : name;
        count++;
    }
    return names ? arena_format(arena, "%s %s new to you", names, count > 1 ? "are" : "is") : NULL;
}

const char *film_remarks_likeness(const struct snapshot *snapshot, uint32_t item,
                                  struct arena *arena) {
    const struct movie *movies = snapshot->catalogue->movies;
    const size_t known = snapshot->origin->items.count;
    if (item < known)
        return NULL;
    const struct cold_items *cold = &snapshot->edited->cold;
    const uint64_t begin = cold->offsets[item - known], end = cold->offsets[item - known + 1];
    const char *names = movies[cold->near[begin]].title;
    if (end - begin > 1)
        names = arena_format(arena, "%s and %s", names, movies[cold->near[begin + 1]].title);
    return arena_format(arena, "like %s", names);
}

size_t film_remarks_write(const struct film_fame *fame, const struct film_taste *taste,
                          uint32_t item, struct arena *arena, struct film_remark *notes) {
    const struct snapshot *snapshot = fame->snapshot;
    const uint32_t genre = liked_genre(taste, snapshot->genres[item]);
    const float popularity = film_remarks_popularity(fame, item);
    size_t count = 0;
    const char *likeness = film_remarks_likeness(snapshot, item, arena);
    if (likeness)
        notes[count++] = (struct film_remark){"new", arena_format(arena, "new here; %s", likeness)};
    if (genre != DATASET_NONE)
        notes[count++] = (struct film_remark){
            "genre", arena_format(arena, "%s, as %zu of the %zu films that you liked",
                                  snapshot->catalogue->genres[genre], taste->genres[genre].liked,
                                  taste->liked)};
    const char *fresh =
        taste->films >= KNOWN_PAST ? new_genres(snapshot, taste, item, arena) : NULL;
    if (fresh)
        notes[count++] = (struct film_remark){"new_genre", fresh};
    if (popularity > WELL_RECEIVED)
        notes[count++] = (struct film_remark){
            "popularity", popularity > HIGHLY_POPULAR ? "highly popular" : "well received"};
    return count;
}

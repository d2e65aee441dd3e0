/* service_starters.c: see service_starters.h. Checked by tests/service/test_service_starters.c. */
#include "service/service_starters.h"

#include <math.h>
#include <stdlib.h>

#include "service/snapshot.h"

#define STARTERS_POOL 400
#define SHRINKAGE 20.0  /* ratings of everybody that stand beside a film's own */
#define SAME_GENRES 0.6 /* how much of a film's worth is lost to one of the same genres */

/* Sums over a film's ratings. */
struct moments {
    double sum, squares;
};

static double deviation(double sum, double squares, double count) {
    const double mean = sum / count;
    const double variance = squares / count - mean * mean;
    return variance > 0 ? sqrt(variance) : 0;
}

/* spread[item_count] from the ratings. */
static void spread_of_ratings(const struct dataset *catalogue, struct arena *scratch,
                              double *spread) {
    const struct interactions *rows = &catalogue->interactions;
    const uint32_t count = catalogue->items.count;
    struct moments *films = ARENA_ARRAY(scratch, struct moments, count), all = {0};
    double *people = ARENA_ARRAY(scratch, double, count);
    for (size_t row = 0; row < rows->count; row++) {
        const double rating = (double)rows->ratings[row];
        struct moments *film = &films[rows->items[row]];
        people[rows->items[row]] += 1;
        film->sum += rating;
        film->squares += rating * rating;
        all.sum += rating;
        all.squares += rating * rating;
    }
    const double usual = rows->count > 0 ? deviation(all.sum, all.squares, (double)rows->count) : 0;
    for (uint32_t item = 0; item < count; item++) {
        const double own =
            people[item] > 0 ? deviation(films[item].sum, films[item].squares, people[item]) : 0;
        spread[item] = (people[item] * own + SHRINKAGE * usual) / (people[item] + SHRINKAGE);
    }
}

static int compare(const void *a, const void *b) {
    const struct starter *first = a, *second = b;
    if (first->worth != second->worth)
        return first->worth < second->worth ? 1 : -1;
    return (first->item > second->item) - (first->item < second->item);
}

/* The films that anybody has, the worthiest first. */
static size_t sorted_by_worth(const struct snapshot *snapshot, struct arena *scratch,
                              struct starter *films) {
    const struct dataset *catalogue = snapshot->catalogue;
    const uint32_t count = catalogue->items.count;
    const bool has_ratings = catalogue->has_ratings && catalogue->interactions.ratings;
    double *spread = ARENA_ARRAY(scratch, double, count);
    size_t known = 0;
    if (has_ratings)
        spread_of_ratings(catalogue, scratch, spread);
    for (uint32_t item = 0; item < count; item++) {
        const double share = (double)snapshot->counts[item] / (double)(catalogue->users.count + 1);
        if (!has_ratings)
            spread[item] = sqrt(share * (1 - share));
        if (snapshot->counts[item] > 0 && !snapshot_hides(snapshot, item))
            films[known++] =
                (struct starter){item, (float)((double)snapshot->fame[item] * spread[item])};
    }
    qsort(films, known, sizeof *films, compare);
    return known;
}

/* The share of genres that two films have in common, of those that either has. */
static double overlap(uint64_t a, uint64_t b) {
    const int either = __builtin_popcountll(a | b);
    return either > 0 ? (double)__builtin_popcountll(a & b) / either : 0;
}

size_t service_starters(const struct snapshot *snapshot, size_t top_k, struct arena *arena,
                        struct starter **list) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct starter *films = ARENA_ARRAY(scratch, struct starter, snapshot->catalogue->items.count);
    size_t pool = sorted_by_worth(snapshot, scratch, films), picked = 0;
    pool = pool < STARTERS_POOL ? pool : STARTERS_POOL;
    *list = ARENA_ARRAY(arena, struct starter, top_k);
    for (; picked < top_k && picked < pool; picked++) {
        size_t best = 0;
        for (size_t i = 1; i < pool; i++)
            if (films[i].worth > films[best].worth)
                best = i;
        (*list)[picked] = films[best];
        const uint64_t genres = snapshot->genres[films[best].item];
        films[best].worth = -1;
        for (size_t i = 0; i < pool; i++)
            if (films[i].worth > 0)
                films[i].worth *=
                    (float)(1 - SAME_GENRES * overlap(genres, snapshot->genres[films[i].item]));
    }
    arena_reset(scratch, mark);
    return picked;
}

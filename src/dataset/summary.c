/* summary.c: a data set in figures. See summary.h. Cost: three passes over the interactions and two
 * sorts of counts. Checked by tests/dataset/test_summary.c. */
#include "dataset/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Sums of one pass, by item. */
struct item_totals {
    uint32_t *counts; /* [item_count] */
    double *sums;     /* [item_count] of ratings */
};

static void measure_users(struct summary *summary, const struct interactions *all,
                          struct arena *scratch) {
    uint32_t *sizes = ARENA_ARRAY_RAW(scratch, uint32_t, all->user_count);
    for (uint32_t user = 0; user < all->user_count; user++)
        sizes[user] = (uint32_t)(all->offsets[user + 1] - all->offsets[user]);
    qsort(sizes, all->user_count, sizeof *sizes, ascending);
    summary->user_min = sizes[0];
    summary->user_median = sizes[all->user_count / 2];
    summary->user_max = sizes[all->user_count - 1];
    summary->user_mean = (double)all->count / all->user_count;
}

static void measure_items(struct summary *summary, const struct item_totals *totals,
                          struct arena *scratch) {
    uint32_t *sizes = ARENA_ARRAY_RAW(scratch, uint32_t, summary->items);
    for (uint32_t item = 0; item < summary->items; item++)
        if (totals->counts[item] > 0)
            sizes[summary->rated_items++] = totals->counts[item];
    if (summary->rated_items == 0)
        return;
    qsort(sizes, summary->rated_items, sizeof *sizes, ascending);
    summary->item_median = sizes[summary->rated_items / 2];
    summary->item_max = sizes[summary->rated_items - 1];
    summary->item_mean = (double)summary->interactions / summary->rated_items;
}

static void measure_rating_values(struct summary *summary, const struct interactions *all) {
    for (size_t row = 0; row < all->count; row++) {
        float value = all->ratings[row];
        size_t at = 0;
        while (at < summary->rating_value_count && summary->rating_values[at].value < value)
            at++;
        if (at < summary->rating_value_count && summary->rating_values[at].value == value) {
            summary->rating_values[at].count++;
            continue;
        }
        if (summary->rating_value_count == SUMMARY_RATING_VALUES_MAX) {
            summary->rating_value_count = 0; /* a continuous scale: no list of its values */
            return;
        }
        memmove(&summary->rating_values[at + 1], &summary->rating_values[at],
                (summary->rating_value_count - at) * sizeof summary->rating_values[0]);
        summary->rating_values[at] = (struct summary_rating){value, 1};
        summary->rating_value_count++;
    }
}

static void measure_genres(struct summary *summary, const struct dataset *dataset,
                           const struct item_totals *totals, struct arena *arena) {
    struct summary_genre *genres = ARENA_ARRAY(arena, struct summary_genre, dataset->genre_count);
    for (uint32_t genre = 0; genre < dataset->genre_count; genre++) {
        double sum = 0;
        genres[genre].name = dataset->genres[genre];
        for (uint32_t item = 0; item < dataset->items.count; item++)
            if (dataset->movies[item].genres >> genre & 1) {
                genres[genre].films++;
                genres[genre].ratings += totals->counts[item];
                sum += totals->sums[item];
            }
        genres[genre].mean_rating = dataset->has_ratings && genres[genre].ratings > 0
                                        ? sum / (double)genres[genre].ratings
                                        : NAN;
    }
    summary->genres = genres;
    summary->genre_count = dataset->genre_count;
}

/* Most interactions first, the lower index among equals. */
static void find_top(struct summary *summary, const struct dataset *dataset,
                     const struct item_totals *totals) {
    for (uint32_t item = 0; item < dataset->items.count; item++) {
        size_t count = totals->counts[item], at = summary->top_count;
        while (at > 0 && summary->top[at - 1].ratings < count)
            at--;
        if (at == SUMMARY_TOP_COUNT || count == 0)
            continue;
        size_t kept =
            summary->top_count < SUMMARY_TOP_COUNT ? summary->top_count++ : SUMMARY_TOP_COUNT - 1;
        memmove(&summary->top[at + 1], &summary->top[at], (kept - at) * sizeof summary->top[0]);
        summary->top[at] = (struct summary_item){
            item, count, dataset->has_ratings ? totals->sums[item] / (double)count : NAN};
    }
}

static void measure_range(struct summary *summary, const struct dataset *dataset) {
    const struct interactions *all = &dataset->interactions;
    if (dataset->times_are_seconds && all->count > 0) {
        summary->time_first = summary->time_last = all->times[0];
        for (size_t row = 1; row < all->count; row++) {
            int64_t time = all->times[row];
            summary->time_first = time < summary->time_first ? time : summary->time_first;
            summary->time_last = time > summary->time_last ? time : summary->time_last;
        }
    }
    for (uint32_t item = 0; item < dataset->items.count; item++) {
        int year = dataset->movies[item].year;
        if (year == 0)
            continue;
        if (summary->year_first == 0 || year < summary->year_first)
            summary->year_first = year;
        summary->year_last = year > summary->year_last ? year : summary->year_last;
    }
}

static void measure_extras(struct summary *summary, const struct dataset *dataset) {
    for (uint64_t i = 0; dataset->tag_offsets && i < dataset->tag_offsets[dataset->items.count];
         i++)
        summary->tag_applications += dataset->movie_tags[i].count;
    const struct given_split *given = &dataset->given;
    summary->test_interactions = given->test ? given->test->count : 0;
    if (given->candidate_offsets)
        for (uint32_t user = 0; user < dataset->users.count; user++) {
            size_t count = given->candidate_offsets[user + 1] - given->candidate_offsets[user];
            if (count > summary->candidates_per_user)
                summary->candidates_per_user = count;
        }
    summary->fold_count = dataset->folds.count;
}

struct summary summary_make(const struct dataset *dataset, struct arena *arena) {
    const struct interactions *all = &dataset->interactions;
    struct summary summary = {.users = dataset->users.count,
                              .items = dataset->items.count,
                              .interactions = all->count,
                              .mean_rating = NAN};
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct item_totals totals = {ARENA_ARRAY(scratch, uint32_t, summary.items),
                                 ARENA_ARRAY(scratch, double, summary.items)};
    double sum = 0;
    for (size_t row = 0; row < all->count; row++) {
        float rating = interactions_rating(all, row);
        totals.counts[all->items[row]]++;
        totals.sums[all->items[row]] += rating;
        sum += rating;
    }
    summary.density = (double)all->count / ((double)summary.users * summary.items);
    summary.sparsity = 1 - summary.density;
    measure_users(&summary, all, scratch);
    measure_items(&summary, &totals, scratch);
    if (dataset->has_ratings) {
        summary.mean_rating = sum / (double)all->count;
        measure_rating_values(&summary, all);
    }
    measure_genres(&summary, dataset, &totals, arena);
    find_top(&summary, dataset, &totals);
    measure_range(&summary, dataset);
    measure_extras(&summary, dataset);
    /* `arena` may be the scratch arena itself; then the results must stay. */
    if (arena != scratch)
        arena_reset(scratch, mark);
    return summary;
}

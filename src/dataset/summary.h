/* summary.h: a data set in figures: what `matinee data info` prints. */
#ifndef MATINEE_DATASET_SUMMARY_H
#define MATINEE_DATASET_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dataset/dataset.h"

#define SUMMARY_TOP_COUNT 10
#define SUMMARY_RATING_VALUES_MAX 32

struct summary_genre {
    const char *name; /* borrowed from the data set */
    uint32_t films;
    size_t ratings;
    double mean_rating; /* NaN: no ratings, or none of them carry a value */
};

struct summary_item {
    uint32_t item;
    size_t ratings;
    double mean_rating; /* NaN without rating values */
};

struct summary_rating {
    float value;
    size_t count;
};

struct summary {
    uint32_t users, items, rated_items;
    size_t interactions;
    double density, sparsity;               /* interactions / (users * items), and 1 minus it */
    size_t user_min, user_median, user_max; /* interactions of one user */
    size_t item_median, item_max;           /* of one rated item */
    double user_mean, item_mean;            /* item_mean over rated items */
    double mean_rating;                     /* NaN without rating values */
    size_t rating_value_count;              /* 0: none, or more than SUMMARY_RATING_VALUES_MAX */
    struct summary_rating rating_values[SUMMARY_RATING_VALUES_MAX]; /* ascending by value */
    int64_t time_first, time_last; /* seconds; 0 if times are not seconds */
    int year_first, year_last;     /* of the films; 0: unknown */
    size_t tag_applications;
    size_t genre_count;
    const struct summary_genre *genres; /* [genre_count], in the data set's order */
    size_t top_count;
    struct summary_item top[SUMMARY_TOP_COUNT]; /* most interactions first */
    size_t test_interactions;                   /* of the given split, 0: none shipped */
    size_t candidates_per_user;                 /* of the given candidates, 0: none shipped */
    uint32_t fold_count;
};

/* Arrays live in `arena`; names are borrowed from the data set. */
struct summary summary_make(const struct dataset *dataset, struct arena *arena);

#endif

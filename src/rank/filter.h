/* filter.h: which items may be listed at all, as one struct of wishes that all lists share.
 *
 * Idea    Each wish is a row of one table (filter.c): whether it is asked for, and how it is
 *         written into a row of scores as minus infinity. So filters come before the top k, in any
 *         order with one result, and k items come back whenever k pass.
 * Traps   A bound on what is unknown of an item does not hold: a film without a year passes no
 *         year_min, one that nobody has rated no mean_min.
 * Checked tests/rank/test_filter.c: N items whenever N pass, the same in every order. */
#ifndef MATINEE_RANK_FILTER_H
#define MATINEE_RANK_FILTER_H

#include <stdbool.h>

#include "dataset/dataset.h"
#include "rank/rank.h"

/* What is known of the items: arrays [count]. What no filter asks for may be NULL. */
struct filter_items {
    size_t count;
    const uint64_t *genres;
    const int16_t *years;        /* 0: unknown */
    const uint32_t *counts;      /* people who have it */
    const float *means;          /* of its ratings; 0: none */
    const uint64_t *tag_offsets; /* [count + 1]; NULL: no tags are known */
    const struct movie_tag *tags;
    const uint32_t *hidden; /* [hidden_count] items that are in no list, whatever is asked for */
    size_t hidden_count;
};

struct filter_set {
    const uint32_t *items;
    size_t count;
};

enum filter_seen {
    FILTER_UNSEEN, /* only what is new to the person */
    FILTER_SEEN,   /* only what he has */
    FILTER_ALL     /* both */
};

#define FILTER_SETS_MAX 3

/* Zeroed asks for nothing but what is new. */
struct filter {
    struct rank_genres genres;
    int year_min, year_max; /* 0: no bound */
    uint32_t count_min;
    float mean_min;
    const uint32_t *tags; /* [tag_count] every one of them */
    size_t tag_count;
    struct filter_set excluded;
    struct filter_set among[FILTER_SETS_MAX]; /* items must be in each of these */
    size_t among_count;
    enum filter_seen seen;
};

/* Writes minus infinity where an item does not pass. had[had_count]: who asks has these already;
 * several people: rows one after another. */
void filter_apply(const struct filter *filter, const struct filter_items *items,
                  const struct filter_set *had, size_t had_count, float *scores);
/* The span of years in a text: "1990-1999", "1994", "1990-", "-1960". False: it is none. */
#define FILTER_YEAR_MOST 9999
bool filter_years(struct filter *filter, const char *text);
/* Whether anything but `excluded` and what is seen narrows the items. */
bool filter_is_plain(const struct filter *filter);

#endif

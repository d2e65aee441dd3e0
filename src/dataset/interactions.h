/* interactions.h: who met what, when, and how it was rated: rows of users, each in the order of
 * time.
 *
 * The one form in which training, validation and test data travel. Users and items are dense
 * indices. */
#ifndef MATINEE_DATASET_INTERACTIONS_H
#define MATINEE_DATASET_INTERACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"

struct interactions {
    uint32_t user_count, item_count;
    size_t count; /* offsets[user_count] */
    const uint64_t
        *offsets;          /* [user_count + 1]; user u owns rows offsets[u] <= i < offsets[u + 1] */
    const uint32_t *items; /* [count]; within a user by time, ties in file order; no item twice */
    const float *ratings;  /* [count] or NULL: implicit, each counts as 1 */
    const int64_t *times;  /* [count] or NULL: order unknown. Seconds since 1970, or a position (see
                              dataset.h) */
};

/* One user's rows as a slice. */
struct history {
    size_t count;
    const uint32_t *items;
    const float *ratings; /* NULL as above */
    const int64_t *times; /* NULL as above */
};

struct history interactions_history(const struct interactions *interactions, uint32_t user);

/* A row's rating, 1 if there are none. */
static inline float interactions_rating(const struct interactions *interactions, size_t row) {
    return interactions->ratings ? interactions->ratings[row] : 1.0f;
}

/* What a row of a history counts for: its rating where ratings are used and known, else 1. */
static inline float history_strength(const struct history *history, size_t row, bool use_ratings) {
    return use_ratings && history->ratings ? history->ratings[row] : 1.0f;
}

/* The rows for which keep(context, user, row) is true, in the same order; memory of the arena. */
struct interactions interactions_filter(const struct interactions *all,
                                        bool (*keep)(void *context, uint32_t user, size_t row),
                                        void *context, struct arena *arena);
/* a and b of the same users and items, merged; each user's rows by time, a's first among equals; no
 * time: a, then b. */
struct interactions interactions_merge(const struct interactions *a, const struct interactions *b,
                                       struct arena *arena);
/* By item: for each item its users in ascending order (values are ratings). Memory of the arena. */
struct interactions_by_item {
    const uint64_t *offsets; /* [item_count + 1] */
    const uint32_t *users;
    const float *ratings; /* NULL if implicit */
};
struct interactions_by_item interactions_by_item(const struct interactions *interactions,
                                                 struct arena *arena);
/* counts[item_count]: how many users have the item. */
void interactions_item_counts(const struct interactions *interactions, uint32_t *counts);
/* SHA-256 of counts, items and ratings: tells one split's rows from another's. Times are left out,
 * because they only order the rows of a user. */
void interactions_digest(const struct interactions *interactions, uint8_t sum[DIGEST_SHA256_BYTES]);
/* Whether the user's row has the item (linear in the row's length). */
bool interactions_contains(const struct interactions *interactions, uint32_t user, uint32_t item);

#endif

/* rows.h: interactions as they come out of a file, in columns, until they are sorted into users.
 *
 * Columns are address space for as many rows as the file can hold or memory allows, so they grow
 * without being copied. Bytes a row at the peak: 4 user, 4 item, 4 rating, 8 time (the latter two
 * only where the file has them); the sorting is in place. */
#ifndef MATINEE_DATASET_ROWS_H
#define MATINEE_DATASET_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dataset/interactions.h"

/* What an interaction may cost at the peak; also what a data set is refused by. */
#define ROWS_BYTES_EACH ((size_t)24)
#define ROWS_COUNT_MAX ((size_t)UINT32_MAX - 1)

struct rows {
    size_t count, capacity;
    uint32_t *users; /* reserved, given back by rows_finish */
    uint32_t *items; /* this and the following in the arena; they become the interactions' */
    float *ratings;  /* NULL: the file has none */
    int64_t *times;  /* NULL: the file has none */
    struct arena_position before_ratings;
};

/* Room for at most `capacity` rows. */
void rows_begin(struct rows *rows, size_t capacity, bool ratings, bool times, struct arena *arena);
void rows_release(struct rows *rows); /* what the arena does not own; zeroed is fine */

/* The caller has seen to it that count < capacity. */
static inline void rows_add(struct rows *rows, uint32_t user, uint32_t item, float rating,
                            int64_t time) {
    size_t row = rows->count++;
    rows->users[row] = user;
    rows->items[row] = item;
    if (rows->ratings)
        rows->ratings[row] = rating;
    if (rows->times)
        rows->times[row] = time;
}

/* Forgets the ratings, for a file where they are all 1. */
void rows_drop_ratings(struct rows *rows, struct arena *arena);

/* users[row] = user_rank[users[row]], the same for items; NULL: as they are. */
void rows_renumber(struct rows *rows, const uint32_t *user_rank, const uint32_t *item_rank);

/* Sorts the rows into users, in each by time with ties in file order. Of a pair that comes more
 * than once the last row of the file stays; *duplicates grows by the number of rows that went. The
 * columns pass to the result; offsets in `arena`. */
struct interactions rows_finish(struct rows *rows, uint32_t user_count, uint32_t item_count,
                                struct arena *arena, size_t *duplicates);

#endif

/* dot_items.h: scores that are dot products of a query's vector and an item's: how every model with
 * factors scores.
 *
 * Idea    The items' vectors are kept a second time, in tiles of DOT_ITEMS_TILE items,
 * feature-major, so that the scores of a block of queries are products whose items fill the lanes
 * and whose right side is used where it lies. Lists of items gather rows instead. Cost    2 *
 * dimension operations for each query and item; memory one copy of the vectors. Checked
 * tests/models/test_dot_items.c. */
#ifndef MATINEE_MODELS_DOT_ITEMS_H
#define MATINEE_MODELS_DOT_ITEMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define DOT_ITEMS_TILE 128

struct dot_items {
    size_t count, dimension;
    const float *vectors; /* [count][dimension], borrowed */
    const float *bias;    /* [count] added to each score, borrowed; NULL: none */
    float *tiles;         /* [tiles][dimension][DOT_ITEMS_TILE]; past the last item 0 */
};

/* Takes the memory and copies; call it in attach() and at the end of fit(). */
void dot_items_init(struct dot_items *dot, const float *vectors, size_t count, size_t dimension,
                    const float *bias, struct arena *arena);
/* Copies again after the vectors have changed, as before a measurement while training. */
void dot_items_refresh(struct dot_items *dot);

/* scores[query_count][item_count] of queries[query_count][dimension] for those items, or for every
 * item when items is NULL (item_count is then `count`). */
struct dot_items_job {
    const float *queries;
    size_t query_count;
    const uint32_t *items;
    size_t item_count;
    float *scores;
};
void dot_items_score(const struct dot_items *dot, const struct dot_items_job *job);

#endif

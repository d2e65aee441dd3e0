/* item_likeness.h: how alike items are by what is written of them.
 *
 *     likeness(i, j) = (a cos(v_i, v_j) + b cos(t_i, t_j)) (1 + (boost - 1) cos(g_i, g_j))
 *
 * with v the vectors of an encoder, t the rows of TF-IDF and g the sets of genres: two items of the
 * same genres are `boost` times as alike, and those that share some in between. */
#ifndef MATINEE_MODELS_CONTENT_ITEM_LIKENESS_H
#define MATINEE_MODELS_CONTENT_ITEM_LIKENESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "sparse/csr.h"

struct item_likeness {
    uint32_t item_count;
    size_t dimension;
    const float *vectors;   /* [item_count][dimension] of length 1 or 0, borrowed */
    struct csr terms;       /* [item_count] rows of length 1 or empty, borrowed */
    const uint64_t *genres; /* [item_count] bit sets, borrowed */
    float vector_weight, term_weight, genre_boost;
    /* Derived by item_likeness_derive: items by their set of genres. */
    uint32_t set_count;
    const uint64_t *sets;        /* [set_count] ascending */
    const uint32_t *set_offsets; /* [set_count + 1] into members */
    const uint32_t *members;     /* [item_count] */
    uint64_t genre_union;
};

/* Fills what is derived; memory of the arena. */
void item_likeness_derive(struct item_likeness *likeness, struct arena *arena);

float item_likeness_of(const struct item_likeness *likeness, uint32_t i, uint32_t j);

/* Some rows with a weight each: who asks. */
struct item_likeness_rows {
    const uint32_t *items;
    const float *weights;
    size_t count;
};
/* scores[r][item_count]: of every item the sum over the rows of weight times likeness. */
void item_likeness_sums(const struct item_likeness *likeness, const struct item_likeness_rows *rows,
                        size_t rows_count, float *scores);

#endif

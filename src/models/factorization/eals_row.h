/* eals_row.h: one user's (or item's) vector, coordinate by coordinate, against the other side. */
#ifndef MATINEE_MODELS_FACTORIZATION_EALS_ROW_H
#define MATINEE_MODELS_FACTORIZATION_EALS_ROW_H

#include <stddef.h>

#include "sparse/csr.h"

/* What all rows of one side are updated against. */
struct eals_side {
    const float *vectors;    /* [others][dimension] */
    const float *cache;      /* [dimension][dimension]: S^q (users) or S^p (items) */
    const float *confidence; /* users' rows: [others] c_i of the items; items' rows: NULL */
    size_t dimension;
    float regularization;
};

/* One sweep over the coordinates of vector[dimension]. The row's values are the weights w (NULL:
 * all 1). own: for an item's row its own c_i, else 1. Takes scratch from arena_scratch(). */
void eals_row(const struct eals_side *side, const struct csr_row *row, float own, float *vector);

#endif

/* nmf_start.h: where a non-negative factorisation begins. */
#ifndef MATINEE_MODELS_FACTORIZATION_NMF_START_H
#define MATINEE_MODELS_FACTORIZATION_NMF_START_H

#include <stdint.h>

#include "sparse/csr.h"

/* users[rows][d] and items[columns][d], all above 0, are filled. `transposed` is the matrix's. */
struct nmf_start {
    const struct csr *matrix, *transposed;
    size_t dimension;
    float *users, *items;
};

/* From the singular vectors: NNDSVD, its zeros put at the mean of the matrix. Columns beyond the
 * matrix's rank are drawn as below. */
void nmf_start_svd(const struct nmf_start *start, uint64_t seed);
/* |normal| times the root of mean / dimension. */
void nmf_start_random(const struct nmf_start *start, uint64_t seed);

#endif

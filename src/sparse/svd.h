/* svd.h: the largest singular values of a sparse matrix and their vectors: A ~ U diag(s) V^T.
 *
 * For everything spectral: graph filters, starts of factorisations. The same matrix gives the same
 * bits for any number of threads; nothing is asked of a seed. */
#ifndef MATINEE_SPARSE_SVD_H
#define MATINEE_SPARSE_SVD_H

#include <stddef.h>

#include "sparse/csr.h"

enum svd_sides { SVD_LEFT = 1, SVD_RIGHT = 2 };

/* Memory of the arena that the decomposition was given. */
struct svd {
    size_t count;
    float *values; /* [count] descending, >= 0 */
    float *left;   /* [rows][count] row-major, columns of length 1; NULL if not asked for */
    float *right;  /* [columns][count]; likewise */
};

/* The `components` largest (fewer if a side of the matrix is shorter).
 *   transposed  csr_transpose(matrix)
 *   sides       which vectors are wanted: SVD_LEFT | SVD_RIGHT
 * The vectors of a singular value of 0 are 0. Signs are arbitrary but the same from run to run.
 * Accuracy: values to about 1e-5 of the largest where they are well apart; the last tenth of the
 * components, where neighbours lie close, may be mixtures of neighbours. Values below 5e-4 of the
 * largest are rounding and given as 0.
 * Time and memory: svd_bytes, and svd.c. Cannot fail. */
struct svd svd_truncated(const struct csr *matrix, const struct csr *transposed, size_t components,
                         enum svd_sides sides, struct arena *arena);

/* The memory that it takes while it works, its result included. */
size_t svd_bytes(const struct csr *matrix, size_t components, enum svd_sides sides);

#endif

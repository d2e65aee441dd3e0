/* cholesky.h: solvers for many small dense symmetric positive definite systems, each on the calling
 * thread: what alternating least squares solves for every user and item.
 *
 * A matrix is [n][n] float, row-major, contiguous; only its upper triangle (with the diagonal) is
 * read and written. Large single matrices: spd.h. Nothing here fails or allocates. */
#ifndef MATINEE_SPARSE_CHOLESKY_H
#define MATINEE_SPARSE_CHOLESKY_H

#include <stddef.h>

/* matrix += Z^T Z for Z = rows[count][n], whose rows are `stride` apart. Each element is one sum in
 * the order of the rows, however they are handed in. Some elements below the diagonal are written
 * too. */
void cholesky_add_gram(float *matrix, size_t n, const float *rows, size_t count, size_t stride);

/* matrix = U^T U: replaces the upper triangle by U. A pivot that rounding has taken below `floor`
 * is put at it: hand in what no pivot can fall below (1 for I + Z^T Z). n^3 / 6 multiply-adds. */
void cholesky_factor(float *matrix, size_t n, float floor);

/* Replaces right[n] by the solution of the factored system. n^2 multiply-adds. */
void cholesky_solve(const float *factor, size_t n, float *right);

#endif

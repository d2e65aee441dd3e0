/* spd.h: solvers for dense symmetric positive definite matrices, factored in place by tiles on all
 * threads.
 *
 * A matrix is [n][n] float, row-major, contiguous; only its lower triangle (with the diagonal) is
 * read and written. LAPACK and BLAS are called on one tile at a time, single-threaded, in a fixed
 * order of steps, so that the same input gives the same bits for any number of threads. */
#ifndef MATINEE_SPARSE_SPD_H
#define MATINEE_SPARSE_SPD_H

#include <stdbool.h>
#include <stddef.h>

/* matrix = L L^T: replaces the lower triangle by L. False if the matrix is not positive definite to
 * working precision; its content is then lost. n^3 / 3 multiply-adds and as many additions. */
bool spd_factor(float *matrix, size_t n);

/* Replaces right[n][columns] by the solution of the system that spd_factor has factored. n^2
 * multiply-adds for each column. */
void spd_substitute(const float *factor, size_t n, float *right, size_t columns);

/* Replaces the lower triangle by that of the inverse. False as above. About n^3 multiply-adds. No
 * memory beyond the matrix but some of OpenBLAS's own. */
bool spd_invert(float *matrix, size_t n);

/* Copies the lower triangle over the upper one, for code that wants whole rows. */
void spd_mirror(float *matrix, size_t n);

/* Replaces right[n][columns] by the solution of matrix times it, for a small system in double:
 * matrix is [n][n], row-major, only its upper triangle is read; both are overwritten. False if it
 * is not positive definite. Not threaded. */
bool spd_solve(double *matrix, size_t n, double *right, size_t columns);

/* Eigenvalues (ascending) and eigenvectors of a symmetric matrix [n][n] in double: row i of
 * `matrix` becomes the eigenvector of values[i], of length 1. Only the upper triangle is read.
 * False if the iteration does not end (a matrix with NaN). About 9 n^3 operations, not threaded. */
bool spd_eigen(double *matrix, size_t n, double *values);

#endif

/* als_solve.h: one user's (or item's) vector against the vectors of the other side: the ridge
 * regression that alternating least squares solves for every row.
 *
 * The row w [dimension] of a user who has the items i in S minimises
 *     implicit   sum over S of c_i (1 - s_i)^2  +  a0 * sum over all i of s_i^2  +  r |w|^2
 *     explicit   sum over S of (t_i - s_i)^2  +  r |w|^2           with s_i = w . h_i
 * for the other side's vectors h_i, the confidence c_i, the targets t_i and r = reg * (|S| + a0 *
 * count)^nu (explicit: reg * |S|^nu). Users and items change places. */
#ifndef MATINEE_MODELS_FACTORIZATION_ALS_SOLVE_H
#define MATINEE_MODELS_FACTORIZATION_ALS_SOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sparse/csr.h"

enum als_solver { ALS_CHOLESKY, ALS_CG, ALS_BLOCK };

/* How to solve, and how much everything weighs. */
struct als_weights {
    enum als_solver solver;
    size_t cg_steps, block_size;
    bool is_explicit;
    double confidence;         /* c_i, or what an item's value is multiplied by to make c_i */
    double unobserved;         /* a0; explicit: 0 */
    double regularization, nu; /* reg, nu */
};

/* What all rows of one side are solved against. */
struct als_side {
    struct als_weights weights;
    size_t count, dimension;
    const float *vectors; /* [count][dimension]; implicit: turned so that a0 H^T H is diagonal */
    const float *gram;    /* [dimension] that diagonal; explicit: NULL */
    const float *bias;    /* [count] explicit: t_i is the value less mean and bias; else NULL */
    float mean;
};

/* vector[dimension]: the solution; with the other solvers than cholesky what it holds is where they
 * start, and the result an approximation. A row without entries becomes 0. Takes scratch from
 * arena_scratch(). */
void als_solve(const struct als_side *side, const struct csr_row *row, float *vector);

/* Shares of the row's entries in vector . item, which they sum to (Hu et al. 2008, equation 7). */
void als_solve_shares(const struct als_side *side, const struct csr_row *row, const float *item,
                      float *shares);

#endif

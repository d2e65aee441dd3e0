/* normalize.h: rows scaled to length 1, as forward and backward pair.
 *
 *   y = x / |x|;  dx = (dy - y (y . dy)) / |x|
 * A row shorter than 1e-12 becomes zeros and gets no gradient.
 * Checked tests/nn/check_gate.c: finite differences in double. */
#ifndef MATINEE_NN_NORMALIZE_H
#define MATINEE_NN_NORMALIZE_H

#include <stddef.h>

#include "kernels/real.h"

/* y[rows][columns]; y may be x; lengths[rows] is kept for the backward pass, or NULL. */
void normalize_forward(const real *x, size_t rows, size_t columns, real *y, real *lengths);
/* dx[rows][columns] for dy; dx may be dy. */
struct normalize_gradient {
    size_t rows, columns;
    const real *y, *lengths, *dy;
    real *dx;
};
void normalize_backward(const struct normalize_gradient *job);

#endif

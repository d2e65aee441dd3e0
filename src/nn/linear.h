/* linear.h: y = x W + b as forward/backward pair, and the gradient of ReLU.
 *
 * Shapes  x [rows][in], y [rows][out], weight [in][out], bias [out]; dx, dy as x and y. Rows of x,
 *         y and dx may lie further apart than they are long.
 * Idea    Weight gradients are split from the rest: the batch is worked off in shards of rows
 *         (forward, input gradient), the weight gradients by blocks of weight rows over the whole
 *         batch. Every element is then one sum over the batch in order: the same bits for any
 *         cutting, and no partial sums to add up.
 * Checked tests/nn/check_layers.c: finite differences in double. */
#ifndef MATINEE_NN_LINEAR_H
#define MATINEE_NN_LINEAR_H

#include <stddef.h>

#include "kernels/kernels.h"

/* A matrix inside a larger one. */
struct linear_matrix {
    real *data;
    size_t stride; /* elements from row to row */
};

/* y (+)= x W, + bias (or NULL), then the activation. */
struct linear_job {
    size_t rows, in, out;
    struct linear_matrix x, y;
    const real *weight;   /* [in][out] */
    size_t weight_stride; /* elements from row to row of weight; 0: out */
    const real *bias;
    int accumulate;
    enum kernel_activation activation;
};
void linear_forward(const struct linear_job *job);

/* dx (+)= dy W^T: give linear_forward the transposed weights, x = dy, y = dx. This is the same
 * product; the name says what is meant. */
void linear_backward_input(const struct linear_job *job);

/* dW[begin..end)[out] (+)= x^T dy over all rows: `gradient` points at row 0 of dW, [in][out]. */
struct linear_gradient {
    size_t rows, begin, end, out;
    struct linear_matrix x, dy;
    real *gradient;
    int accumulate;
};
void linear_backward_weight(const struct linear_gradient *job);
/* db[out] (+)= sum of dy over the rows. */
void linear_backward_bias(const struct linear_gradient *job);

/* dy *= scale where y > 0, else 0 (scale 1: ReLU alone; 1 / (1 - rate): ReLU and dropout after it).
 */
void linear_backward_relu(real *dy, const real *y, size_t count, real scale);

#endif

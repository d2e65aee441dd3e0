/* layer_norm.h: each row set to mean 0 and deviation 1, then scaled and moved by learned weights,
 * as forward/backward pair.
 *
 * Source  Ba, Kiros & Hinton 2016.  y = (x - mean) * inverse * gain + bias,
 *         inverse = 1 / sqrt(mean of (x - mean)^2 + 1e-5).
 * Shapes  x, y, dy, dx [rows][width]; gain, bias [width]; moments [rows][2] (mean, inverse) are
 *         kept by the forward pass for the backward pass.
 * Idea    As in linear.h the weights' gradients are split from the rest: they are sums over the
 *         whole batch in the order of its rows.
 * Checked tests/nn/check_sequence_layers.c: finite differences in double. */
#ifndef MATINEE_NN_LAYER_NORM_H
#define MATINEE_NN_LAYER_NORM_H

#include <stddef.h>

#include "kernels/real.h"

struct layer_norm {
    size_t rows, width;
    const real *x;
    const real *gain, *bias;
    real *moments;
};

void layer_norm_forward(const struct layer_norm *job, real *y);
/* dx += gradient of x for dy. */
void layer_norm_backward(const struct layer_norm *job, const real *dy, real *dx);
/* dgain[width] and dbias[width] += their gradients. */
void layer_norm_backward_weights(const struct layer_norm *job, const real *dy, real *dgain,
                                 real *dbias);

#endif

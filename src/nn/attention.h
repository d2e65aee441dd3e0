/* attention.h: multi-head self-attention over a few tokens of each sample, with a residual
 * connection, as forward/backward pair.
 *
 * Source  Vaswani et al. 2017, section 3.2, without masks, biases and normalisation.
 *   q = x Wq, k = x Wk, v = x Wv; in each head shares = softmax(q k^T / sqrt(width / heads));
 *   y = x + (shares v, heads side by side) Wm
 * Shapes  x, y, q, k, v, mixed [samples * tokens][width]; shares [samples][heads][tokens][tokens];
 *         weights [width][width]. tokens is small (2 for a user and an item).
 * Traps   weight gradients are not taken here: they are products over the whole batch
 *         (linear_backward_weight of x with dq, dk, dv and of mixed with dy).
 * Checked tests/nn/check_layers.c: finite differences in double. */
#ifndef MATINEE_NN_ATTENTION_H
#define MATINEE_NN_ATTENTION_H

#include <stddef.h>

#include "kernels/real.h"

#define ATTENTION_TOKENS_MAX 8

struct attention {
    size_t samples, tokens, width, heads;
    const real *query, *key, *value, *merge; /* weights; in the backward pass: transposed */
    const real *x;
    real *q, *k, *v, *mixed, *shares; /* kept by the forward pass for the backward pass */
};

void attention_forward(const struct attention *job, real *y);

/* dx = gradient of x for dy; also leaves dq, dk and dv ([samples * tokens][width] each). */
struct attention_gradient {
    const real *dy;
    real *dx, *dq, *dk, *dv;
    real *dmixed; /* scratch, [samples * tokens][width] */
};
void attention_backward(const struct attention *job, const struct attention_gradient *gradient);

#endif

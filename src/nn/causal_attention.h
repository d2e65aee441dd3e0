/* causal_attention.h: multi-head self-attention in which a token sees itself and what came before,
 * for one sequence of any length, as forward/backward pair.
 *
 * Source  Vaswani et al. 2017, section 3.2; Kang & McAuley 2018, equation 2, with causality.
 *   shares = softmax over j <= i of q_i . k_j / sqrt(width / heads);  y_i = sum of shares_ij v_j
 * Idea    Queries in blocks; each block meets only the keys up to its own end, so nearly half of
 *         the products are never made. All products are gemm.
 * Shapes  query, key, value and y: rows of heads side by side, `stride` apart (y: `width`). Queries
 *         may begin at token `first`: for scoring the last token alone asks (first = length - 1);
 *         then query and y have length - first rows. shares [heads][length - first][length] are
 *         kept by the forward pass for the backward pass; what lies in the future is 0.
 * Cost    forward 2, backward 5 products of about length^2 / 2 * width multiply-adds.
 * Traps   the projections and their gradients are the caller's (linear.h).
 * Checked tests/nn/check_sequence_layers.c: finite differences in double, against the plain sum. */
#ifndef MATINEE_NN_CAUSAL_ATTENTION_H
#define MATINEE_NN_CAUSAL_ATTENTION_H

#include <stddef.h>

#include "kernels/real.h"

struct causal_attention {
    size_t length, first, width, heads;
    const real *query, *key, *value;
    size_t stride;
    real *shares;
};

/* Takes scratch from arena_scratch(). */
void causal_attention_forward(const struct causal_attention *job, real *y);

/* For dy [length][width], with first = 0: writes dquery, dkey and dvalue, rows `stride` apart. */
struct causal_attention_gradient {
    const real *y, *dy;
    real *dquery, *dkey, *dvalue;
    size_t stride;
};
void causal_attention_backward(const struct causal_attention *job,
                               const struct causal_attention_gradient *gradient);

#endif

/* dropout.h: sets a random share of activations to zero while training, and scales the others up so
 * that their expectation stays (Srivastava et al. 2014).
 *
 * Idea    What was dropped is exactly zero afterwards, so the activations are their own mask: the
 *         backward pass stops where the forward pass left a zero. After a ReLU that is exact (a
 *         unit that is zero passes no gradient anyway); elsewhere an input that is itself exactly
 *         zero loses its gradient, which happens with probability zero.
 * Cost    one random word for four elements; the rate counts in steps of 2^-16.
 * Checked tests/nn/check_layers.c. */
#ifndef MATINEE_NN_DROPOUT_H
#define MATINEE_NN_DROPOUT_H

#include <stddef.h>

#include "base/rng.h"
#include "kernels/real.h"

/* x[count] in place; 0 <= rate < 1. */
void dropout_forward(real *x, size_t count, double rate, struct rng *rng);
/* dx[count] in place; x as dropout_forward left it. */
void dropout_backward(real *dx, const real *x, size_t count, double rate);

#endif

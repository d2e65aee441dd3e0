/* gate.h: attention over groups of features: each group of columns is scaled by its share of a
 * softmax over one learned number for each group.
 *
 *   shares = softmax(logits);  y_g = groups * share_g * x_g
 * The factor `groups` makes equal shares the identity, so that a model with the gate starts as the
 * one without. The shares say how much each group of features counts.
 * Shapes  x, y [rows][sum of widths]; logits, shares [groups].
 * Checked tests/nn/check_gate.c: finite differences in double. */
#ifndef MATINEE_NN_GATE_H
#define MATINEE_NN_GATE_H

#include <stddef.h>

#include "kernels/real.h"

#define GATE_GROUPS_MAX 8

struct gate {
    size_t group_count;
    size_t widths[GATE_GROUPS_MAX];
};

size_t gate_columns(const struct gate *gate);
void gate_shares(const struct gate *gate, const real *logits, real *shares);
/* y[rows][columns]; y may be x. */
void gate_forward(const struct gate *gate, const real *shares, const real *x, size_t rows, real *y);
/* Replaces dy[rows][columns] by dx. */
void gate_backward_input(const struct gate *gate, const real *shares, real *dy, size_t rows);
/* dlogits[groups] (+)= the gradient over all rows, for x as given to gate_forward and dx as left by
 * gate_backward_input. */
struct gate_gradient {
    size_t rows;
    const real *shares, *x, *dx;
    int accumulate;
};
void gate_backward_logits(const struct gate *gate, const struct gate_gradient *job, real *dlogits);

#endif

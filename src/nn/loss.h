/* loss.h: losses and their gradients with respect to the scores.
 *
 * Each returns the sum of the losses (accumulated in double, in order) and writes
 * gradient[i] = scale * d loss_i / d score_i; scale is usually one over the samples of the step.
 *
 *   bce      log(1 + e^-s) for target 1, log(1 + e^s) for 0, linear between; never overflows
 *   mse      (s - t)^2
 *   bpr      log(1 + e^-(positive - negative)), for each negative of a positive (Rendle 2009)
 *   margin   max(0, margin - positive + negative)
 *   softmax  -log of the positive's share of e^s among the positive and its negatives
 *
 * bpr, margin and softmax take groups: scores[group][1 + negative_count], the positive first.
 * Checked  tests/nn/test_loss.c: tables worked by hand, finite differences in double. */
#ifndef MATINEE_NN_LOSS_H
#define MATINEE_NN_LOSS_H

#include <stddef.h>

#include "kernels/real.h"

double loss_bce(const real *scores, const real *targets, size_t count, real scale, real *gradient);
double loss_mse(const real *scores, const real *targets, size_t count, real scale, real *gradient);

struct loss_groups {
    const real *scores; /* [group_count][1 + negative_count] */
    size_t group_count, negative_count;
    real scale;
    real margin; /* loss_margin's */
};
double loss_bpr(const struct loss_groups *groups, real *gradient);
double loss_margin(const struct loss_groups *groups, real *gradient);
double loss_softmax(const struct loss_groups *groups, real *gradient);

#endif

/* shares.h: how a score is shared out over a history, for the explain() of several models.
 *
 * Ridge   A vector that is solved for is a sum over the history's rows, p = A^-1 sum of wanted_h
 *         row_h, and so is the score item . p: the share of row h is wanted_h row_h . A^-1 item.
 * Path    A score that is not linear in what the history becomes is explained by integrated
 *         gradients (Sundararajan, Taly & Yan, ICML 2017, equation 1): the mean gradient along the
 *         straight line from what nobody is to what this person is. Times the difference that each
 *         row makes to that line it sums to the difference of the scores. The line is
 *         halved where the gradient in the middle of a piece does not give its rise: with ReLU only
 *         at the kinks, of which a path has some dozens, steep and of both signs.
 * Cost    4 points where the score is nearly linear, SHARES_POINTS_MAX at most.
 * Checked tests/models/test_shares.c (sampled Shapley values), conformance: the sums. */
#ifndef MATINEE_MODELS_SHARES_H
#define MATINEE_MODELS_SHARES_H

#include <stdbool.h>
#include <stddef.h>

struct shares_ridge {
    size_t dimension, count;
    double *matrix;      /* [dimension][dimension] A, symmetric; overwritten */
    const float *item;   /* [dimension] */
    const float *rows;   /* [count][dimension] */
    const float *wanted; /* [count]; NULL: all 1 */
};
/* shares[count]. False: A cannot be solved; the shares are then 0. */
bool shares_ridge(const struct shares_ridge *ridge, float *shares);

/* Adds the same to each of shares[count], so that they sum to `sum`. */
void shares_settle(float *shares, size_t count, double sum);

#define SHARES_NEAR 0.0005 /* of the difference between both ends: what a piece may be wrong by */
#define SHARES_POINTS_MAX 1024

struct shares_path {
    size_t dimension;
    const float *from, *to; /* [dimension] */
    /* The score at a point and, unless gradient is NULL, its gradient[dimension] there. */
    double (*at)(void *context, const float *point, float *gradient);
    void *context;
};
/* gradient[dimension]: the mean along the path. Its product with to - from is at(to) - at(from) to
 * within some pieces' SHARES_NEAR. */
void shares_path(const struct shares_path *path, float *gradient);

#endif

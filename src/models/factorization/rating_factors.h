/* rating_factors.h: the state of a model that predicts a rating by biases and factors.
 *
 *   r_ui = mean + b_u + b_i + q_i . (p_u + |N(u)|^-1/2 sum over j in N(u) of y_j)
 *
 * N(u) are the items of u's history, however they were rated; without y (svd) the sum is absent. */
#ifndef MATINEE_MODELS_FACTORIZATION_RATING_FACTORS_H
#define MATINEE_MODELS_FACTORIZATION_RATING_FACTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataset/interactions.h"

/* Borrowed arrays; those of users and items without a row are 0. */
struct rating_factors {
    uint32_t user_count, item_count;
    size_t width;      /* factors of a vector */
    double mean;       /* of the training ratings; 0 if not biased */
    double mean_count; /* rows of a user, on average */
    float *user_bias, *item_bias;
    float *user_factors; /* p [users][width] */
    float *item_factors; /* q [items][width] */
    float *implicit;     /* y [items][width], or NULL */
};

/* The parts that are learned, each with its rate and its penalty. */
enum rating_part {
    RATING_USER_BIAS,
    RATING_ITEM_BIAS,
    RATING_USER_FACTORS,
    RATING_ITEM_FACTORS,
    RATING_IMPLICIT,
    RATING_PARTS
};

struct rating_options {
    bool biased;
    size_t width;
    uint32_t epochs;
    double rate[RATING_PARTS], penalty[RATING_PARTS];
    double rate_decay;        /* share of the rates that is gone after the last epoch */
    double penalty_frequency; /* see rating_factors_penalty */
    double start_mean, start_deviation, implicit_deviation;
};

/* The penalty that one rating puts on a row which has `count` of them, in units of the part's:
 * (mean_count / count)^frequency. 0: the same for every rating, so that a row's whole penalty grows
 * with its count; 1: the same for every row; between them, as the square root at 1/2. */
double rating_factors_penalty(double mean_count, double count, double frequency);

/* z[width] = |N|^-1/2 sum of y over the history; zeroes for an empty one or without y. */
void rating_factors_implicit(const struct rating_factors *factors, const struct history *history,
                             float *z);

#endif

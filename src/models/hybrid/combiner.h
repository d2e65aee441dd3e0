/* combiner.h: a linear combination of features, fitted so that what was held out comes first, or so
 * that ratings come out right. Convex problems with one solution, found the same way for any
 * number of threads.
 *
 * A problem is of `groups`: a held-out item (the first row of its group) among items that the
 * person does not have; or of single rows with a target. */
#ifndef MATINEE_MODELS_HYBRID_COMBINER_H
#define MATINEE_MODELS_HYBRID_COMBINER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct combiner_problem {
    size_t feature_count;
    size_t group_count;
    const size_t *groups;  /* [group_count + 1] rows of each group; NULL: each row is its own */
    const float *features; /* [rows][feature_count]; NULL: `expand` makes them */
    /* Fills in the features [rows of the group][feature_count]; from any thread. */
    void (*expand)(const void *context, size_t group, float *features);
    const void *context;
    const float *targets;      /* [rows], for combiner_ridge */
    double l2;                 /* for each group: l2 / 2 times the squared distance from `prior` */
    const double *prior;       /* [feature_count]; NULL: zeroes */
    const atomic_bool *cancel; /* set: what is found so far is left, whatever it is; may be NULL */
};

/* The coefficients [feature_count] of the least mean cross-entropy of the first row of each group
 * under a softmax over its group (multinomial logit, McFadden 1974), by Newton's method. */
void combiner_listwise(const struct combiner_problem *problem, double *coefficients);
/* ... of the least mean squared error. */
void combiner_ridge(const struct combiner_problem *problem, double *coefficients);

/* The same with no coefficient below 0: those that would be are left out one after another, the
 * lowest first. */
void combiner_listwise_positive(const struct combiner_problem *problem, double *coefficients);
/* ... and, for ratings, with a sum of 1. */
void combiner_mean(const struct combiner_problem *problem, double *coefficients);

#endif

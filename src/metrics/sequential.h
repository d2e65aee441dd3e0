/* sequential.h: shares compared while they come in: intervals and p-values that may be looked at as
 * often as one likes.
 *
 * Idea     The p-value of a fixed test is right once. A mixture of likelihood ratios over all
 *          differences that could be is a martingale if there is none, and is above 1 / alpha with
 *          chance alpha at most, whenever one looks (Ville's inequality): mSPRT. The shares are
 *          taken as normal, the differences as normal with deviation tau:
 *              ratio = sqrt(v / (v + tau^2)) exp(tau^2 d^2 / (2 v (v + tau^2))),  p = 1 / ratio
 *          for a difference d with variance v. The interval holds the differences that p allows.
 * Source   Robbins, Ann. Math. Stat. 1970; Johari, Koomen, Pekelis & Walsh, KDD 2017.
 * Traps    Normal from SEQUENTIAL_LEAST people on each side; below it nothing is decided. Of
 *          several arms each is compared with the first at alpha over their number.
 * Checked  tests/metrics/test_sequential.c: by hand; how often it errs when looked at every day. */
#ifndef MATINEE_METRICS_SEQUENTIAL_H
#define MATINEE_METRICS_SEQUENTIAL_H

#include <stdbool.h>
#include <stddef.h>

#define SEQUENTIAL_TAU 0.05 /* differences that are looked for are of this order */
#define SEQUENTIAL_LEAST 100

/* How many of how many. */
struct sequential_share {
    size_t hits, count;
};
/* The share with its 95 % interval (Wilson, JASA 1927); NaN without a count. */
struct sequential_interval {
    double share, low, high;
};
struct sequential_interval sequential_interval(struct sequential_share share);

/* b's share less a's. */
struct sequential_test {
    double difference, low, high; /* the interval holds at every look, with 1 - alpha */
    double p;                     /* at most 1 */
    bool is_enough;               /* both sides have SEQUENTIAL_LEAST */
    bool is_decided;              /* and p is below alpha */
};
/* `comparisons`: how many are made beside each other; p and the interval allow for it. */
struct sequential_test sequential_compare(struct sequential_share a, struct sequential_share b,
                                          double alpha, size_t comparisons);

#endif

/* interval.h: how sure a mean over users is, and whether two differ.
 *
 * Users are the sampling unit. The interval is Student's: mean +- t(0.975, n - 1) s / sqrt(n);
 * with hundreds of users it is the normal one, with a few it is honest. It is preferred to the
 * bootstrap because it needs no random numbers and no passes, and the values are bounded, so that
 * for the numbers of users here both agree to the second digit. */
#ifndef MATINEE_METRICS_INTERVAL_H
#define MATINEE_METRICS_INTERVAL_H

#include <stddef.h>

/* A mean with its 95 % interval. low and high are NaN for fewer than two values. */
struct interval {
    double mean, low, high;
    size_t count; /* of values that are not NaN */
};

/* The mean of values[count], NaN left out; weighted by weights[count] if not NULL: then it is the
 * ratio of two sums, and the interval that of a ratio estimator (Cochran 1977, 2.11). */
struct interval interval_of(const float *values, const float *weights, size_t count);

/* Paired Student test of a - b over the users where both are numbers. p is two-sided, 1 if all
 * differences are 0, NaN for fewer than two pairs. */
struct interval_difference {
    struct interval difference;
    double p;
};
struct interval_difference interval_paired(const float *a, const float *b, size_t count);

/* Replaces p[count] by what each is worth among so many (Holm, Scand. J. Statistics 1979): below
 * 0.05 there, the chance that any of them errs is below 0.05. NaN stays and does not count. */
void interval_holm(double *p, size_t count);

/* P(|t| > x) of Student's t with that many degrees of freedom, and the x where it is `p`. */
double interval_student_tail(double x, double degrees);
double interval_student_quantile(double p, double degrees);

#endif

/* interval.c: Student's intervals and the paired test.
 *
 * P(|t| > x) = I_{v/(v+x^2)}(v/2, 1/2), the regularised incomplete beta function, by its continued
 * fraction (Abramowitz & Stegun 26.5.8, evaluated after Lentz 1976); the quantile by bisection.
 * Sums run in double in the order of users: the same bits for any number of threads.
 * Checked by tests/metrics/test_interval.c against printed tables. */
#include "metrics/interval.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

#define CONFIDENCE 0.95
#define TINY 1e-300

/* The continued fraction of the incomplete beta function; converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x) {
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < TINY ? TINY : d);
    double value = d;
    for (int m = 1; m < 500; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double factor = 1;
        for (int half = 0; half < 2; half++) {
            double term = half ? odd : even;
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < TINY ? TINY : d);
            c = fabs(c) < TINY ? TINY : c;
            factor = c * d;
            value *= factor;
        }
        if (fabs(factor - 1) < 1e-15)
            break;
    }
    return value;
}

static double incomplete_beta(double a, double b, double x) {
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    int sign; /* lgamma_r: lgamma's sign is a global that threads would share */
    double front = exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) +
                       a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double interval_student_tail(double x, double degrees) {
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + x * x));
}

double interval_student_quantile(double p, double degrees) {
    double low = 0, high = 1;
    while (interval_student_tail(high, degrees) > p && high < 1e12)
        high *= 2;
    for (int i = 0; i < 100 && low < high; i++) {
        double middle = (low + high) / 2;
        if (interval_student_tail(middle, degrees) > p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct interval interval_of(const float *values, const float *weights, size_t count) {
    double sum = 0, total = 0, squares = 0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i]))
            continue;
        double weight = weights ? (double)weights[i] : 1;
        sum += weight * (double)values[i];
        total += weight;
        n++;
    }
    struct interval result = {n ? sum / total : NAN, NAN, NAN, n};
    if (n < 2)
        return result;
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i]))
            continue;
        double weight = weights ? (double)weights[i] : 1;
        double deviation = weight * ((double)values[i] - result.mean);
        squares += deviation * deviation;
    }
    /* sqrt(n / (n - 1) * sum of (w d)^2) / sum of w; for equal weights that is s / sqrt(n). */
    double deviation = sqrt((double)n / (double)(n - 1) * squares) / total;
    double half = interval_student_quantile(1 - CONFIDENCE, (double)(n - 1)) * deviation;
    result.low = result.mean - half;
    result.high = result.mean + half;
    return result;
}

struct interval_difference interval_paired(const float *a, const float *b, size_t count) {
    double sum = 0, squares = 0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(a[i]) && !isnan(b[i])) {
            sum += (double)a[i] - (double)b[i];
            n++;
        }
    struct interval_difference result = {{n ? sum / (double)n : NAN, NAN, NAN, n}, NAN};
    if (n < 2)
        return result;
    double mean = result.difference.mean;
    for (size_t i = 0; i < count; i++)
        if (!isnan(a[i]) && !isnan(b[i])) {
            double deviation = (double)a[i] - (double)b[i] - mean;
            squares += deviation * deviation;
        }
    double degrees = (double)(n - 1);
    double deviation = sqrt(squares / degrees / (double)n);
    double half = interval_student_quantile(1 - CONFIDENCE, degrees) * deviation;
    result.difference.low = mean - half;
    result.difference.high = mean + half;
    if (deviation > 0)
        result.p = interval_student_tail(fabs(mean) / deviation, degrees);
    else
        result.p = mean == 0 ? 1 : 0;
    return result;
}

static int by_probability(const void *a, const void *b) {
    const double left = **(double *const *)a, right = **(double *const *)b;
    return (left > right) - (left < right);
}

void interval_holm(double *p, size_t count) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    double **sorted = ARENA_ARRAY(scratch, double *, count), least = 0;
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(p[i]))
            sorted[n++] = &p[i];
    if (n > 0)
        qsort(sorted, n, sizeof *sorted, by_probability);
    for (size_t i = 0; i < n; i++) {
        least = fmax(least, fmin(1, *sorted[i] * (double)(n - i)));
        *sorted[i] = least;
    }
    arena_reset(scratch, mark);
}

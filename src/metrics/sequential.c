/* sequential.c: see sequential.h. */
#include "metrics/sequential.h"

#include <math.h>

#define Z95 1.959963984540054

struct sequential_interval sequential_interval(struct sequential_share share) {
    const double n = (double)share.count, z2 = Z95 * Z95;
    if (share.count == 0)
        return (struct sequential_interval){NAN, NAN, NAN};
    const double p = (double)share.hits / n;
    const double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    const double wide = Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    return (struct sequential_interval){p, fmax(middle - wide, 0), fmin(middle + wide, 1)};
}

/* Of the share's estimate; half a hit and half a miss keep it from being 0. */
static double variance(struct sequential_share share) {
    const double n = (double)share.count, p = ((double)share.hits + 0.5) / (n + 1);
    return p * (1 - p) / n;
}

struct sequential_test sequential_compare(struct sequential_share a, struct sequential_share b,
                                          double alpha, size_t comparisons) {
    struct sequential_test test = {NAN, NAN, NAN, 1, false, false};
    if (a.count == 0 || b.count == 0)
        return test;
    const double times = comparisons > 1 ? (double)comparisons : 1;
    const double v = variance(a) + variance(b), tau2 = SEQUENTIAL_TAU * SEQUENTIAL_TAU;
    const double difference = (double)b.hits / (double)b.count - (double)a.hits / (double)a.count;
    const double log_ratio =
        0.5 * log(v / (v + tau2)) + tau2 * difference * difference / (2 * v * (v + tau2));
    const double wide =
        sqrt(v * (v + tau2) / tau2 * (2 * log(times / alpha) + log((v + tau2) / v)));
    test.difference = difference;
    test.low = fmax(difference - wide, -1);
    test.high = fmin(difference + wide, 1);
    test.p = fmin(times * exp(-log_ratio), 1);
    test.is_enough = a.count >= SEQUENTIAL_LEAST && b.count >= SEQUENTIAL_LEAST;
    test.is_decided = test.is_enough && test.p < alpha;
    return test;
}

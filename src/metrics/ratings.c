/* ratings.c: mean squared and mean absolute error of one user's predicted ratings.
 * Checked by tests/metrics/test_lists.c. */
#include "metrics/ratings.h"

#include <math.h>

double ratings_squared_error(const struct metric_case *measured, size_t k) {
    (void)k;
    double sum = 0;
    for (size_t i = 0; i < measured->rating_count; i++) {
        double error = (double)measured->predicted[i] - (double)measured->actual[i];
        sum += error * error;
    }
    return measured->rating_count ? sum / (double)measured->rating_count : NAN;
}

double ratings_absolute_error(const struct metric_case *measured, size_t k) {
    (void)k;
    double sum = 0;
    for (size_t i = 0; i < measured->rating_count; i++)
        sum += fabs((double)measured->predicted[i] - (double)measured->actual[i]);
    return measured->rating_count ? sum / (double)measured->rating_count : NAN;
}

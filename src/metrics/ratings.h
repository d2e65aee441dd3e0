/* ratings.h: errors of predicted ratings, of one user. The mean over users is weighted by their
 * numbers of ratings, so that the figure is the mean over all ratings; rmse is its root (see
 * metrics/sheet.h). */
#ifndef MATINEE_METRICS_RATINGS_H
#define MATINEE_METRICS_RATINGS_H

#include "metrics/metrics.h"

double ratings_squared_error(const struct metric_case *measured, size_t k);  /* mean; k unused */
double ratings_absolute_error(const struct metric_case *measured, size_t k); /* mean; k unused */

#endif

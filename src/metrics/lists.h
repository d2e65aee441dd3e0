/* lists.h: what one user's list is like, whatever the test says. Each function takes his list (n =
 * list_count items) and K; of_user of struct metric_ops. NaN: an empty list, or genres unknown. */
#ifndef MATINEE_METRICS_LISTS_H
#define MATINEE_METRICS_LISTS_H

#include "metrics/metrics.h"

double lists_novelty(const struct metric_case *measured, size_t k);
double lists_popularity_novelty(const struct metric_case *measured, size_t k);
double lists_diversity(const struct metric_case *measured, size_t k);
double lists_genre_diversity(const struct metric_case *measured, size_t k);

#endif

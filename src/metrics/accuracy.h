/* accuracy.h: how well one user's test items are placed. Each function takes his measurement (T =
 * test_count places in ascending order, T > 0) and K; of_user of struct metric_ops. */
#ifndef MATINEE_METRICS_ACCURACY_H
#define MATINEE_METRICS_ACCURACY_H

#include "metrics/metrics.h"

double accuracy_hit_rate(const struct metric_case *measured, size_t k);
double accuracy_ndcg(const struct metric_case *measured, size_t k);
double accuracy_precision(const struct metric_case *measured, size_t k);
double accuracy_recall(const struct metric_case *measured, size_t k);
double accuracy_f1(const struct metric_case *measured, size_t k);
double accuracy_map(const struct metric_case *measured, size_t k);
double accuracy_mrr(const struct metric_case *measured, size_t k);
double accuracy_graded_ndcg(const struct metric_case *measured, size_t k);
double accuracy_auc(const struct metric_case *measured, size_t k);

#endif

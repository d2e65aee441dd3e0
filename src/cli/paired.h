/* paired.h: whether two experiments on the same split differ by more than noise. */
#ifndef MATINEE_CLI_PAIRED_H
#define MATINEE_CLI_PAIRED_H

#include "experiment/experiment.h"
#include "metrics/interval.h"

/* Paired test of a - b of one metric over users; each user's value is the mean over the runs. NaN
 * where the metric has no value per user or the two were measured on different users. */
struct interval_difference paired_difference(const struct experiment_report *a,
                                             const struct experiment_report *b, const char *metric);

#endif

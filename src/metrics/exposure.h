/* exposure.h: metrics of how often each item is shown to anybody; of_exposure of struct metric_ops.
 * shown[item_count] is put into ascending order. */
#ifndef MATINEE_METRICS_EXPOSURE_H
#define MATINEE_METRICS_EXPOSURE_H

#include <stddef.h>
#include <stdint.h>

/* Share of the items that are shown at all. */
double exposure_coverage(uint32_t *shown, size_t item_count);
/* Gini coefficient of the counts: 0 if all items are shown alike, (n - 1) / n if one takes all. NaN
 * if nothing is shown. */
double exposure_gini(uint32_t *shown, size_t item_count);

#endif

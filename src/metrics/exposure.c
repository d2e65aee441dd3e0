/* exposure.c: coverage, and the Gini coefficient
 *     G = sum over i = 1 ... n of (2 i - n - 1) x_i / (n sum x)       for ascending x_i.
 * Items that are never shown belong to the n. Checked by tests/metrics/test_lists.c. */
#include "metrics/exposure.h"

#include <math.h>
#include <stdlib.h>

double exposure_coverage(uint32_t *shown, size_t item_count) {
    size_t count = 0;
    for (size_t i = 0; i < item_count; i++)
        count += shown[i] > 0;
    return item_count ? (double)count / (double)item_count : NAN;
}

static int ascending(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

double exposure_gini(uint32_t *shown, size_t item_count) {
    qsort(shown, item_count, sizeof *shown, ascending);
    double total = 0, weighted = 0, n = (double)item_count;
    for (size_t i = 0; i < item_count; i++) {
        total += shown[i];
        weighted += (2.0 * (double)(i + 1) - n - 1) * shown[i];
    }
    return total > 0 ? weighted / (n * total) : NAN;
}

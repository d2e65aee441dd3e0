/* lists.c: metrics of the first n = min(K, length) items of one user's list.
 *
 *   novelty             mean of -log2(share of users who have the item in train); an item that
 *                       nobody has counts as if one user had it (Vargas & Castells 2011)
 *   popularity_novelty  1 - mean of count / highest count
 *   diversity           1 - mean genre cosine over the n (n - 1) / 2 pairs; NaN for n < 2. Items
 *                       without genres are unlike everything (Ziegler et al. 2005)
 *   genre_diversity     distinct genres over K
 *
 * Cost: n, diversity n^2 / 2. Checked by tests/metrics/test_lists.c. */
#include "metrics/lists.h"

#include <math.h>

#include "dataset/genres.h"

static size_t length(const struct metric_case *measured, size_t k) {
    return k < measured->list_count ? k : measured->list_count;
}

static double mean_of(const struct metric_case *measured, size_t k, const float *values) {
    size_t n = length(measured, k);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)values[measured->list[i]];
    return n ? sum / (double)n : NAN;
}

double lists_novelty(const struct metric_case *measured, size_t k) {
    return mean_of(measured, k, measured->catalogue->surprise);
}

double lists_popularity_novelty(const struct metric_case *measured, size_t k) {
    return 1 - mean_of(measured, k, measured->catalogue->popularity);
}

double lists_diversity(const struct metric_case *measured, size_t k) {
    const uint64_t *genres = measured->catalogue->genres;
    size_t n = length(measured, k);
    if (!genres || n < 2)
        return NAN;
    double sum = 0;
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < i; j++)
            sum += genres_cosine(genres[measured->list[i]], genres[measured->list[j]]);
    return 1 - 2 * sum / ((double)n * (double)(n - 1));
}

double lists_genre_diversity(const struct metric_case *measured, size_t k) {
    const uint64_t *genres = measured->catalogue->genres;
    size_t n = length(measured, k);
    if (!genres || n == 0)
        return NAN;
    uint64_t seen = 0;
    for (size_t i = 0; i < n; i++)
        seen |= genres[measured->list[i]];
    return (double)__builtin_popcountll(seen) / (double)k;
}

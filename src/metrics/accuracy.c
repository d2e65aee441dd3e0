/* accuracy.c: metrics of the places p_1 < p_2 < ... < p_T of one user's test items.
 *
 *   hits(K)      how many p_j <= K
 *   hit_rate     1 if hits(K) > 0
 *   precision    hits(K) / K                     (K, even if there are fewer candidates)
 *   recall       hits(K) / T
 *   f1           2 precision recall / (precision + recall), 0 if both are 0
 *   map          sum over p_j <= K of j / p_j, over min(K, T)
 *   mrr          1 / p_1 if p_1 <= K, else 0
 *   ndcg         sum over p_j <= K of 1 / log2(1 + p_j), over the same sum for places
 *                1 ... min(K, T)              (Jarvelin & Kekalainen 2002)
 *   graded_ndcg  the same with the gain 2^rating - 1 for each, ideal order: highest rating first
 *   auc          of all pairs (test item, other candidate) the share where the test item scores
 *                higher; an equal score counts against it. sum over j of (p_j - j) is the number
 *                of pairs in the wrong order.
 *
 * Cost: T, for graded_ndcg T log T. Checked by tests/metrics/test_accuracy.c against tables worked
 * by hand and by tools/reference/metrics.py on real data. */
#include "metrics/accuracy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

static size_t hits(const struct metric_case *measured, size_t k) {
    size_t count = 0;
    while (count < measured->test_count && measured->positions[count] <= k)
        count++;
    return count;
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

double accuracy_hit_rate(const struct metric_case *measured, size_t k) {
    return measured->positions[0] <= k;
}

double accuracy_precision(const struct metric_case *measured, size_t k) {
    return (double)hits(measured, k) / (double)k;
}

double accuracy_recall(const struct metric_case *measured, size_t k) {
    return (double)hits(measured, k) / (double)measured->test_count;
}

/* With h hits: 2 (h/K) (h/T) / (h/K + h/T) = 2h / (K + T). */
double accuracy_f1(const struct metric_case *measured, size_t k) {
    return 2.0 * (double)hits(measured, k) / (double)(k + measured->test_count);
}

double accuracy_map(const struct metric_case *measured, size_t k) {
    double sum = 0;
    for (size_t j = 0, count = hits(measured, k); j < count; j++)
        sum += (double)(j + 1) / measured->positions[j];
    return sum / (double)smaller(k, measured->test_count);
}

double accuracy_mrr(const struct metric_case *measured, size_t k) {
    return measured->positions[0] <= k ? 1.0 / measured->positions[0] : 0;
}

static double discount(size_t place) { return 1 / log2(1 + (double)place); }

double accuracy_ndcg(const struct metric_case *measured, size_t k) {
    double gain = 0, ideal = 0;
    for (size_t j = 0, count = hits(measured, k); j < count; j++)
        gain += discount(measured->positions[j]);
    if (gain == 0)
        return 0;
    for (size_t j = 0; j < smaller(k, measured->test_count); j++)
        ideal += discount(j + 1);
    return gain / ideal;
}

static int descending(const void *left, const void *right) {
    const float *a = left, *b = right;
    return (*a < *b) - (*a > *b);
}

double accuracy_graded_ndcg(const struct metric_case *measured, size_t k) {
    if (!measured->gains)
        return accuracy_ndcg(measured, k);
    double gain = 0, ideal = 0;
    for (size_t j = 0, count = hits(measured, k); j < count; j++)
        gain += (exp2(measured->gains[j]) - 1) * discount(measured->positions[j]);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *best = ARENA_ARRAY_RAW(scratch, float, measured->test_count);
    memcpy(best, measured->gains, measured->test_count * sizeof *best);
    qsort(best, measured->test_count, sizeof *best, descending);
    for (size_t j = 0; j < smaller(k, measured->test_count); j++)
        ideal += (exp2(best[j]) - 1) * discount(j + 1);
    arena_reset(scratch, mark);
    return ideal > 0 ? gain / ideal : NAN;
}

double accuracy_auc(const struct metric_case *measured, size_t k) {
    (void)k;
    size_t others = measured->candidate_count - measured->test_count;
    if (others == 0)
        return NAN;
    double wrong = 0;
    for (size_t j = 0; j < measured->test_count; j++)
        wrong += (double)measured->positions[j] - (double)(j + 1);
    return 1 - wrong / ((double)measured->test_count * (double)others);
}

/* test_dot_items.c: dot products against plain loops, whole rows against lists. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "models/dot_items.h"

enum { ITEMS = 1037, DIMENSION = 19, QUERIES = 3 };

static float vectors[ITEMS * DIMENSION], bias[ITEMS], queries[QUERIES * DIMENSION];

static void fill(float *values, size_t count, struct rng *rng) {
    for (size_t i = 0; i < count; i++)
        values[i] = (float)rng_normal(rng);
}

static double expected(size_t query, size_t item, bool biased) {
    double sum = biased ? (double)bias[item] : 0;
    for (size_t k = 0; k < DIMENSION; k++)
        sum += (double)queries[query * DIMENSION + k] * (double)vectors[item * DIMENSION + k];
    return sum;
}

static void check(bool biased) {
    struct arena arena = {0};
    struct dot_items dot;
    static float scores[QUERIES * ITEMS];
    dot_items_init(&dot, vectors, ITEMS, DIMENSION, biased ? bias : NULL, &arena);
    dot_items_score(&dot, &(struct dot_items_job){queries, QUERIES, NULL, ITEMS, scores});
    for (size_t q = 0; q < QUERIES; q++)
        for (size_t i = 0; i < ITEMS; i++)
            assert_true(fabs((double)scores[q * ITEMS + i] - expected(q, i, biased)) < 1e-5);
    const uint32_t items[] = {1036, 0, 513, 513};
    dot_items_score(&dot, &(struct dot_items_job){queries, QUERIES, items, 4, scores});
    for (size_t q = 0; q < QUERIES; q++)
        for (size_t i = 0; i < 4; i++)
            assert_true(fabs((double)scores[q * 4 + i] - expected(q, items[i], biased)) < 1e-5);
    arena_release(&arena);
}

static void scores_are_dot_products(void **state) {
    (void)state;
    struct rng rng;
    rng_init(&rng, 5, 0);
    fill(vectors, ITEMS * DIMENSION, &rng);
    fill(bias, ITEMS, &rng);
    fill(queries, QUERIES * DIMENSION, &rng);
    check(false);
    check(true);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(scores_are_dot_products)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

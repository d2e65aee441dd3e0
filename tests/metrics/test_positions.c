/* test_positions.c: places by counting, by hand and against a sort that puts test items behind
 * everything of equal score. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/positions.h"

/* Scores 5 3 3 3 1; the test item is one of the 3s: behind the 5 and the other two. */
static void test_ties_count_against(void **state) {
    (void)state;
    const float scores[] = {5, 3, 3, 3, 1}, own[] = {3};
    uint32_t position, order;
    positions_count(scores, 5, own, 1, &position, &order);
    assert_int_equal(position, 4);
    assert_int_equal(order, 0);
}

/* Scores 5 3 3 3 1, test items the 1, a 3 and another 3: the third 3 is before them: places 3, 4
 * (the first of the equal ones in the order given) and 5. */
static void test_several_items(void **state) {
    (void)state;
    const float scores[] = {5, 3, 3, 3, 1}, own[] = {1, 3, 3};
    uint32_t positions[3], order[3];
    positions_count(scores, 5, own, 3, positions, order);
    static const uint32_t expected[] = {3, 4, 5}, expected_order[] = {1, 2, 0};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(positions[i], expected[i]);
        assert_int_equal(order[i], expected_order[i]);
    }
}

/* A constant model, a masked test item and one that is no number all come last. */
static void test_nothing_is_gained_by_failing(void **state) {
    (void)state;
    float scores[50];
    uint32_t position, order;
    for (size_t i = 0; i < 50; i++)
        scores[i] = 0.5f;
    positions_count(scores, 50, &scores[7], 1, &position, &order);
    assert_int_equal(position, 50);
    scores[7] = NAN;
    positions_count(scores, 50, &scores[7], 1, &position, &order);
    assert_int_equal(position, 50);
    scores[7] = -INFINITY;
    positions_count(scores, 50, &scores[7], 1, &position, &order);
    assert_int_equal(position, 50);
}

struct candidate {
    float score;
    bool is_test;
};

static int against_the_model(const void *left, const void *right) {
    const struct candidate *a = left, *b = right;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return (int)a->is_test - (int)b->is_test;
}

static void test_counting_agrees_with_sorting(void **state) {
    (void)state;
    struct rng rng;
    rng_init(&rng, 3, 0);
    for (uint32_t round = 0; round < 300; round++) {
        size_t count = 1 + rng_below(&rng, 200);
        size_t tests = 1 + rng_below(&rng, (uint32_t)count);
        uint32_t values = round % 2 ? 5 : 1000000;
        float scores[200], own[200];
        struct candidate sorted[200];
        uint32_t positions[200], order[200];
        for (size_t i = 0; i < count; i++) {
            scores[i] = (float)rng_below(&rng, values);
            sorted[i] = (struct candidate){scores[i], i < tests};
            if (i < tests)
                own[i] = scores[i];
        }
        positions_count(scores, count, own, tests, positions, order);
        qsort(sorted, count, sizeof *sorted, against_the_model);
        size_t found = 0;
        for (size_t place = 0; place < count; place++)
            if (sorted[place].is_test) {
                assert_int_equal(positions[found], place + 1);
                assert_true(own[order[found]] == sorted[place].score);
                found++;
            }
        assert_int_equal(found, tests);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ties_count_against),
        cmocka_unit_test(test_several_items),
        cmocka_unit_test(test_nothing_is_gained_by_failing),
        cmocka_unit_test(test_counting_agrees_with_sorting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

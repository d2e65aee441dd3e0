/* test_accuracy.c: metrics of places, against tables worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metrics/accuracy.h"

static void check(double value, double expected) {
    if (fabs(value - expected) > 1e-9)
        fail_msg("%.12g, expected %.12g", value, expected);
}

/* One test item at place 3 of 100 candidates.
 *
 *   K   hit  precision  recall  f1            map   mrr   ndcg
 *   2   0    0          0       0             0     0     0
 *   3   1    1/3        1       1/2           1/3   1/3   1/log2(4) = 1/2
 *   10  1    1/10       1       2/11          1/3   1/3   1/2
 *   auc = 1 - 2/99 */
static void test_one_item(void **state) {
    (void)state;
    struct metric_case at_three = {
        .positions = (const uint32_t[]){3}, .test_count = 1, .candidate_count = 100};
    check(accuracy_hit_rate(&at_three, 2), 0);
    check(accuracy_precision(&at_three, 2), 0);
    check(accuracy_recall(&at_three, 2), 0);
    check(accuracy_f1(&at_three, 2), 0);
    check(accuracy_map(&at_three, 2), 0);
    check(accuracy_mrr(&at_three, 2), 0);
    check(accuracy_ndcg(&at_three, 2), 0);

    check(accuracy_hit_rate(&at_three, 3), 1);
    check(accuracy_precision(&at_three, 3), 1.0 / 3);
    check(accuracy_f1(&at_three, 3), 0.5);
    check(accuracy_ndcg(&at_three, 3), 0.5);

    check(accuracy_precision(&at_three, 10), 0.1);
    check(accuracy_recall(&at_three, 10), 1);
    check(accuracy_f1(&at_three, 10), 2.0 / 11);
    check(accuracy_map(&at_three, 10), 1.0 / 3);
    check(accuracy_mrr(&at_three, 10), 1.0 / 3);
    check(accuracy_ndcg(&at_three, 10), 0.5);
    check(accuracy_auc(&at_three, 0), 1 - 2.0 / 99);
}

/* Three test items at places 1, 4, 6 of 8 candidates; K = 5 and K = 2.
 *
 *   K = 5: 2 hits. precision 2/5, recall 2/3, f1 2*2/(5+3) = 1/2,
 *          map (1/1 + 2/4) / min(5,3) = 1/2, mrr 1,
 *          dcg 1/log2(2) + 1/log2(5), ideal 1/log2(2) + 1/log2(3) + 1/log2(4)
 *   K = 2: 1 hit.  precision 1/2, recall 1/3, map 1 / min(2,3) = 1/2,
 *          ndcg 1 / (1 + 1/log2(3))
 *   auc: 5 others, 15 pairs; wrong ones: 0 before place 1, 2 before place 4 (places 2 and 3),
 *        3 before place 6 (2, 3, 5): 1 - 5/15 */
static void test_three_items(void **state) {
    (void)state;
    struct metric_case measured = {
        .positions = (const uint32_t[]){1, 4, 6}, .test_count = 3, .candidate_count = 8};
    check(accuracy_hit_rate(&measured, 5), 1);
    check(accuracy_precision(&measured, 5), 0.4);
    check(accuracy_recall(&measured, 5), 2.0 / 3);
    check(accuracy_f1(&measured, 5), 0.5);
    check(accuracy_map(&measured, 5), 0.5);
    check(accuracy_mrr(&measured, 5), 1);
    check(accuracy_ndcg(&measured, 5), (1 + 1 / log2(5)) / (1 + 1 / log2(3) + 0.5));
    check(accuracy_precision(&measured, 2), 0.5);
    check(accuracy_recall(&measured, 2), 1.0 / 3);
    check(accuracy_map(&measured, 2), 0.5);
    check(accuracy_ndcg(&measured, 2), 1 / (1 + 1 / log2(3)));
    check(accuracy_auc(&measured, 0), 1 - 5.0 / 15);
}

/* Perfect lists give 1, whatever K and T are. */
static void test_perfection(void **state) {
    (void)state;
    static const uint32_t places[] = {1, 2, 3, 4, 5, 6, 7};
    static const float ratings[] = {5, 5, 4, 3, 3, 2, 1};
    for (size_t count = 1; count <= 7; count++)
        for (size_t k = 1; k < 10; k++) {
            struct metric_case measured = {
                .positions = places, .gains = ratings, .test_count = count, .candidate_count = 50};
            check(accuracy_ndcg(&measured, k), 1);
            check(accuracy_graded_ndcg(&measured, k), 1);
            check(accuracy_map(&measured, k), 1);
            check(accuracy_auc(&measured, k), 1);
        }
}

/* Ratings 3 at place 1, 5 at place 2: gains 7 and 31.
 * graded (7 / log2(2) + 31 / log2(3)) / (31 / log2(2) + 7 / log2(3)); K = 1: 7 / 31. */
static void test_graded(void **state) {
    (void)state;
    struct metric_case measured = {.positions = (const uint32_t[]){1, 2},
                                   .gains = (const float[]){3, 5},
                                   .test_count = 2,
                                   .candidate_count = 9};
    check(accuracy_graded_ndcg(&measured, 10), (7 + 31 / log2(3)) / (31 + 7 / log2(3)));
    check(accuracy_graded_ndcg(&measured, 1), 7.0 / 31);
    measured.gains = NULL;
    check(accuracy_graded_ndcg(&measured, 10), 1);
}

static void test_no_other_candidate(void **state) {
    (void)state;
    struct metric_case measured = {
        .positions = (const uint32_t[]){1}, .test_count = 1, .candidate_count = 1};
    assert_true(isnan(accuracy_auc(&measured, 0)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_item),           cmocka_unit_test(test_three_items),
        cmocka_unit_test(test_perfection),         cmocka_unit_test(test_graded),
        cmocka_unit_test(test_no_other_candidate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

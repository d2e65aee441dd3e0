/* test_interval.c: Student's distribution against printed tables, intervals and the paired test
 * against cases worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "metrics/interval.h"

static void check(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g, expected %.9g", value, expected);
}

/* t(0.975) for 1, 2, 5, 10, 30, 120 and a million degrees, from a table of Student's t. */
static void test_quantiles(void **state) {
    (void)state;
    static const double table[][2] = {{1, 12.7062},  {2, 4.30265},   {5, 2.57058},  {10, 2.22814},
                                      {30, 2.04227}, {120, 1.97993}, {1e6, 1.95997}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        check(interval_student_quantile(0.05, table[i][0]), table[i][1], 1e-4);
        check(interval_student_tail(table[i][1], table[i][0]), 0.05, 1e-5);
    }
    check(interval_student_tail(0, 7), 1, 1e-12);
    check(interval_student_tail(1, 1), 0.5, 1e-12); /* Cauchy: arctan(1) is a quarter turn */
}

/* 1 2 3 4 5: mean 3, s^2 = 2.5, half = 2.77645 * sqrt(2.5 / 5) = 1.96324. NaN is left out. */
static void test_interval_of_five(void **state) {
    (void)state;
    const float values[] = {1, 2, NAN, 3, 4, 5};
    struct interval interval = interval_of(values, NULL, 6);
    assert_int_equal(interval.count, 5);
    check(interval.mean, 3, 1e-12);
    check(interval.low, 3 - 1.96324, 1e-4);
    check(interval.high, 3 + 1.96324, 1e-4);
}

/* Values 1 and 3 with weights 3 and 1: mean 6/4. Equal weights change nothing. */
static void test_weights(void **state) {
    (void)state;
    const float values[] = {1, 3, 2, 4}, weights[] = {3, 1, 0, 0}, equal[] = {2, 2, 2, 2};
    check(interval_of(values, weights, 2).mean, 1.5, 1e-12);
    struct interval plain = interval_of(values, NULL, 4), weighted = interval_of(values, equal, 4);
    check(weighted.mean, plain.mean, 1e-12);
    check(weighted.low, plain.low, 1e-9);
}

static void test_few_values(void **state) {
    (void)state;
    const float one[] = {0.25f, NAN};
    check(interval_of(one, NULL, 1).mean, 0.25, 0);
    assert_true(isnan(interval_of(one, NULL, 1).low));
    assert_true(isnan(interval_of(one + 1, NULL, 1).mean));
    assert_true(isnan(interval_paired(one, one, 1).p));
}

/* Differences 1 2 3 -> mean 2, s = 1, t = 2 sqrt(3) = 3.4641 with 2 degrees: p = 0.0742. */
static void test_paired(void **state) {
    (void)state;
    const float a[] = {2, 4, NAN, 6}, b[] = {1, 2, 9, 3};
    struct interval_difference paired = interval_paired(a, b, 4);
    assert_int_equal(paired.difference.count, 3);
    check(paired.difference.mean, 2, 1e-12);
    check(paired.p, 0.0742, 1e-4);
    check(paired.difference.low, 2 - 4.30265 / sqrt(3), 1e-4);
    check(interval_paired(a, a, 4).p, 1, 0);
    const float c[] = {3, 5, 0, 7};
    check(interval_paired(c, (const float[]){2, 4, -1, 6}, 4).p, 0, 0); /* always by one */
}

/* Sorted 0.01 0.02 0.02 0.03 0.5 times 5 4 3 2 1; none below the one before it, none above 1. */
static void test_holm(void **state) {
    (void)state;
    double p[] = {0.5, 0.01, NAN, 0.03, 0.02, 0.02}, one[] = {0.04}, many[] = {0.6, 0.7};
    interval_holm(p, 6);
    check(p[0], 0.5, 1e-12);
    check(p[1], 0.05, 1e-12);
    assert_true(isnan(p[2]));
    check(p[3], 0.08, 1e-12);
    check(p[4], 0.08, 1e-12);
    check(p[5], 0.08, 1e-12);
    interval_holm(one, 1);
    check(one[0], 0.04, 0);
    interval_holm(many, 2);
    check(many[0], 1, 0);
    check(many[1], 1, 0);
    interval_holm(NULL, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles), cmocka_unit_test(test_interval_of_five),
        cmocka_unit_test(test_weights),   cmocka_unit_test(test_few_values),
        cmocka_unit_test(test_paired),    cmocka_unit_test(test_holm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

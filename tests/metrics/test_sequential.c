/* test_sequential.c: shares and their intervals by hand; how often the sequential test errs when it
 * is looked at after every 50 people, and how soon it finds a difference. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "metrics/sequential.h"

static void near(double found, double expected, double tolerance) {
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("found %.9g, expected %.9g", found, expected);
}

static void wilson_by_hand(void **state) {
    (void)state;
    const struct sequential_interval ten = sequential_interval((struct sequential_share){1, 10});
    near(ten.share, 0.1, 0);
    near(ten.low, 0.0178762, 1e-6);
    near(ten.high, 0.4041500, 1e-6);
    assert_true(isnan(sequential_interval((struct sequential_share){0, 0}).share));
    near(sequential_interval((struct sequential_share){0, 5}).low, 0, 0);
}

static void the_ratio_by_hand(void **state) {
    (void)state;
    /* v = (51/201 * 150/201 + 81/201 * 120/201) / 200 = 0.00214983; d = 0.15 */
    const struct sequential_share a = {50, 200}, b = {80, 200};
    const struct sequential_test test = sequential_compare(a, b, 0.05, 1);
    const double pa = 50.5 / 201, pb = 80.5 / 201;
    const double v = pa * (1 - pa) / 200 + pb * (1 - pb) / 200;
    near(test.difference, 0.15, 1e-12);
    near(test.p, 1 / (sqrt(v / (v + 0.0025)) * exp(0.0025 * 0.0225 / (2 * v * (v + 0.0025)))),
         1e-9);
    /* Where the interval just touches 0 p is alpha: the two say the same. */
    assert_int_equal(test.low > 0, test.p < 0.05);
    const struct sequential_test of_two = sequential_compare(a, b, 0.05, 2);
    near(of_two.p, fmin(1, 2 * test.p), 1e-12);
    assert_true(of_two.low < test.low);
    assert_false(sequential_compare((struct sequential_share){0, 10},
                                    (struct sequential_share){10, 10}, 0.05, 1)
                     .is_decided);
    assert_true(isnan(sequential_compare((struct sequential_share){0, 0}, b, 0.05, 1).difference));
}

/* After how many people a side it was decided, looking after every 50; 0: not until `most`. */
static size_t decided_after(double pa, double pb, size_t most, struct rng *rng) {
    struct sequential_share a = {0, 0}, b = {0, 0};
    while (a.count < most) {
        a.hits += rng_uniform(rng) < pa;
        b.hits += rng_uniform(rng) < pb;
        a.count++;
        b.count++;
        if (a.count % 50 == 0 && sequential_compare(a, b, 0.05, 1).is_decided)
            return a.count;
    }
    return 0;
}

static void it_may_be_looked_at_often(void **state) {
    (void)state;
    enum { TRIALS = 1000 };
    struct rng rng;
    rng_init(&rng, 11, 0);
    size_t wrong = 0, found = 0, people = 0;
    for (size_t i = 0; i < TRIALS; i++)
        wrong += decided_after(0.2, 0.2, 5000, &rng) > 0;
    for (size_t i = 0; i < TRIALS; i++) {
        const size_t after = decided_after(0.2, 0.26, 5000, &rng);
        found += after > 0;
        people += after;
    }
    print_message("errs in %zu of %d, finds 6 points in %zu, after %zu people a side on average\n",
                  wrong, TRIALS, found, people / (found ? found : 1));
    assert_true(wrong <= 50);
    assert_true(found >= 990);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_by_hand),
        cmocka_unit_test(the_ratio_by_hand),
        cmocka_unit_test(it_may_be_looked_at_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_halving.c: brackets of every size end with one point that has everything. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "experiment/halving.h"

static void full_bracket(void **state) {
    (void)state;
    assert_int_equal(halving_rungs(9), 3);
    assert_true(fabs(halving_share(0, 3) - 1.0 / 9) < 1e-12);
    assert_true(fabs(halving_share(1, 3) - 1.0 / 3) < 1e-12);
    assert_true(halving_share(2, 3) == 1);
    assert_int_equal(halving_kept(9), 3);
    assert_int_equal(halving_kept(3), 1);
}

static void every_size(void **state) {
    (void)state;
    for (size_t points = 1; points <= HALVING_BRACKET; points++) {
        size_t rungs = halving_rungs(points), left = points;
        for (size_t rung = 0; rung + 1 < rungs; rung++)
            left = halving_kept(left);
        assert_true(left >= 1 && left <= (points < 3 ? 2 : points < 9 ? 3 : 1));
        assert_true(halving_share(rungs - 1, rungs) == 1);
    }
    assert_int_equal(halving_rungs(2), 1);
    assert_int_equal(halving_rungs(3), 2);
    assert_int_equal(halving_rungs(8), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full_bracket),
        cmocka_unit_test(every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_group.c: the two rules against a table worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rank/group.h"

/* One scores 0 ... 4, the other 100 ... 200, and one film is seen by the second. Mapped over the
 * four others: 0 .5 1 .25 and 1 0 .5 1. */
static void rules(void **state) {
    (void)state;
    const float rows[2][5] = {{0, 2, 4, 1, 9}, {200, 100, 150, 200, -INFINITY}};
    const float mean[4] = {0.5f, 0.25f, 0.75f, 0.625f}, lowest[4] = {0, 0, 0.5f, 0.25f};
    for (int r = 0; r < GROUP_RULES; r++) {
        float row[2][5], scores[5];
        for (int i = 0; i < 5; i++) {
            row[0][i] = rows[0][i];
            row[1][i] = rows[1][i];
        }
        group_combine((enum group_rule)r, row[0], 2, 5, scores);
        for (int i = 0; i < 4; i++)
            assert_true(scores[i] == (r == GROUP_MEAN ? mean : lowest)[i]);
        assert_true(scores[4] == -INFINITY);
    }
}

static void names(void **state) {
    (void)state;
    enum group_rule rule;
    assert_true(group_find("least_misery", &rule));
    assert_int_equal(rule, GROUP_LEAST_MISERY);
    assert_string_equal(group_name(GROUP_MEAN), "mean");
    assert_false(group_find("most_joy", &rule));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

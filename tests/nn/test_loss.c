/* test_loss.c: the losses against values worked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "nn/loss.h"

static void near(double found, double expected) {
    if (fabs(found - expected) > 1e-6 * (1 + fabs(expected)))
        fail_msg("found %.9g, expected %.9g", found, expected);
}

static void test_bce_by_hand(void **state) {
    (void)state;
    const float scores[] = {0, 2, -1}, targets[] = {1, 0, 1};
    float gradient[3];
    /* log 2; log(1 + e^2) = 2.126928; log(1 + e) = 1.313262 */
    near(loss_bce(scores, targets, 3, 0.5f, gradient), 0.6931472 + 2.1269280 + 1.3132617);
    near((double)gradient[0], 0.5 * (0.5 - 1));
    near((double)gradient[1], 0.5 * 0.8807971);
    near((double)gradient[2], 0.5 * (0.2689414 - 1));
}

static void test_bce_of_huge_scores_is_finite(void **state) {
    (void)state;
    const float scores[] = {1e30f, -1e30f, 500, -500}, targets[] = {1, 0, 0, 1};
    float gradient[4];
    near(loss_bce(scores, targets, 4, 1, gradient), 1000);
    near((double)gradient[0], 0);
    near((double)gradient[1], 0);
    near((double)gradient[2], 1);
    near((double)gradient[3], -1);
}

static void test_mse_by_hand(void **state) {
    (void)state;
    const float scores[] = {0.5f, 1}, targets[] = {1, 0.25f};
    float gradient[2];
    near(loss_mse(scores, targets, 2, 1, gradient), 0.25 + 0.5625);
    near((double)gradient[0], -1);
    near((double)gradient[1], 1.5);
}

static void test_group_losses_by_hand(void **state) {
    (void)state;
    const float scores[] = {1, 0, 2};
    struct loss_groups groups = {
        .scores = scores, .group_count = 1, .negative_count = 2, .scale = 1, .margin = 0.5f};
    float gradient[3];
    /* log(1 + e^-1) + log(1 + e) */
    near(loss_bpr(&groups, gradient), 0.3132617 + 1.3132617);
    near((double)gradient[0], -(0.2689414 + 0.7310586));
    /* max(0, 0.5 - 1 + 0) + max(0, 0.5 - 1 + 2) */
    near(loss_margin(&groups, gradient), 1.5);
    near((double)gradient[0], -1);
    near((double)gradient[1], 0);
    near((double)gradient[2], 1);
    /* e / (e + 1 + e^2) = 0.2447285 */
    near(loss_softmax(&groups, gradient), 1.4076059);
    near((double)gradient[0], 0.2447285 - 1);
    near((double)gradient[2], 0.6652410);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bce_by_hand),
        cmocka_unit_test(test_bce_of_huge_scores_is_finite),
        cmocka_unit_test(test_mse_by_hand),
        cmocka_unit_test(test_group_losses_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

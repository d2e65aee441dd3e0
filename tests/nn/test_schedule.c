/* test_schedule.c: learning rates against values worked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "nn/schedule.h"

static void near(double found, double expected) {
    if (fabs(found - expected) > 1e-12)
        fail_msg("found %.15g, expected %.15g", found, expected);
}

static void test_constant_with_warm_up(void **state) {
    (void)state;
    struct schedule schedule = {.kind = SCHEDULE_CONSTANT, .rate = 0.1, .warmup_steps = 4};
    near(schedule_rate(&schedule, 1, 1), 0.025);
    near(schedule_rate(&schedule, 1, 4), 0.1);
    near(schedule_rate(&schedule, 7, 1000), 0.1);
}

static void test_steps(void **state) {
    (void)state;
    struct schedule schedule = {
        .kind = SCHEDULE_STEP, .rate = 1, .factor = 0.5, .step_size = 3, .least = 0.2};
    near(schedule_rate(&schedule, 3, 1), 1);
    near(schedule_rate(&schedule, 4, 1), 0.5);
    near(schedule_rate(&schedule, 7, 1), 0.25);
    near(schedule_rate(&schedule, 10, 1), 0.2);
}

static void test_milestones(void **state) {
    (void)state;
    struct schedule schedule = {.kind = SCHEDULE_STEP,
                                .rate = 1,
                                .factor = 0.1,
                                .step_size = 1,
                                .milestones = {2, 5},
                                .milestone_count = 2};
    near(schedule_rate(&schedule, 2, 1), 1);
    near(schedule_rate(&schedule, 3, 1), 0.1);
    near(schedule_rate(&schedule, 6, 1), 0.01);
}

static void test_cosine(void **state) {
    (void)state;
    struct schedule schedule = {.kind = SCHEDULE_COSINE, .rate = 1, .least = 0.1, .epochs = 4};
    near(schedule_rate(&schedule, 1, 1), 1);
    near(schedule_rate(&schedule, 3, 1), 0.55);
    near(schedule_rate(&schedule, 5, 1), 0.1);
    near(schedule_rate(&schedule, 9, 1), 0.1);
}

/* What a plateau did, done again as `step` with its milestones, gives the same rates. */
static void test_plateau_leaves_milestones(void **state) {
    (void)state;
    struct schedule plateau = {
        .kind = SCHEDULE_PLATEAU, .rate = 1, .factor = 0.5, .patience = 1, .minimize = true};
    const double losses[] = {5, 4, 4, 4.1, 3, 3, 3, 3, 3, 3};
    double rates[10];
    for (uint32_t epoch = 1; epoch <= 10; epoch++) {
        rates[epoch - 1] = schedule_rate(&plateau, epoch, epoch);
        schedule_observe(&plateau, epoch, losses[epoch - 1]);
    }
    near(rates[3], 1);
    near(rates[4], 0.5);
    near(rates[7], 0.25);
    struct schedule again = plateau;
    again.kind = SCHEDULE_STEP;
    for (uint32_t epoch = 1; epoch <= 10; epoch++)
        near(schedule_rate(&again, epoch, epoch), rates[epoch - 1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constant_with_warm_up),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_milestones),
        cmocka_unit_test(test_cosine),
        cmocka_unit_test(test_plateau_leaves_milestones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

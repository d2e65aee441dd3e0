/* check_sasrec.c: the gradients of SASRec against finite differences, in double, for each loss and
 * option.
 *
 * Every element of every parameter is moved by +-h; the loss of a forward pass alone, with the same
 * random numbers, must change as sasrec_step_gradient says: |numeric - analytic| <= 1e-6 *
 * (|numeric| + |analytic|) or both below 1e-9. The data make several chunks, shards and windows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "models/sequence/sasrec_step.h"

enum { ITEMS = 9, USERS = 5, EVENTS = 22 };

/* User 1 has one event, user 3 none, user 4 every item. */
static const uint64_t offsets[USERS + 1] = {0, 8, 9, 13, 13, 22};
static const uint32_t items[EVENTS] = {3, 1, 4, 8, 5, 2, 6, 7, 3, 8, 2,
                                       4, 6, 0, 1, 2, 3, 4, 5, 6, 7, 8};
static const uint32_t users[] = {4, 0, 1, 2, 0, 3};

struct fixture {
    struct arena arena;
    struct interactions train;
    struct sasrec_network network;
    struct sasrec_step step;
    struct batch batch;
};

static void assert_near(double found, double expected) {
    if (fabs(found - expected) > 1e-12 * (1 + fabs(expected)))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static void begin(struct fixture *fixture, const struct sasrec_shape *shape,
                  const struct sasrec_step_options *options) {
    memset(fixture, 0, sizeof *fixture);
    fixture->train = (struct interactions){.user_count = USERS,
                                           .item_count = ITEMS,
                                           .count = EVENTS,
                                           .offsets = offsets,
                                           .items = items};
    struct sasrec_network *network = &fixture->network;
    sasrec_network_init(network, shape);
    struct rng rng;
    rng_init(&rng, 7, 0);
    for (size_t i = 0; i < network->parameter_count; i++) {
        struct parameter *parameter = &network->parameters[i];
        parameter->weight = ARENA_ARRAY(&fixture->arena, real, parameter_count(parameter));
        parameter_fill_normal(parameter, 0.5, &rng);
    }
    sasrec_step_init(&fixture->step, network, &fixture->train, options, &fixture->arena);
    fixture->batch = (struct batch){.group_count = sizeof users / sizeof *users,
                                    .users = users,
                                    .scale = 0.2,
                                    .seed = 3,
                                    .stream = 5};
}

/* Transposed copies are the optimiser's to keep; here nobody else does. */
static double loss_with(struct fixture *fixture, struct parameter *parameter, size_t i,
                        double value) {
    double before = parameter->weight[i];
    parameter->weight[i] = value;
    if (parameter->transposed)
        parameter_transpose(parameter, 0, parameter->rows);
    double loss = sasrec_step_loss(&fixture->step, &fixture->batch);
    parameter->weight[i] = before;
    if (parameter->transposed)
        parameter_transpose(parameter, 0, parameter->rows);
    return loss * fixture->batch.scale;
}

static void compare_all(struct fixture *fixture, double times) {
    const double h = 2e-6;
    for (size_t p = 0; p < fixture->network.parameter_count; p++) {
        struct parameter *parameter = &fixture->network.parameters[p];
        for (size_t i = 0; i < parameter_count(parameter); i++) {
            double w = parameter->weight[i], f[4];
            for (int k = 0; k < 4; k++)
                f[k] = loss_with(fixture, parameter, i, w + (double[]){-2, -1, 1, 2}[k] * h);
            double numeric = times * (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
            double exact = parameter->gradient[i], error = fabs(numeric - exact);
            if (error > 1e-6 * (fabs(numeric) + fabs(exact)) && error > 2e-9)
                fail_msg("%s[%zu]: finite difference %.12g, gradient %.12g", parameter->name, i,
                         numeric, exact);
        }
    }
}

static void check(struct sasrec_step_options options, struct sasrec_shape shape) {
    shape.item_count = ITEMS;
    shape.dim = 4;
    shape.hidden = 3;
    shape.max_length = 5;
    options.row_max = 9;
    struct fixture fixture;
    begin(&fixture, &shape, &options);
    double loss = sasrec_step_gradient(&fixture.step, &fixture.batch, true);
    assert_near(loss, sasrec_step_loss(&fixture.step, &fixture.batch));
    compare_all(&fixture, 1);
    /* A second micro-batch of the same step doubles every gradient. */
    sasrec_step_gradient(&fixture.step, &fixture.batch, false);
    compare_all(&fixture, 2);
    arena_release(&fixture.arena);
}

#define SHAPE ((struct sasrec_shape){.block_count = 2, .heads = 2})

static void test_softmax(void **state) {
    (void)state;
    check((struct sasrec_step_options){.loss = SASREC_SOFTMAX}, SHAPE);
}

static void test_one_block_one_head(void **state) {
    (void)state;
    check((struct sasrec_step_options){.loss = SASREC_SOFTMAX},
          (struct sasrec_shape){.block_count = 1, .heads = 1});
}

static void test_last_events(void **state) {
    (void)state;
    check((struct sasrec_step_options){.loss = SASREC_SOFTMAX, .windows = SASREC_LAST_EVENTS},
          SHAPE);
}

static void test_dropout(void **state) {
    (void)state;
    check((struct sasrec_step_options){.loss = SASREC_SOFTMAX, .dropout = 0.4}, SHAPE);
}

static void test_checkpoints(void **state) {
    (void)state;
    check((struct sasrec_step_options){.dropout = 0.3, .checkpoints = true}, SHAPE);
}

static void test_sampled_softmax(void **state) {
    (void)state;
    check((struct sasrec_step_options){.loss = SASREC_SAMPLED_SOFTMAX, .negatives = 4}, SHAPE);
}

static void test_bce(void **state) {
    (void)state;
    check((struct sasrec_step_options){.loss = SASREC_BCE, .negatives = 1}, SHAPE);
}

static void test_bce_with_more_negatives(void **state) {
    (void)state;
    check((struct sasrec_step_options){.loss = SASREC_BCE, .negatives = 3}, SHAPE);
}

/* Where every item is drawn, the sampled softmax is the whole one. */
static void test_drawing_all_is_the_whole_softmax(void **state) {
    (void)state;
    struct sasrec_shape shape = SHAPE;
    shape.item_count = ITEMS;
    shape.dim = 4;
    shape.hidden = 3;
    shape.max_length = 5;
    struct sasrec_step_options options = {.loss = SASREC_SOFTMAX, .row_max = 9};
    struct fixture whole, drawn;
    begin(&whole, &shape, &options);
    options.loss = SASREC_SAMPLED_SOFTMAX;
    options.negatives = 1000;
    begin(&drawn, &shape, &options);
    assert_near(sasrec_step_gradient(&whole.step, &whole.batch, true),
                sasrec_step_gradient(&drawn.step, &drawn.batch, true));
    for (size_t p = 0; p < whole.network.parameter_count; p++)
        for (size_t i = 0; i < parameter_count(&whole.network.parameters[p]); i++)
            assert_near(whole.network.parameters[p].gradient[i],
                        drawn.network.parameters[p].gradient[i]);
    arena_release(&whole.arena);
    arena_release(&drawn.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_one_block_one_head),
        cmocka_unit_test(test_last_events),
        cmocka_unit_test(test_dropout),
        cmocka_unit_test(test_checkpoints),
        cmocka_unit_test(test_sampled_softmax),
        cmocka_unit_test(test_bce),
        cmocka_unit_test(test_bce_with_more_negatives),
        cmocka_unit_test(test_drawing_all_is_the_whole_softmax),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

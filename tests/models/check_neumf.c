/* check_neumf.c: the gradients of GMF, MLP and NeuMF against finite differences, in double, for
 * each option of the network.
 *
 * Every element of every parameter is moved by +-h; the loss of a forward pass alone must change as
 * the gradient of neumf_step_gradient says: |numeric - analytic| <= 1e-6 * (|numeric| + |analytic|)
 * or both below 1e-9. Starting values are far from zero, so that no ReLU switches within h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/neural/neumf_step.h"

#define GROUPS 9
#define NEGATIVES 2
#define ROWS (GROUPS * (1 + NEGATIVES))

static const uint32_t users[GROUPS] = {4, 0, 1, 4, 2, 3, 1, 4, 0};
static const float ratings[GROUPS] = {0.2f, 0.9f, 0.5f, 1, 0, 0.7f, 0.4f, 0.1f, 0.8f};
static const real genres[6 * 3] = {1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0};

static const real texts[6 * 4] = {0.3, -0.2, 0.9, 0.1, -0.4, 0.6, 0.2, 0.5,  0,   0,   0,   0,
                                  0.7, -0.7, 0.1, 0.2, 1,    0.4, -1,  -0.3, 0.2, 0.8, 0.6, -0.9};

struct fixture {
    struct arena arena;
    struct neumf_network network;
    struct neumf_step step;
    uint32_t items[ROWS];
    struct batch batch;
};

static void begin(struct fixture *fixture, const struct neumf_shape *shape, enum neumf_loss loss) {
    memset(fixture, 0, sizeof *fixture);
    struct neumf_network *network = &fixture->network;
    neumf_network_init(network, shape);
    struct rng rng;
    rng_init(&rng, 7, 0);
    for (size_t i = 0; i < network->parameter_count; i++) {
        struct parameter *parameter = &network->parameters[i];
        parameter->weight = ARENA_ARRAY(&fixture->arena, real, parameter_count(parameter));
        parameter_fill_normal(parameter, 0.5, &rng);
    }
    network->genres = genres;
    network->texts = texts;
    for (size_t r = 0; r < ROWS; r++)
        fixture->items[r] = rng_below(&rng, 6);
    fixture->batch = (struct batch){.group_count = GROUPS,
                                    .negative_count = loss == NEUMF_MSE ? 0 : NEGATIVES,
                                    .users = users,
                                    .items = fixture->items,
                                    .ratings = loss == NEUMF_MSE ? ratings : NULL,
                                    .scale = 0.1};
    neumf_step_init(
        &fixture->step, network,
        &(struct neumf_step_options){
            .group_max = GROUPS, .negative_count = NEGATIVES, .loss = loss, .training = true},
        &fixture->arena);
    if (fixture->step.intent)
        fixture->step.intent->share = 1;
}

static double loss_with(struct fixture *fixture, real *weight, double value) {
    double before = *weight;
    *weight = value;
    double loss = neumf_step_loss(&fixture->step, &fixture->batch);
    *weight = before;
    return loss * fixture->batch.scale;
}

/* The gradient of an element, 0 for a row that the batch did not touch. */
static double analytic(const struct parameter *parameter, size_t row, size_t column) {
    if (parameter->index) {
        uint32_t slot = parameter->index->slot_of[row];
        return slot == ROW_INDEX_NONE ? 0 : parameter->gradient[slot * parameter->columns + column];
    }
    return parameter->gradient[row * parameter->columns + column];
}

static void compare_all(struct fixture *fixture, double times) {
    const double h = 2e-6;
    for (size_t p = 0; p < fixture->network.parameter_count; p++) {
        struct parameter *parameter = &fixture->network.parameters[p];
        for (size_t i = 0; i < parameter_count(parameter); i++) {
            real *weight = &parameter->weight[i];
            double w = *weight, f[4];
            for (int k = 0; k < 4; k++)
                f[k] = loss_with(fixture, weight, w + (double[]){-2, -1, 1, 2}[k] * h);
            double numeric = times * (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
            double exact = analytic(parameter, i / parameter->columns, i % parameter->columns);
            double error = fabs(numeric - exact);
            if (error > 1e-6 * (fabs(numeric) + fabs(exact)) && error > 1e-9)
                fail_msg("%s[%zu]: finite difference %.12g, gradient %.12g", parameter->name, i,
                         numeric, exact);
        }
    }
}

static void check(struct neumf_shape shape, enum neumf_loss loss) {
    shape.user_count = 5;
    shape.item_count = 6;
    shape.genre_count = shape.genre_dim ? 3 : 0;
    struct fixture fixture;
    begin(&fixture, &shape, loss);
    neumf_step_gradient(&fixture.step, &fixture.batch, true);
    compare_all(&fixture, 1);
    /* A second micro-batch of the same step doubles every gradient. */
    neumf_step_gradient(&fixture.step, &fixture.batch, false);
    compare_all(&fixture, 2);
    /* The next step starts from nothing. */
    neumf_step_gradient(&fixture.step, &fixture.batch, true);
    compare_all(&fixture, 1);
    arena_release(&fixture.arena);
}

#define TOWER .mlp_dim = 4, .layer_count = 3, .widths = {5, 5, 3}

static void test_gmf(void **state) {
    (void)state;
    check((struct neumf_shape){.mf_dim = 3}, NEUMF_BCE);
}

static void test_mlp(void **state) {
    (void)state;
    check((struct neumf_shape){TOWER}, NEUMF_BCE);
}

static void test_neumf(void **state) {
    (void)state;
    check((struct neumf_shape){.mf_dim = 3, TOWER}, NEUMF_BCE);
}

static void test_neumf_on_ratings(void **state) {
    (void)state;
    check((struct neumf_shape){.mf_dim = 3, TOWER}, NEUMF_MSE);
}

static void test_neumf_with_genres(void **state) {
    (void)state;
    check((struct neumf_shape){.mf_dim = 3, .genre_dim = 2, TOWER}, NEUMF_BCE);
}

static void test_neumf_with_residuals(void **state) {
    (void)state;
    check((struct neumf_shape){.mf_dim = 3, .residual = true, TOWER}, NEUMF_BCE);
}

static void test_neumf_with_attention(void **state) {
    (void)state;
    check((struct neumf_shape){.mf_dim = 3, .heads = 2, TOWER}, NEUMF_BCE);
}

static void test_neumf_with_everything(void **state) {
    (void)state;
    check((struct neumf_shape){.mf_dim = 3, .genre_dim = 2, .heads = 2, .residual = true, TOWER},
          NEUMF_BCE);
}

#define INTENT .intent_in = 4, .intent_widths = {5, 3}

static void test_mlp_with_intent(void **state) {
    (void)state;
    check((struct neumf_shape){INTENT, TOWER}, NEUMF_BCE);
}

static void test_neumf_with_intent(void **state) {
    (void)state;
    check((struct neumf_shape){.mf_dim = 3, .genre_dim = 2, .residual = true, INTENT, TOWER},
          NEUMF_BCE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gmf),
        cmocka_unit_test(test_mlp),
        cmocka_unit_test(test_neumf),
        cmocka_unit_test(test_neumf_on_ratings),
        cmocka_unit_test(test_neumf_with_genres),
        cmocka_unit_test(test_neumf_with_residuals),
        cmocka_unit_test(test_neumf_with_attention),
        cmocka_unit_test(test_neumf_with_everything),
        cmocka_unit_test(test_mlp_with_intent),
        cmocka_unit_test(test_neumf_with_intent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* check_two_tower.c: the gradients of the two towers against finite differences, in double: every
 * parameter under each loss, with embeddings and the gate. |numeric - analytic| <= 1e-6 *
 * (|numeric|
 * + |analytic|), or both below 2e-9. Starting values are far from zero, so that no ReLU and no
 * margin switches within h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "models/neural/two_tower_step.h"

/* More groups than a shard has. */
enum { USERS = 6, ITEMS = 9, GENRES = 3, EACH = 4, GROUPS = 70, NEGATIVES = 2 };

struct fixture {
    struct arena arena;
    uint64_t offsets[USERS + 1];
    uint32_t rows[USERS * EACH];
    float ratings[USERS * EACH];
    int64_t times[USERS * EACH];
    struct interactions train;
    float genres[ITEMS * GENRES], items[ITEMS * (GENRES + 3)];
    float user_scale[2 * (GENRES + 2)], item_scale[2 * (GENRES + 3)];
    struct two_tower_features features;
    struct two_tower_sums sums;
    struct two_tower_network network;
    struct two_tower_step step;
    uint32_t users[GROUPS], batch_items[GROUPS * (1 + NEGATIVES)];
    float targets[GROUPS];
    struct batch batch;
};

static void make_features(struct fixture *fixture) {
    static const float years[ITEMS] = {1990, 0, 1950, 2001, 1999, 1980, 1970, 1995, 2000};
    for (uint32_t i = 0; i < USERS * EACH; i++) {
        fixture->offsets[i / EACH + 1] = i + 1;
        fixture->rows[i] = (i / EACH * 2 + i % EACH * 2 + i % 2) % ITEMS;
        fixture->ratings[i] = (float)(1 + i * 7 % 5);
        fixture->times[i] = (int64_t)i * 86400;
    }
    for (uint32_t i = 0; i < ITEMS; i++)
        fixture->genres[i * GENRES + i % GENRES] = fixture->genres[i * GENRES] = 1;
    fixture->train = (struct interactions){.user_count = USERS,
                                           .item_count = ITEMS,
                                           .count = USERS * EACH,
                                           .offsets = fixture->offsets,
                                           .items = fixture->rows,
                                           .ratings = fixture->ratings,
                                           .times = fixture->times};
    fixture->features = (struct two_tower_features){.genre_count = GENRES,
                                                    .item_count = ITEMS,
                                                    .rated = true,
                                                    .half_life = 2,
                                                    .age = TWO_TOWER_DAYS,
                                                    .rating_min = 1,
                                                    .rating_max = 5,
                                                    .genres = fixture->genres,
                                                    .items = fixture->items,
                                                    .user_scale = fixture->user_scale,
                                                    .item_scale = fixture->item_scale};
    two_tower_features_fit(&fixture->features, years, &fixture->train, &fixture->sums,
                           &fixture->arena);
}

static void make_batch(struct fixture *fixture, struct rng *rng, size_t negatives) {
    for (size_t g = 0; g < GROUPS; g++) {
        uint32_t row = rng_below(rng, USERS * EACH);
        fixture->users[g] = row / EACH;
        fixture->batch_items[g * (1 + negatives)] = fixture->rows[row];
        fixture->targets[g] = (fixture->ratings[row] - 1) / 4;
        for (size_t j = 1; j <= negatives; j++)
            fixture->batch_items[g * (1 + negatives) + j] = rng_below(rng, ITEMS);
    }
    fixture->batch = (struct batch){.group_count = GROUPS,
                                    .negative_count = negatives,
                                    .users = fixture->users,
                                    .items = fixture->batch_items,
                                    .ratings = fixture->targets,
                                    .scale = 0.1};
}

static void begin(struct fixture *fixture, enum two_tower_loss loss, bool options) {
    memset(fixture, 0, sizeof *fixture);
    make_features(fixture);
    struct two_tower_network *network = &fixture->network;
    two_tower_network_init(
        network, &(struct two_tower_shape){.counts = {USERS, ITEMS},
                                           .embeddings = {options ? 2 : 0, options ? 3 : 0},
                                           .genre_count = GENRES,
                                           .layer_count = 2,
                                           .widths = {5, 3},
                                           .attention = options});
    struct rng rng;
    rng_init(&rng, 11, 0);
    for (size_t i = 0; i < network->parameter_count; i++) {
        struct parameter *parameter = &network->parameters[i];
        parameter->weight = ARENA_ARRAY(&fixture->arena, real, parameter_count(parameter));
        parameter_fill_normal(parameter, 0.6, &rng);
    }
    size_t negatives = loss == TWO_TOWER_TRIPLET ? NEGATIVES : 0;
    make_batch(fixture, &rng, negatives);
    two_tower_step_init(&fixture->step, network,
                        &(struct two_tower_step_options){.group_max = GROUPS,
                                                         .negative_count = negatives,
                                                         .loss = loss,
                                                         .temperature = 0.5,
                                                         .implicit_weight = 0.3,
                                                         .margin = 0.2,
                                                         .features = &fixture->features,
                                                         .sums = &fixture->sums},
                        &fixture->arena);
}

static double analytic(const struct parameter *parameter, size_t row, size_t column) {
    if (parameter->index) {
        uint32_t slot = parameter->index->slot_of[row];
        return slot == ROW_INDEX_NONE ? 0 : parameter->gradient[slot * parameter->columns + column];
    }
    return parameter->gradient[row * parameter->columns + column];
}

static void compare_all(struct fixture *fixture, double times) {
    const double h = 1e-5;
    for (size_t p = 0; p < fixture->network.parameter_count; p++) {
        struct parameter *parameter = &fixture->network.parameters[p];
        for (size_t i = 0; i < parameter_count(parameter); i++) {
            double before = parameter->weight[i], f[4];
            for (int k = 0; k < 4; k++) {
                parameter->weight[i] = before + (double[]){-2, -1, 1, 2}[k] * h;
                f[k] = two_tower_step_loss(&fixture->step, &fixture->batch);
            }
            parameter->weight[i] = before;
            double numeric =
                times * fixture->batch.scale * (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
            double exact = analytic(parameter, i / parameter->columns, i % parameter->columns);
            double error = fabs(numeric - exact);
            if (error > 1e-6 * (fabs(numeric) + fabs(exact)) && error > 2e-9)
                fail_msg("%s[%zu]: finite difference %.12g, gradient %.12g", parameter->name, i,
                         numeric, exact);
        }
    }
}

static void check(enum two_tower_loss loss) {
    for (int options = 0; options < 2; options++) {
        struct fixture fixture;
        begin(&fixture, loss, options);
        two_tower_step_gradient(&fixture.step, &fixture.batch, true);
        compare_all(&fixture, 1);
        /* A second micro-batch of the same step doubles every gradient. */
        two_tower_step_gradient(&fixture.step, &fixture.batch, false);
        compare_all(&fixture, 2);
        arena_release(&fixture.arena);
    }
}

static void test_mse(void **state) {
    (void)state;
    check(TWO_TOWER_MSE);
}

static void test_softmax(void **state) {
    (void)state;
    check(TWO_TOWER_SOFTMAX);
}

static void test_triplet(void **state) {
    (void)state;
    check(TWO_TOWER_TRIPLET);
}

static void test_multi_task(void **state) {
    (void)state;
    check(TWO_TOWER_MULTI_TASK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mse),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_triplet),
        cmocka_unit_test(test_multi_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

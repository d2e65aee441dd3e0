/* check_vae.c: the gradients of Mult-VAE and Mult-DAE against finite differences, in double: of
 * every parameter, with dropout, noise and the KL term at work (a batch's numbers
 * are drawn anew from its own stream, so they are the same each time).
 * |numeric - analytic| <= 1e-6 * (|numeric| + |analytic|), or both below 2e-9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "models/neural/vae_step.h"

/* More items than a block has, more users than a shard; user 1 has nothing. */
enum { USERS = 35, ITEMS = 131, EACH = 3 };

struct fixture {
    struct arena arena;
    uint64_t offsets[USERS + 1];
    uint32_t items[USERS * EACH], users[USERS];
    struct interactions train;
    struct vae_network network;
    struct vae_step step;
    struct batch batch;
};

static void make_rows(struct fixture *fixture) {
    for (uint32_t u = 0; u < USERS; u++) {
        fixture->offsets[u + 1] = fixture->offsets[u];
        fixture->users[u] = USERS - 1 - u;
        for (uint32_t i = 0; i < EACH && u != 1; i++)
            fixture->items[fixture->offsets[u + 1]++] = (u * 11 + i * 29) % ITEMS;
    }
    fixture->train = (struct interactions){.user_count = USERS,
                                           .item_count = ITEMS,
                                           .count = fixture->offsets[USERS],
                                           .offsets = fixture->offsets,
                                           .items = fixture->items};
}

static void begin(struct fixture *fixture, bool variational, size_t hidden_count) {
    memset(fixture, 0, sizeof *fixture);
    make_rows(fixture);
    struct vae_network *network = &fixture->network;
    vae_network_init(network, &(struct vae_shape){.item_count = ITEMS,
                                                  .latent = 2,
                                                  .hidden_count = hidden_count,
                                                  .hidden = {4, 3},
                                                  .variational = variational});
    struct rng rng;
    rng_init(&rng, 7, 0);
    for (size_t i = 0; i < network->parameter_count; i++) {
        struct parameter *parameter = &network->parameters[i];
        parameter->weight = ARENA_ARRAY(&fixture->arena, real, parameter_count(parameter));
        parameter_fill_normal(parameter, 0.7, &rng);
    }
    vae_step_init(&fixture->step, network,
                  &(struct vae_step_options){.group_max = USERS, .inputs = &fixture->train},
                  &fixture->arena);
    fixture->step.dropout = 0.3;
    fixture->step.kl_weight = 0.4;
    fixture->batch = (struct batch){
        .group_count = USERS, .users = fixture->users, .scale = 0.1, .seed = 5, .stream = 1000};
}

/* Dense copies of all gradients, in the order of the parameters. */
static real **gradients(struct fixture *fixture) {
    struct vae_network *network = &fixture->network;
    real **copies = ARENA_ARRAY(&fixture->arena, real *, network->parameter_count);
    for (size_t p = 0; p < network->parameter_count; p++) {
        const struct parameter *parameter = &network->parameters[p];
        size_t columns = parameter->columns;
        copies[p] = ARENA_ARRAY(&fixture->arena, real, parameter_count(parameter));
        for (size_t row = 0; row < parameter->rows; row++) {
            size_t from = row;
            if (parameter->index && parameter->index->slot_of[row] == ROW_INDEX_NONE)
                continue;
            if (parameter->index)
                from = parameter->index->slot_of[row];
            memcpy(copies[p] + row * columns, parameter->gradient + from * columns,
                   columns * sizeof(real));
        }
    }
    return copies;
}

/* Of the item tables every third element: they are many and alike. */
static void compare_all(struct fixture *fixture, real *const *exact) {
    const double h = 1e-5;
    for (size_t p = 0; p < fixture->network.parameter_count; p++) {
        struct parameter *parameter = &fixture->network.parameters[p];
        size_t stride = parameter_count(parameter) > 100 ? 3 : 1;
        for (size_t i = 0; i < parameter_count(parameter); i += stride) {
            double before = parameter->weight[i], f[4];
            for (int k = 0; k < 4; k++) {
                parameter->weight[i] = before + (double[]){-2, -1, 1, 2}[k] * h;
                if (parameter->transposed)
                    parameter_transpose(parameter, 0, parameter->rows);
                f[k] =
                    fixture->batch.scale * vae_step_gradient(&fixture->step, &fixture->batch, true);
            }
            parameter->weight[i] = before;
            if (parameter->transposed)
                parameter_transpose(parameter, 0, parameter->rows);
            double numeric = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
            double error = fabs(numeric - exact[p][i]);
            if (error > 1e-6 * (fabs(numeric) + fabs(exact[p][i])) && error > 2e-9)
                fail_msg("%s[%zu]: finite difference %.12g, gradient %.12g", parameter->name, i,
                         numeric, exact[p][i]);
        }
    }
}

static void check(bool variational, size_t hidden_count) {
    struct fixture fixture;
    begin(&fixture, variational, hidden_count);
    vae_step_gradient(&fixture.step, &fixture.batch, true);
    compare_all(&fixture, gradients(&fixture));
    /* A second micro-batch of the same step doubles every gradient. */
    vae_step_gradient(&fixture.step, &fixture.batch, true);
    real **once = gradients(&fixture);
    vae_step_gradient(&fixture.step, &fixture.batch, false);
    real **twice = gradients(&fixture);
    for (size_t p = 0; p < fixture.network.parameter_count; p++)
        for (size_t i = 0; i < parameter_count(&fixture.network.parameters[p]); i++)
            assert_true(fabs(twice[p][i] - 2 * once[p][i]) <= 1e-12 * (1 + fabs(once[p][i])));
    arena_release(&fixture.arena);
}

static void test_vae(void **state) {
    (void)state;
    check(true, 1);
}

static void test_vae_of_two_layers(void **state) {
    (void)state;
    check(true, 2);
}

static void test_dae(void **state) {
    (void)state;
    check(false, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_vae),
                                       cmocka_unit_test(test_vae_of_two_layers),
                                       cmocka_unit_test(test_dae)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_vae.c: Mult-VAE and Mult-DAE against numpy (tests/golden/vae_step.txt, made by
 * tools/reference/vae_step.py with numpy 2.4.6, seed 7): loss, logits and every gradient; dropout;
 * and the model: every option through a fit, what is said of bad settings, the rise of the KL
 * weight, val_loss. Single precision against double: differences stay below 3e-6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/model.h"
#include "models/neural/vae_step.h"
#include "models/trainer.h"

#define TOLERANCE 1e-5

enum { USERS = 4, ITEMS = 5 };

static struct progress silent = {.quiet = true};

/* ---- against numpy -------------------------------------------------------------------------- */

static const uint64_t input_offsets[USERS + 1] = {0, 3, 4, 6, 10};
static const uint32_t input_items[] = {0, 2, 3, 1, 4, 0, 1, 2, 3, 4};
static const uint64_t held_offsets[USERS + 1] = {0, 1, 3, 4, 5};
static const uint32_t held_items[] = {1, 0, 2, 3, 0};
static const struct interactions inputs = {USERS,       ITEMS, 10,  input_offsets,
                                           input_items, NULL,  NULL};
static const struct interactions held = {USERS, ITEMS, 5, held_offsets, held_items, NULL, NULL};

/* The numbers that follow the line "KIND NAME COUNT". */
static void golden(const char *kind, const char *name, size_t count, double *values) {
    char wanted[96], line[128];
    snprintf(wanted, sizeof wanted, "%s %s %zu\n", kind, name, count);
    FILE *file = fopen("tests/golden/vae_step.txt", "r");
    assert_non_null(file);
    bool found = false;
    while (!found && fgets(line, sizeof line, file))
        found = strcmp(line, wanted) == 0;
    if (!found)
        fail_msg("no golden numbers \"%s\"", wanted);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fscanf(file, "%lf", &values[i]), 1);
    fclose(file);
}

static void assert_near(const char *what, size_t index, float found, double wanted) {
    if (fabs((double)found - wanted) > TOLERANCE * (0.1 + fabs(wanted)))
        fail_msg("%s[%zu]: found %.9g, expected %.9g", what, index, (double)found, wanted);
}

struct fixture {
    struct arena arena;
    struct vae_network network;
    struct vae_step step;
    struct batch batch;
};

static const uint32_t everybody[USERS] = {0, 1, 2, 3};

static void begin(struct fixture *fixture, const char *kind) {
    memset(fixture, 0, sizeof *fixture);
    struct vae_network *network = &fixture->network;
    vae_network_init(network, &(struct vae_shape){.item_count = ITEMS,
                                                  .latent = 2,
                                                  .hidden_count = 2,
                                                  .hidden = {4, 3},
                                                  .variational = strcmp(kind, "vae") == 0});
    for (size_t p = 0; p < network->parameter_count; p++) {
        struct parameter *parameter = &network->parameters[p];
        double values[32];
        golden(kind, parameter->name, parameter_count(parameter), values);
        parameter->weight = ARENA_ARRAY(&fixture->arena, real, parameter_count(parameter));
        for (size_t i = 0; i < parameter_count(parameter); i++)
            parameter->weight[i] = (real)values[i];
    }
    vae_step_init(&fixture->step, network,
                  &(struct vae_step_options){.group_max = USERS, .inputs = &inputs, .held = &held},
                  &fixture->arena);
    fixture->batch = (struct batch){.group_count = USERS, .users = everybody, .scale = 0.25};
}

static void test_a_step_of_dae_is_that_of_numpy(void **state) {
    (void)state;
    struct fixture fixture;
    begin(&fixture, "dae");
    double wanted[32];
    golden("dae", "loss", 1, wanted);
    assert_near("loss", 0, (float)vae_step_gradient(&fixture.step, &fixture.batch, true),
                wanted[0]);
    for (size_t p = 0; p < fixture.network.parameter_count; p++) {
        const struct parameter *parameter = &fixture.network.parameters[p];
        golden("gradient", parameter->name, parameter_count(parameter), wanted);
        for (size_t i = 0; i < parameter_count(parameter); i++) {
            size_t row = i / parameter->columns;
            if (parameter->index)
                row = parameter->index->slot_of[row];
            assert_near(parameter->name, i,
                        parameter->gradient[row * parameter->columns + i % parameter->columns],
                        wanted[i]);
        }
    }
    arena_release(&fixture.arena);
}

static void test_the_loss_of_held_rows_is_that_of_numpy(void **state) {
    (void)state;
    struct fixture fixture;
    begin(&fixture, "vae");
    fixture.step.kl_weight = 0.3;
    double wanted[1];
    golden("vae", "loss", 1, wanted);
    assert_near("loss", 0, (float)vae_step_loss(&fixture.step, &fixture.batch), wanted[0]);
    arena_release(&fixture.arena);
}

/* Of 10 entries at rate 0.5 over 400 draws about half are 0, the others 2 / sqrt(count). */
static void test_dropout_keeps_the_expectation(void **state) {
    (void)state;
    struct fixture fixture;
    begin(&fixture, "dae");
    fixture.step.dropout = 0.5;
    size_t kept = 0;
    for (uint64_t draw = 0; draw < 400; draw++) {
        fixture.batch.stream = draw * USERS;
        vae_step_gradient(&fixture.step, &fixture.batch, true);
        for (size_t p = 0; p < 10; p++) {
            size_t user = fixture.step.owners[p];
            double count = (double)(input_offsets[user + 1] - input_offsets[user]);
            if (fixture.step.values[p] == 0)
                continue;
            assert_near("value", p, fixture.step.values[p], 2 / sqrt(count));
            kept++;
        }
    }
    assert_true(kept > 1880 && kept < 2120); /* four deviations */
    arena_release(&fixture.arena);
}

/* ---- the model ------------------------------------------------------------------------------ */

enum { PEOPLE = 60, FILMS = 40, EACH = 10 };

struct world {
    struct arena arena;
    struct interactions train, validation;
    struct settings *settings;
    struct model *model;
    struct error error;
};

/* Two tastes: even people have even films. Each one's last film is for validation. */
static void make(struct world *world) {
    memset(world, 0, sizeof *world);
    uint64_t *offsets = ARENA_ARRAY(&world->arena, uint64_t, PEOPLE + 1);
    uint64_t *single = ARENA_ARRAY(&world->arena, uint64_t, PEOPLE + 1);
    uint32_t *items = ARENA_ARRAY(&world->arena, uint32_t, PEOPLE * EACH);
    uint32_t *last = ARENA_ARRAY(&world->arena, uint32_t, PEOPLE);
    for (uint32_t u = 0; u < PEOPLE; u++) {
        for (uint32_t i = 0; i < EACH; i++)
            items[u * EACH + i] = (u % 2 + 2 * (u * 3 + i)) % FILMS;
        last[u] = (u % 2 + 2 * (u * 3 + EACH)) % FILMS;
        offsets[u + 1] = (uint64_t)(u + 1) * EACH;
        single[u + 1] = u + 1;
    }
    world->train = (struct interactions){.user_count = PEOPLE,
                                         .item_count = FILMS,
                                         .count = PEOPLE * EACH,
                                         .offsets = offsets,
                                         .items = items};
    world->validation = (struct interactions){.user_count = PEOPLE,
                                              .item_count = FILMS,
                                              .count = PEOPLE,
                                              .offsets = single,
                                              .items = last};
}

/* pairs: "key=value" ..., NULL at the end. */
static enum status fit(struct world *world, const char *const *pairs) {
    const struct model_ops *ops;
    if (model_find(&ops, "mult_vae", &world->error) != STATUS_OK)
        fail_msg("%s", world->error.text);
    world->settings = settings_create(&world->arena);
    settings_add(world->settings, ops->settings);
    settings_add(world->settings, trainer_settings);
    settings_default(world->settings, "model.hidden_dims", "[16]");
    settings_default(world->settings, "model.latent_dim", "4");
    settings_default(world->settings, "trainer.max_epochs", "30");
    settings_default(world->settings, "trainer.batch_size", "16");
    settings_default(world->settings, "trainer.learning_rate", "0.01");
    for (; *pairs; pairs++)
        if (settings_set_pair(world->settings, *pairs, "test", &world->error) != STATUS_OK)
            fail_msg("%s", world->error.text);
    enum status status = ops->create(&world->model, world->settings, &world->error);
    if (status != STATUS_OK)
        return status;
    const struct fit_input input = {
        .train = &world->train, .validation = &world->validation, .seed = 1, .progress = &silent};
    return ops->fit(world->model, &input, &world->error);
}

static void drop(struct world *world) {
    model_destroy(world->model);
    arena_release(&world->arena);
}

/* Everybody's own taste stands above the other one. */
static void assert_tastes(const struct world *world) {
    for (uint32_t u = 0; u < 2; u++) {
        const struct query query = {.user = MODEL_NO_USER,
                                    .history = interactions_history(&world->train, u)};
        float scores[FILMS], own = 0, other = 0;
        world->model->ops->score(world->model, &query, 1, NULL, FILMS, scores);
        for (uint32_t i = 0; i < FILMS; i++)
            *(i % 2 == u % 2 ? &own : &other) += scores[i];
        if (!(own > other + FILMS))
            fail_msg("user %u: own taste %g, the other %g", u, (double)own, (double)other);
    }
}

static void test_options(void **state) {
    (void)state;
    static const char *const sets[][4] = {
        {NULL},
        {"model.variational=false", "trainer.optimizer.sparse=dense", NULL},
        {"model.hidden_dims=[16,8]", "model.anneal_steps=500", "model.dropout=0.2", NULL},
        {"trainer.accumulate_grad_batches=2", "model.anneal_epochs=0", NULL},
        {"trainer.early_stopping.monitor=val_loss", "model.anneal_cap=0", NULL},
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct world world;
        make(&world);
        if (fit(&world, sets[i]) != STATUS_OK)
            fail_msg("%s", world.error.text);
        assert_tastes(&world);
        const struct fit_report *report = &world.model->report;
        assert_true(report->epochs[report->epoch_count - 1].loss < report->epochs[0].loss);
        drop(&world);
    }
}

static void test_the_kl_weight_rises(void **state) {
    (void)state;
    /* Nothing else differs before the weight does: the first step has weight 0 in both. */
    static const char *const slow[] = {"model.anneal_epochs=1000", "trainer.max_epochs=2", NULL};
    static const char *const fast[] = {"model.anneal_epochs=1", "trainer.max_epochs=2",
                                       "model.anneal_cap=1", NULL};
    struct world one, two;
    make(&one);
    make(&two);
    assert_int_equal(fit(&one, slow), STATUS_OK);
    assert_int_equal(fit(&two, fast), STATUS_OK);
    assert_true(two.model->report.epochs[1].loss > one.model->report.epochs[1].loss);
    drop(&one);
    drop(&two);
}

static void test_what_is_said_of_bad_settings(void **state) {
    (void)state;
    static const char *const layers[] = {"model.hidden_dims=[9,8,7,6,5]", NULL};
    struct world world;
    make(&world);
    assert_int_equal(fit(&world, layers), STATUS_BAD_USAGE);
    assert_non_null(strstr(world.error.text, "model.hidden_dims: expected 1 to 4 widths"));
    arena_release(&world.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_of_dae_is_that_of_numpy),
        cmocka_unit_test(test_the_loss_of_held_rows_is_that_of_numpy),
        cmocka_unit_test(test_dropout_keeps_the_expectation),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_the_kl_weight_rises),
        cmocka_unit_test(test_what_is_said_of_bad_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

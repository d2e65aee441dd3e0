/* test_sasrec.c: SASRec against a numpy forward pass, causality, long histories, options that may
 * change nothing, and refusals.
 *
 * tests/golden/sasrec.txt is made by tools/reference/sasrec.py (numpy 2.4.6, seed 7) in double;
 * here is single precision: every difference seen is below 2e-6. Gradients: check_sasrec.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/model.h"
#include "models/sequence/sasrec_encoder.h"
#include "models/sequence/sasrec_step.h"
#include "models/trainer.h"

#define TOLERANCE 1e-5

static const struct sasrec_shape shape = {
    .item_count = 7, .dim = 6, .block_count = 2, .heads = 2, .max_length = 5, .hidden = 4};
static const uint32_t items[] = {3, 1, 4, 2, 0, 6, 5, 4, 3, 2, 0, 1, 6, 3, 5, 4};
static const uint64_t offsets[] = {0, 1, 4, 9, 16};
enum { HISTORIES = 4 };

static void near(double found, double expected) {
    if (fabs(found - expected) > TOLERANCE * (1 + fabs(expected)))
        fail_msg("found %.9g, expected %.9g", found, expected);
}

/* The numbers of that name in the golden file. */
static double *golden(const char *name, size_t count, struct arena *arena) {
    FILE *file = fopen("tests/golden/sasrec.txt", "r");
    assert_non_null(file);
    double *values = ARENA_ARRAY(arena, double, count);
    char found[64];
    size_t size;
    while (fscanf(file, "%63s %zu", found, &size) == 2) {
        const bool wanted = strcmp(found, name) == 0;
        assert_true(!wanted || size == count);
        for (size_t i = 0; i < size; i++) {
            double value;
            assert_int_equal(fscanf(file, "%lf", &value), 1);
            if (wanted)
                values[i] = value;
        }
        if (wanted) {
            fclose(file);
            return values;
        }
    }
    fclose(file);
    fail_msg("no %s in the golden file", name);
    return NULL;
}

static void load(struct sasrec_network *network, struct arena *arena) {
    sasrec_network_init(network, &shape);
    for (size_t p = 0; p < network->parameter_count; p++) {
        struct parameter *parameter = &network->parameters[p];
        const size_t count = parameter_count(parameter);
        const double *values = golden(parameter->name, count, arena);
        parameter->weight = ARENA_ARRAY(arena, real, count);
        for (size_t i = 0; i < count; i++)
            parameter->weight[i] = (real)values[i];
    }
}

static struct interactions histories(void) {
    return (struct interactions){
        .user_count = HISTORIES, .item_count = 7, .count = 16, .offsets = offsets, .items = items};
}

static void states_are_numpys(void **state) {
    (void)state;
    struct arena arena = {0};
    struct sasrec_network network;
    load(&network, &arena);
    const struct interactions rows = histories();
    struct query queries[HISTORIES + 1] = {{.user = MODEL_NO_USER}};
    for (uint32_t u = 0; u < HISTORIES; u++)
        queries[u] = (struct query){.user = u, .history = interactions_history(&rows, u)};
    float hidden[(HISTORIES + 1) * 6];
    sasrec_encoder_run(&network, queries, HISTORIES + 1, hidden);
    const double *expected = golden("states", (size_t)HISTORIES * 6, &arena);
    for (size_t i = 0; i < (size_t)HISTORIES * 6; i++)
        near((double)hidden[i], expected[i]);
    for (size_t i = 0; i < 6; i++) /* an empty history */
        assert_true(hidden[HISTORIES * 6 + i] == 0);
    arena_release(&arena);
}

static void the_loss_is_numpys(void **state) {
    (void)state;
    struct arena arena = {0};
    struct sasrec_network network;
    load(&network, &arena);
    const struct interactions rows = histories();
    struct sasrec_step step;
    sasrec_step_init(&step, &network, &rows,
                     &(struct sasrec_step_options){.windows = SASREC_LAST_EVENTS, .row_max = 8},
                     &arena);
    const uint32_t users[] = {0, 1, 2, 3};
    const struct batch batch = {.group_count = 4, .users = users, .scale = 1};
    /* 0 + 2 + 4 + 5 rows of four users */
    near(sasrec_step_loss(&step, &batch) * 11 / 4, golden("loss", 1, &arena)[0]);
    arena_release(&arena);
}

/* h[rows][6] of one sequence. */
static void forward(const struct sasrec_network *network, const uint32_t *sequence, size_t length,
                    real *h) {
    struct arena arena = {0};
    struct sasrec_work work;
    sasrec_forward_init(&work, &shape, 5, &arena);
    const size_t ends[2] = {0, length};
    const struct sasrec_shard shard = {.network = network, .offsets = ends, .end = 1};
    real y[5 * 6], moments[5 * 2];
    sasrec_forward_embed(&shard, sequence, work.x);
    sasrec_forward_block(&shard, 0, &work, y);
    memcpy(work.x, y, length * 6 * sizeof *y);
    sasrec_forward_block(&shard, 1, &work, y);
    sasrec_forward_finish(network, y, length, moments, h);
    arena_release(&arena);
}

static void later_events_change_nothing_of_earlier_states(void **state) {
    (void)state;
    struct arena arena = {0};
    struct sasrec_network network;
    load(&network, &arena);
    uint32_t sequence[5] = {0, 6, 5, 4, 3};
    real whole[5 * 6], other[5 * 6], part[5 * 6];
    forward(&network, sequence, 5, whole);
    for (size_t from = 1; from < 5; from++) {
        sequence[from] = (sequence[from] + 1) % 7;
        forward(&network, sequence, 5, other);
        assert_memory_equal(whole, other, from * 6 * sizeof *whole);
        assert_memory_not_equal(whole + from * 6, other + from * 6, 6 * sizeof *whole);
        forward(&network, sequence, from, part);
        assert_memory_equal(whole, part, from * 6 * sizeof *whole);
        sequence[from] = (sequence[from] + 6) % 7;
    }
    arena_release(&arena);
}

/* ---- the model ------------------------------------------------------------------------------ */

/* Walks around a ring of items, each from another start: what comes next is certain. */
enum { RING = 12, WALKERS = 24, STEPS = 9 };

struct ring {
    uint64_t offsets[WALKERS + 1];
    uint32_t items[WALKERS * STEPS];
    struct interactions train;
};

static void make_ring(struct ring *ring) {
    for (uint32_t u = 0; u < WALKERS; u++) {
        ring->offsets[u + 1] = ring->offsets[u] + STEPS;
        for (uint32_t i = 0; i < STEPS; i++)
            ring->items[u * STEPS + i] = (5 * u + i) % RING;
    }
    ring->train = (struct interactions){.user_count = WALKERS,
                                        .item_count = RING,
                                        .count = (size_t)WALKERS * STEPS,
                                        .offsets = ring->offsets,
                                        .items = ring->items};
}

/* Creates with key=value pairs, ended by NULL. */
static enum status create(struct model **model, const char *const *pairs, struct arena *arena,
                          struct error *error) {
    const struct model_ops *ops;
    assert_int_equal(model_find(&ops, "sasrec", error), STATUS_OK);
    struct settings *settings = settings_create(arena);
    settings_add(settings, ops->settings);
    settings_add(settings, trainer_settings);
    for (size_t i = 0; pairs[i]; i++)
        assert_int_equal(settings_set_pair(settings, pairs[i], NULL, error), STATUS_OK);
    return ops->create(model, settings, error);
}

static struct model *fit(const struct ring *ring, const char *const *pairs) {
    struct arena arena = {0};
    struct error error;
    struct model *model;
    struct progress silent;
    progress_init(&silent, true);
    if (create(&model, pairs, &arena, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    const struct fit_input input = {.train = &ring->train, .seed = 3, .progress = &silent};
    if (model->ops->fit(model, &input, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    arena_release(&arena);
    return model;
}

#define SMALL                                                                                      \
    "model.embedding_dim=16", "model.max_length=6", "trainer.learning_rate=0.01",                  \
        "trainer.batch_size=8"

static uint32_t best(const struct model *model, const uint32_t *history, size_t count) {
    const struct query query = {.user = MODEL_NO_USER,
                                .history = {.count = count, .items = history}};
    float scores[RING];
    model->ops->score(model, &query, 1, NULL, RING, scores);
    uint32_t at = 0;
    for (uint32_t i = 1; i < RING; i++)
        at = scores[i] > scores[at] ? i : at;
    return at;
}

static void learns_what_comes_next(const char *loss) {
    struct ring ring = {0};
    make_ring(&ring);
    struct model *model = fit(&ring, (const char *const[]){SMALL, loss, "model.num_heads=2",
                                                           "trainer.max_epochs=40", NULL});
    for (uint32_t start = 0; start < RING; start++) {
        const uint32_t history[3] = {start, (start + 1) % RING, (start + 2) % RING};
        for (size_t count = 1; count <= 3; count++)
            assert_int_equal(best(model, history, count), (start + count) % RING);
    }
    model_destroy(model);
}

static void softmax_learns_what_comes_next(void **state) {
    (void)state;
    learns_what_comes_next("model.loss_type=softmax");
}

static void sampled_softmax_learns_what_comes_next(void **state) {
    (void)state;
    learns_what_comes_next("model.loss_type=sampled_softmax");
}

static void only_the_last_events_count(void **state) {
    (void)state;
    struct ring ring = {0};
    make_ring(&ring);
    struct model *model = fit(&ring, (const char *const[]){SMALL, "trainer.max_epochs=2", NULL});
    const struct history whole = interactions_history(&ring.train, 4);
    const struct query queries[2] = {
        {.user = 4, .history = whole},
        {.user = MODEL_NO_USER, .history = {.count = 6, .items = whole.items + whole.count - 6}}};
    float scores[2 * RING];
    model->ops->score(model, queries, 2, NULL, RING, scores);
    assert_memory_equal(scores, scores + RING, RING * sizeof *scores);
    model_destroy(model);
}

static void checkpoints_change_nothing(void **state) {
    (void)state;
    struct ring ring = {0};
    make_ring(&ring);
    uint8_t sums[2][32];
    for (size_t i = 0; i < 2; i++) {
        struct model *model =
            fit(&ring, (const char *const[]){SMALL, "trainer.max_epochs=3",
                                             i ? "model.checkpoint_activations=true"
                                               : "model.checkpoint_activations=false",
                                             NULL});
        model_checksum(model, sums[i]);
        model_destroy(model);
    }
    assert_memory_equal(sums[0], sums[1], sizeof sums[0]);
}

static void refused(const char *pair, const char *expected) {
    struct arena arena = {0};
    struct error error;
    struct model *model;
    assert_int_equal(create(&model, (const char *const[]){pair, NULL}, &arena, &error),
                     STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, expected));
    arena_release(&arena);
}

static void what_makes_no_sense_is_refused(void **state) {
    (void)state;
    refused("model.num_heads=3", "divisor of model.embedding_dim=64, found 3");
    refused("trainer.early_stopping.monitor=val_loss", "watch a metric");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_numpys),
        cmocka_unit_test(the_loss_is_numpys),
        cmocka_unit_test(later_events_change_nothing_of_earlier_states),
        cmocka_unit_test(softmax_learns_what_comes_next),
        cmocka_unit_test(sampled_softmax_learns_what_comes_next),
        cmocka_unit_test(only_the_last_events_count),
        cmocka_unit_test(checkpoints_change_nothing),
        cmocka_unit_test(what_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

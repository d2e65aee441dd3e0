/* test_neumf.c: GMF, MLP and NeuMF as models: both layouts of the tower, every option through a
 * fit, scoring against the training step's forward pass, fold-in, pre-training from trainings and
 * from files, losses on ratings, and what is said about bad settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "models/model_file.h"
#include "models/neural/neumf_model.h"

enum { USERS = 90, ITEMS = 150, PER_USER = 20, GENRES = 3 };

static struct progress silent;

struct world {
    struct arena arena;
    struct interactions train;
    float genres[ITEMS * GENRES];
    struct item_feature features[2]; /* genres; texts, which say the same */
    struct settings *settings;
    struct model *model;
    struct error error;
};

/* Users of three tastes; item i is of taste and genre i modulo 3; some of another taste. */
static void make(struct world *world) {
    memset(world, 0, sizeof *world);
    uint64_t *offsets = ARENA_ARRAY(&world->arena, uint64_t, USERS + 1);
    uint32_t *items = ARENA_ARRAY(&world->arena, uint32_t, USERS * PER_USER);
    float *ratings = ARENA_ARRAY(&world->arena, float, USERS *PER_USER);
    size_t count = 0;
    for (uint32_t user = 0; user < USERS; user++) {
        for (uint32_t i = 0; i < PER_USER; i++) {
            uint32_t item = (user % 3 + 3 * (user * 7 + i * 2)) % ITEMS;
            items[count] = i % 5 == 4 ? (item + 1) % ITEMS : item;
            ratings[count++] = i % 5 == 4 ? 1.5f : 4.5f;
        }
        offsets[user + 1] = count;
    }
    world->train = (struct interactions){.user_count = USERS,
                                         .item_count = ITEMS,
                                         .count = count,
                                         .offsets = offsets,
                                         .items = items,
                                         .ratings = ratings};
    for (size_t i = 0; i < ITEMS; i++)
        world->genres[i * GENRES + i % 3] = 1;
    world->features[0] =
        (struct item_feature){.name = "genres", .columns = GENRES, .dense = world->genres};
    world->features[1] = world->features[0];
    world->features[1].name = "text";
    world->features[1].maker = "genres";
}

static const struct model_ops *ops_of(const char *name) {
    const struct model_ops *ops;
    struct error error;
    if (model_find(&ops, name, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return ops;
}

/* pairs: "key=value" ..., NULL at the end. */
static enum status fit(struct world *world, const char *name, const char *const *pairs) {
    const struct model_ops *ops = ops_of(name);
    world->settings = settings_create(&world->arena);
    settings_add(world->settings, ops->settings);
    settings_add(world->settings, trainer_settings);
    settings_default(world->settings, "trainer.max_epochs", "8");
    settings_default(world->settings, "trainer.batch_size", "200");
    settings_default(world->settings, "trainer.learning_rate", "0.01");
    for (; *pairs; pairs++)
        if (settings_set_pair(world->settings, *pairs, "test", &world->error) != STATUS_OK)
            fail_msg("%s", world->error.text);
    enum status status = ops->create(&world->model, world->settings, &world->error);
    if (status != STATUS_OK)
        return status;
    const struct fit_input input = {.train = &world->train,
                                    .features = world->features,
                                    .feature_count = 2,
                                    .seed = 1,
                                    .progress = &silent};
    return ops->fit(world->model, &input, &world->error);
}

static void must_fit(struct world *world, const char *name, const char *const *pairs) {
    if (fit(world, name, pairs) != STATUS_OK)
        fail_msg("%s", world->error.text);
}

static void drop(struct world *world) {
    model_destroy(world->model);
    arena_release(&world->arena);
}

static const char *const option_sets[][6] = {
    {NULL},
    {"model.mlp_layers=[24,12,7,5]", "model.dropout=0.2", NULL},
    {"model.mlp_dim=6", "model.mlp_layers=[9]", NULL},
    {"model.genre_dim=4", NULL},
    {"model.residual=true", "model.mlp_layers=[16,9,9,5]", NULL},
    {"model.attention_heads=2", "model.mlp_layers=[16,8]", NULL},
    {"model.attention_heads=4", "model.genre_dim=2", "model.residual=true",
     "model.mlp_layers=[16,8,6]", NULL},
    {"model.mode=gmf", NULL},
    {"model.mf_weights=fixed", "trainer.weight_decay=0.001", NULL},
    {"model.mode=mlp", NULL},
    {"model.intent_tower=true", "model.intent_layers=[8,4]", NULL},
    {"model.intent_tower=true", "model.genre_dim=2", "model.residual=true",
     "model.mlp_layers=[16,9,5]", "model.intent_share=1", NULL},
};
#define OPTION_SETS (sizeof option_sets / sizeof *option_sets)

/* All items and a list of items, against the forward pass that the gradients are checked with: a
 * group whose positive, item 0, has the wish as its text. */
static void compare_scores(struct world *world, const float *wish) {
    struct neumf *self = (struct neumf *)world->model;
    struct arena arena = {0};
    struct neumf_step step;
    neumf_step_init(&step, &self->network,
                    &(struct neumf_step_options){.group_max = 1, .negative_count = ITEMS - 1},
                    &arena);
    uint32_t every[ITEMS];
    for (uint32_t i = 0; i < ITEMS; i++)
        every[i] = i;
    float texts[ITEMS * GENRES] = {0};
    if (wish)
        memcpy(texts, wish, GENRES * sizeof *texts);
    self->network.texts = texts;
    static const uint32_t users[] = {0, 17, 89}, list[] = {149, 3, 3, 77};
    struct query queries[3];
    for (size_t q = 0; q < 3; q++)
        queries[q] = (struct query){.user = users[q], .wish_vector = wish};
    float all[3 * ITEMS], some[3 * 4];
    world->model->ops->score(world->model, queries, 3, NULL, ITEMS, all);
    world->model->ops->score(world->model, queries, 3, list, 4, some);
    for (size_t q = 0; q < 3; q++) {
        neumf_step_loss(&step, &(struct batch){.group_count = 1,
                                               .negative_count = ITEMS - 1,
                                               .users = &users[q],
                                               .items = every});
        for (size_t i = 0; i < ITEMS; i++)
            if (fabsf(all[q * ITEMS + i] - step.scores[i]) > 1e-4f * (1 + fabsf(step.scores[i])))
                fail_msg("user %u, item %zu: score %g, forward pass %g", users[q], i,
                         (double)all[q * ITEMS + i], (double)step.scores[i]);
        for (size_t i = 0; i < 4; i++)
            assert_true(fabsf(some[q * 4 + i] - all[q * ITEMS + list[i]]) <
                        1e-5f * (1 + fabsf(some[q * 4 + i])));
    }
    arena_release(&arena);
}

static void test_scores_are_the_forward_pass(void **state) {
    (void)state;
    for (size_t i = 0; i < OPTION_SETS; i++) {
        struct world world;
        make(&world);
        must_fit(&world, "neumf", option_sets[i]);
        compare_scores(&world, NULL);
        if (world.model->wish_dimension)
            compare_scores(&world, (const float[]){0, 0.8f, -0.6f});
        drop(&world);
    }
}

static void test_loss_falls_with_every_option(void **state) {
    (void)state;
    for (size_t i = 0; i < OPTION_SETS; i++) {
        struct world world;
        make(&world);
        must_fit(&world, "neumf", option_sets[i]);
        const struct fit_report *report = &world.model->report;
        assert_true(report->epochs[report->epoch_count - 1].loss < 0.9 * report->epochs[0].loss);
        drop(&world);
    }
}

/* What is wished comes first, whoever asks; without a wish nothing is as it was with one. */
static void test_wishes_are_heard(void **state) {
    (void)state;
    struct world world;
    make(&world);
    must_fit(&world, "neumf",
             (const char *const[]){"model.intent_tower=true", "trainer.max_epochs=40", NULL});
    assert_true(world.model->needs & MODEL_NEEDS_TEXT);
    assert_int_equal(world.model->wish_dimension, GENRES);
    assert_string_equal(world.model->wish_encoder, "genres");
    for (size_t wished = 0; wished < GENRES; wished++) {
        float wish[GENRES] = {0}, scores[ITEMS], without[ITEMS];
        wish[wished] = 1;
        const uint32_t user = (uint32_t)(wished + 1) % 3; /* of another taste */
        const struct query asks = {.user = user, .wish_vector = wish}, silent_one = {.user = user};
        world.model->ops->score(world.model, &asks, 1, NULL, ITEMS, scores);
        world.model->ops->score(world.model, &silent_one, 1, NULL, ITEMS, without);
        double lifted[GENRES] = {0};
        for (size_t i = 0; i < ITEMS; i++)
            lifted[i % GENRES] += (double)scores[i] - (double)without[i];
        for (size_t g = 0; g < GENRES; g++)
            assert_true(g == wished || lifted[g] < lifted[wished]);
    }
    drop(&world);
}

/* The file has the tower, and nothing of the texts. */
static void test_wishes_outlive_a_file(void **state) {
    (void)state;
    struct world world;
    make(&world);
    must_fit(&world, "mlp", (const char *const[]){"model.intent_tower=true", NULL});
    const struct model_ops *ops = world.model->ops;
    struct tensor *list[MODEL_TENSORS_MAX], *copies[MODEL_TENSORS_MAX];
    struct model *again;
    struct error error;
    assert_int_equal(ops->create(&again, world.settings, &error), STATUS_OK);
    again->user_count = USERS;
    again->item_count = ITEMS;
    const size_t count = model_tensors(world.model, list);
    assert_int_equal(model_tensors(again, copies), count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(copies[i]->name, list[i]->name);
        *copies[i] = *list[i];
    }
    assert_int_equal(ops->attach(again, &error), STATUS_OK);
    assert_int_equal(again->wish_dimension, GENRES);
    const float wish[GENRES] = {0.6f, 0, 0.8f};
    const struct query query = {.user = 5, .wish_vector = wish};
    float before[ITEMS], after[ITEMS];
    ops->score(world.model, &query, 1, NULL, ITEMS, before);
    ops->score(again, &query, 1, NULL, ITEMS, after);
    assert_memory_equal(before, after, sizeof before);
    for (size_t i = 0; i < count; i++)
        if (strcmp(copies[i]->name, "intent.0.weight") == 0)
            copies[i]->shape[0] = 0;
    assert_int_equal(ops->attach(again, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "intent.0.weight"));
    model_destroy(again);
    drop(&world);
}

static void test_ratings_are_learned(void **state) {
    (void)state;
    struct world world;
    make(&world);
    must_fit(&world, "neumf",
             (const char *const[]){"model.loss_type=mse", "trainer.max_epochs=40", NULL});
    assert_true(world.model->report.epochs[39].loss < 0.05);
    struct query query = {.user = 4};
    float scores[ITEMS];
    world.model->ops->score(world.model, &query, 1, NULL, ITEMS, scores);
    /* 1.5 stands for 0 and 4.5 for 1. */
    for (uint64_t row = world.train.offsets[4]; row < world.train.offsets[5]; row++)
        assert_true(fabsf(1.5f + 3 * scores[world.train.items[row]] - world.train.ratings[row]) <
                    1.2f);
    drop(&world);
}

/* The ten best of somebody's items among all: from his vectors, and from his bare history. */
static size_t own_among_best(const struct world *world, const struct query *query, uint32_t user) {
    float scores[ITEMS];
    world->model->ops->score(world->model, query, 1, NULL, ITEMS, scores);
    size_t own = 0;
    for (uint64_t row = world->train.offsets[user]; row < world->train.offsets[user + 1]; row++) {
        size_t above = 0;
        for (size_t i = 0; i < ITEMS; i++)
            above += scores[i] > scores[world->train.items[row]];
        own += above < PER_USER + 10;
    }
    return own;
}

static void test_bare_history_scores_like_the_known_user(void **state) {
    (void)state;
    static const char *const names[] = {"gmf", "mlp", "neumf"};
    for (size_t m = 0; m < 3; m++) {
        struct world world;
        make(&world);
        must_fit(&world, names[m], (const char *const[]){"trainer.max_epochs=25", NULL});
        size_t known = 0, bare = 0;
        for (uint32_t user = 0; user < USERS; user++) {
            struct query query = {.user = user,
                                  .history = interactions_history(&world.train, user)};
            known += own_among_best(&world, &query, user);
            query.user = MODEL_NO_USER;
            bare += own_among_best(&world, &query, user);
        }
        if ((double)bare < 0.9 * (double)known)
            fail_msg("%s: %zu of the known users' items, %zu from bare histories", names[m], known,
                     bare);
        drop(&world);
    }
}

static void test_fixed_weights_stay_one(void **state) {
    (void)state;
    struct world world;
    make(&world);
    must_fit(&world, "gmf",
             (const char *const[]){"model.mf_weights=fixed", "trainer.weight_decay=0.01", NULL});
    const struct neumf *self = (const struct neumf *)world.model;
    for (size_t i = 0; i < self->network.shape.mf_dim; i++)
        assert_true(self->network.output->weight[i] == 1);
    drop(&world);
}

static void test_vectors_of_gmf_give_its_scores(void **state) {
    (void)state;
    struct world world;
    make(&world);
    must_fit(&world, "gmf", (const char *const[]){NULL});
    size_t dimension;
    enum vector_metric metric;
    const float *vectors = world.model->ops->item_vectors(world.model, &dimension, &metric);
    assert_int_equal(metric, VECTOR_DOT);
    struct query query = {.user = 8};
    float scores[ITEMS], vector[16], shift = 0;
    assert_true(dimension <= 16);
    world.model->ops->score(world.model, &query, 1, NULL, ITEMS, scores);
    world.model->ops->query_vectors(world.model, &query, 1, vector);
    for (size_t i = 0; i < ITEMS; i++) {
        float dot = 0;
        for (size_t k = 0; k < dimension; k++)
            dot += vector[k] * vectors[i * dimension + k];
        shift = i == 0 ? scores[i] - dot : shift;
        assert_true(fabsf(scores[i] - dot - shift) < 1e-4f);
    }
    drop(&world);
}

/* With no further training the joined model is the parts' average. */
static void test_joined_from_files(void **state) {
    (void)state;
    char paths[2][64], pairs[2][96];
    static const char *const names[] = {"gmf", "mlp"};
    float part_scores[2][ITEMS], scores[ITEMS];
    struct query query = {.user = 31};
    struct dataset catalogue = {.name = "made"};
    struct world world;
    for (size_t i = 0; i < 2; i++) {
        make(&world);
        must_fit(&world, names[i], (const char *const[]){NULL});
        world.model->ops->score(world.model, &query, 1, NULL, ITEMS, part_scores[i]);
        snprintf(paths[i], sizeof paths[i], "/tmp/matinee-test-%s-%ld", names[i], (long)getpid());
        snprintf(pairs[i], sizeof pairs[i], "model.pretrain_%s=%s", names[i], paths[i]);
        struct id_map *maps[] = {&catalogue.users, &catalogue.items};
        const uint32_t counts[] = {USERS, ITEMS};
        for (size_t m = 0; m < 2; m++) {
            uint64_t *offsets = ARENA_ARRAY(&world.arena, uint64_t, counts[m] + 1);
            char *text = ARENA_ARRAY(&world.arena, char, counts[m] * 8);
            for (uint32_t k = 0; k < counts[m]; k++)
                offsets[k + 1] = offsets[k] + (uint64_t)snprintf(text + offsets[k], 8, "%u", k);
            *maps[m] = (struct id_map){.count = counts[m], .offsets = offsets, .text = text};
            id_map_index(maps[m], &world.arena);
        }
        catalogue.movies = ARENA_ARRAY(&world.arena, struct movie, ITEMS);
        for (size_t k = 0; k < ITEMS; k++)
            catalogue.movies[k].title = "Film";
        catalogue.interactions = world.train;
        const struct model_file_content content = {.catalogue = &catalogue,
                                                   .histories = &world.train,
                                                   .settings = world.settings,
                                                   .fitted_on = "train"};
        if (model_file_save(paths[i], world.model, &content, &world.error) != STATUS_OK)
            fail_msg("%s", world.error.text);
        drop(&world);
    }
    make(&world);
    must_fit(
        &world, "neumf",
        (const char *const[]){pairs[0], pairs[1], "trainer.max_epochs=0", "model.alpha=0.3", NULL});
    world.model->ops->score(world.model, &query, 1, NULL, ITEMS, scores);
    for (size_t i = 0; i < ITEMS; i++)
        assert_true(fabsf(scores[i] - 0.3f * part_scores[0][i] - 0.7f * part_scores[1][i]) < 1e-3f);
    drop(&world);
    /* Parts of other widths are refused with a word on what to do. */
    make(&world);
    assert_int_equal(
        fit(&world, "neumf", (const char *const[]){pairs[0], pairs[1], "model.mf_dim=5", NULL}),
        STATUS_BAD_INPUT);
    assert_non_null(strstr(world.error.text, "model.pretrain_gmf"));
    drop(&world);
    /* Parts that have seen another row than this fit may see would let it look at its test. */
    make(&world);
    uint32_t *rows = (uint32_t *)(uintptr_t)world.train.items;
    size_t end = world.train.offsets[1];
    rows[end - 1] = rows[end - 1] == ITEMS - 1 ? ITEMS - 2 : ITEMS - 1;
    assert_int_equal(
        fit(&world, "neumf", (const char *const[]){pairs[0], pairs[1], "model.mf_dim=8", NULL}),
        STATUS_BAD_INPUT);
    assert_non_null(strstr(world.error.text, "training rows of this fit"));
    drop(&world);
    unlink(paths[0]);
    unlink(paths[1]);
}

static void test_pretraining_trains_the_parts(void **state) {
    (void)state;
    struct world world;
    make(&world);
    must_fit(&world, "neumf",
             (const char *const[]){"model.pretrain=true", "model.pretrain_learning_rate=0.01",
                                   "trainer.optimizer.name=sgd", "trainer.max_epochs=2", NULL});
    /* What starts from trained parts starts well below log 2. */
    assert_true(world.model->report.epochs[0].loss < 0.5);
    drop(&world);
}

static void test_bad_settings_are_said(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"model.mlp_layers=[33,16]", "even"},
        {"model.mlp_layers=[32]", "2 to"},
        {"model.attention_heads=5", "divisor"},
        {"model.pretrain_gmf=/nowhere", "both files"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct world world;
        make(&world);
        assert_int_equal(fit(&world, "neumf", (const char *const[]){bad[i][0], NULL}),
                         STATUS_BAD_USAGE);
        assert_non_null(strstr(world.error.text, bad[i][1]));
        world.model = NULL;
        drop(&world);
    }
    /* Where the parts' rates fell on validation a refit could not know. */
    struct world world;
    make(&world);
    assert_int_equal(fit(&world, "neumf",
                         (const char *const[]){"model.pretrain=true",
                                               "trainer.scheduler.name=reduce_on_plateau", NULL}),
                     STATUS_BAD_USAGE);
    assert_non_null(strstr(world.error.text, "reduce_on_plateau"));
    world.model = NULL;
    drop(&world);
    static const char *const towers[][3] = {
        {"model.intent_tower=true", "model.intent_layers=[5]", NULL},
        {"model.intent_tower=true", "model.attention_heads=2", NULL},
        {"model.intent_tower=true", NULL}};
    for (size_t i = 0; i < 3; i++) {
        make(&world);
        world.features[1].name = "tune";
        assert_int_equal(fit(&world, "mlp", towers[i]),
                         i < 2 ? STATUS_BAD_USAGE : STATUS_BAD_INPUT);
        assert_non_null(strstr(world.error.text, "model.intent_"));
        if (i < 2)
            world.model = NULL;
        drop(&world);
    }
    make(&world);
    world.features[0].name = "colours";
    assert_int_equal(fit(&world, "neumf", (const char *const[]){"model.genre_dim=4", NULL}),
                     STATUS_BAD_INPUT);
    assert_non_null(strstr(world.error.text, "genres"));
    drop(&world);
}

int main(void) {
    progress_init(&silent, true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores_are_the_forward_pass),
        cmocka_unit_test(test_loss_falls_with_every_option),
        cmocka_unit_test(test_wishes_are_heard),
        cmocka_unit_test(test_wishes_outlive_a_file),
        cmocka_unit_test(test_ratings_are_learned),
        cmocka_unit_test(test_bare_history_scores_like_the_known_user),
        cmocka_unit_test(test_fixed_weights_stay_one),
        cmocka_unit_test(test_vectors_of_gmf_give_its_scores),
        cmocka_unit_test(test_joined_from_files),
        cmocka_unit_test(test_pretraining_trains_the_parts),
        cmocka_unit_test(test_bad_settings_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

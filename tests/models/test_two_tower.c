/* test_two_tower.c: features worked by hand (a pair without its own rating, decay, preferences,
 * data without rating values), every loss and option through a fit, the scale of the scores, a new
 * user from preferences alone, known users against bare histories, similar items, and what is said
 * of data that it cannot use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/kernels.h"
#include "models/model.h"
#include "models/neural/two_tower_features.h"
#include "models/trainer.h"

static struct progress silent = {.quiet = true};

/* ---- features by hand ----------------------------------------------------------------------- */

enum { USERS = 2, ITEMS = 3, GENRES = 2, USER_COLUMNS = GENRES + 2, ITEM_COLUMNS = GENRES + 3 };

/* Item 0 is of genre 0, item 1 of both, item 2 of genre 1. User 0: 5, 2 and 4 of items 0, 1, 2 on
 * days 0, 2, 3; user 1: 3 of item 1. */
static const uint64_t offsets[USERS + 1] = {0, 3, 4};
static const uint32_t rows[] = {0, 1, 2, 1};
static const float ratings[] = {5, 2, 4, 3};
static const int64_t times[] = {0, 2 * 86400, 3 * 86400, 7 * 86400};
static const float years[ITEMS] = {1990, 0, 2000};

struct fixture {
    struct arena arena;
    float genres[ITEMS * GENRES], items[ITEMS * ITEM_COLUMNS];
    float user_scale[2 * USER_COLUMNS], item_scale[2 * ITEM_COLUMNS];
    struct interactions train;
    struct two_tower_features features;
    struct two_tower_sums sums;
};

static void begin(struct fixture *fixture, bool rated, double half_life, enum two_tower_age age) {
    static const float genres[ITEMS * GENRES] = {1, 0, 1, 1, 0, 1};
    memset(fixture, 0, sizeof *fixture);
    memcpy(fixture->genres, genres, sizeof genres);
    fixture->train =
        (struct interactions){USERS, ITEMS, 4, offsets, rows, rated ? ratings : NULL, times};
    fixture->features = (struct two_tower_features){.genre_count = GENRES,
                                                    .item_count = ITEMS,
                                                    .rated = rated,
                                                    .half_life = half_life,
                                                    .age = age,
                                                    .rating_min = 2,
                                                    .rating_max = 5,
                                                    .genres = fixture->genres,
                                                    .items = fixture->items,
                                                    .user_scale = fixture->user_scale,
                                                    .item_scale = fixture->item_scale};
    two_tower_features_fit(&fixture->features, years, &fixture->train, &fixture->sums,
                           &fixture->arena);
}

/* From a scaled column back to what it was. */
static double raw(const float *scale, size_t columns, size_t column, float value) {
    return (double)scale[column] + (double)value / (double)scale[columns + column];
}

#define ASSERT_NEAR(found, expected) assert_true(fabs((double)(found) - (expected)) < 1e-4)

static void test_scaled_columns_have_mean_0_and_deviation_1(void **state) {
    (void)state;
    struct fixture fixture;
    begin(&fixture, true, 0, TWO_TOWER_POSITIONS);
    for (size_t k = 0; k < ITEM_COLUMNS; k++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < ITEMS; i++) {
            double value = (double)fixture.items[i * ITEM_COLUMNS + k];
            sum += value;
            squares += value * value;
        }
        /* Of the years two are known, the third is the mean. */
        ASSERT_NEAR(sum, 0);
        ASSERT_NEAR(squares, k == GENRES ? 2 : 3);
    }
    ASSERT_NEAR(fixture.items[1 * ITEM_COLUMNS + GENRES], 0);
    ASSERT_NEAR(fixture.item_scale[GENRES], 1995);
    /* Means of users' means: genre 0 (3.5, 3), genre 1 (3, 3): constant; overall 11/3 and 3. */
    ASSERT_NEAR(fixture.user_scale[0], 3.25);
    ASSERT_NEAR(fixture.user_scale[1], 3);
    ASSERT_NEAR(fixture.user_scale[USER_COLUMNS + 1], 0);
    ASSERT_NEAR(fixture.user_scale[GENRES], (11.0 / 3 + 3) / 2);
    arena_release(&fixture.arena);
}

static void test_a_pair_does_not_see_its_own_rating(void **state) {
    (void)state;
    struct fixture fixture;
    begin(&fixture, true, 0, TWO_TOWER_POSITIONS);
    float user[USER_COLUMNS], item[ITEM_COLUMNS];
    struct two_tower_pair pair = {0, 1};
    two_tower_features_of_pair(&fixture.features, &fixture.sums, pair, user, item);
    /* Without the 2: genre 0 has 5, the mean is 4.5 of two; the item keeps user 1's 3. */
    ASSERT_NEAR(raw(fixture.user_scale, USER_COLUMNS, 0, user[0]), 5);
    ASSERT_NEAR(raw(fixture.user_scale, USER_COLUMNS, GENRES, user[GENRES]), 4.5);
    ASSERT_NEAR(raw(fixture.user_scale, USER_COLUMNS, GENRES + 1, user[GENRES + 1]), log(3));
    ASSERT_NEAR(raw(fixture.item_scale, ITEM_COLUMNS, GENRES + 1, item[GENRES + 1]), 3);
    /* Nothing is left of user 1, nor of item 0 without its only rating: all is average. */
    two_tower_features_of_pair(&fixture.features, &fixture.sums, (struct two_tower_pair){1, 1},
                               user, item);
    for (size_t k = 0; k < USER_COLUMNS; k++)
        ASSERT_NEAR(user[k], 0);
    two_tower_features_of_pair(&fixture.features, &fixture.sums, (struct two_tower_pair){0, 0},
                               user, item);
    ASSERT_NEAR(item[GENRES + 1], 0);
    /* A pair that is not among the rows takes nothing out. */
    two_tower_features_of_pair(&fixture.features, &fixture.sums, (struct two_tower_pair){1, 0},
                               user, item);
    ASSERT_NEAR(raw(fixture.item_scale, ITEM_COLUMNS, GENRES + 1, item[GENRES + 1]), 5);
    arena_release(&fixture.arena);
}

static void test_old_ratings_count_less(void **state) {
    (void)state;
    struct fixture fixture;
    float user[USER_COLUMNS];
    /* Half a day: ages 3, 1, 0 days weigh 2^-6, 2^-2, 1; genre 0: (5/64 + 2/4) / (1/64 + 1/4). */
    begin(&fixture, true, 0.5, TWO_TOWER_DAYS);
    struct history history = interactions_history(&fixture.train, 0);
    two_tower_features_of_history(&fixture.features, &history, NULL, user);
    ASSERT_NEAR(raw(fixture.user_scale, USER_COLUMNS, 0, user[0]), (5.0 / 64 + 0.5) / (17.0 / 64));
    arena_release(&fixture.arena);
    /* Two positions: ages 2 and 1 weigh 1/2 and the root of it. */
    begin(&fixture, true, 2, TWO_TOWER_POSITIONS);
    two_tower_features_of_history(&fixture.features, &history, NULL, user);
    ASSERT_NEAR(raw(fixture.user_scale, USER_COLUMNS, 0, user[0]),
                (2.5 + 2 * sqrt(0.5)) / (0.5 + sqrt(0.5)));
    arena_release(&fixture.arena);
}

static void test_preferences_stand_for_means(void **state) {
    (void)state;
    struct fixture fixture;
    float user[USER_COLUMNS];
    const float preference[GENRES] = {5, 0};
    begin(&fixture, true, 0, TWO_TOWER_POSITIONS);
    two_tower_features_of_history(&fixture.features, &(struct history){0}, preference, user);
    ASSERT_NEAR(raw(fixture.user_scale, USER_COLUMNS, 0, user[0]), 5);
    ASSERT_NEAR(user[1], 0);
    ASSERT_NEAR(raw(fixture.user_scale, USER_COLUMNS, GENRES, user[GENRES]), 5);
    ASSERT_NEAR(user[GENRES + 1], 0);
    arena_release(&fixture.arena);
    /* Without rating values 5 is two deviations above the average share. */
    begin(&fixture, false, 0, TWO_TOWER_POSITIONS);
    two_tower_features_of_history(&fixture.features, &(struct history){0}, preference, user);
    ASSERT_NEAR(user[0], 2);
    arena_release(&fixture.arena);
}

static void test_shares_of_genres_without_ratings(void **state) {
    (void)state;
    struct fixture fixture;
    float user[USER_COLUMNS];
    begin(&fixture, false, 0, TWO_TOWER_POSITIONS);
    struct history history = interactions_history(&fixture.train, 0);
    two_tower_features_of_history(&fixture.features, &history, NULL, user);
    ASSERT_NEAR(raw(fixture.user_scale, USER_COLUMNS, 0, user[0]), 2.0 / 3);
    ASSERT_NEAR(user[GENRES], 0); /* a constant mean says nothing */
    arena_release(&fixture.arena);
}

/* ---- the model ------------------------------------------------------------------------------ */

enum { PEOPLE = 60, FILMS = 40, EACH = 14 };

struct world {
    struct arena arena;
    struct interactions train;
    struct item_feature features[2];
    size_t feature_count;
    struct settings *settings;
    struct model *model;
    struct error error;
};

/* Film i is of genre i modulo 2; even people like genre 0 (5) and not genre 1 (1), odd the other.
 */
static void make(struct world *world, bool rated) {
    memset(world, 0, sizeof *world);
    uint64_t *starts = ARENA_ARRAY(&world->arena, uint64_t, PEOPLE + 1);
    uint32_t *items = ARENA_ARRAY(&world->arena, uint32_t, PEOPLE * EACH);
    float *values = ARENA_ARRAY(&world->arena, float, PEOPLE *EACH);
    float *genres = ARENA_ARRAY(&world->arena, float, FILMS * 2);
    float *released = ARENA_ARRAY(&world->arena, float, FILMS);
    for (uint32_t u = 0; u < PEOPLE; u++) {
        for (uint32_t i = 0; i < EACH; i++) {
            /* Without rating values a film that is had is one that is liked. */
            uint32_t step = rated ? i : 2 * i;
            uint32_t item = (u % 2 + u * 6 + step) % FILMS;
            items[u * EACH + i] = item;
            values[u * EACH + i] = item % 2 == u % 2 ? 5 : 1;
        }
        starts[u + 1] = (uint64_t)(u + 1) * EACH;
    }
    for (uint32_t i = 0; i < FILMS; i++) {
        genres[2 * i + i % 2] = 1;
        released[i] = (float)(1950 + i);
    }
    world->train = (struct interactions){.user_count = PEOPLE,
                                         .item_count = FILMS,
                                         .count = PEOPLE * EACH,
                                         .offsets = starts,
                                         .items = items,
                                         .ratings = rated ? values : NULL};
    world->features[0] = (struct item_feature){.name = "genres", .columns = 2, .dense = genres};
    world->features[1] = (struct item_feature){.name = "year", .columns = 1, .dense = released};
    world->feature_count = 2;
}

/* pairs: "key=value" ..., NULL at the end. */
static enum status fit(struct world *world, const char *const *pairs) {
    const struct model_ops *ops;
    if (model_find(&ops, "two_tower", &world->error) != STATUS_OK)
        fail_msg("%s", world->error.text);
    world->settings = settings_create(&world->arena);
    settings_add(world->settings, ops->settings);
    settings_add(world->settings, trainer_settings);
    settings_default(world->settings, "model.tower_layers", "[16,8]");
    settings_default(world->settings, "trainer.max_epochs", "20");
    settings_default(world->settings, "trainer.batch_size", "60");
    settings_default(world->settings, "trainer.learning_rate", "0.01");
    for (; *pairs; pairs++)
        if (settings_set_pair(world->settings, *pairs, "test", &world->error) != STATUS_OK)
            fail_msg("%s", world->error.text);
    enum status status = ops->create(&world->model, world->settings, &world->error);
    if (status != STATUS_OK)
        return status;
    const struct fit_input input = {.train = &world->train,
                                    .features = world->features,
                                    .feature_count = world->feature_count,
                                    .seed = 1,
                                    .progress = &silent};
    return ops->fit(world->model, &input, &world->error);
}

static void drop(struct world *world) {
    model_destroy(world->model);
    arena_release(&world->arena);
}

/* Means of a query's scores over the films of each genre. */
static void means(const struct world *world, const struct query *query, double mean[2]) {
    float scores[FILMS];
    world->model->ops->score(world->model, query, 1, NULL, FILMS, scores);
    mean[0] = mean[1] = 0;
    for (size_t i = 0; i < FILMS; i++)
        mean[i % 2] += (double)scores[i] / (FILMS / 2);
}

static void assert_tastes(const struct world *world) {
    double mean[2];
    for (uint32_t u = 0; u < 4; u++) {
        struct query query = {.user = u < 2 ? u : MODEL_NO_USER,
                              .history = interactions_history(&world->train, u % 2)};
        means(world, &query, mean);
        if (!(mean[u % 2] > mean[1 - u % 2]))
            fail_msg("user %u: own genre %g, the other %g", u, mean[u % 2], mean[1 - u % 2]);
    }
    const float preference[2] = {1, 5};
    const struct query wish = {.user = MODEL_NO_USER, .genre_preference = preference};
    means(world, &wish, mean);
    if (!(mean[1] > mean[0]))
        fail_msg("liked genre %g, disliked %g", mean[1], mean[0]);
}

static void test_losses_and_options(void **state) {
    (void)state;
    static const struct {
        bool rated;
        const char *pairs[5];
    } sets[] = {
        {true, {NULL}},
        {true, {"model.feature_attention=true", "model.user_embedding_dim=3", NULL}},
        {true, {"model.loss_type=multi_task", "model.item_embedding_dim=4", NULL}},
        {true, {"model.tower_layers=[8]", "trainer.accumulate_grad_batches=2", NULL}},
        {false, {"model.loss_type=softmax", "model.temperature=0.2", NULL}},
        {false,
         {"model.loss_type=softmax", "model.user_embedding_dim=4", "model.item_embedding_dim=4",
          "model.feature_attention=true", NULL}},
        {false, {"model.loss_type=triplet", "model.num_negatives=2", NULL}},
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct world world;
        make(&world, sets[i].rated);
        if (fit(&world, sets[i].pairs) != STATUS_OK)
            fail_msg("%s", world.error.text);
        assert_tastes(&world);
        drop(&world);
    }
}

static void test_scores_are_ratings(void **state) {
    (void)state;
    struct world world;
    make(&world, true);
    assert_int_equal(fit(&world, (const char *const[]){NULL}), STATUS_OK);
    assert_int_equal(world.model->scale, MODEL_SCALE_RATING);
    double error = 0;
    for (uint32_t u = 0; u < PEOPLE; u++) {
        struct query query = {.user = u, .history = interactions_history(&world.train, u)};
        float scores[EACH];
        world.model->ops->score(world.model, &query, 1, query.history.items, EACH, scores);
        for (size_t i = 0; i < EACH; i++) {
            assert_true(scores[i] >= 1 && scores[i] <= 5);
            error += fabs((double)(scores[i] - query.history.ratings[i])) / (PEOPLE * EACH);
        }
    }
    assert_true(error < 0.5);
    drop(&world);
}

/* Where nothing is learned of a user's own, a bare history is the user. */
static void test_a_bare_history_is_its_user(void **state) {
    (void)state;
    struct world world;
    make(&world, true);
    assert_int_equal(fit(&world, (const char *const[]){NULL}), STATUS_OK);
    struct query query = {.user = 7, .history = interactions_history(&world.train, 7)};
    float known[FILMS], bare[FILMS];
    world.model->ops->score(world.model, &query, 1, NULL, FILMS, known);
    query.user = MODEL_NO_USER;
    world.model->ops->score(world.model, &query, 1, NULL, FILMS, bare);
    assert_memory_equal(known, bare, sizeof known);
    drop(&world);
}

/* Vectors have length 1, those of a genre lie together, and their products are the scores. */
static void test_vectors(void **state) {
    (void)state;
    struct world world;
    make(&world, true);
    assert_int_equal(fit(&world, (const char *const[]){NULL}), STATUS_OK);
    size_t width;
    enum vector_metric metric;
    const float *items = world.model->ops->item_vectors(world.model, &width, &metric);
    assert_int_equal(metric, VECTOR_L2);
    float same = kernels()->squared_distance(items, items + 2 * width, width);
    float other = kernels()->squared_distance(items, items + 1 * width, width);
    assert_true(same < other);
    const struct query query = {.user = 3, .history = interactions_history(&world.train, 3)};
    float vector[64], scores[FILMS];
    world.model->ops->query_vectors(world.model, &query, 1, vector);
    world.model->ops->score(world.model, &query, 1, NULL, FILMS, scores);
    ASSERT_NEAR(kernels()->dot(vector, vector, width), 1);
    ASSERT_NEAR(scores[9], 3 + 2 * (double)kernels()->dot(vector, items + 9 * width, width));
    drop(&world);
}

static void refuse(bool rated, size_t feature_count, const char *pair, const char *wanted) {
    struct world world;
    make(&world, rated);
    world.feature_count = feature_count;
    enum status status = fit(&world, (const char *const[]){pair, NULL});
    if (status == STATUS_OK || !strstr(world.error.text, wanted))
        fail_msg("expected \"%s\", found \"%s\"", wanted, world.error.text);
    drop(&world);
}

static void test_what_is_said_of_bad_data(void **state) {
    (void)state;
    refuse(true, 0, "model.margin=0.2", "needs the items' genres");
    refuse(false, 2, "model.loss_type=mse", "needs rating values");
    refuse(true, 2, "model.time_decay=10", "needs times");
    refuse(true, 2, "model.tower_layers=[1,2,3,4,5]", "expected 1 to 4 widths");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scaled_columns_have_mean_0_and_deviation_1),
        cmocka_unit_test(test_a_pair_does_not_see_its_own_rating),
        cmocka_unit_test(test_old_ratings_count_less),
        cmocka_unit_test(test_preferences_stand_for_means),
        cmocka_unit_test(test_shares_of_genres_without_ratings),
        cmocka_unit_test(test_losses_and_options),
        cmocka_unit_test(test_scores_are_ratings),
        cmocka_unit_test(test_a_bare_history_is_its_user),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_what_is_said_of_bad_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

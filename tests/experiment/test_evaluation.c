/* test_evaluation.c: measuring a model whose scores are a table, against results worked by hand:
 * masks, ties, the three kinds of candidates, relevance, ratings, threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "experiment/evaluation.h"
#include "experiment/experiment.h"

#define USERS 3
#define ITEMS 8

/* ---- A model that is a table ----------------------------------------------------------------- */

struct table_model {
    struct model base;
    const float *scores; /* [user_count][item_count] */
};

static void table_score(const struct model *model, const struct query *queries, size_t query_count,
                        const uint32_t *items, size_t item_count, float *scores) {
    const float *table = ((const struct table_model *)model)->scores;
    for (size_t q = 0; q < query_count; q++)
        for (size_t i = 0; i < item_count; i++)
            scores[q * item_count + i] =
                table[queries[q].user * model->item_count + (items ? items[i] : i)];
}

static const struct model_ops table_ops = {.name = "table", .score = table_score};

/* ---- The data -------------------------------------------------------------------------------
 *
 *           item   0    1    2    3    4    5    6    7
 *   user 0        .9   .8  [.7]  .7   .6   .5   .4   .3     train 0, validation 1, test 2
 *   user 1        .1   .9   .9   .9  [.9]  .2   .3  [.8]    train 1,               test 4 and 7
 *   user 2        .5   .5   .5   .5   .5   .5   .5   .5     train 2, 3, validation 4, no test
 *
 * All items. User 0: 0 and 1 are masked; 2 ties with 3: place 2. User 1: 1 is masked; 4 ties with
 * 2 and 3: place 3; 7 is below those: place 4. */
static const float scores[] = {
    0.9f, 0.8f, 0.7f, 0.7f, 0.6f, 0.5f, 0.4f, 0.3f, /* user 0 */
    0.1f, 0.9f, 0.9f, 0.9f, 0.9f, 0.2f, 0.3f, 0.8f, /* user 1 */
    0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, /* user 2 */
};

static struct movie movies[ITEMS] = {{.genres = 1}, {.genres = 1}, {.genres = 1}, {.genres = 2},
                                     {.genres = 2}, {.genres = 2}, {.genres = 4}, {.genres = 4}};

static const struct interactions train = {
    USERS, ITEMS, 4, (const uint64_t[]){0, 1, 2, 4}, (const uint32_t[]){0, 1, 2, 3}, NULL, NULL};
static const struct interactions validation = {
    USERS, ITEMS, 2, (const uint64_t[]){0, 1, 1, 2}, (const uint32_t[]){1, 4}, NULL, NULL};
static const struct interactions test = {USERS,
                                         ITEMS,
                                         3,
                                         (const uint64_t[]){0, 1, 3, 3},
                                         (const uint32_t[]){2, 4, 7},
                                         (const float[]){5, 2, 4},
                                         NULL};

struct fixture {
    struct arena arena;
    struct dataset data;
    struct split split;
    struct settings *settings;
    struct table_model model;
    struct metric_list metrics;
    bool validation;
    enum evaluation_ratings ratings;
};

static int set_up(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){
        .data = {.name = "table", .movies = movies, .genre_count = 3},
        .split = {.strategy = "given", .train = train, .validation = validation, .test = test},
        .model = {.base = {.ops = &table_ops,
                           .user_count = USERS,
                           .item_count = ITEMS,
                           .rating_min = 1,
                           .rating_max = 5},
                  .scores = scores},
    };
    fixture.settings = settings_create(&fixture.arena);
    settings_add(fixture.settings, experiment_settings);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

static void set(struct fixture *fixture, const char *pair) {
    struct error error;
    assert_int_equal(settings_set_pair(fixture->settings, pair, NULL, &error), STATUS_OK);
}

static enum status prepare(struct fixture *fixture, const char *metric,
                           struct evaluation *evaluation, struct error *error) {
    static const int64_t k_values[] = {3};
    const struct metric_request request = {&metric, 1, k_values, 1};
    TRY(metrics_parse_list(&fixture->metrics, &request, &fixture->arena, error));
    const struct evaluation_input input = {
        .data = &fixture->data,
        .split = &fixture->split,
        .settings = fixture->settings,
        .histories = &fixture->split.train,
        .metrics = &fixture->metrics,
        .validation = fixture->validation,
        .ratings = fixture->ratings,
    };
    return evaluation_init(evaluation, &input, &fixture->arena, error);
}

static struct sheet measure(struct fixture *fixture, const char *metric) {
    struct evaluation evaluation;
    struct error error = {0};
    struct sheet sheet;
    if (prepare(fixture, metric, &evaluation, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    evaluation_run(&evaluation, &fixture->model.base, &sheet, &fixture->arena);
    return sheet;
}

static void check(struct fixture *fixture, const char *metric, double expected) {
    struct sheet sheet = measure(fixture, metric);
    double value = sheet_value(&sheet, 0).value;
    if (!(fabs(value - expected) < 1e-6))
        fail_msg("%s: %.9g, expected %.9g", metric, value, expected);
}

/* ---- Tests ----------------------------------------------------------------------------------- */

static void test_all_items(void **state) {
    struct fixture *fixture = *state;
    check(fixture, "hit_rate@1", 0);
    check(fixture, "hit_rate@2", 0.5);
    check(fixture, "hit_rate@3", 1);
    check(fixture, "mrr@10", (1.0 / 2 + 1.0 / 3) / 2);
    check(fixture, "recall@3", (1 + 0.5) / 2);
    check(fixture, "ndcg@4", (1 / log2(3) + (1 / log2(4) + 1 / log2(5)) / (1 + 1 / log2(3))) / 2);
    /* User 0: 6 candidates, 5 others, one pair wrong. User 1: 7 candidates, 5 others, 2 + 2 pairs
     * of 10 wrong. */
    check(fixture, "auc", (1 - 1.0 / 5 + 1 - 4.0 / 10) / 2);
    /* Ratings 2 and 4 of user 1 at places 3 and 4: gains 3 and 15. */
    check(fixture, "graded_ndcg@4",
          (1 / log2(3) + (3 / log2(4) + 15 / log2(5)) / (15 + 3 / log2(3))) / 2);
    struct sheet sheet = measure(fixture, "hit_rate@3");
    assert_int_equal(sheet_measured_users(&sheet), 2);
    assert_true(isnan(sheet_users(&sheet, 0)[2]));
}

/* Lists of 3: user 0 gets 2 3 4 (ties to the lower item), user 1 gets 2 3 4. Genres 1 2 2: one
 * pair of three is alike. Items 2 and 3 are in one of three histories, 4 in none (counts as one):
 * novelty log2(3). */
static void test_lists(void **state) {
    struct fixture *fixture = *state;
    check(fixture, "coverage@3", 3.0 / 8);
    check(fixture, "coverage@1", 1.0 / 8);
    check(fixture, "diversity@3", 1 - 1.0 / 3);
    check(fixture, "novelty@3", log2(3));
    check(fixture, "gini@3", (2.0 * (3 + 5 + 7)) / (8 * 6));
}

/* The lists that ship: user 0 has 5 6 2 (his test item, which is left out) and 3; user 1 has 1 and
 * 2; nothing of train is masked. User 0: 2 ties with 3: place 2 of 4. User 1: candidates 4 7 1 2:
 * 4 ties with 1 and 2: place 3; 7 is place 4. */
static void test_given_candidates(void **state) {
    struct fixture *fixture = *state;
    fixture->split.candidate_offsets = (const uint64_t[]){0, 4, 6, 6};
    fixture->split.candidates = (const uint32_t[]){5, 6, 2, 3, 1, 2};
    set(fixture, "evaluation.candidates=given");
    check(fixture, "mrr@10", (1.0 / 2 + 1.0 / 3) / 2);
    check(fixture, "auc", (1 - 1.0 / 3 + 1 - 4.0 / 4) / 2);
    check(fixture, "coverage@1", 2.0 / 8); /* 2 for user 0, 1 for user 1 */
    fixture->validation = true;
    struct evaluation evaluation;
    struct error error;
    assert_int_equal(prepare(fixture, "auc", &evaluation, &error), STATUS_OK);
    assert_int_equal(evaluation.candidates.kind, CANDIDATES_SAMPLED);
    assert_string_equal(evaluation.candidates.label, "99 sampled (seed 42)");
}

/* More are asked for than there are: all that the user does not have, so the places are those of
 * the full ranking. */
static void test_sampling_everything(void **state) {
    struct fixture *fixture = *state;
    set(fixture, "evaluation.candidates=8");
    check(fixture, "mrr@10", (1.0 / 2 + 1.0 / 3) / 2);
    check(fixture, "auc", (1 - 1.0 / 5 + 1 - 4.0 / 10) / 2);
}

static void check_sample(const struct candidates *candidates, uint8_t *marks, uint32_t user) {
    const uint32_t has[] = {0, 5, 7}, tests[] = {9, 11};
    const struct candidates_user asked = {
        .user = user,
        .tests = tests,
        .test_count = 2,
        .has = {{.count = 1, .items = has}, {.count = 2, .items = has + 1}}};
    uint32_t first[100], second[100];
    uint8_t seen[100] = {0};
    size_t count = candidates_of(candidates, &asked, marks, first);
    size_t expected = candidates->sample_count < 95 ? candidates->sample_count : 95;
    assert_int_equal(count, expected);
    assert_int_equal(candidates_of(candidates, &asked, marks, second), count);
    assert_memory_equal(first, second, count * sizeof *first);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(marks[i], 0);
    for (size_t i = 0; i < 3; i++)
        seen[has[i]] = 1;
    seen[9] = seen[11] = 1;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(seen[first[i]]++, 0);
}

static void test_samples_are_new_to_the_user(void **state) {
    (void)state;
    uint8_t marks[100] = {0};
    static const uint32_t counts[] = {1, 10, 40, 60, 95, 100};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        for (uint32_t user = 0; user < 20; user++) {
            const struct candidates candidates = {.kind = CANDIDATES_SAMPLED,
                                                  .item_count = 100,
                                                  .sample_count = counts[i],
                                                  .seed = 42};
            check_sample(&candidates, marks, user);
        }
}

/* Relevant is what is rated 4 or more: item 2 of user 0, and item 7 of user 1: place 4, behind the
 * candidates 2, 3 and 4. */
static void test_relevance(void **state) {
    struct fixture *fixture = *state;
    set(fixture, "evaluation.min_relevant=4");
    check(fixture, "mrr@10", (1.0 / 2 + 1.0 / 4) / 2);
    check(fixture, "recall@3", 0.5);
    set(fixture, "evaluation.min_relevant=6");
    struct evaluation evaluation;
    struct error error;
    assert_int_equal(prepare(fixture, "auc", &evaluation, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "leaves no user with a test item"));
}

/* Predictions .7 .9 .8 come into the scale 1 to 5 as 1; true are 5, 2, 4. */
static void test_ratings(void **state) {
    struct fixture *fixture = *state;
    struct sheet unpredicted = measure(fixture, "rmse");
    assert_true(isnan(sheet_value(&unpredicted, 0).value));
    fixture->ratings = EVALUATION_RATINGS;
    check(fixture, "mae", (4.0 + 1 + 3) / 3);
    check(fixture, "rmse", sqrt((16.0 + 1 + 9) / 3));
    struct evaluation evaluation;
    struct error error;
    assert_int_equal(prepare(fixture, "mae", &evaluation, &error), STATUS_OK);
    double watched = evaluation_measure(&evaluation, &fixture->model.base);
    assert_true(fabs(watched + 8.0 / 3) < 1e-6);  /* lower is better: negated */
    fixture->ratings = EVALUATION_SCALED_RATINGS; /* 1 + 4 * score: 3.8, 4.6, 4.2 */
    check(fixture, "mae", (1.2 + 2.6 + 0.2) / 3);
}

/* On validation only train is taken from the candidates, and what the test holds is a candidate
 * like any other. User 0, item 1: place 1 of 7. User 2, item 4 of all equal scores: place 6 of 6.
 */
static void test_validation(void **state) {
    struct fixture *fixture = *state;
    fixture->validation = true;
    check(fixture, "mrr@10", (1 + 1.0 / 6) / 2);
}

static void test_refused_candidates(void **state) {
    struct fixture *fixture = *state;
    static const char *const pairs[][2] = {
        {"evaluation.candidates=given", "ships no lists of candidates"},
        {"evaluation.candidates=0", "expected all, given or a number"},
        {"evaluation.candidates=-1", "expected all, given or a number"},
        {"evaluation.candidates=9", "from 1 to 8"},
        {"evaluation.candidates=some", "found \"some\""},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct evaluation evaluation;
        struct error error = {0};
        set(fixture, pairs[i][0]);
        assert_int_equal(prepare(fixture, "auc", &evaluation, &error), STATUS_BAD_USAGE);
        if (!strstr(error.text, pairs[i][1]))
            fail_msg("\"%s\" lacks \"%s\"", error.text, pairs[i][1]);
    }
}

/* ---- Many users ------------------------------------------------------------------------------ */

#define MANY_USERS 500
#define MANY_ITEMS 300

/* Every metric of 500 users is the same bits with 1, 2 and 4 threads. */
static void test_threads_change_nothing(void **state) {
    struct fixture *fixture = *state;
    struct rng rng;
    rng_init(&rng, 5, 0);
    float *many = ARENA_ARRAY(&fixture->arena, float, (size_t)MANY_USERS *MANY_ITEMS);
    for (size_t i = 0; i < (size_t)MANY_USERS * MANY_ITEMS; i++)
        many[i] = (float)rng_below(&rng, 50);
    uint64_t *offsets = ARENA_ARRAY(&fixture->arena, uint64_t, MANY_USERS + 1);
    uint32_t *items[3];
    for (int part = 0; part < 3; part++)
        items[part] = ARENA_ARRAY(&fixture->arena, uint32_t, MANY_USERS);
    for (uint32_t u = 0; u < MANY_USERS; u++) {
        offsets[u + 1] = u + 1;
        for (int part = 0; part < 3; part++)
            items[part][u] = (u * 7 + (uint32_t)part * 11) % MANY_ITEMS;
    }
    struct interactions parts[3];
    for (int part = 0; part < 3; part++)
        parts[part] = (struct interactions){MANY_USERS,  MANY_ITEMS, MANY_USERS, offsets,
                                            items[part], NULL,       NULL};
    fixture->split.train = parts[0];
    fixture->split.validation = parts[1];
    fixture->split.test = parts[2];
    fixture->data.movies = ARENA_ARRAY(&fixture->arena, struct movie, MANY_ITEMS);
    fixture->model.scores = many;
    fixture->model.base.user_count = MANY_USERS;
    fixture->model.base.item_count = MANY_ITEMS;
    static const char *const candidates[] = {"evaluation.candidates=all",
                                             "evaluation.candidates=50"};
    for (size_t c = 0; c < 2; c++) {
        set(fixture, candidates[c]);
        parallel_set_threads(1);
        struct sheet one = measure(fixture, "all");
        for (size_t threads = 2; threads <= 4; threads += 2) {
            parallel_set_threads(threads);
            struct sheet other = measure(fixture, "all");
            for (size_t m = 0; m < one.list.count; m++) {
                struct metric_value a = sheet_value(&one, m), b = sheet_value(&other, m);
                assert_memory_equal(&a.value, &b.value, sizeof a.value);
                assert_memory_equal(&a.low, &b.low, sizeof a.low);
            }
        }
    }
    parallel_set_threads(1);
}

static void test_it_can_be_stopped(void **state) {
    struct fixture *fixture = *state;
    struct evaluation evaluation;
    struct error error = {0};
    struct sheet sheet;
    atomic_bool cancel = false;
    assert_int_equal(prepare(fixture, "ndcg", &evaluation, &error), STATUS_OK);
    evaluation.cancel = &cancel;
    evaluation_run(&evaluation, &fixture->model.base, &sheet, &fixture->arena);
    assert_true(sheet_measured_users(&sheet) > 0);
    atomic_store(&cancel, true);
    evaluation_run(&evaluation, &fixture->model.base, &sheet, &fixture->arena);
    assert_int_equal(sheet_measured_users(&sheet), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_all_items),
        TEST(test_lists),
        TEST(test_given_candidates),
        TEST(test_sampling_everything),
        TEST(test_samples_are_new_to_the_user),
        TEST(test_relevance),
        TEST(test_ratings),
        TEST(test_validation),
        TEST(test_refused_candidates),
        TEST(test_threads_change_nothing),
        TEST(test_it_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

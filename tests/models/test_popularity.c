/* test_popularity.c: counts and damped means by hand. */
#include "models/classic.h"

extern const struct model_ops model_popularity;

/* Items are rated {5 4}, {1 2 3}, {2}, never: mean of all 17 / 6. */
static const struct table by_hand = {3, 4, {{5, 1, 0, 0}, {4, 2, 0, 0}, {0, 3, 2, 0}}};

static void counts_are_shares_of_the_users(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = classic_rows(&by_hand, true, &arena);
    struct model *model = classic_fitted(&model_popularity, &rows, NULL);
    struct query query = classic_query(&rows, 1);
    float scores[4];
    model->ops->score(model, &query, 1, NULL, 4, scores);
    assert_near(scores[0], 2.0 / 3, 1e-6);
    assert_near(scores[1], 1, 0);
    assert_near(scores[2], 1.0 / 3, 1e-6);
    assert_near(scores[3], 0, 0);
    classic_check_queries(model, &rows);
    classic_check_empty(model, &rows);
    model_destroy(model);
    arena_release(&arena);
}

static void means_are_damped(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = classic_rows(&by_hand, true, &arena);
    static const char *const pairs[] = {"model.method=damped_mean", "model.damping=2", NULL};
    struct model *model = classic_fitted(&model_popularity, &rows, pairs);
    struct query query = {.user = MODEL_NO_USER};
    float scores[4];
    double mean = 17.0 / 6;
    model->ops->score(model, &query, 1, NULL, 4, scores);
    assert_near(scores[0], (9 + 2 * mean) / 4, 1e-6);
    assert_near(scores[1], (6 + 2 * mean) / 5, 1e-6);
    assert_near(scores[2], (2 + 2 * mean) / 3, 1e-6);
    assert_near(scores[3], mean, 1e-6);
    model_destroy(model);
    arena_release(&arena);
}

static void undamped_means_of_nothing_are_the_mean(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = classic_rows(&by_hand, true, &arena);
    static const char *const pairs[] = {"model.method=damped_mean", "model.damping=0", NULL};
    struct model *model = classic_fitted(&model_popularity, &rows, pairs);
    struct query query = {.user = MODEL_NO_USER};
    float scores[4];
    model->ops->score(model, &query, 1, NULL, 4, scores);
    assert_near(scores[0], 4.5, 1e-6);
    assert_near(scores[3], 17.0 / 6, 1e-6);
    model_destroy(model);
    arena_release(&arena);
}

static void means_need_ratings(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = classic_rows(&by_hand, false, &arena);
    static const char *const pairs[] = {"model.method=damped_mean", NULL};
    struct error error = {0};
    struct model *model = NULL;
    assert_int_equal(classic_fit(&model, &model_popularity, &rows, pairs, &error),
                     STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "model.method=count"));
    arena_release(&arena);
}

static void an_update_counts_anew(void **state) {
    (void)state;
    struct arena arena = {0};
    static const char *const means[] = {"model.method=damped_mean", NULL};
    struct interactions rows = classic_rows(&by_hand, true, &arena);
    classic_check_exact_update(&model_popularity, &rows, NULL, &arena);
    classic_check_exact_update(&model_popularity, &rows, means, &arena);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_shares_of_the_users),
        cmocka_unit_test(means_are_damped),
        cmocka_unit_test(undamped_means_of_nothing_are_the_mean),
        cmocka_unit_test(means_need_ratings),
        cmocka_unit_test(an_update_counts_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

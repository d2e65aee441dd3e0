/* test_next_item.c: weights against numpy, order, windows, edges. */
#include "models/classic.h"

extern const struct model_ops model_next_item;

static const char *const pairs[] = {"model.window=3",         "model.decay=0.8", "model.targets=2",
                                    "model.target_decay=0.6", "model.l2=2",      NULL};

static void weights_agree_with_numpy(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    struct table expected = classic_read_file(CLASSIC_GRAPH_FILE, "next_item", 9, 9);
    struct model *model = classic_fitted(&model_next_item, &rows, pairs);
    classic_check_weights(model, &expected, 1e-5);
    classic_check_queries(model, &rows);
    classic_check_shares(model, &rows);
    classic_check_empty(model, &rows);
    classic_check_threads(&model_next_item, &rows, pairs);
    model_destroy(model);
    arena_release(&arena);
}

/* The latest item counts once, the one before by 2^-decay, and what the window leaves out not. */
static void the_past_fades(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = classic_fitted(&model_next_item, &rows, pairs);
    const uint32_t history[] = {4, 3, 6, 0, 8};
    float all[9], sum[9] = {0};
    struct query query = {.user = MODEL_NO_USER, .history = {.count = 5, .items = history}};
    model->ops->score(model, &query, 1, NULL, 9, all);
    for (size_t gap = 0; gap < 3; gap++) {
        float one[9];
        struct query single = {.user = MODEL_NO_USER,
                               .history = {.count = 1, .items = history + 4 - gap}};
        model->ops->score(model, &single, 1, NULL, 9, one);
        for (size_t i = 0; i < 9; i++)
            sum[i] += one[i] * powf((float)(gap + 1), -0.8f);
    }
    for (size_t i = 0; i < 9; i++)
        assert_near(all[i], sum[i], 1e-6);
    model_destroy(model);
    arena_release(&arena);
}

/* Of the six most frequent items each says what follows; the others alone get the popular ones. */
static void rare_items_are_predicted_but_say_nothing(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    static const char *const few[] = {"model.sources=6", "model.window=3", NULL};
    struct model *model = classic_fitted(&model_next_item, &rows, few);
    classic_check_queries(model, &rows);
    classic_check_empty(model, &rows);
    classic_check_threads(&model_next_item, &rows, few);
    uint32_t counts[CLASSIC_MAX], silent = 0;
    float popular[CLASSIC_MAX], scores[CLASSIC_MAX];
    interactions_item_counts(&rows, counts);
    struct query query = {.user = MODEL_NO_USER};
    model->ops->score(model, &query, 1, NULL, rows.item_count, popular);
    for (uint32_t i = 0; i < rows.item_count; i++) {
        uint32_t more = 0;
        for (uint32_t j = 0; j < rows.item_count; j++)
            more += counts[j] > counts[i] || (counts[j] == counts[i] && j < i);
        query.history = (struct history){.count = 1, .items = &i};
        model->ops->score(model, &query, 1, NULL, rows.item_count, scores);
        bool is_popular = memcmp(scores, popular, rows.item_count * sizeof *scores) == 0;
        assert_int_equal(is_popular, more >= 6);
        silent += is_popular;
    }
    assert_int_equal(silent, 3);
    model_destroy(model);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_agree_with_numpy),
        cmocka_unit_test(the_past_fades),
        cmocka_unit_test(rare_items_are_predicted_but_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

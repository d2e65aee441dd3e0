/* test_spectral.c: scores against numpy, edges. */
#include "models/classic.h"

extern const struct model_ops model_spectral;

static void check_scores(const char *name, const char *low_pass_power) {
    const char *const pairs[] = {"model.n_components=4", "model.alpha=0.4", "model.sharpening=0.2",
                                 "model.user_power=0.3", low_pass_power,    NULL};
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    struct table expected = classic_read_file(CLASSIC_GRAPH_FILE, name, 14, 9);
    struct model *model = classic_fitted(&model_spectral, &rows, pairs);
    for (uint32_t u = 0; u < rows.user_count; u++) {
        struct query query = classic_query(&rows, u);
        float scores[9];
        model->ops->score(model, &query, 1, NULL, 9, scores);
        for (uint32_t i = 0; i < 9; i++)
            assert_near(scores[i], expected.at[u][i], 1e-5);
    }
    classic_check_queries(model, &rows);
    classic_check_shares(model, &rows);
    classic_check_empty(model, &rows);
    classic_check_threads(&model_spectral, &rows, pairs);
    model_destroy(model);
    arena_release(&arena);
}

static void scores_agree_with_numpy(void **state) {
    (void)state;
    check_scores("spectral scores", "model.low_pass_power=0.5");
    check_scores("spectral scores by 0.3", "model.low_pass_power=0.3");
}

/* Users {0, 1}, {0, 1}, {2}: without a low pass and with both powers 1/2, item 0 and 1 come from
 * one another at 1/2 and item 2 from itself at 1. */
static void neighbours_alone_by_hand(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = {3, 3, {{1, 1, 0}, {1, 1, 0}, {0, 0, 1}}};
    struct interactions rows = classic_rows(&table, false, &arena);
    const char *const alone[] = {"model.n_components=0", "model.user_power=0.5", NULL};
    struct model *model = classic_fitted(&model_spectral, &rows, alone);
    const struct table expected = {3, 3, {{0.5, 0.5, 0}, {0.5, 0.5, 0}, {0, 0, 1}}};
    classic_check_weights(model, &expected, 1e-6);
    model_destroy(model);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_agree_with_numpy),
        cmocka_unit_test(neighbours_alone_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

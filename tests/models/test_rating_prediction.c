/* test_rating_prediction.c: ratings predicted by item_knn, written out pair by pair from the
 * neighbours and biases of the model; edges. */
#include "models/classic.h"

extern const struct model_ops model_item_knn;

enum { ITEMS = 9 };

static const struct tensor *find(struct model *model, const char *name) {
    struct tensor *list[MODEL_TENSORS_MAX];
    const size_t count = model_tensors(model, list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->name, name) == 0)
            return list[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static struct model *fitted(const struct interactions *rows, const char *more) {
    const char *const pairs[] = {"model.similarity=pearson_baseline",
                                 "model.shrinkage=3",
                                 "model.predict=rating",
                                 "model.damping=0.2",
                                 more,
                                 NULL};
    return classic_fitted(&model_item_knn, rows, pairs);
}

/* s_ij with j of the history and i the item that is scored; 0: no neighbour. */
static double similarity(struct model *model, uint32_t j, uint32_t i) {
    const uint64_t *offsets = find(model, "neighbor_offsets")->data;
    const uint32_t *items = find(model, "neighbor_items")->data;
    for (uint64_t e = offsets[j]; e < offsets[j + 1]; e++)
        if (items[e] == i)
            return (double)tensor_floats(find(model, "neighbor_similarities"))[e];
    return 0;
}

static double user_bias(const struct history *history, double mean, const float *bias) {
    double sum = 0;
    for (size_t h = 0; h < history->count; h++)
        sum += (double)history->ratings[h] - mean - (double)bias[history->items[h]];
    return sum / (15 + (double)history->count);
}

static void predictions_are_baseline_and_deviations(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, true, &arena);
    struct model *model = fitted(&rows, NULL);
    const float *bias = tensor_floats(find(model, "item_bias"));
    const double mean = *(const double *)find(model, "mean")->data;
    assert_int_equal(model->scale, MODEL_SCALE_RATING);
    for (uint32_t u = 0; u < rows.user_count; u++) {
        const struct query query = classic_query(&rows, u);
        const double level = mean + user_bias(&query.history, mean, bias);
        float scores[ITEMS];
        model->ops->score(model, &query, 1, NULL, ITEMS, scores);
        for (uint32_t i = 0; i < ITEMS; i++) {
            double above = 0, below = 0.2;
            for (size_t h = 0; h < query.history.count; h++) {
                const uint32_t j = query.history.items[h];
                const double s = similarity(model, j, i);
                above += s * ((double)query.history.ratings[h] - level - (double)bias[j]);
                below += s;
            }
            assert_near(scores[i], level + (double)bias[i] + above / below, 2e-6);
        }
    }
    classic_check_queries(model, &rows);
    model_destroy(model);
    arena_release(&arena);
}

/* Amplified similarities are powers of what they were. */
static void amplification_is_a_power(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, true, &arena);
    struct model *plain = fitted(&rows, NULL), *strong = fitted(&rows, "model.amplification=2");
    for (uint32_t j = 0; j < ITEMS; j++)
        for (uint32_t i = 0; i < ITEMS; i++)
            assert_near(similarity(strong, j, i), pow(similarity(plain, j, i), 2), 1e-6);
    model_destroy(plain);
    model_destroy(strong);
    arena_release(&arena);
}

/* Nobody, a history without ratings, too few neighbours: the baseline. */
static void without_neighbours_it_is_the_baseline(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, true, &arena);
    struct model *model = fitted(&rows, "model.min_k=100");
    const float *bias = tensor_floats(find(model, "item_bias"));
    const double mean = *(const double *)find(model, "mean")->data;
    struct query queries[3] = {
        {.user = MODEL_NO_USER}, classic_query(&rows, 1), classic_query(&rows, 1)};
    const double levels[3] = {mean, mean, mean + user_bias(&queries[2].history, mean, bias)};
    queries[1].history.ratings = NULL;
    float scores[3 * ITEMS];
    model->ops->score(model, queries, 3, NULL, ITEMS, scores);
    for (size_t q = 0; q < 3; q++)
        for (size_t i = 0; i < ITEMS; i++)
            assert_near(scores[q * ITEMS + i], levels[q] + (double)bias[i], 2e-6);
    model_destroy(model);
    arena_release(&arena);
}

static void without_ratings_nothing_is_predicted(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct model *model = NULL;
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    const char *const pairs[] = {"model.predict=rating", NULL};
    assert_int_equal(classic_fit(&model, &model_item_knn, &rows, pairs, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "model.predict=rating"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predictions_are_baseline_and_deviations),
        cmocka_unit_test(amplification_is_a_power),
        cmocka_unit_test(without_neighbours_it_is_the_baseline),
        cmocka_unit_test(without_ratings_nothing_is_predicted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

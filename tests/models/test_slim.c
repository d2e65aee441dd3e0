/* test_slim.c: weights against scikit-learn, feature selection, edges. */
#include "models/classic.h"

extern const struct model_ops model_slim;

static void weights_agree_with_scikit_learn(void **state) {
    (void)state;
    static const struct {
        const char *title, *pairs[5];
    } cases[] = {
        {"slim positive", {"model.l1=0.5", "model.l2=1", "model.tolerance=1e-7", NULL}},
        {"slim any",
         {"model.l1=0.3", "model.l2=0.5", "model.positive=false", "model.tolerance=1e-7", NULL}},
    };
    struct table table = classic_ratings();
    for (size_t i = 0; i < 2; i++) {
        struct arena arena = {0};
        struct interactions rows = classic_rows(&table, false, &arena);
        struct table expected = classic_read_file(CLASSIC_GRAPH_FILE, cases[i].title, 9, 9);
        struct model *model = classic_fitted(&model_slim, &rows, cases[i].pairs);
        classic_check_weights(model, &expected, 1e-5);
        classic_check_queries(model, &rows);
        classic_check_shares(model, &rows);
        classic_check_empty(model, &rows);
        model_destroy(model);
        arena_release(&arena);
    }
}

/* Everybody has the same two items. With G = 4 everywhere: w = (4 - l1) / (4 + l2). */
static void two_items_by_hand(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = {4, 3, {{1, 1, 0}, {1, 1, 0}, {1, 1, 0}, {1, 1, 0}}};
    struct interactions rows = classic_rows(&table, false, &arena);
    const char *const pairs[] = {"model.l1=1", "model.l2=2", NULL};
    struct model *model = classic_fitted(&model_slim, &rows, pairs);
    struct table expected = {2, 3, {{0, 0.5, 0}, {0.5, 0, 0}}};
    classic_check_weights(model, &expected, 1e-6);
    model_destroy(model);
    arena_release(&arena);
}

/* With one neighbour allowed no item is spoken for by two. */
static void neighbours_limit_the_weights(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    const char *const pairs[] = {"model.l1=0.1", "model.l2=1", "model.neighbors=1", NULL};
    struct model *model = classic_fitted(&model_slim, &rows, pairs);
    struct tensor *list[MODEL_TENSORS_MAX];
    assert_true(model_tensors(model, list) > 1);
    size_t speakers[9] = {0};
    for (size_t i = 0; i < tensor_count(list[1]); i++)
        speakers[((const uint32_t *)list[1]->data)[i]]++;
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(speakers[i], 1);
    model_destroy(model);
    arena_release(&arena);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, true, &arena);
    const char *const pairs[] = {"model.l1=0.1", "model.l2=1", "model.use_ratings=true", NULL};
    classic_check_threads(&model_slim, &rows, pairs);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_agree_with_scikit_learn),
        cmocka_unit_test(two_items_by_hand),
        cmocka_unit_test(neighbours_limit_the_weights),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

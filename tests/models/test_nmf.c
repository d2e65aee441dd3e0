/* test_nmf.c: an exact factorisation is found again, nothing is negative, a query is the best
 * non-negative fit (KKT), both starts, threads. */
#include "models/classic.h"

#include "base/parallel.h"

extern const struct model_ops model_nmf;

static const float *tensor_of(struct model *model, size_t index) {
    struct tensor *list[MODEL_TENSORS_MAX];
    model_tensors(model, list);
    return tensor_floats(list[index]);
}

/* Two groups that share nothing: rank 2, both columns found whatever the start. */
static void groups_are_found(void **state) {
    (void)state;
    struct table table = {6, 5, {{0}}};
    for (uint32_t u = 0; u < 6; u++)
        for (uint32_t i = 0; i < 5; i++)
            table.at[u][i] = (u < 3) == (i < 2);
    static const char *const starts[] = {"model.init=nndsvda", "model.init=random"};
    for (size_t s = 0; s < 2; s++) {
        struct arena arena = {0};
        struct interactions rows = classic_rows(&table, false, &arena);
        const char *const pairs[] = {starts[s], "model.n_components=2", "model.tol=0", NULL};
        struct model *model = classic_fitted(&model_nmf, &rows, pairs);
        for (uint32_t u = 0; u < 6; u++) {
            struct query query = classic_query(&rows, u);
            float scores[5];
            model->ops->score(model, &query, 1, NULL, 5, scores);
            for (uint32_t i = 0; i < 5; i++)
                assert_near(scores[i], table.at[u][i], 1e-3);
        }
        model_destroy(model);
        arena_release(&arena);
    }
}

/* At the solution no coordinate can move: the gradient is 0 where w > 0, and not below 0 elsewhere.
 */
static void a_query_is_the_best_fit(void **state) {
    (void)state;
    enum { D = 3, ITEMS = 9 };
    struct table table = classic_ratings();
    for (int ratings = 0; ratings < 2; ratings++) {
        struct arena arena = {0};
        struct interactions rows = classic_rows(&table, true, &arena);
        const char *const pairs[] = {ratings ? "model.use_ratings=true" : "model.l2=0",
                                     "model.n_components=3", "model.l1=0.1", "model.l2=0.2", NULL};
        struct model *model = classic_fitted(&model_nmf, &rows, pairs);
        const float *items = tensor_of(model, 0);
        for (size_t i = 0; i < ITEMS * D; i++)
            assert_true(items[i] >= 0);
        for (uint32_t u = 0; u < rows.user_count; u++) {
            struct query query = classic_query(&rows, u);
            float w[D];
            model->ops->query_vectors(model, &query, 1, w);
            for (size_t f = 0; f < D; f++) {
                double gradient = 0.1 + 0.2 * (double)w[f];
                for (size_t i = 0; i < ITEMS; i++) {
                    double x = ratings ? table.at[u][i] : table.at[u][i] > 0, s = 0;
                    for (size_t k = 0; k < D; k++)
                        s += (double)w[k] * (double)items[i * D + k];
                    gradient += (s - x) * (double)items[i * D + f];
                }
                assert_true(w[f] >= 0 && gradient > -5e-3 && (w[f] == 0 || gradient < 5e-3));
            }
        }
        classic_check_queries(model, &rows);
        model_destroy(model);
        arena_release(&arena);
    }
}

static void negative_ratings_are_refused(void **state) {
    (void)state;
    static const uint64_t offsets[] = {0, 2};
    static const uint32_t items[] = {0, 1};
    static const float ratings[] = {1, -1};
    struct interactions rows = {1, 2, 2, offsets, items, ratings, NULL};
    const char *const pairs[] = {"model.use_ratings=true", NULL};
    struct model *model = NULL;
    struct error error = {0};
    assert_int_equal(classic_fit(&model, &model_nmf, &rows, pairs, &error), STATUS_BAD_INPUT);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    uint8_t sums[3][32];
    for (size_t i = 0; i < 3; i++) {
        parallel_set_threads((size_t)1 << i);
        struct model *model = classic_fitted(&model_nmf, &rows, NULL);
        model_checksum(model, sums[i]);
        assert_memory_equal(sums[i], sums[0], 32);
        model_destroy(model);
    }
    parallel_set_threads(0);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_are_found),
        cmocka_unit_test(a_query_is_the_best_fit),
        cmocka_unit_test(negative_ratings_are_refused),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_ease.c: weights against numpy, dual against primal, shares against scores, edges. */
#include "models/classic.h"

#include "base/parallel.h"

extern const struct model_ops model_ease;

static const struct tensor *tensor_of(struct model *model, const char *name) {
    struct tensor *list[MODEL_TENSORS_MAX];
    size_t count = model->ops->tensors(model, list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->name, name) == 0)
            return list[i];
    fail_msg("no tensor %s", name);
    return NULL;
}

static void weights_agree_with_numpy(void **state) {
    (void)state;
    struct table table = classic_ratings();
    for (int ratings = 0; ratings < 2; ratings++) {
        struct arena arena = {0};
        struct interactions rows = classic_rows(&table, true, &arena);
        struct table expected =
            classic_read(ratings ? "ease none none true" : "ease none none false", 9, 9);
        const char *const pairs[] = {"model.l2=2.5", "model.form=primal",
                                     ratings ? "model.use_ratings=true" : NULL, NULL};
        struct model *model = classic_fitted(&model_ease, &rows, pairs);
        const float *weights = tensor_floats(tensor_of(model, "weights"));
        for (uint32_t i = 0; i < 9; i++)
            for (uint32_t j = 0; j < 9; j++)
                assert_near(weights[i * 9 + j], expected.at[i][j], 1e-6);
        model_destroy(model);
        arena_release(&arena);
    }
}

static void dual_scores_as_primal(void **state) {
    (void)state;
    struct table table = classic_ratings();
    for (int ratings = 0; ratings < 2; ratings++) {
        struct arena arena = {0};
        struct interactions rows = classic_rows(&table, true, &arena);
        const char *const use = ratings ? "model.use_ratings=true" : NULL;
        /* The dual divides by d_j >= l2 / (l2 + |x_j|^2): ratings have longer columns. */
        const char *const l2 = ratings ? "model.l2=50" : "model.l2=2.5";
        const char *const primal_pairs[] = {l2, "model.form=primal", use, NULL};
        const char *const dual_pairs[] = {l2, "model.form=dual", use, NULL};
        struct model *primal = classic_fitted(&model_ease, &rows, primal_pairs);
        struct model *dual = classic_fitted(&model_ease, &rows, dual_pairs);
        float a[9], b[9], shares_a[9], shares_b[9];
        for (uint32_t u = 0; u < rows.user_count; u++) {
            struct query query = classic_query(&rows, u);
            primal->ops->score(primal, &query, 1, NULL, 9, a);
            dual->ops->score(dual, &query, 1, NULL, 9, b);
            for (uint32_t i = 0; i < 9; i++) {
                assert_near(b[i], a[i], 2e-5);
                primal->ops->explain(primal, &query, i, shares_a);
                dual->ops->explain(dual, &query, i, shares_b);
                for (size_t h = 0; h < query.history.count; h++)
                    assert_near(shares_b[h], shares_a[h], 2e-5);
            }
        }
        model_destroy(primal);
        model_destroy(dual);
        arena_release(&arena);
    }
}

static void the_smaller_side_is_taken(void **state) {
    (void)state;
    struct table table = classic_ratings();
    for (int few_users = 0; few_users < 2; few_users++) {
        struct arena arena = {0};
        table.rows = few_users ? 5 : 14;
        struct interactions rows = classic_rows(&table, true, &arena);
        struct model *model = classic_fitted(&model_ease, &rows, NULL);
        assert_int_equal(tensor_of(model, "weights")->shape[0], few_users ? 5 : 9);
        model_destroy(model);
        arena_release(&arena);
    }
}

static void queries_and_shares_hold_together(void **state) {
    (void)state;
    static const char *const settings[][4] = {
        {"model.l2=1", "model.form=primal", NULL},
        {"model.l2=1", "model.form=dual", NULL},
        {"model.l2=50", "model.form=dual", "model.use_ratings=true", NULL},
    };
    struct table table = classic_ratings();
    for (size_t i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct interactions rows = classic_rows(&table, true, &arena);
        struct model *model = classic_fitted(&model_ease, &rows, settings[i]);
        classic_check_queries(model, &rows);
        classic_check_shares(model, &rows);
        classic_check_empty(model, &rows);
        model_destroy(model);
        arena_release(&arena);
    }
}

static void one_user_is_enough(void **state) {
    (void)state;
    struct table table = {1, 4, {{5, 0, 3, 0}}};
    static const char *const forms[] = {"model.form=primal", "model.form=dual"};
    for (size_t i = 0; i < 2; i++) {
        struct arena arena = {0};
        const char *const pairs[] = {forms[i], "model.l2=1", NULL};
        struct interactions rows = classic_rows(&table, false, &arena);
        struct model *model = classic_fitted(&model_ease, &rows, pairs);
        struct query query = classic_query(&rows, 0);
        float scores[4];
        model->ops->score(model, &query, 1, NULL, 4, scores);
        /* G + I = [[2 1] [1 2]], its inverse [[2 -1] [-1 2]] / 3: B_01 = 1/2. */
        assert_near(scores[0], 0.5, 1e-6);
        assert_near(scores[1], 0, 1e-6);
        assert_near(scores[2], 0.5, 1e-6);
        model_destroy(model);
        arena_release(&arena);
    }
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    struct table table = classic_ratings();
    static const char *const forms[] = {"model.form=primal", "model.form=dual"};
    for (size_t form = 0; form < 2; form++) {
        struct arena arena = {0};
        const char *const pairs[] = {forms[form], NULL};
        struct interactions rows = classic_rows(&table, true, &arena);
        uint8_t sums[3][32];
        for (size_t i = 0; i < 3; i++) {
            parallel_set_threads((size_t)1 << i);
            struct model *model = classic_fitted(&model_ease, &rows, pairs);
            model_checksum(model, sums[i]);
            assert_memory_equal(sums[i], sums[0], 32);
            model_destroy(model);
        }
        arena_release(&arena);
    }
    parallel_set_threads(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_agree_with_numpy),
        cmocka_unit_test(dual_scores_as_primal),
        cmocka_unit_test(the_smaller_side_is_taken),
        cmocka_unit_test(queries_and_shares_hold_together),
        cmocka_unit_test(one_user_is_enough),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

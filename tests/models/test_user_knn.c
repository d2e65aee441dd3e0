/* test_user_knn.c: scores from the similarities of item_knn on the transposed data, a history that
 * was not trained on, edges. */
#include "models/classic.h"

#include "models/neighbor/similarity.h"

extern const struct model_ops model_user_knn;

static const char *const kinds[] = {"cosine",  "asymmetric",       "tversky", "adjusted_cosine",
                                    "pearson", "pearson_baseline", "msd"};
static const char *const weightings[] = {"none", "tfidf", "bm25"};

/* scores[items] of a user: the sum of the rows of the three nearest, similarities to the power 1.5.
 */
static void expect_scores(const struct interactions *rows, const struct csr *nearest, uint32_t user,
                          bool ratings, double *scores) {
    const struct csr_row row = csr_row(nearest, user);
    for (uint32_t i = 0; i < rows->item_count; i++)
        scores[i] = 0;
    for (size_t v = 0; v < row.count; v++) {
        const struct history other = interactions_history(rows, row.columns[v]);
        for (size_t i = 0; i < other.count; i++)
            scores[other.items[i]] +=
                pow((double)row.values[v], 1.5) * (ratings ? (double)other.ratings[i] : 1);
    }
}

static void check_kind(const struct interactions *rows, unsigned kind, unsigned weighting,
                       bool use_ratings, struct arena *arena) {
    const struct similarity how = {.kind = (enum similarity_kind)kind,
                                   .weighting = (enum weighting)weighting,
                                   .k = 3,
                                   .shrinkage = 2,
                                   .alpha = 0.3,
                                   .beta = 0.7};
    const bool valued = use_ratings || similarity_needs_values(how.kind);
    const struct csr by_user = {rows->user_count, rows->item_count, rows->offsets, rows->items,
                                valued ? rows->ratings : NULL};
    const struct csr by_item = csr_transpose(&by_user, arena);
    const struct csr nearest = similarity_nearest(&by_item, &how, arena);
    const char *const pairs[] = {arena_format(arena, "model.similarity=%s", kinds[kind]),
                                 arena_format(arena, "model.weighting=%s", weightings[weighting]),
                                 "model.k=3",
                                 "model.shrinkage=2",
                                 "model.alpha=0.3",
                                 "model.beta=0.7",
                                 "model.amplification=1.5",
                                 use_ratings ? "model.use_ratings=true" : NULL,
                                 NULL};
    struct model *model = classic_fitted(&model_user_knn, rows, pairs);
    /* A baseline goes on by half a sweep for the history that is asked for. */
    const double tolerance = how.kind == SIMILARITY_PEARSON_BASELINE ? 5e-3 : 1e-5;
    for (uint32_t u = 0; u < rows->user_count; u++) {
        double expected[CLASSIC_MAX];
        float scores[CLASSIC_MAX];
        const struct query query = classic_query(rows, u);
        if (csr_row(&nearest, u).count == 0)
            continue;
        expect_scores(rows, &nearest, u, use_ratings, expected);
        model->ops->score(model, &query, 1, NULL, rows->item_count, scores);
        for (uint32_t i = 0; i < rows->item_count; i++)
            assert_near(scores[i], expected[i], tolerance);
    }
    model_destroy(model);
}

static void scores_agree_with_similarities(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, true, &arena);
    for (unsigned kind = 0; kind < 7; kind++)
        for (unsigned weighting = 0; weighting < (kind < 3 ? 3 : 1); weighting++)
            for (int ratings = 0; ratings < 2; ratings++)
                check_kind(&rows, kind, weighting, ratings, &arena);
    arena_release(&arena);
}

/* Without weights a similarity does not ask who else is there: the last user, left out of the fit,
 * is served as if he had been in it. */
static void a_newcomer_is_served_like_a_known_user(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    table.rows = 13;
    struct interactions all = classic_rows(&table, false, &arena);
    const struct history last = interactions_history(&all, 11);
    struct model *with = classic_fitted(&model_user_knn, &all, NULL);
    table.rows = 11;
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *without = classic_fitted(&model_user_knn, &rows, NULL);
    const struct query known = {.user = 11, .history = last};
    const struct query bare = {.user = MODEL_NO_USER, .history = last};
    float a[9], b[9];
    with->ops->score(with, &known, 1, NULL, 9, a);
    without->ops->score(without, &bare, 1, NULL, 9, b);
    /* User 12, who is in the one fit only, has item 0 alone, which user 11 has not. */
    for (size_t i = 0; i < 9; i++)
        assert_near(a[i], b[i], 1e-6);
    model_destroy(with);
    model_destroy(without);
    arena_release(&arena);
}

static void queries_hold_together(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, true, &arena);
    struct model *model = classic_fitted(&model_user_knn, &rows, NULL);
    classic_check_empty(model, &rows);
    classic_check_threads(&model_user_knn, &rows, NULL);
    const uint32_t list[] = {8, 0, 3};
    struct query query = classic_query(&rows, 5);
    float all[9], some[3];
    model->ops->score(model, &query, 1, NULL, 9, all);
    model->ops->score(model, &query, 1, list, 3, some);
    for (size_t i = 0; i < 3; i++)
        assert_near(some[i], all[list[i]], 1e-6);
    model_destroy(model);
    arena_release(&arena);
}

static void ratings_are_asked_for(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error = {0};
    struct model *model = NULL;
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    const char *const pearson[] = {"model.similarity=pearson", NULL};
    assert_int_equal(classic_fit(&model, &model_user_knn, &rows, pearson, &error),
                     STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "compares ratings"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_agree_with_similarities),
        cmocka_unit_test(a_newcomer_is_served_like_a_known_user),
        cmocka_unit_test(queries_hold_together),
        cmocka_unit_test(ratings_are_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_item_knn.c: similarities against numpy, scores and shares by hand, edges. */
#include "models/classic.h"

#include "base/parallel.h"
#include "base/rng.h"
#include "models/neighbor/similarity.h"

extern const struct model_ops model_item_knn;

/* The settings that tools/reference/classic.py has as constants. */
static struct similarity as_in_reference(enum similarity_kind kind, enum weighting weighting) {
    return (struct similarity){.kind = kind,
                               .weighting = weighting,
                               .k = CLASSIC_MAX,
                               .shrinkage = 3,
                               .alpha = 0.3,
                               .beta = 0.7};
}

static void check_similarity(const char *title, const struct similarity *similarity, bool ratings) {
    struct arena arena = {0};
    struct table table = classic_ratings(), expected = classic_read(title, 9, 9);
    struct interactions rows = classic_rows(&table, ratings, &arena);
    struct csr by_user = {rows.user_count, rows.item_count, rows.offsets, rows.items, rows.ratings};
    struct csr nearest = similarity_nearest(&by_user, similarity, &arena);
    for (uint32_t i = 0; i < 9; i++) {
        double found[9] = {0};
        struct csr_row row = csr_row(&nearest, i);
        for (size_t l = 0; l < row.count; l++)
            found[row.columns[l]] = (double)row.values[l];
        for (uint32_t j = 0; j < 9; j++)
            assert_near(found[j], expected.at[i][j] > 0 ? expected.at[i][j] : 0, 1e-6);
    }
    arena_release(&arena);
}

static void similarities_over_all_users_agree_with_numpy(void **state) {
    (void)state;
    static const char *const kinds[] = {"cosine", "asymmetric", "tversky"};
    static const char *const weightings[] = {"none", "tfidf", "bm25"};
    for (unsigned k = 0; k < 3; k++)
        for (unsigned w = 0; w < 3; w++)
            for (int ratings = 0; ratings < 2; ratings++) {
                char title[64];
                snprintf(title, sizeof title, "similarity %s %s %s", kinds[k], weightings[w],
                         ratings ? "true" : "false");
                struct similarity similarity =
                    as_in_reference((enum similarity_kind)k, (enum weighting)w);
                check_similarity(title, &similarity, ratings);
            }
}

static void similarities_of_ratings_agree_with_numpy(void **state) {
    (void)state;
    static const char *const kinds[] = {"adjusted_cosine", "pearson", "pearson_baseline", "msd"};
    for (unsigned k = 0; k < 4; k++) {
        char title[64];
        snprintf(title, sizeof title, "similarity %s none true", kinds[k]);
        struct similarity similarity =
            as_in_reference((enum similarity_kind)(SIMILARITY_ADJUSTED_COSINE + k), WEIGHTING_NONE);
        check_similarity(title, &similarity, true);
    }
}

static void only_the_k_nearest_stay(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings(),
                 expected = classic_read("similarity cosine tfidf true", 9, 9);
    struct interactions rows = classic_rows(&table, true, &arena);
    struct csr by_user = {rows.user_count, rows.item_count, rows.offsets, rows.items, rows.ratings};
    struct similarity similarity = as_in_reference(SIMILARITY_COSINE, WEIGHTING_TFIDF);
    similarity.k = 2;
    struct csr nearest = similarity_nearest(&by_user, &similarity, &arena);
    for (uint32_t i = 0; i < 9; i++) {
        struct csr_row row = csr_row(&nearest, i);
        assert_int_equal(row.count, 2);
        for (size_t l = 0; l < 2; l++) {
            size_t nearer = 0;
            for (uint32_t j = 0; j < 9; j++)
                nearer += expected.at[i][j] > expected.at[i][row.columns[l]] + 1e-6;
            assert_true(nearer < 2);
        }
    }
    arena_release(&arena);
}

/* Users {0 1} {0 1} {1 2}, no shrinkage: cosine(0,1) = 2/sqrt(6), cosine(1,2) = 1/sqrt(3). */
static const struct table by_hand = {3, 4, {{5, 1, 0, 0}, {4, 2, 0, 0}, {0, 3, 2, 0}}};
static const char *const no_shrinkage[] = {"model.shrinkage=0", NULL};

static void scores_by_hand(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = classic_rows(&by_hand, true, &arena);
    struct model *model = classic_fitted(&model_item_knn, &rows, no_shrinkage);
    struct query query = classic_query(&rows, 2); /* items 1 and 2 */
    float scores[4];
    model->ops->score(model, &query, 1, NULL, 4, scores);
    assert_near(scores[0], 2 / sqrt(6), 1e-6);
    assert_near(scores[1], 1 / sqrt(3), 1e-6);
    assert_near(scores[2], 1 / sqrt(3), 1e-6);
    assert_near(scores[3], 0, 0);
    model->ops->similar(model, 1, scores); /* item 3 has nothing in common with item 1 */
    assert_near(scores[0], 2 / sqrt(6), 1e-6);
    assert_near(scores[2], 1 / sqrt(3), 1e-6);
    assert_near(scores[3], 0, 0);
    model_destroy(model);

    static const char *const rated[] = {"model.shrinkage=0", "model.similarity=msd",
                                        "model.use_ratings=true", NULL};
    model = classic_fitted(&model_item_knn, &rows, rated);
    model->ops->score(model, &query, 1, NULL, 4, scores);
    /* msd(0,1) = 1 / (1 + (16 + 4) / 2), the history rates item 1 with 3. */
    assert_near(scores[0], 3.0 / 11, 1e-6);
    model_destroy(model);
    arena_release(&arena);
}

static void too_few_neighbours_score_nothing(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = classic_rows(&by_hand, true, &arena);
    static const char *const two[] = {"model.shrinkage=0", "model.min_k=2", NULL};
    struct model *model = classic_fitted(&model_item_knn, &rows, two);
    uint32_t history[] = {0, 2};
    struct query query = {.user = MODEL_NO_USER, .history = {.count = 2, .items = history}};
    float scores[4];
    model->ops->score(model, &query, 1, NULL, 4, scores);
    assert_near(scores[0], 0, 0);
    assert_near(scores[1], 2 / sqrt(6) + 1 / sqrt(3), 1e-6);
    assert_near(scores[2], 0, 0);
    model_destroy(model);
    arena_release(&arena);
}

static void queries_and_shares_hold_together(void **state) {
    (void)state;
    static const char *const settings[][4] = {
        {NULL},
        {"model.similarity=tversky", "model.weighting=bm25", "model.k=3", NULL},
        {"model.similarity=pearson_baseline", "model.shrinkage=1", "model.use_ratings=true", NULL},
    };
    struct table table = classic_ratings();
    for (size_t i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct interactions rows = classic_rows(&table, true, &arena);
        struct model *model = classic_fitted(&model_item_knn, &rows, settings[i]);
        classic_check_queries(model, &rows);
        classic_check_shares(model, &rows);
        classic_check_empty(model, &rows);
        model_destroy(model);
        arena_release(&arena);
    }
}

static void settings_that_cannot_be_met_are_refused(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = classic_rows(&by_hand, false, &arena);
    struct error error = {0};
    struct model *model = NULL;
    static const char *const pearson[] = {"model.similarity=pearson", NULL};
    assert_int_equal(classic_fit(&model, &model_item_knn, &rows, pearson, &error),
                     STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "have none"));
    static const char *const alpha[] = {"model.similarity=asymmetric", "model.alpha=2", NULL};
    assert_int_equal(classic_fit(&model, &model_item_knn, &rows, alpha, &error), STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, "from 0 to 1"));
    static const char *const users[] = {"model.user_based=true", NULL};
    assert_int_equal(classic_fit(&model, &model_item_knn, &rows, users, &error), STATUS_BAD_USAGE);
    arena_release(&arena);
}

/* 200 users, 300 items: several shards. */
static struct interactions many_rows(struct arena *arena) {
    struct rng rng;
    rng_init(&rng, 3, 0);
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, 201);
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, 60000);
    float *ratings = ARENA_ARRAY(arena, float, 60000);
    size_t count = 0;
    for (uint32_t u = 0; u < 200; u++) {
        for (uint32_t i = 0; i < 300; i++)
            if (rng_below(&rng, 300) > i / 2 + 120) {
                items[count] = i;
                ratings[count++] = (float)(1 + rng_below(&rng, 5));
            }
        offsets[u + 1] = count;
    }
    return (struct interactions){.user_count = 200,
                                 .item_count = 300,
                                 .count = count,
                                 .offsets = offsets,
                                 .items = items,
                                 .ratings = ratings};
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = many_rows(&arena);
    static const char *const kinds[] = {"model.similarity=cosine", "model.similarity=pearson"};
    for (size_t kind = 0; kind < 2; kind++) {
        const char *const pairs[] = {kinds[kind], "model.weighting=bm25", NULL};
        uint8_t sums[3][32];
        for (size_t i = 0; i < 3; i++) {
            parallel_set_threads((size_t)1 << i);
            struct model *model = classic_fitted(&model_item_knn, &rows, pairs);
            model_checksum(model, sums[i]);
            assert_memory_equal(sums[i], sums[0], 32);
            model_destroy(model);
        }
    }
    parallel_set_threads(0);
    arena_release(&arena);
}

/* Room for so many neighbours of so many items that no machine has it: refused before it is taken.
 */
static void more_neighbours_than_memory_are_refused(void **state) {
    (void)state;
    static const uint64_t offsets[] = {0, 1};
    static const uint32_t items[] = {7};
    const struct interactions rows = {
        .user_count = 1, .item_count = 1u << 30, .count = 1, .offsets = offsets, .items = items};
    const char *const pairs[] = {"model.k=100000", NULL};
    struct model *model;
    struct error error;
    assert_int_equal(classic_fit(&model, &model_item_knn, &rows, pairs, &error), STATUS_LIMIT);
    assert_non_null(strstr(error.text, "lower model.k"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(similarities_over_all_users_agree_with_numpy),
        cmocka_unit_test(similarities_of_ratings_agree_with_numpy),
        cmocka_unit_test(only_the_k_nearest_stay),
        cmocka_unit_test(scores_by_hand),
        cmocka_unit_test(too_few_neighbours_score_nothing),
        cmocka_unit_test(queries_and_shares_hold_together),
        cmocka_unit_test(settings_that_cannot_be_met_are_refused),
        cmocka_unit_test(more_neighbours_than_memory_are_refused),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

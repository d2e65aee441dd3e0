/* test_als.c: rows against the normal equations in double, for each solver and both forms; the fit
 * against its fixed point; shares; ratings; what is refused. */
#include "models/classic.h"

#include "base/parallel.h"
#include "base/rng.h"
#include "models/factorization/als_solve.h"

extern const struct model_ops model_als;

enum { D = 12, OTHERS = 40 };

static float vectors[OTHERS * D], gram[D], bias[OTHERS];
static uint32_t columns[OTHERS];
static float values[OTHERS];

static struct als_side side_of(bool is_explicit, enum als_solver solver, size_t sweeps) {
    struct rng rng;
    rng_init(&rng, 4, 0);
    for (size_t i = 0; i < OTHERS * D; i++)
        vectors[i] = (float)rng_normal(&rng);
    for (size_t k = 0; k < D; k++)
        gram[k] = 0.3f * (float)(k + 1);
    for (uint32_t i = 0; i < OTHERS; i++) {
        bias[i] = (float)rng_uniform(&rng);
        columns[i] = (i * 7) % OTHERS;
        values[i] = (float)(i % 5 + 1);
    }
    return (struct als_side){
        .weights = {.solver = solver,
                    .cg_steps = sweeps,
                    .block_size = 5,
                    .is_explicit = is_explicit,
                    .confidence = 1.5,
                    .unobserved = is_explicit ? 0 : 0.2,
                    .regularization = 0.05,
                    .nu = 0.9},
        .count = OTHERS,
        .dimension = D,
        .vectors = vectors,
        .gram = is_explicit ? NULL : gram,
        .bias = is_explicit ? bias : NULL,
        .mean = is_explicit ? 3 : 0,
    };
}

/* How far (D + sum c h h^T) w - sum c t h is from 0. */
static double residual(const struct als_side *side, const struct csr_row *row, const float *w) {
    const struct als_weights *weights = &side->weights;
    double ridge = weights->regularization *
                   pow((double)row->count + weights->unobserved * OTHERS, weights->nu);
    double worst = 0;
    for (size_t k = 0; k < D; k++) {
        double sum = (ridge + (side->gram ? (double)gram[k] : 0)) * (double)w[k];
        for (size_t i = 0; i < row->count; i++) {
            const float *h = vectors + row->columns[i] * D;
            double value = csr_row_value(row, i), s = 0;
            double c = weights->is_explicit ? 1 : weights->confidence * value;
            double t = weights->is_explicit ? value - 3 - (double)bias[row->columns[i]] : 1;
            for (size_t l = 0; l < D; l++)
                s += (double)h[l] * (double)w[l];
            sum += c * (s - t) * (double)h[k];
        }
        worst = fmax(worst, fabs(sum));
    }
    return worst;
}

static void every_solver_finds_the_least_squares(void **state) {
    (void)state;
    static const size_t counts[] = {1, 5, D - 1, D, D + 1, OTHERS};
    for (int kind = 0; kind < 3; kind++)
        for (enum als_solver solver = ALS_CHOLESKY; solver <= ALS_BLOCK; solver++)
            for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
                struct als_side side = side_of(kind == 2, solver, 40);
                struct csr_row row = {counts[i], columns, kind > 0 ? values : NULL};
                float w[D] = {0};
                for (int pass = 0; pass < (solver == ALS_BLOCK ? 200 : 1); pass++)
                    als_solve(&side, &row, w);
                assert_near(residual(&side, &row, w), 0, 1e-3);
            }
}

static void nobody_is_nowhere(void **state) {
    (void)state;
    struct als_side side = side_of(false, ALS_CG, 3);
    struct csr_row row = {0, NULL, NULL};
    float w[D] = {1, 2};
    als_solve(&side, &row, w);
    for (size_t k = 0; k < D; k++)
        assert_true(w[k] == 0);
}

/* The share of a past item is what it adds to the score, in either form of the system. */
static void shares_sum_to_the_score(void **state) {
    (void)state;
    struct als_side side = side_of(false, ALS_CHOLESKY, 0);
    struct csr_row row = {9, columns, values};
    float w[D], shares[9];
    als_solve(&side, &row, w);
    for (size_t i = 0; i < OTHERS; i++) {
        double score = 0, sum = 0;
        als_solve_shares(&side, &row, vectors + i * D, shares);
        for (size_t k = 0; k < D; k++)
            score += (double)w[k] * (double)vectors[i * D + k];
        for (size_t h = 0; h < 9; h++)
            sum += (double)shares[h];
        assert_near(sum, score, 1e-5);
    }
}

/* The users' exact vectors, held against the loss that the settings name. */
static double loss_of(const struct model *model, const struct interactions *rows, double a0) {
    double loss = 0;
    for (uint32_t u = 0; u < rows->user_count; u++) {
        struct query query = classic_query(rows, u);
        float scores[CLASSIC_MAX];
        model->ops->score(model, &query, 1, NULL, rows->item_count, scores);
        for (uint32_t i = 0; i < rows->item_count; i++) {
            double s = (double)scores[i];
            loss += a0 * s * s;
            if (interactions_contains(rows, u, i))
                loss += (1 - s) * (1 - s);
        }
    }
    return loss;
}

static void solvers_come_to_the_same_loss(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    static const char *const solvers[] = {"model.solver=cholesky", "model.solver=cg",
                                          "model.solver=block"};
    double losses[3];
    for (size_t i = 0; i < 3; i++) {
        const char *const pairs[] = {solvers[i],
                                     "model.embedding_dim=4",
                                     "model.reg=0.01",
                                     "model.iterations=200",
                                     "model.block_size=3",
                                     "model.unobserved_weight=0.2",
                                     NULL};
        struct model *model = classic_fitted(&model_als, &rows, pairs);
        losses[i] = loss_of(model, &rows, 0.2);
        classic_check_queries(model, &rows);
        classic_check_shares(model, &rows);
        model_destroy(model);
    }
    assert_near(losses[1], losses[0], 0.02 * losses[0]);
    assert_near(losses[2], losses[0], 0.02 * losses[0]);
    arena_release(&arena);
}

/* With enough factors and little penalty the ratings come back. */
static void explicit_scores_are_ratings(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, true, &arena);
    const char *const pairs[] = {"model.explicit=true", "model.embedding_dim=6", "model.reg=0.01",
                                 "model.iterations=50", NULL};
    struct model *model = classic_fitted(&model_als, &rows, pairs);
    assert_int_equal(model->scale, MODEL_SCALE_RATING);
    double sum = 0;
    for (uint32_t u = 0; u < rows.user_count; u++) {
        struct query query = classic_query(&rows, u);
        float scores[CLASSIC_MAX];
        model->ops->score(model, &query, 1, query.history.items, query.history.count, scores);
        for (size_t i = 0; i < query.history.count; i++)
            sum += pow((double)scores[i] - (double)query.history.ratings[i], 2);
    }
    assert_true(sqrt(sum / (double)rows.count) < 0.3);
    classic_check_queries(model, &rows);
    model_destroy(model);
    arena_release(&arena);
}

static void what_does_not_fit_is_refused(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = NULL;
    struct error error = {0};
    const char *const unrated[] = {"model.explicit=true", NULL};
    assert_int_equal(classic_fit(&model, &model_als, &rows, unrated, &error), STATUS_BAD_INPUT);
    const char *const both[] = {"model.explicit=true", "model.use_ratings=true", NULL};
    assert_int_equal(classic_fit(&model, &model_als, &rows, both, &error), STATUS_BAD_USAGE);
    arena_release(&arena);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, true, &arena);
    static const char *const kinds[] = {"model.solver=cholesky", "model.solver=cg",
                                        "model.solver=block", "model.explicit=true"};
    for (size_t kind = 0; kind < 4; kind++) {
        uint8_t sums[3][32];
        for (size_t i = 0; i < 3; i++) {
            const char *const pairs[] = {kinds[kind], "model.embedding_dim=20", NULL};
            parallel_set_threads((size_t)1 << i);
            struct model *model = classic_fitted(&model_als, &rows, pairs);
            model_checksum(model, sums[i]);
            assert_memory_equal(sums[i], sums[0], 32);
            model_destroy(model);
        }
    }
    parallel_set_threads(0);
    arena_release(&arena);
}

/* The items stay, the popularity is counted anew, and a history has the vector that it had. */
static void an_update_keeps_the_items(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = classic_fitted(&model_als, &rows, NULL);
    const uint32_t items[] = {1, 4};
    struct model *other = classic_updated(model, &rows, rows.user_count, items, 2, &arena);
    struct query query = {.user = rows.user_count, .history = {.count = 2, .items = items}};
    struct query bare = {.user = MODEL_NO_USER, .history = query.history}, nobody = bare;
    float known[CLASSIC_MAX], folded[CLASSIC_MAX], popular[CLASSIC_MAX];
    other->ops->score(other, &query, 1, NULL, rows.item_count, known);
    model->ops->score(model, &bare, 1, NULL, rows.item_count, folded);
    assert_memory_equal(known, folded, rows.item_count * sizeof *known);
    nobody.history.count = 0;
    other->ops->score(other, &nobody, 1, NULL, rows.item_count, popular);
    uint32_t counts[CLASSIC_MAX];
    interactions_item_counts(&rows, counts);
    for (uint32_t i = 0; i < rows.item_count; i++)
        assert_near(popular[i], (counts[i] + (i == 1 || i == 4)) / (rows.user_count + 1.0), 1e-6);
    model_destroy(other);
    model_destroy(model);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_solver_finds_the_least_squares),
        cmocka_unit_test(nobody_is_nowhere),
        cmocka_unit_test(shares_sum_to_the_score),
        cmocka_unit_test(solvers_come_to_the_same_loss),
        cmocka_unit_test(explicit_scores_are_ratings),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(an_update_keeps_the_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

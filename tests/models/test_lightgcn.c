/* test_lightgcn.c: final vectors against dense products, both losses learn, kinds of scores. */
#include "models/classic.h"
#include "models/trainer.h"

extern const struct model_ops model_lightgcn;

enum { DIMENSION = 5 };

/* As classic_fitted, with the trainer's settings too. */
static struct model *fitted(const struct interactions *rows, const char *const *pairs) {
    struct arena arena = {0};
    struct error error = {0};
    struct settings *settings = settings_create(&arena);
    settings_add(settings, model_lightgcn.settings);
    settings_add(settings, trainer_settings);
    struct progress progress;
    progress_init(&progress, true);
    for (size_t i = 0; pairs[i]; i++)
        if (settings_set_pair(settings, pairs[i], "test", &error) != STATUS_OK)
            fail_msg("%s", error.text);
    struct fit_input input = {.train = rows, .seed = 5, .progress = &progress};
    struct model *model = NULL;
    if (model_lightgcn.create(&model, settings, &error) != STATUS_OK ||
        model_lightgcn.fit(model, &input, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    arena_release(&arena);
    return model;
}

static const float *tensor_of(struct model *model, size_t index) {
    struct tensor *list[MODEL_TENSORS_MAX];
    model_tensors(model, list);
    return tensor_floats(list[index]);
}

/* The mean of E, S E, ..., S^layers E from the definition, E as the fit starts with it. */
static void expect_mean(const struct table *table, size_t layers, double out[][DIMENSION]) {
    size_t users = table->rows, nodes = users + table->columns;
    double s[2 * CLASSIC_MAX][2 * CLASSIC_MAX] = {{0}}, degree[2 * CLASSIC_MAX] = {0};
    double now[2 * CLASSIC_MAX][DIMENSION], next[2 * CLASSIC_MAX][DIMENSION];
    struct rng rng;
    rng_init(&rng, 5, 0);
    for (size_t a = 0; a < nodes; a++)
        for (size_t k = 0; k < DIMENSION; k++)
            now[a][k] = out[a][k] = 0.1 * rng_normal(&rng);
    for (size_t u = 0; u < users; u++)
        for (size_t i = 0; i < table->columns; i++)
            s[u][users + i] = s[users + i][u] = table->at[u][i] > 0;
    for (size_t a = 0; a < nodes; a++)
        for (size_t b = 0; b < nodes; b++)
            degree[a] += s[a][b];
    for (size_t layer = 0; layer < layers; layer++) {
        memset(next, 0, sizeof next);
        for (size_t a = 0; a < nodes; a++)
            for (size_t b = 0; b < nodes; b++)
                for (size_t k = 0; k < DIMENSION && s[a][b] > 0; k++)
                    next[a][k] += now[b][k] / sqrt(degree[a] * degree[b]);
        memcpy(now, next, sizeof now);
        for (size_t a = 0; a < nodes; a++)
            for (size_t k = 0; k < DIMENSION; k++)
                out[a][k] += now[a][k];
    }
    for (size_t a = 0; a < nodes; a++)
        for (size_t k = 0; k < DIMENSION; k++)
            out[a][k] /= (double)(layers + 1);
}

static void vectors_are_the_mean_of_the_layers(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    for (size_t layers = 0; layers < 4; layers++) {
        const char *pairs[] = {"trainer.max_epochs=0",
                               "model.init=normal",
                               "model.embedding_dim=5",
                               "model.ranking=dot",
                               arena_format(&arena, "model.num_layers=%zu", layers),
                               NULL};
        struct model *model = fitted(&rows, pairs);
        double expected[2 * CLASSIC_MAX][DIMENSION];
        expect_mean(&table, layers, expected);
        for (size_t a = 0; a < table.rows + table.columns; a++)
            for (size_t k = 0; k < DIMENSION; k++) {
                const float *found = a < table.rows
                                         ? tensor_of(model, 0) + a * DIMENSION
                                         : tensor_of(model, 1) + (a - table.rows) * DIMENSION;
                assert_near(found[k], expected[a][k], 1e-6);
            }
        model_destroy(model);
    }
    arena_release(&arena);
}

/* A step that hides its targets leaves the graph as it was: hardly moved, the vectors are the mean
 * of the whole graph's layers. */
static void hidden_targets_come_back(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    const char *pairs[] = {
        "trainer.max_epochs=2", "trainer.learning_rate=1e-8", "trainer.batch_size=7",
        "model.init=normal",    "model.embedding_dim=5",      "model.ranking=dot",
        "model.num_layers=2",   "model.hide_targets=true",    NULL};
    struct model *model = fitted(&rows, pairs);
    double expected[2 * CLASSIC_MAX][DIMENSION];
    expect_mean(&table, 2, expected);
    for (size_t u = 0; u < table.rows; u++)
        for (size_t k = 0; k < DIMENSION; k++)
            assert_near(tensor_of(model, 0)[u * DIMENSION + k], expected[u][k], 1e-5);
    model_destroy(model);
    arena_release(&arena);
}

/* Two groups that share nothing have a singular vector each: who is in one starts as its fellows do
 * and at a right angle to the others. */
static void spectral_start_tells_groups_apart(void **state) {
    (void)state;
    struct table table = {6, 4, {{0}}};
    for (uint32_t u = 0; u < 6; u++)
        for (uint32_t i = 0; i < 4; i++)
            table.at[u][i] = (u < 4) == (i < 2);
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    const char *pairs[] = {"trainer.max_epochs=0", "model.init=spectral", "model.embedding_dim=2",
                           "model.ranking=cosine", "model.num_layers=0",  NULL};
    struct model *model = fitted(&rows, pairs);
    const float *users = tensor_of(model, 0), *items = tensor_of(model, 1);
    for (uint32_t u = 0; u < 6; u++)
        for (uint32_t i = 0; i < 4; i++) {
            const float *a = users + (size_t)u * 2, *b = items + (size_t)i * 2;
            assert_near(a[0] * b[0] + a[1] * b[1], table.at[u][i], 1e-5);
        }
    model_destroy(model);
    arena_release(&arena);
}

/* The mean over users of the share of pairs (an item of his, one that is not) in the right order.
 */
static double pairs_in_order(const struct model *model, const struct interactions *rows,
                             bool bare) {
    double right = 0, all = 0;
    for (uint32_t u = 0; u < rows->user_count; u++) {
        struct query query = classic_query(rows, u);
        query.user = bare ? MODEL_NO_USER : u;
        float scores[CLASSIC_MAX];
        model->ops->score(model, &query, 1, NULL, rows->item_count, scores);
        for (uint32_t i = 0; i < rows->item_count; i++)
            for (uint32_t j = 0; j < rows->item_count; j++)
                if (interactions_contains(rows, u, i) && !interactions_contains(rows, u, j)) {
                    all++;
                    right += scores[i] > scores[j];
                }
    }
    return right / all;
}

static void every_loss_learns(void **state) {
    (void)state;
    static const char *const forms[][2] = {
        {"model.loss_type=softmax", "model.similarity=auto"},
        {"model.loss_type=softmax", "model.similarity=dot"},
        {"model.loss_type=bpr", "model.similarity=auto"},
        {"model.loss_type=bpr", "model.negative_sampling=popularity"},
        {"model.loss_type=softmax", "model.shared_negatives=3"},
        {"model.loss_type=squares", "model.unobserved_weight=0.3"},
        {"model.loss_type=squares", "trainer.accumulate_grad_batches=2"},
        {"model.loss_type=softmax", "model.dropout=0.2"},
        {"model.loss_type=softmax", "trainer.accumulate_grad_batches=2"},
        {"model.loss_type=softmax", "model.add_self_loops=true"},
        {"model.loss_type=softmax", "model.hide_targets=true"},
        {"trainer.accumulate_grad_batches=2", "model.hide_targets=true"},
    };
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    for (size_t form = 0; form < sizeof forms / sizeof *forms; form++) {
        const char *pairs[] = {"trainer.max_epochs=60", "trainer.learning_rate=0.02",
                               "trainer.batch_size=16", forms[form][0],
                               forms[form][1],          NULL};
        struct model *model = fitted(&rows, pairs);
        const struct fit_report *report = &model->report;
        assert_true(report->epochs[report->epoch_count - 1].loss < report->epochs[0].loss);
        assert_true(pairs_in_order(model, &rows, false) > 0.9);
        assert_true(pairs_in_order(model, &rows, true) > 0.8);
        model_destroy(model);
    }
    arena_release(&arena);
}

static void cosines_have_items_of_length_one(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    static const char *const pairs[] = {"trainer.max_epochs=2", "model.ranking=cosine", NULL};
    struct model *model = fitted(&rows, pairs);
    size_t dimension;
    enum vector_metric metric;
    const float *vectors = model_lightgcn.item_vectors(model, &dimension, &metric);
    assert_int_equal(metric, VECTOR_COSINE);
    for (size_t i = 0; i < rows.item_count; i++) {
        double square = 0;
        for (size_t k = 0; k < dimension; k++)
            square += (double)vectors[i * dimension + k] * (double)vectors[i * dimension + k];
        assert_near(square, 1, 1e-5);
    }
    model_destroy(model);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_are_the_mean_of_the_layers),
        cmocka_unit_test(hidden_targets_come_back),
        cmocka_unit_test(spectral_start_tells_groups_apart),
        cmocka_unit_test(every_loss_learns),
        cmocka_unit_test(cosines_have_items_of_length_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

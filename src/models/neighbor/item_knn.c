/* item_knn.c: items like those of the history.
 *
 * Idea     score(i) = sum over the history's items j, among the k nearest of i, of s_ij, times the
 *          rating of j with use_ratings. A history is all that is asked for, so known users, new
 *          ones and sessions are the same sum. model.predict=rating: predicted ratings instead,
 *          see rating_prediction.c.
 * Source   Sarwar et al., WWW 2001; Deshpande & Karypis, TOIS 2004. Similarities: similarity.c.
 * Differs  Sums are not divided by the similarities: for ranking, many close neighbours should
 *          count for more than one (Cremonesi et al., RecSys 2010: non-normalised cosine).
 * State    neighbors in compressed rows, by item of the history: offsets [items + 1] uint64, items
 *          [entries] uint32, similarities [entries] float32; popularity [items] float32; for
 *          ratings item_bias [items] float32 and mean [1] float64.
 * Cost     fit: the sum of squared history lengths (ml-1m: 4e8 additions, 0.2 s on two cores).
 *          score: k additions for each row of the history, or the items asked for.
 * Traps    k counts the neighbours of the item that is scored, not of the history's item: rows of
 *          the state differ in length. A history without any neighbour gets the popular items.
 * Checked  tests/models/test_item_knn.c, conformance, config/recipes/ml-1m-ncf/item_knn.yaml. */
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"
#include "models/baseline/item_share.h"
#include "models/model.h"
#include "models/neighbor/rating_prediction.h"
#include "models/neighbor/similarity.h"

extern const struct model_ops model_item_knn;

struct item_knn {
    struct model base;
    struct similarity similarity;
    size_t min_k;
    bool use_ratings;
    bool predicts; /* ratings */
    double damping;
    struct tensor offsets, items, similarities, popularity;
    struct tensor item_bias, mean; /* for predicted ratings */
};

static const struct setting_spec settings_table[] = {
    {"model.similarity", SETTING_TEXT, "cosine", 0, 0, SIMILARITY_CHOICES, NULL,
     "how items are compared; the last four compare ratings"},
    {"model.weighting", SETTING_TEXT, "none", 0, 0, WEIGHTING_CHOICES, "model.feature_weighting",
     "weights of cosine, asymmetric and tversky: users who have everything count less"},
    {"model.k", SETTING_INT, "40", 1, 100000, NULL, "model.topK",
     "nearest neighbours of an item that may speak for it"},
    {"model.min_k", SETTING_INT, "1", 1, 100000, NULL, NULL,
     "score an item 0 if fewer neighbours than this speak for it"},
    {"model.shrinkage", SETTING_REAL, "100", 0, 1e9, NULL, "model.shrink",
     "draws similarities that rest on few users towards 0"},
    {"model.alpha", SETTING_REAL, "0.5", 0, 10, NULL, "model.asymmetric_alpha|model.tversky_alpha",
     "weight of the item itself: asymmetric, tversky"},
    {"model.beta", SETTING_REAL, "0.5", 0, 10, NULL, "model.tversky_beta",
     "weight of the neighbour: tversky"},
    {"model.user_based", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "neighbours of users instead of items: that is the model user_knn; only false is accepted"},
    {"model.use_ratings", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "whether an item counts by its rating, or the same however it was rated"},
    {"model.predict", SETTING_TEXT, "score", 0, 0, PREDICTION_CHOICES, NULL,
     "a score for ranking, or the rating: baseline and mean deviation of the neighbours"},
    {"model.damping", SETTING_REAL, "0", 0, 1e6, NULL, NULL,
     "rating: similarity of a neighbour with no deviation that is always there"},
    {"model.amplification", SETTING_REAL, "1", 0.1, 10, NULL, NULL,
     "power that similarities are raised to: above 1 the nearest say more"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    struct similarity similarity;
    TRY(similarity_read(&similarity, settings, error));
    if (settings_bool(settings, "model.user_based"))
        return error_set(
            error, STATUS_BAD_USAGE,
            "model.user_based=true: item_knn compares items; for neighbours among users "
            "train user_knn, which has the same settings");
    struct item_knn *model = model_allocate(&model_item_knn, sizeof *model);
    model->similarity = similarity;
    model->min_k = (size_t)settings_int(settings, "model.min_k");
    model->use_ratings = settings_bool(settings, "model.use_ratings");
    model->predicts = settings_choice(settings, "model.predict") == PREDICTION_RATING;
    model->damping = settings_real(settings, "model.damping");
    if (model->predicts)
        model->base.scale = MODEL_SCALE_RATING;
    model->item_bias.name = "item_bias";
    model->mean.name = "mean";
    model->offsets.name = "neighbor_offsets";
    model->items.name = "neighbor_items";
    model->similarities.name = "neighbor_similarities";
    model->popularity.name = "popularity";
    *out = &model->base;
    return STATUS_OK;
}

/* The neighbours as a matrix: row j lists the items that j speaks for. */
static struct csr neighbors(const struct item_knn *model) {
    uint32_t n = model->base.item_count;
    return (struct csr){n, n, model->offsets.data, model->items.data, model->similarities.data};
}

static void fit_baseline(struct item_knn *model, const struct interactions *train) {
    struct csr by_user = {train->user_count, train->item_count, train->offsets, train->items,
                          train->ratings};
    tensor_make(&model->item_bias, TENSOR_F32, train->item_count, 0, &model->base.arena);
    tensor_make(&model->mean, TENSOR_F64, 1, 0, &model->base.arena);
    *(double *)model->mean.data = weighting_baseline(&by_user, tensor_floats(&model->item_bias));
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct item_knn *model = (struct item_knn *)base;
    const struct interactions *train = input->train;
    model_describe(base, train);
    bool compares_ratings = similarity_needs_values(model->similarity.kind);
    if (compares_ratings && !train->ratings)
        return error_set(error, STATUS_BAD_INPUT,
                         "this model.similarity compares ratings, and these data have none: use "
                         "cosine, asymmetric or tversky");
    if (model->predicts && !train->ratings)
        return error_set(error, STATUS_BAD_INPUT,
                         "model.predict=rating needs ratings, and these data have none");
    struct csr by_user = {train->user_count, train->item_count, train->offsets, train->items,
                          model->use_ratings || compares_ratings ? train->ratings : NULL};
    TRY(model_expect_memory(
        similarity_bytes(train->item_count, model->similarity.k), "item_knn with this model.k",
        "lower model.k, or use fewer items (data.min_item_interactions)", error));
    struct arena scratch = {0};
    struct csr nearest = similarity_nearest(&by_user, &model->similarity, &scratch);
    struct csr by_history = csr_transpose(&nearest, &scratch);
    size_t count = csr_count(&by_history);
    tensor_make_copy(&model->offsets, TENSOR_U64, (size_t)train->item_count + 1, by_history.offsets,
                     &base->arena);
    tensor_make_copy(&model->items, TENSOR_U32, count, by_history.columns, &base->arena);
    tensor_make_copy(&model->similarities, TENSOR_F32, count, by_history.values, &base->arena);
    arena_release(&scratch);
    tensor_make(&model->popularity, TENSOR_F32, train->item_count, 0, &base->arena);
    item_share_fill(tensor_floats(&model->popularity), train);
    if (model->predicts)
        fit_baseline(model, train);
    return STATUS_OK;
}

/* Scores of all items, or popularity where the history has no neighbours. counts[items] is scratch,
 * NULL if min_k is 1. */
static void score_all(const struct item_knn *model, const struct history *history, float *scores,
                      float *counts) {
    const struct kernel_table *table = kernels();
    struct csr matrix = neighbors(model);
    size_t n = matrix.column_count, entries = 0;
    memset(scores, 0, n * sizeof *scores);
    if (counts)
        memset(counts, 0, n * sizeof *counts);
    for (size_t h = 0; h < history->count; h++) {
        struct csr_row row = csr_row(&matrix, history->items[h]);
        table->scatter_axpy(scores, history_strength(history, h, model->use_ratings), row.columns,
                            row.values, row.count);
        if (counts)
            table->scatter_axpy(counts, 1.0f, row.columns, NULL, row.count);
        entries += row.count;
    }
    if (entries == 0)
        item_share_scores(scores, tensor_floats(&model->popularity), NULL, n);
    else if (counts)
        for (size_t i = 0; i < n; i++)
            if (counts[i] < (float)model->min_k)
                scores[i] = 0;
}

static struct rating_prediction prediction(const struct item_knn *model) {
    return (struct rating_prediction){.mean = *(const double *)model->mean.data,
                                      .item_bias = tensor_floats(&model->item_bias),
                                      .damping = model->damping};
}

/* Predicted ratings of all items; with fewer neighbours than min_k the baseline. */
static void predict_all(const struct item_knn *model, const struct history *history, float *scores,
                        float *counts) {
    const struct kernel_table *table = kernels();
    const struct rating_prediction how = prediction(model);
    struct csr matrix = neighbors(model);
    size_t n = matrix.column_count;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *similarities = ARENA_ARRAY(scratch, float, n);
    const float level = rating_prediction_level(&how, history);
    memset(scores, 0, n * sizeof *scores);
    if (counts)
        memset(counts, 0, n * sizeof *counts);
    for (size_t h = 0; h < history->count; h++) {
        struct csr_row row = csr_row(&matrix, history->items[h]);
        const float deviation = rating_prediction_deviation(&how, history, level, h);
        table->scatter_axpy(scores, deviation, row.columns, row.values, row.count);
        table->scatter_axpy(similarities, 1.0f, row.columns, row.values, row.count);
        if (counts)
            table->scatter_axpy(counts, 1.0f, row.columns, NULL, row.count);
    }
    for (size_t i = 0; counts && i < n; i++)
        if (counts[i] < (float)model->min_k)
            scores[i] = 0;
    rating_prediction_finish(&how, level, similarities, scores, n);
    arena_reset(scratch, mark);
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct item_knn *model = (const struct item_knn *)base;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t n = base->item_count;
    float *counts = model->min_k > 1 ? ARENA_ARRAY_RAW(scratch, float, n) : NULL;
    float *all = items ? ARENA_ARRAY_RAW(scratch, float, n) : NULL;
    for (size_t q = 0; q < query_count; q++) {
        float *out = scores + q * item_count;
        (model->predicts ? predict_all : score_all)(model, &queries[q].history, items ? all : out,
                                                    counts);
        if (items)
            item_share_scores(out, all, items, item_count);
    }
    arena_reset(scratch, mark);
}

/* Exact: the shares sum to the score, except where the score is popularity or min_k makes it 0. Of
 * a predicted rating they say who speaks for the item, not the sum. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct item_knn *model = (const struct item_knn *)base;
    struct csr matrix = neighbors(model);
    for (size_t h = 0; h < query->history.count; h++) {
        struct csr_row row = csr_row(&matrix, query->history.items[h]);
        size_t entry = csr_row_find(&row, item);
        shares[h] = entry < row.count ? history_strength(&query->history, h, model->use_ratings) *
                                            csr_row_value(&row, entry)
                                      : 0.0f;
    }
}

/* The similarities of the item's k nearest, as they were compared (shrunk, without ratings). */
static void similar(const struct model *base, uint32_t item, float *similarities) {
    struct csr matrix = neighbors((const struct item_knn *)base);
    for (uint32_t j = 0; j < matrix.row_count; j++) {
        struct csr_row row = csr_row(&matrix, j);
        size_t entry = csr_row_find(&row, item);
        similarities[j] = entry < row.count ? csr_row_value(&row, entry) : 0.0f;
    }
}

static size_t tensors(struct model *base, struct tensor **list) {
    struct item_knn *model = (struct item_knn *)base;
    list[0] = &model->offsets;
    list[1] = &model->items;
    list[2] = &model->similarities;
    list[3] = &model->popularity;
    list[4] = &model->item_bias;
    list[5] = &model->mean;
    return model->predicts ? 6 : 4;
}

static enum status attach(struct model *base, struct error *error) {
    const struct item_knn *model = (const struct item_knn *)base;
    size_t entries = tensor_count(&model->items);
    TRY(model_expect(&model->offsets, TENSOR_U64, (size_t)base->item_count + 1, 0, error));
    TRY(model_expect(&model->items, TENSOR_U32, entries, 0, error));
    TRY(model_expect(&model->similarities, TENSOR_F32, entries, 0, error));
    TRY(model_expect(&model->popularity, TENSOR_F32, base->item_count, 0, error));
    if (model->predicts) {
        TRY(model_expect(&model->item_bias, TENSOR_F32, base->item_count, 0, error));
        TRY(model_expect(&model->mean, TENSOR_F64, 1, 0, error));
    }
    struct csr matrix = neighbors(model);
    if (!csr_is_valid(&matrix, entries))
        return error_set(error, STATUS_BAD_INPUT,
                         "item_knn: the lists of neighbours are damaged; train the model again");
    return STATUS_OK;
}

/* On validation parts of ml-latest-small, ml-100k and ml-1m-ncf tf-idf was ahead of no weighting;
 * 20 neighbours were enough where items have few rows (10 and 59 each), 40 where they have many
 * (267).
 */
static void suggest(struct settings *settings, const struct interactions *train) {
    settings_default(settings, "model.weighting", "tfidf");
    if (train->count < (size_t)train->item_count * 100)
        settings_default(settings, "model.k", "20");
}

const struct model_ops model_item_knn = {
    .name = "item_knn",
    .aliases = "item_cf",
    .family = "neighbor",
    .summary = "items like those in the history, by who has met them",
    .source = "Sarwar et al., WWW 2001; Deshpande & Karypis, TOIS 2004",
    .settings = settings_table,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .similar = similar,
    .suggest = suggest,
};

/* user_knn.c: what people with a history like this one have.
 *
 * Idea     score(i) = sum over the k users v most similar to the history, of s_v, times v's rating
 *          of i with use_ratings, over the popularity of i to the power of discount. The history
 *          itself is what is compared, when it is asked for: nothing is worked out beforehand.
 * Source   Resnick et al., CSCW 1994; Herlocker et al., SIGIR 1999; the discount is that of
 *          RP3beta (Paudel et al., TiiS 2017). Similarities: similarity.c, with users in the place
 *          of items: in tf-idf and BM25 a person is the document and the items are the terms, so
 *          that what everybody has says little.
 * Differs  Sums are not divided by the similarities, as in item_knn.
 * State    the training rows: offsets [users + 1] uint64, items [entries] uint32, values [entries]
 *          float32 (only where ratings count); popularity [items] float32. Derived: the same
 *          weighted, by user and by item.
 * Cost     fit: some passes over the entries. score: the rows of all who have an item of the
 *          history, users, and the rows of k neighbours.
 * Bare     One path for all: a known user is a history that is not to be compared with itself. A
 *          bare copy of a training row has its owner among the neighbours.
 * Traps    Ties for the last of the k go to the lower index.
 * Checked  tests/models/test_user_knn.c (item_knn on the transposed data), conformance,
 *          config/recipes/ml-1m-ncf/user_knn.yaml. */
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"
#include "models/baseline/item_share.h"
#include "models/model.h"
#include "models/neighbor/similarity.h"

extern const struct model_ops model_user_knn;

struct user_knn {
    struct model base;
    struct similarity similarity;
    double discount;
    bool use_ratings;
    struct tensor offsets, items, values, popularity;
    struct csr by_item; /* the training rows transposed; values as they are kept */
    struct similarity_index index;
    float *discounts; /* [items] what scores are multiplied by */
};

static const struct setting_spec settings_table[] = {
    {"model.similarity", SETTING_TEXT, "cosine", 0, 0, SIMILARITY_CHOICES, NULL,
     "how users are compared; the last four compare ratings"},
    {"model.weighting", SETTING_TEXT, "none", 0, 0, WEIGHTING_CHOICES, "model.feature_weighting",
     "weights of cosine, asymmetric and tversky: items that everybody has count less"},
    {"model.k", SETTING_INT, "100", 1, 100000, NULL, "model.topK",
     "nearest users that speak for items"},
    {"model.shrinkage", SETTING_REAL, "10", 0, 1e9, NULL, "model.shrink",
     "draws similarities that rest on few items towards 0"},
    {"model.alpha", SETTING_REAL, "0.5", 0, 10, NULL, "model.asymmetric_alpha|model.tversky_alpha",
     "weight of the user: asymmetric, tversky"},
    {"model.beta", SETTING_REAL, "0.5", 0, 10, NULL, "model.tversky_beta",
     "weight of the neighbour: tversky"},
    {"model.amplification", SETTING_REAL, "1", 0.1, 10, NULL, NULL,
     "power that similarities are raised to: above 1 the nearest say more"},
    {"model.discount", SETTING_REAL, "0", 0, 2, NULL, NULL,
     "power of an item's popularity that its score is divided by"},
    {"model.use_ratings", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "whether a neighbour's item counts by its rating, or the same however it was rated"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    struct similarity similarity;
    TRY(similarity_read(&similarity, settings, error));
    struct user_knn *model = model_allocate(&model_user_knn, sizeof *model);
    model->similarity = similarity;
    model->discount = settings_real(settings, "model.discount");
    model->use_ratings = settings_bool(settings, "model.use_ratings");
    model->offsets.name = "offsets";
    model->items.name = "items";
    model->values.name = "values";
    model->popularity.name = "popularity";
    *out = &model->base;
    return STATUS_OK;
}

static struct csr by_user(const struct user_knn *model) {
    return (struct csr){model->base.user_count, model->base.item_count, model->offsets.data,
                        model->items.data, model->values.data};
}

static void derive(struct user_knn *model) {
    struct arena *arena = &model->base.arena;
    const struct csr rows = by_user(model);
    model->by_item = csr_transpose(&rows, arena);
    similarity_index_init(&model->index, &model->by_item, &model->similarity, arena);
    model->discounts = ARENA_ARRAY_RAW(arena, float, model->base.item_count);
    for (uint32_t i = 0; i < model->base.item_count; i++) {
        const double users = (double)csr_row(&model->by_item, i).count;
        model->discounts[i] = users > 0 ? (float)pow(users, -model->discount) : 1;
    }
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct user_knn *model = (struct user_knn *)base;
    const struct interactions *train = input->train;
    model_describe(base, train);
    const bool compares_ratings = similarity_needs_values(model->similarity.kind);
    if (compares_ratings && !train->ratings)
        return error_set(error, STATUS_BAD_INPUT,
                         "this model.similarity compares ratings, and these data have none: use "
                         "cosine, asymmetric or tversky");
    const struct csr given = {train->user_count, train->item_count, train->offsets, train->items,
                              model->use_ratings || compares_ratings ? train->ratings : NULL};
    struct arena scratch = {0};
    const struct csr turned = csr_transpose(&given, &scratch);
    const struct csr rows = csr_transpose(&turned, &scratch); /* items ascend */
    struct arena *arena = &base->arena;
    tensor_make_copy(&model->offsets, TENSOR_U64, (size_t)train->user_count + 1, rows.offsets,
                     arena);
    tensor_make_copy(&model->items, TENSOR_U32, train->count, rows.columns, arena);
    if (rows.values)
        tensor_make_copy(&model->values, TENSOR_F32, train->count, rows.values, arena);
    arena_release(&scratch);
    tensor_make(&model->popularity, TENSOR_F32, train->item_count, 0, arena);
    item_share_fill(tensor_floats(&model->popularity), train);
    derive(model);
    return STATUS_OK;
}

/* Scores of all items, or popularity where nobody resembles the history. */
static void score_all(const struct user_knn *model, const struct query *query, struct entry *room,
                      float *scores) {
    const struct history *history = &query->history;
    const struct csr rows = by_user(model);
    const struct csr_row own = {history->count, history->items,
                                model->values.data ? history->ratings : NULL};
    const size_t count = similarity_index_nearest(&model->index, &own, query->user, room);
    memset(scores, 0, rows.column_count * sizeof *scores);
    for (size_t v = 0; v < count; v++) {
        const struct csr_row row = csr_row(&rows, room[v].index);
        kernels()->scatter_axpy(scores, room[v].value, row.columns,
                                model->use_ratings ? row.values : NULL, row.count);
    }
    kernels()->multiply(scores, scores, model->discounts, rows.column_count);
    if (count == 0)
        item_share_scores(scores, tensor_floats(&model->popularity), NULL, rows.column_count);
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct user_knn *model = (const struct user_knn *)base;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct entry *room = ARENA_ARRAY_RAW(scratch, struct entry, LARGEST_ROOM(model->index.keep));
    float *all = items ? ARENA_ARRAY_RAW(scratch, float, base->item_count) : NULL;
    for (size_t q = 0; q < query_count; q++) {
        float *out = scores + q * item_count;
        score_all(model, &queries[q], room, items ? all : out);
        if (items)
            item_share_scores(out, all, items, item_count);
    }
    arena_reset(scratch, mark);
}

/* Exact: what each neighbour says goes to the rows that make him one, and the shares sum to the
 * score, except where that is popularity. Who the neighbours are is taken as given. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct user_knn *model = (const struct user_knn *)base;
    const struct history *history = &query->history;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const struct csr rows = by_user(model);
    const struct csr_row own = {history->count, history->items,
                                model->values.data ? history->ratings : NULL};
    struct entry *room = ARENA_ARRAY_RAW(scratch, struct entry, LARGEST_ROOM(model->index.keep));
    const size_t count = similarity_index_nearest(&model->index, &own, query->user, room);
    float *weights = ARENA_ARRAY_RAW(scratch, float, count);
    for (size_t v = 0; v < count; v++) {
        const struct csr_row row = csr_row(&rows, room[v].index);
        const size_t entry = csr_row_find(&row, item);
        const bool has = entry < row.count;
        const float value = has && model->use_ratings ? csr_row_value(&row, entry) : 1;
        weights[v] = has ? room[v].value * value * model->discounts[item] : 0;
    }
    similarity_index_parts(&model->index, &own,
                           &(struct similarity_neighbours){room, weights, count}, shares);
    arena_reset(scratch, mark);
}

static size_t tensors(struct model *base, struct tensor **list) {
    struct user_knn *model = (struct user_knn *)base;
    list[0] = &model->offsets;
    list[1] = &model->items;
    list[2] = &model->values;
    list[3] = &model->popularity;
    return 4;
}

static enum status attach(struct model *base, struct error *error) {
    struct user_knn *model = (struct user_knn *)base;
    const size_t entries = tensor_count(&model->items);
    TRY(model_expect(&model->offsets, TENSOR_U64, (size_t)base->user_count + 1, 0, error));
    TRY(model_expect(&model->items, TENSOR_U32, entries, 0, error));
    TRY(model_expect(&model->popularity, TENSOR_F32, base->item_count, 0, error));
    if (model->values.data || similarity_needs_values(model->similarity.kind))
        TRY(model_expect(&model->values, TENSOR_F32, entries, 0, error));
    const struct csr rows = by_user(model);
    if (!csr_is_valid(&rows, entries))
        return error_set(error, STATUS_BAD_INPUT,
                         "user_knn: the rows of the training data are damaged; train the model "
                         "again");
    derive(model);
    return STATUS_OK;
}

/* What was best on a validation part of ml-1m-ncf. */
static void suggest(struct settings *settings, const struct interactions *train) {
    (void)train;
    settings_default(settings, "model.similarity", "asymmetric");
    settings_default(settings, "model.alpha", "0.3");
    settings_default(settings, "model.shrinkage", "30");
    settings_default(settings, "model.discount", "0.35");
}

const struct model_ops model_user_knn = {
    .name = "user_knn",
    .aliases = "user_cf",
    .family = "neighbor",
    .summary = "what people with a history like this one have",
    .source = "Resnick et al., CSCW 1994; Herlocker et al., SIGIR 1999",
    .settings = settings_table,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .suggest = suggest,
};

/* als.c: alternating least squares: for implicit feedback over all pairs, or for ratings.
 *
 * Idea     Implicit: a score w . h shall be 1 where a user has the item, and 0, with less weight,
 *          for all pairs:
 *              min sum over seen of c (1 - s)^2 + a0 sum over all of s^2
 *                  + reg * sum over users and items of (count + a0 * others)^nu |vector|^2
 *          Explicit: ratings = mean + bias of user and item + w . h, penalty reg * count^nu. With
 *          one side held, the other is a ridge regression for each row.
 * Source   Hu, Koren, Volinsky, ICDM 2008 (c = alpha, or alpha times the rating); Rendle, Krichene,
 *          Zhang, Koren, RecSys 2022, equations 1 to 4 (a0, nu; "Revisiting the performance of iALS
 *          on item recommendation benchmarks"); Zhou et al., AAIM 2008 (explicit).
 * Queries  A history's vector is the exact solution against the items' vectors, as in the fit; so
 *          there is no table of users, and known users, new ones and sessions are one call. A
 *          history without anything known gets the popular items.
 * Update   There is no table of users, so a history with the new rows gets its exact vector against
 *          the items' when it is asked for; the popularity is counted anew. An item that is new
 * gets the exact vector against those of all users, known rows and new ones, as in the fit; the
 *          others stay as they are, turned together, until the next fit.
 * State    item_vectors [items][d], popularity [items]; implicit: gram [d] = a0 times the Gram
 *          matrix, which is diagonal; explicit: item_bias [items], mean [1], and the vectors have
 *          one more element, which is 1.
 * Cost     als_solve.c, als_fit.c. A query: one exact row.
 * Traps    Vectors are defined up to a turn: compare scores, never vectors of two fits.
 * Checked  tests/models/test_als.c (normal equations, shares, solvers), conformance,
 *          config/recipes/ml-1m-ncf/als.yaml, gowalla/als.yaml. */
#include <string.h>

#include "models/baseline/item_share.h"
#include "models/dot_items.h"
#include "models/factorization/als_fit.h"
#include "models/model.h"
#include "models/update_rows.h"

extern const struct model_ops model_als;

struct als {
    struct model base;
    struct als_weights weights;
    size_t dimension; /* of the vectors */
    size_t iterations;
    double deviation;
    bool use_ratings;
    struct tensor vectors, gram, bias, mean, popularity;
    float *offsets; /* [items] explicit: bias and mean */
    struct dot_items dot;
};

static const struct setting_spec settings_table[] = {
    {"model.embedding_dim", SETTING_INT, "64", 1, 2048, NULL,
     "factors|n_factors|model.factors|model.n_factors", "length of a vector"},
    {"model.iterations", SETTING_INT, "10", 1, 10000, NULL,
     "max_iter|model.max_iter|model.n_iterations", "times both sides are solved"},
    {"model.reg", SETTING_REAL, "0.005", 1e-9, 1e9, NULL, "model.regularization",
     "penalty, for each entry of a row (see model.nu)"},
    {"model.nu", SETTING_REAL, "1", 0, 2, NULL, "model.frequency_scaling",
     "how the penalty grows with a row's entries: 1 as their number, 0 not at all"},
    {"model.unobserved_weight", SETTING_REAL, "0.1", 0, 1e6, NULL, "model.alpha0",
     "weight of every pair of user and item as one that was not seen"},
    {"model.alpha", SETTING_REAL, "1", 1e-6, 1e6, NULL, "model.confidence",
     "weight of a pair that was seen"},
    {"model.use_ratings", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "whether model.alpha is multiplied by the rating"},
    {"model.explicit", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "predict ratings, from the pairs that have one, with mean and biases"},
    {"model.init_deviation", SETTING_REAL, "0.1", 1e-9, 100, NULL, "model.init_std",
     "deviation of the start, divided by the root of the length"},
    {"model.solver", SETTING_TEXT, "cg", 0, 0, "cholesky|cg|block", NULL,
     "exact, steps of conjugate gradients, or blocks of coordinates in turn"},
    {"model.cg_steps", SETTING_INT, "3", 1, 1000, NULL, NULL, "cg: steps for each row and half"},
    {"model.block_size", SETTING_INT, "32", 1, 2048, NULL, NULL, "block: coordinates at a time"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static void name_tensors(struct als *model) {
    model->vectors.name = "item_vectors";
    model->gram.name = "gram";
    model->bias.name = "item_bias";
    model->mean.name = "mean";
    model->popularity.name = "popularity";
}

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    bool is_explicit = settings_bool(settings, "model.explicit");
    if (is_explicit && settings_bool(settings, "model.use_ratings"))
        return error_set(error, STATUS_BAD_USAGE,
                         "model.use_ratings=true weighs implicit pairs; with model.explicit=true "
                         "ratings are predicted: leave it false");
    struct als *model = model_allocate(&model_als, sizeof *model);
    model->weights = (struct als_weights){
        .solver = (enum als_solver)settings_choice(settings, "model.solver"),
        .cg_steps = (size_t)settings_int(settings, "model.cg_steps"),
        .block_size = (size_t)settings_int(settings, "model.block_size"),
        .is_explicit = is_explicit,
        .confidence = settings_real(settings, "model.alpha"),
        .unobserved = is_explicit ? 0 : settings_real(settings, "model.unobserved_weight"),
        .regularization = settings_real(settings, "model.reg"),
        .nu = settings_real(settings, "model.nu"),
    };
    model->dimension = (size_t)settings_int(settings, "model.embedding_dim") + is_explicit;
    model->iterations = (size_t)settings_int(settings, "model.iterations");
    model->deviation = settings_real(settings, "model.init_deviation");
    model->use_ratings = settings_bool(settings, "model.use_ratings");
    if (is_explicit) {
        model->base.scale = MODEL_SCALE_RATING;
        model->base.traits |= MODEL_BEYOND_VECTORS;
    }
    name_tensors(model);
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Fit ------------------------------------------------------------------------------------- */

static void derive(struct als *model) {
    struct arena *arena = &model->base.arena;
    size_t items = model->base.item_count;
    if (model->weights.is_explicit) {
        model->offsets = ARENA_ARRAY_RAW(arena, float, items);
        for (size_t i = 0; i < items; i++)
            model->offsets[i] = tensor_floats(&model->bias)[i] + *tensor_floats(&model->mean);
    }
    dot_items_init(&model->dot, tensor_floats(&model->vectors), items, model->dimension,
                   model->offsets, arena);
}

static float mean_rating(const struct interactions *train) {
    double sum = 0;
    for (size_t row = 0; row < train->count; row++)
        sum += (double)train->ratings[row];
    return train->count ? (float)(sum / (double)train->count) : 0;
}

static void make_tensors(struct als *model, const struct interactions *train) {
    struct arena *arena = &model->base.arena;
    tensor_make(&model->vectors, TENSOR_F32, train->item_count, model->dimension, arena);
    tensor_make(&model->popularity, TENSOR_F32, train->item_count, 0, arena);
    item_share_fill(tensor_floats(&model->popularity), train);
    if (!model->weights.is_explicit) {
        tensor_make(&model->gram, TENSOR_F32, model->dimension, 0, arena);
        return;
    }
    tensor_make(&model->bias, TENSOR_F32, train->item_count, 0, arena);
    tensor_make(&model->mean, TENSOR_F32, 1, 0, arena);
    *tensor_floats(&model->mean) = mean_rating(train);
}

/* The entries that vectors are solved from. */
static struct csr entries_of(const struct als *model, const struct interactions *rows) {
    const bool values = model->use_ratings || model->weights.is_explicit;
    return (struct csr){rows->user_count, rows->item_count, rows->offsets, rows->items,
                        values ? rows->ratings : NULL};
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct als *model = (struct als *)base;
    const struct interactions *train = input->train;
    bool is_explicit = model->weights.is_explicit;
    model_describe(base, train);
    if (is_explicit && !train->ratings)
        return error_set(error, STATUS_BAD_INPUT,
                         "model.explicit=true predicts ratings, and these data have none: leave it "
                         "false");
    size_t rows = (size_t)train->user_count + train->item_count;
    TRY(model_expect_memory(rows * model->dimension * sizeof(float), "the vectors of als",
                            "lower model.embedding_dim", error));
    make_tensors(model, train);
    struct arena scratch = {0};
    struct csr by_user = entries_of(model, train);
    struct csr by_item = csr_transpose(&by_user, &scratch);
    struct als_fit fit = {.weights = model->weights,
                          .by_user = &by_user,
                          .by_item = &by_item,
                          .dimension = model->dimension,
                          .iterations = model->iterations,
                          .deviation = model->deviation,
                          .mean = is_explicit ? *tensor_floats(&model->mean) : 0,
                          .input = input};
    enum status status =
        als_fit_run(&fit, tensor_floats(&model->vectors), tensor_floats(&model->gram),
                    tensor_floats(&model->bias), error);
    arena_release(&scratch);
    if (status == STATUS_OK)
        derive(model);
    return status;
}

/* ---- Score ----------------------------------------------------------------------------------- */

static struct als_side items_side(const struct als *model) {
    struct als_side side = {.weights = model->weights,
                            .count = model->base.item_count,
                            .dimension = model->dimension,
                            .vectors = tensor_floats(&model->vectors),
                            .gram = tensor_floats(&model->gram),
                            .bias = tensor_floats(&model->bias),
                            .mean = model->mean.data ? *tensor_floats(&model->mean) : 0};
    side.weights.solver = ALS_CHOLESKY;
    return side;
}

/* A history without ratings, where they are predicted, is one of ratings of average height. */
static struct csr_row history_row(const struct als *model, const struct history *history) {
    bool values = model->use_ratings || model->weights.is_explicit;
    return (struct csr_row){history->count, history->items, values ? history->ratings : NULL};
}

static void query_vectors(const struct model *base, const struct query *queries, size_t query_count,
                          float *vectors) {
    const struct als *model = (const struct als *)base;
    struct als_side side = items_side(model);
    for (size_t q = 0; q < query_count; q++) {
        struct csr_row row = history_row(model, &queries[q].history);
        als_solve(&side, &row, vectors + q * model->dimension);
    }
}

static bool is_zero(const float *vector, size_t count) {
    for (size_t k = 0; k < count; k++)
        if (vector[k] != 0)
            return false;
    return true;
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct als *model = (const struct als *)base;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *vectors = ARENA_ARRAY_RAW(scratch, float, query_count * model->dimension);
    query_vectors(base, queries, query_count, vectors);
    dot_items_score(&model->dot,
                    &(struct dot_items_job){vectors, query_count, items, item_count, scores});
    for (size_t q = 0; !model->weights.is_explicit && q < query_count; q++)
        if (is_zero(vectors + q * model->dimension, model->dimension))
            item_share_scores(scores + q * item_count, tensor_floats(&model->popularity), items,
                              item_count);
    arena_reset(scratch, mark);
}

/* Exact: the shares sum to the score (explicit: less the mean; the item's own bias is in equal
 * parts in all), except where the score is popularity. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct als *model = (const struct als *)base;
    struct als_side side = items_side(model);
    struct csr_row row = history_row(model, &query->history);
    als_solve_shares(&side, &row, side.vectors + item * model->dimension, shares);
    for (size_t h = 0; side.bias && h < row.count; h++)
        shares[h] += side.bias[item] / (float)row.count;
}

struct known_items {
    const struct interactions *rows;
    uint32_t count;
};

static bool is_known(void *context, uint32_t user, size_t row) {
    const struct known_items *known = context;
    (void)user;
    return known->rows->items[row] < known->count;
}

static enum status take_in_new_items(struct als *model, uint32_t first,
                                     const struct interactions *all, struct error *error) {
    struct arena *arena = &model->base.arena;
    struct arena scratch = {0};
    struct known_items known = {all, first};
    update_rows_widen(&model->vectors, all->item_count, arena);
    update_rows_widen(&model->popularity, all->item_count, arena);
    if (model->weights.is_explicit)
        update_rows_widen(&model->bias, all->item_count, arena);
    const struct interactions old = interactions_filter(all, is_known, &known, &scratch);
    const struct csr by_user = entries_of(model, &old), whole = entries_of(model, all);
    const struct csr by_item = csr_transpose(&whole, &scratch);
    struct als_fit fit = {.weights = model->weights,
                          .by_user = &by_user,
                          .by_item = &by_item,
                          .dimension = model->dimension,
                          .mean = model->mean.data ? *tensor_floats(&model->mean) : 0};
    fit.weights.solver = ALS_CHOLESKY;
    const enum status status =
        als_fit_new_items(&fit, first, tensor_floats(&model->vectors), tensor_floats(&model->gram),
                          tensor_floats(&model->bias), error);
    arena_release(&scratch);
    return status;
}

static enum status update(struct model **out, const struct model *base,
                          const struct model_events *events, struct error *error) {
    TRY(model_check_events(base, events, error));
    struct als *model = model_copy(base, sizeof *model);
    struct arena scratch = {0};
    const struct interactions all = interactions_merge(events->known, events->fresh, &scratch);
    model->base.user_count = all.user_count;
    model->base.item_count = all.item_count;
    enum status status = STATUS_OK;
    if (all.item_count > base->item_count)
        status = take_in_new_items(model, base->item_count, &all, error);
    item_share_fill(tensor_floats(&model->popularity), &all);
    arena_release(&scratch);
    if (status != STATUS_OK) {
        model_destroy(&model->base);
        return status;
    }
    derive(model);
    *out = &model->base;
    return STATUS_OK;
}

static const float *item_vectors(const struct model *base, size_t *dimension,
                                 enum vector_metric *metric) {
    const struct als *model = (const struct als *)base;
    *dimension = model->dimension;
    *metric = VECTOR_DOT;
    return tensor_floats(&model->vectors);
}

static size_t tensors(struct model *base, struct tensor **list) {
    struct als *model = (struct als *)base;
    list[0] = &model->vectors;
    list[1] = &model->popularity;
    if (!model->weights.is_explicit) {
        list[2] = &model->gram;
        return 3;
    }
    list[2] = &model->bias;
    list[3] = &model->mean;
    return 4;
}

static enum status attach(struct model *base, struct error *error) {
    struct als *model = (struct als *)base;
    TRY(model_expect(&model->vectors, TENSOR_F32, base->item_count, model->dimension, error));
    TRY(model_expect(&model->popularity, TENSOR_F32, base->item_count, 0, error));
    if (model->weights.is_explicit) {
        TRY(model_expect(&model->bias, TENSOR_F32, base->item_count, 0, error));
        TRY(model_expect(&model->mean, TENSOR_F32, 1, 0, error));
    } else
        TRY(model_expect(&model->gram, TENSOR_F32, model->dimension, 0, error));
    derive(model);
    return STATUS_OK;
}

/* Ratings (random split of ml-100k, RMSE on validation): 0.1 0.9105, with 16 factors 0.9202; 0.15
 * with 16 factors 0.9129. On validation parts ml-1m-ncf (267 rows an item) asked for 0.2 to 0.3,
 * and gowalla (20) for far less, with whose many items what is not seen would weigh too much. */
static void suggest(struct settings *settings, const struct interactions *train) {
    if (settings_bool(settings, "model.explicit"))
        settings_default(settings, "model.reg", "0.1");
    else if (train->count >= (size_t)train->item_count * 100)
        settings_default(settings, "model.unobserved_weight", "0.2");
    else if (train->count < (size_t)train->item_count * 30 && train->item_count > 10000) {
        settings_default(settings, "model.unobserved_weight", "0.01");
        settings_default(settings, "model.reg", "0.006");
    }
}

const struct model_ops model_als = {
    .name = "als",
    .aliases = "ials",
    .family = "factorization",
    .summary = "vectors by least squares over all pairs of users and items, in turn",
    .source = "Hu et al., ICDM 2008; Rendle et al., RecSys 2022",
    .settings = settings_table,
    .traits = MODEL_LEARNS_ITEMS | MODEL_RANDOM,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .item_vectors = item_vectors,
    .query_vectors = query_vectors,
    .explain = explain,
    .update = update,
    .suggest = suggest,
};

/* rating_model.c: svd and svdpp as models: settings, state, scores. See rating_factors.h for what
 * they predict, rating_sgd.c for how it is fitted.
 *
 * State    user_bias [users], item_bias [items], user_factors [users][n_factors], item_factors
 *          [items][n_factors], implicit_factors [items][n_factors] (svdpp), all float32;
 *          means [2] float64: of the ratings, and of the users' numbers of rows.
 * Score    the predicted rating, not cut to the scale: what lies beyond it still orders items. A
 *          known user has his own bias and factors; a bare history is folded in by ridge regression
 *          (rating_fold.c). The part of y comes from the query's history in both cases, so what a
 *          known user has seen since the fit counts at once.
 * Update   goes on over the histories of those who have new rows (models/update_rows.h). An item
 *          that is new begins with the bias and factors of the same ridge regression, from its
 *          users' ratings against their biases and factors.
 * Cost     a known user 2 * n_factors for each item; a bare history about 0.3 ms more.
 * Names    settings and defaults as in Surprise (init_std_dev is an alias); `suggest` puts in what
 *          was better on validation.
 * Checked  tests/models/test_ratings_by_factors.c; conformance;
 * config/recipes/ml-100k/{svd,svdpp}.yaml. */
#include "models/factorization/rating_model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/kernels.h"
#include "models/dot_items.h"
#include "models/factorization/rating_fold.h"
#include "models/factorization/rating_sgd.h"
#include "models/update_rows.h"

#define QUERY_BLOCK 32 /* queries whose vectors are made and multiplied together */

struct rating_model {
    struct model base;
    struct rating_options options;
    bool implicit;
    struct tensor means, user_bias, item_bias, user_factors, item_factors, implicit_factors;
    struct dot_items items;
};

/* ---- Settings -------------------------------------------------------------------------------- */

#define SHARED_ROWS(factors, rate)                                                                 \
    {"model.biased",                                                                               \
     SETTING_BOOL,                                                                                 \
     "true",                                                                                       \
     0,                                                                                            \
     0,                                                                                            \
     NULL,                                                                                         \
     NULL,                                                                                         \
     "whether the mean and biases of users and items are part of it"},                             \
        {"model.n_factors",                                                                        \
         SETTING_INT,                                                                              \
         factors,                                                                                  \
         1,                                                                                        \
         4096,                                                                                     \
         NULL,                                                                                     \
         "model.factors|model.embedding_dim",                                                      \
         "length of the vectors of users and items"},                                              \
        {"model.n_epochs", SETTING_INT, "20",           0,                                         \
         100000,           NULL,        "model.epochs", "passes over the ratings"},                \
        {"model.lr_all",                                                                           \
         SETTING_REAL,                                                                             \
         rate,                                                                                     \
         0,                                                                                        \
         10,                                                                                       \
         NULL,                                                                                     \
         "model.learning_rate",                                                                    \
         "learning rate of every part that has none of its own"},                                  \
        {"model.reg_all",                                                                          \
         SETTING_REAL,                                                                             \
         "0.02",                                                                                   \
         0,                                                                                        \
         1000,                                                                                     \
         NULL,                                                                                     \
         "model.reg",                                                                              \
         "penalty of every part that has none of its own, for each rating"},                       \
        {"model.lr_decay",                                                                         \
         SETTING_REAL,                                                                             \
         "0",                                                                                      \
         0,                                                                                        \
         1,                                                                                        \
         NULL,                                                                                     \
         NULL,                                                                                     \
         "share of the learning rates that is gone after the last epoch, in even steps"},          \
        {"model.reg_frequency",                                                                    \
         SETTING_REAL,                                                                             \
         "0",                                                                                      \
         0,                                                                                        \
         1,                                                                                        \
         NULL,                                                                                     \
         NULL,                                                                                     \
         "0: a row's penalty grows with its ratings; 0.5: with their root; 1: the same for all"},  \
        {"model.init_mean",                                                                        \
         SETTING_REAL,                                                                             \
         "0",                                                                                      \
         -100,                                                                                     \
         100,                                                                                      \
         NULL,                                                                                     \
         NULL,                                                                                     \
         "mean of the factors before the first epoch"},                                            \
        {"model.init_std",                                                                         \
         SETTING_REAL,                                                                             \
         "0.1",                                                                                    \
         0,                                                                                        \
         100,                                                                                      \
         NULL,                                                                                     \
         "model.init_std_dev",                                                                     \
         "deviation of the factors before the first epoch"},                                       \
        PART_ROWS("bu", "user biases"), PART_ROWS("bi", "item biases"),                            \
        PART_ROWS("pu", "user factors"), PART_ROWS("qi", "item factors")

#define PART_ROWS(part, what)                                                                      \
    {"model.lr_" part, SETTING_REAL, "", 0, 10, NULL, NULL, "learning rate of the " what}, {       \
        "model.reg_" part, SETTING_REAL, "", 0, 1000, NULL, NULL, "penalty of the " what           \
    }

const struct setting_spec rating_model_svd_settings[] = {
    SHARED_ROWS("100", "0.005"),
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

const struct setting_spec rating_model_svdpp_settings[] = {
    SHARED_ROWS("20", "0.007"),
    PART_ROWS("yj", "factors of what was seen"),
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static double part_value(const struct settings *settings, const char *what, enum rating_part part) {
    static const char *const parts[] = {"bu", "bi", "pu", "qi", "yj"};
    char key[32];
    snprintf(key, sizeof key, "model.%s_%s", what, parts[part]);
    const double own = settings_knows(settings, key) ? settings_real(settings, key) : NAN;
    snprintf(key, sizeof key, "model.%s_all", what);
    return isnan(own) ? settings_real(settings, key) : own;
}

static struct rating_options read_options(const struct settings *settings) {
    struct rating_options options = {
        .biased = settings_bool(settings, "model.biased"),
        .width = (size_t)settings_int(settings, "model.n_factors"),
        .epochs = (uint32_t)settings_int(settings, "model.n_epochs"),
        .rate_decay = settings_real(settings, "model.lr_decay"),
        .penalty_frequency = settings_real(settings, "model.reg_frequency"),
        .start_mean = settings_real(settings, "model.init_mean"),
        .start_deviation = settings_real(settings, "model.init_std"),
    };
    for (enum rating_part part = 0; part < RATING_PARTS; part++) {
        options.rate[part] = part_value(settings, "lr", part);
        options.penalty[part] = part_value(settings, "reg", part);
    }
    return options;
}

enum status rating_model_create(struct model **out, const struct model_ops *ops, bool implicit,
                                const struct settings *settings, struct error *error) {
    (void)error;
    struct rating_model *model = model_allocate(ops, sizeof *model);
    model->options = read_options(settings);
    model->implicit = implicit;
    model->base.scale = MODEL_SCALE_RATING;
    if (settings_bool(settings, "model.biased"))
        model->base.traits |= MODEL_BEYOND_VECTORS;
    model->means.name = "means";
    model->user_bias.name = "user_bias";
    model->item_bias.name = "item_bias";
    model->user_factors.name = "user_factors";
    model->item_factors.name = "item_factors";
    model->implicit_factors.name = "implicit_factors";
    *out = &model->base;
    return STATUS_OK;
}

/* ---- State ----------------------------------------------------------------------------------- */

static struct rating_factors factors_of(const struct rating_model *model) {
    const double *means = model->means.data;
    return (struct rating_factors){
        .user_count = model->base.user_count,
        .item_count = model->base.item_count,
        .width = model->options.width,
        .mean = means[0],
        .mean_count = means[1],
        .user_bias = tensor_floats(&model->user_bias),
        .item_bias = tensor_floats(&model->item_bias),
        .user_factors = tensor_floats(&model->user_factors),
        .item_factors = tensor_floats(&model->item_factors),
        .implicit = model->implicit ? tensor_floats(&model->implicit_factors) : NULL,
    };
}

size_t rating_model_tensors(struct model *base, struct tensor **list) {
    struct rating_model *model = (struct rating_model *)base;
    list[0] = &model->means;
    list[1] = &model->user_bias;
    list[2] = &model->item_bias;
    list[3] = &model->user_factors;
    list[4] = &model->item_factors;
    list[5] = &model->implicit_factors;
    return model->implicit ? 6 : 5;
}

static void make_items(struct rating_model *model) {
    dot_items_init(&model->items, tensor_floats(&model->item_factors), model->base.item_count,
                   model->options.width, tensor_floats(&model->item_bias), &model->base.arena);
}

enum status rating_model_attach(struct model *base, struct error *error) {
    struct rating_model *model = (struct rating_model *)base;
    const size_t width = model->options.width, users = base->user_count, items = base->item_count;
    TRY(model_expect(&model->means, TENSOR_F64, 2, 0, error));
    TRY(model_expect(&model->user_bias, TENSOR_F32, users, 0, error));
    TRY(model_expect(&model->item_bias, TENSOR_F32, items, 0, error));
    TRY(model_expect(&model->user_factors, TENSOR_F32, users, width, error));
    TRY(model_expect(&model->item_factors, TENSOR_F32, items, width, error));
    if (model->implicit)
        TRY(model_expect(&model->implicit_factors, TENSOR_F32, items, width, error));
    make_items(model);
    return STATUS_OK;
}

enum status rating_model_fit(struct model *base, const struct fit_input *input,
                             struct error *error) {
    struct rating_model *model = (struct rating_model *)base;
    const struct interactions *train = input->train;
    const size_t width = model->options.width, users = train->user_count, items = train->item_count;
    if (!train->ratings)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s predicts ratings, and these data have none: use another model, such "
                         "as als or item_knn",
                         base->ops->name);
    model_describe(base, train);
    TRY(model_expect_memory(
        (users + 2 * items + (model->implicit ? items : 0)) * width * sizeof(float),
        "the factors with this model.n_factors", "lower model.n_factors", error));
    tensor_make(&model->means, TENSOR_F64, 2, 0, &base->arena);
    tensor_make(&model->user_bias, TENSOR_F32, users, 0, &base->arena);
    tensor_make(&model->item_bias, TENSOR_F32, items, 0, &base->arena);
    tensor_make(&model->user_factors, TENSOR_F32, users, width, &base->arena);
    tensor_make(&model->item_factors, TENSOR_F32, items, width, &base->arena);
    if (model->implicit)
        tensor_make(&model->implicit_factors, TENSOR_F32, items, width, &base->arena);
    struct rating_factors factors = factors_of(model);
    TRY(rating_sgd_fit(&factors, &model->options, input, &base->report, &base->arena, error));
    double *means = model->means.data;
    means[0] = factors.mean;
    means[1] = factors.mean_count;
    make_items(model);
    return STATUS_OK;
}

/* The users of the fit as rating_fold.c has items: both have changed places. p + z is what an
 * item's factors meet. */
static struct rating_factors mirror(const struct rating_factors *factors, uint32_t user_count,
                                    const struct interactions *all, struct arena *arena) {
    const size_t width = factors->width;
    float *users = ARENA_ARRAY_RAW(arena, float, user_count *width);
    float *z = ARENA_ARRAY_RAW(arena, float, width);
    memcpy(users, factors->user_factors, user_count * width * sizeof *users);
    for (uint32_t user = 0; factors->implicit && user < user_count; user++) {
        const struct history history = interactions_history(all, user);
        rating_factors_implicit(factors, &history, z);
        kernels()->axpy(users + user * width, 1, z, width);
    }
    return (struct rating_factors){.item_count = user_count,
                                   .width = width,
                                   .mean = factors->mean,
                                   .mean_count = (double)all->count / all->item_count,
                                   .item_bias = factors->user_bias,
                                   .item_factors = users};
}

/* Items that are new begin with what their users' ratings say to the users as they are. */
static void take_in_new_items(struct rating_model *model, const struct model *base,
                              const struct interactions *all) {
    const struct rating_factors factors = factors_of(model);
    const uint32_t first = base->item_count;
    struct arena arena = {0};
    struct rating_options options = model->options;
    const struct rating_factors mirrored = mirror(&factors, base->user_count, all, &arena);
    const struct interactions_by_item rows = interactions_by_item(all, &arena);
    const float *none = ARENA_ARRAY(&arena, float, factors.width);
    options.penalty[RATING_USER_BIAS] = options.penalty[RATING_ITEM_BIAS];
    options.penalty[RATING_USER_FACTORS] = options.penalty[RATING_ITEM_FACTORS];
    for (uint32_t item = first; item < all->item_count; item++) {
        struct history users = {.items = rows.users + rows.offsets[item],
                                .ratings = rows.ratings + rows.offsets[item]};
        const size_t count = rows.offsets[item + 1] - rows.offsets[item];
        while (users.count < count && users.items[users.count] < base->user_count)
            users.count++; /* those who are new have no vector yet, and come last */
        factors.item_bias[item] = rating_fold_in(&mirrored, &options, &users, none,
                                                 factors.item_factors + item * factors.width);
    }
    arena_release(&arena);
}

/* Users who are new begin with what their history says to the items as they are. */
static void take_in_new_users(struct rating_model *model, uint32_t first,
                              const struct interactions *rows) {
    const struct rating_factors factors = factors_of(model);
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *z = ARENA_ARRAY_RAW(scratch, float, factors.width);
    for (uint32_t user = first; user < factors.user_count; user++) {
        const struct history history = interactions_history(rows, user);
        rating_factors_implicit(&factors, &history, z);
        factors.user_bias[user] = rating_fold_in(&factors, &model->options, &history, z,
                                                 factors.user_factors + user * factors.width);
    }
    arena_reset(scratch, mark);
}

static enum status learn(struct rating_model *model, const struct interactions *rows,
                         const struct interactions *all, struct error *error) {
    struct rating_factors factors = factors_of(model);
    const struct rating_sgd_more more = {rows, all, UPDATE_ROWS_EPOCHS, UPDATE_ROWS_RATE};
    return rating_sgd_continue(&factors, &model->options, &more, error);
}

static void widen_items(struct rating_model *model, uint32_t item_count) {
    struct arena *arena = &model->base.arena;
    model->base.item_count = item_count;
    update_rows_widen(&model->item_bias, item_count, arena);
    update_rows_widen(&model->item_factors, item_count, arena);
    if (model->implicit)
        update_rows_widen(&model->implicit_factors, item_count, arena);
}

enum status rating_model_update(struct model **out, const struct model *base,
                                const struct model_events *events, struct error *error) {
    TRY(model_check_events(base, events, error));
    if (!events->known->ratings || !events->fresh->ratings)
        return error_set(error, STATUS_BAD_INPUT, "%s learns ratings, and the rows have none",
                         base->ops->name);
    struct rating_model *model = model_copy(base, sizeof *model);
    struct arena scratch = {0};
    const struct interactions rows = update_rows(events, &scratch);
    const struct interactions all = interactions_merge(events->known, events->fresh, &scratch);
    model->base.user_count = rows.user_count;
    update_rows_widen(&model->user_bias, rows.user_count, &model->base.arena);
    update_rows_widen(&model->user_factors, rows.user_count, &model->base.arena);
    if (rows.item_count > base->item_count) {
        widen_items(model, rows.item_count);
        take_in_new_items(model, base, &all);
    }
    take_in_new_users(model, base->user_count, &rows);
    const enum status status = learn(model, &rows, &all, error);
    arena_release(&scratch);
    model->items = (struct dot_items){0};
    make_items(model);
    if (status == STATUS_OK)
        *out = &model->base;
    else
        model_destroy(&model->base);
    return status;
}

/* ---- Score ----------------------------------------------------------------------------------- */

/* vector[width] gets p + z; returns mean + b_u. */
static float find_query(const struct rating_model *model, const struct query *query,
                        float *vector) {
    const struct rating_factors factors = factors_of(model);
    const size_t width = factors.width;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *z = ARENA_ARRAY_RAW(scratch, float, width);
    float bias;
    rating_factors_implicit(&factors, &query->history, z);
    if (query->user == MODEL_NO_USER) {
        bias = rating_fold_in(&factors, &model->options, &query->history, z, vector);
    } else {
        bias = factors.user_bias[query->user];
        memcpy(vector, factors.user_factors + query->user * width, width * sizeof *vector);
    }
    kernels()->axpy(vector, 1, z, width);
    arena_reset(scratch, mark);
    return (float)factors.mean + bias;
}

void rating_model_query_vectors(const struct model *base, const struct query *queries,
                                size_t query_count, float *vectors) {
    const struct rating_model *model = (const struct rating_model *)base;
    for (size_t q = 0; q < query_count; q++)
        find_query(model, &queries[q], vectors + q * model->options.width);
}

const float *rating_model_item_vectors(const struct model *base, size_t *dimension,
                                       enum vector_metric *metric) {
    const struct rating_model *model = (const struct rating_model *)base;
    *dimension = model->options.width;
    *metric = VECTOR_DOT;
    return tensor_floats(&model->item_factors);
}

void rating_model_score(const struct model *base, const struct query *queries, size_t query_count,
                        const uint32_t *items, size_t item_count, float *scores) {
    const struct rating_model *model = (const struct rating_model *)base;
    const size_t width = model->options.width;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *vectors = ARENA_ARRAY_RAW(scratch, float, QUERY_BLOCK *width);
    float levels[QUERY_BLOCK];
    for (size_t begin = 0; begin < query_count; begin += QUERY_BLOCK) {
        size_t count = query_count - begin < QUERY_BLOCK ? query_count - begin : QUERY_BLOCK;
        float *out = scores + begin * item_count;
        for (size_t q = 0; q < count; q++)
            levels[q] = find_query(model, &queries[begin + q], vectors + q * width);
        dot_items_score(&model->items, &(struct dot_items_job){.queries = vectors,
                                                               .query_count = count,
                                                               .items = items,
                                                               .item_count = item_count,
                                                               .scores = out});
        for (size_t q = 0; q < count; q++)
            for (size_t i = 0; i < item_count; i++)
                out[q * item_count + i] += levels[q];
    }
    arena_reset(scratch, mark);
}

void rating_model_explain(const struct model *base, const struct query *query, uint32_t item,
                          float *shares) {
    const struct rating_model *model = (const struct rating_model *)base;
    const struct rating_factors factors = factors_of(model);
    rating_fold_shares(&factors, &model->options, &query->history, item, shares);
}

/* bpr.c: matrix factorisation that is trained to rank: Bayesian personalised ranking.
 *
 * Idea     score = p_u . q_i + b_i; for each positive i and an item j that the user does not have,
 *          the score of i shall be above that of j: -log sigmoid(s_ui - s_uj), with L2.
 * Source   Rendle et al., "BPR", UAI 2009, section 4.3.1 and figure 4. One difference: every
 *          positive comes once an epoch, in random order, in place of draws with repetition.
 * Shapes   users [users][embedding_dim], items [items][embedding_dim], bias [items].
 * Training plain SGD, a step for each row (bpr_epoch.h), under the trainer's epochs, rates and
 *          early stopping; trainer.optimizer.*, batch size and clipping do not apply.
 * Fold-in  A bare history is mapped to a user vector by models/fold_map.h.
 * Update   goes on over the histories of those who have new rows (models/update_rows.h). An item
 *          that is new begins with vector and bias that its users are mapped to
 *          (models/fold_items.h).
 * Cost     an epoch: rows * 12 * embedding_dim operations; a score: 2 * embedding_dim.
 * Traps    the rate of SGD is some ten times that of Adam: 0.05 is usual.
 * Checked  tests/models/test_bpr.c, conformance, config/recipes/ml-1m-ncf/bpr.yaml. */
#include <string.h>

#include "kernels/kernels.h"
#include "models/dot_items.h"
#include "models/factorization/bpr_epoch.h"
#include "models/fold_items.h"
#include "models/fold_map.h"
#include "models/model.h"
#include "models/trainer.h"
#include "models/update_rows.h"

extern const struct model_ops model_bpr;

struct bpr {
    struct model base;
    struct trainer_options trainer;
    struct bpr_options options;
    size_t embedding_dim;
    bool has_bias;
    double deviation;
    struct tensor users, items, bias, fold_map;
    struct dot_items dot;
};

static const struct setting_spec settings_table[] = {
    {"model.embedding_dim", SETTING_INT, "64", 1, 1024, NULL,
     "embedding_dim|model.n_factors|n_factors|factors", "width of the factors"},
    {"model.reg_bias", SETTING_REAL, "-1", -1, 10, NULL, NULL,
     "L2 on an item's bias for each step; -1: trainer.reg_weight"},
    {"model.bias", SETTING_BOOL, "true", 0, 0, NULL, NULL, "items have a bias"},
    {"model.candidates", SETTING_INT, "1", 1, 100, NULL, NULL,
     "items drawn for each negative; the one that scores highest is taken"},
    {"model.negative_sampling", SETTING_TEXT, "uniform", 0, 0, SAMPLER_STRATEGIES,
     "data.negative_sampling.strategy", "negatives uniformly, or by popularity to the power 0.75"},
    {"model.init_deviation", SETTING_REAL, "0.1", 1e-6, 1, NULL, NULL,
     "standard deviation of the factors' starting values"},
    {0},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    struct bpr *self = model_allocate(&model_bpr, sizeof *self);
    enum status status = trainer_settings_read(&self->trainer, settings, error);
    if (status != STATUS_OK) {
        model_destroy(&self->base);
        return status;
    }
    double l2 = self->trainer.reg_weight;
    double reg_bias = settings_real(settings, "model.reg_bias");
    self->options = (struct bpr_options){
        .strategy = (enum sampler_strategy)settings_choice(settings, "model.negative_sampling"),
        .candidates = (size_t)settings_int(settings, "model.candidates"),
        .l2 = l2,
        .l2_bias = reg_bias < 0 ? l2 : reg_bias,
    };
    self->embedding_dim = (size_t)settings_int(settings, "model.embedding_dim");
    self->has_bias = settings_bool(settings, "model.bias");
    self->deviation = settings_real(settings, "model.init_deviation");
    self->users.name = "users";
    self->items.name = "items";
    self->bias.name = "bias";
    self->fold_map.name = "fold.map";
    *out = &self->base;
    return STATUS_OK;
}

/* ---- Fit ------------------------------------------------------------------------------------- */

struct training {
    struct bpr *self;
    struct bpr_epoch epoch;
};

static double whole_epoch(void *context, uint32_t epoch, double rate) {
    struct training *training = context;
    return bpr_epoch_run(&training->epoch, epoch, rate);
}

static void ready(void *context) {
    struct training *training = context;
    dot_items_refresh(&training->self->dot);
}

static struct fold_map fold_of(const struct bpr *self) {
    return (struct fold_map){
        .item_count = self->base.item_count,
        .part_count = 1,
        .parts = {{tensor_floats(&self->users), tensor_floats(&self->items), self->embedding_dim}}};
}

static void start(struct bpr *self, uint64_t seed) {
    struct arena *arena = &self->base.arena;
    tensor_make(&self->users, TENSOR_F32, self->base.user_count, self->embedding_dim, arena);
    tensor_make(&self->items, TENSOR_F32, self->base.item_count, self->embedding_dim, arena);
    tensor_make(&self->bias, TENSOR_F32, self->base.item_count, 0, arena);
    dot_items_init(&self->dot, tensor_floats(&self->items), self->base.item_count,
                   self->embedding_dim, tensor_floats(&self->bias), arena);
    struct rng rng;
    rng_init(&rng, seed, 0);
    struct tensor *tables[] = {&self->users, &self->items};
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < tensor_count(tables[t]); i++)
            tensor_floats(tables[t])[i] = (float)(self->deviation * rng_normal(&rng));
}

static enum status train(struct bpr *self, const struct fit_input *input, struct error *error) {
    struct arena arena = {0};
    struct training training = {.self = self};
    const struct bpr_weights weights = {
        .dimension = self->embedding_dim,
        .users = tensor_floats(&self->users),
        .items = tensor_floats(&self->items),
        .bias = self->has_bias ? tensor_floats(&self->bias) : NULL,
    };
    bpr_epoch_init(&training.epoch, &weights, input->train, &self->options, input->seed, &arena);
    struct parameter parameters[] = {
        {.name = "users",
         .rows = self->base.user_count,
         .columns = self->embedding_dim,
         .weight = weights.users},
        {.name = "items",
         .rows = self->base.item_count,
         .columns = self->embedding_dim,
         .weight = weights.items},
        {.name = "bias",
         .rows = 1,
         .columns = self->base.item_count,
         .weight = tensor_floats(&self->bias)},
    };
    struct trainee trainee = {
        .model = &self->base,
        .name = "bpr",
        .parameters = parameters,
        .parameter_count = 3,
        .context = &training,
        .whole_epoch = whole_epoch,
        .epoch_groups = input->train->count,
        .ready = ready,
    };
    enum status status = trainer_fit(&self->trainer, &trainee, input, error);
    arena_release(&arena);
    return status;
}

static enum status fit(struct model *model, const struct fit_input *input, struct error *error) {
    struct bpr *self = (struct bpr *)model;
    model_describe(model, input->train);
    start(self, input->seed);
    TRY(train(self, input, error));
    struct fold_map fold = fold_of(self);
    tensor_make(&self->fold_map, TENSOR_F32, fold_map_rows(&fold), fold_map_columns(&fold),
                &model->arena);
    if (!fold_map_fit(&fold, input->train, tensor_floats(&self->fold_map)))
        return error_set(
            error, STATUS_BAD_INPUT,
            "bpr: new people cannot be folded in: the trained factors are too large or "
            "no numbers; try a smaller trainer.learning_rate or more "
            "trainer.reg_weight");
    return STATUS_OK;
}

/* ---- After the fit --------------------------------------------------------------------------- */

static size_t tensors(struct model *model, struct tensor **list) {
    struct bpr *self = (struct bpr *)model;
    list[0] = &self->users;
    list[1] = &self->items;
    list[2] = &self->bias;
    list[3] = &self->fold_map;
    return 4;
}

static enum status attach(struct model *model, struct error *error) {
    struct bpr *self = (struct bpr *)model;
    struct fold_map fold = fold_of(self);
    TRY(model_expect(&self->users, TENSOR_F32, model->user_count, self->embedding_dim, error));
    TRY(model_expect(&self->items, TENSOR_F32, model->item_count, self->embedding_dim, error));
    TRY(model_expect(&self->bias, TENSOR_F32, model->item_count, 0, error));
    TRY(model_expect(&self->fold_map, TENSOR_F32, fold_map_rows(&fold), fold_map_columns(&fold),
                     error));
    dot_items_init(&self->dot, tensor_floats(&self->items), model->item_count, self->embedding_dim,
                   tensor_floats(&self->bias), &model->arena);
    return STATUS_OK;
}

static void query_vectors(const struct model *model, const struct query *queries,
                          size_t query_count, float *vectors) {
    const struct bpr *self = (const struct bpr *)model;
    size_t width = self->embedding_dim;
    struct fold_map fold = fold_of(self);
    for (size_t q = 0; q < query_count; q++) {
        float *to = vectors + q * width;
        if (queries[q].user < model->user_count)
            memcpy(to, tensor_floats(&self->users) + queries[q].user * width, width * sizeof *to);
        else
            fold_map_apply(&fold, tensor_floats(&self->fold_map), &queries[q].history, to);
    }
}

static void score(const struct model *model, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct bpr *self = (const struct bpr *)model;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *vectors = ARENA_ARRAY_RAW(scratch, float, query_count * self->embedding_dim);
    query_vectors(model, queries, query_count, vectors);
    dot_items_score(&self->dot,
                    &(struct dot_items_job){.queries = vectors,
                                            .query_count = query_count,
                                            .items = items,
                                            .item_count = items ? item_count : model->item_count,
                                            .scores = scores});
    arena_reset(scratch, mark);
}

/* Exact for the score of the bare history: the shares sum to it less that of an empty one. */
static void explain(const struct model *model, const struct query *query, uint32_t item,
                    float *shares) {
    const struct bpr *self = (const struct bpr *)model;
    const struct fold_map fold = fold_of(self);
    fold_map_shares(&fold, tensor_floats(&self->fold_map), &query->history,
                    tensor_floats(&self->items) + item * self->embedding_dim, shares);
}

static void take_in_new_users(struct bpr *self, uint32_t first, const struct interactions *rows) {
    const struct fold_map fold = fold_of(self);
    for (uint32_t user = first; user < self->base.user_count; user++) {
        const struct history history = interactions_history(rows, user);
        fold_map_apply(&fold, tensor_floats(&self->fold_map), &history,
                       tensor_floats(&self->users) + user * self->embedding_dim);
    }
}

static bool take_in_new_items(struct bpr *self, const struct model *base,
                              const struct model_events *events) {
    const uint32_t count = events->fresh->item_count;
    if (count == base->item_count)
        return true;
    self->base.item_count = count;
    update_rows_widen(&self->items, count, &self->base.arena);
    update_rows_widen(&self->bias, count, &self->base.arena);
    const struct fold_items order = {
        .events = events,
        .user_count = base->user_count,
        .item_count = base->item_count,
        .part_count = 1,
        .parts = {{tensor_floats(&self->users), tensor_floats(&self->items), self->embedding_dim}},
        .bias = self->has_bias ? tensor_floats(&self->bias) : NULL,
    };
    return fold_items_fill(&order);
}

static enum status update(struct model **out, const struct model *base,
                          const struct model_events *events, struct error *error) {
    TRY(model_check_events(base, events, error));
    struct bpr *self = model_copy(base, sizeof *self);
    if (!take_in_new_items(self, base, events)) {
        model_destroy(&self->base);
        return error_set(error, STATUS_BAD_INPUT,
                         "bpr: new items cannot be taken in: the trained factors are too large or "
                         "no numbers; train it again");
    }
    struct arena scratch = {0};
    const struct interactions rows = update_rows(events, &scratch);
    self->base.user_count = rows.user_count;
    update_rows_widen(&self->users, rows.user_count, &self->base.arena);
    take_in_new_users(self, base->user_count, &rows);
    const struct bpr_weights weights = {
        .dimension = self->embedding_dim,
        .users = tensor_floats(&self->users),
        .items = tensor_floats(&self->items),
        .bias = self->has_bias ? tensor_floats(&self->bias) : NULL,
    };
    struct bpr_epoch epoch;
    bpr_epoch_init(&epoch, &weights, &rows, &self->options, rows.count, &scratch);
    for (uint32_t number = 1; number <= UPDATE_ROWS_EPOCHS; number++)
        bpr_epoch_run(&epoch, number, UPDATE_ROWS_RATE * self->trainer.schedule.rate);
    arena_release(&scratch);
    self->dot = (struct dot_items){0};
    dot_items_init(&self->dot, tensor_floats(&self->items), self->base.item_count,
                   self->embedding_dim, tensor_floats(&self->bias), &self->base.arena);
    *out = &self->base;
    return STATUS_OK;
}

/* The rate is SGD's, and falls: a constant one ends lower. */
static void suggest(struct settings *settings, const struct interactions *train) {
    (void)train;
    settings_default(settings, "trainer.learning_rate", "0.05");
    settings_default(settings, "trainer.reg_weight", "0.01");
    settings_default(settings, "trainer.scheduler.name", "step");
    settings_default(settings, "trainer.scheduler.factor", "0.95");
    settings_default(settings, "trainer.max_epochs", "60");
}

const struct model_ops model_bpr = {
    .name = "bpr",
    .family = "factorization",
    .summary = "matrix factorisation that learns to rank an item above one not chosen",
    .source = "Rendle et al., UAI 2009, figure 4",
    .settings = settings_table,
    .traits = MODEL_LEARNS_ITEMS | MODEL_RANDOM | MODEL_TRAINED,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .update = update,
    .suggest = suggest,
};

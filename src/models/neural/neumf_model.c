/* neumf_model.c: the model interface of GMF, MLP and NeuMF. See neumf_model.h.
 *
 * Tensors  the network's parameters, the fold-in map, and the items' genres where they are used.
 * Derived  after a fit and after a load: the scorer's tiles; GMF's item vectors q_i * output, whose
 *          dot product with p_u is the score less the output bias.
 * Update   goes on over the histories of those who have new rows (models/update_rows.h). An item
 *          that is new begins with the embeddings that its users' are mapped to
 *          (models/fold_items.h), unless genres have a part (model.genre_dim).
 * Scale    scores are log-odds (bce), or ratings from 0, the lowest of train, to 1, the highest
 * (mse). */
#include "models/neural/neumf_model.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "kernels/kernels.h"
#include "models/fold_items.h"
#include "models/neural/neumf_fold.h"
#include "models/update_rows.h"

#define DROPOUT_MAX 0.95

static struct neumf *self_of(struct model *model) { return (struct neumf *)model; }
static const struct neumf *view_of(const struct model *model) {
    return (const struct neumf *)model;
}

/* Names the slots as the shape has them; their shapes and data come later. */
static void name_tensors(struct neumf *self) {
    self->tensor_count = 0;
    for (size_t i = 0; i < self->network.parameter_count; i++)
        self->tensors[self->tensor_count++] =
            (struct tensor){.name = self->network.parameters[i].name};
    self->fold_map = &self->tensors[self->tensor_count++];
    *self->fold_map = (struct tensor){.name = "fold.map"};
    if (self->options.shape.genre_dim) {
        self->genres = &self->tensors[self->tensor_count++];
        *self->genres = (struct tensor){.name = "genres"};
    }
}

void neumf_model_prepare(struct neumf *self) {
    struct neumf_options *options = &self->options;
    options->reg_mf = options->reg_mf < 0 ? self->trainer.reg_weight : options->reg_mf;
    options->reg_mlp = options->reg_mlp < 0 ? self->trainer.reg_weight : options->reg_mlp;
    neumf_network_init(&self->network, &options->shape);
    name_tensors(self);
}

enum status neumf_model_create(struct model **out, const struct model_ops *ops,
                               enum neumf_mode mode, const struct settings *settings,
                               struct error *error) {
    struct neumf *self = model_allocate(ops, sizeof *self);
    enum status status =
        neumf_settings_read(&self->options, mode, settings, &self->base.arena, error);
    if (status == STATUS_OK)
        status = trainer_settings_read(&self->trainer, settings, error);
    if (status == STATUS_OK && self->options.pretraining.wanted &&
        self->trainer.schedule.kind == SCHEDULE_PLATEAU)
        status = error_set(error, STATUS_BAD_USAGE,
                           "model.pretrain=true with trainer.scheduler.name=reduce_on_plateau: a "
                           "refit without validation could not repeat where the parts' rates fell; "
                           "use step or cosine");
    if (status != STATUS_OK) {
        model_destroy(&self->base);
        return status;
    }
    self->base.scale =
        self->options.loss == NEUMF_MSE ? MODEL_SCALE_UNIT_RATING : MODEL_SCALE_LOG_ODDS;
    if (self->options.shape.intent_in)
        self->base.needs |= MODEL_NEEDS_TEXT;
    if (self->options.shape.genre_dim) /* an update is told nothing of genres */
        self->base.traits &= ~(unsigned)MODEL_LEARNS_ITEMS;
    neumf_model_prepare(self);
    *out = &self->base;
    return STATUS_OK;
}

/* ---- fit ------------------------------------------------------------------------------------ */

static void copy_genres(struct neumf *self, const struct item_feature *feature) {
    size_t items = self->base.item_count, columns = feature->columns;
    tensor_make(self->genres, TENSOR_F32, items, columns, &self->base.arena);
    float *genres = tensor_floats(self->genres);
    if (feature->dense) {
        memcpy(genres, feature->dense, items * columns * sizeof *genres);
        return;
    }
    for (size_t item = 0; item < items; item++)
        for (uint64_t i = feature->offsets[item]; i < feature->offsets[item + 1]; i++)
            genres[item * columns + feature->indices[i]] = feature->values ? feature->values[i] : 1;
}

void neumf_model_shape(struct neumf *self, const struct fit_input *input) {
    model_describe(&self->base, input->train);
    struct neumf_shape shape = self->options.shape;
    shape.user_count = self->base.user_count;
    shape.item_count = self->base.item_count;
    if (shape.genre_dim) {
        const struct item_feature *feature = model_feature(input, "genres");
        shape.genre_count = feature->columns;
        copy_genres(self, feature);
    }
    const struct item_feature *text = shape.intent_in ? model_feature(input, "text") : NULL;
    shape.intent_in = self->base.wish_dimension = text ? text->columns : 0;
    if (text && text->maker)
        self->base.wish_encoder = arena_copy(&self->base.arena, text->maker);
    neumf_network_init(&self->network, &shape);
    self->network.texts = text ? text->dense : NULL;
    for (size_t i = 0; i < self->network.parameter_count; i++) {
        struct parameter *parameter = &self->network.parameters[i];
        tensor_make(&self->tensors[i], TENSOR_F32, parameter->rows, parameter->columns,
                    &self->base.arena);
        parameter->weight = tensor_floats(&self->tensors[i]);
    }
    self->network.genres = shape.genre_dim ? tensor_floats(self->genres) : NULL;
    neumf_score_init(&self->scorer, &self->network, &self->base.arena);
    struct rng rng;
    rng_init(&rng, input->seed, (uint64_t)self->options.mode << 56);
    neumf_network_randomize(&self->network, self->options.deviation, &rng);
}

struct training {
    struct neumf *self;
    struct neumf_step step;
};

static double gradient(void *context, const struct batch *batch, bool first) {
    struct training *training = context;
    return neumf_step_gradient(&training->step, batch, first);
}

static double loss(void *context, const struct batch *batch) {
    struct training *training = context;
    double dropout = training->step.dropout;
    training->step.dropout = 0;
    double total = neumf_step_loss(&training->step, batch);
    training->step.dropout = dropout;
    return total;
}

static void ready(void *context) {
    struct training *training = context;
    neumf_score_prepare(&training->self->scorer);
}

static void before_epoch(void *context, uint32_t epoch, uint32_t max_epochs) {
    (void)max_epochs;
    struct training *training = context;
    const struct neumf_options *options = &training->self->options;
    double share = (double)(epoch - 1) / options->dropout_epochs;
    share = share > 1 ? 1 : share;
    if (options->dropout_schedule == NEUMF_DROPOUT_CONSTANT)
        share = 1;
    if (options->dropout_schedule == NEUMF_DROPOUT_FALL)
        share = 1 - share;
    training->step.dropout = options->dropout * share;
}

/* Workspace of one row, for trainer.batch_size=auto. */
static size_t row_bytes(const struct neumf_network *network) {
    size_t numbers = 2 * (network->shape.mlp_dim + network->shape.genre_dim) + 4;
    for (size_t l = 0; l < network->shape.layer_count; l++)
        numbers += (network->layers[l].adds_input ? 4 : 2) * network->layers[l].out;
    if (network->shape.heads)
        numbers += 24 * network->shape.mlp_dim;
    return numbers * sizeof(real);
}

enum status neumf_model_train(struct neumf *self, const struct fit_input *input, const char *name,
                              struct error *error) {
    const struct neumf_options *options = &self->options;
    struct neumf_network *network = &self->network;
    struct arena arena = {0};
    struct training training = {.self = self};
    size_t group_max =
        trainer_group_max(&self->trainer, input, options->negative_count, row_bytes(network));
    neumf_step_init(&training.step, network,
                    &(struct neumf_step_options){.group_max = group_max,
                                                 .negative_count = options->negative_count,
                                                 .loss = options->loss,
                                                 .training = true},
                    &arena);
    if (training.step.intent) {
        training.step.intent->dropout = options->intent_dropout;
        training.step.intent->share = options->intent_share;
    }
    if (network->mf_user)
        network->mf_user->l2 = network->mf_item->l2 = (real)options->reg_mf;
    if (network->mlp_user)
        network->mlp_user->l2 = network->mlp_item->l2 = (real)options->reg_mlp;
    struct trainee trainee = {
        .model = &self->base,
        .name = name,
        .parameters = network->parameters,
        .parameter_count = network->parameter_count,
        .negative_count = options->negative_count,
        .strategy = options->strategy,
        .on_ratings = options->loss == NEUMF_MSE,
        .group_max = group_max,
        .measure_first = options->pretraining.wanted || options->pretraining.gmf_file,
        .context = &training,
        .gradient = gradient,
        .loss = loss,
        .ready = ready,
        .hook = {.context = &training, .before_epoch = before_epoch},
    };
    enum status status = trainer_fit(&self->trainer, &trainee, input, error);
    /* Gradients and indices die with the arena; the weights live in the model. */
    for (size_t i = 0; i < network->parameter_count; i++) {
        struct parameter *parameter = &network->parameters[i];
        *parameter = (struct parameter){.name = parameter->name,
                                        .rows = parameter->rows,
                                        .columns = parameter->columns,
                                        .weight = parameter->weight,
                                        .is_bias = parameter->is_bias};
    }
    arena_release(&arena);
    return status;
}

/* The parts' epochs go before the trainer's choices. */
static void add_part_choices(struct neumf *self) {
    struct fit_report *report = &self->base.report;
    if (report->choice_count == 0 || self->part_epochs[0] == 0)
        return;
    struct arena *arena = &self->base.arena;
    const char **choices = ARENA_ARRAY(arena, const char *, report->choice_count + 2);
    choices[0] = arena_format(arena, "model.pretrain_gmf_epochs=%u", self->part_epochs[0]);
    choices[1] = arena_format(arena, "model.pretrain_mlp_epochs=%u", self->part_epochs[1]);
    for (size_t i = 0; i < report->choice_count; i++)
        choices[2 + i] = report->choices[i];
    report->choices = choices;
    report->choice_count += 2;
}

static void derive_item_vectors(struct neumf *self) {
    const struct neumf_network *network = &self->network;
    size_t mf_dim = network->shape.mf_dim;
    if (network->shape.mlp_dim)
        return;
    self->item_vectors = ARENA_ARRAY(&self->base.arena, float, network->shape.item_count *mf_dim);
    for (size_t item = 0; item < network->shape.item_count; item++)
        kernels()->multiply(self->item_vectors + item * mf_dim,
                            network->mf_item->weight + item * mf_dim, network->output->weight,
                            mf_dim);
}

enum status neumf_model_fit(struct model *model, const struct fit_input *input,
                            struct error *error) {
    struct neumf *self = self_of(model);
    const struct neumf_pretraining *pretraining = &self->options.pretraining;
    if (self->options.shape.genre_dim && !model_feature(input, "genres"))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: model.genre_dim=%zu needs the items' genres, and this data set has "
                         "none; set it to 0",
                         model->ops->name, self->options.shape.genre_dim);
    if (self->options.shape.intent_in && !model_feature(input, "text"))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: model.intent_tower=true needs the vectors of the items' texts, and "
                         "there are none; with text.encoder=none there is nothing to train it with",
                         model->ops->name);
    neumf_model_shape(self, input);
    if (pretraining->wanted || pretraining->gmf_file)
        TRY(neumf_join(self, input, error));
    TRY(neumf_model_train(self, input, model->ops->name, error));
    add_part_choices(self);
    self->network.texts = NULL; /* the features are the caller's */
    struct fold_map fold = neumf_fold(&self->network);
    tensor_make(self->fold_map, TENSOR_F32, fold_map_rows(&fold), fold_map_columns(&fold),
                &model->arena);
    if (!fold_map_fit(&fold, input->train, tensor_floats(self->fold_map)))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: new people cannot be folded in: the trained embeddings are too large "
                         "or no numbers; try a smaller trainer.learning_rate or more model.reg_*",
                         model->ops->name);
    derive_item_vectors(self);
    return STATUS_OK;
}

/* ---- after the fit -------------------------------------------------------------------------- */

size_t neumf_model_tensors(struct model *model, struct tensor **list) {
    struct neumf *self = self_of(model);
    for (size_t i = 0; i < self->tensor_count; i++)
        list[i] = &self->tensors[i];
    return self->tensor_count;
}

/* The columns of a wish, as the file has them. */
static enum status attach_intent(const struct neumf *self, struct neumf_shape *shape,
                                 struct error *error) {
    const struct tensor *weight = NULL;
    for (size_t i = 0; i < self->tensor_count; i++)
        if (strcmp(self->tensors[i].name, "intent.0.weight") == 0)
            weight = &self->tensors[i];
    if (!weight || weight->rank != 2 || weight->shape[0] < 1 || weight->shape[0] > NEUMF_WIDTH_MAX)
        return error_set(error, STATUS_BAD_INPUT,
                         "tensor 'intent.0.weight' is missing or no matrix of a text's width");
    shape->intent_in = weight->shape[0];
    return STATUS_OK;
}

enum status neumf_model_attach(struct model *model, struct error *error) {
    struct neumf *self = self_of(model);
    struct neumf_shape shape = self->options.shape;
    shape.user_count = model->user_count;
    shape.item_count = model->item_count;
    if (shape.genre_dim) {
        if (self->genres->rank != 2 || self->genres->shape[1] < 1 ||
            self->genres->shape[1] > DATASET_GENRES_MAX)
            return error_set(error, STATUS_BAD_INPUT, "tensor 'genres' is missing or no matrix");
        shape.genre_count = self->genres->shape[1];
        TRY(model_expect(self->genres, TENSOR_F32, shape.item_count, shape.genre_count, error));
    }
    if (shape.intent_in)
        TRY(attach_intent(self, &shape, error));
    model->wish_dimension = shape.intent_in;
    neumf_network_init(&self->network, &shape);
    for (size_t i = 0; i < self->network.parameter_count; i++) {
        struct parameter *parameter = &self->network.parameters[i];
        TRY(model_expect(&self->tensors[i], TENSOR_F32, parameter->rows, parameter->columns,
                         error));
        parameter->weight = tensor_floats(&self->tensors[i]);
    }
    self->network.genres = shape.genre_dim ? tensor_floats(self->genres) : NULL;
    struct fold_map fold = neumf_fold(&self->network);
    TRY(model_expect(self->fold_map, TENSOR_F32, fold_map_rows(&fold), fold_map_columns(&fold),
                     error));
    neumf_score_init(&self->scorer, &self->network, &model->arena);
    neumf_score_prepare(&self->scorer);
    derive_item_vectors(self);
    return STATUS_OK;
}

/* ---- update --------------------------------------------------------------------------------- */

/* A slot like `from` in the new model's memory, with zeroes where it has more rows. */
static void copy_slot(struct tensor *to, const struct tensor *from, size_t rows,
                      struct arena *arena) {
    tensor_make(to, from->type, rows, from->rank == 2 ? from->shape[1] : 0, arena);
    memcpy(to->data, from->data, tensor_bytes(from));
}

/* The rows that a parameter has in a model for so many users and items. */
static size_t rows_of(const struct neumf_network *network, const struct parameter *parameter,
                      size_t rows) {
    if (parameter == network->mf_user || parameter == network->mlp_user)
        return network->shape.user_count;
    if (parameter == network->mf_item || parameter == network->mlp_item)
        return network->shape.item_count;
    return rows;
}

/* The same model with room for more users and items, whose embeddings are 0. */
static struct neumf *copy_for(const struct neumf *from, const struct interactions *rows) {
    struct neumf *self = model_allocate(from->base.ops, sizeof *self);
    memcpy(self, from, sizeof *self);
    self->base.arena = (struct arena){0};
    self->base.report = (struct fit_report){0};
    self->base.user_count = rows->user_count;
    self->base.item_count = rows->item_count;
    self->options.pretraining = (struct neumf_pretraining){0};
    struct neumf_shape shape = from->network.shape;
    shape.user_count = rows->user_count;
    shape.item_count = rows->item_count;
    neumf_network_init(&self->network, &shape);
    name_tensors(self);
    for (size_t i = 0; i < self->network.parameter_count; i++) {
        struct parameter *parameter = &self->network.parameters[i];
        const struct tensor *slot = &from->tensors[i];
        copy_slot(&self->tensors[i], slot, rows_of(&self->network, parameter, slot->shape[0]),
                  &self->base.arena);
        parameter->weight = tensor_floats(&self->tensors[i]);
    }
    copy_slot(self->fold_map, from->fold_map, from->fold_map->shape[0], &self->base.arena);
    if (self->genres) {
        copy_slot(self->genres, from->genres, from->genres->shape[0], &self->base.arena);
        self->network.genres = tensor_floats(self->genres);
    }
    neumf_score_init(&self->scorer, &self->network, &self->base.arena);
    return self;
}

static bool take_in_new_items(struct neumf *self, const struct model *base,
                              const struct model_events *events) {
    const struct neumf_network *network = &self->network;
    struct fold_items order = {
        .events = events, .user_count = base->user_count, .item_count = base->item_count};
    if (network->shape.mf_dim)
        order.parts[order.part_count++] = (struct fold_items_part){
            network->mf_user->weight, network->mf_item->weight, network->shape.mf_dim};
    if (network->shape.mlp_dim)
        order.parts[order.part_count++] = (struct fold_items_part){
            network->mlp_user->weight, network->mlp_item->weight, network->shape.mlp_dim};
    return self->base.item_count == base->item_count || fold_items_fill(&order);
}

static void take_in_new_users(struct neumf *self, uint32_t first, const struct interactions *rows) {
    const struct neumf_network *network = &self->network;
    const struct fold_map fold = neumf_fold(network);
    const size_t mf_dim = network->shape.mf_dim, mlp_dim = network->shape.mlp_dim;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *found = ARENA_ARRAY_RAW(scratch, float, fold_map_columns(&fold));
    for (uint32_t user = first; user < self->base.user_count; user++) {
        const struct history history = interactions_history(rows, user);
        fold_map_apply(&fold, tensor_floats(self->fold_map), &history, found);
        if (mf_dim)
            memcpy(network->mf_user->weight + user * mf_dim, found, mf_dim * sizeof *found);
        if (mlp_dim)
            memcpy(network->mlp_user->weight + user * mlp_dim, found + mf_dim,
                   mlp_dim * sizeof *found);
    }
    arena_reset(scratch, mark);
}

static enum status learn(struct neumf *self, const struct interactions *rows, struct error *error) {
    const struct trainer_options usual = self->trainer;
    struct progress progress;
    progress_init(&progress, true);
    const struct fit_input input = {.train = rows, .seed = rows->count, .progress = &progress};
    self->trainer.max_epochs = UPDATE_ROWS_EPOCHS;
    self->trainer.stop_early = self->trainer.checkpoint = false;
    self->trainer.schedule = (struct schedule){.kind = SCHEDULE_CONSTANT,
                                               .rate = UPDATE_ROWS_RATE * usual.schedule.rate};
    const enum status status = neumf_model_train(self, &input, "update", error);
    self->trainer = usual;
    return status;
}

enum status neumf_model_update(struct model **out, const struct model *model,
                               const struct model_events *events, struct error *error) {
    const struct neumf *from = view_of(model);
    TRY(model_check_events(model, events, error));
    if (from->network.shape.intent_in)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s with model.intent_tower=true learns wishes from the items' texts, "
                         "which an update has not; train it again",
                         model->ops->name);
    if (from->options.loss == NEUMF_MSE && !(events->known->ratings && events->fresh->ratings))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s was fitted to ratings, and the rows have "
                         "none",
                         model->ops->name);
    struct arena scratch = {0};
    const struct interactions rows = update_rows(events, &scratch);
    struct neumf *self = copy_for(from, &rows);
    enum status status = STATUS_OK;
    if (!take_in_new_items(self, model, events))
        status = error_set(error, STATUS_BAD_INPUT,
                           "%s: new items cannot be taken in: the trained embeddings are too large "
                           "or no numbers; train it again",
                           model->ops->name);
    take_in_new_users(self, model->user_count, &rows);
    if (status == STATUS_OK)
        status = learn(self, &rows, error);
    arena_release(&scratch);
    if (status != STATUS_OK) {
        model_destroy(&self->base);
        return status;
    }
    self->base.report = (struct fit_report){0};
    neumf_score_prepare(&self->scorer);
    derive_item_vectors(self);
    *out = &self->base;
    return STATUS_OK;
}

/* ---- score ---------------------------------------------------------------------------------- */

/* The vectors of a query: the learned ones of a known user, else folded in (into `room`). */
static struct neumf_query vectors_of(const struct neumf *self, const struct query *query,
                                     real *room) {
    const struct neumf_network *network = &self->network;
    size_t mf_dim = network->shape.mf_dim, d = network->shape.mlp_dim, user = query->user;
    if (user < network->shape.user_count)
        return (struct neumf_query){
            .mf = mf_dim ? network->mf_user->weight + user * mf_dim : NULL,
            .mlp = d ? network->mlp_user->weight + user * d : NULL,
        };
    struct fold_map fold = neumf_fold(network);
    fold_map_apply(&fold, tensor_floats(self->fold_map), &query->history, room);
    return (struct neumf_query){.mf = room, .mlp = room + mf_dim};
}

void neumf_model_score(const struct model *model, const struct query *queries, size_t query_count,
                       const uint32_t *items, size_t item_count, float *scores) {
    const struct neumf *self = view_of(model);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct fold_map fold = neumf_fold(&self->network);
    size_t columns = fold_map_columns(&fold);
    item_count = items ? item_count : model->item_count;
    struct neumf_query *vectors = ARENA_ARRAY_RAW(scratch, struct neumf_query, query_count);
    real *room = ARENA_ARRAY_RAW(scratch, real, query_count * columns);
    const size_t width = neumf_network_intent_width(&self->network);
    real *intents = ARENA_ARRAY_RAW(scratch, real, query_count * width);
    for (size_t q = 0; q < query_count; q++) {
        vectors[q] = vectors_of(self, &queries[q], room + q * columns);
        vectors[q].intent = intents + q * width;
        if (width)
            neumf_intent_apply(&self->network, queries[q].wish_vector, intents + q * width);
    }
    neumf_score(&self->scorer, &(struct neumf_score_job){.queries = vectors,
                                                         .query_count = query_count,
                                                         .items = items,
                                                         .item_count = item_count,
                                                         .scores = scores});
    arena_reset(scratch, mark);
}

const float *neumf_model_item_vectors(const struct model *model, size_t *dimension,
                                      enum vector_metric *metric) {
    const struct neumf *self = view_of(model);
    *dimension = self->network.shape.mf_dim;
    *metric = VECTOR_DOT;
    return self->item_vectors;
}

void neumf_model_query_vectors(const struct model *model, const struct query *queries,
                               size_t query_count, float *vectors) {
    const struct neumf *self = view_of(model);
    size_t mf_dim = self->network.shape.mf_dim;
    for (size_t q = 0; q < query_count; q++) {
        float *to = vectors + q * mf_dim;
        struct neumf_query found = vectors_of(self, &queries[q], to);
        if (found.mf != to)
            memcpy(to, found.mf, mf_dim * sizeof *to);
    }
}

/* Widths and penalties by the amount of data: found on validation rows of ml-100k and ml-1m. */
void neumf_model_suggest(struct settings *settings, const struct interactions *train) {
    bool large = train->count > 400000;
    const char *const rows[][2] = {
        {"model.mf_dim", large ? "64" : "32"},
        {"model.mf_weights", "fixed"},
        {"model.mlp_layers", "[64,32,16]"},
        {"model.dropout", large ? "0.2" : "0"},
        {"model.num_negatives", "8"},
        {"model.reg_mf", large ? "0.008" : "0.02"},
        {"model.reg_mlp", "0.005"},
        {"model.init_deviation", "0.1"},
        {"trainer.learning_rate", "0.006"},
        {"trainer.scheduler.name", "step"},
        {"trainer.scheduler.factor", "0.88"},
        {"trainer.eval_every_n_epochs", "1"},
        {"trainer.early_stopping.patience", "5"},
        {"trainer.max_epochs", "24"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (settings_knows(settings, rows[i][0]))
            settings_default(settings, rows[i][0], rows[i][1]);
}

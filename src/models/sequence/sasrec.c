/* sasrec.c: SASRec, self-attention over what a person saw, in order, to name what comes next.
 *
 * Idea     A transformer reads the history from left to right; the state after its last event is
 *          the person. score = state . item, from the same item table that went in.
 * Source   Kang & McAuley, ICDM 2018 (network: sasrec_network.h). Softmax over all items instead of
 *          one negative: Klenitskiy & Vasilev, RecSys 2023; model.loss_type=bce is the paper's.
 * People   There is no table of users: a known user and a bare history are the same thing, so new
 *          people and sessions are scored without any training. An empty history gets the most
 *          popular items.
 * State    the network's parameters, and popularity [items]. Derived: the items feature-major.
 * Cost     ml-1m (1 million events), 2 blocks, dim 64: an epoch of softmax is 2 teraflops, of bce
 *          0.5; scoring a person 40 megaflops and 2 * dim for each item.
 * Traps    Batches are of users: trainer.batch_size counts people, not rows. A history without
 *          order scores, but means nothing; data without order are refused before training.
 * Checked  tests/models/test_sasrec.c: numpy, causality, short against long histories;
 *          check_sasrec.c: gradients in double. Conformance, config/recipes/ml-1m-ncf/sasrec.yaml.
 */
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"
#include "models/baseline/item_share.h"
#include "models/dot_items.h"
#include "models/model.h"
#include "models/sequence/sasrec_encoder.h"
#include "models/sequence/sasrec_explain.h"
#include "models/sequence/sasrec_step.h"
#include "models/trainer.h"

#define QUERY_BLOCK 32
#define CHUNK_ROWS 4096
#define CHUNK_BYTES ((size_t)256 << 20)

extern const struct model_ops model_sasrec;

struct sasrec {
    struct model base;
    struct sasrec_shape shape; /* without the number of items, which the data give */
    struct sasrec_step_options options;
    struct trainer_options trainer;
    double deviation; /* of the embeddings' starting values */
    struct sasrec_network network;
    struct tensor tensors[SASREC_PARAMETERS_MAX];
    struct tensor popularity;
    struct dot_items dot;
};

static const struct setting_spec settings_table[] = {
    {"model.embedding_dim", SETTING_INT, "64", 1, 1024, NULL,
     "hidden_size|model.hidden_size|hidden_units|model.hidden_units|emb_dim|model.emb_dim",
     "width of items, positions and states"},
    {"model.num_blocks", SETTING_INT, "2", 1, SASREC_BLOCKS_MAX, NULL,
     "n_layers|model.n_layers|num_layers|model.num_layers|num_blocks",
     "blocks of attention and feed-forward"},
    {"model.num_heads", SETTING_INT, "1", 1, 64, NULL, "n_heads|model.n_heads|num_heads",
     "heads of attention; a divisor of embedding_dim"},
    {"model.feed_forward_dim", SETTING_INT, "0", 0, 4096, NULL, "inner_size|model.inner_size",
     "width inside the feed-forward; 0: embedding_dim, as in the paper"},
    {"model.max_length", SETTING_INT, "200", 1, 4096, NULL,
     "max_seq_length|model.max_seq_length|maxlen|model.maxlen",
     "events that a state is made of: the last ones"},
    {"model.windows", SETTING_TEXT, "all", 0, 0, SASREC_WINDOWS, NULL,
     "longer histories in training: all events, in windows of max_length, or the last ones alone"},
    {"model.dropout", SETTING_REAL, "0.2", 0, 0.95, NULL, "dropout",
     "share of inputs and of what each layer adds that is dropped while training"},
    {"model.loss_type", SETTING_TEXT, "softmax", 0, 0, SASREC_LOSSES, "loss_type",
     "the next item among all items, among drawn items, or against drawn ones singly (the paper)"},
    {"model.num_negatives", SETTING_INT, "0", 0, 1024, NULL,
     "num_negatives|neg_per_pos|data.negative_samples|data.negative_sampling.num_negatives",
     "items drawn for each event (bce) or block of events (sampled_softmax); 0: 1 and 512"},
    {"model.init_deviation", SETTING_REAL, "0.02", 1e-6, 1, NULL, NULL,
     "standard deviation of the embeddings' starting values"},
    {"model.checkpoint_activations", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "keep each block's input alone and work the rest out again: less memory, a third more time"},
    {0},
};

static void name_tensors(struct sasrec *self) {
    for (size_t i = 0; i < self->network.parameter_count; i++)
        self->tensors[i] = (struct tensor){.name = self->network.parameters[i].name};
    self->popularity = (struct tensor){.name = "popularity"};
}

static void read_options(struct sasrec *self, const struct settings *settings) {
    const size_t dim = (size_t)settings_int(settings, "model.embedding_dim"),
                 hidden = (size_t)settings_int(settings, "model.feed_forward_dim"),
                 negatives = (size_t)settings_int(settings, "model.num_negatives");
    self->shape = (struct sasrec_shape){
        .dim = dim,
        .block_count = (size_t)settings_int(settings, "model.num_blocks"),
        .heads = (size_t)settings_int(settings, "model.num_heads"),
        .max_length = (size_t)settings_int(settings, "model.max_length"),
        .hidden = hidden ? hidden : dim,
    };
    self->options = (struct sasrec_step_options){
        .loss = (enum sasrec_loss)settings_choice(settings, "model.loss_type"),
        .windows = (enum sasrec_windows)settings_choice(settings, "model.windows"),
        .dropout = settings_real(settings, "model.dropout"),
        .checkpoints = settings_bool(settings, "model.checkpoint_activations"),
    };
    const size_t usual = self->options.loss == SASREC_BCE ? 1 : 512;
    self->options.negatives = negatives ? negatives : usual;
    self->deviation = settings_real(settings, "model.init_deviation");
}

static enum status check_options(const struct sasrec *self, struct error *error) {
    if (self->shape.dim % self->shape.heads != 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.num_heads: expected a divisor of model.embedding_dim=%zu, found "
                         "%zu",
                         self->shape.dim, self->shape.heads);
    if (self->trainer.watch_loss)
        return error_set(error, STATUS_BAD_USAGE,
                         "trainer.early_stopping.monitor=val_loss: sasrec has no loss on "
                         "validation rows; watch a metric, as ndcg@10");
    return STATUS_OK;
}

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    struct sasrec *self = model_allocate(&model_sasrec, sizeof *self);
    read_options(self, settings);
    enum status status = trainer_settings_read(&self->trainer, settings, error);
    if (status == STATUS_OK)
        status = check_options(self, error);
    if (status != STATUS_OK) {
        model_destroy(&self->base);
        return status;
    }
    sasrec_network_init(&self->network, &self->shape);
    name_tensors(self);
    *out = &self->base;
    return STATUS_OK;
}

/* ---- fit ------------------------------------------------------------------------------------ */

struct training {
    struct sasrec *self;
    struct sasrec_step step;
};

static double gradient(void *context, const struct batch *batch, bool first) {
    struct training *training = context;
    return sasrec_step_gradient(&training->step, batch, first);
}

static void ready(void *context) {
    struct training *training = context;
    dot_items_refresh(&training->self->dot);
}

static void init_dot(struct sasrec *self) {
    dot_items_init(&self->dot, self->network.item->weight, self->base.item_count, self->shape.dim,
                   NULL, &self->base.arena);
}

static void shape(struct sasrec *self, const struct fit_input *input) {
    model_describe(&self->base, input->train);
    self->shape.item_count = self->base.item_count;
    sasrec_network_init(&self->network, &self->shape);
    for (size_t i = 0; i < self->network.parameter_count; i++) {
        struct parameter *parameter = &self->network.parameters[i];
        tensor_make(&self->tensors[i], TENSOR_F32, parameter->rows, parameter->columns,
                    &self->base.arena);
        parameter->weight = tensor_floats(&self->tensors[i]);
    }
    struct rng rng;
    rng_init(&rng, input->seed, (uint64_t)1 << 56);
    sasrec_network_randomize(&self->network, self->deviation, &rng);
    tensor_make(&self->popularity, TENSOR_F32, self->base.item_count, 0, &self->base.arena);
    item_share_fill(tensor_floats(&self->popularity), input->train);
    init_dot(self);
}

/* Rows that pass through the network together. */
static size_t chunk_rows(const struct sasrec_shape *shape, bool checkpoints) {
    const size_t kept = 8 * shape->dim + shape->hidden + shape->heads * shape->max_length;
    const size_t numbers =
        kept * (checkpoints ? 1 : shape->block_count) + 12 * shape->dim + shape->hidden;
    size_t rows = CHUNK_BYTES / (numbers * sizeof(real));
    rows = rows < CHUNK_ROWS ? rows : CHUNK_ROWS;
    return rows > shape->max_length ? rows : shape->max_length;
}

/* Users of a step where trainer.batch_size is auto: some 50 steps an epoch, of 8 to 128. */
static size_t batch_users(const struct sasrec *self) {
    const size_t users = self->base.user_count / 48;
    if (self->trainer.batch_rows > 0)
        return self->trainer.batch_rows;
    return users < 8 ? 8 : users > 128 ? 128 : users;
}

static enum status fit(struct model *model, const struct fit_input *input, struct error *error) {
    struct sasrec *self = (struct sasrec *)model;
    struct arena arena = {0};
    struct training training = {.self = self};
    shape(self, input);
    self->options.row_max = chunk_rows(&self->shape, self->options.checkpoints);
    sasrec_step_init(&training.step, &self->network, input->train, &self->options, &arena);
    static const char *const negatives[] = {[SASREC_SOFTMAX] = "all items as negatives",
                                            [SASREC_SAMPLED_SOFTMAX] =
                                                "%zu negatives for a block of events",
                                            [SASREC_BCE] = "negatives for each event: %zu"};
    const struct trainee trainee = {
        .model = model,
        .name = model->ops->name,
        .parameters = self->network.parameters,
        .parameter_count = self->network.parameter_count,
        .negatives = arena_format(&arena, negatives[self->options.loss], self->options.negatives),
        .unit = TRAINER_USERS,
        .group_max = batch_users(self),
        .context = &training,
        .gradient = gradient,
        .ready = ready,
    };
    const enum status status = trainer_fit(&self->trainer, &trainee, input, error);
    /* Gradients die with the arena; the weights live in the model. */
    for (size_t i = 0; i < self->network.parameter_count; i++) {
        struct parameter *parameter = &self->network.parameters[i];
        *parameter = (struct parameter){.name = parameter->name,
                                        .rows = parameter->rows,
                                        .columns = parameter->columns,
                                        .weight = parameter->weight,
                                        .is_bias = parameter->is_bias};
    }
    arena_release(&arena);
    return status;
}

/* ---- after the fit -------------------------------------------------------------------------- */

static size_t tensors(struct model *model, struct tensor **list) {
    struct sasrec *self = (struct sasrec *)model;
    const size_t count = self->network.parameter_count;
    for (size_t i = 0; i < count; i++)
        list[i] = &self->tensors[i];
    list[count] = &self->popularity;
    return count + 1;
}

static enum status attach(struct model *model, struct error *error) {
    struct sasrec *self = (struct sasrec *)model;
    self->shape.item_count = model->item_count;
    sasrec_network_init(&self->network, &self->shape);
    for (size_t i = 0; i < self->network.parameter_count; i++) {
        struct parameter *parameter = &self->network.parameters[i];
        TRY(model_expect(&self->tensors[i], TENSOR_F32, parameter->rows, parameter->columns,
                         error));
        parameter->weight = tensor_floats(&self->tensors[i]);
    }
    TRY(model_expect(&self->popularity, TENSOR_F32, model->item_count, 0, error));
    init_dot(self);
    return STATUS_OK;
}

static void score(const struct model *model, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct sasrec *self = (const struct sasrec *)model;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *hidden = ARENA_ARRAY_RAW(scratch, float, QUERY_BLOCK * self->shape.dim);
    item_count = items ? item_count : model->item_count;
    for (size_t begin = 0; begin < query_count; begin += QUERY_BLOCK) {
        const size_t left = query_count - begin, count = left < QUERY_BLOCK ? left : QUERY_BLOCK;
        float *out = scores + begin * item_count;
        sasrec_encoder_run(&self->network, queries + begin, count, hidden);
        dot_items_score(&self->dot, &(struct dot_items_job){.queries = hidden,
                                                            .query_count = count,
                                                            .items = items,
                                                            .item_count = item_count,
                                                            .scores = out});
        for (size_t q = 0; q < count; q++)
            if (queries[begin + q].history.count == 0)
                item_share_scores(out + q * item_count, tensor_floats(&self->popularity), items,
                                  item_count);
    }
    arena_reset(scratch, mark);
}

static const float *item_vectors(const struct model *model, size_t *dimension,
                                 enum vector_metric *metric) {
    const struct sasrec *self = (const struct sasrec *)model;
    *dimension = self->shape.dim;
    *metric = VECTOR_DOT;
    return self->network.item->weight;
}

static void query_vectors(const struct model *model, const struct query *queries,
                          size_t query_count, float *vectors) {
    const struct sasrec *self = (const struct sasrec *)model;
    sasrec_encoder_run(&self->network, queries, query_count, vectors);
}

static void explain(const struct model *model, const struct query *query, uint32_t item,
                    float *shares) {
    sasrec_explain(&((const struct sasrec *)model)->network, &query->history, item, shares);
}

/* Cosines of the item vectors: lengths say how popular an item is, directions what it is like. */
static void similar(const struct model *model, uint32_t item, float *similarities) {
    const struct sasrec *self = (const struct sasrec *)model;
    const size_t dim = self->shape.dim;
    const float *vectors = self->network.item->weight, *own = vectors + item * dim;
    const float length = sqrtf(kernels()->dot(own, own, dim));
    for (size_t i = 0; i < model->item_count; i++) {
        const float *other = vectors + i * dim;
        const float lengths = length * sqrtf(kernels()->dot(other, other, dim));
        similarities[i] = lengths > 0 ? kernels()->dot(own, other, dim) / lengths : 0;
    }
}

/* By the amount of data. Of a few thousand events the order of items cannot be learnt, but who
 * likes what can: the paper's loss sets what a person had against what he never had. */
static void suggest(struct settings *settings, const struct interactions *train) {
    const bool large = train->count > 400000, little = train->count < 20000;
    settings_default(settings, "model.embedding_dim", large ? "64" : "32");
    settings_default(settings, "model.num_blocks", little ? "1" : "2");
    settings_default(settings, "model.max_length", large ? "200" : "100");
    settings_default(settings, "model.loss_type", little ? "bce" : "softmax");
    settings_default(settings, "trainer.eval_every_n_epochs", large ? "4" : "5");
    settings_default(settings, "trainer.early_stopping.patience", "3");
    settings_default(settings, "trainer.max_epochs", large ? "40" : "100");
}

const struct model_ops model_sasrec = {
    .name = "sasrec",
    .family = "sequence",
    .summary = "self-attention over the history in order, to name what comes next",
    .source = "Kang & McAuley, ICDM 2018",
    .settings = settings_table,
    .needs = MODEL_NEEDS_ORDER,
    .traits = MODEL_ORDER_AWARE | MODEL_RANDOM | MODEL_TRAINED | MODEL_INTEGRATES,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .item_vectors = item_vectors,
    .query_vectors = query_vectors,
    .explain = explain,
    .similar = similar,
    .suggest = suggest,
};

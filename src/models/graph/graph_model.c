/* graph_model.c: see graph_model.h. */
#include "models/graph/graph_model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "sparse/svd.h"

#define DRAW_POSITIVES 256 /* whose negatives come from one stream */
#define COPY_ROWS 512
#define NEGATIVE_SEED 0x6e656761 /* tells the negatives' streams from those of dropout */

static struct graph_model *self_of(struct model *model) { return (struct graph_model *)model; }
static const struct graph_model *view_of(const struct model *model) {
    return (const struct graph_model *)model;
}

/* ---- Settings -------------------------------------------------------------------------------- */

enum status graph_model_read(struct graph_model *self, const struct settings *settings,
                             struct error *error) {
    struct graph_options *options = &self->options;
    *options = (struct graph_options){
        .embedding_dim = (size_t)settings_int(settings, "model.embedding_dim"),
        .loss = (enum graph_loss_kind)settings_choice(settings, "model.loss_type"),
        .num_negatives = (size_t)settings_int(settings, "model.num_negatives"),
        .shared_negatives = (size_t)settings_int(settings, "model.shared_negatives"),
        .strategy = (enum sampler_strategy)settings_choice(settings, "model.negative_sampling"),
        .temperature = settings_real(settings, "model.temperature"),
        .unobserved = settings_real(settings, "model.unobserved_weight"),
        .deviation = settings_real(settings, "model.init_deviation"),
        .dropout = settings_real(settings, "model.dropout"),
        .hides = settings_bool(settings, "model.hide_targets"),
        .spectral_start = settings_choice(settings, "model.init") == 1,
        .form = (settings_bool(settings, "model.normalize") ? 0u : BIPARTITE_PLAIN) |
                (settings_bool(settings, "model.add_self_loops") ? BIPARTITE_LOOPS : 0u),
    };
    size_t similarity = settings_choice(settings, "model.similarity");
    size_t ranking = settings_choice(settings, "model.ranking");
    options->cosine = similarity == 0 ? options->loss == GRAPH_SOFTMAX : similarity == 2;
    options->rank_cosine = ranking == 0 ? options->cosine : ranking == 2;
    if (options->temperature == 0)
        options->temperature = options->cosine ? 0.15 : 1;
    self->users.name = "users";
    self->items.name = "items";
    self->fold_map.name = "fold.map";
    return trainer_settings_read(&self->trainer, settings, error);
}

/* About a sixty-fourth of them, at most 4096. */
size_t graph_model_batch(const struct interactions *train) {
    size_t batch = 64;
    while (batch < 4096 && batch * 64 < train->count)
        batch *= 2;
    return batch;
}

/* A step costs the whole graph, so batches are large; some thousands of steps are enough at a rate
 * that falls to nothing along a cosine. On all of gowalla smaller steps and a colder softmax were
 * ahead, where a few thousand items like 0.02 and 0.15. Of many items the epochs are a fixed
 * number, for the time that watching them takes; of few, validation says when to stop. Either way
 * the rows of validation are brought back by a refit: without their edges the graph is not the
 * same. */
void graph_model_suggest(struct settings *settings, const struct interactions *train) {
    char text[32];
    snprintf(text, sizeof text, "%zu", graph_model_batch(train));
    settings_default(settings, "trainer.batch_size", text);
    if (train->count < GRAPH_MODEL_FEW_ROWS)
        settings_default(settings, "model.embedding_dim", "16");
    bool many = train->item_count > GRAPH_MODEL_MANY_ITEMS;
    settings_default(settings, "trainer.learning_rate", many ? "0.005" : "0.02");
    settings_default(settings, "trainer.max_epochs", many ? "12" : "30");
    settings_default(settings, "model.temperature", many ? "0.07" : "0.15");
    settings_default(settings, "trainer.early_stopping.enabled", many ? "false" : "true");
    settings_default(settings, "trainer.scheduler.name", "cosine");
    settings_default(settings, "trainer.eval_every_n_epochs", "3");
    settings_default(settings, "trainer.early_stopping.patience", "3");
    settings_default(settings, "trainer.refit", "true");
}

/* ---- Training -------------------------------------------------------------------------------- */

struct training {
    struct graph_model *self;
    const struct interactions *train;
    struct graph_encoder *encoder;
    struct graph_loss loss;
    struct sampler sampler;
    uint8_t *marks;                      /* [items] for shared negatives, all 0 between draws */
    uint8_t *touched;                    /* [nodes] those of the batch, all 0 between steps */
    uint32_t *users, *items, *negatives; /* of the batch */
    real *stand_for, *weights; /* [items], and [negatives] of the batch; NULL: all alike */
    size_t count, negative_count;
    uint64_t seed, stream;
    real *gradient; /* [nodes][width] with respect to the vectors */
    real l2;        /* of each occurrence of an embedding, times the batch's scale */
};

static void draw_shard(void *context, size_t shard) {
    struct training *training = context;
    size_t first = shard * DRAW_POSITIVES, end = first + DRAW_POSITIVES;
    end = end < training->count ? end : training->count;
    struct rng rng;
    rng_init(&rng, training->seed ^ NEGATIVE_SEED, training->stream + first);
    for (size_t i = first; i < end; i++)
        sampler_draw(&training->sampler, training->users[i], &rng,
                     training->negatives + i * training->negative_count, training->negative_count);
}

/* The batch with its negatives. Who has every item has no negatives to be told from; where that is
 * everybody the batch is empty, shared negatives too: nothing would give them a gradient. */
static struct graph_batch draw(struct training *training, const struct batch *batch) {
    const struct graph_options *options = &training->self->options;
    training->count = 0;
    training->seed = batch->seed;
    training->stream = batch->stream;
    for (size_t i = 0; i < batch->group_count; i++) {
        if (!sampler_can_draw(&training->sampler, batch->users[i]))
            continue;
        training->users[training->count] = batch->users[i];
        training->items[training->count++] = batch->items[i];
    }
    if (options->loss == GRAPH_SOFTMAX) {
        struct rng rng;
        rng_init(&rng, batch->seed ^ NEGATIVE_SEED, batch->stream);
        sampler_draw_shared(&training->sampler, &rng, training->marks, training->negatives,
                            training->negative_count);
        for (size_t j = 0; training->weights && j < training->negative_count; j++)
            training->weights[j] = training->stand_for[training->negatives[j]];
    } else if (options->loss == GRAPH_BPR) {
        parallel_for((training->count + DRAW_POSITIVES - 1) / DRAW_POSITIVES, draw_shard, training);
    }
    return (struct graph_batch){.count = training->count,
                                .negative_count =
                                    training->count > 0 ? training->negative_count : 0,
                                .users = training->users,
                                .items = training->items,
                                .negatives = training->negatives,
                                .offsets = training->train->offsets,
                                .histories = training->train->items,
                                .weights = training->weights,
                                .scale = (real)batch->scale};
}

static void decay_shard(void *context, size_t shard) {
    struct training *training = context;
    const struct row_index *touched = &training->loss.touched;
    struct parameter *embeddings = &training->encoder->parameters[0];
    size_t columns = embeddings->columns, end = (shard + 1) * COPY_ROWS;
    end = end < touched->slot_count ? end : touched->slot_count;
    for (size_t slot = shard * COPY_ROWS; slot < end; slot++) {
        size_t at = touched->rows[slot] * columns;
        kernels()->axpy(embeddings->gradient + at, training->l2 * (real)touched->totals[slot],
                        embeddings->weight + at, columns);
    }
}

/* Marks the nodes of the batch with 1, or all with 0 again. */
static void touch(struct training *training, const struct graph_batch *batch, uint8_t mark) {
    bool shared = training->self->options.loss != GRAPH_BPR;
    size_t negatives = batch->negative_count * (shared ? 1 : batch->count);
    uint8_t *items = training->touched + training->train->user_count;
    for (size_t i = 0; i < batch->count; i++) {
        training->touched[batch->users[i]] = mark;
        items[batch->items[i]] = mark;
    }
    for (size_t i = 0; i < negatives; i++)
        items[batch->negatives[i]] = mark;
}

static double gradient(void *context, const struct batch *batch, bool first) {
    struct training *training = context;
    struct graph_encoder *encoder = training->encoder;
    struct graph_batch positives = draw(training, batch);
    const struct graph_step step = {.seed = batch->seed,
                                    .stream = batch->stream,
                                    .touched = training->touched,
                                    .users = positives.users,
                                    .items = positives.items,
                                    .count = positives.count};
    touch(training, &positives, 1);
    encoder->forward(encoder, &step);
    double total =
        graph_loss_run(&training->loss, &positives, encoder->vectors, training->gradient);
    encoder->backward(encoder, training->gradient, !first);
    touch(training, &positives, 0);
    training->l2 = (real)(training->self->trainer.reg_weight * batch->scale);
    if (training->l2 > 0)
        parallel_for((training->loss.touched.slot_count + COPY_ROWS - 1) / COPY_ROWS, decay_shard,
                     training);
    return total;
}

static double loss(void *context, const struct batch *batch) {
    struct training *training = context;
    struct graph_batch positives = draw(training, batch);
    return graph_loss_run(&training->loss, &positives, training->encoder->vectors, NULL);
}

static void unit_shard(void *context, size_t shard) {
    const struct training *training = context;
    size_t width = training->encoder->width, end = (shard + 1) * COPY_ROWS;
    size_t nodes = training->self->base.user_count + (size_t)training->self->base.item_count;
    for (size_t node = shard * COPY_ROWS; node < nodes && node < end; node++) {
        float *vector = training->encoder->vectors + node * width;
        float length = sqrtf(kernels()->dot(vector, vector, width));
        kernels()->scale(vector, length > 0 ? 1 / length : 1, width);
    }
}

/* The vectors that score: those of the whole graph. */
static void ready(void *context) {
    struct training *training = context;
    struct graph_model *self = training->self;
    training->encoder->forward(training->encoder, NULL);
    size_t nodes = (size_t)self->base.user_count + self->base.item_count;
    if (self->options.rank_cosine)
        parallel_for((nodes + COPY_ROWS - 1) / COPY_ROWS, unit_shard, training);
    dot_items_refresh(&self->dot);
}

/* The tensors users and items, one after the other: the encoder writes into them. */
static real *make_vectors(struct graph_model *self, size_t width) {
    struct model *model = &self->base;
    size_t users = model->user_count, items = model->item_count;
    float *vectors = ARENA_ARRAY(&model->arena, float, (users + items) * width);
    self->users = (struct tensor){"users", TENSOR_F32, 2, {users, width}, vectors};
    self->items = (struct tensor){"items", TENSOR_F32, 2, {items, width}, vectors + users * width};
    return vectors;
}

static void prepare(struct training *training, const struct fit_input *input, size_t batch_max,
                    struct arena *arena) {
    const struct graph_options *options = &training->self->options;
    bool softmax = options->loss == GRAPH_SOFTMAX;
    size_t width = training->encoder->width, items = input->train->item_count;
    size_t shared = options->shared_negatives < items ? options->shared_negatives : items;
    if (options->loss == GRAPH_SQUARES)
        shared = items;
    bool shares = options->loss != GRAPH_BPR;
    training->negative_count = shares ? shared : options->num_negatives;
    graph_loss_init(&training->loss,
                    &(struct graph_loss_options){.kind = options->loss,
                                                 .negative_count = training->negative_count,
                                                 .temperature = (real)options->temperature,
                                                 .unobserved = (real)options->unobserved,
                                                 .cosine = options->cosine,
                                                 .user_count = input->train->user_count,
                                                 .item_count = input->train->item_count,
                                                 .width = width,
                                                 .batch_max = batch_max},
                    arena);
    sampler_init(&training->sampler, input->train, options->strategy, arena);
    training->marks = ARENA_ARRAY(arena, uint8_t, items);
    training->touched = ARENA_ARRAY(arena, uint8_t, input->train->user_count + items);
    training->users = ARENA_ARRAY_RAW(arena, uint32_t, batch_max);
    training->items = ARENA_ARRAY_RAW(arena, uint32_t, batch_max);
    training->negatives =
        ARENA_ARRAY_RAW(arena, uint32_t, shares ? shared : batch_max * options->num_negatives);
    for (uint32_t item = 0; item < items && options->loss == GRAPH_SQUARES; item++)
        training->negatives[item] = item;
    if (softmax && options->strategy != SAMPLER_UNIFORM) {
        training->stand_for = ARENA_ARRAY_RAW(arena, real, items);
        training->weights = ARENA_ARRAY_RAW(arena, real, shared);
        sampler_stand_for(&training->sampler, shared, training->stand_for);
    }
    training->gradient = ARENA_ARRAY(arena, real, (input->train->user_count + items) * width);
}

static struct fold_map fold_of(const struct graph_model *self) {
    return (struct fold_map){
        .item_count = self->base.item_count,
        .part_count = 1,
        .parts = {{tensor_floats(&self->users), tensor_floats(&self->items), self->dot.dimension}}};
}

void graph_model_graph(const struct graph_model *self, const struct interactions *train,
                       struct graph_view *view, struct arena *arena) {
    const struct csr edges = {.row_count = train->user_count,
                              .column_count = train->item_count,
                              .offsets = train->offsets,
                              .columns = train->items};
    bipartite_init(&view->whole, &edges, self->options.form, arena);
    view->dropout = self->options.dropout;
    view->hides = self->options.hides;
    graph_view_init(view, arena);
}

/* Rows become a node's part of the singular vectors, at the length that a random row has; a node
 * that has no part in them keeps its random row. */
static void start_side(const struct svd *svd, const float *vectors, double length,
                       struct parameter *side) {
    for (size_t row = 0; row < side->rows; row++) {
        const float *from = vectors + row * svd->count;
        real *to = side->weight + row * side->columns;
        double square = 0;
        for (size_t c = 0; c < svd->count; c++)
            square += (double)from[c] * (double)from[c];
        if (square == 0)
            continue;
        memset(to, 0, side->columns * sizeof *to);
        for (size_t c = 0; c < svd->count; c++)
            to[c] = (real)((double)from[c] * length / sqrt(square));
    }
}

/* The subspace that the ideal low pass keeps (spectral.c), which a fit from random rows spends its
 * first epochs on. */
static void start_from_spectrum(const struct graph_model *self, const struct interactions *train,
                                struct parameter *embeddings) {
    struct arena arena = {0};
    struct csr graph = {train->user_count, train->item_count, train->offsets, train->items, NULL};
    const struct csr by_item = csr_transpose(&graph, &arena);
    graph.values = csr_weighted(&graph, csr_length_powers(&graph, 0.5, &arena),
                                csr_length_powers(&by_item, 0.5, &arena), &arena);
    const struct csr turned = csr_transpose(&graph, &arena);
    size_t columns = embeddings->columns;
    const struct svd svd = svd_truncated(&graph, &turned, columns, SVD_LEFT | SVD_RIGHT, &arena);
    double length = self->options.deviation * sqrt((double)columns);
    struct parameter users = {
        .rows = graph.row_count, .columns = columns, .weight = embeddings->weight};
    struct parameter items = {.rows = graph.column_count,
                              .columns = columns,
                              .weight = embeddings->weight + users.rows * columns};
    start_side(&svd, svd.left, length, &users);
    start_side(&svd, svd.right, length, &items);
    arena_release(&arena);
}

void graph_model_start(const struct graph_model *self, const struct interactions *train,
                       uint64_t seed, struct parameter *embeddings) {
    struct rng rng;
    rng_init(&rng, seed, 0);
    parameter_fill_normal(embeddings, self->options.deviation, &rng);
    if (self->options.spectral_start)
        start_from_spectrum(self, train, embeddings);
}

enum status graph_model_train(struct graph_model *self, const struct fit_input *input,
                              struct graph_encoder *encoder, struct error *error) {
    struct model *model = &self->base;
    struct arena arena = {0};
    struct training training = {.self = self, .train = input->train, .encoder = encoder};
    const struct graph_loss_options shape = {.kind = self->options.loss,
                                             .negative_count = self->options.num_negatives,
                                             .width = encoder->width};
    size_t group_max = trainer_group_max(&self->trainer, input, 0, graph_loss_row_bytes(&shape));
    prepare(&training, input, group_max, &arena);
    encoder->vectors = make_vectors(self, encoder->width);
    dot_items_init(&self->dot, tensor_floats(&self->items), model->item_count, encoder->width, NULL,
                   &model->arena);
    struct trainee trainee = {
        .model = model,
        .name = model->ops->name,
        .parameters = encoder->parameters,
        .parameter_count = encoder->parameter_count,
        .negatives = arena_format(&arena,
                                  self->options.loss != GRAPH_BPR ? "%zu negatives shared by all"
                                                                  : "%zu negatives each positive",
                                  training.negative_count),
        .group_max = group_max,
        .context = &training,
        .gradient = gradient,
        .loss = loss,
        .ready = ready,
    };
    enum status status = trainer_fit(&self->trainer, &trainee, input, error);
    arena_release(&arena);
    TRY(status);
    struct fold_map fold = fold_of(self);
    tensor_make(&self->fold_map, TENSOR_F32, fold_map_rows(&fold), fold_map_columns(&fold),
                &model->arena);
    if (!fold_map_fit(&fold, input->train, tensor_floats(&self->fold_map)))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: new people cannot be folded in: the trained vectors are too large or "
                         "no numbers; try a smaller trainer.learning_rate",
                         model->ops->name);
    return STATUS_OK;
}

/* ---- After the fit --------------------------------------------------------------------------- */

size_t graph_model_tensors(struct model *model, struct tensor **list) {
    struct graph_model *self = self_of(model);
    list[0] = &self->users;
    list[1] = &self->items;
    list[2] = &self->fold_map;
    return 3;
}

enum status graph_model_attach(struct model *model, struct error *error) {
    struct graph_model *self = self_of(model);
    if (self->items.rank != 2 || self->items.shape[1] < 1)
        return error_set(error, STATUS_BAD_INPUT, "tensor 'items' is missing or no matrix");
    size_t width = self->items.shape[1];
    TRY(model_expect(&self->users, TENSOR_F32, model->user_count, width, error));
    TRY(model_expect(&self->items, TENSOR_F32, model->item_count, width, error));
    dot_items_init(&self->dot, tensor_floats(&self->items), model->item_count, width, NULL,
                   &model->arena);
    struct fold_map fold = fold_of(self);
    return model_expect(&self->fold_map, TENSOR_F32, fold_map_rows(&fold), fold_map_columns(&fold),
                        error);
}

void graph_model_query_vectors(const struct model *model, const struct query *queries,
                               size_t query_count, float *vectors) {
    const struct graph_model *self = view_of(model);
    size_t width = self->dot.dimension;
    struct fold_map fold = fold_of(self);
    for (size_t q = 0; q < query_count; q++) {
        float *to = vectors + q * width;
        if (queries[q].user < model->user_count)
            memcpy(to, tensor_floats(&self->users) + queries[q].user * width, width * sizeof *to);
        else
            fold_map_apply(&fold, tensor_floats(&self->fold_map), &queries[q].history, to);
    }
}

void graph_model_score(const struct model *model, const struct query *queries, size_t query_count,
                       const uint32_t *items, size_t item_count, float *scores) {
    const struct graph_model *self = view_of(model);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *vectors = ARENA_ARRAY_RAW(scratch, float, query_count * self->dot.dimension);
    graph_model_query_vectors(model, queries, query_count, vectors);
    dot_items_score(&self->dot,
                    &(struct dot_items_job){.queries = vectors,
                                            .query_count = query_count,
                                            .items = items,
                                            .item_count = items ? item_count : model->item_count,
                                            .scores = scores});
    arena_reset(scratch, mark);
}

void graph_model_explain(const struct model *model, const struct query *query, uint32_t item,
                         float *shares) {
    const struct graph_model *self = view_of(model);
    const struct fold_map fold = fold_of(self);
    fold_map_shares(&fold, tensor_floats(&self->fold_map), &query->history,
                    tensor_floats(&self->items) + item * self->dot.dimension, shares);
}

const float *graph_model_item_vectors(const struct model *model, size_t *dimension,
                                      enum vector_metric *metric) {
    const struct graph_model *self = view_of(model);
    *dimension = self->dot.dimension;
    *metric = self->options.rank_cosine ? VECTOR_COSINE : VECTOR_DOT;
    return tensor_floats(&self->items);
}

/* two_tower.c: a network for users and one for items, whose two vectors of length 1 are compared by
 * a dot product; it reads features, so that it knows something of everybody at once.
 *
 * Idea     u = tower(mean rating of each genre, mean rating, count), v = tower(genres, year, mean
 *          rating, count), both 256-128-32 with ReLU, the last layer linear, scaled to length 1.
 *          score = u . v. A learned embedding of each user or item beside the features is an
 *          option.
 * Source   Huang et al., CIKM 2013; Covington et al., RecSys 2016; in-batch softmax with its
 *          correction: Yi et al., RecSys 2019, equation (3). Losses: two_tower_step.h.
 * Scores   mse, multi_task: the cosine brought from -1 ... 1 to the range of the ratings; softmax:
 *          cosine / temperature; triplet: cosine.
 * Fold-in  the features of a bare history, or of liked genres alone, are those of a known user. The
 *          learned embedding, where there is one, is mapped from the history (two_tower_fold.h).
 * Similar  the nearest of the items' vectors by squared distance.
 * State    the network's parameters; "features.*": what scales and describes items, so that the
 *          file needs no data set; "fold.map" with a user embedding. Item vectors are derived.
 * Cost     a training row 6 * (both towers' weights) operations: 2 * 40,000 weights, 0.5 MFLOP.
 *          score: a pass of the user's tower and 2 * 32 operations an item.
 * Traps    see two_tower_features.h: no rating may be its own feature. Without rating values the
 *          means say nothing, and with features alone a softmax learns little beyond popularity and
 *          genres: give it embeddings (that is the default there).
 * Checked  tests/models/check_two_tower.c (gradients), tests/models/test_two_tower.c, conformance,
 *          tools/reference/two_tower.py (a second implementation in numpy on the same split),
 *          config/recipes/ml-100k/two_tower.yaml. */
#include <stdio.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "models/dot_items.h"
#include "models/model.h"
#include "models/neural/two_tower_fold.h"
#include "models/neural/two_tower_step.h"
#include "models/shares.h"
#include "models/trainer.h"
#include "nn/normalize.h"

#define SHARD_ITEMS 64
#define SOFTMAX_GROUPS_MAX 16384

extern const struct model_ops model_two_tower;

enum { GENRES, ITEMS, USER_SCALE, ITEM_SCALE, FOLD_MAP, OTHERS };

struct two_tower {
    struct model base;
    struct trainer_options trainer;
    struct two_tower_step_options options;
    struct two_tower_network network;
    struct two_tower_features features;
    double deviation;
    struct tensor tensors[TWO_TOWER_PARAMETERS_MAX], others[OTHERS];
    float *item_vectors; /* [items][width] */
    struct dot_items items;
};

static const struct setting_spec settings_table[] = {
    {"model.tower_layers", SETTING_INT_LIST, "[256,128,32]", 1, 4096, NULL,
     "tower_layers|hidden_dims|model.hidden_dims",
     "widths of both towers; the last is that of the vectors"},
    {"model.loss_type", SETTING_TEXT, "mse", 0, 0, TWO_TOWER_LOSSES, "loss_type",
     "mse: ratings; softmax: against the batch's other items; triplet: against sampled items; "
     "multi_task: mse and softmax"},
    {"model.temperature", SETTING_REAL, "0.1", 0.001, 100, NULL, "temperature",
     "softmax: what the cosine is divided by"},
    {"model.implicit_weight", SETTING_REAL, "0.1", 0, 1000, NULL, NULL,
     "multi_task: weight of the softmax beside the mse"},
    {"model.margin", SETTING_REAL, "0.2", 0, 2, NULL, "margin",
     "triplet: by how much the positive's cosine shall be higher"},
    {"model.num_negatives", SETTING_INT, "4", 1, 100, NULL,
     "num_negatives|data.negative_samples|data.negative_sampling.num_negatives",
     "triplet: items sampled for each positive"},
    {"model.user_embedding_dim", SETTING_INT, "0", 0, 1024, NULL, NULL,
     "width of a learned embedding of each user beside the features"},
    {"model.item_embedding_dim", SETTING_INT, "0", 0, 1024, NULL, NULL,
     "width of a learned embedding of each item beside the features"},
    {"model.init_deviation", SETTING_REAL, "0.1", 1e-6, 1, NULL, NULL,
     "standard deviation of the embeddings' starting values"},
    {"model.feature_attention", SETTING_BOOL, "false", 0, 0, NULL, "feature_attention",
     "learned shares of the groups of features; shown after the training"},
    {"model.time_decay", SETTING_REAL, "0", 0, 1e9, NULL, "time_decay",
     "half life of past ratings in a user's features; 0: all count the same"},
    {"model.time_decay_unit", SETTING_TEXT, "positions", 0, 0, TWO_TOWER_AGES, NULL,
     "what the half life counts: rows of the history, or days (times must be seconds)"},
    {0},
};

static void name_tensors(struct two_tower *self) {
    static const char *const names[OTHERS] = {[GENRES] = "features.genres",
                                              [ITEMS] = "features.items",
                                              [USER_SCALE] = "features.user_scale",
                                              [ITEM_SCALE] = "features.item_scale",
                                              [FOLD_MAP] = "fold.map"};
    for (size_t i = 0; i < self->network.parameter_count; i++)
        self->tensors[i].name = self->network.parameters[i].name;
    for (size_t i = 0; i < OTHERS; i++)
        self->others[i].name = names[i];
}

static enum status read_shape(struct two_tower_shape *shape, const struct settings *settings,
                              struct error *error) {
    const int64_t *widths;
    size_t count = settings_int_list(settings, "model.tower_layers", &widths);
    if (count < 1 || count > TWO_TOWER_LAYERS_MAX)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.tower_layers: expected 1 to %d widths, as in [256,128,32], found "
                         "%zu",
                         TWO_TOWER_LAYERS_MAX, count);
    *shape = (struct two_tower_shape){
        .embeddings = {(size_t)settings_int(settings, "model.user_embedding_dim"),
                       (size_t)settings_int(settings, "model.item_embedding_dim")},
        .layer_count = count,
        .attention = settings_bool(settings, "model.feature_attention"),
    };
    for (size_t i = 0; i < count; i++)
        shape->widths[i] = (size_t)widths[i];
    return STATUS_OK;
}

static bool predicts_ratings(const struct two_tower *self) {
    return self->options.loss == TWO_TOWER_MSE || self->options.loss == TWO_TOWER_MULTI_TASK;
}

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    struct two_tower_shape shape;
    TRY(read_shape(&shape, settings, error));
    struct two_tower *self = model_allocate(&model_two_tower, sizeof *self);
    enum status status = trainer_settings_read(&self->trainer, settings, error);
    if (status != STATUS_OK) {
        model_destroy(&self->base);
        return status;
    }
    self->options = (struct two_tower_step_options){
        .loss = (enum two_tower_loss)settings_choice(settings, "model.loss_type"),
        .temperature = settings_real(settings, "model.temperature"),
        .implicit_weight = settings_real(settings, "model.implicit_weight"),
        .margin = settings_real(settings, "model.margin"),
    };
    if (self->options.loss == TWO_TOWER_TRIPLET)
        self->options.negative_count = (size_t)settings_int(settings, "model.num_negatives");
    self->features.half_life = settings_real(settings, "model.time_decay");
    self->features.age = (enum two_tower_age)settings_choice(settings, "model.time_decay_unit");
    self->deviation = settings_real(settings, "model.init_deviation");
    self->base.scale = predicts_ratings(self) ? MODEL_SCALE_RATING : MODEL_SCALE_ANY;
    two_tower_network_init(&self->network, &shape);
    name_tensors(self);
    *out = &self->base;
    return STATUS_OK;
}

/* ---- what is derived ------------------------------------------------------------------------ */

static void shape_network(struct two_tower *self, size_t genre_count) {
    struct two_tower_shape shape = self->network.shape;
    shape.counts[TWO_TOWER_USER] = self->base.user_count;
    shape.counts[TWO_TOWER_ITEM] = self->base.item_count;
    shape.genre_count = genre_count;
    two_tower_network_init(&self->network, &shape);
    self->features.genre_count = genre_count;
    self->features.item_count = self->base.item_count;
    self->features.rating_min = self->base.rating_min;
    self->features.rating_max = self->base.rating_max;
    self->features.rated = self->base.rating_max > self->base.rating_min;
}

/* Weights and features are where the tensors are. */
static void bind(struct two_tower *self) {
    for (size_t i = 0; i < self->network.parameter_count; i++)
        self->network.parameters[i].weight = tensor_floats(&self->tensors[i]);
    self->features.genres = tensor_floats(&self->others[GENRES]);
    self->features.items = tensor_floats(&self->others[ITEMS]);
    self->features.user_scale = tensor_floats(&self->others[USER_SCALE]);
    self->features.item_scale = tensor_floats(&self->others[ITEM_SCALE]);
}

static void item_shard(void *context, size_t shard) {
    struct two_tower *self = context;
    const struct two_tower_side *side = &self->network.sides[TWO_TOWER_ITEM];
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t columns = two_tower_network_input(side), begin = shard * SHARD_ITEMS;
    size_t count = self->base.item_count - begin;
    count = count < SHARD_ITEMS ? count : SHARD_ITEMS;
    float *inputs = ARENA_ARRAY_RAW(scratch, float, count *columns);
    for (size_t i = 0; i < count; i++) {
        two_tower_features_of_item(&self->features, (uint32_t)(begin + i), inputs + i * columns);
        if (side->table)
            memcpy(inputs + i * columns + side->features,
                   side->table->weight + (begin + i) * side->embedding,
                   side->embedding * sizeof *inputs);
    }
    two_tower_network_apply(side, inputs, count,
                            self->item_vectors + begin * two_tower_network_width(&self->network));
    arena_reset(scratch, mark);
}

static void refresh_items(struct two_tower *self) {
    parallel_for((self->base.item_count + SHARD_ITEMS - 1) / SHARD_ITEMS, item_shard, self);
    dot_items_refresh(&self->items);
}

static void derive_items(struct two_tower *self) {
    size_t items = self->base.item_count, width = two_tower_network_width(&self->network);
    self->item_vectors = ARENA_ARRAY(&self->base.arena, float, items *width);
    dot_items_init(&self->items, self->item_vectors, items, width, NULL, &self->base.arena);
    refresh_items(self);
}

static struct two_tower_fold fold_of(const struct two_tower *self) {
    return (struct two_tower_fold){&self->network, &self->features, self->item_vectors};
}

/* ---- fit ------------------------------------------------------------------------------------ */

static void make_tensors(struct two_tower *self) {
    struct arena *arena = &self->base.arena;
    struct two_tower_network *network = &self->network;
    size_t items = self->base.item_count, genre_count = network->shape.genre_count;
    for (size_t i = 0; i < network->parameter_count; i++)
        tensor_make(&self->tensors[i], TENSOR_F32, network->parameters[i].rows,
                    network->parameters[i].columns, arena);
    tensor_make(&self->others[GENRES], TENSOR_F32, items, genre_count, arena);
    tensor_make(&self->others[ITEMS], TENSOR_F32, items,
                two_tower_features_item_columns(genre_count), arena);
    tensor_make(&self->others[USER_SCALE], TENSOR_F32, 2,
                two_tower_features_user_columns(genre_count), arena);
    tensor_make(&self->others[ITEM_SCALE], TENSOR_F32, 2,
                two_tower_features_item_columns(genre_count), arena);
    if (network->shape.embeddings[TWO_TOWER_USER])
        tensor_make(&self->others[FOLD_MAP], TENSOR_F32, two_tower_fold_rows(network),
                    network->shape.embeddings[TWO_TOWER_USER], arena);
}

static enum status expect_data(const struct two_tower *self, const struct fit_input *input,
                               struct error *error) {
    const struct item_feature *genres = model_feature(input, "genres");
    if (!genres || !genres->dense || genres->columns == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "two_tower needs the items' genres, and these data have none; use a model "
                         "of pairs, such as gmf or item_knn");
    if (predicts_ratings(self) && !input->train->ratings)
        return error_set(error, STATUS_BAD_INPUT,
                         "model.loss_type=%s needs rating values, and these data have none; use "
                         "model.loss_type=softmax or triplet",
                         self->options.loss == TWO_TOWER_MSE ? "mse" : "multi_task");
    if (self->features.half_life > 0 && !input->train->times)
        return error_set(error, STATUS_BAD_INPUT,
                         "model.time_decay=%g needs times, and these data have none; leave it out",
                         self->features.half_life);
    return STATUS_OK;
}

struct training {
    struct two_tower *self;
    struct two_tower_step step;
};

static double gradient(void *context, const struct batch *batch, bool first) {
    struct training *training = context;
    return two_tower_step_gradient(&training->step, batch, first);
}

static double loss(void *context, const struct batch *batch) {
    struct training *training = context;
    return two_tower_step_loss(&training->step, batch);
}

/* Before a measurement: what score() reads. A known user needs no fold-in. */
static void ready(void *context) {
    struct training *training = context;
    refresh_items(training->self);
}

/* Numbers of workspace for a row, for trainer.batch_size=auto. */
static size_t row_numbers(const struct two_tower_network *network) {
    size_t numbers = 0;
    for (size_t s = 0; s < 2; s++) {
        numbers += 3 * two_tower_network_input(&network->sides[s]);
        for (size_t l = 0; l < network->shape.layer_count; l++)
            numbers += 2 * network->shape.widths[l];
    }
    return numbers;
}

static void add_regularization(struct two_tower *self) {
    for (size_t s = 0; s < 2; s++)
        if (self->network.sides[s].table)
            self->network.sides[s].table->l2 = (float)self->trainer.reg_weight;
}

static enum status train(struct two_tower *self, const struct fit_input *input,
                         const struct two_tower_sums *sums, struct arena *arena,
                         struct error *error) {
    struct two_tower_step_options options = self->options;
    struct training training = {.self = self};
    bool softmax = options.loss == TWO_TOWER_SOFTMAX || options.loss == TWO_TOWER_MULTI_TASK;
    options.group_max = trainer_group_max(&self->trainer, input, options.negative_count,
                                          row_numbers(&self->network) * sizeof(float));
    if (softmax && options.group_max > SOFTMAX_GROUPS_MAX)
        return error_set(error, STATUS_BAD_USAGE,
                         "trainer.batch_size=%zu: a softmax compares every pair of a batch; use at "
                         "most %d",
                         options.group_max, SOFTMAX_GROUPS_MAX);
    options.features = &self->features;
    options.sums = sums;
    two_tower_step_init(&training.step, &self->network, &options, arena);
    add_regularization(self);
    struct trainee trainee = {
        .model = &self->base,
        .name = "two_tower",
        .parameters = self->network.parameters,
        .parameter_count = self->network.parameter_count,
        .negative_count = options.negative_count,
        .on_ratings = predicts_ratings(self),
        .group_max = options.group_max,
        .context = &training,
        .gradient = gradient,
        .loss = loss,
        .ready = ready,
    };
    return trainer_fit(&self->trainer, &trainee, input, error);
}

static void show_attention(const struct two_tower *self, struct progress *progress) {
    for (size_t s = 0; s < 2; s++) {
        const struct two_tower_side *side = &self->network.sides[s];
        float shares[GATE_GROUPS_MAX];
        char text[160];
        size_t length = 0;
        if (!side->logits)
            return;
        gate_shares(&side->gate, side->logits->weight, shares);
        for (size_t g = 0; g < side->gate.group_count && length < sizeof text; g++)
            length += (size_t)snprintf(
                text + length, sizeof text - length, "%s%s %.3f", g ? ", " : "",
                two_tower_network_group((enum two_tower_which)s, g), (double)shares[g]);
        progress_line(progress, "two_tower: attention to the %s's features: %s",
                      s == TWO_TOWER_USER ? "user" : "item", text);
    }
}

/* What follows from the weights once the training is over. */
static enum status finish(struct two_tower *self, const struct fit_input *input,
                          struct error *error) {
    shape_network(self, self->features.genre_count);
    bind(self);
    refresh_items(self);
    show_attention(self, input->progress);
    struct two_tower_fold fold = fold_of(self);
    if (!self->network.sides[TWO_TOWER_USER].table ||
        two_tower_fold_fit(&fold, input->train, tensor_floats(&self->others[FOLD_MAP])))
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT,
                     "two_tower: the users' embeddings are no finite numbers; try a smaller "
                     "trainer.learning_rate");
}

static enum status fit(struct model *model, const struct fit_input *input, struct error *error) {
    struct two_tower *self = (struct two_tower *)model;
    TRY(expect_data(self, input, error));
    const struct item_feature *genres = model_feature(input, "genres");
    const struct item_feature *year = model_feature(input, "year");
    model_describe(model, input->train);
    shape_network(self, genres->columns);
    make_tensors(self);
    bind(self);
    memcpy(self->features.genres, genres->dense,
           (size_t)model->item_count * genres->columns * sizeof(float));
    struct arena arena = {0};
    struct two_tower_sums sums;
    two_tower_features_fit(&self->features, year ? year->dense : NULL, input->train, &sums, &arena);
    struct rng rng;
    rng_init(&rng, input->seed, 0);
    two_tower_network_randomize(&self->network, self->deviation, &rng);
    derive_items(self);
    enum status status = train(self, input, &sums, &arena, error);
    arena_release(&arena);
    return status == STATUS_OK ? finish(self, input, error) : status;
}

/* ---- after the fit -------------------------------------------------------------------------- */

static size_t tensors(struct model *model, struct tensor **list) {
    struct two_tower *self = (struct two_tower *)model;
    size_t count = 0;
    for (size_t i = 0; i < self->network.parameter_count; i++)
        list[count++] = &self->tensors[i];
    for (size_t i = 0; i < OTHERS; i++)
        list[count++] = &self->others[i];
    return count;
}

static enum status attach(struct model *model, struct error *error) {
    struct two_tower *self = (struct two_tower *)model;
    const struct tensor *genres = &self->others[GENRES];
    if (genres->rank != 2 || genres->shape[1] < 1 || genres->shape[1] > DATASET_GENRES_MAX)
        return error_set(error, STATUS_BAD_INPUT, "tensor '%s' is missing or no matrix",
                         genres->name);
    size_t items = model->item_count, genre_count = genres->shape[1];
    size_t item_columns = two_tower_features_item_columns(genre_count);
    size_t user_columns = two_tower_features_user_columns(genre_count);
    shape_network(self, genre_count);
    for (size_t i = 0; i < self->network.parameter_count; i++)
        TRY(model_expect(&self->tensors[i], TENSOR_F32, self->network.parameters[i].rows,
                         self->network.parameters[i].columns, error));
    TRY(model_expect(genres, TENSOR_F32, items, genre_count, error));
    TRY(model_expect(&self->others[ITEMS], TENSOR_F32, items, item_columns, error));
    TRY(model_expect(&self->others[USER_SCALE], TENSOR_F32, 2, user_columns, error));
    TRY(model_expect(&self->others[ITEM_SCALE], TENSOR_F32, 2, item_columns, error));
    if (self->network.shape.embeddings[TWO_TOWER_USER])
        TRY(model_expect(&self->others[FOLD_MAP], TENSOR_F32, two_tower_fold_rows(&self->network),
                         self->network.shape.embeddings[TWO_TOWER_USER], error));
    bind(self);
    derive_items(self);
    return STATUS_OK;
}

static void query_vectors(const struct model *model, const struct query *queries,
                          size_t query_count, float *vectors) {
    const struct two_tower *self = (const struct two_tower *)model;
    const struct two_tower_side *side = &self->network.sides[TWO_TOWER_USER];
    struct two_tower_fold fold = fold_of(self);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t columns = two_tower_network_input(side);
    float *inputs = ARENA_ARRAY_RAW(scratch, float, query_count *columns);
    for (size_t q = 0; q < query_count; q++) {
        const struct query *query = &queries[q];
        float *row = inputs + q * columns, *embedding = row + side->features;
        two_tower_features_of_history(&self->features, &query->history, query->genre_preference,
                                      row);
        if (side->table && query->user < model->user_count)
            memcpy(embedding, side->table->weight + (size_t)query->user * side->embedding,
                   side->embedding * sizeof *embedding);
        else if (side->table)
            two_tower_fold_in(&fold, tensor_floats(&self->others[FOLD_MAP]), &query->history, row,
                              embedding);
    }
    two_tower_network_apply(side, inputs, query_count, vectors);
    arena_reset(scratch, mark);
}

/* What a cosine is multiplied by, and what is added then. */
static float score_factor(const struct two_tower *self, float *middle) {
    const struct model *model = &self->base;
    *middle = predicts_ratings(self) ? (model->rating_max + model->rating_min) / 2 : 0;
    if (predicts_ratings(self))
        return (model->rating_max - model->rating_min) / 2;
    return self->options.loss == TWO_TOWER_SOFTMAX ? 1 / (float)self->options.temperature : 1;
}

static void score(const struct model *model, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct two_tower *self = (const struct two_tower *)model;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *vectors = ARENA_ARRAY_RAW(scratch, float, query_count * self->items.dimension);
    query_vectors(model, queries, query_count, vectors);
    dot_items_score(&self->items, &(struct dot_items_job){.queries = vectors,
                                                          .query_count = query_count,
                                                          .items = items,
                                                          .item_count = item_count,
                                                          .scores = scores});
    float middle;
    const float factor = score_factor(self, &middle);
    for (size_t i = 0; i < query_count * item_count; i++)
        scores[i] = middle + factor * scores[i];
    arena_reset(scratch, mark);
}

/* One item, and room for the user's tower. */
struct asked {
    const struct two_tower *self;
    const float *item;             /* its vector [width] */
    float *input, *vector, *slope; /* [input columns], [width], [width] */
};

static double score_at(void *context, const float *point, float *gradient) {
    const struct asked *asked = context;
    const struct two_tower *self = asked->self;
    const struct two_tower_side *side = &self->network.sides[TWO_TOWER_USER];
    const size_t width = self->items.dimension;
    float length, middle, shares[GATE_GROUPS_MAX];
    const float factor = score_factor(self, &middle);
    memcpy(asked->input, point, two_tower_network_input(side) * sizeof *point);
    if (side->logits) {
        gate_shares(&side->gate, side->logits->weight, shares);
        gate_forward(&side->gate, shares, asked->input, 1, asked->input);
    }
    tower_apply(&side->tower, asked->input, 1, asked->vector);
    normalize_forward(asked->vector, 1, width, asked->vector, &length);
    if (gradient) {
        normalize_backward(&(struct normalize_gradient){1, width, asked->vector, &length,
                                                        asked->item, asked->slope});
        kernels()->scale(asked->slope, factor, width);
        tower_slope(&side->tower, asked->input, asked->slope, gradient);
        if (side->logits)
            gate_backward_input(&side->gate, shares, gradient, 1);
    }
    return (double)(middle + factor * kernels()->dot(asked->vector, asked->item, width));
}

/* Integrated gradients over the row that the user's tower reads, from that of somebody unknown to
 * that of the bare history; each number of the row is shared out over what it is a mean of. The sum
 * is within 1 % of the score less that of an empty history. */
static void explain(const struct model *model, const struct query *query, uint32_t item,
                    float *shares) {
    const struct two_tower *self = (const struct two_tower *)model;
    const struct two_tower_side *side = &self->network.sides[TWO_TOWER_USER];
    const struct two_tower_fold fold = fold_of(self);
    const float *map = tensor_floats(&self->others[FOLD_MAP]);
    const struct history *histories[] = {&(struct history){0}, &query->history};
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t columns = two_tower_network_input(side), width = self->items.dimension;
    float *rows = ARENA_ARRAY_RAW(scratch, float, 2 * columns);
    float *gradient = ARENA_ARRAY_RAW(scratch, float, columns);
    struct asked asked = {.self = self,
                          .item = self->item_vectors + item * width,
                          .input = ARENA_ARRAY_RAW(scratch, float, columns),
                          .vector = ARENA_ARRAY_RAW(scratch, float, width),
                          .slope = ARENA_ARRAY_RAW(scratch, float, width)};
    for (size_t r = 0; r < 2; r++) {
        float *row = rows + r * columns;
        two_tower_features_of_history(&self->features, histories[r], NULL, row);
        if (side->table)
            two_tower_fold_in(&fold, map, histories[r], row, row + side->features);
    }
    shares_path(&(struct shares_path){columns, rows, rows + columns, score_at, &asked}, gradient);
    memset(shares, 0, query->history.count * sizeof *shares);
    if (side->table)
        two_tower_fold_shares(&fold, map, &query->history, gradient + side->features, gradient,
                              shares);
    two_tower_features_shares(&self->features, &query->history, gradient, shares);
    arena_reset(scratch, mark);
}

static const float *item_vectors(const struct model *model, size_t *dimension,
                                 enum vector_metric *metric) {
    const struct two_tower *self = (const struct two_tower *)model;
    *dimension = self->items.dimension;
    *metric = VECTOR_L2;
    return self->item_vectors;
}

static void suggest(struct settings *settings, const struct interactions *train) {
    bool tiny = train->count < 5000, rated = train->ratings != NULL;
    const char *const rows[][2] = {
        {"model.tower_layers", tiny ? "[32,16]" : "[256,128,32]"},
        {"model.loss_type", rated ? "mse" : "softmax"},
        {"model.user_embedding_dim", rated || tiny ? "0" : "32"},
        {"model.item_embedding_dim", rated || tiny ? "0" : "32"},
        {"trainer.batch_size", rated ? "256" : "1024"},
        {"trainer.max_epochs", "30"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (settings_knows(settings, rows[i][0]))
            settings_default(settings, rows[i][0], rows[i][1]);
}

const struct model_ops model_two_tower = {
    .name = "two_tower",
    .family = "neural",
    .summary = "two networks that read features of users and of items",
    .source = "Huang et al., CIKM 2013; Yi et al., RecSys 2019",
    .settings = settings_table,
    .needs = MODEL_NEEDS_GENRES,
    .traits = MODEL_RANDOM | MODEL_TRAINED | MODEL_READS_GENRES | MODEL_INTEGRATES,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .item_vectors = item_vectors,
    .query_vectors = query_vectors,
    .explain = explain,
    .suggest = suggest,
};

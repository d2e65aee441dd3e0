/* sasrec_step.c: see sasrec_step.h. */
#include "models/sequence/sasrec_step.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "nn/embedding.h"
#include "nn/layer_norm.h"

#define SHARD_ROWS 256
#define POSITION_ROWS 16 /* positions whose gradients are added up together */

static bool is_looked_up(const struct sasrec_network *network, const struct parameter *parameter) {
    return parameter == network->item || parameter == network->position;
}

static void init_parameters(struct sasrec_step *step, struct arena *arena) {
    struct sasrec_network *network = step->network;
    for (size_t i = 0; i < network->parameter_count; i++) {
        struct parameter *parameter = &network->parameters[i];
        const bool scores = parameter == network->item && step->options.loss == SASREC_SOFTMAX;
        const bool product = !parameter->is_bias && !is_looked_up(network, parameter);
        parameter_init(parameter, scores || product, arena);
    }
}

static void init_rows(struct sasrec_step *step, struct arena *arena) {
    const struct sasrec_shape *shape = &step->network->shape;
    const size_t rows = step->options.row_max, wide = rows * shape->dim;
    for (size_t b = 0; b < shape->block_count; b++) {
        if (b > 0 && step->options.checkpoints) {
            step->work[b] = step->work[0];
            step->work[b].x = ARENA_ARRAY_RAW(arena, real, wide);
        } else {
            sasrec_forward_init(&step->work[b], shape, rows, arena);
        }
    }
    sasrec_backward_init(&step->gradient, shape, rows, arena);
    step->items = ARENA_ARRAY_RAW(arena, uint32_t, rows);
    step->targets = ARENA_ARRAY_RAW(arena, uint32_t, rows);
    step->users = ARENA_ARRAY_RAW(arena, uint32_t, rows);
    step->offsets = ARENA_ARRAY(arena, size_t, rows + 1);
    step->shards = ARENA_ARRAY(arena, size_t, rows + 1);
    step->top = ARENA_ARRAY_RAW(arena, real, wide);
    step->moments = ARENA_ARRAY_RAW(arena, real, 2 * rows);
    step->h = ARENA_ARRAY_RAW(arena, real, wide);
    step->dh = ARENA_ARRAY_RAW(arena, real, wide);
    step->d = ARENA_ARRAY_RAW(arena, real, wide);
    step->room = ARENA_ARRAY_RAW(arena, uint32_t, rows);
    step->weight_room = ARENA_ARRAY_RAW(arena, real, rows);
    step->input_weights = ARENA_ARRAY_RAW(arena, real, rows);
    for (size_t row = 0; row < rows; row++)
        step->input_weights[row] = (real)sqrt((double)shape->dim);
    row_index_init(&step->index, shape->item_count, rows, arena);
}

/* Rows that a user's events make in an epoch. */
static size_t rows_of(const struct sasrec_step *step, uint64_t events) {
    const size_t rows = events > 0 ? (size_t)events - 1 : 0, most = step->network->shape.max_length;
    return step->options.windows == SASREC_LAST_EVENTS && rows > most ? most : rows;
}

void sasrec_step_init(struct sasrec_step *step, struct sasrec_network *network,
                      const struct interactions *train, const struct sasrec_step_options *options,
                      struct arena *arena) {
    ASSERT(options->row_max >= network->shape.max_length);
    memset(step, 0, sizeof *step);
    step->network = network;
    step->options = *options;
    step->train = train;
    size_t users = 0, rows = 0;
    for (uint32_t user = 0; user < train->user_count; user++) {
        const uint64_t events = train->offsets[user + 1] - train->offsets[user];
        users += events > 0;
        rows += rows_of(step, events);
    }
    step->mean_rows = rows > 0 ? (double)rows / (double)users : 1;
    init_parameters(step, arena);
    init_rows(step, arena);
    if (options->loss == SASREC_BCE) {
        sampler_init(&step->sampler, train, SAMPLER_UNIFORM, arena);
        sasrec_bce_init(&step->bce, network->item, options->negatives, &step->sampler,
                        options->row_max, arena);
    } else {
        sasrec_softmax_init(&step->softmax, network->item,
                            options->loss == SASREC_SOFTMAX ? 0 : options->negatives, arena);
    }
}

/* ---- a chunk -------------------------------------------------------------------------------- */

static struct sasrec_shard shard_of(const struct sasrec_step *step, size_t shard) {
    return (struct sasrec_shard){.network = step->network,
                                 .offsets = step->offsets,
                                 .first = step->shards[shard],
                                 .end = step->shards[shard + 1],
                                 .dropout = step->options.dropout,
                                 .seed = step->seed,
                                 .stream = shard};
}

static void forward_shard(void *context, size_t index) {
    struct sasrec_step *step = context;
    const struct sasrec_network *network = step->network;
    const struct sasrec_shard shard = shard_of(step, index);
    const size_t dim = network->shape.dim, count = network->shape.block_count;
    sasrec_forward_embed(&shard, step->items, count > 0 ? step->work[0].x : step->top);
    for (size_t b = 0; b < count; b++)
        sasrec_forward_block(&shard, b, &step->work[b],
                             b + 1 < count ? step->work[b + 1].x : step->top);
    const size_t row = step->offsets[shard.first], rows = step->offsets[shard.end] - row;
    sasrec_forward_finish(network, step->top + row * dim, rows, step->moments + 2 * row,
                          step->h + row * dim);
}

static struct layer_norm last_norm(const struct sasrec_step *step, size_t row, size_t rows) {
    const struct sasrec_network *network = step->network;
    return (struct layer_norm){rows,
                               network->shape.dim,
                               step->top + row * network->shape.dim,
                               network->norm->weight,
                               network->norm_bias->weight,
                               step->moments + 2 * row};
}

static void backward_top(void *context, size_t index) {
    struct sasrec_step *step = context;
    const struct sasrec_shard shard = shard_of(step, index);
    const size_t dim = step->network->shape.dim, row = step->offsets[shard.first],
                 rows = step->offsets[shard.end] - row;
    const struct layer_norm norm = last_norm(step, row, rows);
    memset(step->d + row * dim, 0, rows * dim * sizeof *step->d);
    layer_norm_backward(&norm, step->dh + row * dim, step->d + row * dim);
}

static void backward_block(void *context, size_t index) {
    struct sasrec_step *step = context;
    const struct sasrec_shard shard = shard_of(step, index);
    /* The output is known; what leads to it is not. */
    if (step->options.checkpoints)
        sasrec_forward_block(&shard, step->block, &step->work[step->block], step->gradient.mixed);
    sasrec_backward_block(&shard, step->block, &step->work[step->block], &step->gradient, step->d);
}

static void backward_weights(void *context, size_t unit) {
    struct sasrec_step *step = context;
    sasrec_backward_unit(step->network, step->block, &step->work[step->block], &step->gradient,
                         step->row_count, unit);
}

static void backward_input(void *context, size_t index) {
    struct sasrec_step *step = context;
    const struct sasrec_shard shard = shard_of(step, index);
    const size_t dim = step->network->shape.dim;
    sasrec_forward_mask(&shard, 0, SASREC_MASK_INPUT, step->d + step->offsets[shard.first] * dim,
                        dim);
}

static void backward_positions(void *context, size_t shard) {
    struct sasrec_step *step = context;
    const struct parameter *position = step->network->position;
    const size_t dim = position->columns, begin = shard * POSITION_ROWS;
    for (size_t s = 0; s < step->sequence_count; s++) {
        const size_t row = step->offsets[s], length = step->offsets[s + 1] - row;
        const size_t end = begin + POSITION_ROWS < length ? begin + POSITION_ROWS : length;
        if (begin < end)
            kernels()->axpy(position->gradient + begin * dim, 1, step->d + (row + begin) * dim,
                            (end - begin) * dim);
    }
}

static void backward_items(struct sasrec_step *step) {
    row_index_clear(&step->index);
    row_index_add(&step->index, step->items, step->row_count);
    embedding_backward(&(struct embedding_gradient){.table = step->network->item,
                                                    .index = &step->index,
                                                    .from = step->d,
                                                    .weights = step->input_weights,
                                                    .width = 1,
                                                    .room = step->room,
                                                    .weight_room = step->weight_room});
}

static void backward(struct sasrec_step *step) {
    const struct sasrec_network *network = step->network;
    const struct sasrec_shape *shape = &network->shape;
    parallel_for(step->shard_count, backward_top, step);
    const struct layer_norm norm = last_norm(step, 0, step->row_count);
    layer_norm_backward_weights(&norm, step->dh, network->norm->gradient,
                                network->norm_bias->gradient);
    for (step->block = shape->block_count; step->block-- > 0;) {
        parallel_for(step->shard_count, backward_block, step);
        parallel_for(sasrec_backward_unit_count(shape), backward_weights, step);
    }
    parallel_for(step->shard_count, backward_input, step);
    parallel_for((shape->max_length + POSITION_ROWS - 1) / POSITION_ROWS, backward_positions, step);
    backward_items(step);
}

/* Sequences in shards of about SHARD_ROWS rows. */
static void cut_shards(struct sasrec_step *step) {
    step->shard_count = 0;
    step->shards[0] = 0;
    for (size_t s = 1; s <= step->sequence_count; s++) {
        const size_t rows = step->offsets[s] - step->offsets[step->shards[step->shard_count]];
        if (rows >= SHARD_ROWS || s == step->sequence_count)
            step->shards[++step->shard_count] = s;
    }
}

/* Works off what the chunk holds, and empties it. */
static double run_chunk(struct sasrec_step *step, struct rng *rng, bool with_gradients) {
    double loss = 0;
    if (step->row_count == 0)
        return loss;
    cut_shards(step);
    step->seed = rng_next(rng);
    parallel_for(step->shard_count, forward_shard, step);
    const struct sasrec_rows rows = {.h = step->h,
                                     .dh = with_gradients ? step->dh : NULL,
                                     .targets = step->targets,
                                     .users = step->users,
                                     .count = step->row_count,
                                     .scale = (real)step->scale,
                                     .seed = step->seed,
                                     .stream = (uint64_t)1 << 60};
    loss = step->options.loss == SASREC_BCE ? sasrec_bce_run(&step->bce, &rows)
                                            : sasrec_softmax_run(&step->softmax, &rows);
    if (with_gradients)
        backward(step);
    step->row_count = step->sequence_count = 0;
    return loss;
}

/* ---- a batch -------------------------------------------------------------------------------- */

struct window {
    uint32_t user;
    size_t begin, length; /* rows of the history that go in; each is to name the next */
};

static void add_window(struct sasrec_step *step, const struct window *window) {
    const struct history history = interactions_history(step->train, window->user);
    const size_t at = step->row_count;
    memcpy(step->items + at, history.items + window->begin, window->length * sizeof(uint32_t));
    memcpy(step->targets + at, history.items + window->begin + 1,
           window->length * sizeof(uint32_t));
    for (size_t i = 0; i < window->length; i++)
        step->users[at + i] = window->user;
    step->row_count += window->length;
    step->offsets[++step->sequence_count] = step->row_count;
}

static double run(struct sasrec_step *step, const struct batch *batch, bool with_gradients) {
    const size_t most = step->network->shape.max_length;
    struct rng rng;
    rng_init(&rng, batch->seed, batch->stream);
    step->scale = batch->scale / step->mean_rows;
    double loss = 0;
    for (size_t g = 0; g < batch->group_count; g++) {
        const uint32_t user = batch->users[g];
        const size_t events = interactions_history(step->train, user).count;
        const size_t rows = events > 0 ? events - 1 : 0;
        const bool whole = rows <= most || step->options.windows == SASREC_LAST_EVENTS;
        size_t begin = rows - rows_of(step, events);
        size_t length = whole ? rows - begin : 1 + rng_below(&rng, (uint32_t)most);
        for (; begin < rows; begin += length, length = most) {
            length = length < rows - begin ? length : rows - begin;
            if (step->row_count + length > step->options.row_max)
                loss += run_chunk(step, &rng, with_gradients);
            add_window(step, &(struct window){user, begin, length});
        }
    }
    loss += run_chunk(step, &rng, with_gradients);
    return loss / step->mean_rows;
}

double sasrec_step_gradient(struct sasrec_step *step, const struct batch *batch, bool first) {
    for (size_t i = 0; i < step->network->parameter_count && first; i++) {
        struct parameter *parameter = &step->network->parameters[i];
        memset(parameter->gradient, 0, parameter_count(parameter) * sizeof *parameter->gradient);
    }
    return run(step, batch, true);
}

double sasrec_step_loss(struct sasrec_step *step, const struct batch *batch) {
    return run(step, batch, false);
}

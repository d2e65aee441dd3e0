/* neumf_step.c: the first phase of a step, shard by shard, and the step as a whole. See
 * neumf_step.h. The second phase is neumf_gradient.c. */
#include "models/neural/neumf_step.h"

#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "models/neural/neumf_gradient.h"
#include "nn/attention.h"
#include "nn/dropout.h"
#include "nn/linear.h"
#include "nn/loss.h"

#define SHARD_ROWS 64

/* The groups and rows of one shard. */
struct span {
    size_t group, group_count, row, row_count, width; /* width: rows of a group */
};

static size_t groups_per_shard(const struct batch *batch) {
    size_t width = 1 + batch->negative_count;
    return width >= SHARD_ROWS ? 1 : SHARD_ROWS / width;
}

static size_t shard_count(const struct batch *batch) {
    size_t groups = groups_per_shard(batch);
    return (batch->group_count + groups - 1) / groups;
}

static struct span span_of(const struct batch *batch, size_t shard) {
    size_t groups = groups_per_shard(batch), width = 1 + batch->negative_count;
    struct span span = {.group = shard * groups, .width = width};
    span.group_count =
        span.group + groups > batch->group_count ? batch->group_count - span.group : groups;
    span.row = span.group * width;
    span.row_count = span.group_count * width;
    return span;
}

static struct parallel_range groups_of(const struct span *span) {
    return (struct parallel_range){span->group, span->group + span->group_count};
}

static void look_up(real *out, const struct parameter *table, const uint32_t *rows, size_t count) {
    size_t columns = table->columns;
    for (size_t i = 0; i < count; i++)
        memcpy(out + i * columns, table->weight + (size_t)rows[i] * columns, columns * sizeof *out);
}

/* x W for the rows of W that belong to one part of the input: weight points at the first of them.
 */
static struct linear_job part_job(const struct neumf_layer *layer, size_t first_row, size_t in,
                                  size_t rows) {
    return (struct linear_job){.rows = rows,
                               .in = in,
                               .out = layer->out,
                               .weight = layer->weight->weight + first_row * layer->out};
}

static struct attention attention_job(const struct neumf_step *step, const struct span *span,
                                      bool backward) {
    const struct neumf_network *network = step->network;
    size_t width = network->shape.mlp_dim, heads = network->shape.heads;
    size_t at = span->row * 2 * width;
    const struct parameter *weights[4] = {network->attend_query, network->attend_key,
                                          network->attend_value, network->attend_merge};
    const real *used[4];
    for (int i = 0; i < 4; i++)
        used[i] = backward ? weights[i]->transposed : weights[i]->weight;
    return (struct attention){
        .samples = span->row_count,
        .tokens = 2,
        .width = width,
        .heads = heads,
        .query = used[0],
        .key = used[1],
        .value = used[2],
        .merge = used[3],
        .x = step->attention.tokens + at,
        .q = step->attention.q + at,
        .k = step->attention.k + at,
        .v = step->attention.v + at,
        .mixed = step->attention.mixed + at,
        .shares = step->attention.shares + span->row * heads * 4,
    };
}

/* active[0] before bias and activation, from attended tokens. */
static void first_layer_attended(const struct neumf_step *step, const struct span *span) {
    const struct neumf_layer *layer = &step->network->layers[0];
    size_t d = step->network->shape.mlp_dim;
    const uint32_t *items = step->batch->items + span->row;
    for (size_t r = 0; r < span->row_count; r++) {
        real *tokens = step->attention.tokens + (span->row + r) * 2 * d;
        memcpy(tokens, step->user_x + (span->group + r / span->width) * d, d * sizeof *tokens);
        look_up(tokens + d, step->network->mlp_item, items + r, 1);
    }
    real *attended = step->attention.attended + span->row * 2 * d;
    struct attention job = attention_job(step, span, false);
    attention_forward(&job, attended);
    struct linear_job product = part_job(layer, 0, 2 * d, span->row_count);
    product.x = (struct linear_matrix){attended, 2 * d};
    product.y = (struct linear_matrix){step->active[0] + span->row * layer->out, layer->out};
    linear_forward(&product);
}

/* The same without attention: the user's half once for each group. */
static void first_layer_split(const struct neumf_step *step, const struct span *span) {
    const struct neumf_layer *layer = &step->network->layers[0];
    size_t d = step->network->shape.mlp_dim, out = layer->out;
    real *half = step->user_half + span->group * out, *hidden = step->active[0] + span->row * out;
    struct linear_job product = part_job(layer, 0, d, span->group_count);
    product.x = (struct linear_matrix){step->user_x + span->group * d, d};
    product.y = (struct linear_matrix){half, out};
    linear_forward(&product);
    if (step->intent) {
        const size_t in = neumf_network_intent_width(step->network);
        product = part_job(layer, neumf_network_intent_row(step->network), in, span->group_count);
        product.x =
            (struct linear_matrix){neumf_intent_output(step->intent) + span->group * in, in};
        product.y = (struct linear_matrix){half, out};
        product.accumulate = 1;
        linear_forward(&product);
    }
    for (size_t r = 0; r < span->row_count; r++)
        memcpy(hidden + r * out, half + r / span->width * out, out * sizeof *hidden);
    real *item_x = step->item_x + span->row * d;
    look_up(item_x, step->network->mlp_item, step->batch->items + span->row, span->row_count);
    product = part_job(layer, d, d, span->row_count);
    product.x = (struct linear_matrix){item_x, d};
    product.y = (struct linear_matrix){hidden, out};
    product.accumulate = 1;
    /* The genres' product comes last, and with it bias and activation. */
    bool last = step->network->shape.genre_dim == 0;
    product.bias = last ? layer->bias->weight : NULL;
    product.activation = last ? KERNEL_RELU : KERNEL_NONE;
    linear_forward(&product);
}

static void first_layer(const struct neumf_step *step, const struct span *span) {
    const struct neumf_shape *shape = &step->network->shape;
    const struct neumf_layer *layer = &step->network->layers[0];
    look_up(step->user_x + span->group * shape->mlp_dim, step->network->mlp_user,
            step->batch->users + span->group, span->group_count);
    if (shape->heads)
        first_layer_attended(step, span);
    else
        first_layer_split(step, span);
    if (!shape->heads && shape->genre_dim == 0)
        return;
    /* With no genres this product has no terms: bias and activation alone. */
    struct linear_job product =
        part_job(layer, 2 * shape->mlp_dim, shape->genre_dim, span->row_count);
    product.x = product.y =
        (struct linear_matrix){step->active[0] + span->row * layer->out, layer->out};
    product.bias = layer->bias->weight;
    product.accumulate = 1;
    product.activation = KERNEL_RELU;
    if (shape->genre_dim) {
        real *genre_x = step->genre_x + span->row * shape->genre_dim;
        neumf_network_genres(step->network, step->batch->items + span->row, span->row_count,
                             genre_x);
        product.x = (struct linear_matrix){genre_x, shape->genre_dim};
    }
    linear_forward(&product);
}

static struct linear_matrix rows_of(real *matrix, const struct span *span, size_t columns) {
    return (struct linear_matrix){matrix + span->row * columns, columns};
}

static void later_layer(const struct neumf_step *step, const struct span *span, size_t l) {
    const struct neumf_layer *layer = &step->network->layers[l];
    struct linear_job product = part_job(layer, 0, layer->in, span->row_count);
    product.x = rows_of(step->hidden[l - 1], span, layer->in);
    product.y = rows_of(step->active[l], span, layer->out);
    product.bias = layer->bias->weight;
    product.activation = KERNEL_RELU;
    linear_forward(&product);
}

static void add_residual(const struct neumf_step *step, const struct span *span, size_t l) {
    const struct neumf_layer *layer = &step->network->layers[l];
    if (!layer->adds_input)
        return;
    struct linear_matrix before = rows_of(step->hidden[l - 1], span, layer->in);
    struct linear_matrix active = rows_of(step->active[l], span, layer->out);
    struct linear_matrix hidden = rows_of(step->hidden[l], span, layer->out);
    size_t count = span->row_count * layer->out;
    memcpy(hidden.data, active.data, count * sizeof *hidden.data);
    if (!layer->skip) {
        kernels()->axpy(hidden.data, 1, before.data, count);
        return;
    }
    linear_forward(&(struct linear_job){.rows = span->row_count,
                                        .in = layer->in,
                                        .out = layer->out,
                                        .x = before,
                                        .y = hidden,
                                        .weight = layer->skip->weight,
                                        .accumulate = 1});
}

static void tower(const struct neumf_step *step, const struct span *span, struct rng *rng) {
    const struct neumf_network *network = step->network;
    const struct parallel_range groups = groups_of(span);
    if (step->intent)
        neumf_intent_forward(step->intent, network, step->batch, &groups, rng);
    for (size_t l = 0; l < network->shape.layer_count; l++) {
        if (l == 0)
            first_layer(step, span);
        else
            later_layer(step, span, l);
        size_t out = network->layers[l].out;
        if (rng && step->dropout > 0)
            dropout_forward(step->active[l] + span->row * out, span->row_count * out, step->dropout,
                            rng);
        add_residual(step, span, l);
    }
}

/* scores = [gmf, h_L] . output + bias */
static void predict(const struct neumf_step *step, const struct span *span) {
    const struct neumf_network *network = step->network;
    const real *output = network->output->weight, bias = network->output_bias->weight[0];
    const uint32_t *users = step->batch->users, *items = step->batch->items;
    size_t mf_dim = network->shape.mf_dim, last = neumf_network_tower_width(network);
    real *scores = step->scores + span->row, tower_scores[SHARD_ROWS];
    for (size_t g = span->group; g < span->group + span->group_count && mf_dim; g++) {
        real *scaled = step->mf_scaled + g * mf_dim;
        kernels()->multiply(scaled, network->mf_user->weight + (size_t)users[g] * mf_dim, output,
                            mf_dim);
        kernels()->gather_dot(step->scores + g * span->width, scaled, network->mf_item->weight,
                              mf_dim, mf_dim, items + g * span->width, span->width);
    }
    size_t layers = network->shape.layer_count;
    for (size_t r = 0; r < span->row_count; r += SHARD_ROWS) {
        size_t count = span->row_count - r < SHARD_ROWS ? span->row_count - r : SHARD_ROWS;
        if (last)
            kernels()->gather_dot(tower_scores, output + mf_dim,
                                  step->hidden[layers - 1] + (span->row + r) * last, last, last,
                                  NULL, count);
        for (size_t i = 0; i < count; i++)
            scores[r + i] = (mf_dim ? scores[r + i] : 0) + (last ? tower_scores[i] : 0) + bias;
    }
}

static double compare(const struct neumf_step *step, const struct span *span) {
    const struct batch *batch = step->batch;
    real *targets = step->targets + span->row;
    for (size_t r = 0; r < span->row_count; r++)
        targets[r] = batch->ratings ? (real)batch->ratings[span->group + r / span->width]
                                    : (real)(r % span->width == 0);
    return (step->options.loss == NEUMF_MSE ? loss_mse : loss_bce)(
        step->scores + span->row, targets, span->row_count, (real)batch->scale,
        step->errors + span->row);
}

/* Of the user's and the item's factors, from errors: what the second phase sums up. */
static void gmf_backward(const struct neumf_step *step, const struct span *span) {
    const struct neumf_network *network = step->network;
    const struct kernel_table *table = kernels();
    size_t mf_dim = network->shape.mf_dim;
    const real *output = network->output->weight;
    for (size_t g = span->group; g < span->group + span->group_count; g++) {
        real *user_d = step->mf_user_d + g * mf_dim, *output_d = step->mf_output_d + g * mf_dim;
        memset(user_d, 0, mf_dim * sizeof *user_d);
        for (size_t j = 0; j < span->width; j++) {
            size_t row = g * span->width + j;
            table->axpy(user_d, step->errors[row],
                        network->mf_item->weight + (size_t)step->batch->items[row] * mf_dim,
                        mf_dim);
        }
        table->multiply(output_d, user_d,
                        network->mf_user->weight + (size_t)step->batch->users[g] * mf_dim, mf_dim);
        table->multiply(user_d, user_d, output, mf_dim);
    }
}

/* From dhidden to delta, and on to dhidden of the layer below. */
static void layer_backward(const struct neumf_step *step, const struct span *span, size_t l) {
    const struct neumf_layer *layer = &step->network->layers[l];
    size_t count = span->row_count * layer->out;
    struct linear_matrix delta = rows_of(step->delta[l], span, layer->out);
    struct linear_matrix dhidden = rows_of(step->dhidden[l], span, layer->out);
    if (layer->adds_input)
        memcpy(delta.data, dhidden.data, count * sizeof *delta.data);
    linear_backward_relu(delta.data, step->active[l] + span->row * layer->out, count,
                         (real)(1 / (1 - step->dropout)));
    if (l == 0)
        return;
    struct linear_job product = {.rows = span->row_count,
                                 .in = layer->out,
                                 .out = layer->in,
                                 .x = delta,
                                 .y = rows_of(step->dhidden[l - 1], span, layer->in),
                                 .weight = layer->weight->transposed};
    linear_backward_input(&product);
    if (layer->skip) {
        product.x = dhidden;
        product.weight = layer->skip->transposed;
        product.accumulate = 1;
        linear_backward_input(&product);
    } else if (layer->adds_input) {
        kernels()->axpy(product.y.data, 1, dhidden.data, count);
    }
}

/* The gradient of one part of layer 1's input: columns first ... first + in of delta W^T. */
static void input_backward(const struct neumf_step *step, struct linear_matrix delta,
                           struct linear_matrix dx, size_t first, size_t rows) {
    const struct neumf_layer *layer = &step->network->layers[0];
    linear_backward_input(&(struct linear_job){.rows = rows,
                                               .in = layer->out,
                                               .out = dx.stride,
                                               .x = delta,
                                               .y = dx,
                                               .weight = layer->weight->transposed + first,
                                               .weight_stride = layer->in});
}

/* out[group] = sum of the group's rows; rows lie `stride` apart. */
static void sum_groups(real *out, const real *rows, size_t columns, size_t stride,
                       const struct span *span) {
    for (size_t g = 0; g < span->group_count; g++) {
        real *sum = out + g * columns;
        memcpy(sum, rows + g * span->width * stride, columns * sizeof *sum);
        for (size_t j = 1; j < span->width; j++)
            kernels()->axpy(sum, 1, rows + (g * span->width + j) * stride, columns);
    }
}

static void attended_backward(const struct neumf_step *step, const struct span *span) {
    size_t d = step->network->shape.mlp_dim, at = span->row * 2 * d;
    struct attention job = attention_job(step, span, true);
    attention_backward(&job, &(struct attention_gradient){.dy = step->attention.dattended + at,
                                                          .dx = step->attention.dtokens + at,
                                                          .dq = step->attention.dq + at,
                                                          .dk = step->attention.dk + at,
                                                          .dv = step->attention.dv + at,
                                                          .dmixed = step->attention.dmixed + at});
    const real *dtokens = step->attention.dtokens + at;
    sum_groups(step->user_dx + span->group * d, dtokens, d, 2 * d, span);
    for (size_t r = 0; r < span->row_count; r++)
        memcpy(step->item_dx + (span->row + r) * d, dtokens + r * 2 * d + d, d * sizeof *dtokens);
}

static void backward(const struct neumf_step *step, const struct span *span) {
    const struct neumf_network *network = step->network;
    const struct neumf_shape *shape = &network->shape;
    size_t last = shape->layer_count - 1, width = network->layers[last].out, d = shape->mlp_dim;
    const real *output = network->output->weight + shape->mf_dim;
    struct linear_matrix dhidden = rows_of(step->dhidden[last], span, width);
    for (size_t r = 0; r < span->row_count; r++)
        for (size_t k = 0; k < width; k++)
            dhidden.data[r * width + k] = step->errors[span->row + r] * output[k];
    for (size_t l = shape->layer_count; l-- > 0;)
        layer_backward(step, span, l);
    size_t out = network->layers[0].out;
    struct linear_matrix delta = rows_of(step->delta[0], span, out);
    if (shape->heads) {
        input_backward(step, delta, rows_of(step->attention.dattended, span, 2 * d), 0,
                       span->row_count);
        attended_backward(step, span);
    } else {
        real *user_delta = step->user_delta + span->group * out;
        sum_groups(user_delta, delta.data, out, out, span);
        input_backward(step, (struct linear_matrix){user_delta, out},
                       (struct linear_matrix){step->user_dx + span->group * d, d}, 0,
                       span->group_count);
        input_backward(step, delta, rows_of(step->item_dx, span, d), d, span->row_count);
    }
    if (step->intent) {
        const size_t in = neumf_network_intent_width(network);
        const struct parallel_range groups = groups_of(span);
        input_backward(step, (struct linear_matrix){step->user_delta + span->group * out, out},
                       (struct linear_matrix){
                           neumf_intent_output_gradient(step->intent) + span->group * in, in},
                       neumf_network_intent_row(network), span->group_count);
        neumf_intent_backward(step->intent, &groups);
    }
    if (shape->genre_dim) {
        struct linear_matrix dgenre = rows_of(step->genre_dx, span, shape->genre_dim);
        input_backward(step, delta, dgenre, 2 * d, span->row_count);
        linear_backward_relu(dgenre.data, step->genre_x + span->row * shape->genre_dim,
                             span->row_count * shape->genre_dim, 1);
    }
}

static void forward_shard(void *context, size_t shard) {
    struct neumf_step *step = context;
    struct span span = span_of(step->batch, shard);
    tower(step, &span, NULL);
    predict(step, &span);
    step->shard_loss[shard] = compare(step, &span);
}

/* Shard 0 is the index of the touched rows; shard s + 1 works off span s. */
static void training_shard(void *context, size_t shard) {
    struct neumf_step *step = context;
    const struct batch *batch = step->batch;
    if (shard == 0) {
        row_index_add(&step->users, batch->users, batch->group_count);
        row_index_add(&step->items, batch->items, batch_rows(batch));
        return;
    }
    struct span span = span_of(batch, shard - 1);
    struct rng rng;
    /* A stream is numbered by its first group, so those of the groups after it are free. */
    rng_init(&rng, batch->seed, batch->stream + span.group);
    tower(step, &span, &rng);
    predict(step, &span);
    step->shard_loss[shard - 1] = compare(step, &span);
    if (step->network->shape.mf_dim)
        gmf_backward(step, &span);
    if (step->network->shape.mlp_dim)
        backward(step, &span);
}

static double sum_losses(const struct neumf_step *step, size_t count) {
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += step->shard_loss[i];
    return total;
}

double neumf_step_gradient(struct neumf_step *step, const struct batch *batch, bool first) {
    ASSERT(step->options.training && batch->group_count <= step->options.group_max &&
           batch->negative_count <= step->options.negative_count);
    if (first) {
        row_index_clear(&step->users);
        row_index_clear(&step->items);
    }
    step->batch = batch;
    step->accumulate = !first;
    size_t shards = shard_count(batch);
    parallel_for(shards + 1, training_shard, step);
    parallel_for(step->task_count, neumf_gradient_task, step);
    step->batch = NULL;
    return sum_losses(step, shards);
}

double neumf_step_loss(struct neumf_step *step, const struct batch *batch) {
    ASSERT(batch->group_count <= step->options.group_max &&
           batch->negative_count <= step->options.negative_count);
    step->batch = batch;
    size_t shards = shard_count(batch);
    parallel_for(shards, forward_shard, step);
    step->batch = NULL;
    return sum_losses(step, shards);
}

static void make_tower(struct neumf_step *step, size_t rows, size_t groups, struct arena *arena) {
    const struct neumf_network *network = step->network;
    size_t d = network->shape.mlp_dim, genre_dim = network->shape.genre_dim;
    bool training = step->options.training;
    step->user_x = ARENA_ARRAY_RAW(arena, real, groups * d);
    step->user_dx = ARENA_ARRAY_RAW(arena, real, training ? groups * d : 0);
    step->user_half = ARENA_ARRAY_RAW(arena, real, groups * network->layers[0].out);
    step->user_delta = ARENA_ARRAY_RAW(arena, real, training ? groups * network->layers[0].out : 0);
    step->item_x = ARENA_ARRAY_RAW(arena, real, rows * d);
    step->item_dx = ARENA_ARRAY_RAW(arena, real, training ? rows * d : 0);
    step->genre_x = ARENA_ARRAY_RAW(arena, real, rows * genre_dim);
    step->genre_dx = ARENA_ARRAY_RAW(arena, real, training ? rows * genre_dim : 0);
    for (size_t l = 0; l < network->shape.layer_count; l++) {
        size_t count = rows * network->layers[l].out;
        bool two = network->layers[l].adds_input;
        step->active[l] = ARENA_ARRAY_RAW(arena, real, count);
        step->hidden[l] = two ? ARENA_ARRAY_RAW(arena, real, count) : step->active[l];
        if (!training)
            continue;
        step->delta[l] = ARENA_ARRAY_RAW(arena, real, count);
        step->dhidden[l] = two ? ARENA_ARRAY_RAW(arena, real, count) : step->delta[l];
    }
    if (network->shape.intent_in) {
        step->intent = ARENA_NEW(arena, struct neumf_intent);
        neumf_intent_init(step->intent, network, groups, training, arena);
    }
    if (!network->shape.heads)
        return;
    real **buffers[] = {
        &step->attention.tokens,  &step->attention.attended,  &step->attention.q,
        &step->attention.k,       &step->attention.v,         &step->attention.mixed,
        &step->attention.dtokens, &step->attention.dattended, &step->attention.dq,
        &step->attention.dk,      &step->attention.dv,        &step->attention.dmixed};
    for (size_t i = 0; i < (training ? 12 : 6); i++)
        *buffers[i] = ARENA_ARRAY_RAW(arena, real, rows * 2 * d);
    step->attention.shares = ARENA_ARRAY_RAW(arena, real, rows * network->shape.heads * 4);
}

void neumf_step_init(struct neumf_step *step, struct neumf_network *network,
                     const struct neumf_step_options *options, struct arena *arena) {
    size_t groups = options->group_max, rows = groups * (1 + options->negative_count);
    size_t mf_dim = network->shape.mf_dim;
    *step = (struct neumf_step){.network = network, .options = *options};
    step->scores = ARENA_ARRAY_RAW(arena, real, rows);
    step->errors = ARENA_ARRAY_RAW(arena, real, rows);
    step->targets = ARENA_ARRAY_RAW(arena, real, rows);
    step->shard_loss = ARENA_ARRAY_RAW(arena, double, groups);
    step->mf_scaled = ARENA_ARRAY_RAW(arena, real, groups * mf_dim);
    if (network->shape.mlp_dim)
        make_tower(step, rows, groups, arena);
    if (!options->training)
        return;
    step->mf_user_d = ARENA_ARRAY_RAW(arena, real, groups * mf_dim);
    step->mf_output_d = ARENA_ARRAY_RAW(arena, real, groups * mf_dim);
    row_index_init(&step->users, network->shape.user_count, groups, arena);
    row_index_init(&step->items, network->shape.item_count, rows, arena);
    neumf_gradient_init(step, arena);
}

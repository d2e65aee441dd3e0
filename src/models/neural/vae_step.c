/* vae_step.c: see vae_step.h. */
#include "models/neural/vae_step.h"

#include <string.h>
#include <tgmath.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"

#define SHARD_USERS 32
#define BLOCK_ITEMS 128
#define INPUT_SHARES 8 /* tasks of the input table's gradient */

struct span {
    size_t begin, end;
};

static struct span span_of(size_t shard, size_t size, size_t count) {
    size_t end = (shard + 1) * size;
    return (struct span){shard * size, end < count ? end : count};
}

static size_t user_shards(const struct vae_step *step) {
    return (step->batch->group_count + SHARD_USERS - 1) / SHARD_USERS;
}

size_t vae_step_user_numbers(const struct vae_network *network) {
    size_t numbers = network->shape.item_count + 3 * network->input->columns;
    for (size_t l = 0; l < network->encoder.layer_count; l++)
        numbers += 2 * (network->encoder.layers[l].out + network->decoder.layers[l].out);
    return numbers + 3 * network->shape.latent;
}

void vae_step_init(struct vae_step *step, struct vae_network *network,
                   const struct vae_step_options *options, struct arena *arena) {
    size_t groups = options->group_max, items = network->shape.item_count;
    size_t width = network->input->columns, latent = network->shape.latent;
    size_t places = options->inputs->count;
    if (options->held && options->held->count > places)
        places = options->held->count;
    *step = (struct vae_step){
        .network = network,
        .options = *options,
        .block_count = (items + BLOCK_ITEMS - 1) / BLOCK_ITEMS,
        .starts = ARENA_ARRAY(arena, size_t, groups + 1),
        .items = ARENA_ARRAY_RAW(arena, uint32_t, places),
        .owners = ARENA_ARRAY_RAW(arena, uint32_t, places),
        .values = ARENA_ARRAY_RAW(arena, real, places),
        .picked = ARENA_ARRAY_RAW(arena, real, places),
        .hidden = ARENA_ARRAY_RAW(arena, real, groups * width),
        .dhidden = ARENA_ARRAY_RAW(arena, real, groups * width),
        .noise = ARENA_ARRAY_RAW(arena, real, groups * latent),
        .latent = ARENA_ARRAY_RAW(arena, real, groups * latent),
        .dlatent = ARENA_ARRAY_RAW(arena, real, groups * latent),
        .turned = ARENA_ARRAY_RAW(arena, real, groups * width),
        .logits = ARENA_ARRAY_RAW(arena, real, groups * items),
        .losses = ARENA_ARRAY_RAW(arena, double, groups),
    };
    step->highest = ARENA_ARRAY_RAW(arena, real, step->block_count * groups);
    step->sums = ARENA_ARRAY_RAW(arena, real, step->block_count * groups);
    row_index_init(&step->index, items, places, arena);
    network->input->index = &step->index;
    tower_prepare(&network->encoder, groups, true, arena);
    tower_prepare(&network->decoder, groups, true, arena);
    struct parameter *others[] = {network->input, network->input_bias, network->output,
                                  network->output_bias};
    for (size_t i = 0; i < 4; i++)
        parameter_init(others[i], 0, arena);
}

/* ---- (1) from histories to the decoder's output --------------------------------------------- */

/* The input of one user: each item 1 / sqrt(count), a share of them dropped. */
static void read_history(struct vae_step *step, size_t user, struct rng *rng) {
    struct history history = interactions_history(step->options.inputs, step->batch->users[user]);
    struct vae_input input = {.count = history.count, .items = history.items};
    input.value = history.count > 0 ? 1 / sqrt((real)history.count) : 0;
    if (step->training) {
        real *values = step->values + step->starts[user];
        real kept = input.value / (real)(1 - step->dropout);
        for (size_t i = 0; i < history.count; i++)
            values[i] = step->dropout > 0 && rng_uniform(rng) < step->dropout ? 0 : kept;
        input.values = values;
    }
    vae_network_read(step->network, &input, step->hidden + user * step->network->input->columns);
}

/* z = mean + noise * deviation; returns the divergence from the unit normal. */
static double sample(struct vae_step *step, size_t user, struct rng *rng) {
    size_t latent = step->network->shape.latent;
    const real *mean = tower_output(&step->network->encoder) + user * 2 * latent;
    const real *log_variance = mean + latent;
    real *noise = step->noise + user * latent, *z = step->latent + user * latent;
    double divergence = 0;
    for (size_t k = 0; k < latent; k++) {
        noise[k] = step->training && rng ? (real)rng_normal(rng) : 0;
        z[k] = mean[k] + noise[k] * exp(log_variance[k] / 2);
        divergence += (double)(mean[k] * mean[k] + exp(log_variance[k]) - log_variance[k] - 1) / 2;
    }
    return divergence;
}

static void encode_shard(void *context, size_t shard) {
    struct vae_step *step = context;
    struct vae_network *network = step->network;
    const struct batch *batch = step->batch;
    struct span users = span_of(shard, SHARD_USERS, batch->group_count);
    size_t latent = network->shape.latent, width = network->output->columns;
    struct rng streams[SHARD_USERS];
    for (size_t u = users.begin; u < users.end; u++) {
        /* A stream is numbered by its first user, so those of the users after it are free. */
        rng_init(&streams[u - users.begin], batch->seed, batch->stream + u);
        read_history(step, u, &streams[u - users.begin]);
    }
    tower_forward(&network->encoder, step->hidden, users.begin, users.end);
    for (size_t u = users.begin; u < users.end; u++) {
        step->losses[u] = 0;
        if (network->shape.variational)
            step->losses[u] = step->kl_weight * sample(step, u, &streams[u - users.begin]);
        else
            memcpy(step->latent + u * latent, tower_output(&network->encoder) + u * latent,
                   latent * sizeof(real));
    }
    tower_forward(&network->decoder, step->latent, users.begin, users.end);
    for (size_t u = users.begin; u < users.end; u++)
        for (size_t k = 0; k < width; k++)
            step->turned[k * batch->group_count + u] =
                tower_output(&network->decoder)[u * width + k];
}

/* ---- (2) logits, (3) softmax ---------------------------------------------------------------- */

/* F(place) for every place of the batch's targets at that item. */
struct places {
    uint32_t begin, end;
};

static struct places places_of(const struct row_index *index, size_t item) {
    uint32_t slot = index->slot_of[item];
    if (slot == ROW_INDEX_NONE)
        return (struct places){0, 0};
    return (struct places){index->starts[slot], index->starts[slot + 1]};
}

static void pick(struct vae_step *step, size_t item, const real *row) {
    struct places places = places_of(&step->index, item);
    for (uint32_t p = places.begin; p < places.end; p++)
        step->picked[step->index.places[p]] = row[step->owners[step->index.places[p]]];
}

static void logit_block(void *context, size_t block) {
    struct vae_step *step = context;
    const struct vae_network *network = step->network;
    size_t users = step->batch->group_count, width = network->output->columns;
    struct span items = span_of(block, BLOCK_ITEMS, network->shape.item_count);
    real *logits = step->logits + items.begin * users;
    real *highest = step->highest + block * users, *sums = step->sums + block * users;
    kernels()->gemm(&(struct kernel_gemm){.m = items.end - items.begin,
                                          .n = users,
                                          .k = width,
                                          .a = network->output->weight + items.begin * width,
                                          .a_row = width,
                                          .a_column = 1,
                                          .b = step->turned,
                                          .b_row = users,
                                          .c = logits,
                                          .c_row = users});
    for (size_t u = 0; u < users; u++)
        highest[u] = -INFINITY;
    for (size_t i = items.begin; i < items.end; i++) {
        real *row = step->logits + i * users, bias = network->output_bias->weight[i];
        for (size_t u = 0; u < users; u++) {
            row[u] += bias;
            highest[u] = row[u] > highest[u] ? row[u] : highest[u];
        }
        pick(step, i, row);
    }
    memset(sums, 0, users * sizeof *sums);
    for (size_t i = items.begin; i < items.end; i++) {
        real *row = step->logits + i * users;
        for (size_t u = 0; u < users; u++) {
            row[u] = exp(row[u] - highest[u]);
            sums[u] += row[u];
        }
    }
}

/* Adds a user's loss; `sums` become what an exponential of each block is to be multiplied with. */
static void normalize(struct vae_step *step, size_t user) {
    size_t users = step->batch->group_count;
    real top = -INFINITY;
    for (size_t b = 0; b < step->block_count; b++)
        top = fmax(top, step->highest[b * users + user]);
    double total = 0;
    for (size_t b = 0; b < step->block_count; b++)
        total += (double)step->sums[b * users + user] *
                 exp((double)(step->highest[b * users + user] - top));
    size_t count = step->starts[user + 1] - step->starts[user];
    step->losses[user] += (double)count * (log(total) + (double)top);
    for (size_t p = step->starts[user]; p < step->starts[user + 1]; p++)
        step->losses[user] -= (double)step->picked[p];
    double each = step->batch->scale * (double)count / total;
    for (size_t b = 0; b < step->block_count; b++)
        step->sums[b * users + user] =
            (real)(each * exp((double)(step->highest[b * users + user] - top)));
}

static void normalize_shard(void *context, size_t shard) {
    struct vae_step *step = context;
    struct span users = span_of(shard, SHARD_USERS, step->batch->group_count);
    for (size_t u = users.begin; u < users.end; u++)
        normalize(step, u);
}

/* ---- (4) the output table's gradient -------------------------------------------------------- */

static void output_block(void *context, size_t block) {
    struct vae_step *step = context;
    const struct vae_network *network = step->network;
    const struct row_index *index = &step->index;
    size_t users = step->batch->group_count, width = network->output->columns;
    struct span items = span_of(block, BLOCK_ITEMS, network->shape.item_count);
    const real *factors = step->sums + block * users, scale = (real)step->batch->scale;
    real *bias = network->output_bias->gradient;
    for (size_t i = items.begin; i < items.end; i++) {
        real *row = step->logits + i * users;
        kernels()->multiply(row, row, factors, users);
        struct places places = places_of(index, i);
        for (uint32_t p = places.begin; p < places.end; p++)
            row[step->owners[index->places[p]]] -= scale;
        bias[i] = (step->accumulate ? bias[i] : 0) + kernels()->sum(row, users);
    }
    kernels()->gemm(&(struct kernel_gemm){.m = items.end - items.begin,
                                          .n = width,
                                          .k = users,
                                          .a = step->logits + items.begin * users,
                                          .a_row = users,
                                          .a_column = 1,
                                          .b = tower_output(&network->decoder),
                                          .b_row = width,
                                          .c = network->output->gradient + items.begin * width,
                                          .c_row = width,
                                          .accumulate = step->accumulate});
}

/* ---- (5) back to the histories -------------------------------------------------------------- */

/* From the gradient of z to that of mean and log variance, or of DAE's latent row. */
static void sample_backward(struct vae_step *step, size_t user) {
    const struct vae_network *network = step->network;
    size_t latent = network->shape.latent;
    const real *dz = step->dlatent + user * latent, *noise = step->noise + user * latent;
    real *out = tower_output_gradient(&network->encoder);
    if (!network->shape.variational) {
        memcpy(out + user * latent, dz, latent * sizeof *out);
        return;
    }
    const real *mean = tower_output(&network->encoder) + user * 2 * latent;
    const real weight = (real)(step->kl_weight * step->batch->scale);
    real *dmean = out + user * 2 * latent;
    for (size_t k = 0; k < latent; k++) {
        real deviation = exp(mean[latent + k] / 2);
        dmean[k] = dz[k] + weight * mean[k];
        dmean[latent + k] =
            dz[k] * noise[k] * deviation / 2 + weight * (deviation * deviation - 1) / 2;
    }
}

static void decode_shard(void *context, size_t shard) {
    struct vae_step *step = context;
    struct vae_network *network = step->network;
    size_t users = step->batch->group_count, width = network->output->columns;
    struct span span = span_of(shard, SHARD_USERS, users);
    kernels()->gemm(
        &(struct kernel_gemm){.m = span.end - span.begin,
                              .n = width,
                              .k = network->shape.item_count,
                              .a = step->logits + span.begin,
                              .a_row = 1,
                              .a_column = users,
                              .b = network->output->weight,
                              .b_row = width,
                              .c = tower_output_gradient(&network->decoder) + span.begin * width,
                              .c_row = width});
    tower_backward(&network->decoder, step->dlatent, span.begin, span.end);
    for (size_t u = span.begin; u < span.end; u++)
        sample_backward(step, u);
    tower_backward(&network->encoder, step->dhidden, span.begin, span.end);
    for (size_t i = span.begin * width; i < span.end * width; i++)
        step->dhidden[i] *= 1 - step->hidden[i] * step->hidden[i];
}

/* ---- (6) the other weights ------------------------------------------------------------------ */

/* gradient[slot] += value * dhidden of the user, at each place. */
static void input_share(const struct vae_step *step, size_t share) {
    const struct row_index *index = &step->index;
    struct parameter *table = step->network->input;
    size_t width = table->columns;
    struct parallel_range slots = parallel_range(index->slot_count, INPUT_SHARES, share);
    for (size_t slot = slots.begin; slot < slots.end; slot++) {
        real *gradient = table->gradient + slot * width;
        if (slot >= index->fresh)
            memset(gradient, 0, width * sizeof *gradient);
        for (uint32_t p = index->starts[slot]; p < index->starts[slot + 1]; p++) {
            uint32_t place = index->places[p];
            if (step->values[place] != 0)
                kernels()->axpy(gradient, step->values[place],
                                step->dhidden + (size_t)step->owners[place] * width, width);
        }
    }
}

static void input_bias(const struct vae_step *step) {
    struct parameter *bias = step->network->input_bias;
    if (!step->accumulate)
        memset(bias->gradient, 0, bias->columns * sizeof(real));
    for (size_t u = 0; u < step->batch->group_count; u++)
        kernels()->axpy(bias->gradient, 1, step->dhidden + u * bias->columns, bias->columns);
}

static void gradient_task(void *context, size_t task) {
    struct vae_step *step = context;
    struct vae_network *network = step->network;
    struct tower_batch batch = {.rows = step->batch->group_count, .accumulate = step->accumulate};
    if (task < INPUT_SHARES) {
        input_share(step, task);
        return;
    }
    task -= INPUT_SHARES;
    if (task < tower_task_count(&network->encoder)) {
        batch.x = step->hidden;
        tower_gradient_task(&network->encoder, &batch, task);
        return;
    }
    task -= tower_task_count(&network->encoder);
    if (task < tower_task_count(&network->decoder)) {
        batch.x = step->latent;
        tower_gradient_task(&network->decoder, &batch, task);
        return;
    }
    input_bias(step);
}

/* ---- the whole step ------------------------------------------------------------------------- */

static void list_places(struct vae_step *step) {
    const struct batch *batch = step->batch;
    size_t count = 0;
    for (size_t u = 0; u < batch->group_count; u++) {
        struct history history = interactions_history(step->targets, batch->users[u]);
        step->starts[u] = count;
        for (size_t i = 0; i < history.count; i++) {
            step->items[count] = history.items[i];
            step->owners[count++] = (uint32_t)u;
        }
    }
    step->starts[batch->group_count] = count;
    row_index_add(&step->index, step->items, count);
}

static double forward(struct vae_step *step, const struct batch *batch) {
    ASSERT(batch->group_count <= step->options.group_max);
    step->batch = batch;
    list_places(step);
    parallel_for(user_shards(step), encode_shard, step);
    parallel_for(step->block_count, logit_block, step);
    parallel_for(user_shards(step), normalize_shard, step);
    double total = 0;
    for (size_t u = 0; u < batch->group_count; u++)
        total += step->losses[u];
    return total;
}

double vae_step_gradient(struct vae_step *step, const struct batch *batch, bool first) {
    if (first)
        row_index_clear(&step->index);
    step->targets = step->options.inputs;
    step->training = true;
    step->accumulate = !first;
    double total = forward(step, batch);
    parallel_for(step->block_count, output_block, step);
    parallel_for(user_shards(step), decode_shard, step);
    parallel_for(INPUT_SHARES + tower_task_count(&step->network->encoder) +
                     tower_task_count(&step->network->decoder) + 1,
                 gradient_task, step);
    return total;
}

double vae_step_loss(struct vae_step *step, const struct batch *batch) {
    row_index_clear(&step->index);
    step->targets = step->options.held ? step->options.held : step->options.inputs;
    step->training = false;
    return forward(step, batch);
}

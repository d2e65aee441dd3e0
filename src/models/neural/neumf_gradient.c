/* neumf_gradient.c: the second phase of a step. See neumf_step.h.
 *
 * A task is a block of one parameter's gradient: rows begin <= r < end of x^T dy summed over the
 * batch's rows (or groups), a sum of dy, or a share of an embedding's slots, each slot the sum over
 * its places. The list is made once; the largest tasks stand first, so that the last ones to be
 * taken are small. */
#include "models/neural/neumf_gradient.h"

#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "nn/linear.h"

#define WEIGHT_BLOCK 32    /* rows of a weight matrix in one task */
#define EMBEDDING_SHARES 4 /* tasks for each embedding */

enum task_kind {
    TASK_WEIGHT, /* x^T dy */
    TASK_BIAS,   /* sum of dy */
    TASK_MLP_USER,
    TASK_MLP_ITEM,
    TASK_MF_USER,
    TASK_MF_ITEM,
    TASK_INTENT, /* task `begin` of the intent tower's */
    TASK_GENRES, /* x are the items' genres, looked up on the way */
};

struct neumf_task {
    enum task_kind kind;
    struct parameter *parameter;
    real *gradient; /* dense: where row `begin` = 0 of dW is */
    struct linear_matrix x, dy;
    size_t begin, end, out; /* rows of dW and columns of dy; for embeddings: share begin of `end` */
    bool by_group;          /* x and dy have a row for each group, not for each sample */
    size_t rows_per_sample; /* 2 for attention's tokens, else 1 */
};

static size_t task_rows(const struct neumf_step *step, const struct neumf_task *task) {
    return task->by_group ? step->batch->group_count
                          : batch_rows(step->batch) * task->rows_per_sample;
}

/* The slots of one share, and their gradient rows: zeroed where the slot is new. */
static struct parallel_range begin_slots(const struct row_index *index,
                                         const struct neumf_task *task) {
    struct parallel_range range = parallel_range(index->slot_count, task->end, task->begin);
    size_t columns = task->parameter->columns;
    for (size_t slot = range.begin; slot < range.end; slot++)
        if (slot >= index->fresh)
            memset(task->parameter->gradient + slot * columns, 0, columns * sizeof(real));
    return range;
}

/* gradient[slot] += the rows of dx at the slot's places. */
static void embedding_task(const struct row_index *index, const struct neumf_task *task,
                           const real *dx) {
    size_t columns = task->parameter->columns;
    struct parallel_range range = begin_slots(index, task);
    for (size_t slot = range.begin; slot < range.end; slot++)
        for (uint32_t i = index->starts[slot]; i < index->starts[slot + 1]; i++)
            kernels()->axpy(task->parameter->gradient + slot * columns, 1,
                            dx + (size_t)index->places[i] * columns, columns);
}

/* gradient[slot] += error * (p_u * output) of the group, at each place. */
static void mf_item_task(const struct neumf_step *step, const struct neumf_task *task) {
    const struct row_index *index = &step->items;
    size_t columns = task->parameter->columns, width = 1 + step->batch->negative_count;
    struct parallel_range range = begin_slots(index, task);
    for (size_t slot = range.begin; slot < range.end; slot++)
        for (uint32_t i = index->starts[slot]; i < index->starts[slot + 1]; i++) {
            uint32_t row = index->places[i];
            kernels()->axpy(task->parameter->gradient + slot * columns, step->errors[row],
                            step->mf_scaled + row / width * columns, columns);
        }
}

/* dG[genre] += the projection's gradient for every sample whose item has the genre. */
static void genre_task(const struct neumf_step *step, const struct neumf_task *task) {
    const struct neumf_network *network = step->network;
    size_t genre_count = network->shape.genre_count, columns = network->shape.genre_dim;
    if (!step->accumulate)
        memset(task->gradient, 0, genre_count * columns * sizeof *task->gradient);
    for (size_t r = 0; r < batch_rows(step->batch); r++) {
        const real *genres = network->genres + (size_t)step->batch->items[r] * genre_count;
        for (size_t g = 0; g < genre_count; g++)
            if (genres[g] != 0)
                kernels()->axpy(task->gradient + g * columns, genres[g],
                                step->genre_dx + r * columns, columns);
    }
}

void neumf_gradient_task(void *context, size_t index) {
    struct neumf_step *step = context;
    const struct neumf_task *task = &step->tasks[index];
    switch (task->kind) {
    case TASK_WEIGHT:
        linear_backward_weight(&(struct linear_gradient){.rows = task_rows(step, task),
                                                         .begin = task->begin,
                                                         .end = task->end,
                                                         .out = task->out,
                                                         .x = task->x,
                                                         .dy = task->dy,
                                                         .gradient = task->gradient,
                                                         .accumulate = step->accumulate});
        break;
    case TASK_BIAS:
        linear_backward_bias(&(struct linear_gradient){.rows = task_rows(step, task),
                                                       .out = task->out,
                                                       .dy = task->dy,
                                                       .gradient = task->gradient,
                                                       .accumulate = step->accumulate});
        break;
    case TASK_MLP_USER:
        embedding_task(&step->users, task, step->user_dx);
        break;
    case TASK_MLP_ITEM:
        embedding_task(&step->items, task, step->item_dx);
        break;
    case TASK_MF_USER:
        embedding_task(&step->users, task, step->mf_user_d);
        break;
    case TASK_MF_ITEM:
        mf_item_task(step, task);
        break;
    case TASK_INTENT:
        neumf_intent_task(step->intent, step->batch->group_count, step->accumulate, task->begin);
        break;
    case TASK_GENRES:
        genre_task(step, task);
        break;
    }
}

static void add(struct neumf_step *step, struct neumf_task task) {
    step->tasks[step->task_count++] = task;
}

/* One matrix, rows `first` ... of the parameter, in blocks. */
static void add_weight(struct neumf_step *step, const struct neumf_task *whole, size_t first,
                       size_t in) {
    for (size_t begin = 0; begin < in; begin += WEIGHT_BLOCK) {
        struct neumf_task task = *whole;
        task.kind = TASK_WEIGHT;
        task.gradient = whole->parameter->gradient + first * whole->out;
        task.begin = begin;
        task.end = begin + WEIGHT_BLOCK < in ? begin + WEIGHT_BLOCK : in;
        add(step, task);
    }
}

static void add_bias(struct neumf_step *step, struct parameter *parameter, struct linear_matrix dy,
                     bool by_group) {
    add(step, (struct neumf_task){.kind = TASK_BIAS,
                                  .parameter = parameter,
                                  .gradient = parameter->gradient,
                                  .dy = dy,
                                  .out = parameter->columns,
                                  .by_group = by_group,
                                  .rows_per_sample = 1});
}

static void add_embedding(struct neumf_step *step, enum task_kind kind,
                          struct parameter *parameter) {
    for (size_t share = 0; share < EMBEDDING_SHARES && parameter; share++)
        add(step,
            (struct neumf_task){
                .kind = kind, .parameter = parameter, .begin = share, .end = EMBEDDING_SHARES});
}

static void add_first_layer(struct neumf_step *step) {
    const struct neumf_network *network = step->network;
    const struct neumf_shape *shape = &network->shape;
    const struct neumf_layer *layer = &network->layers[0];
    size_t d = shape->mlp_dim;
    struct linear_matrix delta = {step->delta[0], layer->out};
    struct neumf_task task = {
        .parameter = layer->weight, .dy = delta, .out = layer->out, .rows_per_sample = 1};
    if (shape->heads) {
        task.x = (struct linear_matrix){step->attention.attended, 2 * d};
        add_weight(step, &task, 0, 2 * d);
    } else {
        task.x = (struct linear_matrix){step->item_x, d};
        add_weight(step, &task, d, d);
        task.x = (struct linear_matrix){step->user_x, d};
        task.dy = (struct linear_matrix){step->user_delta, layer->out};
        task.by_group = true;
        add_weight(step, &task, 0, d);
    }
    if (step->intent) {
        const size_t in = neumf_network_intent_width(network);
        task.x = (struct linear_matrix){neumf_intent_output(step->intent), in};
        add_weight(step, &task, neumf_network_intent_row(network), in);
    }
    task.by_group = false;
    task.dy = delta;
    task.x = (struct linear_matrix){step->genre_x, shape->genre_dim};
    add_weight(step, &task, 2 * d, shape->genre_dim);
}

static void add_later_layer(struct neumf_step *step, size_t l) {
    const struct neumf_layer *layer = &step->network->layers[l];
    struct neumf_task task = {.parameter = layer->weight,
                              .x = {step->hidden[l - 1], layer->in},
                              .dy = {step->delta[l], layer->out},
                              .out = layer->out,
                              .rows_per_sample = 1};
    add_weight(step, &task, 0, layer->in);
    if (!layer->skip)
        return;
    task.parameter = layer->skip;
    task.dy.data = step->dhidden[l];
    add_weight(step, &task, 0, layer->in);
}

static void add_attention(struct neumf_step *step) {
    const struct neumf_network *network = step->network;
    size_t d = network->shape.mlp_dim;
    const struct {
        struct parameter *parameter;
        real *x, *dy;
    } products[] = {{network->attend_query, step->attention.tokens, step->attention.dq},
                    {network->attend_key, step->attention.tokens, step->attention.dk},
                    {network->attend_value, step->attention.tokens, step->attention.dv},
                    {network->attend_merge, step->attention.mixed, step->attention.dattended}};
    for (size_t i = 0; i < 4; i++)
        add_weight(step,
                   &(struct neumf_task){.parameter = products[i].parameter,
                                        .x = {products[i].x, d},
                                        .dy = {products[i].dy, d},
                                        .out = d,
                                        .rows_per_sample = 2},
                   0, d);
}

static void add_output(struct neumf_step *step) {
    const struct neumf_network *network = step->network;
    size_t mf_dim = network->shape.mf_dim, last = neumf_network_tower_width(network);
    struct parameter *output = network->output;
    if (mf_dim && !network->shape.fixed_weights)
        add(step, (struct neumf_task){.kind = TASK_BIAS,
                                      .parameter = output,
                                      .gradient = output->gradient,
                                      .dy = {step->mf_output_d, mf_dim},
                                      .out = mf_dim,
                                      .by_group = true,
                                      .rows_per_sample = 1});
    if (last)
        add(step, (struct neumf_task){.kind = TASK_WEIGHT,
                                      .parameter = output,
                                      .gradient = output->gradient + mf_dim,
                                      .x = {step->errors, 1},
                                      .dy = {step->hidden[network->shape.layer_count - 1], last},
                                      .end = 1,
                                      .out = last,
                                      .rows_per_sample = 1});
    add_bias(step, network->output_bias, (struct linear_matrix){step->errors, 1}, false);
}

static bool has_transposed(const struct neumf_network *network, const struct parameter *parameter) {
    bool wanted = parameter == network->attend_query || parameter == network->attend_key ||
                  parameter == network->attend_value || parameter == network->attend_merge;
    for (size_t l = 0; l < network->shape.layer_count; l++)
        wanted = wanted || parameter == network->layers[l].weight ||
                 parameter == network->layers[l].skip;
    return wanted;
}

void neumf_gradient_init(struct neumf_step *step, struct arena *arena) {
    struct neumf_network *network = step->network;
    if (network->mf_user) {
        network->mf_user->index = &step->users;
        network->mf_item->index = &step->items;
    }
    if (network->mlp_user) {
        network->mlp_user->index = &step->users;
        network->mlp_item->index = &step->items;
    }
    size_t blocks = 4 * EMBEDDING_SHARES + 3;
    for (size_t i = 0; i < network->parameter_count; i++) {
        struct parameter *parameter = &network->parameters[i];
        parameter_init(parameter, has_transposed(network, parameter), arena);
        blocks += parameter->index ? 0 : parameter->rows / WEIGHT_BLOCK + 4;
    }
    step->tasks = ARENA_ARRAY(arena, struct neumf_task, blocks);
    for (size_t l = 0; l < network->shape.layer_count; l++)
        l == 0 ? add_first_layer(step) : add_later_layer(step, l);
    if (network->attend_query)
        add_attention(step);
    for (size_t i = 0; step->intent && i < neumf_intent_task_count(step->intent); i++)
        add(step, (struct neumf_task){.kind = TASK_INTENT, .begin = i});
    add_embedding(step, TASK_MLP_ITEM, network->mlp_item);
    add_embedding(step, TASK_MF_ITEM, network->mf_item);
    add_embedding(step, TASK_MLP_USER, network->mlp_user);
    add_embedding(step, TASK_MF_USER, network->mf_user);
    if (network->genre_weight) {
        add(step, (struct neumf_task){.kind = TASK_GENRES,
                                      .parameter = network->genre_weight,
                                      .gradient = network->genre_weight->gradient});
        add_bias(step, network->genre_bias,
                 (struct linear_matrix){step->genre_dx, network->shape.genre_dim}, false);
    }
    for (size_t l = 0; l < network->shape.layer_count; l++)
        add_bias(step, network->layers[l].bias,
                 (struct linear_matrix){step->delta[l], network->layers[l].out}, false);
    add_output(step);
    ASSERT(step->task_count <= blocks);
}

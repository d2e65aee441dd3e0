/* two_tower_step.c: see two_tower_step.h. */
#include "models/neural/two_tower_step.h"

#include <string.h>
#include <tgmath.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "nn/loss.h"
#include "nn/normalize.h"

#define SHARD_ROWS 64
#define TABLE_SHARES 4 /* tasks of an embedding's gradient */

static bool has_softmax(const struct two_tower_step *step) {
    return step->options.loss == TWO_TOWER_SOFTMAX || step->options.loss == TWO_TOWER_MULTI_TASK;
}

static void make_work(struct two_tower_work *work, struct two_tower_side *side, size_t table_rows,
                      size_t row_max, struct arena *arena) {
    size_t columns = two_tower_network_input(side), width = tower_out(&side->tower);
    bool input_gradient = side->table || side->logits;
    *work = (struct two_tower_work){
        .columns = columns,
        .inputs = ARENA_ARRAY_RAW(arena, real, row_max * columns),
        .vectors = ARENA_ARRAY_RAW(arena, real, row_max * width),
        .dvectors = ARENA_ARRAY_RAW(arena, real, row_max * width),
        .lengths = ARENA_ARRAY_RAW(arena, real, row_max),
        .dinputs = input_gradient ? ARENA_ARRAY_RAW(arena, real, row_max * columns) : NULL,
    };
    work->gated = side->logits ? ARENA_ARRAY_RAW(arena, real, row_max * columns) : work->inputs;
    tower_prepare(&side->tower, row_max, true, arena);
    if (side->logits)
        parameter_init(side->logits, 0, arena);
    if (side->table) {
        row_index_init(&work->index, table_rows, row_max, arena);
        side->table->index = &work->index;
        parameter_init(side->table, 0, arena);
    }
}

/* log q of each item: its share of the training rows. */
static void make_frequency(struct two_tower_step *step, struct arena *arena) {
    const struct two_tower_sums *sums = step->options.sums;
    size_t items = step->network->shape.counts[TWO_TOWER_ITEM];
    double total = (double)sums->train->count;
    step->frequency = ARENA_ARRAY_RAW(arena, real, items);
    for (size_t i = 0; i < items; i++)
        step->frequency[i] = (real)log(fmax((double)sums->item_counts[i], 1) / total);
}

void two_tower_step_init(struct two_tower_step *step, struct two_tower_network *network,
                         const struct two_tower_step_options *options, struct arena *arena) {
    size_t groups = options->group_max, rows = groups * (1 + options->negative_count);
    *step = (struct two_tower_step){.network = network, .options = *options};
    make_work(&step->work[0], &network->sides[0], network->shape.counts[0], groups, arena);
    make_work(&step->work[1], &network->sides[1], network->shape.counts[1], rows, arena);
    step->scores = ARENA_ARRAY_RAW(arena, real, rows);
    step->errors = ARENA_ARRAY_RAW(arena, real, rows);
    step->losses = ARENA_ARRAY_RAW(arena, double, groups);
    if (has_softmax(step)) {
        make_frequency(step, arena);
        step->turned = ARENA_ARRAY_RAW(arena, real, groups * two_tower_network_width(network));
        step->pairs = ARENA_ARRAY_RAW(arena, real, groups * groups);
    }
}

/* ---- (1) towers and the losses of single groups --------------------------------------------- */

struct span {
    size_t begin, end;
};

static size_t width_of(const struct two_tower_step *step) {
    return 1 + step->batch->negative_count;
}

static size_t shard_groups(const struct two_tower_step *step) {
    size_t groups = SHARD_ROWS / width_of(step);
    return groups > 0 ? groups : 1;
}

static size_t shard_count(const struct two_tower_step *step) {
    size_t groups = shard_groups(step);
    return (step->batch->group_count + groups - 1) / groups;
}

static struct span groups_of(const struct two_tower_step *step, size_t shard) {
    size_t groups = shard_groups(step), end = (shard + 1) * groups,
           count = step->batch->group_count;
    return (struct span){shard * groups, end < count ? end : count};
}

/* The groups as rows of one side. */
static struct span rows_of(const struct two_tower_step *step, struct span groups,
                           enum two_tower_which which) {
    size_t width = which == TWO_TOWER_ITEM ? width_of(step) : 1;
    return (struct span){groups.begin * width, groups.end * width};
}

static void look_up(const struct two_tower_side *side, uint32_t row, real *input) {
    if (side->table)
        memcpy(input + side->features, side->table->weight + (size_t)row * side->embedding,
               side->embedding * sizeof *input);
}

static void fill_inputs(struct two_tower_step *step, struct span groups) {
    const struct two_tower_step_options *options = &step->options;
    const struct two_tower_side *sides = step->network->sides;
    size_t width = width_of(step);
    for (size_t g = groups.begin; g < groups.end; g++) {
        const uint32_t *items = step->batch->items + g * width;
        real *user = step->work[0].inputs + g * step->work[0].columns;
        real *item = step->work[1].inputs + g * width * step->work[1].columns;
        struct two_tower_pair pair = {step->batch->users[g], items[0]};
        two_tower_features_of_pair(options->features, options->sums, pair, user, item);
        look_up(&sides[0], pair.user, user);
        for (size_t j = 0; j < width; j++) {
            real *row = item + j * step->work[1].columns;
            if (j > 0)
                two_tower_features_of_item(options->features, items[j], row);
            look_up(&sides[1], items[j], row);
        }
    }
}

static void side_forward(struct two_tower_step *step, struct span rows,
                         enum two_tower_which which) {
    struct two_tower_side *side = &step->network->sides[which];
    struct two_tower_work *work = &step->work[which];
    size_t columns = work->columns, width = tower_out(&side->tower);
    if (side->logits)
        gate_forward(&side->gate, work->shares, work->inputs + rows.begin * columns,
                     rows.end - rows.begin, work->gated + rows.begin * columns);
    tower_forward(&side->tower, work->gated, rows.begin, rows.end);
    normalize_forward(tower_output(&side->tower) + rows.begin * width, rows.end - rows.begin, width,
                      work->vectors + rows.begin * width, work->lengths + rows.begin);
}

/* The loss of one group by itself (mse, triplet), and the gradients of its vectors. */
static double compare(struct two_tower_step *step, size_t group) {
    size_t rows = width_of(step), columns = two_tower_network_width(step->network);
    const real *user = step->work[0].vectors + group * columns;
    const real *items = step->work[1].vectors + group * rows * columns;
    real *duser = step->work[0].dvectors + group * columns;
    real *ditems = step->work[1].dvectors + group * rows * columns;
    real *scores = step->scores + group * rows, *errors = step->errors + group * rows;
    const real scale = (real)step->batch->scale;
    double loss = 0;
    memset(duser, 0, columns * sizeof *duser);
    memset(ditems, 0, rows * columns * sizeof *ditems);
    if (step->options.loss == TWO_TOWER_SOFTMAX)
        return 0;
    kernels()->gather_dot(scores, user, items, columns, columns, NULL, rows);
    if (step->options.loss == TWO_TOWER_TRIPLET) {
        loss = loss_margin(&(struct loss_groups){.scores = scores,
                                                 .group_count = 1,
                                                 .negative_count = rows - 1,
                                                 .scale = scale,
                                                 .margin = (real)step->options.margin},
                           errors);
    } else {
        real target = 2 * (real)step->batch->ratings[group] - 1;
        loss = loss_mse(scores, &target, 1, scale, errors);
    }
    for (size_t j = 0; j < rows; j++) {
        kernels()->axpy(duser, errors[j], items + j * columns, columns);
        kernels()->axpy(ditems + j * columns, errors[j], user, columns);
    }
    return loss;
}

static void forward_shard(void *context, size_t shard) {
    struct two_tower_step *step = context;
    struct span groups = groups_of(step, shard);
    size_t columns = two_tower_network_width(step->network);
    fill_inputs(step, groups);
    side_forward(step, rows_of(step, groups, TWO_TOWER_USER), TWO_TOWER_USER);
    side_forward(step, rows_of(step, groups, TWO_TOWER_ITEM), TWO_TOWER_ITEM);
    for (size_t g = groups.begin; g < groups.end; g++) {
        step->losses[g] = compare(step, g);
        const real *vector = step->work[1].vectors + g * columns;
        for (size_t k = 0; k < columns && has_softmax(step); k++)
            step->turned[k * step->batch->group_count + g] = vector[k];
    }
}

/* ---- (2) softmax over the batch's items ----------------------------------------------------- */

/* scores[groups] of one user's row: the loss, and the gradient in place. owned[item]: the user has
 * it. Such an item is no negative; the positive itself always counts. */
static double softmax_row(struct two_tower_step *step, size_t group, const uint8_t *owned) {
    const struct batch *batch = step->batch;
    size_t groups = batch->group_count;
    real *row = step->pairs + group * groups;
    const real narrow = (real)(1 / step->options.temperature);
    for (size_t j = 0; j < groups; j++) {
        row[j] = row[j] * narrow - step->frequency[batch->items[j]];
        if (owned[batch->items[j]] && j != group)
            row[j] = -INFINITY;
    }
    const real highest = kernels()->maximum(row, groups), own = row[group] - highest;
    for (size_t j = 0; j < groups; j++)
        row[j] = exp(row[j] - highest);
    const double sum = (double)kernels()->sum(row, groups);
    const bool both = step->options.loss == TWO_TOWER_MULTI_TASK;
    const double weight = both ? step->options.implicit_weight : 1;
    const double each = weight * batch->scale / step->options.temperature;
    kernels()->scale(row, (real)(each / sum), groups);
    row[group] -= (real)each;
    return weight * (log(sum) - (double)own);
}

static void softmax_shard(void *context, size_t shard) {
    struct two_tower_step *step = context;
    const struct batch *batch = step->batch;
    struct span span = groups_of(step, shard);
    size_t columns = two_tower_network_width(step->network), groups = batch->group_count;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    uint8_t *owned = ARENA_ARRAY(scratch, uint8_t, step->network->shape.counts[TWO_TOWER_ITEM]);
    struct kernel_gemm job = {.m = span.end - span.begin,
                              .n = groups,
                              .k = columns,
                              .a = step->work[0].vectors + span.begin * columns,
                              .a_row = columns,
                              .a_column = 1,
                              .b = step->turned,
                              .b_row = groups,
                              .c = step->pairs + span.begin * groups,
                              .c_row = groups};
    kernels()->gemm(&job);
    for (size_t g = span.begin; g < span.end; g++) {
        struct history history = interactions_history(step->options.sums->train, batch->users[g]);
        for (size_t i = 0; i < history.count; i++)
            owned[history.items[i]] = 1;
        owned[batch->items[g]] = 1;
        step->losses[g] += softmax_row(step, g, owned);
        owned[batch->items[g]] = 0;
        for (size_t i = 0; i < history.count; i++)
            owned[history.items[i]] = 0;
    }
    kernels()->gemm(&(struct kernel_gemm){.m = span.end - span.begin,
                                          .n = columns,
                                          .k = groups,
                                          .a = step->pairs + span.begin * groups,
                                          .a_row = groups,
                                          .a_column = 1,
                                          .b = step->work[1].vectors,
                                          .b_row = columns,
                                          .c = step->work[0].dvectors + span.begin * columns,
                                          .c_row = columns,
                                          .accumulate = 1});
    arena_reset(scratch, mark);
}

static void softmax_items(struct two_tower_step *step, struct span span) {
    size_t columns = two_tower_network_width(step->network), groups = step->batch->group_count;
    kernels()->gemm(&(struct kernel_gemm){.m = span.end - span.begin,
                                          .n = columns,
                                          .k = groups,
                                          .a = step->pairs + span.begin,
                                          .a_row = 1,
                                          .a_column = groups,
                                          .b = step->work[0].vectors,
                                          .b_row = columns,
                                          .c = step->work[1].dvectors + span.begin * columns,
                                          .c_row = columns,
                                          .accumulate = 1});
}

/* ---- (3) back through the towers ------------------------------------------------------------ */

static void side_backward(struct two_tower_step *step, struct span rows,
                          enum two_tower_which which) {
    struct two_tower_side *side = &step->network->sides[which];
    struct two_tower_work *work = &step->work[which];
    size_t width = tower_out(&side->tower), count = rows.end - rows.begin;
    normalize_backward(&(struct normalize_gradient){.rows = count,
                                                    .columns = width,
                                                    .y = work->vectors + rows.begin * width,
                                                    .lengths = work->lengths + rows.begin,
                                                    .dy = work->dvectors + rows.begin * width,
                                                    .dx = tower_output_gradient(&side->tower) +
                                                          rows.begin * width});
    tower_backward(&side->tower, work->dinputs, rows.begin, rows.end);
    if (side->logits)
        gate_backward_input(&side->gate, work->shares, work->dinputs + rows.begin * work->columns,
                            count);
}

static void backward_shard(void *context, size_t shard) {
    struct two_tower_step *step = context;
    struct span groups = groups_of(step, shard);
    if (has_softmax(step))
        softmax_items(step, groups);
    side_backward(step, rows_of(step, groups, TWO_TOWER_USER), TWO_TOWER_USER);
    side_backward(step, rows_of(step, groups, TWO_TOWER_ITEM), TWO_TOWER_ITEM);
}

/* ---- (4) weight gradients ------------------------------------------------------------------- */

static size_t side_rows(const struct two_tower_step *step, enum two_tower_which which) {
    return which == TWO_TOWER_ITEM ? batch_rows(step->batch) : step->batch->group_count;
}

/* gradient[slot] += the embedding's part of dinputs at each place. */
static void table_share(const struct two_tower_side *side, const struct two_tower_work *work,
                        size_t share) {
    const struct row_index *index = &work->index;
    struct parallel_range slots = parallel_range(index->slot_count, TABLE_SHARES, share);
    for (size_t slot = slots.begin; slot < slots.end; slot++) {
        real *gradient = side->table->gradient + slot * side->embedding;
        if (slot >= index->fresh)
            memset(gradient, 0, side->embedding * sizeof *gradient);
        for (uint32_t p = index->starts[slot]; p < index->starts[slot + 1]; p++)
            kernels()->axpy(gradient, 1,
                            work->dinputs + index->places[p] * work->columns + side->features,
                            side->embedding);
    }
}

static size_t side_tasks(const struct two_tower_side *side) {
    return tower_task_count(&side->tower) + TABLE_SHARES + 1;
}

static void side_task(struct two_tower_step *step, enum two_tower_which which, size_t task) {
    struct two_tower_side *side = &step->network->sides[which];
    struct two_tower_work *work = &step->work[which];
    size_t rows = side_rows(step, which), dense = tower_task_count(&side->tower);
    if (task < dense) {
        struct tower_batch batch = {work->gated, rows, step->accumulate};
        tower_gradient_task(&side->tower, &batch, task);
    } else if (task < dense + TABLE_SHARES) {
        if (side->table)
            table_share(side, work, task - dense);
    } else if (side->logits) {
        gate_backward_logits(&side->gate,
                             &(struct gate_gradient){.rows = rows,
                                                     .shares = work->shares,
                                                     .x = work->inputs,
                                                     .dx = work->dinputs,
                                                     .accumulate = step->accumulate},
                             side->logits->gradient);
    }
}

static void gradient_task(void *context, size_t task) {
    struct two_tower_step *step = context;
    size_t user_tasks = side_tasks(&step->network->sides[0]);
    if (task < user_tasks)
        side_task(step, TWO_TOWER_USER, task);
    else
        side_task(step, TWO_TOWER_ITEM, task - user_tasks);
}

/* ---- the whole step ------------------------------------------------------------------------- */

static double forward(struct two_tower_step *step, const struct batch *batch) {
    ASSERT(batch->group_count <= step->options.group_max &&
           batch->negative_count <= step->options.negative_count);
    step->batch = batch;
    for (size_t s = 0; s < 2; s++)
        if (step->network->sides[s].logits)
            gate_shares(&step->network->sides[s].gate, step->network->sides[s].logits->weight,
                        step->work[s].shares);
    parallel_for(shard_count(step), forward_shard, step);
    if (has_softmax(step))
        parallel_for(shard_count(step), softmax_shard, step);
    double total = 0;
    for (size_t g = 0; g < batch->group_count; g++)
        total += step->losses[g];
    return total;
}

double two_tower_step_gradient(struct two_tower_step *step, const struct batch *batch, bool first) {
    const uint32_t *ids[2] = {batch->users, batch->items};
    step->accumulate = !first;
    double total = forward(step, batch);
    for (size_t s = 0; s < 2; s++) {
        if (!step->network->sides[s].table)
            continue;
        if (first)
            row_index_clear(&step->work[s].index);
        row_index_add(&step->work[s].index, ids[s], side_rows(step, (enum two_tower_which)s));
    }
    parallel_for(shard_count(step), backward_shard, step);
    parallel_for(side_tasks(&step->network->sides[0]) + side_tasks(&step->network->sides[1]),
                 gradient_task, step);
    return total;
}

double two_tower_step_loss(struct two_tower_step *step, const struct batch *batch) {
    return forward(step, batch);
}

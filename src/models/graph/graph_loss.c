/* graph_loss.c: see graph_loss.h.
 *
 * x of a user is his vector divided by the temperature, so a score is a plain dot product and only
 * the users' gradients are scaled on their way back. */
#include "models/graph/graph_loss.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "nn/loss.h"

#define SHARD_PLACES 256
#define SHARD_ROWS 128 /* of a chunk: a product packs its right side once for so many */
#define SHARD_SLOTS 256
#define SHARD_NEGATIVES 64
#define SHARD_GRAM 32

static size_t places_of(const struct graph_loss_options *options, size_t count) {
    size_t negatives = options->negative_count;
    return 2 * count + (options->kind == GRAPH_BPR ? count * negatives : negatives);
}

size_t graph_loss_row_bytes(const struct graph_loss_options *options) {
    size_t places = options->kind == GRAPH_BPR ? 2 + options->negative_count : 2;
    return places * 2 * options->width * sizeof(real);
}

static size_t columns_of(const struct graph_loss_options *options) {
    const size_t width = options->width;
    return options->kind == GRAPH_SOFTMAX   ? width * options->negative_count
           : options->kind == GRAPH_SQUARES ? 2 * width * width
                                            : 0;
}

static size_t scores_of(const struct graph_loss_options *options) {
    const size_t batch = options->batch_max;
    if (options->kind == GRAPH_SQUARES)
        return batch * options->width;
    if (options->kind == GRAPH_BPR)
        return 2 * batch * (1 + options->negative_count);
    return (batch < GRAPH_LOSS_CHUNK ? batch : GRAPH_LOSS_CHUNK) * options->negative_count;
}

void graph_loss_init(struct graph_loss *loss, const struct graph_loss_options *options,
                     struct arena *arena) {
    bool softmax = options->kind == GRAPH_SOFTMAX;
    size_t width = options->width, negatives = options->negative_count;
    size_t places = places_of(options, options->batch_max);
    *loss = (struct graph_loss){
        .options = *options,
        .place_max = places,
        .nodes = ARENA_ARRAY_RAW(arena, uint32_t, places),
        .x = ARENA_ARRAY_RAW(arena, real, places * width),
        .dx = ARENA_ARRAY_RAW(arena, real, places * width),
        .lengths = ARENA_ARRAY_RAW(arena, real, places),
        .columns = ARENA_ARRAY_RAW(arena, real, columns_of(options)),
        .logarithms = ARENA_ARRAY_RAW(arena, real, softmax ? negatives : 0),
        .scores = ARENA_ARRAY_RAW(arena, real, scores_of(options)),
        .place_of = ARENA_ARRAY_RAW(arena, uint32_t, options->item_count),
        .losses = ARENA_ARRAY(arena, double, options->batch_max),
    };
    for (size_t item = 0; item < options->item_count; item++)
        loss->place_of[item] = ROW_INDEX_NONE;
    row_index_init(&loss->touched, (size_t)options->user_count + options->item_count, places,
                   arena);
}

/* ---- Vectors of the batch -------------------------------------------------------------------- */

static bool is_user(const struct graph_loss *loss, size_t place) {
    return place < loss->batch->count;
}

static real *row_at(real *rows, const struct graph_loss *loss, size_t place) {
    return rows + place * loss->options.width;
}

static void take_shard(void *context, size_t shard) {
    struct graph_loss *loss = context;
    const struct kernel_table *table = kernels();
    size_t width = loss->options.width, end = (shard + 1) * SHARD_PLACES;
    end = end < loss->place_count ? end : loss->place_count;
    for (size_t place = shard * SHARD_PLACES; place < end; place++) {
        real *x = row_at(loss->x, loss, place), factor = 1;
        memcpy(x, loss->vectors + loss->nodes[place] * width, width * sizeof *x);
        if (loss->options.cosine) {
            /* A vector of zeros stays one. */
            real length = (real)sqrt((double)table->dot(x, x, width)) + (real)1e-12;
            loss->lengths[place] = length;
            factor = 1 / length;
        }
        if (is_user(loss, place))
            factor /= loss->options.temperature;
        table->scale(x, factor, width);
    }
}

static void take(struct graph_loss *loss) {
    const struct graph_batch *batch = loss->batch;
    bool shared = loss->options.kind != GRAPH_BPR;
    size_t negatives = shared ? batch->negative_count : batch->count * batch->negative_count;
    uint32_t users = loss->options.user_count, *nodes = loss->nodes;
    loss->place_count = 2 * batch->count + negatives;
    ASSERT(loss->place_count <= loss->place_max);
    memcpy(nodes, batch->users, batch->count * sizeof *nodes);
    for (size_t i = 0; i < batch->count; i++)
        nodes[batch->count + i] = users + batch->items[i];
    for (size_t i = 0; i < negatives; i++)
        nodes[2 * batch->count + i] = users + batch->negatives[i];
    parallel_for((loss->place_count + SHARD_PLACES - 1) / SHARD_PLACES, take_shard, loss);
}

/* ---- Softmax with shared negatives ----------------------------------------------------------- */

/* What is too small to count becomes 0: a product with a number below the normal ones, as every
 * item that the user has leaves it, takes a hundred times as long. */
static void drop_tiny(real *gradients, size_t count) {
    for (size_t i = 0; i < count; i++)
        gradients[i] = gradients[i] < (real)1e-30 ? 0 : gradients[i];
}

/* The loss of one positive; the scores become their gradients. */
static double softmax_row(struct graph_loss *loss, size_t row, real *scores) {
    const struct kernel_table *table = kernels();
    const struct graph_batch *batch = loss->batch;
    size_t width = loss->options.width, count = batch->negative_count;
    uint32_t user = batch->users[row];
    uint64_t begin = batch->offsets[user], end = batch->offsets[user + 1];
    double others = loss->weight;
    for (uint64_t i = begin; i < end; i++) {
        uint32_t place = loss->place_of[batch->histories[i]];
        if (place != ROW_INDEX_NONE) {
            scores[place] = (real)-INFINITY;
            others -= batch->weights ? (double)batch->weights[place] : 1;
        }
    }
    /* A remainder of rounding is nobody. */
    const real stands_for =
        others > 1e-3 ? (real)((double)(loss->options.item_count - (end - begin)) / others) : 0;
    if (batch->weights)
        table->axpy(scores, 1, loss->logarithms, count);
    const real *x = row_at(loss->x, loss, row), *item = row_at(loss->x, loss, batch->count + row);
    real positive = table->dot(x, item, width), largest = table->maximum(scores, count);
    largest = largest > positive ? largest : positive;
    real sum = stands_for * table->exponentials(scores, scores, largest, count);
    real own = (real)exp((double)(positive - largest)), factor = batch->scale / (sum + own);
    table->scale(scores, factor * stands_for, count);
    drop_tiny(scores, count);
    real error = own * factor - batch->scale;
    real *user_d = row_at(loss->dx, loss, row),
         *item_d = row_at(loss->dx, loss, batch->count + row);
    memset(item_d, 0, width * sizeof *item_d);
    table->axpy(item_d, error, x, width);
    memset(user_d, 0, width * sizeof *user_d);
    table->axpy(user_d, error, item, width);
    return log((double)sum + (double)own) - (double)(positive - largest);
}

static void score_shard(void *context, size_t shard) {
    struct graph_loss *loss = context;
    const struct graph_batch *batch = loss->batch;
    size_t width = loss->options.width, negatives = batch->negative_count;
    size_t begin = shard * SHARD_ROWS, count = loss->chunk_count - begin;
    count = count < SHARD_ROWS ? count : SHARD_ROWS;
    real *scores = loss->scores + begin * negatives;
    size_t first = loss->chunk + begin;
    struct kernel_gemm product = {.m = count,
                                  .n = negatives,
                                  .k = width,
                                  .a = row_at(loss->x, loss, first),
                                  .a_row = width,
                                  .a_column = 1,
                                  .b = loss->columns,
                                  .b_row = negatives,
                                  .c = scores,
                                  .c_row = negatives};
    kernels()->gemm(&product);
    for (size_t i = 0; i < count; i++)
        loss->losses[first + i] = softmax_row(loss, first + i, scores + i * negatives);
    kernels()->gemm(&(struct kernel_gemm){.m = count,
                                          .n = width,
                                          .k = negatives,
                                          .a = scores,
                                          .a_row = negatives,
                                          .a_column = 1,
                                          .b = row_at(loss->x, loss, 2 * batch->count),
                                          .b_row = width,
                                          .c = row_at(loss->dx, loss, first),
                                          .c_row = width,
                                          .accumulate = 1});
}

/* The shared negatives' gradients: a sum over the chunk's rows for each. */
static void negative_shard(void *context, size_t shard) {
    struct graph_loss *loss = context;
    size_t width = loss->options.width, negatives = loss->batch->negative_count;
    size_t begin = shard * SHARD_NEGATIVES, count = negatives - begin;
    count = count < SHARD_NEGATIVES ? count : SHARD_NEGATIVES;
    kernels()->gemm(&(struct kernel_gemm){
        .m = count,
        .n = width,
        .k = loss->chunk_count,
        .a = loss->scores + begin,
        .a_row = 1,
        .a_column = negatives,
        .b = row_at(loss->x, loss, loss->chunk),
        .b_row = width,
        .c = row_at(loss->dx, loss, 2 * loss->batch->count + begin),
        .c_row = width,
        .accumulate = loss->chunk > 0,
    });
}

static void softmax(struct graph_loss *loss) {
    const struct graph_batch *batch = loss->batch;
    size_t width = loss->options.width, negatives = batch->negative_count;
    loss->weight = 0;
    for (size_t j = 0; j < negatives; j++) {
        const real *x = row_at(loss->x, loss, 2 * batch->count + j);
        const double weight = batch->weights ? (double)batch->weights[j] : 1;
        loss->weight += weight;
        loss->logarithms[j] = (real)log(weight);
        ASSERT(loss->place_of[batch->negatives[j]] == ROW_INDEX_NONE);
        loss->place_of[batch->negatives[j]] = (uint32_t)j;
        for (size_t k = 0; k < width; k++)
            loss->columns[k * negatives + j] = x[k];
    }
    for (loss->chunk = 0; loss->chunk < batch->count; loss->chunk += GRAPH_LOSS_CHUNK) {
        size_t left = batch->count - loss->chunk;
        loss->chunk_count = left < GRAPH_LOSS_CHUNK ? left : GRAPH_LOSS_CHUNK;
        parallel_for((loss->chunk_count + SHARD_ROWS - 1) / SHARD_ROWS, score_shard, loss);
        parallel_for((negatives + SHARD_NEGATIVES - 1) / SHARD_NEGATIVES, negative_shard, loss);
    }
    for (size_t j = 0; j < negatives; j++)
        loss->place_of[batch->negatives[j]] = ROW_INDEX_NONE;
}

/* ---- Squares over all pairs ------------------------------------------------------------------ */

/* A positive's part of what its user's sum over all items weighs. */
static real share_of_row(const struct graph_loss *loss, size_t row) {
    const uint64_t *offsets = loss->batch->offsets + loss->batch->users[row];
    return loss->options.unobserved / (real)(offsets[1] - offsets[0]);
}

/* out = a^T times x of `count` places from `first` on. */
struct gram {
    struct graph_loss *loss;
    const real *a; /* [count][width] */
    size_t first, count;
    real *out; /* [width][width] */
};

static void gram_shard(void *context, size_t shard) {
    const struct gram *gram = context;
    size_t width = gram->loss->options.width, begin = shard * SHARD_GRAM, rows = width - begin;
    kernels()->gemm(&(struct kernel_gemm){.m = rows < SHARD_GRAM ? rows : SHARD_GRAM,
                                          .n = width,
                                          .k = gram->count,
                                          .a = gram->a + begin,
                                          .a_row = 1,
                                          .a_column = width,
                                          .b = row_at(gram->loss->x, gram->loss, gram->first),
                                          .b_row = width,
                                          .c = gram->out + begin * width,
                                          .c_row = width});
}

static void gram_run(struct graph_loss *loss, const real *a, size_t first, size_t count,
                     real *out) {
    struct gram gram = {loss, a, first, count, out};
    parallel_for((loss->options.width + SHARD_GRAM - 1) / SHARD_GRAM, gram_shard, &gram);
}

/* dx = x times a Gram matrix, of `count` places from `first` on. */
static void through_gram(struct graph_loss *loss, size_t first, size_t count, const real *gram) {
    size_t width = loss->options.width;
    kernels()->gemm(&(struct kernel_gemm){.m = count,
                                          .n = width,
                                          .k = width,
                                          .a = row_at(loss->x, loss, first),
                                          .a_row = width,
                                          .a_column = 1,
                                          .b = gram,
                                          .b_row = width,
                                          .c = row_at(loss->dx, loss, first),
                                          .c_row = width});
}

static void square_shard(void *context, size_t shard) {
    struct graph_loss *loss = context;
    const struct kernel_table *table = kernels();
    const struct graph_batch *batch = loss->batch;
    size_t width = loss->options.width, begin = shard * SHARD_ROWS;
    size_t count = batch->count - begin < SHARD_ROWS ? batch->count - begin : SHARD_ROWS;
    through_gram(loss, begin, count, loss->columns);
    for (size_t row = begin; row < begin + count; row++) {
        const real *x = row_at(loss->x, loss, row);
        const real *item = row_at(loss->x, loss, batch->count + row);
        real *user_d = row_at(loss->dx, loss, row);
        real *item_d = row_at(loss->dx, loss, batch->count + row);
        const real share = share_of_row(loss, row), error = table->dot(x, item, width) - 1;
        loss->losses[row] = (double)(error * error + share * table->dot(x, user_d, width)) / 2;
        table->scale(user_d, share * batch->scale, width);
        table->axpy(user_d, error * batch->scale, item, width);
        memset(item_d, 0, width * sizeof *item_d);
        table->axpy(item_d, error * batch->scale, x, width);
        real *weighted = loss->scores + row * width;
        memset(weighted, 0, width * sizeof *weighted);
        table->axpy(weighted, share * batch->scale, x, width);
    }
}

static void square_item_shard(void *context, size_t shard) {
    struct graph_loss *loss = context;
    size_t width = loss->options.width, begin = shard * SHARD_ROWS;
    size_t count = loss->batch->negative_count - begin;
    through_gram(loss, 2 * loss->batch->count + begin, count < SHARD_ROWS ? count : SHARD_ROWS,
                 loss->columns + width * width);
}

static void squares(struct graph_loss *loss) {
    const struct graph_batch *batch = loss->batch;
    size_t width = loss->options.width, items = batch->negative_count, first = 2 * batch->count;
    gram_run(loss, row_at(loss->x, loss, first), first, items, loss->columns);
    parallel_for((batch->count + SHARD_ROWS - 1) / SHARD_ROWS, square_shard, loss);
    gram_run(loss, loss->scores, 0, batch->count, loss->columns + width * width);
    parallel_for((items + SHARD_ROWS - 1) / SHARD_ROWS, square_item_shard, loss);
}

/* ---- Pairs ----------------------------------------------------------------------------------- */

static void bpr_shard(void *context, size_t shard) {
    struct graph_loss *loss = context;
    const struct kernel_table *table = kernels();
    const struct graph_batch *batch = loss->batch;
    size_t width = loss->options.width, n = batch->negative_count;
    size_t end = (shard + 1) * SHARD_ROWS < batch->count ? (shard + 1) * SHARD_ROWS : batch->count;
    for (size_t g = shard * SHARD_ROWS; g < end; g++) {
        const real *x = row_at(loss->x, loss, g), *item = row_at(loss->x, loss, batch->count + g);
        size_t first = 2 * batch->count + g * n;
        real *scores = loss->scores + g * (1 + n), *user_d = row_at(loss->dx, loss, g);
        scores[0] = table->dot(x, item, width);
        for (size_t j = 0; j < n; j++)
            scores[1 + j] = table->dot(x, row_at(loss->x, loss, first + j), width);
        real *errors = loss->scores + (batch->count + g) * (1 + n);
        struct loss_groups group = {
            .scores = scores, .group_count = 1, .negative_count = n, .scale = batch->scale};
        loss->losses[g] = loss_bpr(&group, errors);
        memset(user_d, 0, width * sizeof *user_d);
        for (size_t j = 0; j <= n; j++) {
            size_t place = j == 0 ? batch->count + g : first + j - 1;
            real *item_d = row_at(loss->dx, loss, place);
            memset(item_d, 0, width * sizeof *item_d);
            table->axpy(item_d, errors[j], x, width);
            table->axpy(user_d, errors[j], row_at(loss->x, loss, place), width);
        }
    }
}

/* ---- Back to the nodes ----------------------------------------------------------------------- */

/* The gradient of a place's vector before scaling, added to its node's. */
static void add_place(const struct graph_loss *loss, size_t place, real *sum) {
    const struct kernel_table *table = kernels();
    size_t width = loss->options.width;
    const real *dx = row_at(loss->dx, loss, place), *x = row_at(loss->x, loss, place);
    real factor = is_user(loss, place) ? 1 / loss->options.temperature : 1;
    if (loss->options.cosine) {
        /* x is the unit vector times `factor`; what points along it does not change its length. */
        factor /= loss->lengths[place];
        real unit = is_user(loss, place) ? loss->options.temperature : 1;
        table->axpy(sum, -table->dot(dx, x, width) * unit * unit * factor, x, width);
    }
    table->axpy(sum, factor, dx, width);
}

static void sum_shard(void *context, size_t shard) {
    struct graph_loss *loss = context;
    const struct row_index *touched = &loss->touched;
    size_t width = loss->options.width, end = (shard + 1) * SHARD_SLOTS;
    end = end < touched->slot_count ? end : touched->slot_count;
    for (size_t slot = shard * SHARD_SLOTS; slot < end; slot++) {
        real *sum = loss->gradient + touched->rows[slot] * width;
        memset(sum, 0, width * sizeof *sum);
        for (uint32_t i = touched->starts[slot]; i < touched->starts[slot + 1]; i++)
            add_place(loss, touched->places[i], sum);
    }
}

/* Rows of the last call are zeros again. */
static void clear_shard(void *context, size_t shard) {
    struct graph_loss *loss = context;
    const struct row_index *touched = &loss->touched;
    size_t width = loss->options.width, end = (shard + 1) * SHARD_SLOTS;
    end = end < touched->slot_count ? end : touched->slot_count;
    for (size_t slot = shard * SHARD_SLOTS; slot < end; slot++)
        memset(loss->gradient + touched->rows[slot] * width, 0, width * sizeof *loss->gradient);
}

static size_t slot_shards(const struct graph_loss *loss) {
    return (loss->touched.slot_count + SHARD_SLOTS - 1) / SHARD_SLOTS;
}

double graph_loss_run(struct graph_loss *loss, const struct graph_batch *batch, const real *vectors,
                      real *gradient) {
    ASSERT(batch->count <= loss->options.batch_max);
    loss->batch = batch;
    loss->vectors = vectors;
    loss->gradient = gradient;
    take(loss);
    if (loss->options.kind == GRAPH_SOFTMAX)
        softmax(loss);
    else if (loss->options.kind == GRAPH_SQUARES)
        squares(loss);
    else
        parallel_for((batch->count + SHARD_ROWS - 1) / SHARD_ROWS, bpr_shard, loss);
    if (gradient) {
        parallel_for(slot_shards(loss), clear_shard, loss);
        row_index_clear(&loss->touched);
        row_index_add(&loss->touched, loss->nodes, loss->place_count);
        parallel_for(slot_shards(loss), sum_shard, loss);
    }
    double total = 0;
    for (size_t i = 0; i < batch->count; i++)
        total += loss->losses[i];
    return total;
}

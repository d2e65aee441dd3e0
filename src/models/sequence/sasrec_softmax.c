/* sasrec_softmax.c: see sasrec_softmax.h. */
#include "models/sequence/sasrec_softmax.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "kernels/kernels.h"
#include "nn/embedding.h"
#include "nn/linear.h"

#define SHARD_ROWS 252
#define SHARD_COLUMNS 126
#define BLOCK_SHARDS 4 /* drawn items change from block to block */
#define BLOCK_BYTES ((size_t)16 << 20)

void sasrec_softmax_init(struct sasrec_softmax *softmax, struct parameter *item, size_t drawn,
                         struct arena *arena) {
    const size_t columns = drawn == 0 ? item->rows : drawn < item->rows ? drawn : item->rows;
    size_t shards = BLOCK_BYTES / (columns * SHARD_ROWS * sizeof(real));
    shards = shards < 1 ? 1 : shards > BLOCK_SHARDS ? BLOCK_SHARDS : shards;
    *softmax = (struct sasrec_softmax){
        .item = item,
        .drawn = drawn ? columns : 0,
        .block = shards * SHARD_ROWS,
        .columns = columns,
        .scores = ARENA_ARRAY_RAW(arena, real, shards * SHARD_ROWS * columns),
        .losses = ARENA_ARRAY(arena, double, shards),
    };
    if (drawn == 0)
        return;
    row_index_init(&softmax->index, item->rows, softmax->block, arena);
    softmax->items = ARENA_ARRAY_RAW(arena, uint32_t, columns);
    softmax->order = ARENA_ARRAY_RAW(arena, uint32_t, item->rows);
    softmax->column = ARENA_ARRAY_RAW(arena, uint32_t, item->rows);
    softmax->table = ARENA_ARRAY_RAW(arena, real, columns * item->columns);
    softmax->transposed = ARENA_ARRAY_RAW(arena, real, columns * item->columns);
    softmax->own = ARENA_ARRAY_RAW(arena, real, softmax->block);
    softmax->room = ARENA_ARRAY_RAW(arena, uint32_t, softmax->block);
    softmax->weight_room = ARENA_ARRAY_RAW(arena, real, softmax->block);
    for (size_t i = 0; i < item->rows; i++) {
        softmax->order[i] = (uint32_t)i;
        softmax->column[i] = ROW_INDEX_NONE;
    }
}

/* ---- columns -------------------------------------------------------------------------------- */

/* Draws without replacement: the first steps of a shuffle, undone afterwards, so that a block's
 * items depend on its own stream alone. */
static void draw(struct sasrec_softmax *softmax, struct rng *rng) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const uint32_t count = (uint32_t)softmax->item->rows, drawn = (uint32_t)softmax->drawn;
    uint32_t *order = softmax->order, *with = ARENA_ARRAY_RAW(scratch, uint32_t, drawn);
    for (uint32_t i = 0; i < drawn; i++) {
        with[i] = i + rng_below(rng, count - i);
        const uint32_t item = order[with[i]];
        order[with[i]] = order[i];
        order[i] = softmax->items[i] = item;
        softmax->column[item] = i;
    }
    for (uint32_t i = drawn; i-- > 0;) {
        const uint32_t item = order[i];
        order[i] = order[with[i]];
        order[with[i]] = item;
    }
    arena_reset(scratch, mark);
}

static void gather(void *context, size_t shard) {
    const struct sasrec_softmax *softmax = context;
    const size_t dim = softmax->item->columns, begin = shard * SHARD_COLUMNS;
    for (size_t c = begin; c < softmax->drawn && c < begin + SHARD_COLUMNS; c++) {
        real *row = softmax->table + c * dim;
        memcpy(row, softmax->item->weight + softmax->items[c] * dim, dim * sizeof *row);
        for (size_t k = 0; k < dim; k++)
            softmax->transposed[k * softmax->columns + c] = row[k];
    }
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Rows begin ... begin + count of a chunk: what is in `scores` at present. */
struct block {
    struct sasrec_softmax *softmax;
    const struct sasrec_rows *rows;
    size_t begin, count;
};

/* One row's scores become scale * (shares less the target); returns the loss. */
static double whole_row(const struct block *block, real *scores, uint32_t target) {
    const size_t columns = block->softmax->columns;
    const real highest = kernels()->maximum(scores, columns), own = scores[target];
    const real sum = kernels()->exponentials(scores, scores, highest, columns);
    kernels()->scale(scores, block->rows->scale / sum, columns);
    scores[target] -= block->rows->scale;
    return log((double)sum) + (double)highest - (double)own;
}

/* The same among drawn columns; the target's own gradient goes to *out. */
static double drawn_row(const struct block *block, real *scores, real own, uint32_t target,
                        real *out) {
    const struct sasrec_softmax *softmax = block->softmax;
    const size_t columns = softmax->columns;
    const uint32_t same = softmax->column[target];
    size_t others = columns;
    if (same != ROW_INDEX_NONE) {
        scores[same] = (real)-INFINITY;
        others--;
    }
    const real most = kernels()->maximum(scores, columns), highest = most > own ? most : own;
    const double stands_for = others > 0 ? (double)(softmax->item->rows - 1) / (double)others : 0;
    const double sum =
                     stands_for * (double)kernels()->exponentials(scores, scores, highest, columns),
                 mine = exp((double)own - (double)highest), total = sum + mine;
    kernels()->scale(scores, block->rows->scale * (real)(stands_for / total), columns);
    if (same != ROW_INDEX_NONE)
        scores[same] = 0;
    *out = block->rows->scale * (real)(mine / total - 1);
    return log(total) + (double)highest - (double)own;
}

static void rows_of_block(void *context, size_t shard) {
    const struct block *block = context;
    struct sasrec_softmax *softmax = block->softmax;
    const struct sasrec_rows *rows = block->rows;
    const size_t dim = softmax->item->columns, columns = softmax->columns;
    const size_t begin = shard * SHARD_ROWS, left = block->count - begin;
    const size_t count = left < SHARD_ROWS ? left : SHARD_ROWS, at = block->begin + begin;
    real *scores = softmax->scores + begin * columns;
    kernels()->gemm(
        &(struct kernel_gemm){.m = count,
                              .n = columns,
                              .k = dim,
                              .a = rows->h + at * dim,
                              .a_row = dim,
                              .a_column = 1,
                              .b = softmax->drawn ? softmax->transposed : softmax->item->transposed,
                              .b_row = columns,
                              .c = scores,
                              .c_row = columns});
    double loss = 0;
    for (size_t r = 0; r < count; r++) {
        const uint32_t target = rows->targets[at + r];
        const real *item = softmax->item->weight + target * dim;
        if (softmax->drawn)
            loss += drawn_row(block, scores + r * columns,
                              kernels()->dot(rows->h + (at + r) * dim, item, dim), target,
                              &softmax->own[begin + r]);
        else
            loss += whole_row(block, scores + r * columns, target);
    }
    softmax->losses[shard] = loss;
    if (!rows->dh)
        return;
    kernels()->gemm(
        &(struct kernel_gemm){.m = count,
                              .n = dim,
                              .k = columns,
                              .a = scores,
                              .a_row = columns,
                              .a_column = 1,
                              .b = softmax->drawn ? softmax->table : softmax->item->weight,
                              .b_row = dim,
                              .c = rows->dh + at * dim,
                              .c_row = dim});
    for (size_t r = 0; r < count && softmax->drawn; r++)
        kernels()->axpy(rows->dh + (at + r) * dim, softmax->own[begin + r],
                        softmax->item->weight + rows->targets[at + r] * dim, dim);
}

/* ---- items ---------------------------------------------------------------------------------- */

static void columns_of_block(void *context, size_t shard) {
    const struct block *block = context;
    const struct sasrec_softmax *softmax = block->softmax;
    const size_t dim = softmax->item->columns, begin = shard * SHARD_COLUMNS;
    const size_t left = softmax->columns - begin,
                 count = left < SHARD_COLUMNS ? left : SHARD_COLUMNS;
    /* What was gathered is read no more: its gradient may take its place. */
    real *gradient = (softmax->drawn ? softmax->table : softmax->item->gradient) + begin * dim;
    kernels()->gemm(&(struct kernel_gemm){.m = count,
                                          .n = dim,
                                          .k = block->count,
                                          .a = softmax->scores + begin,
                                          .a_row = 1,
                                          .a_column = softmax->columns,
                                          .b = block->rows->h + block->begin * dim,
                                          .b_row = dim,
                                          .c = gradient,
                                          .c_row = dim,
                                          .accumulate = softmax->drawn == 0});
    for (size_t c = 0; c < count && softmax->drawn; c++)
        kernels()->axpy(softmax->item->gradient + softmax->items[begin + c] * dim, 1,
                        gradient + c * dim, dim);
}

static void add_targets(const struct block *block) {
    struct sasrec_softmax *softmax = block->softmax;
    row_index_clear(&softmax->index);
    row_index_add(&softmax->index, block->rows->targets + block->begin, block->count);
    embedding_backward(&(struct embedding_gradient){
        .table = softmax->item,
        .index = &softmax->index,
        .from = block->rows->h + block->begin * softmax->item->columns,
        .weights = softmax->own,
        .width = 1,
        .room = softmax->room,
        .weight_room = softmax->weight_room,
    });
}

static double run_block(struct block *block) {
    struct sasrec_softmax *softmax = block->softmax;
    const size_t column_shards = (softmax->columns + SHARD_COLUMNS - 1) / SHARD_COLUMNS;
    const size_t row_shards = (block->count + SHARD_ROWS - 1) / SHARD_ROWS;
    if (softmax->drawn) {
        struct rng rng;
        rng_init(&rng, block->rows->seed, block->rows->stream + block->begin);
        draw(softmax, &rng);
        parallel_for(column_shards, gather, softmax);
    }
    parallel_for(row_shards, rows_of_block, block);
    if (block->rows->dh)
        parallel_for(column_shards, columns_of_block, block);
    if (block->rows->dh && softmax->drawn)
        add_targets(block);
    for (size_t c = 0; c < softmax->drawn; c++)
        softmax->column[softmax->items[c]] = ROW_INDEX_NONE;
    double loss = 0;
    for (size_t shard = 0; shard < row_shards; shard++)
        loss += softmax->losses[shard];
    return loss;
}

double sasrec_softmax_run(struct sasrec_softmax *softmax, const struct sasrec_rows *rows) {
    double loss = 0;
    for (size_t begin = 0; begin < rows->count; begin += softmax->block) {
        const size_t left = rows->count - begin;
        struct block block = {softmax, rows, begin, left < softmax->block ? left : softmax->block};
        loss += run_block(&block);
    }
    return loss;
}

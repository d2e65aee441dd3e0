/* sasrec_forward.c: see sasrec_forward.h. */
#include "models/sequence/sasrec_forward.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "nn/causal_attention.h"
#include "nn/dropout.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

void sasrec_forward_init(struct sasrec_work *work, const struct sasrec_shape *shape, size_t rows,
                         struct arena *arena) {
    const size_t wide = rows * shape->dim;
    *work = (struct sasrec_work){
        .x = ARENA_ARRAY_RAW(arena, real, wide),
        .normal1 = ARENA_ARRAY_RAW(arena, real, wide),
        .moments1 = ARENA_ARRAY_RAW(arena, real, 2 * rows),
        .attend = ARENA_ARRAY_RAW(arena, real, 3 * wide),
        .shares = ARENA_ARRAY_RAW(arena, real, rows * shape->heads * shape->max_length),
        .mixed = ARENA_ARRAY_RAW(arena, real, wide),
        .middle = ARENA_ARRAY_RAW(arena, real, wide),
        .normal2 = ARENA_ARRAY_RAW(arena, real, wide),
        .moments2 = ARENA_ARRAY_RAW(arena, real, 2 * rows),
        .hidden = ARENA_ARRAY_RAW(arena, real, rows * shape->hidden),
    };
}

/* ---- forward -------------------------------------------------------------------------------- */

static size_t first_row(const struct sasrec_shard *shard) { return shard->offsets[shard->first]; }

static size_t row_count(const struct sasrec_shard *shard) {
    return shard->offsets[shard->end] - shard->offsets[shard->first];
}

void sasrec_forward_mask(const struct sasrec_shard *shard, size_t block, enum sasrec_mask mask,
                         real *x, size_t columns) {
    if (shard->dropout <= 0)
        return;
    struct rng rng;
    rng_init(&rng, shard->seed, shard->stream << 8 | block << 4 | (uint64_t)mask);
    dropout_forward(x, row_count(shard) * columns, shard->dropout, &rng);
}

void sasrec_forward_embed(const struct sasrec_shard *shard, const uint32_t *items, real *x) {
    const struct sasrec_network *network = shard->network;
    const size_t dim = network->shape.dim;
    const real scale = (real)sqrt((double)dim);
    for (size_t s = shard->first; s < shard->end; s++)
        for (size_t row = shard->offsets[s]; row < shard->offsets[s + 1]; row++) {
            const real *item = network->item->weight + items[row] * dim;
            const real *position = network->position->weight + (row - shard->offsets[s]) * dim;
            for (size_t i = 0; i < dim; i++)
                x[row * dim + i] = scale * item[i] + position[i];
        }
    sasrec_forward_mask(shard, 0, SASREC_MASK_INPUT, x + first_row(shard) * dim, dim);
}

/* From mixed to y: the rest of a block after attention, for `rows` rows from `at` on. */
static void block_rest(const struct sasrec_shard *shard, size_t index,
                       const struct sasrec_work *work, size_t rows, real *y) {
    const size_t dim = shard->network->shape.dim, hidden = shard->network->shape.hidden;
    const struct sasrec_block *block = &shard->network->blocks[index];
    linear_forward(&(struct linear_job){.rows = rows,
                                        .in = dim,
                                        .out = dim,
                                        .x = {work->mixed, dim},
                                        .y = {work->middle, dim},
                                        .weight = block->merge->weight});
    sasrec_forward_mask(shard, index, SASREC_MASK_ATTENTION, work->middle, dim);
    kernels()->axpy(work->middle, 1, work->x, rows * dim);
    layer_norm_forward(&(struct layer_norm){rows, dim, work->middle, block->norm2->weight,
                                            block->norm2_bias->weight, work->moments2},
                       work->normal2);
    linear_forward(&(struct linear_job){.rows = rows,
                                        .in = dim,
                                        .out = hidden,
                                        .x = {work->normal2, dim},
                                        .y = {work->hidden, hidden},
                                        .weight = block->expand->weight,
                                        .bias = block->expand_bias->weight,
                                        .activation = KERNEL_RELU});
    sasrec_forward_mask(shard, index, SASREC_MASK_HIDDEN, work->hidden, hidden);
    linear_forward(&(struct linear_job){.rows = rows,
                                        .in = hidden,
                                        .out = dim,
                                        .x = {work->hidden, hidden},
                                        .y = {y, dim},
                                        .weight = block->contract->weight,
                                        .bias = block->contract_bias->weight});
    sasrec_forward_mask(shard, index, SASREC_MASK_OUTPUT, y, dim);
    kernels()->axpy(y, 1, work->middle, rows * dim);
}

/* The part of a chunk's work that begins with this row. */
static struct sasrec_work work_at(const struct sasrec_shape *shape, const struct sasrec_work *work,
                                  size_t row) {
    const size_t at = row * shape->dim;
    return (struct sasrec_work){work->x + at,
                                work->normal1 + at,
                                work->moments1 + 2 * row,
                                work->attend + 3 * at,
                                work->shares + row * shape->heads * shape->max_length,
                                work->mixed + at,
                                work->middle + at,
                                work->normal2 + at,
                                work->moments2 + 2 * row,
                                work->hidden + row * shape->hidden};
}

/* norm1 and the columns begin ... end of `attend`. */
static void project(const struct sasrec_shard *shard, size_t index, const struct sasrec_work *work,
                    size_t begin) {
    const size_t dim = shard->network->shape.dim, rows = row_count(shard);
    const struct sasrec_block *block = &shard->network->blocks[index];
    layer_norm_forward(&(struct layer_norm){rows, dim, work->x, block->norm1->weight,
                                            block->norm1_bias->weight, work->moments1},
                       work->normal1);
    linear_forward(&(struct linear_job){.rows = rows,
                                        .in = dim,
                                        .out = 3 * dim - begin,
                                        .x = {work->normal1, dim},
                                        .y = {work->attend + begin, 3 * dim},
                                        .weight = block->attend->weight + begin,
                                        .weight_stride = 3 * dim});
}

void sasrec_forward_block(const struct sasrec_shard *shard, size_t block,
                          const struct sasrec_work *work, real *y) {
    const struct sasrec_shape *shape = &shard->network->shape;
    const size_t base = first_row(shard), dim = shape->dim;
    const struct sasrec_work own = work_at(shape, work, base);
    project(shard, block, &own, 0);
    for (size_t s = shard->first; s < shard->end; s++) {
        const size_t row = shard->offsets[s];
        const struct sasrec_work at = work_at(shape, work, row);
        const struct causal_attention job = {.length = shard->offsets[s + 1] - row,
                                             .width = dim,
                                             .heads = shape->heads,
                                             .query = at.attend,
                                             .key = at.attend + dim,
                                             .value = at.attend + 2 * dim,
                                             .stride = 3 * dim,
                                             .shares = at.shares};
        causal_attention_forward(&job, at.mixed);
    }
    block_rest(shard, block, &own, row_count(shard), y + base * dim);
}

void sasrec_forward_last(const struct sasrec_shard *shard, size_t index,
                         const struct sasrec_work *work, real *y) {
    const struct sasrec_shape *shape = &shard->network->shape;
    const size_t dim = shape->dim, count = shard->end - shard->first;
    const struct sasrec_block *block = &shard->network->blocks[index];
    const struct sasrec_work own = work_at(shape, work, first_row(shard));
    ASSERT(shard->dropout <= 0);
    project(shard, index, &own, dim); /* keys and values of all rows, queries of the last ones */
    for (size_t s = 0; s < count; s++) {
        const size_t begin = shard->offsets[shard->first + s];
        const size_t last = shard->offsets[shard->first + s + 1] - 1;
        const struct sasrec_work at = work_at(shape, work, begin);
        real *query = work->attend + last * 3 * dim;
        linear_forward(&(struct linear_job){.rows = 1,
                                            .in = dim,
                                            .out = dim,
                                            .x = {work->normal1 + last * dim, dim},
                                            .y = {query, 3 * dim},
                                            .weight = block->attend->weight,
                                            .weight_stride = 3 * dim});
        const struct causal_attention job = {.length = last + 1 - begin,
                                             .first = last - begin,
                                             .width = dim,
                                             .heads = shape->heads,
                                             .query = query,
                                             .key = at.attend + dim,
                                             .value = at.attend + 2 * dim,
                                             .stride = 3 * dim,
                                             .shares = at.shares};
        causal_attention_forward(&job, own.mixed + s * dim);
        /* Rows of earlier sequences are no longer needed: x is closed up to one row each. */
        memmove(own.x + s * dim, work->x + last * dim, dim * sizeof *y);
    }
    block_rest(shard, index, &own, count, y);
}

void sasrec_forward_finish(const struct sasrec_network *network, const real *x, size_t rows,
                           real *moments, real *h) {
    layer_norm_forward(&(struct layer_norm){rows, network->shape.dim, x, network->norm->weight,
                                            network->norm_bias->weight, moments},
                       h);
}

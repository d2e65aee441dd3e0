/* sasrec_backward.c: see sasrec_backward.h. */
#include "models/sequence/sasrec_backward.h"

#include <stdbool.h>
#include <string.h>

#include "nn/causal_attention.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

#define UNIT_ROWS 42 /* of a weight matrix */

void sasrec_backward_init(struct sasrec_gradient *gradient, const struct sasrec_shape *shape,
                          size_t rows, struct arena *arena) {
    const size_t wide = rows * shape->dim;
    *gradient = (struct sasrec_gradient){
        .output = ARENA_ARRAY_RAW(arena, real, wide),
        .hidden = ARENA_ARRAY_RAW(arena, real, rows * shape->hidden),
        .normal2 = ARENA_ARRAY_RAW(arena, real, wide),
        .merged = ARENA_ARRAY_RAW(arena, real, wide),
        .mixed = ARENA_ARRAY_RAW(arena, real, wide),
        .attend = ARENA_ARRAY_RAW(arena, real, 3 * wide),
        .normal1 = ARENA_ARRAY_RAW(arena, real, wide),
    };
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* dx[rows][in] = dy[rows][out] W^T */
static void through(const struct parameter *weight, size_t rows, real *dy, real *dx) {
    linear_backward_input(&(struct linear_job){.rows = rows,
                                               .in = weight->columns,
                                               .out = weight->rows,
                                               .x = {dy, weight->columns},
                                               .y = {dx, weight->rows},
                                               .weight = weight->transposed});
}

static void feed_forward_backward(const struct sasrec_shard *shard, size_t index,
                                  const struct sasrec_work *work,
                                  const struct sasrec_gradient *gradient, real *d) {
    const struct sasrec_shape *shape = &shard->network->shape;
    const struct sasrec_block *block = &shard->network->blocks[index];
    const size_t base = shard->offsets[shard->first], rows = shard->offsets[shard->end] - base;
    const size_t at = base * shape->dim;
    real *output = gradient->output + at, *hidden = gradient->hidden + base * shape->hidden,
         *normal2 = gradient->normal2 + at;
    memcpy(output, d + at, rows * shape->dim * sizeof *d);
    sasrec_forward_mask(shard, index, SASREC_MASK_OUTPUT, output, shape->dim);
    through(block->contract, rows, output, hidden);
    linear_backward_relu(hidden, work->hidden + base * shape->hidden, rows * shape->hidden,
                         (real)(1 / (1 - shard->dropout)));
    through(block->expand, rows, hidden, normal2);
    layer_norm_backward(&(struct layer_norm){rows, shape->dim, work->middle + at,
                                             block->norm2->weight, block->norm2_bias->weight,
                                             work->moments2 + 2 * base},
                        normal2, d + at);
}

static void attention_backward_rows(const struct sasrec_shard *shard,
                                    const struct sasrec_work *work,
                                    const struct sasrec_gradient *gradient) {
    const struct sasrec_shape *shape = &shard->network->shape;
    const size_t dim = shape->dim;
    for (size_t s = shard->first; s < shard->end; s++) {
        const size_t row = shard->offsets[s];
        real *attend = work->attend + 3 * row * dim, *d = gradient->attend + 3 * row * dim;
        const struct causal_attention job = {
            .length = shard->offsets[s + 1] - row,
            .width = dim,
            .heads = shape->heads,
            .query = attend,
            .key = attend + dim,
            .value = attend + 2 * dim,
            .stride = 3 * dim,
            .shares = work->shares + row * shape->heads * shape->max_length,
        };
        causal_attention_backward(
            &job, &(struct causal_attention_gradient){.y = work->mixed + row * dim,
                                                      .dy = gradient->mixed + row * dim,
                                                      .dquery = d,
                                                      .dkey = d + dim,
                                                      .dvalue = d + 2 * dim,
                                                      .stride = 3 * dim});
    }
}

void sasrec_backward_block(const struct sasrec_shard *shard, size_t index,
                           const struct sasrec_work *work, const struct sasrec_gradient *gradient,
                           real *d) {
    const size_t dim = shard->network->shape.dim;
    const struct sasrec_block *block = &shard->network->blocks[index];
    const size_t base = shard->offsets[shard->first], rows = shard->offsets[shard->end] - base;
    const size_t at = base * dim;
    feed_forward_backward(shard, index, work, gradient, d);
    memcpy(gradient->merged + at, d + at, rows * dim * sizeof *d);
    sasrec_forward_mask(shard, index, SASREC_MASK_ATTENTION, gradient->merged + at, dim);
    through(block->merge, rows, gradient->merged + at, gradient->mixed + at);
    attention_backward_rows(shard, work, gradient);
    through(block->attend, rows, gradient->attend + 3 * at, gradient->normal1 + at);
    layer_norm_backward(&(struct layer_norm){rows, dim, work->x + at, block->norm1->weight,
                                             block->norm1_bias->weight, work->moments1 + 2 * base},
                        gradient->normal1 + at, d + at);
}

/* ---- weights -------------------------------------------------------------------------------- */

/* y = x weight + bias, and the gradient of y. */
struct product {
    struct parameter *weight, *bias; /* bias NULL: none */
    real *x, *dy;
};

static void product_unit(const struct product *product, size_t rows, size_t unit) {
    const struct parameter *weight = product->weight;
    const size_t begin = unit * UNIT_ROWS, end = begin + UNIT_ROWS;
    struct linear_gradient job = {.rows = rows,
                                  .begin = begin,
                                  .end = end < weight->rows ? end : weight->rows,
                                  .out = weight->columns,
                                  .x = {product->x, weight->rows},
                                  .dy = {product->dy, weight->columns},
                                  .gradient = weight->gradient,
                                  .accumulate = 1};
    linear_backward_weight(&job);
    if (unit > 0 || !product->bias)
        return;
    job.gradient = product->bias->gradient;
    linear_backward_bias(&job);
}

static size_t units_of(size_t rows) { return (rows + UNIT_ROWS - 1) / UNIT_ROWS; }

size_t sasrec_backward_unit_count(const struct sasrec_shape *shape) {
    return 2 + 3 * units_of(shape->dim) + units_of(shape->hidden);
}

void sasrec_backward_unit(const struct sasrec_network *network, size_t index,
                          const struct sasrec_work *work, const struct sasrec_gradient *gradient,
                          size_t rows, size_t unit) {
    const struct sasrec_block *block = &network->blocks[index];
    const size_t dim = network->shape.dim;
    const struct product products[] = {
        {block->attend, NULL, work->normal1, gradient->attend},
        {block->contract, block->contract_bias, work->hidden, gradient->output},
        {block->expand, block->expand_bias, work->normal2, gradient->hidden},
        {block->merge, NULL, work->mixed, gradient->merged},
    };
    for (size_t p = 0; p < sizeof products / sizeof *products; p++) {
        const size_t count = units_of(products[p].weight->rows);
        if (unit < count) {
            product_unit(&products[p], rows, unit);
            return;
        }
        unit -= count;
    }
    const struct layer_norm norms[] = {{rows, dim, work->x, NULL, NULL, work->moments1},
                                       {rows, dim, work->middle, NULL, NULL, work->moments2}};
    const bool second = unit == 1;
    layer_norm_backward_weights(&norms[unit], second ? gradient->normal2 : gradient->normal1,
                                (second ? block->norm2 : block->norm1)->gradient,
                                (second ? block->norm2_bias : block->norm1_bias)->gradient);
}

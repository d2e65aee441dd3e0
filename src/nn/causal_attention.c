/* causal_attention.c: see causal_attention.h.
 *
 * A block of queries is three of gemm's tiles high. gemm reads its right matrix in rows, so keys
 * (forward) and values (backward) are laid out feature by feature first, with the scale of the
 * scores put in on the way.
 *
 * Backward, for a block of queries with shares P and dP = dy V^T:
 *   dS = P * (dP - sum over j of P dP), where that sum is dy . y
 *   dQ = dS K, dK += dS^T Q, dV += P^T dy */
#include "nn/causal_attention.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/assert.h"
#include "kernels/kernels.h"

enum { BLOCK = 42 };

/* The rows of a block of queries of one head, and the tokens that the last of them sees. */
struct block {
    size_t row, rows, seen;
};

static struct block block_at(const struct causal_attention *job, size_t row) {
    const size_t left = job->length - job->first - row;
    const size_t rows = left < BLOCK ? left : BLOCK;
    return (struct block){row, rows, job->first + row + rows};
}

static size_t head_width(const struct causal_attention *job) { return job->width / job->heads; }

static real *shares_of(const struct causal_attention *job, size_t head) {
    return job->shares + head * (job->length - job->first) * job->length;
}

/* to[features][length] = from[length][features] * scale */
static void lay_out(const struct causal_attention *job, const real *from, real *to) {
    const size_t features = head_width(job), length = job->length;
    const real scale = (real)(1 / sqrt((double)features));
    enum { TILE = 16 };
    for (size_t row = 0; row < length; row += TILE)
        for (size_t f = 0; f < features; f++)
            for (size_t i = row; i < row + TILE && i < length; i++)
                to[f * length + i] = from[i * job->stride + f] * scale;
}

/* Scores to shares: what lies in a query's future becomes 0. */
static void normalize(const struct causal_attention *job, const struct block *block, real *shares) {
    for (size_t i = 0; i < block->rows; i++) {
        real *row = shares + (block->row + i) * job->length;
        const size_t seen = job->first + block->row + i + 1;
        const real total = kernels()->exponentials(row, row, kernels()->maximum(row, seen), seen);
        kernels()->scale(row, 1 / total, seen);
        memset(row + seen, 0, (block->seen - seen) * sizeof *row);
    }
}

void causal_attention_forward(const struct causal_attention *job, real *y) {
    ASSERT(job->width % job->heads == 0 && job->first < job->length);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t features = head_width(job), length = job->length;
    real *keys = ARENA_ARRAY_RAW(scratch, real, features * length);
    for (size_t head = 0; head < job->heads; head++) {
        const size_t column = head * features;
        real *shares = shares_of(job, head);
        lay_out(job, job->key + column, keys);
        for (size_t row = 0; row < length - job->first; row += BLOCK) {
            const struct block block = block_at(job, row);
            kernels()->gemm(&(struct kernel_gemm){.m = block.rows,
                                                  .n = block.seen,
                                                  .k = features,
                                                  .a = job->query + row * job->stride + column,
                                                  .a_row = job->stride,
                                                  .a_column = 1,
                                                  .b = keys,
                                                  .b_row = length,
                                                  .c = shares + row * length,
                                                  .c_row = length});
            normalize(job, &block, shares);
            kernels()->gemm(&(struct kernel_gemm){.m = block.rows,
                                                  .n = features,
                                                  .k = block.seen,
                                                  .a = shares + row * length,
                                                  .a_row = length,
                                                  .a_column = 1,
                                                  .b = job->value + column,
                                                  .b_row = job->stride,
                                                  .c = y + row * job->width + column,
                                                  .c_row = job->width});
        }
    }
    arena_reset(scratch, mark);
}

/* ---- backward ------------------------------------------------------------------------------- */

struct head_gradient {
    const struct causal_attention *job;
    const struct causal_attention_gradient *gradient;
    const real *values; /* [features][length], scaled */
    const real *shares;
    real *dscores; /* [BLOCK][length] */
    size_t column;
};

/* dscores of a block, times the scale of the scores. */
static void differentiate(const struct head_gradient *head, const struct block *block) {
    const struct causal_attention *job = head->job;
    const size_t features = head_width(job), length = job->length, width = job->width;
    const real scale = (real)(1 / sqrt((double)features));
    const size_t at = block->row * width + head->column;
    const real *y = head->gradient->y + at, *dy = head->gradient->dy + at;
    kernels()->gemm(&(struct kernel_gemm){.m = block->rows,
                                          .n = block->seen,
                                          .k = features,
                                          .a = dy,
                                          .a_row = width,
                                          .a_column = 1,
                                          .b = head->values,
                                          .b_row = length,
                                          .c = head->dscores,
                                          .c_row = length});
    for (size_t i = 0; i < block->rows; i++) {
        const real *shares = head->shares + (block->row + i) * length;
        const real mean = scale * kernels()->dot(dy + i * width, y + i * width, features);
        real *row = head->dscores + i * length;
        for (size_t j = 0; j < block->seen; j++)
            row[j] = shares[j] * (row[j] - mean);
    }
}

/* to[columns of `left`][features] += left^T right, both rows of the block. */
static void add_transposed(const struct head_gradient *head, const struct block *block,
                           const real *left, struct kernel_gemm right) {
    right.m = block->seen;
    right.n = head_width(head->job);
    right.k = block->rows;
    right.a = left;
    right.a_row = 1;
    right.a_column = head->job->length;
    right.c_row = head->gradient->stride;
    right.accumulate = 1;
    kernels()->gemm(&right);
}

static void block_backward(const struct head_gradient *head, const struct block *block) {
    const struct causal_attention *job = head->job;
    const struct causal_attention_gradient *gradient = head->gradient;
    const size_t column = head->column;
    differentiate(head, block);
    kernels()->gemm(
        &(struct kernel_gemm){.m = block->rows,
                              .n = head_width(job),
                              .k = block->seen,
                              .a = head->dscores,
                              .a_row = job->length,
                              .a_column = 1,
                              .b = job->key + column,
                              .b_row = job->stride,
                              .c = gradient->dquery + block->row * gradient->stride + column,
                              .c_row = gradient->stride});
    add_transposed(head, block, head->dscores,
                   (struct kernel_gemm){.b = job->query + block->row * job->stride + column,
                                        .b_row = job->stride,
                                        .c = gradient->dkey + column});
    add_transposed(head, block, head->shares + block->row * job->length,
                   (struct kernel_gemm){.b = gradient->dy + block->row * job->width + column,
                                        .b_row = job->width,
                                        .c = gradient->dvalue + column});
}

void causal_attention_backward(const struct causal_attention *job,
                               const struct causal_attention_gradient *gradient) {
    ASSERT(job->first == 0);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t features = head_width(job), length = job->length;
    real *values = ARENA_ARRAY_RAW(scratch, real, features * length);
    real *dscores = ARENA_ARRAY_RAW(scratch, real, BLOCK * length);
    for (size_t row = 0; row < length; row++) {
        memset(gradient->dkey + row * gradient->stride, 0, job->width * sizeof(real));
        memset(gradient->dvalue + row * gradient->stride, 0, job->width * sizeof(real));
    }
    for (size_t h = 0; h < job->heads; h++) {
        const struct head_gradient head = {job,     gradient,    values, shares_of(job, h),
                                           dscores, h * features};
        lay_out(job, job->value + head.column, values);
        for (size_t row = 0; row < length; row += BLOCK) {
            const struct block block = block_at(job, row);
            block_backward(&head, &block);
        }
    }
    arena_reset(scratch, mark);
}

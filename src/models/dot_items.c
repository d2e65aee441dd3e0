/* dot_items.c: see dot_items.h. */
#include "models/dot_items.h"

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"

#define SHARD_ITEMS 512

static void transpose_shard(void *context, size_t shard) {
    const struct dot_items *dot = context;
    size_t end = (shard + 1) * SHARD_ITEMS < dot->count ? (shard + 1) * SHARD_ITEMS : dot->count;
    for (size_t k = 0; k < dot->dimension; k++)
        for (size_t i = shard * SHARD_ITEMS; i < end; i++)
            dot->columns[k * dot->count + i] = dot->vectors[i * dot->dimension + k];
}

void dot_items_refresh(struct dot_items *dot) {
    parallel_for((dot->count + SHARD_ITEMS - 1) / SHARD_ITEMS, transpose_shard, dot);
}

void dot_items_init(struct dot_items *dot, const float *vectors, size_t count, size_t dimension,
                    const float *bias, struct arena *arena) {
    *dot = (struct dot_items){.count = count,
                              .dimension = dimension,
                              .vectors = vectors,
                              .bias = bias,
                              .columns = ARENA_ARRAY_RAW(arena, float, count *dimension)};
    dot_items_refresh(dot);
}

static void score_listed(const struct dot_items *dot, const struct dot_items_job *job) {
    for (size_t q = 0; q < job->query_count; q++) {
        float *scores = job->scores + q * job->item_count;
        kernels()->gather_dot(scores, job->queries + q * dot->dimension, dot->vectors,
                              dot->dimension, dot->dimension, job->items, job->item_count);
        for (size_t i = 0; dot->bias && i < job->item_count; i++)
            scores[i] += dot->bias[job->items[i]];
    }
}

void dot_items_score(const struct dot_items *dot, const struct dot_items_job *job) {
    if (job->items) {
        score_listed(dot, job);
        return;
    }
    ASSERT(job->item_count == dot->count);
    kernels()->gemm(&(struct kernel_gemm){.m = job->query_count,
                                          .n = dot->count,
                                          .k = dot->dimension,
                                          .a = job->queries,
                                          .a_row = dot->dimension,
                                          .a_column = 1,
                                          .b = dot->columns,
                                          .b_row = dot->count,
                                          .c = job->scores,
                                          .c_row = dot->count,
                                          .bias = dot->bias});
}

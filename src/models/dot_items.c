/* dot_items.c: see dot_items.h. */
#include "models/dot_items.h"

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"

static size_t tile_count(const struct dot_items *dot) {
    return (dot->count + DOT_ITEMS_TILE - 1) / DOT_ITEMS_TILE;
}

static size_t tile_items(const struct dot_items *dot, size_t tile) {
    size_t left = dot->count - tile * DOT_ITEMS_TILE;
    return left < DOT_ITEMS_TILE ? left : DOT_ITEMS_TILE;
}

static float *tile_at(const struct dot_items *dot, size_t tile) {
    return dot->tiles + tile * dot->dimension * DOT_ITEMS_TILE;
}

static void copy_tile(void *context, size_t tile) {
    const struct dot_items *dot = context;
    const float *from = dot->vectors + tile * DOT_ITEMS_TILE * dot->dimension;
    float *to = tile_at(dot, tile);
    size_t items = tile_items(dot, tile);
    for (size_t k = 0; k < dot->dimension; k++)
        for (size_t i = 0; i < items; i++)
            to[k * DOT_ITEMS_TILE + i] = from[i * dot->dimension + k];
}

void dot_items_refresh(struct dot_items *dot) { parallel_for(tile_count(dot), copy_tile, dot); }

void dot_items_init(struct dot_items *dot, const float *vectors, size_t count, size_t dimension,
                    const float *bias, struct arena *arena) {
    *dot = (struct dot_items){
        .count = count, .dimension = dimension, .vectors = vectors, .bias = bias};
    dot->tiles = ARENA_ARRAY(arena, float, tile_count(dot) * dimension * DOT_ITEMS_TILE);
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
    for (size_t tile = 0; tile < tile_count(dot); tile++)
        kernels()->gemm(&(struct kernel_gemm){
            .m = job->query_count,
            .n = tile_items(dot, tile),
            .k = dot->dimension,
            .a = job->queries,
            .a_row = dot->dimension,
            .a_column = 1,
            .b = tile_at(dot, tile),
            .b_row = DOT_ITEMS_TILE,
            .c = job->scores + tile * DOT_ITEMS_TILE,
            .c_row = dot->count,
            .bias = dot->bias ? dot->bias + tile * DOT_ITEMS_TILE : NULL,
        });
}

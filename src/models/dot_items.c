/* dot_items.c: see dot_items.h. */
#include "models/dot_items.h"

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"

/* One tile: which items, and where its columns lie. */
struct tile {
    size_t begin, count;
    float *columns;
};

static size_t tile_count(const struct dot_items *dot) {
    return (dot->count + DOT_ITEMS_TILE - 1) / DOT_ITEMS_TILE;
}

static struct tile tile_of(const struct dot_items *dot, size_t index) {
    size_t begin = index * DOT_ITEMS_TILE, rest = dot->count - begin;
    return (struct tile){begin, rest < DOT_ITEMS_TILE ? rest : DOT_ITEMS_TILE,
                         dot->columns + begin * dot->dimension};
}

static void transpose_tile(void *context, size_t index) {
    const struct dot_items *dot = context;
    struct tile tile = tile_of(dot, index);
    for (size_t k = 0; k < dot->dimension; k++)
        for (size_t i = 0; i < tile.count; i++)
            tile.columns[k * tile.count + i] = dot->vectors[(tile.begin + i) * dot->dimension + k];
}

void dot_items_refresh(struct dot_items *dot) {
    parallel_for(tile_count(dot), transpose_tile, dot);
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
    for (size_t i = 0; i < tile_count(dot); i++) {
        struct tile tile = tile_of(dot, i);
        kernels()->gemm(&(struct kernel_gemm){.m = job->query_count,
                                              .n = tile.count,
                                              .k = dot->dimension,
                                              .a = job->queries,
                                              .a_row = dot->dimension,
                                              .a_column = 1,
                                              .b = tile.columns,
                                              .b_row = tile.count,
                                              .c = job->scores + tile.begin,
                                              .c_row = dot->count,
                                              .bias = dot->bias ? dot->bias + tile.begin : NULL});
    }
}

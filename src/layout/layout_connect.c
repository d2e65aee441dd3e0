/* layout_connect.c: each point's nearest among all, and how strongly they pull. See layout.h.
 *
 * Idea     Squared distances of a block of points to all others are products, |a|^2 + |b|^2 - 2ab:
 *          one matrix product a block. Of each row the k least are kept.
 *          A neighbour at distance x pulls with e^(-(x - nearest) / width); the width is such that
 *          the k pulls sum to log2(k), so that dense and sparse places look alike. Two points pull
 *          each other with a + b - ab of what each thinks. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "layout/layout_internal.h"
#include "sparse/csr.h"
#include "sparse/largest.h"

#define BLOCK 64
#define TILE 1024
#define WIDTH_TURNS 48
#define WIDTH_LEAST 1e-3

struct nearest_job {
    const struct layout_rows *rows;
    const float *columns; /* [dimension][count] */
    const float *squares; /* [count] squared lengths */
    size_t k;
    struct entry *found; /* [count][k] nearest first, with the distance */
};

/* Offers the points of a tile to each point of a block. */
static void offer_tile(const struct nearest_job *job, size_t begin, size_t rows, size_t tile,
                       struct largest *best, float *products) {
    const size_t count = job->rows->count, d = job->rows->dimension;
    const size_t width = count - tile < TILE ? count - tile : TILE;
    kernels()->gemm(&(struct kernel_gemm){.m = rows,
                                          .n = width,
                                          .k = d,
                                          .a = job->rows->values + begin * d,
                                          .a_row = d,
                                          .a_column = 1,
                                          .b = job->columns + tile,
                                          .b_row = count,
                                          .c = products,
                                          .c_row = width});
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < width; j++)
            if (tile + j != begin + r)
                largest_offer(&best[r], (uint32_t)(tile + j),
                              2 * products[r * width + j] - job->squares[tile + j]);
}

static void nearest_block(void *context, size_t shard) {
    const struct nearest_job *job = context;
    const size_t count = job->rows->count, begin = shard * BLOCK;
    const size_t rows = count - begin < BLOCK ? count - begin : BLOCK;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *products = ARENA_ARRAY_RAW(scratch, float, BLOCK *TILE);
    struct largest best[BLOCK];
    for (size_t r = 0; r < rows; r++)
        best[r] = largest_begin(ARENA_ARRAY(scratch, struct entry, LARGEST_ROOM(job->k)), job->k,
                                -INFINITY);
    for (size_t tile = 0; tile < count; tile += TILE)
        offer_tile(job, begin, rows, tile, best, products);
    for (size_t r = 0; r < rows; r++) {
        const size_t found = largest_end(&best[r]);
        struct entry *to = job->found + (begin + r) * job->k;
        for (size_t n = 0; n < found; n++) {
            const float squared = job->squares[begin + r] - best[r].room[n].value;
            to[n] = (struct entry){best[r].room[n].index, sqrtf(fmaxf(0, squared))};
        }
    }
    arena_reset(scratch, mark);
}

static struct entry *nearest_of(const struct layout_rows *rows, size_t k, struct arena *arena) {
    const size_t count = rows->count, d = rows->dimension;
    float *columns = ARENA_ARRAY_RAW(arena, float, count *d);
    float *squares = ARENA_ARRAY_RAW(arena, float, count);
    for (size_t i = 0; i < count; i++) {
        const float *row = rows->values + i * d;
        squares[i] = kernels()->dot(row, row, d);
        for (size_t c = 0; c < d; c++)
            columns[c * count + i] = row[c];
    }
    struct nearest_job job = {rows, columns, squares, k,
                              ARENA_ARRAY(arena, struct entry, count * k)};
    parallel_for((count + BLOCK - 1) / BLOCK, nearest_block, &job);
    return job.found;
}

/* Distances of a point's k neighbours, nearest first, to pulls. */
static void to_pulls(const struct entry *nearest, size_t k, float *pulls) {
    const double first = (double)nearest[0].value, wanted = log2((double)k);
    double low = 0, high = INFINITY, width = 1, mean = 0;
    for (size_t n = 0; n < k; n++)
        mean += (double)nearest[n].value / (double)k;
    for (int turn = 0; turn < WIDTH_TURNS; turn++) {
        double sum = 0;
        for (size_t n = 0; n < k; n++)
            sum += exp(-((double)nearest[n].value - first) / width);
        if (sum > wanted)
            high = width;
        else
            low = width;
        width = isinf(high) ? 2 * width : (low + high) / 2;
    }
    width = fmax(width, WIDTH_LEAST * mean);
    for (size_t n = 0; n < k; n++)
        pulls[n] = width > 0 ? (float)exp(-((double)nearest[n].value - first) / width) : 1;
}

/* One way, with columns in ascending order. */
static struct csr pulls_of(const struct entry *nearest, size_t count, size_t k,
                           struct arena *arena) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, count + 1);
    uint32_t *columns = ARENA_ARRAY_RAW(arena, uint32_t, count * k);
    float *values = ARENA_ARRAY_RAW(arena, float, count *k);
    for (size_t i = 0; i < count; i++) {
        float pulls[LAYOUT_NEIGHBORS];
        to_pulls(nearest + i * k, k, pulls);
        for (size_t n = 0; n < k; n++) {
            size_t at = i * k + n;
            for (; at > i * k && columns[at - 1] > nearest[i * k + n].index; at--) {
                columns[at] = columns[at - 1];
                values[at] = values[at - 1];
            }
            columns[at] = nearest[i * k + n].index;
            values[at] = pulls[n];
        }
        offsets[i + 1] = (i + 1) * k;
    }
    return (struct csr){(uint32_t)count, (uint32_t)count, offsets, columns, values};
}

struct merge {
    uint64_t *offsets;
    uint32_t *columns;
    float *weights;
    size_t used;
};

/* Two rows in ascending order as one: a + b - ab where both have a column. */
static void merge_rows(struct merge *to, const struct csr_row *a, const struct csr_row *b) {
    size_t i = 0, j = 0;
    while (i < a->count || j < b->count) {
        const uint32_t left = i < a->count ? a->columns[i] : UINT32_MAX;
        const uint32_t right = j < b->count ? b->columns[j] : UINT32_MAX;
        const float x = left <= right ? a->values[i] : 0, y = right <= left ? b->values[j] : 0;
        to->columns[to->used] = left < right ? left : right;
        to->weights[to->used++] = x + y - x * y;
        i += left <= right;
        j += right <= left;
    }
}

struct layout_graph layout_connect(const struct layout_rows *rows, struct arena *arena) {
    const size_t count = rows->count;
    const size_t k = count - 1 < LAYOUT_NEIGHBORS ? count - 1 : LAYOUT_NEIGHBORS;
    const struct csr one = pulls_of(nearest_of(rows, k, arena), count, k, arena);
    const struct csr other = csr_transpose(&one, arena);
    struct merge to = {.offsets = ARENA_ARRAY(arena, uint64_t, count + 1),
                       .columns = ARENA_ARRAY_RAW(arena, uint32_t, 2 * count * k),
                       .weights = ARENA_ARRAY_RAW(arena, float, 2 * count * k)};
    for (uint32_t i = 0; i < count; i++) {
        const struct csr_row a = csr_row(&one, i), b = csr_row(&other, i);
        merge_rows(&to, &a, &b);
        to.offsets[i + 1] = to.used;
    }
    return (struct layout_graph){count, to.offsets, to.columns, to.weights};
}

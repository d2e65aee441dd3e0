/* layout_connect.c: each point's nearest, and how strongly they pull. See layout.h.
 *
 * Idea     Squared distances of a block of points to all others are products, |a|^2 + |b|^2 - 2ab:
 *          one matrix product a block. Of each row the k least are kept. Of very many points only
 *          those of the cells near by are looked at (layout_cells.c).
 *          A neighbour at distance x pulls with e^(-(x - nearest) / width); the width is such that
 *          the k pulls sum to log2(k), so that dense and sparse places look alike. Two points pull
 *          each other with a + b - ab of what each thinks. */
#include <math.h>
#include <stdlib.h>
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
    const float *squares; /* [count] squared lengths */
    size_t k;
    struct entry *found; /* [count][k] nearest first, with the distance */
    const struct layout_cells *cells;
    const struct crowd *all; /* where there are no cells */
};

/* The points among which neighbours are looked for, ascending. */
struct crowd {
    size_t count;
    const uint32_t *points; /* [count] */
    const float *columns;   /* [dimension][count] */
    const float *squares;   /* [count] */
};

/* Offers a tile of the crowd to each point of a block. */
static void offer_tile(const struct kernel_gemm *block, const struct crowd *crowd, size_t tile,
                       const uint32_t *points, struct largest *best) {
    const size_t rest = crowd->count - tile, width = rest < TILE ? rest : TILE;
    struct kernel_gemm product = *block;
    product.n = product.c_row = width;
    product.b = crowd->columns + tile;
    product.b_row = crowd->count;
    kernels()->gemm(&product);
    for (size_t r = 0; r < product.m; r++)
        for (size_t j = 0; j < width; j++)
            if (crowd->points[tile + j] != points[r])
                largest_offer(&best[r], crowd->points[tile + j],
                              2 * product.c[r * width + j] - crowd->squares[tile + j]);
}

/* The nearest of at most BLOCK points among a crowd. */
static void nearest_among(const struct nearest_job *job, const struct crowd *crowd,
                          const uint32_t *points, size_t rows) {
    const size_t d = job->rows->dimension;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *values = ARENA_ARRAY_RAW(scratch, float, BLOCK *d);
    struct largest best[BLOCK] = {0};
    for (size_t r = 0; r < rows; r++) {
        memcpy(values + r * d, job->rows->values + points[r] * d, d * sizeof *values);
        best[r] = largest_begin(ARENA_ARRAY(scratch, struct entry, LARGEST_ROOM(job->k)), job->k,
                                -INFINITY);
    }
    const struct kernel_gemm block = {.m = rows,
                                      .k = d,
                                      .a = values,
                                      .a_row = d,
                                      .a_column = 1,
                                      .c = ARENA_ARRAY_RAW(scratch, float, BLOCK *TILE)};
    for (size_t tile = 0; tile < crowd->count; tile += TILE)
        offer_tile(&block, crowd, tile, points, best);
    for (size_t r = 0; r < rows; r++) {
        const size_t found = largest_end(&best[r]);
        struct entry *to = job->found + points[r] * job->k;
        for (size_t n = 0; n < found; n++) {
            const float squared = job->squares[points[r]] - best[r].room[n].value;
            to[n] = (struct entry){best[r].room[n].index, sqrtf(fmaxf(0, squared))};
        }
    }
    arena_reset(scratch, mark);
}

static struct crowd crowd_of(const struct nearest_job *job, const uint32_t *points, size_t count,
                             struct arena *arena) {
    const size_t d = job->rows->dimension;
    float *columns = ARENA_ARRAY_RAW(arena, float, count *d);
    float *squares = ARENA_ARRAY_RAW(arena, float, count);
    for (size_t i = 0; i < count; i++) {
        const float *row = job->rows->values + points[i] * d;
        squares[i] = job->squares[points[i]];
        for (size_t c = 0; c < d; c++)
            columns[c * count + i] = row[c];
    }
    return (struct crowd){count, points, columns, squares};
}

static void nearest_block(void *context, size_t shard) {
    const struct nearest_job *job = context;
    const size_t begin = shard * BLOCK, rest = job->rows->count - begin;
    nearest_among(job, job->all, job->all->points + begin, rest < BLOCK ? rest : BLOCK);
}

static int ascending(const void *a, const void *b) {
    const uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return (first > second) - (first < second);
}

/* All points of a cell, among those of the cells near it. */
static void nearest_cell(void *context, size_t cell) {
    const struct nearest_job *job = context;
    const struct layout_cells *cells = job->cells;
    const uint32_t *near = cells->near + cell * cells->count;
    const size_t end = cells->offsets[cell + 1];
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    uint32_t *points = ARENA_ARRAY_RAW(scratch, uint32_t, job->rows->count);
    size_t count = 0;
    for (size_t n = 0; n < cells->near_counts[cell]; n++)
        for (uint32_t at = cells->offsets[near[n]]; at < cells->offsets[near[n] + 1]; at++)
            points[count++] = cells->points[at];
    qsort(points, count, sizeof *points, ascending);
    const struct crowd crowd = crowd_of(job, points, count, scratch);
    for (size_t begin = cells->offsets[cell]; begin < end; begin += BLOCK)
        nearest_among(job, &crowd, cells->points + begin,
                      end - begin < BLOCK ? end - begin : BLOCK);
    arena_reset(scratch, mark);
}

static struct entry *nearest_of(const struct layout_rows *rows, size_t k, struct arena *arena) {
    const size_t count = rows->count, d = rows->dimension;
    float *squares = ARENA_ARRAY_RAW(arena, float, count);
    for (size_t i = 0; i < count; i++)
        squares[i] = kernels()->dot(rows->values + i * d, rows->values + i * d, d);
    struct nearest_job job = {.rows = rows,
                              .squares = squares,
                              .k = k,
                              .found = ARENA_ARRAY(arena, struct entry, count * k)};
    if (count > LAYOUT_EXACT_MOST) {
        const struct layout_cells cells = layout_cells_make(rows, k, arena);
        job.cells = &cells;
        parallel_for(cells.count, nearest_cell, &job);
        return job.found;
    }
    uint32_t *points = ARENA_ARRAY_RAW(arena, uint32_t, count);
    for (size_t i = 0; i < count; i++)
        points[i] = (uint32_t)i;
    const struct crowd all = crowd_of(&job, points, count, arena);
    job.all = &all;
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

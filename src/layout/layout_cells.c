/* layout_cells.c: points gathered around some of them, so that neighbours need not be looked for
 * among all. See layout_internal.h.
 *
 * Idea     As many points as the root of their number, evenly from the list, are middles; every
 *          point belongs to the nearest. A point's neighbours are looked for in its own cell and
 *          those whose middles are nearest to its middle (an inverted file: Jégou et al. 2011).
 * Cost     count^1.5 * components for the cells, PROBES times that for who is looked at.
 * Checked  tests/layout/test_layout.c: clusters of 17,000 points stay whole, the same bits for 1
 * and 3 threads. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "layout/layout_internal.h"
#include "sparse/largest.h"

#define BLOCK 64
#define PROBES 12

struct cells_job {
    const struct layout_rows *rows;
    size_t count;         /* of cells */
    const float *columns; /* [dimension][count] the middles */
    const float *squares; /* [count] */
    uint32_t *cell_of;    /* [points] */
};

/* products[rows][cells]: how near each middle is to some points, larger is nearer. */
static void compare(const struct cells_job *job, const float *values, size_t rows,
                    float *products) {
    const size_t d = job->rows->dimension;
    kernels()->gemm(&(struct kernel_gemm){.m = rows,
                                          .n = job->count,
                                          .k = d,
                                          .a = values,
                                          .a_row = d,
                                          .a_column = 1,
                                          .b = job->columns,
                                          .b_row = job->count,
                                          .c = products,
                                          .c_row = job->count});
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < job->count; c++)
            products[r * job->count + c] = 2 * products[r * job->count + c] - job->squares[c];
}

static void assign_block(void *context, size_t shard) {
    const struct cells_job *job = context;
    const size_t begin = shard * BLOCK, rest = job->rows->count - begin;
    const size_t rows = rest < BLOCK ? rest : BLOCK;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *products = ARENA_ARRAY_RAW(scratch, float, BLOCK * job->count);
    compare(job, job->rows->values + begin * job->rows->dimension, rows, products);
    for (size_t r = 0; r < rows; r++) {
        const float *row = products + r * job->count;
        size_t best = 0;
        for (size_t c = 1; c < job->count; c++)
            best = row[c] > row[best] ? c : best;
        job->cell_of[begin + r] = (uint32_t)best;
    }
    arena_reset(scratch, mark);
}

/* Points by cell, ascending within one. */
static void gather(struct layout_cells *cells, const uint32_t *cell_of, size_t count,
                   struct arena *arena) {
    uint32_t *offsets = ARENA_ARRAY(arena, uint32_t, cells->count + 2);
    uint32_t *points = ARENA_ARRAY_RAW(arena, uint32_t, count);
    for (size_t i = 0; i < count; i++)
        offsets[cell_of[i] + 2]++;
    for (size_t c = 2; c < cells->count + 2; c++)
        offsets[c] += offsets[c - 1];
    for (size_t i = 0; i < count; i++)
        points[offsets[cell_of[i] + 1]++] = (uint32_t)i;
    cells->offsets = offsets;
    cells->points = points;
}

/* For each cell which are near, nearest first, at least PROBES and more than k points. */
static void find_near(struct layout_cells *cells, const struct cells_job *job, const float *middles,
                      size_t k, struct arena *arena) {
    float *products = ARENA_ARRAY_RAW(arena, float, cells->count * cells->count);
    struct entry *order = ARENA_ARRAY(arena, struct entry, cells->count);
    uint32_t *near = ARENA_ARRAY(arena, uint32_t, cells->count * cells->count);
    uint32_t *near_counts = ARENA_ARRAY(arena, uint32_t, cells->count);
    compare(job, middles, cells->count, products);
    for (size_t c = 0; c < cells->count; c++) {
        for (size_t o = 0; o < cells->count; o++)
            order[o] = (struct entry){(uint32_t)o, products[c * cells->count + o]};
        largest_select(order, cells->count, cells->count);
        size_t points = 0, used = 0;
        for (; used < cells->count && (used < PROBES || points <= k); used++) {
            const uint32_t o = order[used].index;
            near[c * cells->count + used] = o;
            points += cells->offsets[o + 1] - cells->offsets[o];
        }
        near_counts[c] = (uint32_t)used;
    }
    cells->near = near;
    cells->near_counts = near_counts;
}

struct layout_cells layout_cells_make(const struct layout_rows *rows, size_t k,
                                      struct arena *arena) {
    const size_t d = rows->dimension, count = (size_t)sqrt((double)rows->count);
    struct layout_cells cells = {.count = count};
    float *middles = ARENA_ARRAY_RAW(arena, float, count *d);
    float *columns = ARENA_ARRAY_RAW(arena, float, count *d);
    float *squares = ARENA_ARRAY_RAW(arena, float, count);
    for (size_t c = 0; c < count; c++) {
        const float *row = rows->values + c * rows->count / count * d;
        memcpy(middles + c * d, row, d * sizeof *row);
        squares[c] = kernels()->dot(row, row, d);
        for (size_t i = 0; i < d; i++)
            columns[i * count + c] = row[i];
    }
    struct cells_job job = {rows, count, columns, squares,
                            ARENA_ARRAY(arena, uint32_t, rows->count)};
    parallel_for((rows->count + BLOCK - 1) / BLOCK, assign_block, &job);
    gather(&cells, job.cell_of, rows->count, arena);
    find_near(&cells, &job, middles, k, arena);
    return cells;
}

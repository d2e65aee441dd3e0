/* layout.c: principal components, and the whole way. See layout.h.
 *
 * Traps    The signs of principal components are the solver's: the largest part of each direction
 *          is made positive, so that a map does not turn over for a changed last bit. */
#include "layout/layout.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "layout/layout_internal.h"
#include "sparse/spd.h"

#define SHARD_ROWS 1024
#define START_SPREAD 10.0f

/* Rows less their mean, of length 1 before where directions count. */
static float *centered(const struct layout_vectors *vectors, struct arena *arena) {
    const size_t count = vectors->count, d = vectors->dimension;
    float *rows = ARENA_ARRAY_RAW(arena, float, count *d);
    double *mean = ARENA_ARRAY(arena, double, d);
    memcpy(rows, vectors->values, count * d * sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        float *row = rows + i * d;
        const float length = sqrtf(kernels()->dot(row, row, d));
        if (vectors->by_direction && length > 0)
            kernels()->scale(row, 1 / length, d);
        for (size_t k = 0; k < d; k++)
            mean[k] += (double)row[k] / (double)count;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < d; k++)
            rows[i * d + k] -= (float)mean[k];
    return rows;
}

/* The sums of products of columns, by shards of rows in their order. */
struct covariance {
    const float *rows;
    size_t count, dimension;
    double *parts; /* [shards][d][d] */
};

static void covariance_shard(void *context, size_t shard) {
    const struct covariance *job = context;
    const size_t d = job->dimension, begin = shard * SHARD_ROWS;
    const size_t end = begin + SHARD_ROWS < job->count ? begin + SHARD_ROWS : job->count;
    double *part = job->parts + shard * d * d;
    for (size_t i = begin; i < end; i++)
        for (size_t a = 0; a < d; a++)
            for (size_t b = 0; b <= a; b++)
                part[a * d + b] += (double)job->rows[i * d + a] * (double)job->rows[i * d + b];
}

static double *covariance_of(const float *rows, size_t count, size_t d, struct arena *arena) {
    const size_t shards = (count + SHARD_ROWS - 1) / SHARD_ROWS;
    struct covariance job = {rows, count, d, ARENA_ARRAY(arena, double, shards *d *d)};
    double *sum = ARENA_ARRAY(arena, double, d *d);
    parallel_for(shards, covariance_shard, &job);
    for (size_t s = 0; s < shards; s++)
        for (size_t i = 0; i < d * d; i++)
            sum[i] += job.parts[s * d * d + i];
    for (size_t a = 0; a < d; a++)
        for (size_t b = a + 1; b < d; b++)
            sum[a * d + b] = sum[b * d + a];
    return sum;
}

/* directions[d][kept], the largest first; spd_eigen has them in rows, the smallest first. */
static float *directions_of(const double *vectors, size_t d, size_t kept, struct arena *arena) {
    float *directions = ARENA_ARRAY(arena, float, d *kept);
    for (size_t c = 0; c < kept; c++) {
        const double *vector = vectors + (d - 1 - c) * d;
        double largest = 0;
        for (size_t k = 0; k < d; k++)
            largest = fabs(vector[k]) > fabs(largest) ? vector[k] : largest;
        for (size_t k = 0; k < d; k++)
            directions[k * kept + c] = (float)(largest < 0 ? -vector[k] : vector[k]);
    }
    return directions;
}

struct layout_rows layout_reduce(const struct layout_vectors *vectors, struct arena *arena) {
    const size_t count = vectors->count, d = vectors->dimension;
    const size_t kept = d < LAYOUT_COMPONENTS ? d : LAYOUT_COMPONENTS;
    float *rows = centered(vectors, arena), *reduced = ARENA_ARRAY(arena, float, count *kept);
    double *covariance = covariance_of(rows, count, d, arena);
    double *values = ARENA_ARRAY(arena, double, d);
    if (!spd_eigen(covariance, d, values))
        return (struct layout_rows){count, d, rows};
    const float *directions = directions_of(covariance, d, kept, arena);
    kernels()->gemm(&(struct kernel_gemm){.m = count,
                                          .n = kept,
                                          .k = d,
                                          .a = rows,
                                          .a_row = d,
                                          .a_column = 1,
                                          .b = directions,
                                          .b_row = kept,
                                          .c = reduced,
                                          .c_row = kept});
    return (struct layout_rows){count, kept, reduced};
}

/* The first two components, the wider one from -START_SPREAD to START_SPREAD. */
static float *start(const struct layout_rows *rows, struct arena *arena) {
    float *points = ARENA_ARRAY(arena, float, 2 * rows->count);
    float most = 0;
    for (size_t i = 0; i < rows->count; i++)
        for (size_t k = 0; k < 2 && k < rows->dimension; k++) {
            points[2 * i + k] = rows->values[i * rows->dimension + k];
            most = fmaxf(most, fabsf(points[2 * i + k]));
        }
    for (size_t i = 0; most > 0 && i < 2 * rows->count; i++)
        points[i] *= START_SPREAD / most;
    return points;
}

/* The middle to 0, the farthest coordinate to 1. */
static void fit_to_page(float *points, size_t count) {
    double middle[2] = {0, 0};
    float most = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 2; k++)
            middle[k] += (double)points[2 * i + k] / (double)count;
    for (size_t i = 0; i < 2 * count; i++) {
        points[i] -= (float)middle[i % 2];
        most = fmaxf(most, fabsf(points[i]));
    }
    for (size_t i = 0; most > 0 && i < 2 * count; i++)
        points[i] /= most;
}

float *layout_points(const struct layout_vectors *vectors, struct arena *arena) {
    struct arena work = {0};
    const struct layout_rows rows = layout_reduce(vectors, &work);
    float *points = start(&rows, arena);
    if (vectors->count > 2) {
        const struct layout_graph graph = layout_connect(&rows, &work);
        layout_settle(&graph, points, &work);
    }
    fit_to_page(points, vectors->count);
    arena_release(&work);
    return points;
}

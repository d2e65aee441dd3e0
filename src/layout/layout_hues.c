/* layout_hues.c: see layout_hues.h. */
#include "layout/layout_hues.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "sparse/spd.h"

#define WIDTH 8 /* of the block; 3 vectors are used, more make it settle sooner */
#define SHARD_ROWS 256
#define CIRCLE 360

/* out = matrix in, [rows][WIDTH]. */
struct product {
    const struct csr *matrix;
    const float *in;
    float *out;
};

static void product_shard(void *context, size_t shard) {
    const struct product *job = context;
    const uint32_t begin = (uint32_t)shard * SHARD_ROWS, rows = job->matrix->row_count;
    const uint32_t count = rows - begin < SHARD_ROWS ? rows - begin : SHARD_ROWS;
    struct csr_row list[SHARD_ROWS];
    for (uint32_t r = 0; r < count; r++)
        list[r] = csr_row(job->matrix, begin + r);
    csr_multiply(job->out + (size_t)begin * WIDTH, list, count, job->in, WIDTH);
}

static void multiply(float *out, const struct csr *matrix, const float *in) {
    struct product job = {matrix, in, out};
    parallel_for((matrix->row_count + SHARD_ROWS - 1) / SHARD_ROWS, product_shard, &job);
}

static double dot(const float *block, size_t rows, size_t a, size_t b) {
    double sum = 0;
    for (size_t i = 0; i < rows; i++)
        sum += (double)block[i * WIDTH + a] * (double)block[i * WIDTH + b];
    return sum;
}

/* Columns of length 1 that stand on each other, those that are none of it 0 (Gram-Schmidt). */
static void make_orthonormal(float *block, size_t rows) {
    for (size_t c = 0; c < WIDTH; c++) {
        const double before = dot(block, rows, c, c);
        for (size_t other = 0; other < c; other++) {
            const float overlap = (float)dot(block, rows, c, other);
            for (size_t i = 0; i < rows; i++)
                block[i * WIDTH + c] -= overlap * block[i * WIDTH + other];
        }
        const double length = dot(block, rows, c, c);
        const float scale = length > 1e-10 * before ? (float)(1 / sqrt(length)) : 0;
        for (size_t i = 0; i < rows; i++)
            block[i * WIDTH + c] *= scale;
    }
}

/* Adds the mean length to each, so that short rows weigh less than 1 / sqrt(length). */
static float *weights_of(const struct csr *matrix, struct arena *arena) {
    float *weights = ARENA_ARRAY(arena, float, matrix->row_count);
    const double mean = (double)csr_count(matrix) / matrix->row_count;
    for (uint32_t r = 0; r < matrix->row_count; r++)
        weights[r] = (float)(1 / sqrt((double)csr_row(matrix, r).count + mean));
    return weights;
}

/* Rows, as many as have at most LAYOUT_HUES_ENTRIES_MAX entries, and the first in any case. */
static struct csr first_rows(const struct csr *matrix) {
    struct csr rows = *matrix;
    while (rows.row_count > 1 && csr_count(&rows) > LAYOUT_HUES_ENTRIES_MAX)
        rows.row_count--;
    return rows;
}

/* plane[columns][2]: the second and third vector of the block, the longest first; each one's sign
 * so that later columns lie on its positive side. */
static float *plane_of(const struct csr *rows, const float *block, const float *image,
                       struct arena *arena) {
    const size_t columns = rows->column_count;
    float *plane = ARENA_ARRAY(arena, float, 2 * columns);
    double small[WIDTH * WIDTH], values[WIDTH];
    for (size_t a = 0; a < WIDTH; a++)
        for (size_t b = 0; b < WIDTH; b++)
            small[a * WIDTH + b] = dot(image, rows->row_count, a, b);
    if (!spd_eigen(small, WIDTH, values))
        return plane;
    for (size_t axis = 0; axis < 2; axis++) {
        const double *turn = small + (WIDTH - 2 - axis) * WIDTH;
        double later = 0;
        for (size_t i = 0; i < columns; i++) {
            double sum = 0;
            for (size_t c = 0; c < WIDTH; c++)
                sum += turn[c] * (double)block[i * WIDTH + c];
            plane[2 * i + axis] = (float)sum;
            later += (double)i * sum;
        }
        for (size_t i = 0; later < 0 && i < columns; i++)
            plane[2 * i + axis] = -plane[2 * i + axis];
    }
    return plane;
}

struct angle {
    float turn;
    uint32_t column;
};

static int by_turn(const void *left, const void *right) {
    const struct angle *a = left, *b = right;
    if (a->turn != b->turn)
        return a->turn < b->turn ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

/* A column takes as much of the circle as the square of how often it occurs. */
static uint64_t share_of(const struct csr *columns, uint32_t column) {
    const uint64_t count = csr_row(columns, column).count;
    return count * count;
}

static void spread(uint16_t *hues, const float *plane, const struct csr *columns,
                   struct arena *work) {
    struct angle *angles = ARENA_ARRAY(work, struct angle, columns->row_count);
    size_t count = 0;
    uint64_t all = 0, before = 0;
    for (uint32_t i = 0; i < columns->row_count; i++) {
        hues[i] = LAYOUT_HUES_NONE;
        if (share_of(columns, i) > 0)
            angles[count++] = (struct angle){atan2f(plane[2 * i + 1], plane[2 * i]), i};
        all += share_of(columns, i);
    }
    qsort(angles, count, sizeof *angles, by_turn);
    for (size_t k = 0; k < count; k++) {
        hues[angles[k].column] = (uint16_t)(before * CIRCLE / all);
        before += share_of(columns, angles[k].column);
    }
}

uint16_t *layout_hues(const struct csr *matrix, struct arena *arena) {
    struct arena work = {0};
    uint16_t *hues = ARENA_ARRAY(arena, uint16_t, matrix->column_count);
    struct csr rows = first_rows(matrix), columns = csr_transpose(&rows, &work);
    const float *row_weights = weights_of(&rows, &work), *weights = weights_of(&columns, &work);
    rows.values = csr_weighted(&rows, row_weights, weights, &work);
    columns.values = csr_weighted(&columns, weights, row_weights, &work);
    float *block = ARENA_ARRAY(&work, float, (size_t)columns.row_count *WIDTH);
    float *image = ARENA_ARRAY(&work, float, (size_t)rows.row_count *WIDTH);
    struct rng rng;
    rng_init(&rng, 1, 0);
    for (size_t i = 0; i < (size_t)columns.row_count * WIDTH; i++)
        block[i] = (float)rng_normal(&rng);
    for (int turn = 0; turn < LAYOUT_HUES_TURNS; turn++) {
        make_orthonormal(block, columns.row_count);
        multiply(image, &rows, block);
        multiply(block, &columns, image);
    }
    make_orthonormal(block, columns.row_count);
    multiply(image, &rows, block);
    spread(hues, plane_of(&rows, block, image, &work), &columns, &work);
    arena_release(&work);
    return hues;
}

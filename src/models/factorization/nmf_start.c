/* nmf_start.c: see nmf_start.h.
 *
 * Idea     The j-th pair of singular vectors has a positive and a negative part; the one with the
 *          larger product of lengths, scaled so that its outer product keeps its share of the
 *          singular value, starts the j-th column of both factors. Zeros could never be left by
 *          multiplication; the mean is a gentle place to begin (the variant "a").
 * Source   Boutsidis & Gallopoulos, Pattern Recognition 2008; scikit-learn's init="nndsvda".
 * Cost     svd_truncated.
 * Traps    Where the matrix has fewer singular vectors than columns are asked for, the others are
 *          drawn: alike, they would stay alike.
 * Checked  tests/models/test_nmf.c. */
#include "models/factorization/nmf_start.h"

#include <math.h>
#include <stdbool.h>

#include "base/rng.h"
#include "sparse/svd.h"

#define ZERO 1e-6f

static float mean_of(const struct csr *matrix) {
    double sum = 0;
    size_t count = csr_count(matrix);
    for (size_t i = 0; i < count; i++)
        sum += matrix->values ? (double)matrix->values[i] : 1;
    return (float)(sum / ((double)matrix->row_count * (double)matrix->column_count));
}

/* The length of a column's positive (sign 1) or negative (sign -1) part. */
static double length_of_part(const float *column, size_t count, size_t stride, float sign) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double value = (double)(sign * column[i * stride]);
        sum += value > 0 ? value * value : 0;
    }
    return sqrt(sum);
}

/* The chosen part of a singular vector. */
struct part {
    const float *column;
    size_t count, stride;
    double factor; /* what it is multiplied by, its sign included */
};

/* to[count], `stride` apart: the part, or `mean` where it is 0. */
static void put_part(float *to, size_t stride, const struct part *part, float mean) {
    for (size_t i = 0; i < part->count; i++) {
        float value = (float)(part->factor * (double)part->column[i * part->stride]);
        to[i * stride] = value < ZERO ? mean : value;
    }
}

/* to[count], `stride` apart, by lot. */
static void fill_random(float *to, size_t stride, size_t count, double deviation, struct rng *rng) {
    for (size_t i = 0; i < count; i++)
        to[i * stride] = (float)(deviation * fabs(rng_normal(rng)));
}

static double random_deviation(const struct nmf_start *start, float mean) {
    return sqrt((double)mean / (double)start->dimension);
}

/* Column j by lot. */
static void draw_column(const struct nmf_start *start, size_t j, float mean, struct rng *rng) {
    size_t d = start->dimension;
    double deviation = random_deviation(start, mean);
    fill_random(start->users + j, d, start->matrix->row_count, deviation, rng);
    fill_random(start->items + j, d, start->matrix->column_count, deviation, rng);
}

static void start_column(const struct nmf_start *start, const struct svd *svd, size_t j,
                         float mean) {
    size_t d = start->dimension, rows = start->matrix->row_count;
    size_t columns = start->matrix->column_count;
    float *users = start->users + j, *items = start->items + j;
    const float *left = svd->left + j, *right = svd->right + j;
    size_t stride = svd->count;
    double left_p = length_of_part(left, rows, stride, 1);
    double left_n = length_of_part(left, rows, stride, -1);
    double right_p = length_of_part(right, columns, stride, 1);
    double right_n = length_of_part(right, columns, stride, -1);
    bool positive = left_p * right_p > left_n * right_n;
    double a = positive ? left_p : left_n, b = positive ? right_p : right_n;
    double scale = (positive ? 1 : -1) * sqrt((double)svd->values[j] * a * b);
    put_part(users, d, &(struct part){left, rows, stride, a > 0 ? scale / a : 0}, mean);
    put_part(items, d, &(struct part){right, columns, stride, b > 0 ? scale / b : 0}, mean);
}

void nmf_start_svd(const struct nmf_start *start, uint64_t seed) {
    struct arena arena = {0};
    struct rng rng;
    rng_init(&rng, seed, 0);
    struct svd svd = svd_truncated(start->matrix, start->transposed, start->dimension,
                                   SVD_LEFT | SVD_RIGHT, &arena);
    float mean = mean_of(start->matrix);
    for (size_t j = 0; j < start->dimension; j++)
        if (j < svd.count && svd.values[j] > 0)
            start_column(start, &svd, j, mean);
        else
            draw_column(start, j, mean, &rng);
    arena_release(&arena);
}

void nmf_start_random(const struct nmf_start *start, uint64_t seed) {
    struct rng rng;
    rng_init(&rng, seed, 0);
    size_t d = start->dimension;
    double deviation = random_deviation(start, mean_of(start->matrix));
    fill_random(start->users, 1, start->matrix->row_count * d, deviation, &rng);
    fill_random(start->items, 1, start->matrix->column_count * d, deviation, &rng);
}

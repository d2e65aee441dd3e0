/* cholesky.c: see cholesky.h.
 *
 * Idea     Right-looking by block rows of U: within a block row axpy along whole rows, so that
 *          lanes are columns; what lies below is updated by one product for each block of rows.
 * Cost     n^3 / 6 multiply-adds: a sixth of them axpy at n = 64, less above; the rest products.
 * Traps    gemm adds products only, so the update multiplies by the block row with its sign turned,
 *          copied COLUMNS at a time to the stack.
 * Checked  tests/sparse/test_cholesky.c: against a plain loop in double, sizes around the block. */
#include "sparse/cholesky.h"

#include <math.h>

#include "kernels/kernels.h"

enum { BLOCK = 16, GRAM_ROWS = 32, COLUMNS = 256 };

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

void cholesky_add_gram(float *matrix, size_t n, const float *rows, size_t count, size_t stride) {
    for (size_t i = 0; i < n; i += GRAM_ROWS)
        kernels()->gemm(&(struct kernel_gemm){.m = smaller(GRAM_ROWS, n - i),
                                              .n = n - i,
                                              .k = count,
                                              .a = rows + i,
                                              .a_row = 1,
                                              .a_column = stride,
                                              .b = rows + i,
                                              .b_row = stride,
                                              .c = matrix + i * n + i,
                                              .c_row = n,
                                              .accumulate = 1});
}

/* Rows [begin, end) become rows of U. */
static void factor_rows(float *matrix, size_t n, size_t begin, size_t end, float floor) {
    const struct kernel_table *table = kernels();
    for (size_t i = begin; i < end; i++) {
        float *row = matrix + i * n;
        float pivot = row[i] > floor ? row[i] : floor;
        row[i] = pivot;
        table->scale(row + i, 1 / sqrtf(pivot), n - i);
        for (size_t r = i + 1; r < end; r++)
            table->axpy(matrix + r * n + r, -row[r], row + r, n - r);
    }
}

/* What rows [begin, end) of U leave of the rows below them. */
static void update_below(float *matrix, size_t n, size_t begin, size_t end) {
    float turned[BLOCK * COLUMNS];
    for (size_t j = end; j < n; j += COLUMNS) {
        size_t width = smaller(COLUMNS, n - j);
        for (size_t l = begin; l < end; l++)
            for (size_t i = 0; i < width; i++)
                turned[(l - begin) * COLUMNS + i] = -matrix[l * n + j + i];
        for (size_t i = 0; i < width; i += GRAM_ROWS)
            kernels()->gemm(&(struct kernel_gemm){.m = smaller(GRAM_ROWS, width - i),
                                                  .n = n - j - i,
                                                  .k = end - begin,
                                                  .a = turned + i,
                                                  .a_row = 1,
                                                  .a_column = COLUMNS,
                                                  .b = matrix + begin * n + j + i,
                                                  .b_row = n,
                                                  .c = matrix + (j + i) * n + j + i,
                                                  .c_row = n,
                                                  .accumulate = 1});
    }
}

void cholesky_factor(float *matrix, size_t n, float floor) {
    for (size_t begin = 0; begin < n; begin += BLOCK) {
        size_t end = smaller(begin + BLOCK, n);
        factor_rows(matrix, n, begin, end, floor);
        update_below(matrix, n, begin, end);
    }
}

void cholesky_solve(const float *factor, size_t n, float *right) {
    const struct kernel_table *table = kernels();
    for (size_t i = 0; i < n; i++) {
        right[i] /= factor[i * n + i];
        table->axpy(right + i + 1, -right[i], factor + i * n + i + 1, n - i - 1);
    }
    for (size_t i = n; i-- > 0;) {
        const float *row = factor + i * n;
        right[i] = (right[i] - table->dot(row + i + 1, right + i + 1, n - i - 1)) / row[i];
    }
}

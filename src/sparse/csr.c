/* csr.c: Gram matrix and product of compressed-row matrices. See csr.h.
 *
 * Gram     Row i of A^T A is the sum of the rows of A that hold column i (Gustavson 1978): a dense
 *          row of `gram` is the accumulator, nothing is sorted or searched. Only columns up to i
 * are added: with the columns of each row in ascending order they are a prefix, which grows as i
 * does.
 * Cost     csr_gram: half of sum(length^2) additions, memory for a sorted copy of the matrix.
 *          csr_multiply: entries * width multiply-adds.
 * Traps    A shard of csr_gram is a run of rows of the result, so its bits never depend on
 *          threads.
 * Checked  tests/sparse/test_csr.c against dense products. */
#include "sparse/csr.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"

#define GRAM_ROWS 32      /* rows of the result in a shard: small, because late rows cost more */
#define PANEL_COLUMNS 128 /* 512 bytes of each dense row: 3,700 rows are 1.9 MB */

/* How many of the ascending values are at most `limit`. */
static size_t prefix_length(const uint32_t *ascending, size_t count, uint32_t limit) {
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (ascending[low + half] <= limit) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

size_t csr_row_find(const struct csr_row *row, uint32_t column) {
    size_t length = prefix_length(row->columns, row->count, column);
    return length > 0 && row->columns[length - 1] == column ? length - 1 : row->count;
}

bool csr_is_valid(const struct csr *matrix, size_t entry_count) {
    if (matrix->offsets[0] != 0 || matrix->offsets[matrix->row_count] != entry_count)
        return false;
    for (uint32_t r = 0; r < matrix->row_count; r++)
        if (matrix->offsets[r] > matrix->offsets[r + 1])
            return false;
    for (uint32_t r = 0; r < matrix->row_count; r++) {
        struct csr_row row = csr_row(matrix, r);
        for (size_t i = 0; i < row.count; i++)
            if (row.columns[i] >= matrix->column_count ||
                (i > 0 && row.columns[i - 1] >= row.columns[i]))
                return false;
    }
    return true;
}

struct gram_job {
    float *gram;
    struct csr by_row; /* columns ascending */
    struct csr by_column;
};

static void gram_rows(void *context, size_t shard) {
    const struct gram_job *job = context;
    const struct kernel_table *table = kernels();
    size_t n = job->by_column.row_count, end = (shard + 1) * GRAM_ROWS;
    for (size_t i = shard * GRAM_ROWS; i < n && i < end; i++) {
        float *sums = job->gram + i * n;
        memset(sums, 0, n * sizeof *sums);
        struct csr_row users = csr_row(&job->by_column, (uint32_t)i);
        for (size_t u = 0; u < users.count; u++) {
            struct csr_row row = csr_row(&job->by_row, users.columns[u]);
            size_t length = prefix_length(row.columns, row.count, (uint32_t)i);
            table->scatter_axpy(sums, csr_row_value(&users, u), row.columns, row.values, length);
        }
    }
}

void csr_gram(float *gram, const struct csr *matrix, const struct csr *transposed) {
    ASSERT(matrix->column_count == transposed->row_count);
    ASSERT(matrix->row_count == transposed->column_count);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct gram_job job = {gram, csr_transpose(transposed, scratch), *transposed};
    parallel_for((matrix->column_count + GRAM_ROWS - 1) / GRAM_ROWS, gram_rows, &job);
    arena_reset(scratch, mark);
}

void csr_multiply(float *out, const struct csr_row *rows, size_t row_count, const float *dense,
                  size_t width) {
    const struct kernel_table *table = kernels();
    for (size_t panel = 0; panel < width; panel += PANEL_COLUMNS) {
        size_t columns = width - panel < PANEL_COLUMNS ? width - panel : PANEL_COLUMNS;
        for (size_t b = 0; b < row_count; b++) {
            float *sums = out + b * width + panel;
            memset(sums, 0, columns * sizeof *sums);
            for (size_t i = 0; i < rows[b].count; i++)
                table->axpy(sums, csr_row_value(&rows[b], i),
                            dense + rows[b].columns[i] * width + panel, columns);
        }
    }
}

float *csr_length_powers(const struct csr *matrix, double power, struct arena *arena) {
    float *powers = ARENA_ARRAY_RAW(arena, float, matrix->row_count);
    for (uint32_t r = 0; r < matrix->row_count; r++) {
        const double length = (double)csr_row(matrix, r).count;
        powers[r] = length > 0 ? (float)pow(length, -power) : 0;
    }
    return powers;
}

float *csr_weighted(const struct csr *matrix, const float *row_weights, const float *column_weights,
                    struct arena *arena) {
    float *values = ARENA_ARRAY_RAW(arena, float, csr_count(matrix));
    for (uint32_t r = 0; r < matrix->row_count; r++)
        for (uint64_t i = matrix->offsets[r]; i < matrix->offsets[r + 1]; i++)
            values[i] = row_weights[r] * column_weights[matrix->columns[i]];
    return values;
}

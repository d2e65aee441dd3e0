/* csr.h: compressed-row matrices: the rows of a sparse matrix one after another, each a list of
 * (column, value).
 *
 * Training data are one: rows are users, columns items, values ratings (NULL: every entry is 1).
 * A struct csr borrows its arrays, so that interactions, a mapped model file or an arena can be
 * looked at as a matrix without a copy. The order of columns within a row is the owner's choice
 * (histories are in the order of time); no column occurs twice in a row. */
#ifndef MATINEE_SPARSE_CSR_H
#define MATINEE_SPARSE_CSR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct csr {
    uint32_t row_count, column_count;
    const uint64_t
        *offsets; /* [row_count + 1]; row r holds entries offsets[r] <= i < offsets[r+1] */
    const uint32_t *columns; /* [offsets[row_count]] */
    const float *values;     /* [offsets[row_count]] or NULL: all 1 */
};

/* One row as a slice. */
struct csr_row {
    size_t count;
    const uint32_t *columns;
    const float *values; /* NULL: all 1 */
};

static inline size_t csr_count(const struct csr *matrix) {
    return (size_t)matrix->offsets[matrix->row_count];
}

static inline struct csr_row csr_row(const struct csr *matrix, uint32_t row) {
    size_t begin = (size_t)matrix->offsets[row];
    return (struct csr_row){(size_t)matrix->offsets[row + 1] - begin, matrix->columns + begin,
                            matrix->values ? matrix->values + begin : NULL};
}

static inline float csr_row_value(const struct csr_row *row, size_t entry) {
    return row->values ? row->values[entry] : 1.0f;
}

/* Place of a column in a row whose columns ascend; row->count if it is not there. */
size_t csr_row_find(const struct csr_row *row, uint32_t column);

/* Whether a matrix that came from a file is one: offsets begin at 0, never fall and end at
 * entry_count, columns ascend within each row and lie below column_count. */
bool csr_is_valid(const struct csr *matrix, size_t entry_count);

/* The transpose, in memory of the arena; columns ascend within each of its rows. Transposing twice
 * sorts the columns of every row. Time O(entries + rows + columns). */
struct csr csr_transpose(const struct csr *matrix, struct arena *arena);

/* [row_count] in memory of the arena: each row's number of entries to the power -power, 0 for an
 * empty row: what entries are divided by when a graph is normalised. */
float *csr_length_powers(const struct csr *matrix, double power, struct arena *arena);

/* The pattern with other values, in memory of the arena: the row's weight times the column's. */
float *csr_weighted(const struct csr *matrix, const float *row_weights, const float *column_weights,
                    struct arena *arena);

/* The lower triangle of the Gram matrix A^T A of A = matrix: gram[i][j] for j <= i, row-major,
 * [column_count][column_count]; what lies above the diagonal is set to 0.
 *   transposed  csr_transpose(matrix)
 * Each element is one float sum over the rows of A in ascending order: counts are exact up to 2^24,
 * and the bits do not depend on the number of threads. Time: half the sum of the squared row
 * lengths. */
void csr_gram(float *gram, const struct csr *matrix, const struct csr *transposed);

/* out[b][c] = sum over entries (l, v) of row rows[b] of v * dense[l][c]: `row_count` sparse rows
 * times a dense matrix.
 *   dense  [columns of the rows][width], row-major
 *   out    [row_count][width], overwritten
 * Runs on the calling thread, a panel of dense columns at a time so that the panel stays in the
 * cache over all rows: hand in rows by the dozen. Each element is one sum in the order of the row's
 * entries. */
void csr_multiply(float *out, const struct csr_row *rows, size_t row_count, const float *dense,
                  size_t width);

#endif

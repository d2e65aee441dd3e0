/* spd.c: Cholesky factor and inverse by tiles. See spd.h.
 *
 * Idea     The matrix is cut into TILE x TILE tiles. Each step works on tiles that do not depend on
 *          one another: these are the shards of one parallel_for. Three sweeps, each in place:
 *            factor   A = L L^T        potrf on the diagonal, trsm below it, then syrk and gemm on
 *                                      everything to the right (right-looking)
 *            inverse  L := L^-1        trsm on the column, gemm into the rows, trsm on the row
 *            product  A^-1 = L^-T L^-1 syrk and gemm into the rows above, trmm on the row
 *          Substitution takes TILE columns of the right side through all rows of the factor, one
 *          product with all that is solved already for each.
 * Source   The tile algorithms of PLASMA: Buttari, Langou, Kurzak, Dongarra, Parallel Computing
 *          2009; LAPACK's spotrf, strtri, slauum are the same sweeps on columns.
 * Cost     n^3 multiply-adds, nine tenths of them in sgemm and ssyrk on whole tiles; n = 3,706 on
 *          two cores of an AVX-512 server: below half a second.
 * Traps    OpenBLAS must not start threads of its own: its results change with their number.
 *          LAPACKE's row-major calls transpose through malloc; a row-major lower triangle is a
 *          column-major upper one, so the column-major calls are used with 'U'.
 * Checked  tests/sparse/test_spd.c: residuals for sizes around the tile, same bits for 1, 2, 4
 *          threads. */
#include "sparse/spd.h"

#include <cblas.h>
#include <lapacke.h>
#include <stdint.h>

#include "base/assert.h"
#include "base/parallel.h"

#define TILE 256

/* One sweep's view of the matrix; `step` is the diagonal tile that it works on. */
struct tiles {
    float *matrix;
    size_t n, count, step;
};

/* What every call of LAPACK in this program comes through. */
static void begin(void) { openblas_set_num_threads(1); }

static struct tiles tiles_of(float *matrix, size_t n) {
    ASSERT(n > 0);
    begin();
    return (struct tiles){matrix, n, (n + TILE - 1) / TILE, 0};
}

static float *tile(const struct tiles *tiles, size_t row, size_t column) {
    return tiles->matrix + (row * tiles->n + column) * TILE;
}

/* Rows of tile row `index`, which are the columns of tile column `index`. */
static int extent(const struct tiles *tiles, size_t index) {
    size_t rest = tiles->n - index * TILE;
    return (int)(rest < TILE ? rest : TILE);
}

/* Tile (i, j) of a lower triangle of tiles that is numbered row by row: shard = i (i + 1) / 2 + j.
 */
static void triangle_place(size_t shard, size_t *i, size_t *j) {
    size_t row = 0;
    while ((row + 1) * (row + 2) / 2 <= shard)
        row++;
    *i = row;
    *j = shard - row * (row + 1) / 2;
}

/* Tile (i, step) := tile * L(step, step)^-T. */
static void factor_column(void *context, size_t shard) {
    const struct tiles *t = context;
    size_t k = t->step, i = k + 1 + shard;
    cblas_strsm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, extent(t, i),
                extent(t, k), 1.0f, tile(t, k, k), (int)t->n, tile(t, i, k), (int)t->n);
}

/* Tile (i, j) -= tile (i, step) * tile (j, step)^T. */
static void factor_update(void *context, size_t shard) {
    const struct tiles *t = context;
    size_t k = t->step, i, j;
    triangle_place(shard, &i, &j);
    i += k + 1;
    j += k + 1;
    int n = (int)t->n;
    if (i == j)
        cblas_ssyrk(CblasRowMajor, CblasLower, CblasNoTrans, extent(t, i), extent(t, k), -1.0f,
                    tile(t, i, k), n, 1.0f, tile(t, i, i), n);
    else
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, extent(t, i), extent(t, j),
                    extent(t, k), -1.0f, tile(t, i, k), n, tile(t, j, k), n, 1.0f, tile(t, i, j),
                    n);
}

bool spd_factor(float *matrix, size_t n) {
    struct tiles tiles = tiles_of(matrix, n);
    for (size_t k = 0; k < tiles.count; k++) {
        size_t below = tiles.count - k - 1;
        tiles.step = k;
        if (LAPACKE_spotrf_work(LAPACK_COL_MAJOR, 'U', extent(&tiles, k), tile(&tiles, k, k),
                                (int)n) != 0)
            return false;
        parallel_for(below, factor_column, &tiles);
        parallel_for(below * (below + 1) / 2, factor_update, &tiles);
    }
    return true;
}

/* TILE columns of a right side, through all rows of tiles. */
struct substitution {
    struct tiles tiles;
    float *right;
    size_t columns;
};

/* Rows of tile row `row` -= (transposed: columns below it, else row left of it) times the rows
 * that are solved already. */
static void substitute_known(const struct substitution *s, size_t row, size_t shard,
                             bool transposed) {
    const struct tiles *t = &s->tiles;
    const size_t first = transposed ? row + 1 : 0, rest = s->columns - shard * TILE;
    const size_t known = transposed ? t->n - first * TILE : row * TILE;
    const float *factor = transposed ? tile(t, first, row) : tile(t, row, 0);
    float *right = s->right + shard * TILE;
    cblas_sgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, extent(t, row),
                (int)(rest < TILE ? rest : TILE), (int)known, -1.0f, factor, (int)t->n,
                right + first * TILE * s->columns, (int)s->columns, 1.0f,
                right + row * TILE * s->columns, (int)s->columns);
}

static void substitute_own(const struct substitution *s, size_t row, size_t shard,
                           bool transposed) {
    const struct tiles *t = &s->tiles;
    const size_t rest = s->columns - shard * TILE;
    cblas_strsm(CblasRowMajor, CblasLeft, CblasLower, transposed ? CblasTrans : CblasNoTrans,
                CblasNonUnit, extent(t, row), (int)(rest < TILE ? rest : TILE), 1.0f,
                tile(t, row, row), (int)t->n, s->right + row * TILE * s->columns + shard * TILE,
                (int)s->columns);
}

static void substitute_columns(void *context, size_t shard) {
    const struct substitution *s = context;
    const size_t count = s->tiles.count;
    for (size_t row = 0; row < count; row++) {
        if (row > 0)
            substitute_known(s, row, shard, false);
        substitute_own(s, row, shard, false);
    }
    for (size_t row = count; row-- > 0;) {
        if (row + 1 < count)
            substitute_known(s, row, shard, true);
        substitute_own(s, row, shard, true);
    }
}

void spd_substitute(const float *factor, size_t n, float *right, size_t columns) {
    struct substitution substitution = {tiles_of((float *)(uintptr_t)factor, n), right, columns};
    parallel_for((columns + TILE - 1) / TILE, substitute_columns, &substitution);
}

/* Tile (i, step) := -tile * L(step, step)^-1, for i below the step. */
static void invert_column(void *context, size_t shard) {
    const struct tiles *t = context;
    size_t k = t->step, i = k + 1 + shard;
    cblas_strsm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, extent(t, i),
                extent(t, k), -1.0f, tile(t, k, k), (int)t->n, tile(t, i, k), (int)t->n);
}

/* Tile (i, j) += tile (i, step) * tile (step, j), for i below the step and j left of it. */
static void invert_update(void *context, size_t shard) {
    const struct tiles *t = context;
    size_t k = t->step, i = k + 1 + shard / k, j = shard % k;
    int n = (int)t->n;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, extent(t, i), extent(t, j), extent(t, k),
                1.0f, tile(t, i, k), n, tile(t, k, j), n, 1.0f, tile(t, i, j), n);
}

/* Tile (step, j) := L(step, step)^-1 * tile, for j left of the step. */
static void invert_row(void *context, size_t shard) {
    const struct tiles *t = context;
    size_t k = t->step, j = shard;
    cblas_strsm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit, extent(t, k),
                extent(t, j), 1.0f, tile(t, k, k), (int)t->n, tile(t, k, j), (int)t->n);
}

/* L := L^-1. Rows above the step hold the inverse of what stands above; the rows below it hold
 * what is still to be multiplied from the right by later columns. */
static void invert_triangle(struct tiles *tiles) {
    for (size_t k = 0; k < tiles->count; k++) {
        size_t below = tiles->count - k - 1;
        tiles->step = k;
        parallel_for(below, invert_column, tiles);
        parallel_for(below * k, invert_update, tiles);
        parallel_for(k, invert_row, tiles);
        /* A factor that spd_factor has accepted has no zero on its diagonal. */
        lapack_int info = LAPACKE_strtri_work(LAPACK_COL_MAJOR, 'U', 'N', extent(tiles, k),
                                              tile(tiles, k, k), (int)tiles->n);
        ASSERT(info == 0);
    }
}

/* Tile (i, j) += tile (step, i)^T * tile (step, j), for j <= i above the step. */
static void product_update(void *context, size_t shard) {
    const struct tiles *t = context;
    size_t k = t->step, i, j;
    triangle_place(shard, &i, &j);
    int n = (int)t->n;
    if (i == j)
        cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, extent(t, i), extent(t, k), 1.0f,
                    tile(t, k, i), n, 1.0f, tile(t, i, i), n);
    else
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, extent(t, i), extent(t, j),
                    extent(t, k), 1.0f, tile(t, k, i), n, tile(t, k, j), n, 1.0f, tile(t, i, j), n);
}

/* Tile (step, j) := L(step, step)^T * tile, for j left of the step. */
static void product_row(void *context, size_t shard) {
    const struct tiles *t = context;
    size_t k = t->step, j = shard;
    cblas_strmm(CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, extent(t, k),
                extent(t, j), 1.0f, tile(t, k, k), (int)t->n, tile(t, k, j), (int)t->n);
}

/* The lower triangle of L^T L replaces L. */
static void multiply_triangle(struct tiles *tiles) {
    for (size_t k = 0; k < tiles->count; k++) {
        tiles->step = k;
        parallel_for(k * (k + 1) / 2, product_update, tiles);
        parallel_for(k, product_row, tiles);
        LAPACKE_slauum_work(LAPACK_COL_MAJOR, 'U', extent(tiles, k), tile(tiles, k, k),
                            (int)tiles->n);
    }
}

bool spd_invert(float *matrix, size_t n) {
    if (!spd_factor(matrix, n))
        return false;
    struct tiles tiles = tiles_of(matrix, n);
    invert_triangle(&tiles);
    multiply_triangle(&tiles);
    return true;
}

static void mirror_rows(void *context, size_t shard) {
    const struct tiles *t = context;
    for (size_t j = 0; j <= shard; j++)
        for (int r = 0; r < extent(t, shard); r++)
            for (int c = 0; c < (j == shard ? r : TILE); c++)
                tile(t, j, shard)[(size_t)c * t->n + (size_t)r] =
                    tile(t, shard, j)[(size_t)r * t->n + (size_t)c];
}

void spd_mirror(float *matrix, size_t n) {
    struct tiles tiles = {matrix, n, (n + TILE - 1) / TILE, 0};
    parallel_for(tiles.count, mirror_rows, &tiles);
}

bool spd_solve(double *matrix, size_t n, double *right, size_t columns) {
    begin();
    return LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', (lapack_int)n, (lapack_int)columns, matrix,
                         (lapack_int)n, right, (lapack_int)columns) == 0;
}

/* The row-major upper triangle is the column-major lower one, and eigenvectors in the columns of a
 * column-major matrix are rows here. */
bool spd_eigen(double *matrix, size_t n, double *values) {
    begin();
    return LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'L', (lapack_int)n, matrix, (lapack_int)n,
                          values) == 0;
}

/* svd.c: truncated singular value decomposition by a randomised block Krylov method. See svd.h.
 *
 * Idea     With n = the shorter side of A and B = A A^T (n x n, never formed), a block of 32 random
 *          vectors Q_0 spans Q_0, B Q_0, B^2 Q_0, ...: a space of d = 32 j vectors that holds the
 *          leading eigenvectors of B far better than d random ones would. Block Lanczos builds an
 *          orthonormal basis of it in which B is the block tridiagonal T (d x d):
 *            B Q_j = Q_j-1 R_j^T + Q_j T_jj + Q_j+1 R_j+1
 *          T = S diag(s^2) S^T is a small dense problem, and U = Q S, V = A^T U / s.
 * Source   Musco & Musco, "Randomized Block Krylov Methods", NeurIPS 2015, algorithm 2; block
 *          Lanczos with full re-orthogonalisation: Golub & Underwood 1977.
 * Blocks   are made orthonormal through the eigenvectors of their Gram matrix, Z W L^-1/2, twice
 *          with a projection on all earlier blocks between: directions that are nothing but
 *          rounding become 0 and stay so, which is how a matrix of low rank ends.
 * Dense    Where d would not be below n, B is formed and decomposed as a whole.
 * Cost     d = 2 components + 32, at least 512: 4 d products with the entries; 2 n d^2
 *          multiply-adds for the basis, 2 n d components for the vectors; LAPACK's symmetric
 *          problem of size d on one thread. Memory 4 n d bytes, 16 d^2 and the result. On two
 *          cores of an AVX2 server, 512 components of gowalla's matrix: 2.5 s, 234 MB.
 * Traps    Long sums (over n) go through double: single precision alone would cost a digit of each
 *          singular value. A value that occurs more than 32 times is found at most 32 times.
 * Checked  tests/sparse/test_svd.c: against LAPACK's dense one, low rank, same bits for 1, 2, 4
 *          threads. */
#include "sparse/svd.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "kernels/kernels.h"

#define BLOCK 32
#define PANEL 512 /* rows of a shard */
#define SPARSE_ROWS 64
#define STEPS_MIN 16    /* with fewer, few components would be poor */
#define SEED 0x5bd1e995 /* of Q_0: any will do */
#define NEGLIGIBLE 1e-10
#define NOISE 2e-7 /* of the largest eigenvalue: what single precision leaves of 0 */

/* B = A A^T with n the shorter side of A. */
struct krylov {
    struct csr rows, columns; /* A by row [n], by column */
    size_t n, steps;          /* d = steps * BLOCK */
    float *basis;             /* [steps][n][BLOCK] */
    float *z;                 /* [n][BLOCK] the block that is worked on */
    float *y;                 /* [columns of A][BLOCK] */
    float *overlaps;          /* [steps][BLOCK][BLOCK] of earlier blocks with z, negated */
    double *small;            /* T: [d][d], lower triangle */
    size_t first, last;       /* the blocks that z is projected on */
    float *partial;           /* [panels][BLOCK][BLOCK] */
    float *factor;            /* [BLOCK][BLOCK] what z is multiplied with */
};

static size_t panels_of(size_t n) { return (n + PANEL - 1) / PANEL; }

static size_t panel_rows(size_t n, size_t panel) {
    return n - panel * PANEL < PANEL ? n - panel * PANEL : PANEL;
}

static float *block_of(const struct krylov *k, size_t index) {
    return k->basis + index * k->n * BLOCK;
}

/* ---- Sparse products ------------------------------------------------------------------------- */

struct product {
    const struct csr *matrix;
    const float *dense;
    float *out;
};

static void multiply_rows(void *context, size_t shard) {
    const struct product *product = context;
    struct csr_row rows[SPARSE_ROWS];
    const size_t begin = shard * SPARSE_ROWS;
    size_t count = 0;
    for (; count < SPARSE_ROWS && begin + count < product->matrix->row_count; count++)
        rows[count] = csr_row(product->matrix, (uint32_t)(begin + count));
    csr_multiply(product->out + begin * BLOCK, rows, count, product->dense, BLOCK);
}

/* out[rows][BLOCK] = matrix times dense. */
static void multiply(const struct csr *matrix, const float *dense, float *out) {
    struct product product = {matrix, dense, out};
    parallel_for((matrix->row_count + SPARSE_ROWS - 1) / SPARSE_ROWS, multiply_rows, &product);
}

/* ---- Dense blocks ---------------------------------------------------------------------------- */

/* c[BLOCK][BLOCK] = left^T right over `rows` rows. */
static void overlap(const float *left, const float *right, size_t rows, float *c) {
    kernels()->gemm(&(struct kernel_gemm){.m = BLOCK,
                                          .n = BLOCK,
                                          .k = rows,
                                          .a = left,
                                          .a_row = 1,
                                          .a_column = BLOCK,
                                          .b = right,
                                          .b_row = BLOCK,
                                          .c = c,
                                          .c_row = BLOCK});
}

/* overlaps of one earlier block with z. */
static void overlap_block(void *context, size_t shard) {
    const struct krylov *k = context;
    const float *block = block_of(k, k->first + shard);
    double sums[BLOCK * BLOCK] = {0};
    float part[BLOCK * BLOCK];
    for (size_t p = 0; p < panels_of(k->n); p++) {
        const size_t at = p * PANEL * BLOCK;
        overlap(block + at, k->z + at, panel_rows(k->n, p), part);
        for (size_t i = 0; i < BLOCK * BLOCK; i++)
            sums[i] += (double)part[i];
    }
    float *out = k->overlaps + (k->first + shard) * BLOCK * BLOCK;
    for (size_t i = 0; i < BLOCK * BLOCK; i++)
        out[i] = (float)-sums[i];
}

/* A panel of z less its part along the earlier blocks. */
static void project_panel(void *context, size_t panel) {
    const struct krylov *k = context;
    const size_t at = panel * PANEL * BLOCK;
    for (size_t b = k->first; b <= k->last; b++)
        kernels()->gemm(&(struct kernel_gemm){.m = panel_rows(k->n, panel),
                                              .n = BLOCK,
                                              .k = BLOCK,
                                              .a = block_of(k, b) + at,
                                              .a_row = BLOCK,
                                              .a_column = 1,
                                              .b = k->overlaps + b * BLOCK * BLOCK,
                                              .b_row = BLOCK,
                                              .c = k->z + at,
                                              .c_row = BLOCK,
                                              .accumulate = 1});
}

static void project(struct krylov *k, size_t first, size_t last) {
    k->first = first;
    k->last = last;
    parallel_for(last - first + 1, overlap_block, k);
    parallel_for(panels_of(k->n), project_panel, k);
}

static void gram_panel(void *context, size_t panel) {
    const struct krylov *k = context;
    const float *z = k->z + panel * PANEL * BLOCK;
    overlap(z, z, panel_rows(k->n, panel), k->partial + panel * BLOCK * BLOCK);
}

/* gram[BLOCK][BLOCK] = z^T z; returns its trace. */
static double gram_of(struct krylov *k, double *gram) {
    parallel_for(panels_of(k->n), gram_panel, k);
    memset(gram, 0, BLOCK * BLOCK * sizeof *gram);
    for (size_t p = 0; p < panels_of(k->n); p++)
        for (size_t i = 0; i < BLOCK * BLOCK; i++)
            gram[i] += (double)k->partial[p * BLOCK * BLOCK + i];
    double trace = 0;
    for (size_t i = 0; i < BLOCK; i++)
        trace += gram[i * (BLOCK + 1)];
    return trace;
}

static void scale_panel(void *context, size_t panel) {
    const struct krylov *k = context;
    float copy[PANEL * BLOCK];
    const size_t rows = panel_rows(k->n, panel);
    float *z = k->z + panel * PANEL * BLOCK;
    memcpy(copy, z, rows * BLOCK * sizeof *copy);
    kernels()->gemm(&(struct kernel_gemm){.m = rows,
                                          .n = BLOCK,
                                          .k = BLOCK,
                                          .a = copy,
                                          .a_row = BLOCK,
                                          .a_column = 1,
                                          .b = k->factor,
                                          .b_row = BLOCK,
                                          .c = z,
                                          .c_row = BLOCK});
}

/* Replaces a symmetric matrix [n][n] (its lower triangle is read) by its eigenvectors, one a row,
 * of ascending eigenvalues. */
static void eigenvectors(double *matrix, size_t n, double *values) {
    openblas_set_num_threads(1);
    double need;
    lapack_int need_whole;
    const lapack_int size = (lapack_int)n;
    LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', size, matrix, size, values, &need, -1,
                        &need_whole, -1);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    double *work = ARENA_ARRAY_RAW(scratch, double, (size_t)need);
    lapack_int *whole = ARENA_ARRAY_RAW(scratch, lapack_int, (size_t)need_whole);
    const lapack_int info = LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', size, matrix, size,
                                                values, work, (lapack_int)need, whole, need_whole);
    ASSERT(info == 0); /* it fails on NaN only */
    arena_reset(scratch, mark);
}

/* z = orthonormal columns times r[BLOCK][BLOCK]; z becomes those columns, 0 where the length would
 * be at most the square root of `negligible`. */
static void normalise(struct krylov *k, double negligible, double *r) {
    double lengths[BLOCK];
    gram_of(k, r);
    eigenvectors(r, BLOCK, lengths);
    for (size_t i = 0; i < BLOCK; i++) {
        const bool kept = lengths[i] > negligible;
        const double length = kept ? sqrt(lengths[i]) : 0;
        for (size_t j = 0; j < BLOCK; j++) {
            k->factor[j * BLOCK + i] = kept ? (float)(r[i * BLOCK + j] / length) : 0;
            r[i * BLOCK + j] *= length;
        }
    }
    parallel_for(panels_of(k->n), scale_panel, k);
}

/* ---- The basis ------------------------------------------------------------------------------- */

static void draw_panel(void *context, size_t panel) {
    const struct krylov *k = context;
    struct rng rng;
    rng_init(&rng, SEED, panel);
    for (size_t i = 0; i < panel_rows(k->n, panel) * BLOCK; i++)
        k->z[panel * PANEL * BLOCK + i] = (float)rng_normal(&rng);
}

/* T_jj, from the overlaps of Q_j with B Q_j. */
static void put_diagonal(struct krylov *k, size_t j) {
    const size_t d = k->steps * BLOCK;
    const float *overlaps = k->overlaps + j * BLOCK * BLOCK;
    for (size_t a = 0; a < BLOCK; a++)
        for (size_t b = 0; b <= a; b++)
            k->small[(j * BLOCK + a) * d + j * BLOCK + b] =
                -0.5 * ((double)overlaps[a * BLOCK + b] + (double)overlaps[b * BLOCK + a]);
}

/* T_j+1,j = second times first. */
static void put_below(struct krylov *k, size_t j, const double *second, const double *first) {
    const size_t d = k->steps * BLOCK;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, BLOCK, BLOCK, BLOCK, 1, second, BLOCK,
                first, BLOCK, 0, k->small + (j + 1) * BLOCK * d + j * BLOCK, (int)d);
}

/* Fills basis and T. */
static void build(struct krylov *k) {
    double first[BLOCK * BLOCK], second[BLOCK * BLOCK];
    const size_t bytes = k->n * BLOCK * sizeof(float);
    parallel_for(panels_of(k->n), draw_panel, k);
    normalise(k, 0, first);
    memcpy(block_of(k, 0), k->z, bytes);
    for (size_t j = 0; j < k->steps; j++) {
        multiply(&k->columns, block_of(k, j), k->y);
        multiply(&k->rows, k->y, k->z);
        const double before = gram_of(k, first);
        project(k, j > 0 ? j - 1 : 0, j);
        put_diagonal(k, j);
        if (j + 1 == k->steps)
            break;
        normalise(k, NEGLIGIBLE * before, first);
        project(k, 0, j);
        normalise(k, 0.25, second);
        put_below(k, j, second, first);
        memcpy(block_of(k, j + 1), k->z, bytes);
    }
}

/* ---- Vectors --------------------------------------------------------------------------------- */

/* z = Q times BLOCK columns of S, which stand in `overlaps`. */
static void combine_panel(void *context, size_t panel) {
    const struct krylov *k = context;
    const size_t at = panel * PANEL * BLOCK;
    for (size_t b = 0; b < k->steps; b++)
        kernels()->gemm(&(struct kernel_gemm){.m = panel_rows(k->n, panel),
                                              .n = BLOCK,
                                              .k = BLOCK,
                                              .a = block_of(k, b) + at,
                                              .a_row = BLOCK,
                                              .a_column = 1,
                                              .b = k->overlaps + b * BLOCK * BLOCK,
                                              .b_row = BLOCK,
                                              .c = k->z + at,
                                              .c_row = BLOCK,
                                              .accumulate = b > 0});
}

/* Columns `from` ... of a result [rows][count], each divided by its scale (NULL: 1), or 0. */
static void put_columns(float *out, const struct svd *svd, size_t from, const float *block,
                        size_t rows, const float *scales) {
    const size_t width = svd->count - from < BLOCK ? svd->count - from : BLOCK;
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < width; c++) {
            const float scale = scales ? scales[from + c] : 1;
            out[r * svd->count + from + c] =
                svd->values[from + c] > 0 ? block[r * BLOCK + c] / scale : 0;
        }
}

/* The singular values from the eigenvalues of T, ascending; what is rounding becomes 0. */
static void take_values(struct svd *svd, const double *eigenvalues, size_t d) {
    const double largest = eigenvalues[d - 1];
    for (size_t c = 0; c < svd->count; c++) {
        const double square = eigenvalues[d - 1 - c];
        svd->values[c] = square > NOISE * largest ? (float)sqrt(square) : 0;
    }
}

/* short_side [n][count] and long_side [columns of A][count], either NULL. */
static void take_vectors(struct krylov *k, const struct svd *svd, float *short_side,
                         float *long_side) {
    const size_t d = k->steps * BLOCK;
    for (size_t from = 0; from < svd->count; from += BLOCK) {
        for (size_t l = 0; l < d; l++)
            for (size_t c = 0; c < BLOCK; c++)
                k->overlaps[l * BLOCK + c] =
                    from + c < svd->count ? (float)k->small[(d - 1 - from - c) * d + l] : 0;
        parallel_for(panels_of(k->n), combine_panel, k);
        if (short_side)
            put_columns(short_side, svd, from, k->z, k->n, NULL);
        if (!long_side)
            continue;
        multiply(&k->columns, k->z, k->y);
        put_columns(long_side, svd, from, k->y, k->columns.row_count, svd->values);
    }
}

/* A basis of unit vectors and T = B as a whole: what the vectors are taken from where n is small.
 */
static void build_whole(struct krylov *k, struct arena *scratch) {
    const size_t d = k->steps * BLOCK;
    float *gram = ARENA_ARRAY_RAW(scratch, float, k->n * k->n);
    csr_gram(gram, &k->columns, &k->rows);
    for (size_t i = 0; i < k->n; i++) {
        k->basis[(i / BLOCK * k->n + i) * BLOCK + i % BLOCK] = 1;
        for (size_t j = 0; j <= i; j++)
            k->small[i * d + j] = (double)gram[i * k->n + j];
    }
}

static size_t krylov_steps(size_t components) {
    const size_t steps = (2 * components + BLOCK + BLOCK - 1) / BLOCK;
    return steps > STEPS_MIN ? steps : STEPS_MIN;
}

static bool is_dense(size_t n, size_t components) {
    return (krylov_steps(components) + 1) * BLOCK > n;
}

static size_t steps_for(size_t n, size_t components) {
    return is_dense(n, components) ? (n + BLOCK - 1) / BLOCK : krylov_steps(components);
}

size_t svd_bytes(const struct csr *matrix, size_t components, enum svd_sides sides) {
    const size_t rows = matrix->row_count, columns = matrix->column_count;
    const size_t n = rows < columns ? rows : columns;
    const size_t d = steps_for(n, components) * BLOCK;
    const size_t results =
        components * ((sides & SVD_LEFT ? rows : 0) + (sides & SVD_RIGHT ? columns : 0));
    return sizeof(float) * (n * d + (rows + columns) * BLOCK + results) +
           3 * d * d * sizeof(double);
}

struct svd svd_truncated(const struct csr *matrix, const struct csr *transposed, size_t components,
                         enum svd_sides sides, struct arena *arena) {
    ASSERT(matrix->row_count == transposed->column_count);
    ASSERT(matrix->column_count == transposed->row_count);
    const bool rows_are_fewer = matrix->row_count <= matrix->column_count;
    struct krylov k = {.rows = rows_are_fewer ? *matrix : *transposed,
                       .columns = rows_are_fewer ? *transposed : *matrix};
    k.n = k.rows.row_count;
    struct svd svd = {.count = components < k.n ? components : k.n};
    k.steps = steps_for(k.n, svd.count);
    const size_t d = k.steps * BLOCK;
    struct arena scratch = {0};
    k.basis = ARENA_ARRAY(&scratch, float, k.n *d);
    k.z = ARENA_ARRAY_RAW(&scratch, float, k.n *BLOCK);
    k.y = ARENA_ARRAY_RAW(&scratch, float, k.rows.column_count *(size_t)BLOCK);
    k.overlaps = ARENA_ARRAY_RAW(&scratch, float, d *BLOCK);
    k.partial = ARENA_ARRAY_RAW(&scratch, float, panels_of(k.n) * BLOCK * BLOCK);
    k.factor = ARENA_ARRAY_RAW(&scratch, float, BLOCK *BLOCK);
    k.small = ARENA_ARRAY(&scratch, double, d *d);
    double *eigenvalues = ARENA_ARRAY_RAW(&scratch, double, d);
    if (is_dense(k.n, svd.count))
        build_whole(&k, &scratch);
    else
        build(&k);
    eigenvectors(k.small, d, eigenvalues);
    svd.values = ARENA_ARRAY_RAW(arena, float, svd.count);
    take_values(&svd, eigenvalues, d);
    if (sides & SVD_LEFT)
        svd.left = ARENA_ARRAY_RAW(arena, float, matrix->row_count *svd.count);
    if (sides & SVD_RIGHT)
        svd.right = ARENA_ARRAY_RAW(arena, float, matrix->column_count *svd.count);
    take_vectors(&k, &svd, rows_are_fewer ? svd.left : svd.right,
                 rows_are_fewer ? svd.right : svd.left);
    arena_release(&scratch);
    return svd;
}

/* als_solve.c: see als_solve.h.
 *
 * Idea     The vectors h are turned into the axes of their Gram matrix, so that all that is not
 *          observed, with the penalty, is a diagonal: D = a0 diag(gram) + r. With rows z_i =
 *          sqrt(c_i) D^-1/2 h_i of Z and v = D^1/2 w the row is the solution of
 *              (I + Z^T Z) v = Z^T t~,   t~_i = sqrt(c_i) t_i          (dimension x dimension)
 *          and, by Woodbury, v = Z^T y with
 *              (I + Z Z^T) y = t~                                      (|S| x |S|).
 * Solvers  cholesky  exact, on whichever of the two is smaller. Most rows of sparse data are short.
 *          cg        some steps of conjugate gradients from where the row stood; the diagonal is
 *                    its preconditioner (Takacs, Pilaszy, Tikk, RecSys 2011).
 *          block     one Newton step for each block of coordinates in turn, the residual carried
 *                    along: iALS++ (Rendle, Krichene, Zhang, Koren 2021, algorithm 1).
 * Cost     n = |S|: cholesky n m^2 / 2 or d m^2 / 2, and m^3 / 6, with m = min(n, d); cg 2 n d each
 *          step; block n d (b / 2 + 3).
 * Traps    Pivots of I + Z^T Z are at least 1, whatever rounding makes of them: the factorisation
 *          is told so, and cannot fail. A long row's Z is made by pieces that stay in the cache.
 * Checked  tests/models/test_als.c: each solver against elimination in double, both forms. */
#include "models/factorization/als_solve.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernels/kernels.h"
#include "sparse/cholesky.h"

enum { CHUNK = 192, TRANSPOSE = 8, AHEAD = 8, LINE = 16 };

/* A row in the making: Z and t~ of it, or what makes them. */
struct system {
    const struct als_side *side;
    const struct csr_row *row;
    float *scale;   /* [dimension] D^-1/2 */
    float *targets; /* [count] t~ */
    float *roots;   /* [count] sqrt(c_i); NULL: all 1, or in `steady` */
    float steady;
};

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static double ridge_of(const struct als_side *side, size_t count) {
    const struct als_weights *weights = &side->weights;
    double size = (double)count + weights->unobserved * (double)side->count;
    return weights->regularization * pow(size, weights->nu);
}

static struct system system_of(const struct als_side *side, const struct csr_row *row,
                               struct arena *scratch) {
    const struct als_weights *weights = &side->weights;
    struct system system = {.side = side, .row = row, .steady = 1};
    double ridge = ridge_of(side, row->count);
    system.scale = ARENA_ARRAY_RAW(scratch, float, side->dimension);
    for (size_t k = 0; k < side->dimension; k++)
        system.scale[k] = (float)(1 / sqrt(ridge + (side->gram ? (double)side->gram[k] : 0)));
    system.targets = ARENA_ARRAY_RAW(scratch, float, row->count);
    if (weights->is_explicit) {
        for (size_t i = 0; i < row->count; i++)
            system.targets[i] = csr_row_value(row, i) - side->mean - side->bias[row->columns[i]];
        return system;
    }
    if (!row->values)
        system.steady = (float)sqrt(weights->confidence);
    else
        system.roots = system.targets;
    for (size_t i = 0; i < row->count; i++) {
        double value = csr_row_value(row, i);
        system.targets[i] = (float)sqrt(weights->confidence * (value > 0 ? value : 0));
    }
    return system;
}

/* Rows [begin, end) of Z. */
static void fill_rows(const struct system *system, size_t begin, size_t end, float *z) {
    const struct kernel_table *table = kernels();
    const float *vectors = system->side->vectors;
    const uint32_t *columns = system->row->columns;
    size_t d = system->side->dimension;
    for (size_t i = begin; i < end; i++, z += d) {
        if (i + AHEAD < end)
            for (size_t line = 0; line < d; line += LINE)
                __builtin_prefetch(vectors + columns[i + AHEAD] * d + line);
        table->multiply(z, vectors + columns[i] * d, system->scale, d);
        float root = system->roots ? system->roots[i] : system->steady;
        if (root != 1)
            table->scale(z, root, d);
    }
}

/* Makes all of Z. */
static float *rows_of(const struct system *system, struct arena *scratch) {
    float *z = ARENA_ARRAY_RAW(scratch, float, system->row->count * system->side->dimension);
    fill_rows(system, 0, system->row->count, z);
    return z;
}

static void add_one(float *matrix, size_t n) {
    for (size_t i = 0; i < n; i++)
        matrix[i * n + i] += 1;
}

/* The factor of I + Z^T Z, and right = Z^T t~ unless it is NULL. */
static float *factor_columns(const struct system *system, float *right, struct arena *scratch) {
    size_t d = system->side->dimension, count = system->row->count;
    float *matrix = ARENA_ARRAY(scratch, float, d *d);
    float *z = ARENA_ARRAY_RAW(scratch, float, smaller(CHUNK, count) * d);
    for (size_t begin = 0; begin < count; begin += CHUNK) {
        size_t end = smaller(begin + CHUNK, count);
        fill_rows(system, begin, end, z);
        cholesky_add_gram(matrix, d, z, end - begin, d);
        if (right)
            kernels()->gather_axpy(right, system->targets + begin, z, d, d, NULL, end - begin);
    }
    add_one(matrix, d);
    cholesky_factor(matrix, d, 1);
    return matrix;
}

static void solve_by_columns(const struct system *system, float *v, struct arena *scratch) {
    size_t d = system->side->dimension;
    memset(v, 0, d * sizeof *v);
    const float *factor = factor_columns(system, v, scratch);
    cholesky_solve(factor, d, v);
}

/* columns[d][rows] = rows[rows][d]^T. */
static void transpose(float *columns, const float *rows, size_t count, size_t d) {
    for (size_t begin = 0; begin < count; begin += TRANSPOSE) {
        size_t end = smaller(begin + TRANSPOSE, count);
        for (size_t k = 0; k < d; k++)
            for (size_t i = begin; i < end; i++)
                columns[k * count + i] = rows[i * d + k];
    }
}

static void solve_by_rows(const struct system *system, float *v, struct arena *scratch) {
    size_t d = system->side->dimension, n = system->row->count;
    const float *z = rows_of(system, scratch);
    float *columns = ARENA_ARRAY_RAW(scratch, float, n *d);
    float *matrix = ARENA_ARRAY(scratch, float, n *n);
    float *y = ARENA_ARRAY_RAW(scratch, float, n);
    transpose(columns, z, n, d);
    cholesky_add_gram(matrix, n, columns, d, n);
    add_one(matrix, n);
    cholesky_factor(matrix, n, 1);
    memcpy(y, system->targets, n * sizeof *y);
    cholesky_solve(matrix, n, y);
    memset(v, 0, d * sizeof *v);
    kernels()->gather_axpy(v, y, z, d, d, NULL, n);
}

/* y += Z^T (targets - Z p), the targets NULL for 0. */
static void add_residual(const float *z, const struct system *system, const float *p, bool targets,
                         float *y, float *met) {
    size_t d = system->side->dimension, count = system->row->count;
    kernels()->gather_dot(met, p, z, d, d, NULL, count);
    for (size_t i = 0; i < count; i++)
        met[i] = (targets ? system->targets[i] : 0) - met[i];
    kernels()->gather_axpy(y, met, z, d, d, NULL, count);
}

static void solve_by_gradients(const struct system *system, float *v, struct arena *scratch) {
    const struct kernel_table *table = kernels();
    size_t d = system->side->dimension;
    const float *z = rows_of(system, scratch);
    float *met = ARENA_ARRAY_RAW(scratch, float, system->row->count);
    float *rest = ARENA_ARRAY_RAW(scratch, float, d), *p = ARENA_ARRAY_RAW(scratch, float, d);
    float *turned = ARENA_ARRAY_RAW(scratch, float, d); /* -(I + Z^T Z) p */
    for (size_t k = 0; k < d; k++)
        rest[k] = -v[k];
    add_residual(z, system, v, true, rest, met);
    memcpy(p, rest, d * sizeof *p);
    float before = table->dot(rest, rest, d);
    for (size_t step = 0; step < system->side->weights.cg_steps && before > 1e-20f; step++) {
        for (size_t k = 0; k < d; k++)
            turned[k] = -p[k];
        add_residual(z, system, p, false, turned, met);
        float rate = -before / table->dot(p, turned, d);
        table->axpy(v, rate, p, d);
        table->axpy(rest, rate, turned, d);
        float after = table->dot(rest, rest, d);
        table->scale(p, after / before, d);
        table->axpy(p, 1, rest, d);
        before = after;
    }
}

static void solve_by_blocks(const struct system *system, float *v, struct arena *scratch) {
    const struct kernel_table *table = kernels();
    size_t d = system->side->dimension, n = system->row->count;
    size_t most = smaller(system->side->weights.block_size, d);
    const float *z = rows_of(system, scratch);
    float *rest = ARENA_ARRAY_RAW(scratch, float, n), *met = ARENA_ARRAY_RAW(scratch, float, n);
    float *matrix = ARENA_ARRAY_RAW(scratch, float, most *most);
    float *step = ARENA_ARRAY_RAW(scratch, float, most);
    table->gather_dot(met, v, z, d, d, NULL, n);
    memcpy(rest, system->targets, n * sizeof *rest);
    table->axpy(rest, -1, met, n);
    for (size_t begin = 0; begin < d; begin += most) {
        size_t width = smaller(most, d - begin);
        memset(matrix, 0, width * width * sizeof *matrix);
        cholesky_add_gram(matrix, width, z + begin, n, d);
        add_one(matrix, width);
        cholesky_factor(matrix, width, 1);
        for (size_t k = 0; k < width; k++)
            step[k] = -v[begin + k];
        table->gather_axpy(step, rest, z + begin, d, width, NULL, n);
        cholesky_solve(matrix, width, step);
        table->axpy(v + begin, 1, step, width);
        table->gather_dot(met, step, z + begin, d, width, NULL, n);
        table->axpy(rest, -1, met, n);
    }
}

void als_solve(const struct als_side *side, const struct csr_row *row, float *vector) {
    size_t d = side->dimension;
    if (row->count == 0) {
        memset(vector, 0, d * sizeof *vector);
        return;
    }
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct system system = system_of(side, row, scratch);
    enum als_solver solver = side->weights.solver;
    for (size_t k = 0; solver != ALS_CHOLESKY && k < d; k++)
        vector[k] /= system.scale[k];
    if (solver == ALS_CG)
        solve_by_gradients(&system, vector, scratch);
    else if (solver == ALS_BLOCK)
        solve_by_blocks(&system, vector, scratch);
    else
        (row->count < d ? solve_by_rows : solve_by_columns)(&system, vector, scratch);
    kernels()->multiply(vector, vector, system.scale, d);
    arena_reset(scratch, mark);
}

void als_solve_shares(const struct als_side *side, const struct csr_row *row, const float *item,
                      float *shares) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t d = side->dimension;
    struct system system = system_of(side, row, scratch);
    float *v = ARENA_ARRAY_RAW(scratch, float, d);
    const float *factor = factor_columns(&system, NULL, scratch);
    kernels()->multiply(v, item, system.scale, d);
    cholesky_solve(factor, d, v);
    kernels()->gather_dot(shares, v, rows_of(&system, scratch), d, d, NULL, row->count);
    kernels()->multiply(shares, shares, system.targets, row->count);
    arena_reset(scratch, mark);
}

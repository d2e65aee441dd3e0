/* test_svd.c: truncated decompositions against LAPACK's dense one, vectors against what defines
 * them, matrices of low rank, the same bits for any number of threads. */
#include <lapacke.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "sparse/csr.h"
#include "sparse/svd.h"

/* Groups of rows that like the same columns, each group less than the one before, with noise:
 * singular values that fall slowly. */
static struct csr make_matrix(struct arena *arena, uint32_t rows, uint32_t columns) {
    struct rng rng;
    rng_init(&rng, 3, rows);
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, rows + 1);
    uint32_t *entries = ARENA_ARRAY(arena, uint32_t, (size_t)rows * columns);
    float *values = ARENA_ARRAY(arena, float, (size_t)rows *columns);
    size_t count = 0;
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = 0; c < columns; c++) {
            const bool same = r % 37 == c % 37;
            if (rng_uniform(&rng) > (same ? 0.9 : 0.03))
                continue;
            entries[count] = c;
            values[count++] =
                (same ? 1 / (1 + 0.1f * (float)(r % 37)) : 0.3f) * (float)(0.5 + rng_uniform(&rng));
        }
        offsets[r + 1] = count;
    }
    return (struct csr){rows, columns, offsets, entries, values};
}

/* Each row is a multiple of one of `rank` rows. */
static struct csr make_low_rank(struct arena *arena, uint32_t rows, uint32_t columns,
                                uint32_t rank) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, rows + 1);
    uint32_t *entries = ARENA_ARRAY(arena, uint32_t, (size_t)rows * columns);
    float *values = ARENA_ARRAY(arena, float, (size_t)rows *columns);
    size_t count = 0;
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t c = r % rank; c < columns; c += rank) {
            entries[count] = c;
            values[count++] = (float)(1 + r % 5);
        }
        offsets[r + 1] = count;
    }
    return (struct csr){rows, columns, offsets, entries, values};
}

/* All singular values, descending, from LAPACK in double. */
static double *dense_values(const struct csr *matrix, struct arena *arena) {
    const size_t rows = matrix->row_count, columns = matrix->column_count;
    double *dense = ARENA_ARRAY(arena, double, rows *columns);
    double *values = ARENA_ARRAY(arena, double, rows < columns ? rows : columns);
    for (uint32_t r = 0; r < rows; r++) {
        struct csr_row row = csr_row(matrix, r);
        for (size_t i = 0; i < row.count; i++)
            dense[r * columns + row.columns[i]] = (double)csr_row_value(&row, i);
    }
    double unused;
    assert_int_equal(LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'N', (lapack_int)columns, (lapack_int)rows,
                                    dense, (lapack_int)columns, values, &unused, 1, &unused, 1),
                     0);
    return values;
}

static double column_product(const float *matrix, size_t rows, size_t count, size_t a, size_t b) {
    double sum = 0;
    for (size_t r = 0; r < rows; r++)
        sum += (double)matrix[r * count + a] * (double)matrix[r * count + b];
    return sum;
}

/* The length of A v - s u, of the component c. */
static double residual(const struct csr *matrix, const struct svd *svd, size_t c) {
    double sum = 0;
    for (uint32_t r = 0; r < matrix->row_count; r++) {
        struct csr_row row = csr_row(matrix, r);
        double at = -(double)svd->values[c] * (double)svd->left[r * svd->count + c];
        for (size_t i = 0; i < row.count; i++)
            at += (double)csr_row_value(&row, i) *
                  (double)svd->right[row.columns[i] * svd->count + c];
        sum += at * at;
    }
    return sqrt(sum);
}

static void it_agrees_with_the_dense_one(void **state) {
    (void)state;
    static const uint32_t shapes[][3] = {
        {40, 60, 40}, {60, 40, 7}, {1, 5, 3}, {700, 900, 40}, {900, 640, 100}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct arena arena = {0};
        const struct csr matrix = make_matrix(&arena, shapes[i][0], shapes[i][1]);
        const struct csr turned = csr_transpose(&matrix, &arena);
        const double *expected = dense_values(&matrix, &arena);
        const struct svd svd =
            svd_truncated(&matrix, &turned, shapes[i][2], SVD_LEFT | SVD_RIGHT, &arena);
        assert_int_equal(svd.count, shapes[i][2] < shapes[i][0] ? shapes[i][2] : shapes[i][0]);
        for (size_t c = 0; c < svd.count; c++) {
            /* Beyond what stands out of the noise, neighbours may be mixed. */
            const double tolerance = c < 37 ? 2e-5 : 2e-2;
            if (fabs((double)svd.values[c] - expected[c]) > tolerance * expected[0])
                fail_msg("shape %zu, value %zu: %g, expected %g", i, c, (double)svd.values[c],
                         expected[c]);
            if (svd.values[c] < 1e-3f * svd.values[0])
                continue;
            assert_true(residual(&matrix, &svd, c) < (c < 37 ? 1e-4 : 2e-2) * expected[0]);
            for (size_t b = 0; b <= c; b++) {
                const double left = column_product(svd.left, matrix.row_count, svd.count, b, c);
                const double right =
                    column_product(svd.right, matrix.column_count, svd.count, b, c);
                const double loose = c < 37 ? 1e-4 : 5e-2;
                assert_true(fabs(left - (b == c)) < loose && fabs(right - (b == c)) < loose);
            }
        }
        arena_release(&arena);
    }
}

static void low_rank_ends_in_zeros(void **state) {
    (void)state;
    static const uint32_t shapes[][2] = {{50, 70}, {800, 1000}};
    for (size_t i = 0; i < 2; i++) {
        struct arena arena = {0};
        const struct csr matrix = make_low_rank(&arena, shapes[i][0], shapes[i][1], 3);
        const struct csr turned = csr_transpose(&matrix, &arena);
        const double *expected = dense_values(&matrix, &arena);
        const struct svd svd = svd_truncated(&matrix, &turned, 20, SVD_LEFT | SVD_RIGHT, &arena);
        for (size_t c = 0; c < svd.count; c++) {
            assert_true(fabs((double)svd.values[c] - expected[c]) < 1e-5 * expected[0]);
            for (size_t r = 0; r < matrix.row_count; r++)
                assert_true(isfinite(svd.left[r * svd.count + c]));
            for (size_t r = 0; r < matrix.column_count; r++)
                assert_true(isfinite(svd.right[r * svd.count + c]));
        }
        arena_release(&arena);
    }
}

static void nothing_is_fine(void **state) {
    (void)state;
    struct arena arena = {0};
    uint64_t offsets[10] = {0};
    const struct csr matrix = {9, 4, offsets, NULL, NULL};
    const struct csr turned = csr_transpose(&matrix, &arena);
    const struct svd svd = svd_truncated(&matrix, &turned, 3, SVD_RIGHT, &arena);
    assert_null(svd.left);
    for (size_t i = 0; i < 12; i++)
        assert_true(svd.right[i] == 0 && svd.values[i / 4] == 0);
    arena_release(&arena);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    struct arena arena = {0};
    const struct csr matrix = make_matrix(&arena, 1100, 700);
    const struct csr turned = csr_transpose(&matrix, &arena);
    struct svd first = {0};
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        const struct svd svd = svd_truncated(&matrix, &turned, 50, SVD_LEFT | SVD_RIGHT, &arena);
        if (threads == 1)
            first = svd;
        assert_memory_equal(svd.values, first.values, 50 * sizeof(float));
        assert_memory_equal(svd.left, first.left, 1100 * 50 * sizeof(float));
        assert_memory_equal(svd.right, first.right, 700 * 50 * sizeof(float));
    }
    parallel_set_threads(0);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_the_dense_one),
        cmocka_unit_test(low_rank_ends_in_zeros),
        cmocka_unit_test(nothing_is_fine),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

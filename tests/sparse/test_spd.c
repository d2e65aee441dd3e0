/* test_spd.c: factor and inverse: residuals for sizes around the tile, not-definite matrices, the
 * same bits for any number of threads. */
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
#include "sparse/spd.h"

static const size_t sizes[] = {1, 2, 17, 255, 256, 257, 600};
#define SIZE_COUNT (sizeof sizes / sizeof sizes[0])

/* A symmetric matrix with a diagonal that outweighs each row; -1 above the diagonal must survive
 * factoring and inverting untouched. */
static float *make_matrix(struct arena *arena, size_t n) {
    float *matrix = ARENA_ARRAY_RAW(arena, float, n *n);
    struct rng rng;
    rng_init(&rng, 7, n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            matrix[i * n + j] = j > i ? -1.0f : (float)(rng_uniform(&rng) - 0.5);
    for (size_t i = 0; i < n; i++)
        matrix[i * n + i] = 2.0f + (float)n * 0.25f + (float)rng_uniform(&rng);
    return matrix;
}

static double lower(const float *matrix, size_t n, size_t i, size_t j) {
    return i >= j ? matrix[i * n + j] : matrix[j * n + i];
}

static void factor_times_its_transpose_is_the_matrix(void **state) {
    (void)state;
    struct arena arena = {0};
    for (size_t s = 0; s < SIZE_COUNT; s++) {
        size_t n = sizes[s];
        float *matrix = make_matrix(&arena, n), *factor = make_matrix(&arena, n);
        assert_true(spd_factor(factor, n));
        for (size_t i = 0; i < n; i += 3)
            for (size_t j = 0; j <= i; j += 2) {
                double sum = 0;
                for (size_t l = 0; l <= j; l++)
                    sum += (double)factor[i * n + l] * (double)factor[j * n + l];
                assert_true(fabs(sum - lower(matrix, n, i, j)) < 1e-6 * (double)(n + 8));
            }
        for (size_t i = 0; i + 1 < n; i++)
            assert_true(factor[i * n + i + 1] == -1.0f);
    }
    arena_release(&arena);
}

static void fill_right(float *right, size_t count) {
    struct rng rng;
    rng_init(&rng, 8, count);
    for (size_t i = 0; i < count; i++)
        right[i] = (float)(rng_uniform(&rng) - 0.5);
}

static void the_matrix_times_the_solution_is_the_right_side(void **state) {
    (void)state;
    struct arena arena = {0};
    for (size_t s = 0; s < SIZE_COUNT; s++) {
        const size_t n = sizes[s], columns = sizes[SIZE_COUNT - 1 - s];
        float *matrix = make_matrix(&arena, n), *factor = make_matrix(&arena, n);
        float *right = ARENA_ARRAY_RAW(&arena, float, n *columns);
        float *solution = ARENA_ARRAY_RAW(&arena, float, n *columns);
        fill_right(right, n * columns);
        memcpy(solution, right, n * columns * sizeof *right);
        assert_true(spd_factor(factor, n));
        spd_substitute(factor, n, solution, columns);
        for (size_t i = 0; i < n; i += n < 20 ? 1 : 7)
            for (size_t c = 0; c < columns; c += columns < 20 ? 1 : 5) {
                double sum = 0;
                for (size_t l = 0; l < n; l++)
                    sum += lower(matrix, n, i, l) * (double)solution[l * columns + c];
                assert_true(fabs(sum - (double)right[i * columns + c]) < 1e-5);
            }
    }
    arena_release(&arena);
}

static void inverse_times_the_matrix_is_one(void **state) {
    (void)state;
    struct arena arena = {0};
    for (size_t s = 0; s < SIZE_COUNT; s++) {
        size_t n = sizes[s];
        float *matrix = make_matrix(&arena, n), *inverse = make_matrix(&arena, n);
        assert_true(spd_invert(inverse, n));
        for (size_t i = 0; i < n; i += n < 20 ? 1 : 7)
            for (size_t j = 0; j < n; j += n < 20 ? 1 : 5) {
                double sum = 0;
                for (size_t l = 0; l < n; l++)
                    sum += lower(matrix, n, i, l) * lower(inverse, n, l, j);
                assert_true(fabs(sum - (i == j)) < 1e-5);
            }
    }
    arena_release(&arena);
}

static void mirror_copies_the_lower_triangle(void **state) {
    (void)state;
    struct arena arena = {0};
    for (size_t s = 0; s < SIZE_COUNT; s++) {
        size_t n = sizes[s];
        float *matrix = make_matrix(&arena, n), *whole = make_matrix(&arena, n);
        spd_mirror(whole, n);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                assert_true((double)whole[i * n + j] == lower(matrix, n, i, j));
    }
    arena_release(&arena);
}

static void not_definite_is_refused(void **state) {
    (void)state;
    struct arena arena = {0};
    for (size_t s = 0; s < SIZE_COUNT; s++) {
        size_t n = sizes[s];
        float *matrix = make_matrix(&arena, n);
        matrix[(n - 1) * n + n - 1] = -1.0f;
        assert_false(spd_invert(matrix, n));
    }
    arena_release(&arena);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    struct arena arena = {0};
    size_t n = 700;
    float *reference = make_matrix(&arena, n);
    parallel_set_threads(1);
    assert_true(spd_invert(reference, n));
    for (size_t threads = 2; threads <= 4; threads += 2) {
        parallel_set_threads(threads);
        float *again = make_matrix(&arena, n);
        assert_true(spd_invert(again, n));
        assert_memory_equal(again, reference, n * n * sizeof *again);
    }
    float *solutions[2];
    for (size_t t = 0; t < 2; t++) {
        parallel_set_threads(t == 0 ? 1 : 3);
        float *factor = make_matrix(&arena, n);
        solutions[t] = ARENA_ARRAY_RAW(&arena, float, n * 600);
        fill_right(solutions[t], n * 600);
        assert_true(spd_factor(factor, n));
        spd_substitute(factor, n, solutions[t], 600);
    }
    assert_memory_equal(solutions[1], solutions[0], n * 600 * sizeof(float));
    parallel_set_threads(0);
    arena_release(&arena);
}

/* [4 1; 1 3] x = [1 2; 2 0]: x = [1 6; 7 -2] / 11. */
static void a_small_system_is_solved(void **state) {
    (void)state;
    double matrix[] = {4, 1, 99, 3}, right[] = {1, 2, 2, 0};
    const double expected[] = {1, 6, 7, -2};
    assert_true(spd_solve(matrix, 2, right, 2));
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs(right[i] - expected[i] / 11) < 1e-14);
    double indefinite[] = {1, 2, 2, 1};
    assert_false(spd_solve(indefinite, 2, right, 2));
}

static void eigenvectors_are_turned_into_multiples(void **state) {
    (void)state;
    enum { N = 23 };
    static double matrix[N * N], vectors[N * N], values[N];
    struct rng rng;
    rng_init(&rng, 5, 0);
    for (size_t i = 0; i < N; i++)
        for (size_t j = i; j < N; j++)
            matrix[i * N + j] = matrix[j * N + i] = rng_uniform(&rng) - 0.5;
    memcpy(vectors, matrix, sizeof matrix);
    for (size_t i = 1; i < N; i++)
        vectors[i * N] = 77; /* what lies below the diagonal is not read */
    assert_true(spd_eigen(vectors, N, values));
    for (size_t v = 0; v < N; v++) {
        double length = 0;
        assert_true(v == 0 || values[v] >= values[v - 1]);
        for (size_t i = 0; i < N; i++) {
            double sum = 0;
            for (size_t j = 0; j < N; j++)
                sum += matrix[i * N + j] * vectors[v * N + j];
            assert_true(fabs(sum - values[v] * vectors[v * N + i]) < 1e-12);
            length += vectors[v * N + i] * vectors[v * N + i];
        }
        assert_true(fabs(length - 1) < 1e-12);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(factor_times_its_transpose_is_the_matrix),
        cmocka_unit_test(the_matrix_times_the_solution_is_the_right_side),
        cmocka_unit_test(inverse_times_the_matrix_is_one),
        cmocka_unit_test(mirror_copies_the_lower_triangle),
        cmocka_unit_test(not_definite_is_refused),
        cmocka_unit_test(a_small_system_is_solved),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(eigenvectors_are_turned_into_multiples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

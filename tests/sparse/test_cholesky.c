/* test_cholesky.c: Gram matrices, factors and solutions against plain loops in double, for sizes
 * around the block; a pivot that is held at the floor. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/rng.h"
#include "sparse/cholesky.h"

static const size_t sizes[] = {1, 2, 15, 16, 17, 31, 33, 64, 100, 300};
#define SIZE_COUNT (sizeof sizes / sizeof sizes[0])

static float *random_rows(size_t count, size_t stride, struct arena *arena) {
    float *rows = ARENA_ARRAY(arena, float, count *stride);
    struct rng rng;
    rng_init(&rng, 3, count);
    for (size_t i = 0; i < count * stride; i++)
        rows[i] = (float)rng_normal(&rng);
    return rows;
}

static void the_gram_matrix_is_added(void **state) {
    (void)state;
    for (size_t s = 0; s < SIZE_COUNT; s++) {
        struct arena arena = {0};
        size_t n = sizes[s], count = 37, stride = n + 5;
        const float *rows = random_rows(count, stride, &arena);
        float *matrix = ARENA_ARRAY(&arena, float, n *n);
        matrix[0] = 2;
        cholesky_add_gram(matrix, n, rows, 20, stride);
        cholesky_add_gram(matrix, n, rows + 20 * stride, count - 20, stride);
        for (size_t i = 0; i < n; i++)
            for (size_t j = i; j < n; j++) {
                double sum = i == 0 && j == 0 ? 2 : 0;
                for (size_t l = 0; l < count; l++)
                    sum += (double)rows[l * stride + i] * (double)rows[l * stride + j];
                assert_true(fabs((double)matrix[i * n + j] - sum) < 1e-4);
            }
        arena_release(&arena);
    }
}

/* I + Z^T Z times the solution is the right side again. */
static void solutions_solve(void **state) {
    (void)state;
    for (size_t s = 0; s < SIZE_COUNT; s++) {
        struct arena arena = {0};
        size_t n = sizes[s], count = n / 2 + 3;
        const float *rows = random_rows(count, n, &arena);
        float *matrix = ARENA_ARRAY(&arena, float, n *n), *x = random_rows(1, n, &arena);
        float *right = random_rows(1, n, &arena);
        cholesky_add_gram(matrix, n, rows, count, n);
        for (size_t i = 0; i < n; i++)
            matrix[i * n + i] += 1;
        cholesky_factor(matrix, n, 1);
        cholesky_solve(matrix, n, x);
        for (size_t i = 0; i < n; i++) {
            double sum = x[i];
            for (size_t l = 0; l < count; l++)
                for (size_t j = 0; j < n; j++)
                    sum += (double)rows[l * n + i] * (double)rows[l * n + j] * (double)x[j];
            assert_true(fabs(sum - (double)right[i]) < 1e-3);
        }
        arena_release(&arena);
    }
}

static void a_pivot_stays_above_the_floor(void **state) {
    (void)state;
    /* Rounding made 1 + 4 of the last element 3.9: the pivot after the first step is -0.1. */
    float matrix[] = {4, 4, 0, 3.9f}, right[] = {4, 5};
    cholesky_factor(matrix, 2, 1);
    assert_true(matrix[0] == 2 && matrix[1] == 2 && matrix[3] == 1);
    cholesky_solve(matrix, 2, right);
    assert_true(fabsf(right[0]) < 1e-6f && fabsf(right[1] - 1) < 1e-6f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_gram_matrix_is_added),
        cmocka_unit_test(solutions_solve),
        cmocka_unit_test(a_pivot_stays_above_the_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

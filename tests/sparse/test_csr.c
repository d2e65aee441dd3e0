/* test_csr.c: transpose, Gram matrix and product against dense arithmetic. */
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

/* Rows of random columns in random order, some of them empty; with values or without. */
static struct csr make_matrix(struct arena *arena, uint32_t rows, uint32_t columns, int valued) {
    struct rng rng;
    rng_init(&rng, 11, rows);
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, rows + 1);
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, columns);
    uint32_t *entries = ARENA_ARRAY(arena, uint32_t, (size_t)rows * columns);
    float *values = ARENA_ARRAY(arena, float, (size_t)rows *columns);
    for (uint32_t c = 0; c < columns; c++)
        order[c] = c;
    size_t count = 0;
    for (uint32_t r = 0; r < rows; r++) {
        rng_shuffle(&rng, order, columns);
        uint32_t length = columns ? rng_below(&rng, columns + 1) : 0;
        for (uint32_t i = 0; i < length; i++, count++) {
            entries[count] = order[i];
            values[count] = (float)(1 + rng_below(&rng, 10)) * 0.5f;
        }
        offsets[r + 1] = count;
    }
    return (struct csr){rows, columns, offsets, entries, valued ? values : NULL};
}

static float *dense_of(const struct csr *matrix, struct arena *arena) {
    float *dense = ARENA_ARRAY(arena, float, (size_t)matrix->row_count * matrix->column_count);
    for (uint32_t r = 0; r < matrix->row_count; r++) {
        struct csr_row row = csr_row(matrix, r);
        for (size_t i = 0; i < row.count; i++)
            dense[(size_t)r * matrix->column_count + row.columns[i]] = csr_row_value(&row, i);
    }
    return dense;
}

static void transpose_turns_rows_into_columns(void **state) {
    (void)state;
    struct arena arena = {0};
    for (int valued = 0; valued < 2; valued++) {
        struct csr matrix = make_matrix(&arena, 23, 17, valued);
        struct csr turned = csr_transpose(&matrix, &arena);
        assert_int_equal(turned.row_count, 17);
        assert_int_equal(turned.column_count, 23);
        assert_int_equal(csr_count(&turned), csr_count(&matrix));
        assert_int_equal(turned.values != NULL, valued);
        const float *a = dense_of(&matrix, &arena), *b = dense_of(&turned, &arena);
        for (size_t r = 0; r < 23; r++)
            for (size_t c = 0; c < 17; c++)
                assert_true(a[r * 17 + c] == b[c * 23 + r]);
        for (uint32_t c = 0; c < 17; c++) {
            struct csr_row row = csr_row(&turned, c);
            for (size_t i = 1; i < row.count; i++)
                assert_true(row.columns[i - 1] < row.columns[i]);
        }
    }
    arena_release(&arena);
}

static void transpose_of_empty_is_empty(void **state) {
    (void)state;
    struct arena arena = {0};
    uint64_t offsets[4] = {0};
    struct csr matrix = {3, 5, offsets, NULL, NULL};
    struct csr turned = csr_transpose(&matrix, &arena);
    assert_int_equal(turned.row_count, 5);
    assert_int_equal(csr_count(&turned), 0);
    for (uint32_t r = 0; r <= 5; r++)
        assert_int_equal(turned.offsets[r], 0);
    arena_release(&arena);
}

static void gram_is_the_dense_product(void **state) {
    (void)state;
    struct arena arena = {0};
    for (int valued = 0; valued < 2; valued++) {
        uint32_t n = 75;
        struct csr matrix = make_matrix(&arena, 40, n, valued);
        struct csr turned = csr_transpose(&matrix, &arena);
        float *gram = ARENA_ARRAY(&arena, float, (size_t)n *n), *again;
        const float *dense = dense_of(&matrix, &arena);
        parallel_set_threads(1);
        csr_gram(gram, &matrix, &turned);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                double sum = 0;
                for (size_t u = 0; u < 40; u++)
                    sum += (double)dense[u * n + i] * (double)dense[u * n + j];
                assert_true(fabs((double)gram[i * n + j] - (j <= i ? sum : 0)) < 1e-3);
            }
        parallel_set_threads(4);
        again = ARENA_ARRAY(&arena, float, (size_t)n *n);
        csr_gram(again, &matrix, &turned);
        assert_memory_equal(again, gram, (size_t)n * n * sizeof *gram);
    }
    parallel_set_threads(0);
    arena_release(&arena);
}

static void multiply_is_the_dense_product(void **state) {
    (void)state;
    struct arena arena = {0};
    size_t widths[] = {1, 127, 128, 129, 300};
    for (size_t w = 0; w < 5; w++)
        for (int valued = 0; valued < 2; valued++) {
            size_t width = widths[w];
            struct csr matrix = make_matrix(&arena, 9, 20, valued);
            const float *left = dense_of(&matrix, &arena);
            float *right = ARENA_ARRAY(&arena, float, 20 * width);
            float *out = ARENA_ARRAY(&arena, float, 9 * width);
            struct csr_row rows[9];
            for (size_t i = 0; i < 20 * width; i++)
                right[i] = (float)(i % 13) - 6;
            for (uint32_t r = 0; r < 9; r++)
                rows[r] = csr_row(&matrix, r);
            csr_multiply(out, rows, 9, right, width);
            for (size_t r = 0; r < 9; r++)
                for (size_t c = 0; c < width; c++) {
                    double sum = 0;
                    for (size_t l = 0; l < 20; l++)
                        sum += (double)left[r * 20 + l] * (double)right[l * width + c];
                    assert_true(fabs((double)out[r * width + c] - sum) < 1e-3);
                }
        }
    arena_release(&arena);
}

static void columns_are_found_in_sorted_rows(void **state) {
    (void)state;
    uint32_t columns[] = {2, 5, 9};
    struct csr_row row = {3, columns, NULL}, empty = {0, NULL, NULL};
    assert_int_equal(csr_row_find(&row, 2), 0);
    assert_int_equal(csr_row_find(&row, 9), 2);
    assert_int_equal(csr_row_find(&row, 1), 3);
    assert_int_equal(csr_row_find(&row, 6), 3);
    assert_int_equal(csr_row_find(&row, 10), 3);
    assert_int_equal(csr_row_find(&empty, 0), 0);
}

static void what_is_no_matrix_is_refused(void **state) {
    (void)state;
    static const struct {
        uint64_t offsets[4];
        uint32_t columns[3];
        bool valid;
    } cases[] = {
        {{0, 2, 2, 3}, {0, 4, 1}, true},           {{0, 0, 0, 3}, {0, 1, 4}, true},
        {{1, 2, 2, 3}, {0, 4, 1}, false},          /* does not begin at 0 */
        {{0, 2, 2, 4}, {0, 4, 1}, false},          /* ends elsewhere */
        {{0, 2, 1, 3}, {0, 4, 1}, false},          /* falls */
        {{0, UINT64_MAX, 2, 3}, {0, 4, 1}, false}, /* leaves the entries */
        {{0, 2, 2, 3}, {0, 5, 1}, false},          /* a column too high */
        {{0, 2, 2, 3}, {4, 0, 1}, false},          /* not ascending */
        {{0, 2, 2, 3}, {3, 3, 1}, false},          /* twice */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct csr matrix = {3, 5, cases[i].offsets, cases[i].columns, NULL};
        assert_int_equal(csr_is_valid(&matrix, 3), cases[i].valid);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transpose_turns_rows_into_columns),
        cmocka_unit_test(transpose_of_empty_is_empty),
        cmocka_unit_test(columns_are_found_in_sorted_rows),
        cmocka_unit_test(what_is_no_matrix_is_refused),
        cmocka_unit_test(gram_is_the_dense_product),
        cmocka_unit_test(multiply_is_the_dense_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

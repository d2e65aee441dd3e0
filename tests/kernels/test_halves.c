/* test_halves.c: products of bfloat16 numbers: rounding, the scalar table against double precision,
 * the vector table against it, for shapes around tiles and panels, with guards behind the ends. */
#include "every_table.h"

#include "kernels/halves.h"

enum { MOST = 1536 };

static double number(uint16_t half) {
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static void test_rounding(void **state) {
    (void)state;
    const struct halves_table *scalar = halves_named("scalar"), *vector = halves_named("avx512");
    for (size_t n = 0; n < 70; n++) {
        float *x = guarded(n, n % 3, n);
        uint16_t first[80] = {0}, other[80] = {0};
        scalar->round(first, x, n);
        for (size_t i = 0; i < n; i++)
            assert_true(fabs(number(first[i]) - (double)x[i]) <= fabs((double)x[i]) / 256);
        if (vector) {
            vector->round(other, x, n);
            assert_memory_equal(first, other, sizeof first);
        }
        guarded_free(x, n % 3);
    }
    const float half_way[2] = {1.00390625f, 1.01171875f};
    uint16_t rounded[2];
    scalar->round(rounded, half_way, 2);
    assert_int_equal(rounded[0], 0x3f80); /* ties to even */
    assert_int_equal(rounded[1], 0x3f82);
    const uint32_t strange[2] = {0x7fffffff, 0xff800001}; /* not a number, in two ways */
    float numbers[2];
    memcpy(numbers, strange, sizeof numbers);
    scalar->round(rounded, numbers, 2);
    for (int i = 0; i < 2; i++)
        assert_true((rounded[i] & 0x7fff) > 0x7f80);
}

static void check(const struct halves_table *table, size_t rows, size_t k, unsigned columns) {
    float *x = guarded(rows * k, 0, 1), *w = guarded(HALVES_PANEL * k, 0, 2);
    float *bias = guarded(columns, 0, 3), *c = guarded(rows * columns, 1, 4);
    uint16_t *a = alloc_aligned(rows * k * 2), *panel = alloc_aligned(HALVES_PANEL * k * 2);
    halves_named("scalar")->round(a, x, rows * k);
    halves_named("scalar")->round(panel, w, HALVES_PANEL * k);
    struct halves_product job = {.rows = rows,
                                 .k = k,
                                 .columns = columns,
                                 .a = a,
                                 .a_row = k,
                                 .panel = panel,
                                 .bias = bias,
                                 .c = c,
                                 .c_row = columns};
    table->product(&job);
    job.accumulate = 1;
    table->product(&job);
    for (size_t r = 0; r < rows; r++)
        for (unsigned j = 0; j < columns; j++) {
            double sum = (double)bias[j];
            for (size_t l = 0; l < k; l++)
                sum += number(a[r * k + l]) * number(panel[l / 2 * 64 + j * 2 + l % 2]);
            assert_near(c[r * columns + j], (real)(2 * sum), 1e-6 * (double)(k + 8), "product", k);
        }
    assert_guards(c, rows * columns);
    guarded_free(x, 0);
    guarded_free(w, 0);
    guarded_free(bias, 0);
    guarded_free(c, 1);
    alloc_free(a);
    alloc_free(panel);
}

static void test_products(void **state) {
    (void)state;
    static const unsigned columns[] = {1, 8, 15, 16, 17, 31, 32};
    static const char *const names[] = {"scalar", "avx512"};
    for (size_t t = 0; t < 2; t++) {
        if (!halves_named(names[t])) {
            print_message("not on this processor: %s\n", names[t]);
            continue;
        }
        for (size_t rows = 1; rows <= 26; rows++)
            for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
                check(halves_named(names[t]), rows, 2 + rows % 3 * 14, columns[i]);
        check(halves_named(names[t]), 5, MOST, 32);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_products),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

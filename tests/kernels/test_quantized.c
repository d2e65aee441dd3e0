/* test_quantized.c: products of 8-bit numbers: the scalar table against whole numbers and double
 * precision, the other tables bit for bit against it, for shapes around tiles and panels, with the
 * largest values that there are, and guards behind the ends. */
#include "every_table.h"

#include "kernels/quantized.h"

static const char *const names[] = {"vnni", "avx2"};

static void rounds(const struct quantized_table *table, const float *x, size_t n) {
    uint8_t expected[512], found[512];
    memset(expected, 7, sizeof expected);
    memset(found, 7, sizeof found);
    const float scale = quantized_named("scalar")->round(expected, x, n);
    assert_true(table->round(found, x, n) == scale);
    assert_memory_equal(expected, found, sizeof found);
    for (size_t i = 0; i < n; i++)
        assert_true(fabs((double)(expected[i] - 128) * (double)scale - (double)x[i]) <=
                    0.5001 * (double)scale);
}

static void test_rows_are_rounded(void **state) {
    (void)state;
    for (size_t t = 0; t < sizeof names / sizeof *names; t++) {
        const struct quantized_table *table = quantized_named(names[t]);
        if (!table)
            continue;
        for (size_t n = 0; n < 100; n++) {
            float *x = guarded(n, n % 3, n);
            rounds(table, x, n);
            for (size_t i = 0; i < n; i++)
                x[i] = 0;
            rounds(table, x, n);
            guarded_free(x, n % 3);
        }
    }
}

static void test_odd_numbers_are_rounded_to_one(void **state) {
    (void)state;
    float x[40];
    uint8_t first[40], other[40];
    for (size_t i = 0; i < 40; i++)
        x[i] = i % 3 == 0 ? NAN : (float)i - 20;
    quantized_named("scalar")->round(first, x, 40);
    for (size_t t = 0; t < sizeof names / sizeof *names; t++)
        if (quantized_named(names[t])) {
            quantized_named(names[t])->round(other, x, 40);
            assert_memory_equal(first, other, 40);
        }
    assert_int_equal(first[0], 1);
}

/* Everything of a product, of random bytes or of the largest. */
struct example {
    uint8_t *a;
    int8_t *panel;
    float *scales, *bias, *row_scales;
    int32_t sums[QUANTIZED_PANEL];
    size_t rows, k;
    unsigned columns;
};

static struct example example_make(size_t rows, size_t k, unsigned columns, int largest) {
    struct example e = {.rows = rows, .k = k, .columns = columns};
    struct rng rng;
    rng_init(&rng, 5, rows * 1000 + k);
    e.a = alloc_aligned(rows * k);
    e.panel = alloc_aligned(k * QUANTIZED_PANEL);
    for (size_t i = 0; i < rows * k; i++)
        e.a[i] = largest ? (i % 7 ? 255 : 1) : (uint8_t)(1 + 255 * rng_uniform(&rng));
    for (size_t i = 0; i < k * QUANTIZED_PANEL; i++)
        e.panel[i] = (int8_t)(largest ? (i % 5 ? 127 : -127) : 254 * rng_uniform(&rng) - 127);
    e.scales = guarded(QUANTIZED_PANEL, 0, 1);
    e.bias = guarded(QUANTIZED_PANEL, 0, 2);
    e.row_scales = guarded(rows, 0, 3);
    for (size_t c = 0; c < QUANTIZED_PANEL; c++) {
        e.sums[c] = 0;
        for (size_t l = 0; l < k; l++)
            e.sums[c] += 128 * e.panel[l / 4 * 128 + c * 4 + l % 4];
    }
    return e;
}

static void example_free(struct example *e) {
    alloc_free(e->a);
    alloc_free(e->panel);
    guarded_free(e->scales, 0);
    guarded_free(e->bias, 0);
    guarded_free(e->row_scales, 0);
}

static void example_run(const struct example *e, const struct quantized_table *table, float *c,
                        int accumulate) {
    table->product(&(struct quantized_product){.rows = e->rows,
                                               .k = e->k,
                                               .columns = e->columns,
                                               .a = e->a,
                                               .a_row = e->k,
                                               .a_scales = e->row_scales,
                                               .panel = e->panel,
                                               .of = {e->scales, e->sums, e->bias},
                                               .c = c,
                                               .c_row = e->columns,
                                               .accumulate = accumulate});
}

static void check_scalar(const struct example *e, const float *c) {
    for (size_t r = 0; r < e->rows; r++)
        for (unsigned j = 0; j < e->columns; j++) {
            double sum = 0;
            for (size_t l = 0; l < e->k; l++)
                sum += (double)(e->a[r * e->k + l] - 128) *
                       (double)e->panel[l / 4 * 128 + j * 4 + l % 4];
            const double expected =
                sum * (double)e->row_scales[r] * (double)e->scales[j] + (double)e->bias[j];
            assert_near(c[r * e->columns + j], (real)expected, 1e-6 * (1 + fabs(expected)),
                        "product", e->k);
        }
}

static void check_example(struct example e) {
    const size_t count = e.rows * e.columns;
    float *expected = guarded(count, 1, 9);
    example_run(&e, quantized_named("scalar"), expected, 0);
    check_scalar(&e, expected);
    example_run(&e, quantized_named("scalar"), expected, 1);
    for (size_t t = 0; t < sizeof names / sizeof *names; t++) {
        const struct quantized_table *table = quantized_named(names[t]);
        if (!table) {
            print_message("not on this processor: %s\n", names[t]);
            continue;
        }
        float *found = guarded(count, 1, 8);
        example_run(&e, table, found, 0);
        example_run(&e, table, found, 1);
        assert_memory_equal(expected, found, count * sizeof *found);
        assert_guards(found, count);
        guarded_free(found, 1);
    }
    guarded_free(expected, 1);
    example_free(&e);
}

static void test_products(void **state) {
    (void)state;
    static const unsigned columns[] = {1, 7, 8, 15, 16, 17, 31, 32};
    for (size_t rows = 1; rows <= 26; rows++)
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            check_example(example_make(rows, 4 + rows % 4 * 12, columns[c], 0));
    check_example(example_make(5, 1536, 32, 0));
    check_example(example_make(13, 1536, 32, 1));
    check_example(example_make(2, QUANTIZED_K_MAX, 32, 1));
}

static void test_tables_are_found_by_name(void **state) {
    (void)state;
    assert_string_equal(quantized_named("scalar")->name, "scalar");
    assert_null(quantized_named("avx512"));
    assert_ptr_equal(quantized(), quantized_named(quantized()->name));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_found_by_name),
        cmocka_unit_test(test_rows_are_rounded),
        cmocka_unit_test(test_odd_numbers_are_rounded_to_one),
        cmocka_unit_test(test_products),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

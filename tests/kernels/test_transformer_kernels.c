/* test_transformer_kernels.c: gelu and layer_norm of every table against double precision, for all
 * lengths around the vector width, and the same bits of the vector tables. */
#include "every_table.h"

#define LONGEST 67

static void gelus(const struct kernel_table *table, size_t n, size_t shift) {
    real *y = guarded(n, shift, 1);
    double expected[1000];
    for (size_t i = 0; i < n; i++) {
        y[i] *= i % 3 == 0 ? 1 : i % 3 == 1 ? 6 : 60;
        expected[i] = 0.5 * (double)y[i] * erfc(-(double)y[i] / sqrt(2));
    }
    table->gelu(y, n);
    for (size_t i = 0; i < n; i++)
        assert_near(y[i], (real)expected[i], 1e-7 + 1e-7 * fabs(expected[i]), "gelu", n);
    assert_guards(y, n);
    guarded_free(y, shift);
}

static void norms(const struct kernel_table *table, size_t n, size_t shift) {
    if (n == 0)
        return;
    real *x = guarded(n, shift, 1), *gain = guarded(n, 1, 2), *bias = guarded(n, 2, 3);
    real *y = guarded(n, shift + 1, 4);
    const struct kernel_layer_norm job = {gain, bias, (real)1e-5};
    double mean = 0, variance = 0;
    for (size_t i = 0; i < n; i++)
        mean += (double)x[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        variance += ((double)x[i] - mean) * ((double)x[i] - mean) / (double)n;
    table->layer_norm(y, x, &job, n);
    assert_guards(y, n);
    table->layer_norm(x, x, &job, n);
    assert_guards(x, n);
    for (size_t i = 0; i < n; i++)
        assert_true(x[i] == y[i]);
    real *again = guarded(n, shift, 1);
    for (size_t i = 0; i < n; i++) {
        const double expected =
            ((double)again[i] - mean) / sqrt(variance + 1e-5) * (double)gain[i] + (double)bias[i];
        assert_near(y[i], (real)expected, 2e-6, "layer_norm", n);
    }
    guarded_free(x, shift);
    guarded_free(gain, 1);
    guarded_free(bias, 2);
    guarded_free(y, shift + 1);
    guarded_free(again, shift);
}

static void every_length(void (*body)(const struct kernel_table *, size_t, size_t)) {
    const struct kernel_table *tables[4];
    const size_t count = all_tables(tables);
    for (size_t t = 0; t < count; t++) {
        for (size_t n = 0; n <= LONGEST; n++)
            body(tables[t], n, n % 5);
        body(tables[t], 1000, 3);
    }
}

static void test_gelu(void **state) {
    (void)state;
    every_length(gelus);
}

static void test_layer_norm(void **state) {
    (void)state;
    every_length(norms);
}

static void test_vector_tables_agree(void **state) {
    (void)state;
    const struct kernel_table *tables[4];
    const size_t count = vector_tables(tables);
    for (size_t t = 1; t < count; t++)
        for (size_t n = 1; n < 100; n++) {
            real *x = guarded(n, 1, 1), *y = guarded(n, 1, 1), *z = guarded(n, 0, 2);
            const struct kernel_layer_norm job = {z, z, (real)1e-5};
            tables[0]->gelu(x, n);
            tables[t]->gelu(y, n);
            tables[0]->layer_norm(x, x, &job, n);
            tables[t]->layer_norm(y, y, &job, n);
            assert_memory_equal(x, y, n * sizeof(real));
            guarded_free(x, 1);
            guarded_free(y, 1);
            guarded_free(z, 0);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gelu),
        cmocka_unit_test(test_layer_norm),
        cmocka_unit_test(test_vector_tables_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

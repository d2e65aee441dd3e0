/* test_gemm.c: gemm of every table against scalar: all small shapes, strides, transposed a, bias,
 * relu, accumulation; and what determinism rests on: an element's bits do not depend on which rows
 * and columns are computed with it. */
#include "every_table.h"

/* What varies beside the shape. */
struct variant {
    int transposed, bias, accumulate, relu;
    size_t pad; /* how much longer rows lie apart than they are long */
};

struct product {
    real *a, *b, *bias, *c, *expected;
    size_t a_count, b_count, c_count;
    struct kernel_gemm job;
};

static struct product product_make(size_t m, size_t n, size_t k, struct variant v) {
    struct product p = {0};
    const size_t a_lead = (v.transposed ? m : k) + v.pad, c_row = n + v.pad;
    p.a_count = (v.transposed ? k : m) * a_lead + 1;
    p.b_count = k * (n + v.pad) + 1;
    p.c_count = m * c_row + 1;
    p.a = guarded(p.a_count, 1, 1);
    p.b = guarded(p.b_count, 3, 2);
    p.bias = guarded(n, 5, 3);
    p.c = guarded(p.c_count, 7, 4);
    p.expected = guarded(p.c_count, 7, 4);
    p.job = (struct kernel_gemm){.m = m,
                                 .n = n,
                                 .k = k,
                                 .a = p.a,
                                 .a_row = v.transposed ? 1 : a_lead,
                                 .a_column = v.transposed ? a_lead : 1,
                                 .b = p.b,
                                 .b_row = n + v.pad,
                                 .c = p.c,
                                 .c_row = c_row,
                                 .bias = v.bias ? p.bias : NULL,
                                 .accumulate = v.accumulate,
                                 .activation = v.relu ? KERNEL_RELU : KERNEL_NONE};
    return p;
}

static void product_free(struct product *p) {
    guarded_free(p->a, 1);
    guarded_free(p->b, 3);
    guarded_free(p->bias, 5);
    guarded_free(p->c, 7);
    guarded_free(p->expected, 7);
}

static void check(const struct kernel_table *table, size_t m, size_t n, size_t k,
                  struct variant v) {
    struct product p = product_make(m, n, k, v);
    table->gemm(&p.job);
    struct kernel_gemm reference = p.job;
    reference.c = p.expected;
    kernels_named("scalar")->gemm(&reference);
    char what[128];
    snprintf(what, sizeof what, "%s gemm m=%zu n=%zu k=%zu%s%s%s%s pad=%zu", table->name, m, n, k,
             v.transposed ? " transposed" : "", v.bias ? " bias" : "", v.accumulate ? " add" : "",
             v.relu ? " relu" : "", v.pad);
    /* The whole array: what lies between the rows must not change either. */
    for (size_t i = 0; i < p.c_count; i++)
        assert_near(p.c[i], p.expected[i], 2e-7 * ((double)k + 4), what, i);
    assert_guards(p.c, p.c_count);
    product_free(&p);
}

static struct variant variant_of(size_t bits) {
    return (struct variant){.transposed = bits & 1,
                            .bias = bits >> 1 & 1,
                            .accumulate = bits >> 2 & 1,
                            .relu = bits >> 3 & 1,
                            .pad = bits >> 4 & 1 ? 3 : 0};
}

static void test_gemm_agrees_with_scalar_for_all_small_shapes(void **state) {
    (void)state;
    static const size_t depths[] = {0, 1, 2, 3, 7, 16, 33};
    const struct kernel_table *tables[4];
    const size_t count = vector_tables(tables);
    for (size_t t = 0; t < count; t++)
        for (size_t m = 1; m <= 40; m++)
            for (size_t n = 1; n <= 40; n++)
                for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
                    check(tables[t], m, n, depths[d], variant_of(m * 11 + n * 5 + d));
}

static void test_gemm_agrees_with_scalar_in_every_variant(void **state) {
    (void)state;
    static const size_t shapes[][3] = {{14, 32, 9},  {15, 33, 40}, {1, 8, 5},   {3, 7, 64},
                                       {29, 50, 17}, {6, 16, 1},   {13, 70, 12}};
    const struct kernel_table *tables[4];
    const size_t count = vector_tables(tables);
    for (size_t t = 0; t < count; t++)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
            for (size_t bits = 0; bits < 32; bits++)
                check(tables[t], shapes[s][0], shapes[s][1], shapes[s][2], variant_of(bits));
}

static void test_gemm_agrees_with_scalar_beyond_its_blocks(void **state) {
    (void)state;
    static const size_t shapes[][3] = {{431, 33, 300}, {37, 1100, 20}, {40, 1041, 270},
                                       {3, 40, 1000},  {1, 1, 513},    {33, 1024, 256}};
    const struct kernel_table *tables[4];
    const size_t count = vector_tables(tables);
    for (size_t t = 0; t < count; t++)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
            for (size_t bits = 0; bits < 32; bits += 5)
                check(tables[t], shapes[s][0], shapes[s][1], shapes[s][2], variant_of(bits));
}

/* The same rows and columns computed apart, in pieces, with the same bits. */
static void test_gemm_bits_do_not_depend_on_rows_and_columns_beside(void **state) {
    (void)state;
    const size_t m = 45, n = 1090, k = 300;
    const struct kernel_table *tables[4];
    const size_t count = all_tables(tables);
    for (size_t t = 0; t < count; t++) {
        struct product p = product_make(m, n, k, variant_of(2 + 8));
        tables[t]->gemm(&p.job);
        struct rng rng;
        rng_init(&rng, 3, t);
        for (int piece = 0; piece < 200; piece++) {
            const uint32_t row = rng_below(&rng, (uint32_t)m),
                           column = rng_below(&rng, (uint32_t)n);
            const size_t rows = 1 + rng_below(&rng, (uint32_t)m - row),
                         columns = 1 + rng_below(&rng, (uint32_t)n - column);
            struct kernel_gemm part = p.job;
            part.m = rows;
            part.n = columns;
            part.a += row * part.a_row;
            part.b += column;
            part.bias += column;
            part.c = p.expected + row * part.c_row + column;
            tables[t]->gemm(&part);
            for (size_t i = 0; i < rows; i++)
                assert_memory_equal(part.c + i * part.c_row, p.c + (row + i) * part.c_row + column,
                                    columns * sizeof(real));
        }
        product_free(&p);
    }
}

/* A sum over k in two calls, the second adding, is the sum in one. */
static void test_gemm_bits_do_not_depend_on_cuts_of_k(void **state) {
    (void)state;
    const size_t m = 20, n = 45, k = 77;
    const struct kernel_table *tables[4];
    const size_t count = all_tables(tables);
    for (size_t t = 0; t < count; t++)
        for (size_t cut = 0; cut <= k; cut += 11) {
            struct product p = product_make(m, n, k, variant_of(0));
            tables[t]->gemm(&p.job);
            struct kernel_gemm part = p.job;
            part.c = p.expected;
            part.k = cut;
            tables[t]->gemm(&part);
            part.accumulate = 1;
            part.a += cut * part.a_column;
            part.b += cut * part.b_row;
            part.k = k - cut;
            tables[t]->gemm(&part);
            assert_memory_equal(p.c, p.expected, m * n * sizeof(real));
            product_free(&p);
        }
}

static void test_gemm_bits_are_the_same_in_all_vector_tables(void **state) {
    (void)state;
    const struct kernel_table *tables[4];
    const size_t count = vector_tables(tables);
    for (size_t t = 1; t < count; t++)
        for (size_t n = 1; n < 70; n += 3) {
            struct product p = product_make(23, n, 50, variant_of(2 + 8));
            tables[0]->gemm(&p.job);
            struct kernel_gemm again = p.job;
            again.c = p.expected;
            tables[t]->gemm(&again);
            assert_memory_equal(p.c, p.expected, p.c_count * sizeof(real));
            product_free(&p);
        }
}

static void test_gemm_passes_on_what_is_not_a_number(void **state) {
    (void)state;
    const struct kernel_table *tables[4];
    const size_t count = vector_tables(tables);
    for (size_t t = 0; t < count; t++) {
        struct product p = product_make(16, 20, 9, variant_of(0));
        p.a[3 * 9 + 2] = (real)NAN;
        p.a[5 * 9 + 4] = (real)INFINITY;
        tables[t]->gemm(&p.job);
        for (size_t j = 0; j < 20; j++) {
            assert_true(isnan(p.c[3 * 20 + j]));
            assert_true(isinf(p.c[5 * 20 + j]));
            assert_true(isfinite(p.c[4 * 20 + j]));
        }
        product_free(&p);
    }
}

static void test_gemm_of_nothing_does_nothing(void **state) {
    (void)state;
    const struct kernel_table *tables[4];
    const size_t count = all_tables(tables);
    for (size_t t = 0; t < count; t++) {
        const struct kernel_gemm none = {.m = 0, .n = 5, .k = 3}, narrow = {.m = 4, .n = 0, .k = 3};
        tables[t]->gemm(&none);
        tables[t]->gemm(&narrow);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gemm_agrees_with_scalar_for_all_small_shapes),
        cmocka_unit_test(test_gemm_agrees_with_scalar_in_every_variant),
        cmocka_unit_test(test_gemm_agrees_with_scalar_beyond_its_blocks),
        cmocka_unit_test(test_gemm_bits_do_not_depend_on_rows_and_columns_beside),
        cmocka_unit_test(test_gemm_bits_do_not_depend_on_cuts_of_k),
        cmocka_unit_test(test_gemm_bits_are_the_same_in_all_vector_tables),
        cmocka_unit_test(test_gemm_passes_on_what_is_not_a_number),
        cmocka_unit_test(test_gemm_of_nothing_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

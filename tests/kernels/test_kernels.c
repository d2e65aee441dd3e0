/* test_kernels.c: every kernel but gemm, of every table against scalar, for all lengths around the
 * vector width, at unaligned addresses, with guards behind the ends; and adam_idle against the
 * steps of adam that it stands for. */
#include "every_table.h"

#define LONGEST 67

/* Calls body(table, n, shift) for every vector table and length. */
static void every_length(void (*body)(const struct kernel_table *, size_t, size_t)) {
    const struct kernel_table *tables[4];
    const size_t count = vector_tables(tables);
    for (size_t t = 0; t < count; t++)
        for (size_t n = 0; n <= LONGEST; n++)
            body(tables[t], n, n % 5);
    for (size_t t = 0; t < count; t++)
        body(tables[t], 1000, 3);
}

static const struct kernel_table *scalar(void) { return kernels_named("scalar"); }

static void reductions(const struct kernel_table *table, size_t n, size_t shift) {
    real *a = guarded(n, shift, 1), *b = guarded(n, shift + 1, 2);
    const double tolerance = 1e-7 * ((double)n + 2);
    assert_near(table->dot(a, b, n), scalar()->dot(a, b, n), tolerance, "dot", n);
    assert_near(table->squared_distance(a, b, n), scalar()->squared_distance(a, b, n),
                4 * tolerance, "squared_distance", n);
    assert_near(table->sum(a, n), scalar()->sum(a, n), tolerance, "sum", n);
    if (n > 0)
        assert_true(table->maximum(a, n) == scalar()->maximum(a, n));
    guarded_free(a, shift);
    guarded_free(b, shift + 1);
}

static void test_reductions(void **state) {
    (void)state;
    every_length(reductions);
}

static void maximum_of_odd_values(const struct kernel_table *table, size_t n, size_t shift) {
    if (n == 0)
        return;
    real *a = guarded(n, shift, 1);
    for (size_t at = 0; at < n; at++) {
        const real kept = a[at];
        a[at] = 2;
        assert_true(table->maximum(a, n) == 2);
        a[at] = (real)NAN;
        assert_true(table->maximum(a, n) == scalar()->maximum(a, n));
        a[at] = (real)INFINITY;
        assert_true(table->maximum(a, n) == (real)INFINITY);
        a[at] = kept;
    }
    for (size_t i = 0; i < n; i++)
        a[i] = (real)-INFINITY;
    assert_true(table->maximum(a, n) == (real)-INFINITY);
    guarded_free(a, shift);
}

static void test_maximum_passes_over_what_is_not_a_number(void **state) {
    (void)state;
    every_length(maximum_of_odd_values);
}

static void infinite_sums(const struct kernel_table *table, size_t n, size_t shift) {
    if (n == 0)
        return;
    real *a = guarded(n, shift, 1), *b = guarded(n, shift, 2);
    a[n / 2] = (real)INFINITY;
    b[n / 2] = 1;
    assert_true(table->dot(a, b, n) == (real)INFINITY);
    assert_true(table->sum(a, n) == (real)INFINITY);
    a[n - 1] = (real)NAN;
    assert_true(isnan(table->dot(a, b, n)));
    assert_true(isnan(table->sum(a, n)));
    assert_true(isnan(table->squared_distance(a, b, n)));
    guarded_free(a, shift);
    guarded_free(b, shift);
}

static void test_reductions_pass_on_what_is_not_a_number(void **state) {
    (void)state;
    every_length(infinite_sums);
}

static void updates(const struct kernel_table *table, size_t n, size_t shift) {
    real *a = guarded(n, shift, 1), *b = guarded(n, 0, 2);
    enum { KINDS = 5 };
    for (int kind = 0; kind < KINDS; kind++) {
        real *y = guarded(n, shift + 2, 3), *expected = guarded(n, shift + 2, 3);
        const struct kernel_table *both[] = {table, scalar()};
        real *outputs[] = {y, expected};
        for (int i = 0; i < 2; i++)
            switch (kind) {
            case 0:
                both[i]->axpy(outputs[i], (real)0.7, a, n);
                break;
            case 1:
                both[i]->scale(outputs[i], (real)-1.3, n);
                break;
            case 2:
                both[i]->multiply(outputs[i], a, b, n);
                break;
            case 3:
                both[i]->multiply_add(outputs[i], a, b, n);
                break;
            default:
                both[i]->multiply(outputs[i], outputs[i], b, n);
            }
        for (size_t i = 0; i < n; i++)
            assert_near(y[i], expected[i], 2e-7, "update", n);
        assert_guards(y, n);
        guarded_free(y, shift + 2);
        guarded_free(expected, shift + 2);
    }
    guarded_free(a, shift);
    guarded_free(b, 0);
}

static void test_updates(void **state) {
    (void)state;
    every_length(updates);
}

static void gathers(const struct kernel_table *table, size_t n, size_t shift) {
    enum { ROWS = 29 };
    const size_t stride = n + shift;
    real *query = guarded(n, shift, 1), *vectors = guarded(ROWS * stride + n, 1, 2);
    for (uint32_t count = 0; count < ROWS; count += 3) {
        real *found = guarded(count, 1, 3), *expected = guarded(count, 1, 3);
        uint32_t rows[ROWS];
        for (uint32_t i = 0; i < count; i++)
            rows[i] = (i * 7 + 3) % ROWS;
        for (int listed = 0; listed < 2; listed++) {
            table->gather_dot(found, query, vectors, stride, n, listed ? rows : NULL, count);
            scalar()->gather_dot(expected, query, vectors, stride, n, listed ? rows : NULL, count);
            for (size_t i = 0; i < count; i++) {
                assert_near(found[i], expected[i], 1e-7 * ((double)n + 2), "gather_dot", n);
                assert_true(found[i] ==
                            table->dot(query, vectors + (listed ? rows[i] : i) * stride, n));
            }
            assert_guards(found, count);
        }
        guarded_free(found, 1);
        guarded_free(expected, 1);
    }
    guarded_free(query, shift);
    guarded_free(vectors, 1);
}

static void test_gather_dot(void **state) {
    (void)state;
    every_length(gathers);
}

static void scatters(const struct kernel_table *table, size_t n, size_t shift) {
    real *values = guarded(n, shift, 1);
    uint32_t *columns = alloc_bytes((n + 1) * sizeof *columns);
    for (uint32_t i = 0; i < n; i++)
        columns[i] = 3 * i + 1;
    for (int weighted = 0; weighted < 2; weighted++) {
        real *y = guarded(3 * n, 1, 2), *expected = guarded(3 * n, 1, 2);
        table->scatter_axpy(y, (real)0.3, columns, weighted ? values : NULL, n);
        scalar()->scatter_axpy(expected, (real)0.3, columns, weighted ? values : NULL, n);
        for (size_t i = 0; i < 3 * n; i++)
            assert_near(y[i], expected[i], 2e-7, "scatter_axpy", n);
        assert_guards(y, 3 * n);
        guarded_free(y, 1);
        guarded_free(expected, 1);
    }
    alloc_free(columns);
    guarded_free(values, shift);
}

static void test_scatter_axpy(void **state) {
    (void)state;
    every_length(scatters);
}

static void gathers_rows(const struct kernel_table *table, size_t n, size_t shift) {
    enum { ROWS = 23 };
    const size_t stride = n + shift;
    real *vectors = guarded(ROWS * stride + n, 1, 1), *values = guarded(ROWS, 1, 2);
    uint32_t rows[ROWS];
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = (i * 7 + 3) % ROWS;
    for (size_t count = 0; count <= ROWS; count += 11)
        for (int form = 0; form < 4; form++) {
            const uint32_t *listed = form & 1 ? rows : NULL;
            const real *weights = form & 2 ? values : NULL;
            real *y = guarded(n, shift, 3), *expected = guarded(n, shift, 3);
            table->gather_axpy(y, weights, vectors, stride, n, listed, count);
            scalar()->gather_axpy(expected, weights, vectors, stride, n, listed, count);
            for (size_t i = 0; i < n; i++)
                assert_near(y[i], expected[i], 4e-6, "gather_axpy", n);
            assert_guards(y, n);
            guarded_free(y, shift);
            guarded_free(expected, shift);
        }
    guarded_free(vectors, 1);
    guarded_free(values, 1);
}

static void test_gather_axpy(void **state) {
    (void)state;
    every_length(gathers_rows);
}

static void exponents(const struct kernel_table *table, size_t n, size_t shift) {
    real *x = guarded(n, shift, 1), *y = guarded(n, 1, 2);
    for (size_t i = 0; i < n; i++)
        x[i] = i % 5 == 0 ? -300 * x[i] * x[i] : 40 * x[i];
    double sum = 0;
    const real total = table->exponentials(y, x, (real)3.5, n);
    for (size_t i = 0; i < n; i++) {
        const double power = (double)(x[i] - (real)3.5), expected = exp(power < -87 ? -87 : power);
        sum += expected;
        if (fabs((double)y[i] - expected) > 4e-7 * expected)
            fail_msg("e^%.9g is %.9g", power, (double)y[i]);
    }
    assert_true(fabs((double)total - sum) <= 1e-6 * sum);
    assert_guards(y, n);
    guarded_free(x, shift);
    guarded_free(y, 1);
}

static void test_exponentials(void **state) {
    (void)state;
    every_length(exponents);
    const real nothing[2] = {0, (real)NAN};
    real y[2];
    const struct kernel_table *tables[4];
    size_t count = all_tables(tables);
    for (size_t t = 0; t < count; t++)
        assert_true(isnan(tables[t]->exponentials(y, nothing, 0, 2)) && y[0] == 1);
}

static void pulls(const struct kernel_table *table, size_t n, size_t shift) {
    real *found[3], *expected[3];
    for (size_t i = 0; i < 3; i++) {
        found[i] = guarded(n, shift + i, i);
        expected[i] = guarded(n, 1, i);
    }
    table->pull_apart(found[0], found[1], found[2], (real)0.2, (real)0.9, n);
    scalar()->pull_apart(expected[0], expected[1], expected[2], (real)0.2, (real)0.9, n);
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < n; k++)
            assert_near(found[i][k], expected[i][k], 3e-7, "pull_apart", n);
        assert_guards(found[i], n);
        guarded_free(found[i], shift + i);
        guarded_free(expected[i], 1);
    }
}

static void test_pull_apart(void **state) {
    (void)state;
    every_length(pulls);
}

/* Weights, moments and gradients of one table. */
struct adam_state {
    real *weight, *first, *second, *gradient;
    size_t n;
};

static struct adam_state adam_state_make(size_t n) {
    struct adam_state s = {guarded(n, 1, 1), guarded(n, 2, 2), guarded(n, 3, 3), guarded(n, 0, 4),
                           n};
    for (size_t i = 0; i < n; i++) {
        s.first[i] *= (real)0.1;
        s.second[i] = (real)0.01 * s.second[i] * s.second[i];
    }
    return s;
}

static void adam_state_free(struct adam_state *s) {
    assert_guards(s->weight, s->n);
    assert_guards(s->first, s->n);
    assert_guards(s->second, s->n);
    guarded_free(s->weight, 1);
    guarded_free(s->first, 2);
    guarded_free(s->second, 3);
    guarded_free(s->gradient, 0);
}

static void assert_adam_near(const struct adam_state *found, const struct adam_state *expected,
                             double tolerance, const char *what) {
    for (size_t i = 0; i < found->n; i++) {
        assert_near(found->weight[i], expected->weight[i], tolerance, what, found->n);
        assert_near(found->first[i], expected->first[i], tolerance, what, found->n);
        assert_near(found->second[i], expected->second[i],
                    1e-3 * tolerance + 1e-5 * (double)expected->second[i], what, found->n);
    }
}

static struct kernel_adam adam_step(size_t t) {
    return (struct kernel_adam){.rate = (real)1e-2,
                                .beta1 = (real)0.9,
                                .beta2 = (real)0.999,
                                .epsilon = (real)1e-8,
                                .correction1 = (real)(1 - pow(0.9, (double)t)),
                                .correction2 = (real)(1 - pow(0.999, (double)t)),
                                .gradient_scale = 1};
}

static void adams(const struct kernel_table *table, size_t n, size_t shift) {
    struct adam_state found = adam_state_make(n), expected = adam_state_make(n);
    for (size_t t = 1; t <= 5; t++) {
        struct kernel_adam step = adam_step(t);
        step.l2 = t % 2 ? (real)0.02 : 0;
        step.decay = t % 3 ? 0 : (real)0.1;
        step.gradient_scale = (real)0.5 + (real)shift;
        table->adam(&step, found.weight, found.first, found.second, found.gradient, n);
        scalar()->adam(&step, expected.weight, expected.first, expected.second, expected.gradient,
                       n);
    }
    assert_adam_near(&found, &expected, 1e-6, "adam");
    adam_state_free(&found);
    adam_state_free(&expected);
}

static void test_adam(void **state) {
    (void)state;
    every_length(adams);
}

/* torch.optim.Adam, version 2.13, weight 1, gradients 0.5 then -0.2, rate 0.1. */
static void test_adam_by_hand(void **state) {
    (void)state;
    const struct kernel_table *tables[4];
    const size_t count = all_tables(tables);
    for (size_t t = 0; t < count; t++) {
        real w = 1, m = 0, v = 0, g = (real)0.5;
        struct kernel_adam step = adam_step(1);
        step.rate = (real)0.1;
        tables[t]->adam(&step, &w, &m, &v, &g, 1);
        /* The first step is the rate, whatever the gradient. */
        assert_near(w, (real)0.9, 2e-6, "first step", 1);
        step = adam_step(2);
        step.rate = (real)0.1;
        g = (real)-0.2;
        tables[t]->adam(&step, &w, &m, &v, &g, 1);
        /* m = .9 * .05 - .1 * .2 = .025; v = .999 * .00025 + .001 * .04 = .00028975;
         * .1 * (.025 / .19) / sqrt(.00028975 / .001999) = .0345603 */
        assert_near(w, (real)0.8654397, 2e-6, "second step", 1);
    }
}

static void idles(const struct kernel_table *table, size_t n, size_t shift) {
    static const size_t gaps[] = {0, 1, 2, 19, 300, 3000};
    for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
        struct kernel_adam step = adam_step(shift == 0 ? 100000 : 1 + 37 * shift);
        step.decay = shift == 2 ? (real)0.05 : 0;
        struct adam_state found = adam_state_make(n), expected = adam_state_make(n);
        table->adam_idle(&step, found.weight, found.first, found.second, n, gaps[i]);
        scalar()->adam_idle(&step, expected.weight, expected.first, expected.second, n, gaps[i]);
        assert_adam_near(&found, &expected, 4e-6, "adam_idle");
        adam_state_free(&found);
        adam_state_free(&expected);
    }
}

static void test_adam_idle(void **state) {
    (void)state;
    every_length(idles);
}

/* What adam_idle promises: the same as that many steps with a zero gradient. */
static void test_adam_idle_is_steps_of_adam(void **state) {
    (void)state;
    const struct kernel_table *tables[4];
    const size_t count = all_tables(tables), n = 40;
    for (size_t t = 0; t < count; t++)
        for (size_t last = 1; last < 200000; last *= 7)
            for (size_t gap = 1; gap < 500; gap = gap * 3 + 1) {
                struct adam_state found = adam_state_make(n), expected = adam_state_make(n);
                memset(expected.gradient, 0, n * sizeof(real));
                const struct kernel_adam step = adam_step(last);
                tables[t]->adam_idle(&step, found.weight, found.first, found.second, n, gap);
                for (size_t i = 1; i <= gap; i++) {
                    const struct kernel_adam one = adam_step(last + i);
                    tables[t]->adam(&one, expected.weight, expected.first, expected.second,
                                    expected.gradient, n);
                }
                assert_adam_near(&found, &expected, 1e-5, "adam_idle against adam");
                adam_state_free(&found);
                adam_state_free(&expected);
            }
}

static void factor_steps(const struct kernel_table *table, size_t n, size_t shift) {
    const struct kernel_factor_step step = {(real)0.9, (real)0.3, (real)0.8, (real)-0.7, (real)0.4};
    for (int with_z = 0; with_z < 2; with_z++) {
        real *found[3], *expected[3];
        for (size_t i = 0; i < 3; i++) {
            found[i] = guarded(n, shift, i);
            expected[i] = guarded(n, shift, i);
        }
        table->factor_step(&step, found[0], found[1], with_z ? found[2] : NULL, n);
        scalar()->factor_step(&step, expected[0], expected[1], with_z ? expected[2] : NULL, n);
        for (size_t i = 0; i < 3; i++) {
            for (size_t f = 0; f < n; f++)
                assert_near(found[i][f], expected[i][f], 3e-7, "factor_step", n);
            assert_guards(found[i], n);
            guarded_free(found[i], shift);
            guarded_free(expected[i], shift);
        }
    }
}

static void test_factor_step(void **state) {
    (void)state;
    every_length(factor_steps);
}

static void counts(const struct kernel_table *table, size_t n, size_t shift) {
    real *a = guarded(n, shift, 1);
    for (size_t i = 0; i < n; i++)
        a[i] = i % 7 == 3 ? (real)NAN : i % 11 == 5 ? (real)INFINITY : (real)(i % 5);
    static const real bounds[] = {0, 2, 4, 9, -1};
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++) {
        size_t greater, equal, expected_greater, expected_equal;
        table->count_above(a, n, bounds[b], &greater, &equal);
        scalar()->count_above(a, n, bounds[b], &expected_greater, &expected_equal);
        assert_int_equal(greater, expected_greater);
        assert_int_equal(equal, expected_equal);
    }
    guarded_free(a, shift);
}

static void test_count_above(void **state) {
    (void)state;
    every_length(counts);
}

static void hidden(const struct kernel_table *table, size_t n, size_t shift) {
    enum { FEATURES = 5 };
    const size_t stride = n + shift;
    real *items = guarded(FEATURES * stride, 1, 1), *user = guarded(FEATURES, 2, 2),
         *found = guarded(FEATURES * stride, 3, 3), *expected = guarded(FEATURES * stride, 3, 3);
    if (n > 2) {
        items[1] = (real)NAN;
        items[2] = (real)INFINITY;
    }
    table->add_relu(found, items, user, FEATURES, n, stride);
    scalar()->add_relu(expected, items, user, FEATURES, n, stride);
    assert_memory_equal(found, expected, FEATURES * stride * sizeof(real));
    assert_guards(found, FEATURES * stride);
    guarded_free(items, 1);
    guarded_free(user, 2);
    guarded_free(found, 3);
    guarded_free(expected, 3);
}

static void test_add_relu(void **state) {
    (void)state;
    every_length(hidden);
}

/* The vector tables share their bodies, so they give the same bits. */
static void test_vector_tables_give_the_same_bits(void **state) {
    (void)state;
    const struct kernel_table *tables[4];
    const size_t count = vector_tables(tables);
    for (size_t t = 1; t < count; t++)
        for (size_t n = 0; n < 200; n++) {
            real *a = guarded(n, 1, 1), *b = guarded(n, 2, 2);
            assert_true(tables[t]->dot(a, b, n) == tables[0]->dot(a, b, n));
            assert_true(tables[t]->sum(a, n) == tables[0]->sum(a, n));
            guarded_free(a, 1);
            guarded_free(b, 2);
            const struct kernel_adam step = adam_step(9);
            struct adam_state x = adam_state_make(n), y = adam_state_make(n);
            tables[0]->adam(&step, x.weight, x.first, x.second, x.gradient, n);
            tables[t]->adam(&step, y.weight, y.first, y.second, y.gradient, n);
            tables[0]->adam_idle(&step, x.weight, x.first, x.second, n, 30);
            tables[t]->adam_idle(&step, y.weight, y.first, y.second, n, 30);
            assert_memory_equal(x.weight, y.weight, n * sizeof(real));
            assert_memory_equal(x.first, y.first, n * sizeof(real));
            assert_memory_equal(x.second, y.second, n * sizeof(real));
            adam_state_free(&x);
            adam_state_free(&y);
        }
}

static void test_tables_are_found_by_name(void **state) {
    (void)state;
    assert_string_equal(kernels_named("scalar")->name, "scalar");
    assert_null(kernels_named("sse"));
    assert_null(kernels_named(""));
    assert_non_null(kernels());
    assert_ptr_equal(kernels(), kernels_named(kernels()->name));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_found_by_name),
        cmocka_unit_test(test_reductions),
        cmocka_unit_test(test_reductions_pass_on_what_is_not_a_number),
        cmocka_unit_test(test_maximum_passes_over_what_is_not_a_number),
        cmocka_unit_test(test_updates),
        cmocka_unit_test(test_gather_dot),
        cmocka_unit_test(test_scatter_axpy),
        cmocka_unit_test(test_gather_axpy),
        cmocka_unit_test(test_exponentials),
        cmocka_unit_test(test_pull_apart),
        cmocka_unit_test(test_adam),
        cmocka_unit_test(test_adam_by_hand),
        cmocka_unit_test(test_adam_idle),
        cmocka_unit_test(test_factor_step),
        cmocka_unit_test(test_adam_idle_is_steps_of_adam),
        cmocka_unit_test(test_count_above),
        cmocka_unit_test(test_add_relu),
        cmocka_unit_test(test_vector_tables_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* check_gate.c: the gradients of rows scaled to length 1 and of the gate over groups of features
 * against finite differences, in double; |numeric - analytic| <= 1e-6 * (|numeric| + |analytic|),
 * or both below 1e-9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "nn/gate.h"
#include "nn/normalize.h"

enum { ROWS = 4, COLUMNS = 6, GROUPS = 3 };

static const struct gate gate = {.group_count = GROUPS, .widths = {3, 1, 2}};

struct fixture {
    real logits[GROUPS], x[ROWS * COLUMNS], weights[ROWS * COLUMNS];
};

static void begin(struct fixture *fixture) {
    struct rng rng;
    rng_init(&rng, 5, 0);
    real *all = (real *)fixture;
    for (size_t i = 0; i < sizeof *fixture / sizeof(real); i++)
        all[i] = rng_normal(&rng);
}

/* weights . normalize(gate(x)) */
static double loss(const struct fixture *fixture) {
    real shares[GROUPS], y[ROWS * COLUMNS];
    double total = 0;
    gate_shares(&gate, fixture->logits, shares);
    gate_forward(&gate, shares, fixture->x, ROWS, y);
    normalize_forward(y, ROWS, COLUMNS, y, NULL);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        total += fixture->weights[i] * y[i];
    return total;
}

static void compare(const struct fixture *fixture, real *value, double exact) {
    const double h = 1e-5, before = *value;
    double f[4];
    for (int k = 0; k < 4; k++) {
        *value = before + (double[]){-2, -1, 1, 2}[k] * h;
        f[k] = loss(fixture);
    }
    *value = before;
    double numeric = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h), error = fabs(numeric - exact);
    if (error > 1e-6 * (fabs(numeric) + fabs(exact)) && error > 1e-9)
        fail_msg("finite difference %.12g, gradient %.12g", numeric, exact);
}

static void test_gradients(void **state) {
    (void)state;
    struct fixture fixture;
    begin(&fixture);
    real shares[GROUPS], y[ROWS * COLUMNS], lengths[ROWS], dx[ROWS * COLUMNS];
    real dlogits[GROUPS] = {7, 7, 7};
    gate_shares(&gate, fixture.logits, shares);
    gate_forward(&gate, shares, fixture.x, ROWS, y);
    normalize_forward(y, ROWS, COLUMNS, y, lengths);
    normalize_backward(&(struct normalize_gradient){.rows = ROWS,
                                                    .columns = COLUMNS,
                                                    .y = y,
                                                    .lengths = lengths,
                                                    .dy = fixture.weights,
                                                    .dx = dx});
    gate_backward_input(&gate, shares, dx, ROWS);
    struct gate_gradient job = {.rows = ROWS, .shares = shares, .x = fixture.x, .dx = dx};
    gate_backward_logits(&gate, &job, dlogits);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        compare(&fixture, &fixture.x[i], dx[i]);
    for (size_t g = 0; g < GROUPS; g++)
        compare(&fixture, &fixture.logits[g], dlogits[g]);
    real twice[GROUPS];
    memcpy(twice, dlogits, sizeof twice);
    job.accumulate = 1;
    gate_backward_logits(&gate, &job, twice);
    for (size_t g = 0; g < GROUPS; g++)
        assert_true(fabs(twice[g] - 2 * dlogits[g]) < 1e-12);
}

static void test_equal_shares_change_nothing(void **state) {
    (void)state;
    const real logits[GROUPS] = {2, 2, 2}, x[COLUMNS] = {1, 2, 3, 4, 5, 6};
    real shares[GROUPS], y[COLUMNS];
    gate_shares(&gate, logits, shares);
    gate_forward(&gate, shares, x, 1, y);
    for (size_t k = 0; k < COLUMNS; k++)
        assert_true(fabs(y[k] - x[k]) < 1e-12);
}

static void test_a_row_of_zeros_stays(void **state) {
    (void)state;
    real x[COLUMNS] = {0}, length = 1;
    normalize_forward(x, 1, COLUMNS, x, &length);
    assert_true(length == 0 && x[0] == 0);
    normalize_backward(&(struct normalize_gradient){
        .rows = 1, .columns = COLUMNS, .y = x, .lengths = &length, .dy = x, .dx = x});
    assert_true(x[COLUMNS - 1] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradients),
                                       cmocka_unit_test(test_equal_shares_change_nothing),
                                       cmocka_unit_test(test_a_row_of_zeros_stays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

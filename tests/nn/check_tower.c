/* check_tower.c: the tower's gradients against finite differences, in double: of every weight and
 * bias and of the input, for each activation, over two micro-batches of one step; and that scoring
 * (tower_apply) gives what the forward pass gives, and asking why (tower_slope) the input's
 * gradient. |numeric - analytic| <= 1e-6 * (|numeric| + |analytic|), or both below 1e-9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "nn/tower.h"

enum { ROWS = 7, IN = 37, HIDDEN = 5, OUT = 3 };

struct fixture {
    struct arena arena;
    struct parameter parameters[4];
    struct tower tower;
    real x[ROWS * IN], dx[ROWS * IN], target[ROWS * OUT];
};

static void begin(struct fixture *fixture, enum tower_activation hidden,
                  enum tower_activation last) {
    memset(fixture, 0, sizeof *fixture);
    const size_t shapes[4][2] = {{IN, HIDDEN}, {1, HIDDEN}, {HIDDEN, OUT}, {1, OUT}};
    struct rng rng;
    rng_init(&rng, 3, 0);
    for (size_t i = 0; i < 4; i++) {
        struct parameter *parameter = &fixture->parameters[i];
        *parameter =
            (struct parameter){.name = "weight", .rows = shapes[i][0], .columns = shapes[i][1]};
        parameter->weight = ARENA_ARRAY(&fixture->arena, real, parameter_count(parameter));
        parameter_fill_normal(parameter, 0.4, &rng);
    }
    struct parameter *p = fixture->parameters;
    tower_add(&fixture->tower, &(struct tower_layer){IN, HIDDEN, hidden, &p[0], &p[1]});
    tower_add(&fixture->tower, &(struct tower_layer){HIDDEN, OUT, last, &p[2], &p[3]});
    tower_prepare(&fixture->tower, ROWS, true, &fixture->arena);
    for (size_t i = 0; i < ROWS * IN; i++)
        fixture->x[i] = rng_normal(&rng);
    for (size_t i = 0; i < ROWS * OUT; i++)
        fixture->target[i] = rng_normal(&rng);
}

/* Half the squared distance to the target, from scoring's own forward pass. */
static double loss(struct fixture *fixture) {
    real out[ROWS * OUT];
    tower_apply(&fixture->tower, fixture->x, ROWS, out);
    double total = 0;
    for (size_t i = 0; i < ROWS * OUT; i++)
        total += (out[i] - fixture->target[i]) * (out[i] - fixture->target[i]) / 2;
    return total;
}

static void gradient(struct fixture *fixture, int accumulate) {
    struct tower *tower = &fixture->tower;
    /* In two shards, as a step does. */
    for (size_t begin = 0; begin < ROWS; begin += 4) {
        size_t end = begin + 4 < ROWS ? begin + 4 : ROWS;
        tower_forward(tower, fixture->x, begin, end);
        for (size_t i = begin * OUT; i < end * OUT; i++)
            tower_output_gradient(tower)[i] = tower_output(tower)[i] - fixture->target[i];
        tower_backward(tower, fixture->dx, begin, end);
    }
    struct tower_batch batch = {fixture->x, ROWS, accumulate};
    for (size_t task = 0; task < tower_task_count(tower); task++)
        tower_gradient_task(tower, &batch, task);
}

static void compare(struct fixture *fixture, real *value, double exact, double times) {
    const double h = 2e-6, before = *value;
    double f[4];
    for (int k = 0; k < 4; k++) {
        *value = before + (double[]){-2, -1, 1, 2}[k] * h;
        f[k] = loss(fixture);
    }
    *value = before;
    double numeric = times * (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
    double error = fabs(numeric - exact);
    if (error > 1e-6 * (fabs(numeric) + fabs(exact)) && error > 1e-9)
        fail_msg("finite difference %.12g, gradient %.12g", numeric, exact);
}

static void check(enum tower_activation hidden, enum tower_activation last) {
    struct fixture fixture;
    begin(&fixture, hidden, last);
    for (int times = 1; times <= 2; times++) {
        gradient(&fixture, times == 2);
        for (size_t p = 0; p < 4; p++)
            for (size_t i = 0; i < parameter_count(&fixture.parameters[p]); i++)
                compare(&fixture, &fixture.parameters[p].weight[i],
                        fixture.parameters[p].gradient[i], times);
    }
    for (size_t i = 0; i < ROWS * IN; i++)
        compare(&fixture, &fixture.x[i], fixture.dx[i], 1);
    for (size_t r = 0; r < ROWS; r++) {
        real dy[OUT], dx[IN];
        for (size_t k = 0; k < OUT; k++)
            dy[k] = tower_output(&fixture.tower)[r * OUT + k] - fixture.target[r * OUT + k];
        tower_slope(&fixture.tower, fixture.x + r * IN, dy, dx);
        for (size_t i = 0; i < IN; i++)
            assert_true(fabs(dx[i] - fixture.dx[r * IN + i]) <= 1e-12);
    }
    arena_release(&fixture.arena);
}

static void test_relu(void **state) {
    (void)state;
    check(TOWER_RELU, TOWER_LINEAR);
}

static void test_tanh(void **state) {
    (void)state;
    check(TOWER_TANH, TOWER_TANH);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_relu), cmocka_unit_test(test_tanh)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

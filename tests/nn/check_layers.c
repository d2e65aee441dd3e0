/* check_layers.c: each layer's backward pass against finite differences of its forward pass, in
 * double: |numeric - analytic| <= 1e-6 * (|numeric| + |analytic|), or both nearly zero.
 *
 * A layer is checked through loss = sum of weights * output with fixed random weights, so that
 * dy = weights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "nn/attention.h"
#include "nn/dropout.h"
#include "nn/linear.h"
#include "nn/loss.h"

#define STEP 1e-5

typedef double objective(void *context);

static void fill(real *x, size_t count, uint64_t stream) {
    struct rng rng;
    rng_init(&rng, 11, stream);
    for (size_t i = 0; i < count; i++)
        x[i] = rng_normal(&rng);
}

/* The gradient of value(context) for x[count] must be `gradient`. */
static void compare(objective *value, void *context, real *x, const real *gradient, size_t count) {
    for (size_t i = 0; i < count; i++) {
        double kept = x[i], f[4];
        for (int k = 0; k < 4; k++) {
            x[i] = kept + (double[]){-2, -1, 1, 2}[k] * STEP;
            f[k] = value(context);
        }
        x[i] = kept;
        double numeric = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * STEP);
        double error = fabs(numeric - gradient[i]);
        if (error > 1e-6 * (fabs(numeric) + fabs(gradient[i])) && error > 1e-9)
            fail_msg("element %zu: finite difference %.12g, gradient %.12g", i, numeric,
                     gradient[i]);
    }
}

/* ---- linear, with and without ReLU ---------------------------------------------------------- */

enum { ROWS = 5, IN = 4, OUT = 3 };

struct linear_case {
    real x[ROWS * IN], weight[IN * OUT], bias[OUT], y[ROWS * OUT], dy[ROWS * OUT];
    enum kernel_activation activation;
};

static double linear_value(void *context) {
    struct linear_case *c = context;
    linear_forward(&(struct linear_job){.rows = ROWS,
                                        .in = IN,
                                        .out = OUT,
                                        .x = {c->x, IN},
                                        .y = {c->y, OUT},
                                        .weight = c->weight,
                                        .bias = c->bias,
                                        .activation = c->activation});
    double total = 0;
    for (size_t i = 0; i < ROWS * OUT; i++)
        total += c->y[i] * c->dy[i];
    return total;
}

static void check_linear(enum kernel_activation activation) {
    struct linear_case c = {.activation = activation};
    fill(c.x, ROWS * IN, 1);
    fill(c.weight, IN * OUT, 2);
    fill(c.bias, OUT, 3);
    fill(c.dy, ROWS * OUT, 4);
    linear_value(&c);
    real delta[ROWS * OUT], dx[ROWS * IN], dweight[IN * OUT], dbias[OUT], transposed[OUT * IN];
    memcpy(delta, c.dy, sizeof delta);
    if (activation == KERNEL_RELU)
        linear_backward_relu(delta, c.y, ROWS * OUT, 1);
    for (size_t i = 0; i < IN; i++)
        for (size_t j = 0; j < OUT; j++)
            transposed[j * IN + i] = c.weight[i * OUT + j];
    linear_backward_input(&(struct linear_job){.rows = ROWS,
                                               .in = OUT,
                                               .out = IN,
                                               .x = {delta, OUT},
                                               .y = {dx, IN},
                                               .weight = transposed});
    /* In two blocks, as a step does it. */
    struct linear_gradient gradient = {.rows = ROWS,
                                       .begin = 0,
                                       .end = 3,
                                       .out = OUT,
                                       .x = {c.x, IN},
                                       .dy = {delta, OUT},
                                       .gradient = dweight};
    linear_backward_weight(&gradient);
    gradient.begin = 3;
    gradient.end = IN;
    linear_backward_weight(&gradient);
    gradient.gradient = dbias;
    linear_backward_bias(&gradient);
    compare(linear_value, &c, c.x, dx, ROWS * IN);
    compare(linear_value, &c, c.weight, dweight, IN * OUT);
    compare(linear_value, &c, c.bias, dbias, OUT);
}

static void test_linear(void **state) {
    (void)state;
    check_linear(KERNEL_NONE);
}

static void test_linear_with_relu(void **state) {
    (void)state;
    check_linear(KERNEL_RELU);
}

/* ---- dropout -------------------------------------------------------------------------------- */

struct dropout_case {
    real x[40], y[40], dy[40];
};

/* The same stream each time: the same elements are dropped. */
static double dropout_value(void *context) {
    struct dropout_case *c = context;
    struct rng rng;
    rng_init(&rng, 5, 5);
    memcpy(c->y, c->x, sizeof c->y);
    dropout_forward(c->y, 40, 0.4, &rng);
    double total = 0;
    for (size_t i = 0; i < 40; i++)
        total += c->y[i] * c->dy[i];
    return total;
}

static void test_dropout(void **state) {
    (void)state;
    struct dropout_case c;
    fill(c.x, 40, 1);
    fill(c.dy, 40, 2);
    dropout_value(&c);
    real dx[40];
    memcpy(dx, c.dy, sizeof dx);
    dropout_backward(dx, c.y, 40, 0.4);
    compare(dropout_value, &c, c.x, dx, 40);
}

static void test_dropout_keeps_the_mean(void **state) {
    (void)state;
    enum { COUNT = 100000 };
    static real x[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        x[i] = 1;
    struct rng rng;
    rng_init(&rng, 1, 2);
    dropout_forward(x, COUNT, 0.25, &rng);
    double total = 0;
    for (size_t i = 0; i < COUNT; i++)
        total += x[i];
    assert_true(fabs(total / COUNT - 1) < 0.01);
}

/* ---- attention ------------------------------------------------------------------------------ */

enum { SAMPLES = 3, TOKENS = 2, WIDTH = 4, HEADS = 2, CELLS = SAMPLES * TOKENS * WIDTH };

struct attention_case {
    real x[CELLS], weights[4][WIDTH * WIDTH], y[CELLS], dy[CELLS];
    real q[CELLS], k[CELLS], v[CELLS], mixed[CELLS], shares[SAMPLES * HEADS * TOKENS * TOKENS];
};

static struct attention attention_of(struct attention_case *c) {
    return (struct attention){.samples = SAMPLES,
                              .tokens = TOKENS,
                              .width = WIDTH,
                              .heads = HEADS,
                              .query = c->weights[0],
                              .key = c->weights[1],
                              .value = c->weights[2],
                              .merge = c->weights[3],
                              .x = c->x,
                              .q = c->q,
                              .k = c->k,
                              .v = c->v,
                              .mixed = c->mixed,
                              .shares = c->shares};
}

static double attention_value(void *context) {
    struct attention_case *c = context;
    struct attention job = attention_of(c);
    attention_forward(&job, c->y);
    double total = 0;
    for (size_t i = 0; i < CELLS; i++)
        total += c->y[i] * c->dy[i];
    return total;
}

static void product_gradient(real *x, real *dy, real *gradient) {
    linear_backward_weight(&(struct linear_gradient){.rows = SAMPLES * TOKENS,
                                                     .end = WIDTH,
                                                     .out = WIDTH,
                                                     .x = {x, WIDTH},
                                                     .dy = {dy, WIDTH},
                                                     .gradient = gradient});
}

static void test_attention(void **state) {
    (void)state;
    static struct attention_case c;
    fill(c.x, CELLS, 1);
    fill(c.dy, CELLS, 2);
    for (size_t i = 0; i < 4; i++)
        fill(c.weights[i], WIDTH * WIDTH, 3 + i);
    attention_value(&c);
    real dx[CELLS], dq[CELLS], dk[CELLS], dv[CELLS], dmixed[CELLS], transposed[4][WIDTH * WIDTH];
    for (size_t i = 0; i < 4; i++)
        for (size_t r = 0; r < WIDTH; r++)
            for (size_t s = 0; s < WIDTH; s++)
                transposed[i][s * WIDTH + r] = c.weights[i][r * WIDTH + s];
    struct attention job = attention_of(&c);
    job.query = transposed[0];
    job.key = transposed[1];
    job.value = transposed[2];
    job.merge = transposed[3];
    attention_backward(&job, &(struct attention_gradient){c.dy, dx, dq, dk, dv, dmixed});
    compare(attention_value, &c, c.x, dx, CELLS);
    real gradient[WIDTH * WIDTH];
    real *left[4] = {c.x, c.x, c.x, c.mixed}, *right[4] = {dq, dk, dv, c.dy};
    for (size_t i = 0; i < 4; i++) {
        attention_value(&c);
        product_gradient(left[i], right[i], gradient);
        compare(attention_value, &c, c.weights[i], gradient, WIDTH * WIDTH);
    }
}

/* ---- losses --------------------------------------------------------------------------------- */

enum { GROUPS = 4, NEGATIVES = 3, SCORES = GROUPS * (1 + NEGATIVES) };

struct loss_case {
    real scores[SCORES], targets[SCORES], gradient[SCORES];
    int which;
};

static double loss_value(void *context) {
    struct loss_case *c = context;
    struct loss_groups groups = {.scores = c->scores,
                                 .group_count = GROUPS,
                                 .negative_count = NEGATIVES,
                                 .scale = 1,
                                 .margin = 1};
    switch (c->which) {
    case 0:
        return loss_bce(c->scores, c->targets, SCORES, 1, c->gradient);
    case 1:
        return loss_mse(c->scores, c->targets, SCORES, 1, c->gradient);
    case 2:
        return loss_bpr(&groups, c->gradient);
    case 3:
        return loss_margin(&groups, c->gradient);
    default:
        return loss_softmax(&groups, c->gradient);
    }
}

static void test_losses(void **state) {
    (void)state;
    for (int which = 0; which < 5; which++) {
        struct loss_case c = {.which = which};
        fill(c.scores, SCORES, 1);
        for (size_t i = 0; i < SCORES; i++)
            c.targets[i] = which == 1 ? 0.1 * (double)i : (double)(i % 4 == 0);
        loss_value(&c);
        real gradient[SCORES];
        memcpy(gradient, c.gradient, sizeof gradient);
        compare(loss_value, &c, c.scores, gradient, SCORES);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linear),    cmocka_unit_test(test_linear_with_relu),
        cmocka_unit_test(test_dropout),   cmocka_unit_test(test_dropout_keeps_the_mean),
        cmocka_unit_test(test_attention), cmocka_unit_test(test_losses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

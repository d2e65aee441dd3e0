/* check_sequence_layers.c: layer norm and causal attention against finite differences of their
 * forward passes, in double: |numeric - analytic| <= 1e-6 * (|numeric| + |analytic|), or both
 * nearly zero; and causal attention against its definition, written out.
 *
 * A layer is checked through loss = sum of weights * output with fixed random weights, so that
 * dy = weights. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "nn/causal_attention.h"
#include "nn/layer_norm.h"

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

static void assert_near(double found, double expected) {
    if (fabs(found - expected) > 1e-12 * (1 + fabs(expected)))
        fail_msg("found %.17g, expected %.17g", found, expected);
}

static double weighted(const real *y, const real *dy, size_t count) {
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += y[i] * dy[i];
    return total;
}

/* ---- layer norm ----------------------------------------------------------------------------- */

enum { ROWS = 5, WIDTH = 7 };

struct norm_case {
    real x[ROWS * WIDTH], gain[WIDTH], bias[WIDTH], moments[2 * ROWS], y[ROWS * WIDTH],
        dy[ROWS * WIDTH];
};

static struct layer_norm norm_job(struct norm_case *c) {
    return (struct layer_norm){ROWS, WIDTH, c->x, c->gain, c->bias, c->moments};
}

static double norm_value(void *context) {
    struct norm_case *c = context;
    struct layer_norm job = norm_job(c);
    layer_norm_forward(&job, c->y);
    return weighted(c->y, c->dy, ROWS * WIDTH);
}

static void test_layer_norm(void **state) {
    (void)state;
    struct norm_case c;
    fill(c.x, ROWS * WIDTH, 1);
    fill(c.gain, WIDTH, 2);
    fill(c.bias, WIDTH, 3);
    fill(c.dy, ROWS * WIDTH, 4);
    norm_value(&c);
    struct layer_norm job = norm_job(&c);
    /* Gradients are added to what is there. */
    real dx[ROWS * WIDTH], dgain[WIDTH] = {0}, dbias[WIDTH] = {0};
    for (size_t i = 0; i < ROWS * WIDTH; i++)
        dx[i] = 3;
    layer_norm_backward(&job, c.dy, dx);
    layer_norm_backward_weights(&job, c.dy, dgain, dbias);
    for (size_t i = 0; i < ROWS * WIDTH; i++)
        dx[i] -= 3;
    compare(norm_value, &c, c.x, dx, ROWS * WIDTH);
    compare(norm_value, &c, c.gain, dgain, WIDTH);
    compare(norm_value, &c, c.bias, dbias, WIDTH);
}

/* By hand: a row of mean 2 and variance 2/3. */
static void test_layer_norm_by_hand(void **state) {
    (void)state;
    const real x[3] = {1, 2, 3}, gain[3] = {1, 1, 2}, bias[3] = {0, 5, 0};
    real moments[2], y[3];
    layer_norm_forward(&(struct layer_norm){1, 3, x, gain, bias, moments}, y);
    const double inverse = 1 / sqrt(2.0 / 3 + 1e-5);
    assert_near(y[0], -inverse);
    assert_near(y[1], 5);
    assert_near(y[2], 2 * inverse);
}

/* ---- causal attention: two blocks of queries ------------------------------------------------ */

enum { LENGTH = 45, FEATURES = 4, HEADS = 2, STRIDE = 3 * FEATURES };

struct attention_case {
    real x[LENGTH * STRIDE]; /* query, key, value side by side */
    real y[LENGTH * FEATURES], dy[LENGTH * FEATURES], shares[HEADS * LENGTH * LENGTH];
};

static struct causal_attention attention_job(struct attention_case *c) {
    return (struct causal_attention){.length = LENGTH,
                                     .width = FEATURES,
                                     .heads = HEADS,
                                     .query = c->x,
                                     .key = c->x + FEATURES,
                                     .value = c->x + 2 * FEATURES,
                                     .stride = STRIDE,
                                     .shares = c->shares};
}

static double attention_value(void *context) {
    struct attention_case *c = context;
    struct causal_attention job = attention_job(c);
    causal_attention_forward(&job, c->y);
    return weighted(c->y, c->dy, LENGTH * FEATURES);
}

static void test_causal_attention(void **state) {
    (void)state;
    static struct attention_case c;
    static real dx[LENGTH * STRIDE];
    fill(c.x, LENGTH * STRIDE, 1);
    fill(c.dy, LENGTH * FEATURES, 2);
    attention_value(&c);
    struct causal_attention job = attention_job(&c);
    causal_attention_backward(&job, &(struct causal_attention_gradient){.y = c.y,
                                                                        .dy = c.dy,
                                                                        .dquery = dx,
                                                                        .dkey = dx + FEATURES,
                                                                        .dvalue = dx + 2 * FEATURES,
                                                                        .stride = STRIDE});
    compare(attention_value, &c, c.x, dx, LENGTH * STRIDE);
}

/* What token i takes in of head h, feature f, by the definition. */
static double attended(const struct attention_case *c, size_t i, size_t h, size_t f) {
    const size_t each = FEATURES / HEADS;
    double sum = 0, total = 0;
    for (size_t j = 0; j <= i; j++) {
        double score = 0;
        for (size_t k = h * each; k < (h + 1) * each; k++)
            score += c->x[i * STRIDE + k] * c->x[j * STRIDE + FEATURES + k];
        const double weight = exp(score / sqrt((double)each));
        sum += weight;
        total += weight * c->x[j * STRIDE + 2 * FEATURES + h * each + f];
    }
    return total / sum;
}

static void test_causal_attention_is_its_definition(void **state) {
    (void)state;
    static struct attention_case c;
    fill(c.x, LENGTH * STRIDE, 1);
    attention_value(&c);
    const size_t each = FEATURES / HEADS;
    for (size_t i = 0; i < LENGTH; i++)
        for (size_t k = 0; k < FEATURES; k++)
            assert_near(c.y[i * FEATURES + k], attended(&c, i, k / each, k % each));
}

/* The last token asked for alone says the same. */
static void test_causal_attention_of_the_last_token(void **state) {
    (void)state;
    static struct attention_case c;
    fill(c.x, LENGTH * STRIDE, 1);
    attention_value(&c);
    real y[FEATURES], shares[HEADS * LENGTH];
    struct causal_attention job = attention_job(&c);
    job.first = LENGTH - 1;
    job.query = c.x + (LENGTH - 1) * STRIDE;
    job.shares = shares;
    causal_attention_forward(&job, y);
    for (size_t k = 0; k < FEATURES; k++)
        assert_near(y[k], c.y[(LENGTH - 1) * FEATURES + k]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layer_norm),
        cmocka_unit_test(test_layer_norm_by_hand),
        cmocka_unit_test(test_causal_attention),
        cmocka_unit_test(test_causal_attention_is_its_definition),
        cmocka_unit_test(test_causal_attention_of_the_last_token),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_optimizer.c: parameters, the index of touched rows, and the optimisers against plain loops
 * in double. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "nn/optimizer.h"

enum { ROWS = 7, COLUMNS = 5, STEPS = 60 };

/* ---- the index ------------------------------------------------------------------------------ */

static void test_row_index_lists_places(void **state) {
    (void)state;
    struct arena arena = {0};
    struct row_index index;
    row_index_init(&index, 10, 6, &arena);
    row_index_add(&index, (const uint32_t[]){7, 3, 7, 9, 3, 7}, 6);
    assert_int_equal(index.slot_count, 3);
    assert_int_equal(index.rows[0], 7);
    assert_int_equal(index.rows[1], 3);
    assert_int_equal(index.rows[2], 9);
    const uint32_t starts[] = {0, 3, 5, 6}, places[] = {0, 2, 5, 1, 4, 3};
    assert_memory_equal(index.starts, starts, sizeof starts);
    assert_memory_equal(index.places, places, sizeof places);
    /* One more micro-batch: old slots stay, places are those of the new batch alone. */
    row_index_add(&index, (const uint32_t[]){9, 1, 9}, 3);
    assert_int_equal(index.slot_count, 4);
    assert_int_equal(index.fresh, 3);
    const uint32_t later_starts[] = {0, 0, 0, 2, 3}, later_places[] = {0, 2, 1};
    assert_memory_equal(index.starts, later_starts, sizeof later_starts);
    assert_memory_equal(index.places, later_places, sizeof later_places);
    assert_int_equal(index.totals[2], 3);
    row_index_clear(&index);
    assert_int_equal(index.slot_count, 0);
    assert_int_equal(index.slot_of[9], ROW_INDEX_NONE);
    arena_release(&arena);
}

/* ---- the optimisers ------------------------------------------------------------------------- */

struct fixture {
    struct arena arena;
    struct row_index index;
    struct parameter parameter;
    struct optimizer optimizer;
};

static void begin(struct fixture *fixture, const struct optimizer *optimizer, int embedding) {
    memset(fixture, 0, sizeof *fixture);
    fixture->optimizer = *optimizer;
    struct parameter *parameter = &fixture->parameter;
    *parameter = (struct parameter){.name = "w", .rows = ROWS, .columns = COLUMNS};
    parameter->weight = ARENA_ARRAY(&fixture->arena, real, ROWS * COLUMNS);
    struct rng rng;
    rng_init(&rng, 1, 1);
    parameter_fill_normal(parameter, 1, &rng);
    row_index_init(&fixture->index, ROWS, ROWS, &fixture->arena);
    if (embedding)
        parameter->index = &fixture->index;
    parameter_init(parameter, !embedding, &fixture->arena);
    optimizer_prepare(&fixture->optimizer, parameter, &fixture->arena);
}

/* The gradient of a step: rows that the step does not touch are 0. */
static double gradient_at(size_t step, size_t row, size_t column) {
    if ((step * 3 + row * 5) % 4 != 0)
        return 0;
    return sin((double)(step * 31 + row * 7 + column * 3));
}

static void take_step(struct fixture *fixture, size_t step, double rate) {
    struct parameter *parameter = &fixture->parameter;
    size_t count = ROWS;
    if (parameter->index) {
        uint32_t touched[ROWS];
        count = 0;
        for (uint32_t row = 0; row < ROWS; row++)
            if (gradient_at(step, row, 0) != 0)
                touched[count++] = row;
        row_index_clear(&fixture->index);
        row_index_add(&fixture->index, touched, count);
    }
    for (size_t i = 0; i < count; i++)
        for (size_t column = 0; column < COLUMNS; column++)
            parameter->gradient[i * COLUMNS + column] =
                (real)gradient_at(step, parameter->index ? fixture->index.rows[i] : i, column);
    optimizer_begin(&fixture->optimizer, rate);
    /* In two pieces, as shards take it. */
    optimizer_update(&fixture->optimizer, parameter, &(struct optimizer_range){0, count / 2, 1, 0});
    optimizer_update(&fixture->optimizer, parameter,
                     &(struct optimizer_range){count / 2, count, 1, 0});
}

/* The textbook forms, element by element, in double. */
static void reference_step(const struct optimizer *o, size_t step, double rate, double *w,
                           double *m, double *v) {
    for (size_t i = 0; i < ROWS * COLUMNS; i++) {
        double g = gradient_at(step, i / COLUMNS, i % COLUMNS);
        if (o->kind != OPTIMIZER_ADAMW)
            g += o->weight_decay * w[i];
        if (o->kind == OPTIMIZER_SGD) {
            m[i] = o->momentum * m[i] + g;
            w[i] -= rate * m[i];
        } else if (o->kind == OPTIMIZER_ADAGRAD) {
            m[i] += g * g;
            w[i] -= rate * g / (sqrt(m[i]) + o->epsilon);
        } else {
            m[i] = o->beta1 * m[i] + (1 - o->beta1) * g;
            v[i] = o->beta2 * v[i] + (1 - o->beta2) * g * g;
            double t = (double)step;
            double first = m[i] / (1 - pow(o->beta1, t)), second = v[i] / (1 - pow(o->beta2, t));
            double decay = o->kind == OPTIMIZER_ADAMW ? rate * o->weight_decay * w[i] : 0;
            w[i] -= rate * first / (sqrt(second) + o->epsilon) + decay;
        }
    }
}

static void compare_with_reference(const struct optimizer *optimizer, int embedding) {
    struct fixture fixture;
    begin(&fixture, optimizer, embedding);
    double w[ROWS * COLUMNS], m[ROWS * COLUMNS] = {0}, v[ROWS * COLUMNS] = {0};
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        w[i] = (double)fixture.parameter.weight[i];
    for (size_t step = 1; step <= STEPS; step++) {
        take_step(&fixture, step, 0.01);
        reference_step(optimizer, step, 0.01, w, m, v);
    }
    optimizer_flush(&fixture.optimizer, &fixture.parameter, 0, ROWS);
    for (size_t i = 0; i < ROWS * COLUMNS; i++)
        if (fabs((double)fixture.parameter.weight[i] - w[i]) > 2e-5 * (1 + fabs(w[i])))
            fail_msg("element %zu: found %.9g, expected %.9g", i,
                     (double)fixture.parameter.weight[i], w[i]);
    arena_release(&fixture.arena);
}

static struct optimizer adam(void) {
    return (struct optimizer){.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
}

/* With dense-equivalent updates an embedding goes where a dense parameter goes. */
static void test_all_kinds_follow_the_textbook(void **state) {
    (void)state;
    for (int kind = OPTIMIZER_ADAM; kind <= OPTIMIZER_SGD; kind++)
        for (int decay = 0; decay < 2; decay++)
            for (int embedding = 0; embedding < 2; embedding++) {
                struct optimizer optimizer = adam();
                optimizer.kind = (enum optimizer_kind)kind;
                optimizer.sparse = OPTIMIZER_DENSE;
                optimizer.momentum = 0.9;
                optimizer.weight_decay = decay ? 0.01 : 0;
                compare_with_reference(&optimizer, embedding);
            }
}

static void test_lazy_leaves_other_rows_alone(void **state) {
    (void)state;
    struct optimizer optimizer = adam();
    optimizer.sparse = OPTIMIZER_LAZY;
    struct fixture fixture;
    begin(&fixture, &optimizer, 1);
    real before[ROWS * COLUMNS];
    for (size_t step = 1; step <= 8; step++) {
        memcpy(before, fixture.parameter.weight, sizeof before);
        take_step(&fixture, step, 0.01);
        for (size_t row = 0; row < ROWS; row++) {
            int moved = memcmp(before + row * COLUMNS, fixture.parameter.weight + row * COLUMNS,
                               COLUMNS * sizeof(real)) != 0;
            assert_int_equal(moved, gradient_at(step, row, 0) != 0);
        }
    }
    arena_release(&fixture.arena);
}

/* L2 per occurrence: plain SGD from a zero gradient shrinks a row by rate * l2 * count * scale. */
static void test_l2_counts_occurrences(void **state) {
    (void)state;
    struct optimizer optimizer = {.kind = OPTIMIZER_SGD};
    struct fixture fixture;
    begin(&fixture, &optimizer, 1);
    fixture.parameter.l2 = 0.5;
    real before[ROWS * COLUMNS];
    memcpy(before, fixture.parameter.weight, sizeof before);
    row_index_add(&fixture.index, (const uint32_t[]){2, 4, 4, 4}, 4);
    memset(fixture.parameter.gradient, 0, 2 * COLUMNS * sizeof(real));
    optimizer_begin(&fixture.optimizer, 0.1);
    optimizer_update(&fixture.optimizer, &fixture.parameter,
                     &(struct optimizer_range){0, 2, 1, 0.25});
    for (size_t column = 0; column < COLUMNS; column++) {
        double two = (double)before[2 * COLUMNS + column],
               four = (double)before[4 * COLUMNS + column];
        assert_true(fabs((double)fixture.parameter.weight[2 * COLUMNS + column] -
                         two * (1 - 0.1 * 0.5 * 0.25)) < 1e-6);
        assert_true(fabs((double)fixture.parameter.weight[4 * COLUMNS + column] -
                         four * (1 - 0.1 * 0.5 * 0.25 * 3)) < 1e-6);
    }
    arena_release(&fixture.arena);
}

static void test_transposed_copy_follows(void **state) {
    (void)state;
    struct optimizer optimizer = adam();
    struct fixture fixture;
    begin(&fixture, &optimizer, 0);
    take_step(&fixture, 4, 0.01);
    for (size_t row = 0; row < ROWS; row++)
        for (size_t column = 0; column < COLUMNS; column++)
            assert_true(fixture.parameter.transposed[column * ROWS + row] ==
                        fixture.parameter.weight[row * COLUMNS + column]);
    arena_release(&fixture.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_index_lists_places),
        cmocka_unit_test(test_all_kinds_follow_the_textbook),
        cmocka_unit_test(test_lazy_leaves_other_rows_alone),
        cmocka_unit_test(test_l2_counts_occurrences),
        cmocka_unit_test(test_transposed_copy_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_neumf_golden.c: a step of NeuMF against PyTorch's: scores, loss, every gradient, and the
 * weights after Adam. The numbers are tests/golden/neumf_step.txt, made in double by
 * tools/reference/neumf_step.py (torch 2.13.0, seed 7); here is single precision: observed relative
 * differences stay below 3e-6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/neural/neumf_step.h"
#include "nn/optimizer.h"

#define TOLERANCE 1e-5

static const uint32_t users[] = {2, 0, 3, 2};
static const uint32_t items[] = {1, 0, 4, 3, 3, 2, 0, 2, 1, 4, 1, 0};

struct golden {
    struct arena arena;
    struct {
        char name[64];
        size_t count;
        double *values;
    } entries[64];
    size_t count;
};

static void read_golden(struct golden *golden) {
    FILE *file = fopen("tests/golden/neumf_step.txt", "r");
    assert_non_null(file);
    char line[128];
    while (fgets(line, sizeof line, file)) {
        char *space = strrchr(line, ' ');
        assert_non_null(space);
        *space = '\0';
        size_t count = strtoul(space + 1, NULL, 10);
        double *values = ARENA_ARRAY(&golden->arena, double, count);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(fscanf(file, "%lf", &values[i]), 1);
        assert_int_equal(fgetc(file), '\n');
        snprintf(golden->entries[golden->count].name, sizeof golden->entries[0].name, "%s", line);
        golden->entries[golden->count].values = values;
        golden->entries[golden->count++].count = count;
    }
    fclose(file);
}

static const double *expected(const struct golden *golden, const char *prefix, const char *name,
                              size_t count) {
    char wanted[96];
    snprintf(wanted, sizeof wanted, "%s%s", prefix, name);
    for (size_t i = 0; i < golden->count; i++)
        if (strcmp(golden->entries[i].name, wanted) == 0) {
            assert_int_equal(golden->entries[i].count, count);
            return golden->entries[i].values;
        }
    fail_msg("no golden numbers \"%s\"", wanted);
    return NULL;
}

static void near(const char *what, size_t index, double found, double wanted) {
    if (fabs(found - wanted) > TOLERANCE * (0.1 + fabs(wanted)))
        fail_msg("%s[%zu]: found %.9g, expected %.9g", what, index, found, wanted);
}

static void compare_gradients(const struct golden *golden, const struct neumf_network *network) {
    for (size_t p = 0; p < network->parameter_count; p++) {
        const struct parameter *parameter = &network->parameters[p];
        const double *wanted =
            expected(golden, "gradient ", parameter->name, parameter_count(parameter));
        for (size_t i = 0; i < parameter_count(parameter); i++) {
            size_t row = i / parameter->columns, column = i % parameter->columns;
            double found = 0;
            if (!parameter->index)
                found = (double)parameter->gradient[i];
            else if (parameter->index->slot_of[row] != ROW_INDEX_NONE)
                found =
                    (double)parameter
                        ->gradient[parameter->index->slot_of[row] * parameter->columns + column];
            near(parameter->name, i, found, wanted[i]);
        }
    }
}

static void test_step_is_that_of_pytorch(void **state) {
    (void)state;
    struct golden golden = {0};
    read_golden(&golden);
    struct neumf_network network;
    neumf_network_init(&network, &(struct neumf_shape){.user_count = 4,
                                                       .item_count = 5,
                                                       .mf_dim = 3,
                                                       .mlp_dim = 2,
                                                       .layer_count = 2,
                                                       .widths = {4, 3}});
    for (size_t p = 0; p < network.parameter_count; p++) {
        struct parameter *parameter = &network.parameters[p];
        size_t count = parameter_count(parameter);
        parameter->weight = ARENA_ARRAY(&golden.arena, real, count);
        const double *values = expected(&golden, "before ", parameter->name, count);
        for (size_t i = 0; i < count; i++)
            parameter->weight[i] = (real)values[i];
    }
    struct neumf_step step;
    neumf_step_init(
        &step, &network,
        &(struct neumf_step_options){.group_max = 4, .negative_count = 2, .training = true},
        &golden.arena);
    struct optimizer optimizer = {
        .sparse = OPTIMIZER_DENSE, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8};
    for (size_t p = 0; p < network.parameter_count; p++)
        optimizer_prepare(&optimizer, &network.parameters[p], &golden.arena);
    double loss = neumf_step_gradient(&step,
                                      &(struct batch){.group_count = 4,
                                                      .negative_count = 2,
                                                      .users = users,
                                                      .items = items,
                                                      .scale = 1.0 / 12},
                                      true);
    near("loss", 0, loss / 12, expected(&golden, "", "loss", 1)[0]);
    const double *scores = expected(&golden, "", "scores", 12);
    for (size_t i = 0; i < 12; i++)
        near("scores", i, (double)step.scores[i], scores[i]);
    compare_gradients(&golden, &network);
    optimizer_begin(&optimizer, 0.05);
    for (size_t p = 0; p < network.parameter_count; p++) {
        struct parameter *parameter = &network.parameters[p];
        size_t end = parameter->index ? parameter->index->slot_count : parameter->rows;
        optimizer_update(&optimizer, parameter, &(struct optimizer_range){0, end, 1, 0});
        const double *wanted =
            expected(&golden, "after ", parameter->name, parameter_count(parameter));
        for (size_t i = 0; i < parameter_count(parameter); i++)
            near(parameter->name, i, (double)parameter->weight[i], wanted[i]);
    }
    arena_release(&golden.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_step_is_that_of_pytorch)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

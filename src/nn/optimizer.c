/* optimizer.c: see optimizer.h.
 *
 * Adam runs in the kernels; Adagrad and SGD are plain loops. Momentum is the heavy ball
 * v = momentum * v + g, w -= rate * v. */
#include "nn/optimizer.h"

#include <math.h>

#include "base/assert.h"
#include "kernels/kernels.h"

static bool is_adam(const struct optimizer *optimizer) {
    return optimizer->kind == OPTIMIZER_ADAM || optimizer->kind == OPTIMIZER_ADAMW;
}

/* Whether rows without a gradient would move under a dense update. */
static bool idle_rows_move(const struct optimizer *optimizer) {
    return is_adam(optimizer) || optimizer->weight_decay > 0 ||
           (optimizer->kind == OPTIMIZER_SGD && optimizer->momentum > 0);
}

void optimizer_prepare(const struct optimizer *optimizer, struct parameter *parameter,
                       struct arena *arena) {
    size_t count = parameter_count(parameter);
    if (optimizer->kind != OPTIMIZER_SGD || optimizer->momentum > 0)
        parameter->first = ARENA_ARRAY(arena, real, count);
    if (is_adam(optimizer))
        parameter->second = ARENA_ARRAY(arena, real, count);
    if (parameter->index && optimizer->sparse == OPTIMIZER_DENSE && idle_rows_move(optimizer))
        parameter->done = ARENA_ARRAY(arena, uint32_t, parameter->rows);
}

void optimizer_begin(struct optimizer *optimizer, double rate) {
    optimizer->step++;
    ASSERT(optimizer->step < UINT32_MAX);
    optimizer->rate = rate;
}

static struct kernel_adam adam_step(const struct optimizer *optimizer,
                                    const struct parameter *parameter, uint64_t step) {
    double decay = parameter->is_bias ? 0 : optimizer->weight_decay;
    bool decoupled = optimizer->kind == OPTIMIZER_ADAMW;
    return (struct kernel_adam){
        .rate = (real)optimizer->rate,
        .beta1 = (real)optimizer->beta1,
        .beta2 = (real)optimizer->beta2,
        .epsilon = (real)optimizer->epsilon,
        .correction1 = (real)(1 - pow(optimizer->beta1, (double)step)),
        .correction2 = (real)(1 - pow(optimizer->beta2, (double)step)),
        .l2 = decoupled ? 0 : (real)decay,
        .decay = decoupled ? (real)decay : 0,
        .gradient_scale = 1,
    };
}

static void adagrad(const struct optimizer *optimizer, const struct kernel_adam *step, real *weight,
                    real *squares, const real *gradient, size_t count) {
    for (size_t i = 0; i < count; i++) {
        real g = gradient[i] * step->gradient_scale + step->l2 * weight[i];
        squares[i] += g * g;
        weight[i] -=
            (real)optimizer->rate * g / ((real)sqrt((double)squares[i]) + (real)optimizer->epsilon);
    }
}

static void sgd(const struct optimizer *optimizer, const struct kernel_adam *step, real *weight,
                real *velocity, const real *gradient, size_t count) {
    const real rate = (real)optimizer->rate, momentum = (real)optimizer->momentum;
    for (size_t i = 0; i < count; i++) {
        real g = gradient[i] * step->gradient_scale + step->l2 * weight[i];
        if (velocity)
            g = velocity[i] = momentum * velocity[i] + g;
        weight[i] -= rate * g;
    }
}

struct slice {
    size_t offset, count;
    const real *gradient; /* [count] */
};

static void apply(const struct optimizer *optimizer, const struct kernel_adam *step,
                  struct parameter *parameter, struct slice slice) {
    real *weight = parameter->weight + slice.offset;
    real *first = parameter->first ? parameter->first + slice.offset : NULL;
    if (is_adam(optimizer))
        kernels()->adam(step, weight, first, parameter->second + slice.offset, slice.gradient,
                        slice.count);
    else if (optimizer->kind == OPTIMIZER_ADAGRAD)
        adagrad(optimizer, step, weight, first, slice.gradient, slice.count);
    else
        sgd(optimizer, step, weight, first, slice.gradient, slice.count);
}

/* The steps that a row has missed, each with a zero gradient. */
static void catch_up(const struct optimizer *optimizer, struct parameter *parameter, size_t row,
                     uint64_t target) {
    uint64_t done = parameter->done[row];
    if (done >= target)
        return;
    parameter->done[row] = (uint32_t)target;
    struct slice slice = {.offset = row * parameter->columns, .count = parameter->columns};
    struct kernel_adam step = adam_step(optimizer, parameter, done);
    if (is_adam(optimizer) && step.l2 == 0) {
        kernels()->adam_idle(&step, parameter->weight + slice.offset,
                             parameter->first + slice.offset, parameter->second + slice.offset,
                             slice.count, (size_t)(target - done));
        return;
    }
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    slice.gradient = ARENA_ARRAY(scratch, real, slice.count);
    while (done < target) {
        step = adam_step(optimizer, parameter, ++done);
        apply(optimizer, &step, parameter, slice);
    }
    arena_reset(scratch, mark);
}

static void update_dense(const struct optimizer *optimizer, struct parameter *parameter,
                         const struct optimizer_range *range) {
    struct kernel_adam step = adam_step(optimizer, parameter, optimizer->step);
    step.gradient_scale = (real)range->gradient_scale;
    size_t offset = range->begin * parameter->columns;
    apply(optimizer, &step, parameter,
          (struct slice){offset, (range->end - range->begin) * parameter->columns,
                         parameter->gradient + offset});
    if (parameter->transposed)
        parameter_transpose(parameter, range->begin, range->end);
}

void optimizer_update(const struct optimizer *optimizer, struct parameter *parameter,
                      const struct optimizer_range *range) {
    if (!parameter->index) {
        update_dense(optimizer, parameter, range);
        return;
    }
    struct kernel_adam step = adam_step(optimizer, parameter, optimizer->step);
    step.gradient_scale = (real)range->gradient_scale;
    const real decay = step.l2;
    for (size_t slot = range->begin; slot < range->end; slot++) {
        size_t row = parameter->index->rows[slot];
        if (parameter->done) {
            catch_up(optimizer, parameter, row, optimizer->step - 1);
            parameter->done[row] = (uint32_t)optimizer->step;
        }
        step.l2 =
            decay + parameter->l2 * (real)range->l2_scale * (real)parameter->index->totals[slot];
        apply(optimizer, &step, parameter,
              (struct slice){row * parameter->columns, parameter->columns,
                             parameter->gradient + slot * parameter->columns});
    }
}

void optimizer_flush(const struct optimizer *optimizer, struct parameter *parameter, size_t begin,
                     size_t end) {
    for (size_t row = begin; row < end && parameter->done; row++)
        catch_up(optimizer, parameter, row, optimizer->step);
}

/* tower.c: see tower.h. */
#include "nn/tower.h"

#include <tgmath.h>

#include "base/arena.h"
#include "base/assert.h"
#include "nn/linear.h"

#define BLOCK_ROWS 32 /* rows of a weight matrix in one task */

void tower_add(struct tower *tower, const struct tower_layer *layer) {
    ASSERT(tower->layer_count < TOWER_LAYERS_MAX);
    ASSERT(tower->layer_count == 0 || tower_out(tower) == layer->in);
    tower->layers[tower->layer_count++] = *layer;
}

size_t tower_in(const struct tower *tower) { return tower->layers[0].in; }

size_t tower_out(const struct tower *tower) { return tower->layers[tower->layer_count - 1].out; }

void tower_randomize(struct tower *tower, struct rng *rng) {
    for (size_t l = 0; l < tower->layer_count; l++) {
        const struct tower_layer *layer = &tower->layers[l];
        parameter_fill_uniform(layer->weight, sqrt(6 / (double)(layer->in + layer->out)), rng);
        for (size_t k = 0; k < layer->out; k++)
            layer->bias->weight[k] = 0;
    }
}

void tower_prepare(struct tower *tower, size_t row_max, bool training, struct arena *arena) {
    tower->row_max = row_max;
    for (size_t l = 0; l < tower->layer_count; l++) {
        const struct tower_layer *layer = &tower->layers[l];
        tower->active[l] = ARENA_ARRAY_RAW(arena, real, row_max * layer->out);
        tower->delta[l] = training ? ARENA_ARRAY_RAW(arena, real, row_max * layer->out) : NULL;
        if (training) {
            parameter_init(layer->weight, 1, arena);
            parameter_init(layer->bias, 0, arena);
        }
    }
}

static void layer_forward(const struct tower_layer *layer, const real *x, size_t rows, real *y) {
    linear_forward(&(struct linear_job){
        .rows = rows,
        .in = layer->in,
        .out = layer->out,
        .x = {(real *)x, layer->in}, /* only read */
        .y = {y, layer->out},
        .weight = layer->weight->weight,
        .bias = layer->bias->weight,
        .activation = layer->activation == TOWER_RELU ? KERNEL_RELU : KERNEL_NONE});
    for (size_t i = 0; i < rows * layer->out && layer->activation == TOWER_TANH; i++)
        y[i] = tanh(y[i]);
}

void tower_forward(struct tower *tower, const real *x, size_t begin, size_t end) {
    ASSERT(end <= tower->row_max);
    for (size_t l = 0; l < tower->layer_count; l++) {
        const struct tower_layer *layer = &tower->layers[l];
        const real *input = l == 0 ? x : tower->active[l - 1];
        layer_forward(layer, input + begin * layer->in, end - begin,
                      tower->active[l] + begin * layer->out);
    }
}

real *tower_output(const struct tower *tower) { return tower->active[tower->layer_count - 1]; }

real *tower_output_gradient(const struct tower *tower) {
    return tower->delta[tower->layer_count - 1];
}

/* From the gradient of the activation's result to that of its argument, in place. */
static void activation_backward(enum tower_activation activation, real *dy, const real *y,
                                size_t count) {
    if (activation == TOWER_RELU)
        linear_backward_relu(dy, y, count, 1);
    for (size_t i = 0; i < count && activation == TOWER_TANH; i++)
        dy[i] *= 1 - y[i] * y[i];
}

void tower_backward(struct tower *tower, real *dx, size_t begin, size_t end) {
    for (size_t l = tower->layer_count; l-- > 0;) {
        const struct tower_layer *layer = &tower->layers[l];
        real *delta = tower->delta[l] + begin * layer->out;
        activation_backward(layer->activation, delta, tower->active[l] + begin * layer->out,
                            (end - begin) * layer->out);
        real *below = l > 0 ? tower->delta[l - 1] : dx;
        if (!below)
            continue;
        linear_backward_input(&(struct linear_job){.rows = end - begin,
                                                   .in = layer->out,
                                                   .out = layer->in,
                                                   .x = {delta, layer->out},
                                                   .y = {below + begin * layer->in, layer->in},
                                                   .weight = layer->weight->transposed});
    }
}

static size_t block_count(const struct tower_layer *layer) {
    return (layer->in + BLOCK_ROWS - 1) / BLOCK_ROWS;
}

size_t tower_task_count(const struct tower *tower) {
    size_t count = 0;
    for (size_t l = 0; l < tower->layer_count; l++)
        count += block_count(&tower->layers[l]) + 1;
    return count;
}

void tower_gradient_task(struct tower *tower, const struct tower_batch *batch, size_t task) {
    size_t l = 0;
    for (; task > block_count(&tower->layers[l]); l++)
        task -= block_count(&tower->layers[l]) + 1;
    const struct tower_layer *layer = &tower->layers[l];
    const real *x = l == 0 ? batch->x : tower->active[l - 1];
    struct linear_gradient job = {.rows = batch->rows,
                                  .begin = task * BLOCK_ROWS,
                                  .end = (task + 1) * BLOCK_ROWS,
                                  .out = layer->out,
                                  .x = {(real *)x, layer->in}, /* only read */
                                  .dy = {tower->delta[l], layer->out},
                                  .gradient = layer->weight->gradient,
                                  .accumulate = batch->accumulate};
    job.end = job.end < layer->in ? job.end : layer->in;
    if (task < block_count(layer)) {
        linear_backward_weight(&job);
        return;
    }
    job.gradient = layer->bias->gradient;
    linear_backward_bias(&job);
}

void tower_apply(const struct tower *tower, const real *x, size_t rows, real *out) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    for (size_t l = 0; l < tower->layer_count; l++) {
        const struct tower_layer *layer = &tower->layers[l];
        bool last = l + 1 == tower->layer_count;
        real *y = last ? out : ARENA_ARRAY_RAW(scratch, real, rows * layer->out);
        layer_forward(layer, x, rows, y);
        x = y;
    }
    arena_reset(scratch, mark);
}

void tower_slope(const struct tower *tower, const real *x, const real *dy, real *dx) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    real *active[TOWER_LAYERS_MAX];
    const size_t out = tower_out(tower);
    for (size_t l = 0; l < tower->layer_count; l++) {
        active[l] = ARENA_ARRAY_RAW(scratch, real, tower->layers[l].out);
        layer_forward(&tower->layers[l], l == 0 ? x : active[l - 1], 1, active[l]);
    }
    real *delta = ARENA_ARRAY_RAW(scratch, real, out);
    for (size_t k = 0; k < out; k++)
        delta[k] = dy[k];
    for (size_t l = tower->layer_count; l-- > 0;) {
        const struct tower_layer *layer = &tower->layers[l];
        real *below = l > 0 ? ARENA_ARRAY_RAW(scratch, real, layer->in) : dx;
        activation_backward(layer->activation, delta, active[l], layer->out);
        for (size_t i = 0; i < layer->in; i++)
            below[i] = kernels()->dot(layer->weight->weight + i * layer->out, delta, layer->out);
        delta = below;
    }
    arena_reset(scratch, mark);
}

/* neumf_intent.c: see neumf_intent.h. */
#include "models/neural/neumf_intent.h"

#include <string.h>

#include "kernels/kernels.h"
#include "nn/dropout.h"

static void make_layers(struct tower *layers, const struct neumf_network *network) {
    size_t in = network->shape.intent_in;
    for (size_t l = 0; l < NEUMF_INTENT_LAYERS; l++) {
        const size_t out = network->shape.intent_widths[l];
        layers[l] = (struct tower){0};
        tower_add(&layers[l], &(struct tower_layer){.in = in,
                                                    .out = out,
                                                    .activation = TOWER_RELU,
                                                    .weight = network->intent_weight[l],
                                                    .bias = network->intent_bias[l]});
        in = out;
    }
}

void neumf_intent_init(struct neumf_intent *intent, const struct neumf_network *network,
                       size_t group_max, bool training, struct arena *arena) {
    make_layers(intent->layers, network);
    intent->x = ARENA_ARRAY_RAW(arena, real, group_max * network->shape.intent_in);
    for (size_t l = 0; l < NEUMF_INTENT_LAYERS; l++)
        tower_prepare(&intent->layers[l], group_max, training, arena);
}

void neumf_intent_forward(struct neumf_intent *intent, const struct neumf_network *network,
                          const struct batch *batch, const struct parallel_range *groups,
                          struct rng *rng) {
    const size_t in = network->shape.intent_in, width = 1 + batch->negative_count;
    for (size_t g = groups->begin; g < groups->end; g++) {
        const real *text = network->texts + (size_t)batch->items[g * width] * in;
        if (rng && rng_uniform(rng) >= intent->share)
            memset(intent->x + g * in, 0, in * sizeof *intent->x);
        else
            memcpy(intent->x + g * in, text, in * sizeof *intent->x);
    }
    struct tower *first = &intent->layers[0];
    real *between = tower_output(first);
    const size_t middle = tower_out(first), count = (groups->end - groups->begin) * middle;
    tower_forward(first, intent->x, groups->begin, groups->end);
    if (rng && intent->dropout > 0)
        dropout_forward(between + groups->begin * middle, count, intent->dropout, rng);
    tower_forward(&intent->layers[1], between, groups->begin, groups->end);
}

real *neumf_intent_output(const struct neumf_intent *intent) {
    return tower_output(&intent->layers[1]);
}

real *neumf_intent_output_gradient(const struct neumf_intent *intent) {
    return tower_output_gradient(&intent->layers[1]);
}

void neumf_intent_backward(struct neumf_intent *intent, const struct parallel_range *groups) {
    struct tower *first = &intent->layers[0];
    const size_t middle = tower_out(first), count = (groups->end - groups->begin) * middle;
    real *between = tower_output_gradient(first);
    tower_backward(&intent->layers[1], between, groups->begin, groups->end);
    /* What was dropped is 0, and stopped by the ReLU; what was kept was made larger. */
    if (intent->dropout > 0)
        kernels()->scale(between + groups->begin * middle, (real)(1 / (1 - intent->dropout)),
                         count);
    tower_backward(first, NULL, groups->begin, groups->end);
}

size_t neumf_intent_task_count(const struct neumf_intent *intent) {
    return tower_task_count(&intent->layers[0]) + tower_task_count(&intent->layers[1]);
}

void neumf_intent_task(struct neumf_intent *intent, size_t group_count, int accumulate,
                       size_t task) {
    const size_t first = tower_task_count(&intent->layers[0]);
    const bool second = task >= first;
    tower_gradient_task(
        &intent->layers[second],
        &(struct tower_batch){.x = second ? tower_output(&intent->layers[0]) : intent->x,
                              .rows = group_count,
                              .accumulate = accumulate},
        second ? task - first : task);
}

void neumf_intent_apply(const struct neumf_network *network, const real *wish, real *out) {
    struct tower layers[NEUMF_INTENT_LAYERS];
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    make_layers(layers, network);
    const real *x = wish ? wish : ARENA_ARRAY(scratch, real, network->shape.intent_in);
    real *between = ARENA_ARRAY_RAW(scratch, real, tower_out(&layers[0]));
    tower_apply(&layers[0], x, 1, between);
    tower_apply(&layers[1], between, 1, out);
    arena_reset(scratch, mark);
}

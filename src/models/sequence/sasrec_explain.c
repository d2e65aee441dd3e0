/* sasrec_explain.c: see sasrec_explain.h. */
#include "models/sequence/sasrec_explain.h"

#include <math.h>
#include <string.h>

#include "kernels/kernels.h"
#include "models/sequence/sasrec_backward.h"
#include "models/shares.h"
#include "nn/layer_norm.h"

struct asked {
    struct sasrec_network network; /* the model's weights, with transposed copies */
    const float *item;             /* [dim] */
    size_t rows;
    struct sasrec_work work[SASREC_BLOCKS_MAX];
    struct sasrec_gradient gradient;
    float *top, *state, moments[2]; /* [rows][dim], [dim] */
};

/* The model's weights are only read; the transposed ones are this call's. */
static void borrow(struct sasrec_network *own, const struct sasrec_network *network,
                   struct arena *scratch) {
    sasrec_network_init(own, &network->shape);
    for (size_t i = 0; i < own->parameter_count; i++) {
        struct parameter *parameter = &own->parameters[i];
        parameter->weight = network->parameters[i].weight;
        if (parameter->is_bias || parameter == own->item || parameter == own->position)
            continue;
        parameter->transposed = ARENA_ARRAY_RAW(scratch, real, parameter_count(parameter));
        parameter_transpose(parameter, 0, parameter->rows);
    }
}

static double score_at(void *context, const float *point, float *gradient) {
    struct asked *asked = context;
    const struct sasrec_network *network = &asked->network;
    const size_t dim = network->shape.dim, blocks = network->shape.block_count, rows = asked->rows;
    const size_t offsets[] = {0, rows};
    const struct sasrec_shard shard = {.network = network, .offsets = offsets, .end = 1};
    memcpy(asked->work[0].x, point, rows * dim * sizeof *point);
    kernels()->axpy(asked->work[0].x, 1, network->position->weight, rows * dim);
    for (size_t b = 0; b < blocks; b++)
        sasrec_forward_block(&shard, b, &asked->work[b],
                             b + 1 < blocks ? asked->work[b + 1].x : asked->top);
    float *last = asked->top + (rows - 1) * dim;
    sasrec_forward_finish(network, last, 1, asked->moments, asked->state);
    if (gradient) {
        memset(gradient, 0, rows * dim * sizeof *gradient);
        layer_norm_backward(&(struct layer_norm){1, dim, last, network->norm->weight,
                                                 network->norm_bias->weight, asked->moments},
                            asked->item, gradient + (rows - 1) * dim);
        for (size_t b = blocks; b-- > 0;)
            sasrec_backward_block(&shard, b, &asked->work[b], &asked->gradient, gradient);
    }
    return (double)kernels()->dot(asked->state, asked->item, dim);
}

void sasrec_explain(const struct sasrec_network *network, const struct history *history,
                    uint32_t item, float *shares) {
    const struct sasrec_shape *shape = &network->shape;
    const size_t dim = shape->dim;
    const size_t rows = history->count < shape->max_length ? history->count : shape->max_length;
    const size_t before = history->count - rows;
    memset(shares, 0, history->count * sizeof *shares);
    if (rows == 0)
        return;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct asked *asked = ARENA_ARRAY(scratch, struct asked, 1);
    asked->item = network->item->weight + item * dim;
    asked->rows = rows;
    asked->top = ARENA_ARRAY_RAW(scratch, float, rows *dim);
    asked->state = ARENA_ARRAY_RAW(scratch, float, dim);
    borrow(&asked->network, network, scratch);
    for (size_t b = 0; b < shape->block_count; b++)
        sasrec_forward_init(&asked->work[b], shape, rows, scratch);
    sasrec_backward_init(&asked->gradient, shape, rows, scratch);
    float *from = ARENA_ARRAY(scratch, float, rows *dim);
    float *to = ARENA_ARRAY(scratch, float, rows *dim);
    float *gradient = ARENA_ARRAY_RAW(scratch, float, rows *dim);
    for (size_t r = 0; r < rows; r++)
        kernels()->axpy(to + r * dim, sqrtf((float)dim),
                        network->item->weight + history->items[before + r] * dim, dim);
    shares_path(&(struct shares_path){rows * dim, from, to, score_at, asked}, gradient);
    for (size_t r = 0; r < rows; r++)
        shares[before + r] = kernels()->dot(gradient + r * dim, to + r * dim, dim);
    arena_reset(scratch, mark);
}

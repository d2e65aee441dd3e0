/* ngcf_network.c: see ngcf_network.h.
 *
 * Backward, with a = S E (+ E), b = S E * E and z = a W1 + b W2 + bias:
 *   dE' = from the layer above + (g - v (v . g)) / |E'|  of its part g of the vectors' gradient
 *   dz  = dE' * slope / (1 - rate), 0 where dropped: what hidden holds tells which
 *   dW1 = a^T dz, dW2 = b^T dz;  da = dz W1^T, db = dz W2^T
 *   d(S E) = da + db * E;  dE = (da) + db * (S E) + S d(S E) */
#include "models/graph/ngcf_network.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "nn/dropout.h"
#include "nn/linear.h"

#define SHARD_NODES 256
#define BLOCK_ROWS 16 /* of a weight's gradient */
#define SLOPE ((real)0.2)
#define MESSAGE_SEED 0x6d657373 /* tells the streams of message dropout from the others */

static size_t nodes_of(const struct ngcf_network *network) {
    return bipartite_nodes(&network->view.whole);
}

static size_t node_shards(const struct ngcf_network *network) {
    return (nodes_of(network) + SHARD_NODES - 1) / SHARD_NODES;
}

static struct parallel_range shard_nodes(const struct ngcf_network *network, size_t shard) {
    size_t begin = shard * SHARD_NODES, end = begin + SHARD_NODES, nodes = nodes_of(network);
    return (struct parallel_range){begin, end < nodes ? end : nodes};
}

size_t ngcf_network_width(const struct ngcf_shape *shape) {
    size_t width = shape->embedding_dim;
    for (size_t l = 0; l < shape->layer_count; l++)
        width += shape->hidden_dims[l];
    return width;
}

/* ---- Shapes ---------------------------------------------------------------------------------- */

static struct parameter *add_parameter(struct ngcf_network *network, const char *name, size_t rows,
                                       size_t columns, struct arena *arena) {
    struct parameter *parameter = &network->parameters[network->base.parameter_count++];
    *parameter = (struct parameter){.name = name,
                                    .rows = rows,
                                    .columns = columns,
                                    .weight = ARENA_ARRAY(arena, real, rows * columns)};
    return parameter;
}

static void init_layer(struct ngcf_network *network, size_t l, struct rng *rng,
                       struct arena *arena) {
    static const char *const names[NGCF_LAYERS_MAX][3] = {
#define NAMES(l) {"linear" #l, "interaction" #l, "bias" #l}
        NAMES(1), NAMES(2), NAMES(3), NAMES(4), NAMES(5), NAMES(6), NAMES(7), NAMES(8)};
    struct ngcf_layer *layer = &network->layers[l];
    size_t nodes = nodes_of(network), in = layer->in, out = layer->out;
    double bound = sqrt(6.0 / (double)(in + out));
    layer->linear = add_parameter(network, names[l][0], in, out, arena);
    layer->interaction = add_parameter(network, names[l][1], in, out, arena);
    layer->bias = add_parameter(network, names[l][2], 1, out, arena);
    layer->bias->is_bias = 1;
    parameter_fill_uniform(layer->linear, bound, rng);
    parameter_fill_uniform(layer->interaction, bound, rng);
    parameter_init(layer->linear, 1, arena);
    parameter_init(layer->interaction, 1, arena);
    parameter_init(layer->bias, 0, arena);
    layer->side = ARENA_ARRAY_RAW(arena, real, nodes * in);
    layer->hidden = ARENA_ARRAY_RAW(arena, real, nodes * out);
    layer->lengths = ARENA_ARRAY_RAW(arena, real, nodes);
}

static void forward(struct graph_encoder *base, const struct graph_step *step);
static void backward(struct graph_encoder *base, const real *gradient, bool adds);

void ngcf_network_init(struct ngcf_network *network, const struct ngcf_shape *shape, uint64_t seed,
                       struct arena *arena) {
    size_t nodes = nodes_of(network), widest = shape->embedding_dim, in = shape->embedding_dim;
    struct rng rng;
    rng_init(&rng, seed, 1);
    network->shape = *shape;
    network->base = (struct graph_encoder){.parameters = network->parameters,
                                           .width = ngcf_network_width(shape),
                                           .forward = forward,
                                           .backward = backward};
    parameter_init(add_parameter(network, "embeddings", nodes, in, arena), 0, arena);
    size_t offset = in;
    for (size_t l = 0; l < shape->layer_count; l++) {
        size_t out = shape->hidden_dims[l];
        network->layers[l] = (struct ngcf_layer){.in = in, .out = out, .offset = offset};
        init_layer(network, l, &rng, arena);
        offset += out;
        widest = out > widest ? out : widest;
        in = out;
    }
    for (size_t i = 0; i < 2; i++)
        network->below[i] = ARENA_ARRAY_RAW(arena, real, nodes * widest);
}

/* ---- Forward --------------------------------------------------------------------------------- */

/* E, what the layer starts from. */
static const real *input_of(const struct ngcf_network *network, size_t l) {
    return l == 0 ? network->parameters[0].weight : network->layers[l - 1].hidden;
}

/* a and b of a shard's nodes. */
static void mix(const struct ngcf_network *network, struct parallel_range nodes, real *a, real *b) {
    const struct ngcf_layer *layer = &network->layers[network->current];
    size_t at = nodes.begin * layer->in, count = (nodes.end - nodes.begin) * layer->in;
    const real *side = layer->side + at, *own = input_of(network, network->current) + at;
    memcpy(a, side, count * sizeof *a);
    if (network->shape.loops)
        kernels()->axpy(a, 1, own, count);
    kernels()->multiply(b, side, own, count);
}

/* A row of the final vectors gets its part, of length 1. */
static void give_part(const struct ngcf_network *network, size_t node) {
    const struct ngcf_layer *layer = &network->layers[network->current];
    const struct kernel_table *table = kernels();
    const real *hidden = layer->hidden + node * layer->out;
    real *part = network->base.vectors + node * network->base.width + layer->offset;
    real length = (real)sqrt((double)table->dot(hidden, hidden, layer->out)) + (real)1e-12;
    layer->lengths[node] = length;
    memcpy(part, hidden, layer->out * sizeof *part);
    table->scale(part, 1 / length, layer->out);
}

static void layer_shard(void *context, size_t shard) {
    struct ngcf_network *network = context;
    const struct ngcf_layer *layer = &network->layers[network->current];
    struct parallel_range nodes = shard_nodes(network, shard);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t count = nodes.end - nodes.begin;
    real *a = ARENA_ARRAY_RAW(scratch, real, count * layer->in);
    real *b = ARENA_ARRAY_RAW(scratch, real, count * layer->in);
    real *hidden = layer->hidden + nodes.begin * layer->out;
    mix(network, nodes, a, b);
    struct linear_job product = {.rows = count,
                                 .in = layer->in,
                                 .out = layer->out,
                                 .x = {a, layer->in},
                                 .y = {hidden, layer->out},
                                 .weight = layer->linear->weight,
                                 .bias = layer->bias->weight};
    linear_forward(&product);
    product.x.data = b;
    product.weight = layer->interaction->weight;
    product.bias = NULL;
    product.accumulate = 1;
    linear_forward(&product);
    for (size_t i = 0; i < count * layer->out; i++)
        hidden[i] = hidden[i] > 0 ? hidden[i] : SLOPE * hidden[i];
    if (network->step && network->shape.message_dropout > 0) {
        struct rng rng;
        rng_init(&rng, network->step->seed ^ MESSAGE_SEED,
                 network->step->stream * NGCF_LAYERS_MAX + network->current +
                     ((uint64_t)shard << 48));
        dropout_forward(hidden, count * layer->out, network->shape.message_dropout, &rng);
    }
    for (size_t node = nodes.begin; node < nodes.end; node++)
        give_part(network, node);
    arena_reset(scratch, mark);
}

static void first_shard(void *context, size_t shard) {
    struct ngcf_network *network = context;
    struct parallel_range nodes = shard_nodes(network, shard);
    size_t columns = network->shape.embedding_dim;
    for (size_t node = nodes.begin; node < nodes.end; node++)
        memcpy(network->base.vectors + node * network->base.width,
               network->parameters[0].weight + node * columns, columns * sizeof(real));
}

static void forward(struct graph_encoder *base, const struct graph_step *step) {
    struct ngcf_network *network = (struct ngcf_network *)base;
    network->step = step;
    network->used = graph_view_begin(&network->view, step);
    parallel_for(node_shards(network), first_shard, network);
    for (size_t l = 0; l < network->shape.layer_count; l++) {
        network->current = l;
        bipartite_spread(network->used, &(struct bipartite_spread){.in = input_of(network, l),
                                                                   .out = network->layers[l].side,
                                                                   .width = network->layers[l].in});
        parallel_for(node_shards(network), layer_shard, network);
    }
}

/* ---- Backward -------------------------------------------------------------------------------- */

/* below[0] is dE' from above (the topmost layer: nothing); it becomes dz, in place, and below[1]
 * and below[2] d(S E) and the rest of dE. */
static void delta_row(const struct ngcf_network *network, size_t node, real *delta) {
    const struct ngcf_layer *layer = &network->layers[network->current];
    const struct kernel_table *table = kernels();
    size_t at = node * network->base.width + layer->offset;
    const real *gradient = network->gradient + at, *part = network->base.vectors + at;
    const real *hidden = layer->hidden + node * layer->out;
    real inverse = 1 / layer->lengths[node];
    if (network->current + 1 == network->shape.layer_count)
        memset(delta, 0, layer->out * sizeof *delta);
    table->axpy(delta, inverse, gradient, layer->out);
    table->axpy(delta, -inverse * table->dot(gradient, part, layer->out), part, layer->out);
    const real kept = network->step ? (real)(1 / (1 - network->shape.message_dropout)) : 1;
    for (size_t i = 0; i < layer->out; i++)
        delta[i] *= hidden[i] > 0 ? kept : hidden[i] < 0 ? SLOPE * kept : 0;
}

static void delta_shard(void *context, size_t shard) {
    struct ngcf_network *network = context;
    struct parallel_range nodes = shard_nodes(network, shard);
    size_t out = network->layers[network->current].out;
    for (size_t node = nodes.begin; node < nodes.end; node++)
        delta_row(network, node, network->below[0] + node * out);
}

/* A block of rows of dW1 and dW2, or the bias: over all nodes, piece by piece. */
static void weight_shard(void *context, size_t shard) {
    struct ngcf_network *network = context;
    const struct ngcf_layer *layer = &network->layers[network->current];
    size_t blocks = (layer->in + BLOCK_ROWS - 1) / BLOCK_ROWS, begin = shard * BLOCK_ROWS;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    real *a = ARENA_ARRAY_RAW(scratch, real, SHARD_NODES * layer->in);
    real *b = ARENA_ARRAY_RAW(scratch, real, SHARD_NODES * layer->in);
    for (size_t piece = 0; piece < node_shards(network); piece++) {
        struct parallel_range nodes = shard_nodes(network, piece);
        struct linear_gradient product = {
            .rows = nodes.end - nodes.begin,
            .begin = begin,
            .end = begin + BLOCK_ROWS < layer->in ? begin + BLOCK_ROWS : layer->in,
            .out = layer->out,
            .dy = {network->below[0] + nodes.begin * layer->out, layer->out},
            .accumulate = piece > 0 || network->adds,
        };
        if (shard == blocks) {
            product.gradient = layer->bias->gradient;
            linear_backward_bias(&product);
            continue;
        }
        mix(network, nodes, a, b);
        product.x = (struct linear_matrix){a, layer->in};
        product.gradient = layer->linear->gradient;
        linear_backward_weight(&product);
        product.x.data = b;
        product.gradient = layer->interaction->gradient;
        linear_backward_weight(&product);
    }
    arena_reset(scratch, mark);
}

/* below[1] becomes d(S E), and side, which nobody needs any more, what is dE besides. */
static void down_shard(void *context, size_t shard) {
    struct ngcf_network *network = context;
    const struct ngcf_layer *layer = &network->layers[network->current];
    const struct kernel_table *table = kernels();
    struct parallel_range nodes = shard_nodes(network, shard);
    size_t count = nodes.end - nodes.begin, numbers = count * layer->in;
    size_t at = nodes.begin * layer->in;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    real *db = ARENA_ARRAY_RAW(scratch, real, numbers);
    real *to_side = network->below[1] + at, *side = layer->side + at;
    struct linear_job product = {.rows = count,
                                 .in = layer->out,
                                 .out = layer->in,
                                 .x = {network->below[0] + nodes.begin * layer->out, layer->out},
                                 .y = {to_side, layer->in},
                                 .weight = layer->linear->transposed};
    linear_backward_input(&product);
    product.y.data = db;
    product.weight = layer->interaction->transposed;
    linear_backward_input(&product);
    table->multiply(side, db, side, numbers);
    if (network->shape.loops)
        table->axpy(side, 1, to_side, numbers);
    table->multiply_add(to_side, db, input_of(network, network->current) + at, numbers);
    arena_reset(scratch, mark);
}

/* The embeddings' own part of the vectors, and what came down. */
static void last_shard(void *context, size_t shard) {
    struct ngcf_network *network = context;
    struct parallel_range nodes = shard_nodes(network, shard);
    size_t columns = network->shape.embedding_dim;
    for (size_t node = nodes.begin; node < nodes.end; node++) {
        real *to = network->parameters[0].gradient + node * columns;
        if (!network->adds)
            memset(to, 0, columns * sizeof *to);
        kernels()->axpy(to, 1, network->gradient + node * network->base.width, columns);
        if (network->shape.layer_count)
            kernels()->axpy(to, 1, network->below[0] + node * columns, columns);
    }
}

static void backward(struct graph_encoder *base, const real *gradient, bool adds) {
    struct ngcf_network *network = (struct ngcf_network *)base;
    network->gradient = gradient;
    network->adds = adds;
    for (size_t l = network->shape.layer_count; l-- > 0;) {
        const struct ngcf_layer *layer = &network->layers[l];
        network->current = l;
        parallel_for(node_shards(network), delta_shard, network);
        parallel_for((layer->in + BLOCK_ROWS - 1) / BLOCK_ROWS + 1, weight_shard, network);
        parallel_for(node_shards(network), down_shard, network);
        bipartite_spread(network->used, &(struct bipartite_spread){.in = network->below[1],
                                                                   .start = layer->side,
                                                                   .out = network->below[0],
                                                                   .width = layer->in});
    }
    graph_view_end(&network->view);
    parallel_for(node_shards(network), last_shard, network);
}

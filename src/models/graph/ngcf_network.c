/* ngcf_network.c: see ngcf_network.h.
 *
 * A layer is worked off in shards of nodes; of a shard, the rows that are wanted are copied
 * together (struct sheet), so that the topmost layer's products have only the batch's.
 *
 * Backward, with a = S E (+ E), b = S E * E and z = a W1 + b W2 + bias:
 *   dE' = from the layer above + (g - v (v . g)) / |E'|  of its part g of the vectors' gradient
 *         (g itself, where parts are left as they are)
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
#define GROUPS_MAX 32 /* of shards, each with its own sum of the weights' gradients */
#define GROUPS_LEAST 8
#define SUMS_MAX ((size_t)1 << 22) /* numbers of them all, unless the layers are huge */
#define SLOPE ((real)0.2)
#define NEAR ((real)0.1)        /* of the random weights, where layers hand on */
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

/* Near the identity for S E (+ E) and near 0 for the products. */
static void hand_on(const struct ngcf_layer *layer) {
    for (size_t i = 0; i < parameter_count(layer->linear); i++) {
        const bool diagonal = i / layer->out == i % layer->out;
        layer->linear->weight[i] = NEAR * layer->linear->weight[i] + (diagonal ? 1 : 0);
        layer->interaction->weight[i] *= NEAR;
    }
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
    if (network->shape.hands_on)
        hand_on(layer);
    parameter_init(layer->linear, 1, arena);
    parameter_init(layer->interaction, 1, arena);
    parameter_init(layer->bias, 0, arena);
    layer->side = ARENA_ARRAY_RAW(arena, real, nodes * in);
    layer->hidden = ARENA_ARRAY_RAW(arena, real, nodes * out);
    layer->lengths = ARENA_ARRAY_RAW(arena, real, nodes);
}

/* Of the layer's gradients, one after the other. */
static size_t layer_numbers(const struct ngcf_layer *layer) {
    return (2 * layer->in + 1) * layer->out;
}

static void init_sums(struct ngcf_network *network, struct arena *arena) {
    size_t largest = 1, shards = node_shards(network);
    for (size_t l = 0; l < network->shape.layer_count; l++) {
        size_t numbers = layer_numbers(&network->layers[l]);
        largest = numbers > largest ? numbers : largest;
    }
    size_t groups = SUMS_MAX / largest;
    groups = groups < GROUPS_LEAST ? GROUPS_LEAST : groups > GROUPS_MAX ? GROUPS_MAX : groups;
    network->group_count = groups < shards ? groups : shards;
    network->sums = ARENA_ARRAY_RAW(arena, real, network->group_count * largest);
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
    init_sums(network, arena);
}

/* ---- Forward --------------------------------------------------------------------------------- */

/* E, what the layer starts from. */
static const real *input_of(const struct ngcf_network *network, size_t l) {
    return l == 0 ? network->parameters[0].weight : network->layers[l - 1].hidden;
}

/* Whether the step looks at the node's vector. */
static bool is_seen(const struct ngcf_network *network, size_t node) {
    const uint8_t *touched = network->step ? network->step->touched : NULL;
    return !touched || touched[node];
}

static bool is_topmost(const struct ngcf_network *network) {
    return network->current + 1 == network->shape.layer_count;
}

/* What the layer works out of a shard: its rows side by side. */
struct sheet {
    uint32_t nodes[SHARD_NODES];
    size_t count;
    real *a, *b; /* [count][in] */
    real *out;   /* [count][out] */
};

/* Memory of the scratch arena. */
static void begin_sheet(const struct ngcf_network *network, size_t shard, struct sheet *sheet) {
    const struct ngcf_layer *layer = &network->layers[network->current];
    struct parallel_range range = shard_nodes(network, shard);
    struct arena *scratch = arena_scratch();
    sheet->count = 0;
    for (size_t node = range.begin; node < range.end; node++)
        if (!is_topmost(network) || is_seen(network, node))
            sheet->nodes[sheet->count++] = (uint32_t)node;
    sheet->a = ARENA_ARRAY_RAW(scratch, real, sheet->count * layer->in);
    sheet->b = ARENA_ARRAY_RAW(scratch, real, sheet->count * layer->in);
    sheet->out = ARENA_ARRAY_RAW(scratch, real, sheet->count * layer->out);
}

/* a and b of the sheet's nodes. */
static void mix(const struct ngcf_network *network, const struct sheet *sheet) {
    const struct ngcf_layer *layer = &network->layers[network->current];
    const struct kernel_table *table = kernels();
    size_t in = layer->in;
    for (size_t i = 0; i < sheet->count; i++) {
        size_t at = sheet->nodes[i] * in;
        const real *side = layer->side + at, *own = input_of(network, network->current) + at;
        real *a = sheet->a + i * in;
        memcpy(a, side, in * sizeof *a);
        if (network->shape.loops)
            table->axpy(a, 1, own, in);
        table->multiply(sheet->b + i * in, side, own, in);
    }
}

/* A row of the final vectors gets its part. */
static void give_part(const struct ngcf_network *network, size_t node) {
    const struct ngcf_layer *layer = &network->layers[network->current];
    const struct kernel_table *table = kernels();
    const real *hidden = layer->hidden + node * layer->out;
    real *part = network->base.vectors + node * network->base.width + layer->offset;
    memcpy(part, hidden, layer->out * sizeof *part);
    if (!network->shape.unit_layers)
        return;
    real length = (real)sqrt((double)table->dot(hidden, hidden, layer->out)) + (real)1e-12;
    layer->lengths[node] = length;
    table->scale(part, 1 / length, layer->out);
}

/* out = LeakyReLU(a W1 + b W2 + bias) */
static void activate(const struct ngcf_layer *layer, const struct sheet *sheet) {
    struct linear_job product = {.rows = sheet->count,
                                 .in = layer->in,
                                 .out = layer->out,
                                 .x = {sheet->a, layer->in},
                                 .y = {sheet->out, layer->out},
                                 .weight = layer->linear->weight,
                                 .bias = layer->bias->weight};
    linear_forward(&product);
    product.x.data = sheet->b;
    product.weight = layer->interaction->weight;
    product.bias = NULL;
    product.accumulate = 1;
    linear_forward(&product);
    for (size_t i = 0; i < sheet->count * layer->out; i++)
        sheet->out[i] = sheet->out[i] > 0 ? sheet->out[i] : SLOPE * sheet->out[i];
}

static void layer_shard(void *context, size_t shard) {
    struct ngcf_network *network = context;
    const struct ngcf_layer *layer = &network->layers[network->current];
    struct arena_position mark = arena_mark(arena_scratch());
    size_t out = layer->out;
    struct sheet sheet;
    begin_sheet(network, shard, &sheet);
    mix(network, &sheet);
    activate(layer, &sheet);
    if (network->step && network->shape.message_dropout > 0) {
        struct rng rng;
        rng_init(&rng, network->step->seed ^ MESSAGE_SEED,
                 network->step->stream * NGCF_LAYERS_MAX + network->current +
                     ((uint64_t)shard << 48));
        dropout_forward(sheet.out, sheet.count * out, network->shape.message_dropout, &rng);
    }
    for (size_t i = 0; i < sheet.count; i++) {
        memcpy(layer->hidden + sheet.nodes[i] * out, sheet.out + i * out, out * sizeof(real));
        if (is_seen(network, sheet.nodes[i]))
            give_part(network, sheet.nodes[i]);
    }
    arena_reset(arena_scratch(), mark);
}

static void first_shard(void *context, size_t shard) {
    struct ngcf_network *network = context;
    struct parallel_range nodes = shard_nodes(network, shard);
    size_t columns = network->shape.embedding_dim;
    for (size_t node = nodes.begin; node < nodes.end; node++)
        if (is_seen(network, node))
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
        const struct ngcf_layer *layer = &network->layers[l];
        bipartite_spread(network->used,
                         &(struct bipartite_spread){
                             .in = input_of(network, l),
                             .out = layer->side,
                             .width = layer->in,
                             .wanted = step && is_topmost(network) ? step->touched : NULL});
        parallel_for(node_shards(network), layer_shard, network);
    }
}

/* ---- Backward -------------------------------------------------------------------------------- */

/* dz of a node; below[0] is dE' from above (the topmost layer: nothing). */
static void delta_row(const struct ngcf_network *network, size_t node, real *delta) {
    const struct ngcf_layer *layer = &network->layers[network->current];
    const struct kernel_table *table = kernels();
    size_t at = node * network->base.width + layer->offset, out = layer->out;
    const real *gradient = network->gradient + at, *part = network->base.vectors + at;
    const real *hidden = layer->hidden + node * out;
    if (is_topmost(network))
        memset(delta, 0, out * sizeof *delta);
    else
        memcpy(delta, network->below[0] + node * out, out * sizeof *delta);
    if (is_seen(network, node)) {
        const bool unit = network->shape.unit_layers;
        real inverse = unit ? 1 / layer->lengths[node] : 1;
        table->axpy(delta, inverse, gradient, out);
        if (unit)
            table->axpy(delta, -inverse * table->dot(gradient, part, out), part, out);
    }
    const real kept = network->step ? (real)(1 / (1 - network->shape.message_dropout)) : 1;
    for (size_t i = 0; i < out; i++)
        delta[i] *= hidden[i] > 0 ? kept : hidden[i] < 0 ? SLOPE * kept : 0;
}

/* The sheet's part of dW1, dW2 and the bias's gradient, in `sums` one after the other. */
static void add_weights(const struct ngcf_layer *layer, const struct sheet *sheet, real *sums) {
    struct linear_gradient product = {
        .rows = sheet->count,
        .end = layer->in,
        .out = layer->out,
        .x = {sheet->a, layer->in},
        .dy = {sheet->out, layer->out},
        .gradient = sums,
        .accumulate = 1,
    };
    linear_backward_weight(&product);
    product.x.data = sheet->b;
    product.gradient += layer->in * layer->out;
    linear_backward_weight(&product);
    product.gradient += layer->in * layer->out;
    linear_backward_bias(&product);
}

/* below[1] becomes d(S E), and side, which nobody needs any more, what is dE besides. The sheet's a
 * and b become da and db. */
static void go_down(const struct ngcf_network *network, const struct sheet *sheet) {
    const struct ngcf_layer *layer = &network->layers[network->current];
    const struct kernel_table *table = kernels();
    size_t in = layer->in;
    struct linear_job product = {.rows = sheet->count,
                                 .in = layer->out,
                                 .out = in,
                                 .x = {sheet->out, layer->out},
                                 .y = {sheet->a, in},
                                 .weight = layer->linear->transposed};
    linear_backward_input(&product);
    product.y.data = sheet->b;
    product.weight = layer->interaction->transposed;
    linear_backward_input(&product);
    for (size_t i = 0; i < sheet->count; i++) {
        size_t at = sheet->nodes[i] * in;
        const real *da = sheet->a + i * in, *db = sheet->b + i * in;
        real *to_side = network->below[1] + at, *side = layer->side + at;
        memcpy(to_side, da, in * sizeof *to_side);
        table->multiply_add(to_side, db, input_of(network, network->current) + at, in);
        table->multiply(side, db, side, in);
        if (network->shape.loops)
            table->axpy(side, 1, da, in);
    }
}

static void back_group(void *context, size_t group) {
    struct ngcf_network *network = context;
    const struct ngcf_layer *layer = &network->layers[network->current];
    struct parallel_range shards =
        parallel_range(node_shards(network), network->group_count, group);
    real *sums = network->sums + group * layer_numbers(layer);
    memset(sums, 0, layer_numbers(layer) * sizeof *sums);
    for (size_t shard = shards.begin; shard < shards.end; shard++) {
        struct arena_position mark = arena_mark(arena_scratch());
        struct parallel_range nodes = shard_nodes(network, shard);
        struct sheet sheet;
        begin_sheet(network, shard, &sheet);
        mix(network, &sheet);
        for (size_t i = 0; i < sheet.count; i++)
            delta_row(network, sheet.nodes[i], sheet.out + i * layer->out);
        add_weights(layer, &sheet, sums);
        go_down(network, &sheet);
        for (size_t node = nodes.begin; node < nodes.end && is_topmost(network); node++)
            if (!is_seen(network, node))
                memset(layer->side + node * layer->in, 0, layer->in * sizeof *layer->side);
        arena_reset(arena_scratch(), mark);
    }
}

/* The groups' sums, in their order. */
static void give_gradients(struct ngcf_network *network) {
    const struct ngcf_layer *layer = &network->layers[network->current];
    struct parameter *const parameters[] = {layer->linear, layer->interaction, layer->bias};
    size_t at = 0;
    for (size_t p = 0; p < 3; p++) {
        size_t numbers = parameter_count(parameters[p]);
        if (!network->adds)
            memset(parameters[p]->gradient, 0, numbers * sizeof(real));
        for (size_t group = 0; group < network->group_count; group++)
            kernels()->axpy(parameters[p]->gradient, 1,
                            network->sums + group * layer_numbers(layer) + at, numbers);
        at += numbers;
    }
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
        if (is_seen(network, node))
            kernels()->axpy(to, 1, network->gradient + node * network->base.width, columns);
        if (network->shape.layer_count)
            kernels()->axpy(to, 1, network->below[0] + node * columns, columns);
    }
}

static void backward(struct graph_encoder *base, const real *gradient, bool adds) {
    struct ngcf_network *network = (struct ngcf_network *)base;
    const struct graph_step *step = network->step;
    network->gradient = gradient;
    network->adds = adds;
    for (size_t l = network->shape.layer_count; l-- > 0;) {
        const struct ngcf_layer *layer = &network->layers[l];
        network->current = l;
        parallel_for(network->group_count, back_group, network);
        give_gradients(network);
        bipartite_spread(network->used,
                         &(struct bipartite_spread){
                             .in = network->below[1],
                             .start = layer->side,
                             .out = network->below[0],
                             .width = layer->in,
                             .nonzero = step && is_topmost(network) ? step->touched : NULL});
    }
    graph_view_end(&network->view);
    parallel_for(node_shards(network), last_shard, network);
}

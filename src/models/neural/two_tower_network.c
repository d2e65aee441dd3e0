/* two_tower_network.c: see two_tower_network.h. */
#include "models/neural/two_tower_network.h"

#include <string.h>

#include "base/assert.h"
#include "models/neural/two_tower_features.h"
#include "nn/normalize.h"

struct side_names {
    const char *table, *logits;
    struct {
        const char *weight, *bias;
    } layers[TWO_TOWER_LAYERS_MAX];
};

static const struct side_names names[2] = {
    {"user.embedding",
     "feature_attention.user",
     {{"user.0.weight", "user.0.bias"},
      {"user.1.weight", "user.1.bias"},
      {"user.2.weight", "user.2.bias"},
      {"user.3.weight", "user.3.bias"}}},
    {"item.embedding",
     "feature_attention.item",
     {{"item.0.weight", "item.0.bias"},
      {"item.1.weight", "item.1.bias"},
      {"item.2.weight", "item.2.bias"},
      {"item.3.weight", "item.3.bias"}}},
};

const char *two_tower_network_group(enum two_tower_which which, size_t group) {
    static const char *const groups[2][5] = {{"genres", "mean", "count", "embedding"},
                                             {"genres", "year", "mean", "count", "embedding"}};
    return groups[which][group];
}

static struct parameter *add(struct two_tower_network *network, const char *name, size_t rows,
                             size_t columns) {
    ASSERT(network->parameter_count < TWO_TOWER_PARAMETERS_MAX);
    struct parameter *parameter = &network->parameters[network->parameter_count++];
    *parameter = (struct parameter){.name = name, .rows = rows, .columns = columns};
    return parameter;
}

static void add_side(struct two_tower_network *network, enum two_tower_which which) {
    const struct two_tower_shape *shape = &network->shape;
    struct two_tower_side *side = &network->sides[which];
    size_t genre_count = shape->genre_count;
    side->features = which == TWO_TOWER_USER ? two_tower_features_user_columns(genre_count)
                                             : two_tower_features_item_columns(genre_count);
    side->embedding = shape->embeddings[which];
    side->gate = (struct gate){.group_count = side->features - genre_count + 1,
                               .widths = {genre_count, 1, 1, 1, 1}};
    if (side->embedding) {
        side->gate.widths[side->gate.group_count++] = side->embedding;
        side->table = add(network, names[which].table, shape->counts[which], side->embedding);
    }
    if (shape->attention) {
        side->logits = add(network, names[which].logits, 1, side->gate.group_count);
        side->logits->is_bias = 1;
    }
    size_t in = two_tower_network_input(side);
    for (size_t l = 0; l < shape->layer_count; l++) {
        size_t out = shape->widths[l];
        struct tower_layer layer = {.in = in,
                                    .out = out,
                                    .activation =
                                        l + 1 < shape->layer_count ? TOWER_RELU : TOWER_LINEAR,
                                    .weight = add(network, names[which].layers[l].weight, in, out),
                                    .bias = add(network, names[which].layers[l].bias, 1, out)};
        layer.bias->is_bias = 1;
        tower_add(&side->tower, &layer);
        in = out;
    }
}

void two_tower_network_init(struct two_tower_network *network,
                            const struct two_tower_shape *shape) {
    ASSERT(shape->layer_count >= 1 && shape->layer_count <= TWO_TOWER_LAYERS_MAX);
    memset(network, 0, sizeof *network);
    network->shape = *shape;
    add_side(network, TWO_TOWER_USER);
    add_side(network, TWO_TOWER_ITEM);
}

void two_tower_network_randomize(struct two_tower_network *network, double deviation,
                                 struct rng *rng) {
    for (size_t s = 0; s < 2; s++) {
        struct two_tower_side *side = &network->sides[s];
        tower_randomize(&side->tower, rng);
        if (side->table)
            parameter_fill_normal(side->table, deviation, rng);
        if (side->logits)
            memset(side->logits->weight, 0, side->logits->columns * sizeof(real));
    }
}

size_t two_tower_network_width(const struct two_tower_network *network) {
    return network->shape.widths[network->shape.layer_count - 1];
}

size_t two_tower_network_input(const struct two_tower_side *side) {
    return side->features + side->embedding;
}

void two_tower_network_apply(const struct two_tower_side *side, real *inputs, size_t rows,
                             real *vectors) {
    if (side->logits) {
        real shares[GATE_GROUPS_MAX];
        gate_shares(&side->gate, side->logits->weight, shares);
        gate_forward(&side->gate, shares, inputs, rows, inputs);
    }
    tower_apply(&side->tower, inputs, rows, vectors);
    normalize_forward(vectors, rows, tower_out(&side->tower), vectors, NULL);
}

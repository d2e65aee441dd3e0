/* neumf_network.c: see neumf_network.h. */
#include "models/neural/neumf_network.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "nn/linear.h"

static struct parameter *add(struct neumf_network *network, const char *name, size_t rows,
                             size_t columns) {
    ASSERT(network->parameter_count < NEUMF_PARAMETERS_MAX);
    struct parameter *parameter = &network->parameters[network->parameter_count++];
    *parameter = (struct parameter){.name = name, .rows = rows, .columns = columns};
    return parameter;
}

static struct parameter *add_bias(struct neumf_network *network, const char *name, size_t columns) {
    struct parameter *parameter = add(network, name, 1, columns);
    parameter->is_bias = 1;
    return parameter;
}

static void add_intent(struct neumf_network *network) {
    static const char *const names[NEUMF_INTENT_LAYERS][2] = {{"intent.0.weight", "intent.0.bias"},
                                                              {"intent.1.weight", "intent.1.bias"}};
    size_t in = network->shape.intent_in;
    for (size_t l = 0; l < NEUMF_INTENT_LAYERS && in; l++) {
        const size_t out = network->shape.intent_widths[l];
        network->intent_weight[l] = add(network, names[l][0], in, out);
        network->intent_bias[l] = add_bias(network, names[l][1], out);
        in = out;
    }
}

static void add_tower(struct neumf_network *network) {
    static const struct {
        const char *weight, *bias, *skip;
    } names[NEUMF_LAYERS_MAX] = {
        {"layers.0.weight", "layers.0.bias", "layers.0.skip"},
        {"layers.1.weight", "layers.1.bias", "layers.1.skip"},
        {"layers.2.weight", "layers.2.bias", "layers.2.skip"},
        {"layers.3.weight", "layers.3.bias", "layers.3.skip"},
        {"layers.4.weight", "layers.4.bias", "layers.4.skip"},
        {"layers.5.weight", "layers.5.bias", "layers.5.skip"},
        {"layers.6.weight", "layers.6.bias", "layers.6.skip"},
        {"layers.7.weight", "layers.7.bias", "layers.7.skip"},
    };
    const struct neumf_shape *shape = &network->shape;
    size_t in = neumf_network_intent_row(network) + neumf_network_intent_width(network);
    for (size_t l = 0; l < shape->layer_count; l++) {
        struct neumf_layer *layer = &network->layers[l];
        layer->in = in;
        layer->out = shape->widths[l];
        layer->weight = add(network, names[l].weight, in, layer->out);
        layer->bias = add_bias(network, names[l].bias, layer->out);
        layer->adds_input = shape->residual && l > 0;
        if (layer->adds_input && in != layer->out)
            layer->skip = add(network, names[l].skip, in, layer->out);
        in = layer->out;
    }
}

void neumf_network_init(struct neumf_network *network, const struct neumf_shape *shape) {
    ASSERT(shape->mf_dim + shape->mlp_dim > 0 && shape->layer_count <= NEUMF_LAYERS_MAX);
    memset(network, 0, sizeof *network);
    network->shape = *shape;
    if (shape->mf_dim) {
        network->mf_user = add(network, "mf.user", shape->user_count, shape->mf_dim);
        network->mf_item = add(network, "mf.item", shape->item_count, shape->mf_dim);
    }
    if (shape->mlp_dim) {
        network->mlp_user = add(network, "mlp.user", shape->user_count, shape->mlp_dim);
        network->mlp_item = add(network, "mlp.item", shape->item_count, shape->mlp_dim);
        if (shape->genre_dim) {
            network->genre_weight =
                add(network, "genre.weight", shape->genre_count, shape->genre_dim);
            network->genre_bias = add_bias(network, "genre.bias", shape->genre_dim);
        }
        if (shape->heads) {
            ASSERT(shape->mlp_dim % shape->heads == 0);
            size_t d = shape->mlp_dim;
            network->attend_query = add(network, "attention.query", d, d);
            network->attend_key = add(network, "attention.key", d, d);
            network->attend_value = add(network, "attention.value", d, d);
            network->attend_merge = add(network, "attention.merge", d, d);
        }
        add_intent(network);
        add_tower(network);
    }
    network->output =
        add(network, "output.weight", 1, shape->mf_dim + neumf_network_tower_width(network));
    /* Weight decay would move what is to stay 1. */
    network->output->is_bias = shape->fixed_weights;
    network->output_bias = add_bias(network, "output.bias", 1);
}

size_t neumf_network_tower_width(const struct neumf_network *network) {
    const struct neumf_shape *shape = &network->shape;
    if (shape->mlp_dim == 0)
        return 0;
    return shape->layer_count ? shape->widths[shape->layer_count - 1]
                              : 2 * shape->mlp_dim + shape->genre_dim;
}

size_t neumf_network_intent_width(const struct neumf_network *network) {
    const struct neumf_shape *shape = &network->shape;
    return shape->intent_in ? shape->intent_widths[NEUMF_INTENT_LAYERS - 1] : 0;
}

size_t neumf_network_intent_row(const struct neumf_network *network) {
    return 2 * network->shape.mlp_dim + network->shape.genre_dim;
}

static bool is_embedding(const struct neumf_network *network, const struct parameter *parameter) {
    return parameter == network->mf_user || parameter == network->mf_item ||
           parameter == network->mlp_user || parameter == network->mlp_item;
}

void neumf_network_randomize(struct neumf_network *network, double deviation, struct rng *rng) {
    const struct neumf_shape *shape = &network->shape;
    for (size_t i = 0; i < network->parameter_count; i++) {
        struct parameter *parameter = &network->parameters[i];
        if (is_embedding(network, parameter))
            parameter_fill_normal(parameter, deviation, rng);
        else if (parameter == network->output)
            parameter_fill_uniform(parameter, sqrt(3 / (double)parameter->columns), rng);
        else if (!parameter->is_bias)
            parameter_fill_uniform(parameter,
                                   sqrt(6 / (double)(parameter->rows + parameter->columns)), rng);
    }
    for (size_t k = 0; k < shape->mf_dim && shape->fixed_weights; k++)
        network->output->weight[k] = 1;
}

void neumf_network_genres(const struct neumf_network *network, const uint32_t *items, size_t rows,
                          real *out) {
    size_t genre_count = network->shape.genre_count, genre_dim = network->shape.genre_dim;
    for (size_t r = 0; r < rows; r++) {
        real *row = out + r * genre_dim;
        const real *genres = network->genres + (size_t)items[r] * genre_count;
        memcpy(row, network->genre_bias->weight, genre_dim * sizeof *row);
        for (size_t g = 0; g < genre_count; g++)
            if (genres[g] != 0)
                kernels()->axpy(row, genres[g], network->genre_weight->weight + g * genre_dim,
                                genre_dim);
        for (size_t k = 0; k < genre_dim; k++)
            row[k] = row[k] > 0 ? row[k] : 0;
    }
}

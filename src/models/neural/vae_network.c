/* vae_network.c: see vae_network.h. */
#include "models/neural/vae_network.h"

#include <string.h>
#include <tgmath.h>

#include "base/assert.h"
#include "kernels/kernels.h"

static struct parameter *add(struct vae_network *network, const char *name, size_t rows,
                             size_t columns) {
    ASSERT(network->parameter_count < VAE_PARAMETERS_MAX);
    struct parameter *parameter = &network->parameters[network->parameter_count++];
    *parameter = (struct parameter){
        .name = name, .rows = rows, .columns = columns, .is_bias = strstr(name, "bias") != NULL};
    return parameter;
}

struct layer_names {
    const char *weight, *bias;
};

static void add_layer(struct vae_network *network, struct tower *tower,
                      const struct layer_names *names, const struct tower_layer *layer) {
    struct tower_layer whole = *layer;
    whole.weight = add(network, names->weight, layer->in, layer->out);
    whole.bias = add(network, names->bias, 1, layer->out);
    tower_add(tower, &whole);
}

void vae_network_init(struct vae_network *network, const struct vae_shape *shape) {
    static const struct layer_names encoder[VAE_HIDDEN_MAX] = {
        {"encoder.1.weight", "encoder.1.bias"},
        {"encoder.2.weight", "encoder.2.bias"},
        {"encoder.3.weight", "encoder.3.bias"},
        {"encoder.4.weight", "encoder.4.bias"},
    };
    static const struct layer_names decoder[VAE_HIDDEN_MAX] = {
        {"decoder.0.weight", "decoder.0.bias"},
        {"decoder.1.weight", "decoder.1.bias"},
        {"decoder.2.weight", "decoder.2.bias"},
        {"decoder.3.weight", "decoder.3.bias"},
    };
    const size_t *hidden = shape->hidden, last = shape->hidden_count - 1;
    ASSERT(shape->hidden_count >= 1 && shape->hidden_count <= VAE_HIDDEN_MAX);
    memset(network, 0, sizeof *network);
    network->shape = *shape;
    network->input = add(network, "encoder.items", shape->item_count, hidden[0]);
    network->input_bias = add(network, "encoder.0.bias", 1, hidden[0]);
    for (size_t l = 0; l < last; l++)
        add_layer(network, &network->encoder, &encoder[l],
                  &(struct tower_layer){hidden[l], hidden[l + 1], TOWER_TANH, NULL, NULL});
    add_layer(network, &network->encoder, &encoder[last],
              &(struct tower_layer){hidden[last],
                                    shape->variational ? 2 * shape->latent : shape->latent,
                                    shape->variational ? TOWER_LINEAR : TOWER_TANH, NULL, NULL});
    for (size_t l = 0; l <= last; l++)
        add_layer(network, &network->decoder, &decoder[l],
                  &(struct tower_layer){l == 0 ? shape->latent : hidden[last - l + 1],
                                        hidden[last - l], TOWER_TANH, NULL, NULL});
    network->output = add(network, "decoder.items", shape->item_count, hidden[0]);
    network->output_bias = add(network, "decoder.items.bias", 1, shape->item_count);
}

void vae_network_randomize(struct vae_network *network, struct rng *rng) {
    struct parameter *tables[] = {network->input, network->output};
    for (size_t i = 0; i < 2; i++)
        parameter_fill_uniform(tables[i], sqrt(6 / (double)(tables[i]->rows + tables[i]->columns)),
                               rng);
    memset(network->input_bias->weight, 0, network->input_bias->columns * sizeof(real));
    memset(network->output_bias->weight, 0, network->output_bias->columns * sizeof(real));
    tower_randomize(&network->encoder, rng);
    tower_randomize(&network->decoder, rng);
}

void vae_network_read(const struct vae_network *network, const struct vae_input *input,
                      real *hidden) {
    size_t width = network->input->columns;
    memcpy(hidden, network->input_bias->weight, width * sizeof *hidden);
    for (size_t i = 0; i < input->count; i++) {
        real value = input->values ? input->values[i] : input->value;
        if (value != 0)
            kernels()->axpy(hidden, value, network->input->weight + input->items[i] * width, width);
    }
    for (size_t k = 0; k < width; k++)
        hidden[k] = tanh(hidden[k]);
}

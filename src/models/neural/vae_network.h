/* vae_network.h: the parameters of Mult-VAE and Mult-DAE. See vae.c.
 *
 * Shapes  encoder.items [items][h1] is looked up by the history's items; the encoder's tower goes
 *         h1 -> ... -> hn -> 2 * latent (mean | log variance; DAE: latent), the decoder's latent ->
 *         hn -> ... -> h1; decoder.items [items][h1] gives the logits. Both item tables have one
 * row for each item, so scoring a list gathers rows. */
#ifndef MATINEE_MODELS_NEURAL_VAE_NETWORK_H
#define MATINEE_MODELS_NEURAL_VAE_NETWORK_H

#include <stdbool.h>

#include "nn/parameter.h"
#include "nn/tower.h"

#define VAE_HIDDEN_MAX 4
#define VAE_PARAMETERS_MAX (4 + 2 * (2 * VAE_HIDDEN_MAX))

struct vae_shape {
    size_t item_count, latent;
    size_t hidden_count, hidden[VAE_HIDDEN_MAX]; /* of the encoder, outermost first */
    bool variational;
};

struct vae_network {
    struct vae_shape shape;
    size_t parameter_count;
    struct parameter parameters[VAE_PARAMETERS_MAX];
    struct parameter *input, *input_bias;   /* encoder.items, [1][h1] */
    struct parameter *output, *output_bias; /* decoder.items, [1][items] */
    struct tower encoder, decoder;
};

/* Names and shapes the parameters; their memory is bound by the caller (parameters[i].weight). */
void vae_network_init(struct vae_network *network, const struct vae_shape *shape);
/* Glorot uniform, biases 0. */
void vae_network_randomize(struct vae_network *network, struct rng *rng);

/* hidden[h1] = tanh(sum of values[i] * encoder.items[items[i]] + bias); values NULL: all `value`.
 */
struct vae_input {
    size_t count;
    const uint32_t *items;
    const real *values;
    real value;
};
void vae_network_read(const struct vae_network *network, const struct vae_input *input,
                      real *hidden);

#endif

/* neumf_network.h: the parameters of GMF, MLP and NeuMF, which are one network with parts left out.
 *
 * Source  He et al., WWW 2017: equations (9) GMF, (10) MLP, (11)-(12) NeuMF and pre-training.
 *
 *   gmf     p_u * q_i                                      elementwise, [mf_dim]
 *   input   [x_u, y_i, g_i, t]                             [2 mlp_dim + genre_dim + intent width]
 *             g_i = relu(genres_i G + b), only if genre_dim > 0
 *             t what is wished (neumf_intent.h), only if intent_in > 0
 *             with attention heads, the two tokens x_u, y_i first attend to each other
 * (nn/attention.h) tower   h_1 = relu(input W_1 + b_1), h_l = relu(h_{l-1} W_l + b_l) with
 * `residual`, h_l (l > 1) gains h_{l-1}, through a matrix R_l where widths differ score   [gmf,
 * h_L] . output + output_bias
 *
 * Without attention W_1 falls apart into a user's and an item's rows, so a group of samples with
 * one user computes x_u's share once, and scoring knows y_i's share beforehand.
 *
 * This folder's arithmetic (network, step) is typed by `real` and compiled a second time in double
 * for gradient checks; it knows nothing of struct model. */
#ifndef MATINEE_MODELS_NEURAL_NEUMF_NETWORK_H
#define MATINEE_MODELS_NEURAL_NEUMF_NETWORK_H

#include <stdbool.h>

#include "base/arena.h"
#include "nn/parameter.h"

#define NEUMF_LAYERS_MAX 8
#define NEUMF_WIDTH_MAX 4096
#define NEUMF_INTENT_LAYERS 2

struct neumf_shape {
    size_t user_count, item_count;
    size_t mf_dim;  /* 0: no GMF part */
    size_t mlp_dim; /* 0: no MLP part */
    size_t layer_count, widths[NEUMF_LAYERS_MAX];
    size_t genre_count, genre_dim; /* genre_dim 0: genres are not used */
    size_t heads;                  /* 0: no attention */
    size_t intent_in;              /* columns of the items' texts; 0: no intent tower */
    size_t intent_widths[NEUMF_INTENT_LAYERS];
    bool residual;
    bool fixed_weights; /* GMF's output weights stay 1: a plain dot product (Rendle et al. 2020) */
};

struct neumf_layer {
    struct parameter *weight, *bias;
    struct parameter *skip; /* R_l [in][out]; NULL: none, or the identity where in == out */
    size_t in, out;
    bool adds_input; /* residual */
};

#define NEUMF_PARAMETERS_MAX (16 + 3 * NEUMF_LAYERS_MAX)

struct neumf_network {
    struct neumf_shape shape;
    struct parameter parameters[NEUMF_PARAMETERS_MAX];
    size_t parameter_count;
    /* NULL where the shape has no such part. */
    struct parameter *mf_user, *mf_item;         /* [users][mf_dim], [items][mf_dim] */
    struct parameter *mlp_user, *mlp_item;       /* [users][mlp_dim], [items][mlp_dim] */
    struct parameter *genre_weight, *genre_bias; /* [genre_count][genre_dim], [genre_dim] */
    struct parameter *intent_weight[NEUMF_INTENT_LAYERS]; /* [in][out], [1][out]; neumf_intent.h */
    struct parameter *intent_bias[NEUMF_INTENT_LAYERS];
    struct parameter *attend_query, *attend_key; /* [mlp_dim][mlp_dim] each */
    struct parameter *attend_value, *attend_merge;
    struct neumf_layer layers[NEUMF_LAYERS_MAX];
    struct parameter *output, *output_bias; /* [mf_dim + last width], [1] */
    const real *genres;                     /* [item_count][genre_count] or NULL; borrowed */
    const real *texts;                      /* [item_count][intent_in] while training; borrowed */
};

/* Names and shapes the parameters; their memory is bound by the caller (parameters[i].weight). */
void neumf_network_init(struct neumf_network *network, const struct neumf_shape *shape);
/* Starting values: embeddings normal(0, deviation), layers Glorot uniform, output LeCun uniform (1
 * where it is fixed). */
void neumf_network_randomize(struct neumf_network *network, double deviation, struct rng *rng);
/* Width of what the tower hands to the output; 0 without a tower. */
size_t neumf_network_tower_width(const struct neumf_network *network);
/* Width of what the intent tower hands to layer 1; 0 without one. */
size_t neumf_network_intent_width(const struct neumf_network *network);
/* Its rows of layer 1's weights begin here. */
size_t neumf_network_intent_row(const struct neumf_network *network);
/* out[rows][genre_dim] = g_i of those items. */
void neumf_network_genres(const struct neumf_network *network, const uint32_t *items, size_t rows,
                          real *out);

#endif

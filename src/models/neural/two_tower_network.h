/* two_tower_network.h: the parameters of the two towers, and one tower from a row of features to a
 * vector of length 1. See two_tower.c.
 *
 * A side (users or items) is: [features | learned embedding], each group of features scaled by the
 * gate where feature_attention is on, through dense layers with ReLU (the last linear), to
 * length 1. Both sides have the same widths. */
#ifndef MATINEE_MODELS_NEURAL_TWO_TOWER_NETWORK_H
#define MATINEE_MODELS_NEURAL_TWO_TOWER_NETWORK_H

#include <stdbool.h>

#include "nn/gate.h"
#include "nn/parameter.h"
#include "nn/tower.h"

#define TWO_TOWER_LAYERS_MAX 4
#define TWO_TOWER_PARAMETERS_MAX (2 * (2 * TWO_TOWER_LAYERS_MAX + 2))

enum two_tower_which { TWO_TOWER_USER, TWO_TOWER_ITEM };

struct two_tower_shape {
    size_t counts[2];     /* users, items */
    size_t embeddings[2]; /* widths of the learned embeddings; 0: none */
    size_t genre_count;
    size_t layer_count, widths[TWO_TOWER_LAYERS_MAX];
    bool attention;
};

struct two_tower_side {
    size_t features, embedding; /* columns of the input */
    struct gate gate;           /* its groups, whether or not the gate is in use */
    struct parameter *table;    /* the embedding; NULL: none */
    struct parameter *logits;   /* of the gate; NULL: none */
    struct tower tower;
};

struct two_tower_network {
    struct two_tower_shape shape;
    size_t parameter_count;
    struct parameter parameters[TWO_TOWER_PARAMETERS_MAX];
    struct two_tower_side sides[2];
};

/* Names and shapes the parameters; their memory is bound by the caller (parameters[i].weight). */
void two_tower_network_init(struct two_tower_network *network, const struct two_tower_shape *shape);
/* Glorot uniform layers, embeddings normal(0, deviation), gates equal. */
void two_tower_network_randomize(struct two_tower_network *network, double deviation,
                                 struct rng *rng);
size_t two_tower_network_width(const struct two_tower_network *network); /* of a vector */
size_t two_tower_network_input(const struct two_tower_side *side);
/* "genres", "year", "mean", "count", "embedding": what group `group` of a side is called. */
const char *two_tower_network_group(enum two_tower_which which, size_t group);

/* vectors[rows][width] of inputs[rows][features + embedding], which are changed by the gate. For
 * scoring, from any thread. */
void two_tower_network_apply(const struct two_tower_side *side, real *inputs, size_t rows,
                             real *vectors);

#endif

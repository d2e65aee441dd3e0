/* graph_encoder.h: the interface between a graph model's network and its training: vectors of all
 * nodes, there and back. */
#ifndef MATINEE_MODELS_GRAPH_GRAPH_ENCODER_H
#define MATINEE_MODELS_GRAPH_GRAPH_ENCODER_H

#include <stdbool.h>

#include "nn/parameter.h"

/* What a training step's random numbers are made of; NULL in place of it: no dropout. */
struct graph_step {
    uint64_t seed, stream;
};

/* The first member of every encoder. */
struct graph_encoder {
    struct parameter *parameters; /* dense; the first is the embeddings [nodes][embedding_dim] */
    size_t parameter_count;
    size_t width;
    real *vectors; /* [nodes][width]: forward's result, whole; memory of graph_model.c */
    void (*forward)(struct graph_encoder *encoder, const struct graph_step *step);
    /* Of the last forward. gradient [nodes][width]. Writes the parameters' gradients; `adds`: adds
     * to them. */
    void (*backward)(struct graph_encoder *encoder, const real *gradient, bool adds);
};

#endif

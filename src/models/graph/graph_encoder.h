/* graph_encoder.h: the interface between a graph model's network and its training: vectors of all
 * nodes, there and back. */
#ifndef MATINEE_MODELS_GRAPH_GRAPH_ENCODER_H
#define MATINEE_MODELS_GRAPH_GRAPH_ENCODER_H

#include <stdbool.h>

#include "nn/parameter.h"

/* A training step; NULL in place of it: no dropout, and all vectors are wanted. */
struct graph_step {
    uint64_t seed, stream;  /* what its random numbers are made of */
    const uint8_t *touched; /* [nodes] whose vectors the batch looks at: others need not be worked
                               out, and have no gradient; NULL: any. Valid until backward. */
    const uint32_t *users, *items; /* [count] the batch's positives; valid until backward */
    size_t count;
};

/* The first member of every encoder. */
struct graph_encoder {
    struct parameter *parameters; /* dense; the first is the embeddings [nodes][embedding_dim] */
    size_t parameter_count;
    size_t width;
    real *vectors; /* [nodes][width]: forward's result; memory of graph_model.c */
    void (*forward)(struct graph_encoder *encoder, const struct graph_step *step);
    /* Of the last forward. gradient [nodes][width]. Writes the parameters' gradients; `adds`: adds
     * to them. */
    void (*backward)(struct graph_encoder *encoder, const real *gradient, bool adds);
};

#endif

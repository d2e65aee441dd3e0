/* ngcf_network.h: the layers of NGCF, there and back, as an encoder (graph_encoder.h).
 *
 * Layer    E' = LeakyReLU((S + I) E W1 + (S E * E) W2 + b), slope 0.2 (Wang et al. 2019, equation
 *          7; * is by element); then message dropout. What goes on to the next layer is E'; what
 *          goes into the final vector is E', with unit_layers every row of it made 1 long, as the
 *          authors' program does. Without self-loops I is left out.
 * Vectors  [E0, E1, ..., EL] side by side (equation 9), or [E0, E1 / |E1|, ..., EL / |EL|].
 * Shapes   E0 [nodes][embedding_dim], El [nodes][hidden_dims[l - 1]]; W1, W2 [in][out], b [out].
 * Memory   for each node and layer: in + 2 * out numbers, and the largest width twice.
 * Threads  Rows of nodes in shards; weights' gradients are sums over groups of shards, added in the
 *          groups' order, which depend on the shapes alone.
 * Cost     The topmost layer has only the rows that the step looks at, there and back.
 * Checked  tests/models/check_graph.c: finite differences in double. */
#ifndef MATINEE_MODELS_GRAPH_NGCF_NETWORK_H
#define MATINEE_MODELS_GRAPH_NGCF_NETWORK_H

#include "models/graph/graph_view.h"

#define NGCF_LAYERS_MAX 8

struct ngcf_layer {
    size_t in, out, offset; /* offset: of its part of the final vectors */
    struct parameter *linear, *interaction, *bias;
    real *side;    /* [nodes][in] S E */
    real *hidden;  /* [nodes][out] E' after dropout */
    real *lengths; /* [nodes] of hidden's rows */
};

struct ngcf_shape {
    size_t embedding_dim, layer_count;
    size_t hidden_dims[NGCF_LAYERS_MAX];
    bool loops;
    bool unit_layers;
    bool hands_on; /* the weights start such that a layer hands on what spreads */
    double message_dropout;
};

struct ngcf_network {
    struct graph_encoder base;
    struct ngcf_shape shape;
    struct graph_view view;
    const struct bipartite *used; /* by the last forward */
    struct parameter parameters[1 + 3 * NGCF_LAYERS_MAX];
    struct ngcf_layer layers[NGCF_LAYERS_MAX];
    real *below[2]; /* [nodes][widest]: gradients on their way down */
    real *sums;     /* [group_count][numbers of the largest layer] its weights' gradients */
    size_t group_count;
    /* Of the call. */
    const struct graph_step *step;
    const real *gradient;
    size_t current; /* layer */
    bool adds;
};

size_t ngcf_network_width(const struct ngcf_shape *shape);
/* Shapes the parameters and takes memory; the view is ready. Weights have the starting values of
 * Glorot & Bengio 2010, but for the embeddings: the caller's.
 */
void ngcf_network_init(struct ngcf_network *network, const struct ngcf_shape *shape, uint64_t seed,
                       struct arena *arena);

#endif

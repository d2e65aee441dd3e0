/* neumf_score.h: the scores of a user, given by his vectors, for many items at once.
 *
 * Idea    What depends on the item alone is worked out once, after the fit: y_i's share of layer 1.
 *         Items stand in tiles, feature-major: a tile is [feature][NEUMF_TILE], so that items fill
 *         the lanes of every product, however narrow the layer. For one user and one tile: add his
 *         share and clip at zero, one product for each further layer, one for the output; all of it
 *         stays in the first-level cache. The GMF part is one product for all users of the call.
 *         A layer's input has one more row, of ones, and its weights one more, the bias.
 * Shapes  queries: mf [mf_dim] and mlp [mlp_dim] each.
 * Cost    for each user and item: layer 1 as many operations as it is wide, further layers
 *         2 * in * out, whatever mlp_dim and mf_dim are (plus 2 * mf_dim).
 * Memory  item_count * (mf_dim + first width) numbers.
 * Traps   with attention heads layer 1 does not fall apart: then the network of the training step
 *         runs on every pair, which is some ten times slower.
 * Checked tests/models/test_neumf.c: against the training step's forward pass. */
#ifndef MATINEE_MODELS_NEURAL_NEUMF_SCORE_H
#define MATINEE_MODELS_NEURAL_NEUMF_SCORE_H

#include "models/neural/neumf_network.h"

#define NEUMF_TILE 64

struct neumf_scorer {
    const struct neumf_network *network;
    size_t tile_count;
    real *mf_tiles;   /* [tile_count][mf_dim][NEUMF_TILE] */
    real *half_tiles; /* [tile_count][first width][NEUMF_TILE]; bias included */
    real *half_rows;  /* [item_count][first width]: the same by item, for lists of items */
    real *weights[NEUMF_LAYERS_MAX]; /* l > 0: [in + 1][out], the last row is the bias */
    real *output;                    /* [last width + 1], the last one is the bias */
};

/* A user, by his vectors. */
struct neumf_query {
    const real *mf, *mlp;
    const real *intent; /* what the intent tower makes of his wish; NULL without one */
};

/* Takes the memory; the network's weights may still change. */
void neumf_score_init(struct neumf_scorer *scorer, const struct neumf_network *network,
                      struct arena *arena);
/* Works out what depends on items alone, from the present weights. In parallel. */
void neumf_score_prepare(struct neumf_scorer *scorer);

/* scores[query_count][item_count] for those items, or for every item when items is NULL (item_count
 * is then the network's). Takes scratch from arena_scratch(). */
struct neumf_score_job {
    const struct neumf_query *queries;
    size_t query_count;
    const uint32_t *items;
    size_t item_count;
    float *scores;
};
void neumf_score(const struct neumf_scorer *scorer, const struct neumf_score_job *job);

#endif

/* sasrec_network.h: the parameters of SASRec and what they make of sequences of items.
 *
 * Source  Kang & McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018, equations 1-6; the
 *         norms stand before attention and feed-forward (Xiong et al. 2020, "pre-norm").
 *   x0 = sqrt(dim) * item[i_t] + position[t]
 *   m  = x + attention(norm1(x)) merge            causal, `heads` heads
 *   x' = m + relu(norm2(m) expand + b) contract + b        for each block
 *   h  = norm(x),  score of item j = h . item[j]           items in and out share one table
 * Shapes  Sequences lie one after another without padding: sequence s owns rows offsets[s] ...
 *         offsets[s + 1]; its first item has position 0. No sequence is longer than max_length.
 * Idea    Rows are independent but for attention, so every other product is one gemm over all rows
 *         of a shard. What the backward pass needs is kept in sasrec_work, one for each block.
 * Cost    for each row and block 6 dim^2 + 2 dim hidden + dim * length multiply-adds; memory see
 *         sasrec_work_init.
 * Checked tests/models/test_sasrec.c: numpy, causality; check_sasrec.c: gradients. */
#ifndef MATINEE_MODELS_SEQUENCE_SASREC_NETWORK_H
#define MATINEE_MODELS_SEQUENCE_SASREC_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rng.h"
#include "nn/parameter.h"

#define SASREC_BLOCKS_MAX 5
#define SASREC_BLOCK_PARAMETERS 10
#define SASREC_PARAMETERS_MAX (4 + SASREC_BLOCKS_MAX * SASREC_BLOCK_PARAMETERS)

struct sasrec_shape {
    size_t item_count, dim, block_count, heads, max_length, hidden;
};

struct sasrec_block {
    struct parameter *norm1, *norm1_bias; /* [1][dim] */
    struct parameter *attend;             /* [dim][3 dim]: query, key, value */
    struct parameter *merge;              /* [dim][dim] */
    struct parameter *norm2, *norm2_bias; /* [1][dim] */
    struct parameter *expand, *expand_bias, *contract, *contract_bias;
};

struct sasrec_network {
    struct sasrec_shape shape;
    struct parameter parameters[SASREC_PARAMETERS_MAX];
    size_t parameter_count;
    struct parameter *item, *position, *norm, *norm_bias;
    struct sasrec_block blocks[SASREC_BLOCKS_MAX];
};

/* Shapes and names; weights stay empty. */
void sasrec_network_init(struct sasrec_network *network, const struct sasrec_shape *shape);
/* Starting values: embeddings normal with that deviation, weights uniform (Glorot & Bengio 2010).
 */
void sasrec_network_randomize(struct sasrec_network *network, double deviation, struct rng *rng);

/* What a block keeps for its backward pass, for all rows of a chunk. */
struct sasrec_work {
    real *x;                           /* [rows][dim] */
    real *normal1, *moments1;          /* [rows][dim], [rows][2] */
    real *attend;                      /* [rows][3 dim] */
    real *shares;                      /* [rows][heads * max_length] */
    real *mixed, *middle;              /* [rows][dim] */
    real *normal2, *moments2, *hidden; /* [rows][dim], [rows][2], [rows][hidden] */
};
/* (8 dim + hidden + heads * max_length + 4) * rows numbers. */
void sasrec_work_init(struct sasrec_work *work, const struct sasrec_shape *shape, size_t rows,
                      struct arena *arena);

/* Sequences first ... end of a chunk, worked off by one thread. */
struct sasrec_shard {
    const struct sasrec_network *network;
    const size_t *offsets;
    size_t first, end;
    double dropout;
    uint64_t seed, stream; /* of the shard's masks */
};

/* Where in the network a mask lies: each draws from a stream of its own. */
enum sasrec_mask {
    SASREC_MASK_INPUT,
    SASREC_MASK_ATTENTION,
    SASREC_MASK_HIDDEN,
    SASREC_MASK_OUTPUT
};
/* Drops out x[rows of the shard][columns]; the same call on a gradient is its backward pass. */
void sasrec_mask(const struct sasrec_shard *shard, size_t block, enum sasrec_mask mask, real *x,
                 size_t columns);

/* x[rows][dim] of the chunk: items and positions; items[] of the chunk's rows. */
void sasrec_embed(const struct sasrec_shard *shard, const uint32_t *items, real *x);
/* y[rows][dim] of the chunk from work->x, both at the shard's rows. */
void sasrec_block_forward(const struct sasrec_shard *shard, size_t block,
                          const struct sasrec_work *work, real *y);
/* The same without dropout for the last row of each sequence alone: y[sequences][dim]. */
void sasrec_block_last(const struct sasrec_shard *shard, size_t block,
                       const struct sasrec_work *work, real *y);
/* h[rows][dim] from x[rows][dim]; moments[rows][2]. */
void sasrec_finish(const struct sasrec_network *network, const real *x, size_t rows, real *moments,
                   real *h);

#endif

/* sasrec_forward.h: the forward pass of SASRec: rows of packed sequences through its blocks.
 *
 * Shapes  Sequences lie one after another without padding: sequence s owns rows offsets[s] ...
 *         offsets[s + 1]; its first item has position 0. No sequence is longer than max_length.
 * Idea    Rows are independent but for attention, so every other product is one gemm over all rows
 *         of a shard. What the backward pass needs is kept in sasrec_work, one for each block.
 * Cost    for each row and block 6 dim^2 + 2 dim hidden + dim * length multiply-adds.
 * Checked tests/models/test_sasrec.c: numpy, causality. */
#ifndef MATINEE_MODELS_SEQUENCE_SASREC_FORWARD_H
#define MATINEE_MODELS_SEQUENCE_SASREC_FORWARD_H

#include <stddef.h>
#include <stdint.h>

#include "models/sequence/sasrec_network.h"

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
void sasrec_forward_init(struct sasrec_work *work, const struct sasrec_shape *shape, size_t rows,
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
void sasrec_forward_mask(const struct sasrec_shard *shard, size_t block, enum sasrec_mask mask,
                         real *x, size_t columns);

/* x[rows][dim] of the chunk: items and positions; items[] of the chunk's rows. */
void sasrec_forward_embed(const struct sasrec_shard *shard, const uint32_t *items, real *x);
/* y[rows][dim] of the chunk from work->x, both at the shard's rows. */
void sasrec_forward_block(const struct sasrec_shard *shard, size_t block,
                          const struct sasrec_work *work, real *y);
/* The same without dropout for the last row of each sequence alone: y[sequences][dim]. */
void sasrec_forward_last(const struct sasrec_shard *shard, size_t index,
                         const struct sasrec_work *work, real *y);
/* h[rows][dim] from x[rows][dim]; moments[rows][2]. */
void sasrec_forward_finish(const struct sasrec_network *network, const real *x, size_t rows,
                           real *moments, real *h);

#endif

/* sasrec_network.h: the parameters of SASRec and what they make of sequences of items.
 *
 * Source  Kang & McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018, equations 1-6; the
 *         norms stand before attention and feed-forward (Xiong et al. 2020, "pre-norm").
 *   x0 = sqrt(dim) * item[i_t] + position[t]
 *   m  = x + attention(norm1(x)) merge            causal, `heads` heads
 *   x' = m + relu(norm2(m) expand + b) contract + b        for each block
 *   h  = norm(x),  score of item j = h . item[j]           items in and out share one table
 * Idea    One list of parameters: model file, optimiser and gradient check walk it. How rows pass
 *         through is sasrec_forward.h.
 * Checked tests/models/test_sasrec.c: numpy, causality; check_sasrec.c: gradients. */
#ifndef MATINEE_MODELS_SEQUENCE_SASREC_NETWORK_H
#define MATINEE_MODELS_SEQUENCE_SASREC_NETWORK_H

#include <stddef.h>

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

#endif

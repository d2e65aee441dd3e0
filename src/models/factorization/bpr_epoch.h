/* bpr_epoch.h: one epoch of BPR's stochastic gradient descent, in parallel and repeatable.
 *
 * Idea    Threads that write into one table without locks are fast but never repeat. Here users and
 *         items are cut into the same number of shards and blocks; in round r shard s works on the
 *         rows of its users whose items, negatives included, are in block (s + r) mod count. No two
 *         shards of a round share a row of any table (Gemulla et al. 2011, "DSGD"), so each goes
 *         step by step without locks, and a shard's rows and a block's stay in the cache. Users and
 *         items are put into shards and blocks anew in every epoch, by chance, so over the epochs a
 *         negative is any item.
 * Step     x = p_u (q_i - q_j) + b_i - b_j, e = 1 / (1 + e^x); p, q, b move by rate * (e *
 *          gradient - L2 * weight) (Rendle et al. 2009, figure 4). With several candidates the
 *          negative is the one that scores highest (Zhang et al. 2013).
 * Cost     a row: (1 + candidates) products and three updates of `dimension` numbers.
 * Memory   8 bytes for each training row.
 * Threads  Shards, rounds and their random streams depend on the data and the epoch alone.
 * Checked  tests/models/test_bpr.c. */
#ifndef MATINEE_MODELS_FACTORIZATION_BPR_EPOCH_H
#define MATINEE_MODELS_FACTORIZATION_BPR_EPOCH_H

#include "models/sampler.h"

#define BPR_SHARDS_MAX 8

/* The weights that move. */
struct bpr_weights {
    size_t dimension;
    float *users, *items; /* [users][dimension], [items][dimension] */
    float *bias;          /* [items]; NULL: none */
};

struct bpr_row {
    uint32_t user, item;
};

struct bpr_epoch {
    struct bpr_weights weights;
    const struct interactions *train;
    struct sampler sampler;
    uint64_t seed;
    size_t candidates;
    float l2, l2_bias;
    /* Of the epoch. */
    uint32_t number;
    float rate;
    size_t shard_count, round;
    uint32_t *users, *items; /* in the order of their shards and blocks */
    uint8_t *block_of;       /* [items] */
    double *shares;          /* [items], popularity: count^0.75 summed up within the block */
    struct bpr_row *rows;    /* by shard, then block */
    size_t *row_begins;      /* [shard_count * shard_count + 1] */
    double *losses;          /* [shard_count] */
    bool by_popularity;
    const double *popularity; /* [items] count^0.75 */
};

struct bpr_options {
    enum sampler_strategy strategy;
    size_t candidates;
    double l2, l2_bias;
};

void bpr_epoch_init(struct bpr_epoch *epoch, const struct bpr_weights *weights,
                    const struct interactions *train, const struct bpr_options *options,
                    uint64_t seed, struct arena *arena);
/* Returns the sum of the losses, one for each training row. */
double bpr_epoch_run(struct bpr_epoch *epoch, uint32_t number, double rate);

#endif

/* sasrec_step.h: the loss and the gradients of a batch of users: what the trainer asks SASRec for.
 *
 * Idea    A user's events become sequences of at most max_length: the last ones, or windows over
 *         all of them, so that every event is trained on; where the windows begin is drawn anew
 *         each time. Row t of a sequence is to name item t + 1. Sequences are packed one after
 *         another into chunks of at most row_max rows, and a chunk is what passes through the
 *         network: nothing is padded. Sequences are shared out in shards of about SHARD_ROWS rows.
 * Memory  for each row (8 dim + hidden + heads * max_length) numbers for each block, or once with
 *         checkpoints (Chen et al. 2016: a block's rows are worked out again in the backward pass),
 *         and about 10 dim + hidden besides.
 * Checked tests/models/check_sasrec.c: every parameter by finite differences, each loss, with and
 *         without checkpoints and dropout. */
#ifndef MATINEE_MODELS_SEQUENCE_SASREC_STEP_H
#define MATINEE_MODELS_SEQUENCE_SASREC_STEP_H

#include "models/batch.h"
#include "models/sequence/sasrec_backward.h"
#include "models/sequence/sasrec_bce.h"
#include "models/sequence/sasrec_softmax.h"

enum sasrec_loss { SASREC_SOFTMAX, SASREC_SAMPLED_SOFTMAX, SASREC_BCE };
#define SASREC_LOSSES "softmax|sampled_softmax|bce"
enum sasrec_windows { SASREC_ALL_EVENTS, SASREC_LAST_EVENTS };
#define SASREC_WINDOWS "all|last"

struct sasrec_step_options {
    enum sasrec_loss loss;
    size_t negatives; /* of sampled_softmax and bce */
    enum sasrec_windows windows;
    double dropout;
    bool checkpoints;
    size_t row_max; /* of a chunk; at least max_length */
};

struct sasrec_step {
    struct sasrec_network *network;
    struct sasrec_step_options options;
    const struct interactions *train;
    double mean_rows; /* rows of a user: what the loss is divided by */
    /* the chunk */
    uint32_t *items, *targets, *users; /* [row_max] */
    size_t *offsets;                   /* [row_max + 1] */
    size_t *shards;                    /* [row_max + 1] their first sequences */
    size_t sequence_count, row_count, shard_count;
    uint64_t seed; /* of the chunk */
    double scale;  /* of the chunk's gradients */
    /* the network's rows */
    struct sasrec_work work[SASREC_BLOCKS_MAX];
    struct sasrec_gradient gradient;
    real *top, *moments, *h, *dh, *d; /* [row_max][dim]; moments [row_max][2] */
    size_t block;                     /* that the backward pass is at */
    struct sampler sampler;
    struct sasrec_softmax softmax;
    struct sasrec_bce bce;
    struct row_index index; /* of the items that went in */
    uint32_t *room;
    real *input_weights, *weight_room;
};

/* Takes gradients and transposed copies of the network's parameters, and the workspace, from the
 * arena. Borrows network and train. */
void sasrec_step_init(struct sasrec_step *step, struct sasrec_network *network,
                      const struct interactions *train, const struct sasrec_step_options *options,
                      struct arena *arena);
/* Adds the batch's gradients (`first`: there are none yet); returns the sum over its users of their
 * rows' losses, divided by the mean number of rows of a user, so that the mean over users is the
 * mean loss of a row. */
double sasrec_step_gradient(struct sasrec_step *step, const struct batch *batch, bool first);
/* The same loss alone, with dropout as in training. */
double sasrec_step_loss(struct sasrec_step *step, const struct batch *batch);

#endif

/* two_tower_step.h: loss and gradients of one batch, in parallel and with the same bits for any
 * number of threads.
 *
 * With u and v the two vectors of length 1 and c = u . v:
 *   mse         (c - t)^2 for the rating t, brought from its range to -1 ... 1
 *   softmax     -log of the item's share of exp(c / temperature - log q) among the batch's items:
 * in batches drawn from the rows, an item stands among the negatives as often as it is popular, q,
 * which the term takes off again (Yi et al., RecSys 2019). Items that the user has are no
 * negatives. triplet     max(0, margin - c + c of a sampled item) multi_task  mse + implicit_weight
 * * softmax
 *
 * Phases  (1) shards of groups: features, towers, losses of single groups; (2) softmax: shards of
 *         groups, then shards of items, over the matrix of all pairs of the batch; (3) shards: back
 *         through the towers; (4) tasks: blocks of weight gradients.
 * Memory  the softmax's pairs, group_max^2 numbers.
 * Checked tests/models/check_two_tower.c: finite differences in double, each loss and option. */
#ifndef MATINEE_MODELS_NEURAL_TWO_TOWER_STEP_H
#define MATINEE_MODELS_NEURAL_TWO_TOWER_STEP_H

#include "models/batch.h"
#include "models/neural/two_tower_features.h"
#include "models/neural/two_tower_network.h"

enum two_tower_loss { TWO_TOWER_MSE, TWO_TOWER_SOFTMAX, TWO_TOWER_TRIPLET, TWO_TOWER_MULTI_TASK };
#define TWO_TOWER_LOSSES "mse|softmax|triplet|multi_task"

struct two_tower_step_options {
    size_t group_max, negative_count; /* negatives: triplet's */
    enum two_tower_loss loss;
    double temperature, implicit_weight, margin;
    const struct two_tower_features *features;
    const struct two_tower_sums *sums;
};

/* The workspace of a side: [row_max][.]. */
struct two_tower_work {
    size_t columns; /* of the input */
    real *inputs, *gated, *dinputs;
    real *vectors, *dvectors, *lengths;
    real shares[GATE_GROUPS_MAX];
    struct row_index index; /* of the embedding */
};

struct two_tower_step {
    struct two_tower_network *network;
    struct two_tower_step_options options;
    struct two_tower_work work[2];
    real *frequency;       /* [items] log q */
    real *turned;          /* [width][group_max]: the items' vectors, feature-major */
    real *pairs;           /* [groups of the batch][the same]: scores, then their gradients */
    real *scores, *errors; /* [row_max] */
    double *losses;        /* [group_max] */
    const struct batch *batch;
    int accumulate;
};

/* Takes the workspace and the parameters' gradients from the arena. */
void two_tower_step_init(struct two_tower_step *step, struct two_tower_network *network,
                         const struct two_tower_step_options *options, struct arena *arena);

/* Adds the batch's gradients to those that are there (`first`: nothing is there yet); returns the
 * sum of the losses. */
double two_tower_step_gradient(struct two_tower_step *step, const struct batch *batch, bool first);
double two_tower_step_loss(struct two_tower_step *step, const struct batch *batch);

#endif

/* neumf_step.h: loss and gradients of one batch, in parallel and with the same bits for any number
 * of threads.
 *
 * Idea    Two phases. (1) Shards of about 64 rows (whole groups): look up, forward, loss, backward
 *         through the activations; what the weight gradients need is left in the workspace. One
 *         more shard indexes which rows of which embedding the batch touches. (2) Tasks, each a
 *         block of one parameter's gradient: a product over the whole batch, in order.
 * Cost    a row of a tower d -> w1 -> w2 ...: 6 * (w1 * d * (1 + 1/(1 + negatives)) + w1 * w2 +
 *         ...) floating-point operations.
 * Memory  the workspace: per row about 2 * (mlp_dim + sum of widths) numbers.
 * Checked tests/models/check_neumf.c (finite differences in double, all options),
 *         tests/models/test_neumf_golden.c (a PyTorch step). */
#ifndef MATINEE_MODELS_NEURAL_NEUMF_STEP_H
#define MATINEE_MODELS_NEURAL_NEUMF_STEP_H

#include "models/batch.h"
#include "models/neural/neumf_intent.h"
#include "models/neural/neumf_network.h"

enum neumf_loss { NEUMF_BCE, NEUMF_MSE };
#define NEUMF_LOSSES "bce|mse"

struct neumf_step_options {
    size_t group_max, negative_count; /* the largest batch */
    enum neumf_loss loss;
    bool training; /* gradients are wanted: takes memory for them */
};

struct neumf_task; /* one block of a gradient; see neumf_gradient.h */

struct neumf_step {
    struct neumf_network *network;
    struct neumf_step_options options;
    double dropout; /* of the next batch; after each hidden layer */
    struct row_index users, items;
    /* [group_max][.]: rows of user tables, their half of layer 1, and gradients */
    real *user_x, *user_dx, *user_half, *user_delta;
    real *mf_scaled, *mf_user_d, *mf_output_d;
    /* [row_max][.] */
    real *item_x, *item_dx, *genre_x, *genre_dx;
    /* Layer l: active = dropout(relu(.)), hidden = active + residual; delta is the gradient before
     * the ReLU, dhidden that of hidden. Without a residual the two of each pair are one array. */
    real *active[NEUMF_LAYERS_MAX], *hidden[NEUMF_LAYERS_MAX];
    real *delta[NEUMF_LAYERS_MAX], *dhidden[NEUMF_LAYERS_MAX];
    struct { /* [row_max * 2][mlp_dim] each; shares [row_max][heads][2][2] */
        real *tokens, *attended, *q, *k, *v, *mixed, *shares;
        real *dtokens, *dattended, *dq, *dk, *dv, *dmixed;
    } attention;
    struct neumf_intent *intent;     /* NULL: none */
    real *scores, *errors, *targets; /* [row_max] */
    double *shard_loss;
    struct neumf_task *tasks;
    size_t task_count;
    const struct batch *batch; /* while a call runs */
    int accumulate;
};

/* Takes the workspace from the arena and, for training, gradients for the network's parameters. */
void neumf_step_init(struct neumf_step *step, struct neumf_network *network,
                     const struct neumf_step_options *options, struct arena *arena);

/* Adds the batch's gradients to those that are there (`first`: nothing is there yet), leaves the
 * scores in step->scores, returns the sum of the losses. */
double neumf_step_gradient(struct neumf_step *step, const struct batch *batch, bool first);
/* The same without gradients and dropout. */
double neumf_step_loss(struct neumf_step *step, const struct batch *batch);

#endif

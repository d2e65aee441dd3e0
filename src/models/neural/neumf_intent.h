/* neumf_intent.h: the tower through which a wish, or what is written of an item, comes into MLP and
 * NeuMF.
 *
 * Idea    t = relu(drop(relu(w W_1 + b_1)) W_2 + b_2) stands beside the user's embedding at the
 *         input of layer 1. While training, w is the text vector of the group's positive, for its
 *         negatives too, as a stand-in for a question that was asked for it; some groups carry
 *         nothing (zeroes), as people do who ask nothing. A group has one w, so that its product
 *         with layer 1 is added to the user's half.
 * Cost    6 * sum of in * out operations a group for a step, 2 * a query.
 * Checked tests/models/check_neumf.c. */
#ifndef MATINEE_MODELS_NEURAL_NEUMF_INTENT_H
#define MATINEE_MODELS_NEURAL_NEUMF_INTENT_H

#include "base/parallel.h"
#include "models/batch.h"
#include "models/neural/neumf_network.h"
#include "nn/tower.h"

struct neumf_intent {
    struct tower layers[NEUMF_INTENT_LAYERS]; /* of one layer each: dropout is between them */
    real *x;                                  /* [group_max][intent_in] */
    double dropout, share; /* of the first layer's values; of the groups that carry a text */
};

/* Takes the workspace and, for training, the gradients of the tower's parameters. */
void neumf_intent_init(struct neumf_intent *intent, const struct neumf_network *network,
                       size_t group_max, bool training, struct arena *arena);
/* Groups begin <= g < end; rng NULL: nothing is dropped, and every group carries its text. */
void neumf_intent_forward(struct neumf_intent *intent, const struct neumf_network *network,
                          const struct batch *batch, const struct parallel_range *groups,
                          struct rng *rng);
/* [group_max][intent width], and where its gradient is put before neumf_intent_backward. */
real *neumf_intent_output(const struct neumf_intent *intent);
real *neumf_intent_output_gradient(const struct neumf_intent *intent);
void neumf_intent_backward(struct neumf_intent *intent, const struct parallel_range *groups);
/* The weights' gradients, when all groups have been backward. */
size_t neumf_intent_task_count(const struct neumf_intent *intent);
void neumf_intent_task(struct neumf_intent *intent, size_t group_count, int accumulate,
                       size_t task);

/* out[intent width] of a wish [intent_in], or of none (NULL). */
void neumf_intent_apply(const struct neumf_network *network, const real *wish, real *out);

#endif

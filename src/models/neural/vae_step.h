/* vae_step.h: loss and gradients of a batch of users, in parallel and with the same bits for any
 * number of threads.
 *
 * Idea    Phases, each shared out by the data: (1) shards of users: drop out, read the history's
 *         rows, encode, sample, decode; (2) blocks of items: their logits for the whole batch in
 *         one product, and each user's maximum and sum of exponentials in the block; (3) users:
 *         the softmax's normaliser from the blocks in order, the loss; (4) blocks of items:
 * gradient of the logits, of the output table's rows and biases; (5) shards of users: back through
 *         decoder, sample, encoder; (6) tasks: the other weights.
 *         The logits lie item-major, [items][users of the batch]: so the output table is used where
 *         it lies in all three products, and there is no transposed copy of it.
 * Cost    6 * items * h1 operations for each user of the batch, and what lies below h1.
 * Memory  items + about 10 * h1 numbers for each user of the batch; never all users x items.
 * Checked tests/models/check_vae.c (finite differences in double), test_vae.c (a numpy step). */
#ifndef MATINEE_MODELS_NEURAL_VAE_STEP_H
#define MATINEE_MODELS_NEURAL_VAE_STEP_H

#include "dataset/interactions.h"
#include "models/batch.h"
#include "models/neural/vae_network.h"

struct vae_step_options {
    size_t group_max;                  /* users of the largest batch */
    const struct interactions *inputs; /* the histories that are read and rebuilt */
    const struct interactions *held;   /* what vae_step_loss asks for; NULL: the inputs again */
};

struct vae_step {
    struct vae_network *network;
    struct vae_step_options options;
    double dropout, kl_weight; /* of the next batch */
    size_t block_count;        /* of items */
    /* The entries ("places") of the batch's users, one user after another. */
    size_t *starts;                 /* [group_max + 1] */
    uint32_t *items, *owners;       /* [place] item, and number of the user in the batch */
    real *values;                   /* [place] the input after dropout */
    real *picked;                   /* [place] the logit of that item */
    struct row_index index;         /* which items have which places */
    real *hidden, *dhidden;         /* [group_max][h1] after the first layer, and its gradient */
    real *noise, *latent, *dlatent; /* [group_max][latent] */
    real *turned;                   /* [h1][group_max]: the decoder's output, feature-major */
    real *logits;         /* [items][users of the batch]; then exponentials; then gradients */
    real *highest, *sums; /* [block][group_max] */
    double *losses;       /* [group_max] */
    const struct interactions *targets; /* of the batch at work */
    const struct batch *batch;
    bool training;
    int accumulate;
};

/* Takes the workspace and the parameters' gradients from the arena. */
void vae_step_init(struct vae_step *step, struct vae_network *network,
                   const struct vae_step_options *options, struct arena *arena);
/* Numbers of workspace for one user of a batch. */
size_t vae_step_user_numbers(const struct vae_network *network);

/* Adds the batch's gradients to those that are there (`first`: nothing is there yet), returns the
 * sum over users of -sum over their items of log softmax + kl_weight * KL. */
double vae_step_gradient(struct vae_step *step, const struct batch *batch, bool first);
/* The same without gradients, dropout and noise, for the held rows given the inputs. */
double vae_step_loss(struct vae_step *step, const struct batch *batch);

#endif

/* sasrec_bce.h: the next item against items that the user does not have, each by itself: the loss
 * of the paper, and its gradients.
 *
 * Source  Kang & McAuley 2018, equation 7: log(1 + e^-s) of the next item, log(1 + e^s) of each of
 *         `negatives` items drawn uniformly (the paper: one); a user's history is no candidate.
 * Shapes  h, dh [rows][dim]; items, shares [rows][1 + negatives], the next item first.
 * Cost    3 (1 + negatives) rows * dim multiply-adds.
 * Traps   item->gradient is added to. Whoever has every item has no negatives: such rows count as
 *         loss 0.
 * Checked tests/models/check_sasrec.c. */
#ifndef MATINEE_MODELS_SEQUENCE_SASREC_BCE_H
#define MATINEE_MODELS_SEQUENCE_SASREC_BCE_H

#include "models/sampler.h"
#include "models/sequence/sasrec_softmax.h"

struct sasrec_bce {
    struct parameter *item;
    const struct sampler *sampler;
    size_t width; /* 1 + negatives */
    struct row_index index;
    uint32_t *items; /* [rows][width] */
    real *shares;    /* [rows][width] gradients of the scores */
    double *losses;  /* [shards] */
    uint32_t *room;  /* [rows][width] */
    real *weight_room;
};

void sasrec_bce_init(struct sasrec_bce *bce, struct parameter *item, size_t negatives,
                     const struct sampler *sampler, size_t row_max, struct arena *arena);
/* The sum over the rows of the mean loss of their items; writes dh, adds the items' gradients. */
double sasrec_bce_run(struct sasrec_bce *bce, const struct sasrec_rows *rows);

#endif

/* sasrec_backward.h: the backward pass of a block of SASRec.
 *
 * Idea    As in nn/linear.h: first the gradients of the rows, shard by shard, which leave what the
 *         weights need; then the weights' gradients, cut by rows of the weights, each element one
 *         sum over the rows of the whole chunk in order.
 * Cost    twice the forward pass for the rows and once for the weights.
 * Checked tests/models/check_sasrec.c. */
#ifndef MATINEE_MODELS_SEQUENCE_SASREC_BACKWARD_H
#define MATINEE_MODELS_SEQUENCE_SASREC_BACKWARD_H

#include "models/sequence/sasrec_forward.h"

/* Gradients at the places of a block, for all rows of a chunk; one set serves every block. */
struct sasrec_gradient {
    real *output;           /* [rows][dim] at the output's mask */
    real *hidden, *normal2; /* [rows][hidden], [rows][dim] */
    real *merged, *mixed;   /* [rows][dim] after and before merge */
    real *attend, *normal1; /* [rows][3 dim], [rows][dim] */
};
void sasrec_backward_init(struct sasrec_gradient *gradient, const struct sasrec_shape *shape,
                          size_t rows, struct arena *arena);

/* d[rows][dim] of the chunk, at the shard's rows: the gradient of the block's output becomes that
 * of its input. */
void sasrec_backward_block(const struct sasrec_shard *shard, size_t index,
                           const struct sasrec_work *work, const struct sasrec_gradient *gradient,
                           real *d);

/* The weights' gradients of a block are this many pieces of work ... */
size_t sasrec_backward_unit_count(const struct sasrec_shape *shape);
/* ... and this is one of them; adds to the parameters' gradients. */
void sasrec_backward_unit(const struct sasrec_network *network, size_t index,
                          const struct sasrec_work *work, const struct sasrec_gradient *gradient,
                          size_t rows, size_t unit);

#endif

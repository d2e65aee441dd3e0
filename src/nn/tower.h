/* tower.h: a stack of fully connected layers as forward and backward pass, for models whose input
 * is a row of numbers.
 *
 * Idea    y = f_L(... f_1(x W_1 + b_1) ... W_L + b_L). The batch is worked off in shards of rows:
 *         forward, loss (the caller's), backward. What the weight gradients need stays in the
 *         tower; they are taken afterwards by tasks, each a block of rows of one matrix over the
 *         whole batch in order: the same bits for any number of threads.
 * Shapes  x [rows][in of layer 1]; layer l: weight [in][out], bias [1][out], active and delta
 *         [row_max][out].
 * Cost    6 * sum of in * out operations a row for a step, 2 * for a forward pass.
 * Checked tests/nn/check_tower.c: finite differences in double. */
#ifndef MATINEE_NN_TOWER_H
#define MATINEE_NN_TOWER_H

#include <stdbool.h>
#include <stddef.h>

#include "nn/parameter.h"

#define TOWER_LAYERS_MAX 8

enum tower_activation { TOWER_LINEAR, TOWER_RELU, TOWER_TANH };

struct tower_layer {
    size_t in, out;
    enum tower_activation activation;
    struct parameter *weight, *bias; /* [in][out], [1][out]; the model's */
};

struct tower {
    size_t layer_count; /* at least 1 */
    struct tower_layer layers[TOWER_LAYERS_MAX];
    size_t row_max;
    real *active[TOWER_LAYERS_MAX]; /* after the activation */
    real *delta[TOWER_LAYERS_MAX];  /* the gradient before it; NULL without training */
};

/* Appends a layer behind those that are there. */
void tower_add(struct tower *tower, const struct tower_layer *layer);
size_t tower_in(const struct tower *tower);
size_t tower_out(const struct tower *tower);
/* Glorot uniform weights, biases 0. */
void tower_randomize(struct tower *tower, struct rng *rng);

/* Takes the workspace of a batch from the arena and, for training, the parameters' gradients. */
void tower_prepare(struct tower *tower, size_t row_max, bool training, struct arena *arena);
/* Rows begin <= r < end of x, which points at row 0 of the batch. */
void tower_forward(struct tower *tower, const real *x, size_t begin, size_t end);
/* What the last layer left, [row_max][tower_out]. */
real *tower_output(const struct tower *tower);
/* Where the caller puts the gradient of the output, [row_max][tower_out], before tower_backward. */
real *tower_output_gradient(const struct tower *tower);
/* Rows begin <= r < end back to the input; dx [row_max][tower_in] or NULL: not wanted. */
void tower_backward(struct tower *tower, real *dx, size_t begin, size_t end);

/* The weight gradients of a batch of `rows` rows, when all of them have been backward. */
size_t tower_task_count(const struct tower *tower);
struct tower_batch {
    const real *x; /* as given to tower_forward */
    size_t rows;
    int accumulate; /* 1: added to what is there */
};
void tower_gradient_task(struct tower *tower, const struct tower_batch *batch, size_t task);

/* out[rows][tower_out] of x[rows][tower_in] without the workspace: for scoring, from any thread. */
void tower_apply(const struct tower *tower, const real *x, size_t rows, real *out);
/* dx[tower_in] at the row x for the output's gradient dy[tower_out], without the workspace: for
 * asking a fitted network why, from any thread. */
void tower_slope(const struct tower *tower, const real *x, const real *dy, real *dx);

#endif

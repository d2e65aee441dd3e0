/* optimizer.h: how a gradient changes a parameter: Adam, AdamW, Adagrad, SGD with momentum.
 *
 * Source   Kingma & Ba 2015; Loshchilov & Hutter 2019; Duchi et al. 2011; Sutskever et al. 2013.
 * Sparse   An embedding's gradient has only the touched rows. Two kinds of update, by name:
 *          lazy   only touched rows move (TensorFlow's LazyAdam, PyTorch's SparseAdam): moments of
 *                 other rows stand still; bias correction follows the global step.
 *          dense  what a dense update would have done, to the last step: a row that was not touched
 *                 for some steps catches up, step by step, when it is touched again, and all rows
 *                 catch up in optimizer_flush (before anybody else reads the weights).
 * Decay    weight_decay is L2 in the gradient for adam, adagrad and sgd, decoupled for adamw; under
 *          lazy updates only touched rows decay. An embedding's own `l2` counts per occurrence.
 * Threads  Elements are independent: any cutting of rows into shards gives the same bits.
 * Checked  tests/nn/test_optimizer.c (against hand-written loops; dense against really dense). */
#ifndef MATINEE_NN_OPTIMIZER_H
#define MATINEE_NN_OPTIMIZER_H

#include <stdbool.h>

#include "nn/parameter.h"

enum optimizer_kind { OPTIMIZER_ADAM, OPTIMIZER_ADAMW, OPTIMIZER_ADAGRAD, OPTIMIZER_SGD };
enum optimizer_sparse { OPTIMIZER_LAZY, OPTIMIZER_DENSE };

struct optimizer {
    enum optimizer_kind kind;
    enum optimizer_sparse sparse;
    double beta1, beta2, epsilon, momentum, weight_decay;
    uint64_t step; /* steps begun so far */
    double rate;   /* of the step that was begun last */
};

/* "adam", "adamw", "adagrad", "sgd" and "lazy", "dense", in the order of the enums. */
#define OPTIMIZER_KINDS "adam|adamw|adagrad|sgd"
#define OPTIMIZER_SPARSE "lazy|dense"

/* Takes the state that this optimiser needs for the parameter, zeroed, from the arena. */
void optimizer_prepare(const struct optimizer *optimizer, struct parameter *parameter,
                       struct arena *arena);

/* Begins a step at this learning rate. Dense-equivalent updates need one rate from flush to flush:
 * flush before the rate changes. */
void optimizer_begin(struct optimizer *optimizer, double rate);

/* Updates rows begin <= row < end of a dense parameter, or the touched rows of slots
 * begin <= slot < end of an embedding, with gradient * gradient_scale; l2_scale multiplies the L2
 * per occurrence (one over the samples of the step). */
struct optimizer_range {
    size_t begin, end;
    double gradient_scale, l2_scale;
};
void optimizer_update(const struct optimizer *optimizer, struct parameter *parameter,
                      const struct optimizer_range *range);

/* Lets rows begin <= row < end of an embedding catch up with the steps begun so far; nothing to do
 * under lazy updates. */
void optimizer_flush(const struct optimizer *optimizer, struct parameter *parameter, size_t begin,
                     size_t end);

#endif

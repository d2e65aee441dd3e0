/* parameter.h: what training changes: a named matrix with its gradient and the optimiser's state.
 *
 * Idea    Two kinds. A dense parameter (weights, biases) has a gradient for every element. An
 *         embedding has one only for the rows that the batch touched: gradient[slot][columns], the
 *         slots being those of its row_index. Parameters that are looked up by the same ids (the
 *         two item tables of NeuMF) share one index.
 * Cost    an embedding's gradient is as large as a step touches rows, never as large as the table.
 * Checked tests/nn/test_optimizer.c. */
#ifndef MATINEE_NN_PARAMETER_H
#define MATINEE_NN_PARAMETER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rng.h"
#include "kernels/real.h"
#include "nn/row_index.h"

struct parameter {
    const char *name;
    size_t rows, columns; /* a vector is one row */
    real *weight;         /* [rows][columns], borrowed from the model's tensor */
    real *transposed; /* dense: [columns][rows], kept equal to weight by the optimiser; or NULL */
    real *gradient;   /* dense: [rows][columns]; embedding: [slot][columns] */
    real *first, *second;    /* the optimiser's state, [rows][columns]; NULL where it has none */
    uint32_t *done;          /* embedding under dense-equivalent updates: steps done to each row */
    struct row_index *index; /* NULL: dense */
    real l2;                 /* L2 for each occurrence of an embedding's row; 0 for dense */
    int is_bias;             /* weight decay leaves it alone */
};

/* Shapes a parameter and takes memory for its gradient (and the transposed copy if wanted). */
void parameter_init(struct parameter *parameter, int with_transposed, struct arena *arena);
size_t parameter_count(const struct parameter *parameter); /* elements of weight */
/* Brings transposed[.][begin..end) up to date with the rows begin <= r < end of weight. */
void parameter_transpose(struct parameter *parameter, size_t begin, size_t end);
/* Fills weight with normal numbers of that deviation. */
void parameter_fill_normal(struct parameter *parameter, double deviation, struct rng *rng);
/* Fills weight with uniform numbers of (-bound, bound). */
void parameter_fill_uniform(struct parameter *parameter, double bound, struct rng *rng);

#endif

/* sasrec_softmax.h: the next item among all items, or among items drawn anew for each block of
 * rows: the loss and its gradients.
 *
 *   softmax          -log of the next item's share of e^score among all items
 *   sampled_softmax  the same among the next item and `drawn` others; each of those counts
 *                    (items - 1) / drawn times, so that the sum stands for all items (Bengio &
 *                    Senecal 2008); a drawn item that is a row's own next item does not count in it
 * Idea    Scores of a block of rows against all columns are made by gemm, turned into gradients
 *         where they lie, and used for both products: what is held never exceeds a block.
 * Shapes  h, dh [rows][dim]; scores [block][columns].
 * Cost    3 rows * columns * dim multiply-adds and rows * columns exponentials.
 * Traps   item->gradient is added to; with all items item->transposed must be up to date.
 * Checked tests/models/check_sasrec.c: finite differences; drawing all is the full softmax. */
#ifndef MATINEE_MODELS_SEQUENCE_SASREC_SOFTMAX_H
#define MATINEE_MODELS_SEQUENCE_SASREC_SOFTMAX_H

#include "nn/parameter.h"

/* Rows whose hidden state is to name an item. */
struct sasrec_rows {
    const real *h;
    real *dh; /* NULL: no gradients are wanted */
    const uint32_t *targets, *users;
    size_t count;
    real scale; /* of the gradients */
    uint64_t seed, stream;
};

struct sasrec_softmax {
    struct parameter *item;
    size_t drawn; /* 0: all items */
    size_t block, columns;
    real *scores;             /* [block][columns] */
    double *losses;           /* [shards of a block] */
    struct row_index index;   /* drawn: of the block's targets */
    uint32_t *items, *order;  /* [columns] drawn; [items] to draw from */
    uint32_t *column;         /* [items] of a drawn item, else ROW_INDEX_NONE */
    real *table, *transposed; /* [columns][dim], [dim][columns] */
    real *own;                /* [block] gradients of the targets' scores */
    uint32_t *room;           /* [block] */
    real *weight_room;
};

void sasrec_softmax_init(struct sasrec_softmax *softmax, struct parameter *item, size_t drawn,
                         struct arena *arena);
/* The sum of the losses; writes dh and adds the items' gradients. */
double sasrec_softmax_run(struct sasrec_softmax *softmax, const struct sasrec_rows *rows);

#endif

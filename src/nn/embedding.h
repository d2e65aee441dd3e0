/* embedding.h: the gradient of rows that were looked up in a table.
 *
 * Idea    A row's gradient is the sum over the places of the batch that looked it up (row_index.h),
 *         in the order of places: the same for any number of threads. The table is dense: its
 *         gradient has all rows, and other places may add to them too.
 * Shapes  A place p stands for row p / width of `from`, and counts weights[p] times; width is how
 *         many rows of the table each row of `from` met.
 * Checked tests/models/check_sasrec.c, through the network. */
#ifndef MATINEE_NN_EMBEDDING_H
#define MATINEE_NN_EMBEDDING_H

#include "nn/parameter.h"

struct embedding_gradient {
    struct parameter *table; /* without an index of its own */
    const struct row_index *index;
    const real *from;    /* [places / width][columns of the table] */
    const real *weights; /* [places] */
    size_t width;
    uint32_t *room; /* [places] */
    real *weight_room;
};

/* table->gradient[row] += sum over the places p of the row of weights[p] * from[p / width]. Shares
 * the rows out among threads. */
void embedding_backward(const struct embedding_gradient *job);

#endif

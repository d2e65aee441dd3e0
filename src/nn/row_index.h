/* row_index.h: which rows of a table a training step touches, and where in the batch each occurs.
 *
 * Idea    Touched rows get slots in the order of their first occurrence, and a slot's places
 * ascend, so a sum over places is the same for any number of threads. Tables that are looked up by
 *         the same ids (the two item tables of NeuMF) share one index.
 * Cost    a few operations for each row of the batch; clearing visits touched rows only.
 * Checked tests/nn/test_optimizer.c. */
#ifndef MATINEE_NN_ROW_INDEX_H
#define MATINEE_NN_ROW_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define ROW_INDEX_NONE UINT32_MAX

/* Which rows a step touches, and where in the batch each occurs. Slots are given out in the order
 * of first occurrence, and a slot's places ascend, so sums over places are the same for any number
 * of threads. */
struct row_index {
    size_t row_count, place_max;
    uint32_t *slot_of; /* [row_count] the slot of a touched row, else ROW_INDEX_NONE */
    uint32_t *rows;    /* [slot_count] the row of each slot */
    uint32_t *totals;  /* [slot_count] occurrences since row_index_clear */
    uint32_t slot_count;
    uint32_t fresh;   /* slots from here on are new in the batch added last */
    uint32_t *starts; /* [slot_count + 1] of the batch added last: places[starts[s]..starts[s+1]) */
    uint32_t *places; /* positions in that batch */
};

/* place_max: the longest batch. Memory of the arena. */
void row_index_init(struct row_index *index, size_t row_count, size_t place_max,
                    struct arena *arena);
/* Forgets all slots: the next step begins. */
void row_index_clear(struct row_index *index);
/* Notes the rows of a batch (or of one more micro-batch of the same step), [count]. */
void row_index_add(struct row_index *index, const uint32_t *rows, size_t count);

#endif

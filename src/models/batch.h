/* batch.h: what a training step works on: positives, each with its negatives.
 *
 * A positive and its negatives share the user, so a batch is a list of groups and a user is looked
 * up once for each group. Row r = group * (1 + negative_count) + j; j = 0 is the positive. */
#ifndef MATINEE_MODELS_BATCH_H
#define MATINEE_MODELS_BATCH_H

#include <stddef.h>
#include <stdint.h>

struct batch {
    size_t group_count, negative_count;
    const uint32_t *users; /* [group_count] */
    const uint32_t *items; /* [group_count][1 + negative_count]; NULL where batches are of users */
    const float
        *ratings; /* [group_count], for losses on ratings; NULL: positives against negatives */
    double scale; /* one over the rows of the whole optimiser step */
    uint64_t seed, stream; /* name the batch's own random numbers: dropout */
};

static inline size_t batch_rows(const struct batch *batch) {
    return batch->group_count * (1 + batch->negative_count);
}

#endif

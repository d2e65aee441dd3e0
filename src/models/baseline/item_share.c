/* item_share.c: popularity of items as a share of the users. See item_share.h.
 *
 * Two different counts give two different floats while there are fewer than 2^23 users. */
#include "models/baseline/item_share.h"

#include <string.h>

#include "base/arena.h"

void item_share_fill(float *share, const struct interactions *train) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    uint32_t *counts = ARENA_ARRAY(scratch, uint32_t, train->item_count);
    interactions_item_counts(train, counts);
    float users = train->user_count > 0 ? (float)train->user_count : 1.0f;
    for (uint32_t i = 0; i < train->item_count; i++)
        share[i] = (float)counts[i] / users;
    arena_reset(scratch, mark);
}

void item_share_scores(float *scores, const float *values, const uint32_t *items,
                       size_t item_count) {
    if (!items) {
        memcpy(scores, values, item_count * sizeof *scores);
        return;
    }
    for (size_t i = 0; i < item_count; i++)
        scores[i] = values[items[i]];
}

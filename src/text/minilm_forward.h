/* minilm_forward.h: token ids through the network: one vector a sentence.
 *
 * Shapes  a group is some sentences side by side, without padding: ids [tokens], sentence s has
 *         those from starts[s] to starts[s + 1]; vectors [sentences][width].
 * Threads the steps of a group spread over the pool; called from a shard of the pool, a group stays
 *         on its thread. A sentence's bits do not depend on either, nor on the group. */
#ifndef MATINEE_TEXT_MINILM_FORWARD_H
#define MATINEE_TEXT_MINILM_FORWARD_H

#include <stddef.h>
#include <stdint.h>

#include "text/minilm_weights.h"

struct minilm_group {
    const uint32_t *ids; /* each below the number of pieces */
    const size_t *starts;
    size_t sentences; /* each of 1 to config.positions tokens */
};

void minilm_forward(const struct minilm_weights *weights, const struct minilm_group *group,
                    float *vectors);

#endif

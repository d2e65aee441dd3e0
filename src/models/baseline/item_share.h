/* item_share.h: how popular each item is: the order that models fall back to when a history says
 * nothing. */
#ifndef MATINEE_MODELS_BASELINE_ITEM_SHARE_H
#define MATINEE_MODELS_BASELINE_ITEM_SHARE_H

#include <stddef.h>
#include <stdint.h>

#include "dataset/interactions.h"

/* share[item_count]: the part of the users, 0 to 1, who have the item. */
void item_share_fill(float *share, const struct interactions *train);

/* scores[i] = values[items[i]], or values[i] when items is NULL: an order that asks for no person.
 */
void item_share_scores(float *scores, const float *values, const uint32_t *items,
                       size_t item_count);

#endif

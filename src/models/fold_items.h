/* fold_items.h: vectors of items that the fit has not seen, from those who have them alone.
 *
 * Idea     fold_map.h with users and items in each other's place: a ridge regression from what the
 *          vectors of an item's users sum up to, to the item vectors that training found. How many
 *          users there are is among it, so that an item with one user gets the vector, and the
 *          bias, of an item that few have.
 * Cost     fold_map_fit's over the known items, and a fold-in for each new one.
 * Checked  tests/models/test_update_items.c. */
#ifndef MATINEE_MODELS_FOLD_ITEMS_H
#define MATINEE_MODELS_FOLD_ITEMS_H

#include <stdbool.h>

#include "models/fold_map.h"
#include "models/model.h"

/* Tables with room for all items; rows of the new ones are filled. */
struct fold_items_part {
    const float *users; /* [user_count][dimension] */
    float *items;       /* [all items][dimension] */
    size_t dimension;
};
struct fold_items {
    const struct model_events *events;
    uint32_t user_count, item_count; /* of the fit; users who are new have no vector yet */
    size_t part_count;
    struct fold_items_part parts[FOLD_MAP_PARTS_MAX];
    float *bias; /* [all items], counts as a part; NULL: none */
};

/* False: the vectors are no numbers that could be solved for. */
bool fold_items_fill(const struct fold_items *order);

#endif

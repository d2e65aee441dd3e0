/* fold_items.c: see fold_items.h. */
#include "models/fold_items.h"

#include <string.h>

/* Users and items have changed places. */
static struct fold_map mirror(const struct fold_items *order, struct arena *arena) {
    struct fold_map fold = {.item_count = order->user_count};
    for (size_t p = 0; p < order->part_count; p++)
        fold.parts[fold.part_count++] = (struct fold_map_part){
            order->parts[p].items, order->parts[p].users, order->parts[p].dimension};
    if (!order->bias)
        return fold;
    float *ones = ARENA_ARRAY_RAW(arena, float, order->user_count);
    for (uint32_t user = 0; user < order->user_count; user++)
        ones[user] = 1;
    fold.parts[fold.part_count++] = (struct fold_map_part){order->bias, ones, 1};
    return fold;
}

/* Found vectors to the tables. */
static void put(const struct fold_items *order, uint32_t item, const float *found) {
    for (size_t p = 0; p < order->part_count; p++) {
        const struct fold_items_part *part = &order->parts[p];
        memcpy(part->items + item * part->dimension, found, part->dimension * sizeof *found);
        found += part->dimension;
    }
    if (order->bias)
        order->bias[item] = *found;
}

bool fold_items_fill(const struct fold_items *order) {
    struct arena arena = {0};
    const struct interactions *fresh = order->events->fresh;
    const struct interactions_by_item known = interactions_by_item(order->events->known, &arena),
                                      new = interactions_by_item(fresh, &arena);
    /* The items as those who have users. */
    const struct interactions train = {.user_count = order->item_count,
                                       .item_count = order->user_count,
                                       .count = known.offsets[order->item_count],
                                       .offsets = known.offsets,
                                       .items = known.users};
    const struct fold_map fold = mirror(order, &arena);
    float *map = ARENA_ARRAY_RAW(&arena, float, fold_map_rows(&fold) * fold_map_columns(&fold));
    float *found = ARENA_ARRAY_RAW(&arena, float, fold_map_columns(&fold));
    const bool is_solved = fold_map_fit(&fold, &train, map);
    for (uint32_t item = order->item_count; is_solved && item < fresh->item_count; item++) {
        const struct history users = {.count = new.offsets[item + 1] - new.offsets[item],
                                      .items = new.users + new.offsets[item]};
        fold_map_apply(&fold, map, &users, found);
        put(order, item, found);
    }
    arena_release(&arena);
    return is_solved;
}

/* id_map.c: outside ids and dense indices, both ways. Declared in dataset.h.
 *
 * Look-up is open addressing with linear probing over a table that is at most half full. Cost: 12
 * bytes an id beside its text. Checked by tests/dataset/test_id_map.c. */
#include <string.h>

#include "base/assert.h"
#include "dataset/dataset.h"
#include "dataset/id_hash.h"

struct text_slice id_map_name(const struct id_map *map, uint32_t index) {
    ASSERT(index < map->count);
    return (struct text_slice){map->text + map->offsets[index],
                               (size_t)(map->offsets[index + 1] - map->offsets[index])};
}

uint32_t id_map_find(const struct id_map *map, const char *id, size_t length) {
    if (map->count == 0)
        return DATASET_NONE;
    for (uint32_t slot = id_hash(id, length);; slot++) {
        uint32_t index = map->slots[slot & map->slot_mask];
        if (index == DATASET_NONE)
            return DATASET_NONE;
        struct text_slice name = id_map_name(map, index);
        if (name.length == length && memcmp(name.start, id, length) == 0)
            return index;
    }
}

void id_map_index(struct id_map *map, struct arena *arena) {
    uint32_t slot_count = id_hash_slots(map->count);
    uint32_t *slots = ARENA_ARRAY_RAW(arena, uint32_t, slot_count);
    memset(slots, 0xff, (size_t)slot_count * sizeof *slots);
    map->slot_mask = slot_count - 1;
    for (uint32_t index = 0; index < map->count; index++) {
        struct text_slice name = id_map_name(map, index);
        uint32_t slot = id_hash(name.start, name.length) & map->slot_mask;
        while (slots[slot] != DATASET_NONE)
            slot = (slot + 1) & map->slot_mask;
        slots[slot] = index;
    }
    map->slots = slots;
}

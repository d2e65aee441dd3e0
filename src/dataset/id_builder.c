/* id_builder.c: see id_builder.h. Cost: one table look-up for a small integer, a hash otherwise.
 * Checked by tests/dataset/test_id_map.c. */
#include "dataset/id_builder.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "dataset/id_hash.h"

#define DENSE_BYTES ((size_t)ID_DENSE_LIMIT * sizeof(uint32_t))

void id_builder_init(struct id_builder *builder) {
    *builder = (struct id_builder){.text_capacity = 4096, .offsets_capacity = 1024};
    builder->text = alloc_bytes(builder->text_capacity);
    builder->offsets = alloc_bytes(builder->offsets_capacity * sizeof(uint64_t));
    builder->offsets[0] = 0;
    builder->dense = alloc_reserve(DENSE_BYTES);
}

void id_builder_release(struct id_builder *builder) {
    alloc_free(builder->text);
    alloc_free(builder->offsets);
    alloc_free(builder->slots);
    alloc_unreserve(builder->dense, DENSE_BYTES);
    *builder = (struct id_builder){0};
}

struct text_slice id_builder_name(const struct id_builder *builder, uint32_t index) {
    ASSERT(index < builder->count);
    uint64_t begin = builder->offsets[index];
    return (struct text_slice){builder->text + begin,
                               (size_t)(builder->offsets[index + 1] - begin)};
}

static uint32_t append(struct id_builder *builder, const char *id, size_t length) {
    ASSERT(builder->count < DATASET_NONE - 1);
    if (builder->text_used + length > builder->text_capacity) {
        builder->text_capacity = 2 * builder->text_capacity + length;
        builder->text = alloc_resize(builder->text, builder->text_capacity);
    }
    if ((size_t)builder->count + 2 > builder->offsets_capacity) {
        builder->offsets_capacity *= 2;
        builder->offsets =
            alloc_resize(builder->offsets, builder->offsets_capacity * sizeof(uint64_t));
    }
    memcpy(builder->text + builder->text_used, id, length);
    builder->text_used += length;
    builder->offsets[builder->count + 1] = builder->text_used;
    return builder->count++;
}

/* The slot that holds the id or, if there is none, the empty one where it belongs. */
static uint32_t find_slot(const struct id_builder *builder, const char *id, size_t length) {
    uint32_t mask = builder->slot_count - 1;
    for (uint32_t slot = id_hash(id, length) & mask;; slot = (slot + 1) & mask) {
        if (builder->slots[slot] == DATASET_NONE)
            return slot;
        struct text_slice name = id_builder_name(builder, builder->slots[slot]);
        if (name.length == length && memcmp(name.start, id, length) == 0)
            return slot;
    }
}

static void grow_slots(struct id_builder *builder) {
    uint32_t old_count = builder->slot_count, *old = builder->slots;
    builder->slot_count = old_count ? old_count * 2 : 1024;
    builder->slots = alloc_bytes((size_t)builder->slot_count * sizeof(uint32_t));
    memset(builder->slots, 0xff, (size_t)builder->slot_count * sizeof(uint32_t));
    for (uint32_t i = 0; i < old_count; i++)
        if (old[i] != DATASET_NONE) {
            struct text_slice name = id_builder_name(builder, old[i]);
            builder->slots[find_slot(builder, name.start, name.length)] = old[i];
        }
    alloc_free(old);
}

uint32_t id_builder_add_other(struct id_builder *builder, const char *id, size_t length) {
    uint32_t value = id_builder_value(id, length);
    if (value < ID_DENSE_LIMIT) {
        uint32_t index = append(builder, id, length);
        builder->dense[value] = index + 1;
        builder->dense_used = value + 1 > builder->dense_used ? value + 1 : builder->dense_used;
        builder->dense_count++;
        return index;
    }
    if (2 * (builder->hashed_count + 1) > builder->slot_count)
        grow_slots(builder);
    uint32_t slot = find_slot(builder, id, length);
    if (builder->slots[slot] == DATASET_NONE) {
        uint32_t index = append(builder, id, length);
        builder->slots[slot] = index;
        builder->hashed_count++;
    }
    return builder->slots[slot];
}

uint32_t id_builder_find(const struct id_builder *builder, const char *id, size_t length) {
    uint32_t value = id_builder_value(id, length);
    if (value < ID_DENSE_LIMIT)
        return builder->dense[value] - 1; /* 0 - 1 is DATASET_NONE */
    if (builder->slot_count == 0)
        return DATASET_NONE;
    return builder->slots[find_slot(builder, id, length)];
}

uint32_t *id_builder_ascending(const struct id_builder *builder, struct arena *arena) {
    if (builder->hashed_count > 0)
        return NULL;
    struct arena_position mark = arena_mark(arena);
    uint32_t *rank = ARENA_ARRAY_RAW(arena, uint32_t, builder->count);
    uint32_t next = 0;
    bool changes = false;
    for (uint32_t value = 0; value < builder->dense_used; value++) {
        if (!builder->dense[value])
            continue;
        uint32_t index = builder->dense[value] - 1;
        changes |= index != next;
        rank[index] = next++;
    }
    ASSERT(next == builder->count);
    if (changes)
        return rank;
    arena_reset(arena, mark);
    return NULL;
}

struct id_map id_builder_finish(struct id_builder *builder, const uint32_t *rank,
                                struct arena *arena) {
    uint32_t count = builder->count;
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)count + 1);
    char *text = arena_alloc_raw(arena, builder->text_used);
    for (uint32_t index = 0; index < count; index++)
        offsets[(rank ? rank[index] : index) + 1] = id_builder_name(builder, index).length;
    for (uint32_t index = 0; index < count; index++)
        offsets[index + 1] += offsets[index];
    for (uint32_t index = 0; index < count; index++) {
        struct text_slice name = id_builder_name(builder, index);
        memcpy(text + offsets[rank ? rank[index] : index], name.start, name.length);
    }
    id_builder_release(builder);
    struct id_map map = {.count = count, .offsets = offsets, .text = text};
    id_map_index(&map, arena);
    return map;
}

/* row_index.c: see row_index.h. */
#include "nn/row_index.h"

#include <string.h>

#include "base/assert.h"

void row_index_init(struct row_index *index, size_t row_count, size_t place_max,
                    struct arena *arena) {
    ASSERT(row_count < ROW_INDEX_NONE && place_max < ROW_INDEX_NONE);
    *index = (struct row_index){
        .row_count = row_count,
        .place_max = place_max,
        .slot_of = ARENA_ARRAY_RAW(arena, uint32_t, row_count),
        .rows = ARENA_ARRAY_RAW(arena, uint32_t, row_count),
        .totals = ARENA_ARRAY_RAW(arena, uint32_t, row_count),
        .starts = ARENA_ARRAY_RAW(arena, uint32_t, row_count + 2),
        .places = ARENA_ARRAY_RAW(arena, uint32_t, place_max + 1),
    };
    for (size_t row = 0; row < row_count; row++)
        index->slot_of[row] = ROW_INDEX_NONE;
    index->starts[0] = 0;
}

void row_index_clear(struct row_index *index) {
    for (uint32_t slot = 0; slot < index->slot_count; slot++)
        index->slot_of[index->rows[slot]] = ROW_INDEX_NONE;
    index->slot_count = 0;
}

void row_index_add(struct row_index *index, const uint32_t *rows, size_t count) {
    ASSERT(count <= index->place_max);
    /* starts[s + 2] counts slot s, then becomes its end; it moves to starts[s + 1] while filling.
     */
    uint32_t *counts = index->starts + 2;
    index->fresh = index->slot_count;
    memset(counts, 0, index->slot_count * sizeof *counts);
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = index->slot_of[rows[i]];
        if (slot == ROW_INDEX_NONE) {
            slot = index->slot_count++;
            index->slot_of[rows[i]] = slot;
            index->rows[slot] = rows[i];
            index->totals[slot] = 0;
            counts[slot] = 0;
        }
        counts[slot]++;
        index->totals[slot]++;
    }
    index->starts[0] = index->starts[1] = 0;
    for (uint32_t slot = 0; slot < index->slot_count; slot++)
        counts[slot] += index->starts[slot + 1];
    for (size_t i = 0; i < count; i++) {
        uint32_t *next = &index->starts[index->slot_of[rows[i]] + 1];
        index->places[(*next)++] = (uint32_t)i;
    }
}

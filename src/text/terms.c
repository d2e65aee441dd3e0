/* terms.c: see terms.h. Hash: FNV-1a, 32 bits. Checked by tests/text/test_terms.c. */
#include "text/terms.h"

#include <string.h>

enum { CAPACITY_FIRST = 64 };

static uint32_t hash_of(const char *bytes, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
    return hash ^ hash >> 15;
}

void terms_init(struct terms *terms, struct arena *arena) {
    *terms = (struct terms){.arena = arena, .capacity = CAPACITY_FIRST};
    terms->list = ARENA_ARRAY_RAW(arena, struct term, CAPACITY_FIRST);
    terms->slots = ARENA_ARRAY(arena, uint32_t, 2 * CAPACITY_FIRST);
}

/* The slot of the word, or the free one that it would get. */
static uint32_t slot_of(const struct terms *terms, const char *bytes, size_t length,
                        uint32_t hash) {
    const uint32_t mask = 2 * terms->capacity - 1;
    uint32_t slot = hash & mask;
    for (; terms->slots[slot]; slot = (slot + 1) & mask) {
        const struct term *term = &terms->list[terms->slots[slot] - 1];
        if (term->hash == hash && term->length == length && !memcmp(term->bytes, bytes, length))
            break;
    }
    return slot;
}

static void grow(struct terms *terms) {
    struct term *list = ARENA_ARRAY_RAW(terms->arena, struct term, 2 * (size_t)terms->capacity);
    memcpy(list, terms->list, terms->count * sizeof *list);
    terms->list = list;
    terms->capacity *= 2;
    terms->slots = ARENA_ARRAY(terms->arena, uint32_t, 2 * (size_t)terms->capacity);
    for (uint32_t i = 0; i < terms->count; i++)
        terms->slots[slot_of(terms, list[i].bytes, list[i].length, list[i].hash)] = i + 1;
}

uint32_t terms_find(const struct terms *terms, const char *bytes, size_t length) {
    const uint32_t slot = slot_of(terms, bytes, length, hash_of(bytes, length));
    return terms->slots[slot] - 1; /* an empty slot's 0 becomes TERMS_NONE */
}

uint32_t terms_add(struct terms *terms, const char *bytes, size_t length) {
    const uint32_t hash = hash_of(bytes, length);
    uint32_t slot = slot_of(terms, bytes, length, hash);
    if (terms->slots[slot])
        return terms->slots[slot] - 1;
    if (terms->count == terms->capacity) {
        grow(terms);
        slot = slot_of(terms, bytes, length, hash);
    }
    terms->list[terms->count] =
        (struct term){.bytes = arena_copy_length(terms->arena, bytes, length),
                      .length = (uint32_t)length,
                      .hash = hash};
    terms->slots[slot] = ++terms->count;
    return terms->count - 1;
}

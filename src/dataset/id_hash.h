/* id_hash.h: the hash of an outside id, shared by id_map.c and id_builder.c. FNV-1a with a final
 * mixing step, because ids differ in their last digits and the table looks at low bits. Not meant
 * to withstand somebody who chooses ids to collide: that costs him his own time. */
#ifndef MATINEE_DATASET_ID_HASH_H
#define MATINEE_DATASET_ID_HASH_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t id_hash(const char *id, size_t length) {
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)id[i]) * 16777619u;
    hash ^= hash >> 16;
    hash *= 0x7feb352du;
    return hash ^ hash >> 15;
}

/* A power of two, at least twice the number of ids. */
static inline uint32_t id_hash_slots(uint32_t count) {
    uint32_t slots = 8;
    while (slots / 2 < count && slots < (uint32_t)1 << 31)
        slots *= 2;
    return slots;
}

#endif

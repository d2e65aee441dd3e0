/* id_builder.h: gives outside ids dense indices in the order in which they come.
 *
 * Ids that are small canonical integers (no leading zero, below ID_DENSE_LIMIT), which is what
 * almost every data set has, are looked up in a table indexed by their value; others by hash. */
#ifndef MATINEE_DATASET_ID_BUILDER_H
#define MATINEE_DATASET_ID_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dataset/dataset.h"

#define ID_DENSE_LIMIT ((uint32_t)1 << 22)
#define ID_DENSE_DIGITS_MAX 7
#define ID_LENGTH_MAX ((size_t)4096)

struct id_builder {
    uint32_t count;
    char *text;
    size_t text_used, text_capacity;
    uint64_t *offsets; /* [count + 1] */
    size_t offsets_capacity;
    uint32_t *dense; /* [ID_DENSE_LIMIT] index + 1 by value; address space until it is touched */
    uint32_t dense_used; /* one more than the largest value met */
    uint32_t dense_count;
    uint32_t *slots; /* open addressing, DATASET_NONE = empty */
    uint32_t slot_count, hashed_count;
};

/* A zeroed builder must be made ready once. */
void id_builder_init(struct id_builder *builder);
void id_builder_release(struct id_builder *builder); /* zeroed is fine */

uint32_t id_builder_find(const struct id_builder *builder, const char *id, size_t length);
/* The slow path of id_builder_add: ids that were not met before or are no small integers. */
uint32_t id_builder_add_other(struct id_builder *builder, const char *id, size_t length);
struct text_slice id_builder_name(const struct id_builder *builder, uint32_t index);

/* The value of a small canonical integer, else ID_DENSE_LIMIT. */
static inline uint32_t id_builder_value(const char *id, size_t length) {
    if (length == 0 || length > ID_DENSE_DIGITS_MAX || (id[0] == '0' && length > 1))
        return ID_DENSE_LIMIT;
    uint32_t value = 0;
    for (size_t i = 0; i < length; i++) {
        uint32_t digit = (uint32_t)(unsigned char)id[i] - '0';
        if (digit > 9)
            return ID_DENSE_LIMIT;
        value = value * 10 + digit;
    }
    return value < ID_DENSE_LIMIT ? value : ID_DENSE_LIMIT;
}

/* The index of an id; a new one if it was not met before. */
static inline uint32_t id_builder_add(struct id_builder *builder, const char *id, size_t length) {
    uint32_t value = id_builder_value(id, length);
    if (value < ID_DENSE_LIMIT && builder->dense[value])
        return builder->dense[value] - 1;
    return id_builder_add_other(builder, id, length);
}

/* If every id is a small integer and they did not come in ascending order: rank[index] = the index
 * in ascending order (in `arena`). NULL: leave as it is. */
uint32_t *id_builder_ascending(const struct id_builder *builder, struct arena *arena);

/* The finished map in `arena`, with look-up; renumbered by `rank` unless that is NULL. The builder
 * is released. */
struct id_map id_builder_finish(struct id_builder *builder, const uint32_t *rank,
                                struct arena *arena);

#endif

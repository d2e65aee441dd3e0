/* ann_flat.c: the exact scan. Distances are never formed: each metric is scanned by its own kernel,
 * and the k best are kept as they come. */
#include <string.h>

#include "ann/ann_internal.h"
#include "base/arena.h"
#include "kernels/kernels.h"

#define BLOCK 1024 /* vectors whose values stand in the cache at a time */

static float value_of(const struct ann_index *index, const float *query, size_t i) {
    const float *vector = index->vectors + i * index->dimension;
    if (index->metric == VECTOR_L2)
        return -kernels()->squared_distance(query, vector, index->dimension);
    return kernels()->dot(query, vector, index->dimension);
}

static void find_one(const struct ann_index *index, const float *query, size_t k,
                     struct entry *found) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct entry *room = ARENA_ARRAY_RAW(scratch, struct entry, LARGEST_ROOM(k));
    float values[BLOCK];
    struct largest largest = largest_begin(room, k, -__builtin_inff());
    for (size_t begin = 0; begin < index->count; begin += BLOCK) {
        size_t count = index->count - begin < BLOCK ? index->count - begin : BLOCK;
        if (index->metric == VECTOR_L2)
            for (size_t i = 0; i < count; i++)
                values[i] = value_of(index, query, begin + i);
        else
            kernels()->gather_dot(values, query, index->vectors + begin * index->dimension,
                                  index->dimension, index->dimension, NULL, count);
        for (size_t i = 0; i < count; i++)
            largest_offer(&largest, (uint32_t)(begin + i), values[i]);
    }
    size_t count = largest_end(&largest);
    memcpy(found, room, count * sizeof *found);
    for (size_t i = count; i < k; i++)
        found[i] = (struct entry){ANN_NOBODY, -__builtin_inff()};
    arena_reset(scratch, mark);
}

static void find(const struct ann_index *index, const struct ann_search *search) {
    for (size_t q = 0; q < search->query_count; q++)
        find_one(index, search->queries + q * index->dimension, search->k,
                 search->found + q * search->k);
}

const struct ann_ops ann_flat = {.type = "Flat", .find = find};

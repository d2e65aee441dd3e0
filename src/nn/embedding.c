/* embedding.c: see embedding.h. */
#include "nn/embedding.h"

#include "base/parallel.h"
#include "kernels/kernels.h"

#define SHARD_SLOTS 64

static void add_slots(void *context, size_t shard) {
    const struct embedding_gradient *job = context;
    const struct row_index *index = job->index;
    const size_t columns = job->table->columns, begin = shard * SHARD_SLOTS;
    size_t end = begin + SHARD_SLOTS < index->slot_count ? begin + SHARD_SLOTS : index->slot_count;
    for (size_t slot = begin; slot < end; slot++) {
        const uint32_t first = index->starts[slot], count = index->starts[slot + 1] - first;
        for (uint32_t i = first; i < first + count; i++) {
            job->room[i] = (uint32_t)(index->places[i] / job->width);
            job->weight_room[i] = job->weights[index->places[i]];
        }
        kernels()->gather_axpy(job->table->gradient + index->rows[slot] * columns,
                               job->weight_room + first, job->from, columns, columns,
                               job->room + first, count);
    }
}

void embedding_backward(const struct embedding_gradient *job) {
    parallel_for((job->index->slot_count + SHARD_SLOTS - 1) / SHARD_SLOTS, add_slots,
                 (void *)(uintptr_t)job);
}

/* update_rows.c: see update_rows.h. Checked by tests/models/test_update_rows.c. */
#include "models/update_rows.h"

#include <string.h>

static bool has_fresh(void *context, uint32_t user, size_t row) {
    const struct interactions *fresh = context;
    (void)row;
    return fresh->offsets[user + 1] > fresh->offsets[user];
}

struct interactions update_rows(const struct model_events *events, struct arena *arena) {
    const struct interactions all = interactions_merge(events->known, events->fresh, arena);
    return interactions_filter(&all, has_fresh, (void *)(uintptr_t)events->fresh, arena);
}

void update_rows_widen(struct tensor *tensor, size_t rows, struct arena *arena) {
    const struct tensor old = *tensor;
    if (rows == old.shape[0])
        return;
    tensor_make(tensor, old.type, rows, old.rank == 2 ? old.shape[1] : 0, arena);
    memcpy(tensor->data, old.data, tensor_bytes(&old));
}

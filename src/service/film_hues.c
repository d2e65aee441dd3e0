/* film_hues.c: see film_hues.h. Checked by tests/service/test_film_hues.c. */
#include "service/film_hues.h"

#include <pthread.h>

#include "base/alloc.h"
#include "layout/layout_hues.h"
#include "service/service_internal.h"
#include "service/snapshot_edited.h"

struct film_hues {
    pthread_mutex_t mutex; /* of making them */
    struct arena arena;
    const uint16_t *_Atomic hues; /* [items]; NULL: not asked for yet */
};

struct film_hues *film_hues_create(void) {
    struct film_hues *hues = alloc_zeroed(1, sizeof *hues);
    pthread_mutex_init(&hues->mutex, NULL);
    return hues;
}

void film_hues_destroy(struct film_hues *hues) {
    if (!hues)
        return;
    pthread_mutex_destroy(&hues->mutex);
    arena_release(&hues->arena);
    alloc_free(hues);
}

static const uint16_t *hues_of(const struct snapshot *snapshot) {
    struct film_hues *slot = snapshot->hues;
    const struct interactions *known = &snapshot->catalogue->interactions;
    const uint16_t *hues = atomic_load_explicit(&slot->hues, memory_order_acquire);
    if (hues)
        return hues;
    pthread_mutex_lock(&slot->mutex);
    hues = atomic_load_explicit(&slot->hues, memory_order_acquire);
    if (!hues) {
        const struct csr rows = {known->user_count, known->item_count, known->offsets, known->items,
                                 NULL};
        hues = layout_hues(&rows, &slot->arena);
        atomic_store_explicit(&slot->hues, hues, memory_order_release);
    }
    pthread_mutex_unlock(&slot->mutex);
    return hues;
}

int film_hues_find(const struct snapshot *snapshot, uint32_t item) {
    if (item >= snapshot->catalogue->items.count)
        return -1;
    const uint32_t known = snapshot->origin->catalogue->items.count;
    if (item >=
        known) { /* who will have an added film nobody knows: as the one that it is most like */
        const struct cold_items *cold = &snapshot->edited->cold;
        item = cold->near[cold->offsets[item - known]];
    }
    const uint16_t hue = hues_of(snapshot->origin)[item];
    return hue == LAYOUT_HUES_NONE ? -1 : hue;
}

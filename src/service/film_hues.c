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
    const uint16_t *_Atomic hues; /* [items]; NULL: not made yet */
    atomic_bool is_making;        /* in the background */
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

static const uint16_t *made(const struct snapshot *origin) {
    return atomic_load_explicit(&origin->hues->hues, memory_order_acquire);
}

static void make(const struct snapshot *origin) {
    struct film_hues *slot = origin->hues;
    const struct interactions *rated = &origin->catalogue->interactions;
    const struct csr rows = {rated->user_count, rated->item_count, rated->offsets, rated->items,
                             NULL};
    pthread_mutex_lock(&slot->mutex);
    if (!made(origin))
        atomic_store_explicit(&slot->hues, layout_hues(&rows, &slot->arena), memory_order_release);
    pthread_mutex_unlock(&slot->mutex);
}

static void *make_apart(void *context) {
    struct snapshot *origin = context;
    make(origin);
    arena_release(arena_scratch());
    snapshot_release(origin);
    return NULL;
}

/* Nobody waits for it: of millions of interactions it takes seconds. */
static void begin(struct snapshot *origin) {
    pthread_t thread;
    if (atomic_exchange(&origin->hues->is_making, true))
        return;
    snapshot_keep(origin);
    if (pthread_create(&thread, NULL, make_apart, origin) == 0) {
        pthread_detach(thread);
        return;
    }
    atomic_store(&origin->hues->is_making, false);
    snapshot_release(origin);
}

/* NULL: they are being made. */
static const uint16_t *hues_of(struct snapshot *origin) {
    const struct interactions *rated = &origin->catalogue->interactions;
    if (made(origin))
        return made(origin);
    if (rated->count > FILM_HUES_AT_ONCE)
        begin(origin);
    else
        make(origin);
    return made(origin);
}

bool film_hues_known(const struct snapshot *snapshot) { return made(snapshot->origin) != NULL; }

int film_hues_find(const struct snapshot *snapshot, uint32_t item) {
    if (item >= snapshot->catalogue->items.count)
        return -1;
    /* Who will have an added film nobody knows: it is as the one that it is most like. */
    item = snapshot_edited_like(snapshot, item);
    const uint16_t *hues = hues_of(snapshot->origin);
    return !hues || hues[item] == LAYOUT_HUES_NONE ? -1 : hues[item];
}

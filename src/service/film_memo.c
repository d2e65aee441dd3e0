/* film_memo.c: see film_memo.h. Checked by tests/service/test_film_memo.c (ThreadSanitizer). */
#include "service/film_memo.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "service/service_internal.h"

struct film_memo {
    pthread_mutex_t mutex; /* of the arena */
    struct arena arena;
    size_t bytes;
    const struct film_note *_Atomic *notes; /* [items] */
};

struct film_memo *film_memo_create(uint32_t item_count) {
    struct film_memo *memo = alloc_zeroed(1, sizeof *memo);
    pthread_mutex_init(&memo->mutex, NULL);
    memo->notes = arena_alloc(&memo->arena, item_count * sizeof *memo->notes);
    return memo;
}

void film_memo_destroy(struct film_memo *memo) {
    if (!memo)
        return;
    pthread_mutex_destroy(&memo->mutex);
    arena_release(&memo->arena);
    alloc_free(memo);
}

const struct film_note *film_memo_find(const struct snapshot *snapshot, uint32_t item) {
    ASSERT(item < snapshot->catalogue->items.count);
    return atomic_load_explicit(&snapshot->memo->notes[item], memory_order_acquire);
}

const struct film_note *film_memo_keep(const struct snapshot *snapshot, uint32_t item,
                                       const char *text, size_t length) {
    struct film_memo *memo = snapshot->memo;
    pthread_mutex_lock(&memo->mutex);
    const struct film_note *kept = film_memo_find(snapshot, item);
    const size_t bytes = sizeof(struct film_note) + length + 1;
    if (!kept && memo->bytes + bytes <= FILM_MEMO_BYTES_MAX) {
        struct film_note *note = arena_alloc(&memo->arena, bytes);
        note->length = length;
        memcpy(note->text, text, length);
        memo->bytes += bytes;
        atomic_store_explicit(&memo->notes[item], note, memory_order_release);
        kept = note;
    }
    pthread_mutex_unlock(&memo->mutex);
    return kept;
}

/* film_edits.c: see film_edits.h. Checked by tests/api/test_api_films.c. */
#include "service/film_edits.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/log.h"

struct reading {
    struct film_edits *edits;
    size_t capacity;
};

static const char *keep(struct arena *arena, const char *text) {
    return text ? arena_copy(arena, text) : NULL;
}

static bool take(void *context, const struct feedback_item *film) {
    struct reading *reading = context;
    struct film_edits *edits = reading->edits;
    struct arena *arena = &edits->arena;
    if (edits->count == reading->capacity) {
        const size_t capacity = reading->capacity ? 2 * reading->capacity : 16;
        struct feedback_item *list = ARENA_ARRAY(arena, struct feedback_item, capacity);
        if (edits->count > 0)
            memcpy(list, edits->list, edits->count * sizeof *list);
        edits->list = list;
        reading->capacity = capacity;
    }
    edits->list[edits->count++] =
        (struct feedback_item){arena_copy(arena, film->id), keep(arena, film->title),
                               keep(arena, film->genres), film->year, keep(arena, film->facts)};
    return true;
}

/* By bytes: databases sort texts each in its own way. */
static int by_id(const void *a, const void *b) {
    const struct feedback_item *first = a, *second = b;
    return strcmp(first->id, second->id);
}

enum status film_edits_read(struct film_edits **out, struct feedback *store, struct error *error) {
    struct film_edits *edits = alloc_zeroed(1, sizeof *edits);
    struct reading reading = {.edits = edits};
    atomic_init(&edits->references, 1);
    const enum status status =
        feedback_items_after(store, "", FILM_EDITS_MAX, take, &reading, error);
    if (status != STATUS_OK) {
        film_edits_release(edits);
        return status;
    }
    if (edits->count == FILM_EDITS_MAX)
        log_warning("the store says something of %d films or more: of the rest nothing is shown",
                    FILM_EDITS_MAX);
    if (edits->count > 0)
        qsort(edits->list, edits->count, sizeof *edits->list, by_id);
    edits->counts = ARENA_ARRAY(&edits->arena, struct feedback_item_counts, edits->count);
    *out = edits;
    return STATUS_OK;
}

void film_edits_keep(struct film_edits *edits) {
    const unsigned before = atomic_fetch_add_explicit(&edits->references, 1, memory_order_relaxed);
    ASSERT(before > 0);
}

void film_edits_release(struct film_edits *edits) {
    if (!edits || atomic_fetch_sub_explicit(&edits->references, 1, memory_order_acq_rel) > 1)
        return;
    arena_release(&edits->arena);
    alloc_free(edits);
}

static bool same_text(const char *a, const char *b) { return a && b ? strcmp(a, b) == 0 : a == b; }

bool film_edits_same_film(const struct feedback_item *a, const struct feedback_item *b) {
    return strcmp(a->id, b->id) == 0 && same_text(a->title, b->title) &&
           same_text(a->genres, b->genres) && a->year == b->year && same_text(a->facts, b->facts);
}

bool film_edits_same(const struct film_edits *a, const struct film_edits *b) {
    const size_t count = a ? a->count : 0;
    bool same = count == (b ? b->count : 0);
    for (size_t i = 0; same && i < count; i++)
        same = film_edits_same_film(&a->list[i], &b->list[i]) &&
               memcmp(&a->counts[i], &b->counts[i], sizeof *a->counts) == 0;
    return same;
}

const struct feedback_item *film_edits_find(const struct film_edits *edits, const char *id) {
    const struct feedback_item wanted = {.id = id};
    if (!edits || edits->count == 0)
        return NULL;
    return bsearch(&wanted, edits->list, edits->count, sizeof *edits->list, by_id);
}

/* service_titles.c: films by titles that people type, slips of the pen forgiven. See service.h.
 *
 * Idea     An index of all titles (text/bm25.h) is made when it is first asked for: 30 ms for
 *          10,000 films, which most programs that open a model never need.
 * Checked  tests/service/test_service_titles.c. */
#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "service/service_internal.h"
#include "text/bm25.h"

struct service_titles {
    pthread_mutex_t mutex;
    struct arena arena;
    const struct bm25 *index; /* NULL: not asked for yet */
};

struct service_titles *service_titles_create(void) {
    struct service_titles *titles = alloc_zeroed(1, sizeof *titles);
    pthread_mutex_init(&titles->mutex, NULL);
    return titles;
}

void service_titles_destroy(struct service_titles *titles) {
    if (!titles)
        return;
    pthread_mutex_destroy(&titles->mutex);
    arena_release(&titles->arena);
    alloc_free(titles);
}

static const struct bm25 *index_of(const struct snapshot *snapshot) {
    struct service_titles *titles = snapshot->titles;
    pthread_mutex_lock(&titles->mutex);
    if (!titles->index) {
        const uint32_t count = snapshot->catalogue->items.count;
        const char **names = ARENA_ARRAY(&titles->arena, const char *, count);
        for (uint32_t i = 0; i < count; i++)
            names[i] = snapshot->catalogue->movies[i].title;
        titles->index = bm25_create(names, snapshot->counts, count, &titles->arena);
    }
    const struct bm25 *index = titles->index;
    pthread_mutex_unlock(&titles->mutex);
    return index;
}

size_t service_find_titles(const struct snapshot *snapshot, const char *typed,
                           struct title_hit *hits, size_t room) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct bm25_hit *found = ARENA_ARRAY(scratch, struct bm25_hit, room);
    const size_t count = bm25_find(index_of(snapshot), typed, strlen(typed), found, room);
    for (size_t i = 0; i < count; i++)
        hits[i] = (struct title_hit){found[i].title, found[i].score};
    arena_reset(scratch, mark);
    return count;
}

/* A title that is close to what was typed, and closer than any other. */
#define APART 0.93f

uint32_t service_find_film(const struct snapshot *snapshot, const char *typed) {
    const uint32_t item = dataset_find_item(snapshot->catalogue, typed);
    if (item != DATASET_NONE)
        return item;
    struct title_hit hits[2];
    const size_t count = service_find_titles(snapshot, typed, hits, 2);
    const bool sure = count > 0 && hits[0].score >= BM25_SURE &&
                      (count == 1 || hits[1].score < APART * hits[0].score);
    return sure ? hits[0].item : DATASET_NONE;
}

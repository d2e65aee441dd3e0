/* service_titles.c: films by titles that people type, slips of the pen forgiven. See service.h.
 *
 * Idea     An index of all titles (text/bm25.h) is made when it is first asked for: 30 ms for
 *          10,000 films, which most programs that open a model never need. Films that were added
 *          or edited have one of their own beside that of the origin, whose titles of them do not
 *          count.
 * Checked  tests/service/test_service_titles.c. */
#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "service/service_internal.h"
#include "service/snapshot_edited.h"
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
        const struct snapshot_edits *edited = snapshot->edited;
        const size_t count = edited ? edited->edits->count : snapshot->catalogue->items.count;
        const char **names = ARENA_ARRAY(&titles->arena, const char *, count);
        uint32_t *people = ARENA_ARRAY(&titles->arena, uint32_t, count);
        for (size_t i = 0; i < count; i++) {
            const size_t item = edited ? edited->items[i] : i;
            names[i] = snapshot->catalogue->movies[item].title;
            people[i] = snapshot->counts[item];
        }
        titles->index = bm25_create(names, people, count, &titles->arena);
    }
    const struct bm25 *index = titles->index;
    pthread_mutex_unlock(&titles->mutex);
    return index;
}

static size_t find_indexed(const struct snapshot *snapshot, const char *typed,
                           struct title_hit *hits, size_t room) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct bm25_hit *found = ARENA_ARRAY(scratch, struct bm25_hit, room);
    const size_t count = bm25_find(index_of(snapshot), typed, strlen(typed), found, room);
    for (size_t i = 0; i < count; i++)
        hits[i] = (struct title_hit){snapshot->edited ? snapshot->edited->items[found[i].title]
                                                      : found[i].title,
                                     found[i].score};
    arena_reset(scratch, mark);
    return count;
}

static bool is_edited(const struct snapshot *snapshot, uint32_t item) {
    bool found = false;
    for (size_t e = 0; e < snapshot->edited->edits->count && !found; e++)
        found = snapshot->edited->items[e] == item;
    return found;
}

size_t service_find_titles(const struct snapshot *snapshot, const char *typed,
                           struct title_hit *hits, size_t room) {
    if (!snapshot->edited)
        return find_indexed(snapshot, typed, hits, room);
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct title_hit *own = ARENA_ARRAY(scratch, struct title_hit, room);
    struct title_hit *others = ARENA_ARRAY(scratch, struct title_hit, room);
    const size_t own_count = find_indexed(snapshot, typed, own, room);
    const size_t other_count = find_indexed(snapshot->origin, typed, others, room);
    size_t count = 0;
    for (size_t o = 0, e = 0; count < room && (o < other_count || e < own_count);) {
        if (o < other_count && is_edited(snapshot, others[o].item))
            o++;
        else if (e < own_count && (o == other_count || own[e].score > others[o].score))
            hits[count++] = own[e++];
        else
            hits[count++] = others[o++];
    }
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

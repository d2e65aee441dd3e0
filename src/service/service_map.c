/* service_map.c: see service_map.h.
 *
 * Traps    Whoever draws in the background holds a reference to the snapshot: a model that is
 *          replaced meanwhile lives until its map is done.
 * Checked  tests/service/test_service_map.c. */
#include "service/service_map.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "layout/layout.h"
#include "service/film_remarks.h"
#include "service/service_internal.h"
#include "service/snapshot_edited.h"
#include "sparse/svd.h"

#define COMPONENTS 32

struct service_atlas {
    pthread_mutex_t mutex; /* of drawing */
    struct arena arena;
    const float *_Atomic points; /* NULL: not drawn yet */
    atomic_bool is_another;      /* these are of the model that was served before */
    atomic_bool is_drawing;      /* in the background */
};

struct service_atlas *service_atlas_create(void) {
    struct service_atlas *atlas = alloc_zeroed(1, sizeof *atlas);
    pthread_mutex_init(&atlas->mutex, NULL);
    return atlas;
}

void service_atlas_destroy(struct service_atlas *atlas) {
    if (!atlas)
        return;
    pthread_mutex_destroy(&atlas->mutex);
    arena_release(&atlas->arena);
    alloc_free(atlas);
}

/* Films by who has them: right singular vectors, each as long as its value says. */
static struct layout_vectors vectors_of_histories(const struct snapshot *snapshot,
                                                  struct arena *arena) {
    const struct interactions *known = &snapshot->catalogue->interactions;
    const struct csr rows = {known->user_count, known->item_count, known->offsets, known->items,
                             NULL};
    const struct csr columns = csr_transpose(&rows, arena);
    const struct svd svd = svd_truncated(&rows, &columns, COMPONENTS, SVD_RIGHT, arena);
    for (size_t i = 0; i < known->item_count; i++)
        for (size_t c = 0; c < svd.count; c++)
            svd.right[i * svd.count + c] *= svd.values[c];
    return (struct layout_vectors){svd.right, known->item_count, svd.count, true};
}

static void draw(const struct snapshot *snapshot) {
    struct service_atlas *atlas = snapshot->atlas;
    struct arena work = {0};
    pthread_mutex_lock(&atlas->mutex);
    if (!atomic_load(&atlas->points) || atomic_exchange(&atlas->is_another, false)) {
        const struct layout_vectors vectors =
            snapshot->vectors
                ? (struct layout_vectors){snapshot->vectors, snapshot->catalogue->items.count,
                                          snapshot->dimension, snapshot->metric != VECTOR_L2}
                : vectors_of_histories(snapshot, &work);
        atomic_store(&atlas->points, layout_points(&vectors, &atlas->arena));
    }
    pthread_mutex_unlock(&atlas->mutex);
    arena_release(&work);
}

/* The map of the films that the model was loaded with; one that was added lies in the middle of
 * those that it is like. */
static void add_points(const struct snapshot *snapshot, const float *known_points) {
    const struct cold_items *cold = &snapshot->edited->cold;
    const size_t known = snapshot->origin->items.count, count = snapshot->items.count;
    struct service_atlas *atlas = snapshot->atlas;
    pthread_mutex_lock(&atlas->mutex);
    if (!atomic_load(&atlas->points) || atomic_exchange(&atlas->is_another, false)) {
        float *points = ARENA_ARRAY(&atlas->arena, float, 2 * count);
        memcpy(points, known_points, 2 * known * sizeof *points);
        for (uint32_t c = 0; c < cold->count; c++)
            for (uint64_t n = cold->offsets[c]; n < cold->offsets[c + 1]; n++)
                for (size_t d = 0; d < 2; d++)
                    points[2 * (known + c) + d] +=
                        cold->weights[n] * known_points[2 * cold->near[n] + d];
        atomic_store(&atlas->points, points);
    }
    pthread_mutex_unlock(&atlas->mutex);
}

static void *draw_apart(void *context) {
    struct snapshot *snapshot = context;
    draw(snapshot);
    arena_release(arena_scratch());
    snapshot_release(snapshot);
    return NULL;
}

static void begin_drawing(const struct snapshot *snapshot) {
    pthread_t thread;
    /* A reference is counted in what is otherwise not changed. */
    struct snapshot *held = (struct snapshot *)(uintptr_t)snapshot;
    if (atomic_exchange(&snapshot->atlas->is_drawing, true))
        return;
    snapshot_keep(held);
    if (pthread_create(&thread, NULL, draw_apart, held) == 0) {
        pthread_detach(thread);
        return;
    }
    atomic_store(&snapshot->atlas->is_drawing, false);
    snapshot_release(held);
}

static bool has_same_films(const struct id_map *a, const struct id_map *b) {
    const size_t offsets_bytes = (a->count + (size_t)1) * sizeof *a->offsets;
    return a->count == b->count && memcmp(a->offsets, b->offsets, offsets_bytes) == 0 &&
           memcmp(a->text, b->text, a->offsets[a->count]) == 0;
}

void service_map_follow(struct service *service, const char *name, const struct snapshot *next) {
    struct snapshot *now;
    struct error ignored; /* nothing of that name: nobody has seen its map */
    if (service_acquire(service, name, &now, &ignored) != STATUS_OK)
        return;
    const struct snapshot *origin = now->origin;
    const float *points = atomic_load(&origin->atlas->points);
    if (points && has_same_films(&origin->catalogue->items, &next->catalogue->items)) {
        const size_t count = 2 * (size_t)next->catalogue->items.count;
        float *copy = ARENA_ARRAY(&next->atlas->arena, float, count);
        memcpy(copy, points, count * sizeof *copy);
        atomic_store(&next->atlas->is_another, true);
        atomic_store(&next->atlas->points, copy);
        begin_drawing(next);
    } else if (points) {
        draw(next);
    }
    service_release(now);
}

/* Added films stand where those stand that they are most like. */
static const float *place_added(const struct snapshot *snapshot, const float *known) {
    struct service_atlas *atlas = snapshot->atlas;
    const uint32_t count = snapshot->catalogue->items.count;
    pthread_mutex_lock(&atlas->mutex);
    if (!atomic_load(&atlas->points)) {
        float *points = ARENA_ARRAY(&atlas->arena, float, 2 * (size_t)count);
        for (uint32_t i = 0; i < count; i++)
            memcpy(points + 2 * (size_t)i, known + 2 * (size_t)snapshot_edited_like(snapshot, i),
                   2 * sizeof *points);
        atomic_store(&atlas->points, points);
    }
    pthread_mutex_unlock(&atlas->mutex);
    return atomic_load(&atlas->points);
}

enum status service_map(const struct snapshot *snapshot, const float **points,
                        struct error *error) {
    struct service_atlas *atlas = snapshot->atlas;
    *points = atomic_load(&atlas->points);
    if (*points)
        return STATUS_OK;
    if (snapshot->origin != snapshot) {
        const float *known;
        TRY(service_map(snapshot->origin, &known, error));
        *points = place_added(snapshot, known);
        return STATUS_OK;
    }
    if (snapshot->edited) {
        const float *known_points;
        TRY(service_map(snapshot->origin, &known_points, error));
        add_points(snapshot, known_points);
        *points = atomic_load(&atlas->points);
        return STATUS_OK;
    }
    if (snapshot->catalogue->items.count > MAP_FILMS_AT_ONCE) {
        begin_drawing(snapshot);
        return error_set(error, STATUS_LIMIT, "the map is being drawn; ask again in some seconds");
    }
    draw(snapshot);
    *points = atomic_load(&atlas->points);
    return STATUS_OK;
}

/* Takes the films that were liked, or all; the latest first. */
static void take_films(const struct snapshot *snapshot, const struct history *history,
                       const float *points, bool liked, struct map_place *place) {
    for (size_t h = history->count; h-- > 0 && place->count < MAP_PLACE_FILMS;) {
        const uint32_t item = history->items[h];
        if (!liked || film_remarks_liked(snapshot, history, h))
            place->films[place->count++] =
                (struct map_point){item, {points[2 * item], points[2 * item + 1]}};
    }
}

enum status service_map_place(const struct snapshot *snapshot, const struct history *history,
                              struct arena *arena, struct map_place *place, struct error *error) {
    const float *points;
    double sum[2] = {0};
    TRY(service_map(snapshot, &points, error));
    *place = (struct map_place){.films = ARENA_ARRAY(arena, struct map_point, MAP_PLACE_FILMS)};
    take_films(snapshot, history, points, true, place);
    if (place->count == 0)
        take_films(snapshot, history, points, false, place);
    for (size_t i = 0; i < place->count; i++)
        for (size_t d = 0; d < 2; d++)
            sum[d] += (double)place->films[i].at[d];
    for (size_t d = 0; d < 2 && place->count > 0; d++)
        place->at[d] = (float)(sum[d] / (double)place->count);
    return STATUS_OK;
}

/* snapshot.c: see snapshot.h.
 *
 * Cost     create: one pass over the histories and over the item vectors.
 * Checked  tests/service/test_service.c, test_service_threads.c (ThreadSanitizer). */
#include "service/snapshot.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/files.h"
#include "kernels/kernels.h"
#include "models/model_file.h"
#include "service/service_internal.h"
#include "service/snapshot_edited.h"
#include "service/word_index.h"

static void derive_counts(struct snapshot *snapshot) {
    const struct dataset *catalogue = snapshot->catalogue;
    const uint32_t items = catalogue->items.count;
    uint64_t *genres = ARENA_ARRAY(&snapshot->arena, uint64_t, items);
    for (uint32_t i = 0; i < items; i++)
        genres[i] = catalogue->movies[i].genres;
    uint32_t *counts = ARENA_ARRAY(&snapshot->arena, uint32_t, items);
    interactions_item_counts(&catalogue->interactions, counts);
    for (uint32_t i = 0; i < items; i++)
        if (counts[i] > snapshot->count_max)
            snapshot->count_max = counts[i];
    snapshot->genres = genres;
    snapshot->counts = counts;
}

static void derive_vectors(struct snapshot *snapshot) {
    const struct model *model = snapshot->model;
    if (!model->ops->item_vectors)
        return;
    snapshot->vectors = model->ops->item_vectors(model, &snapshot->dimension, &snapshot->metric);
    if (!snapshot->vectors)
        return;
    float *lengths = ARENA_ARRAY(&snapshot->arena, float, model->item_count);
    for (uint32_t i = 0; i < model->item_count; i++) {
        const float *vector = snapshot->vectors + i * snapshot->dimension;
        lengths[i] = sqrtf(kernels()->dot(vector, vector, snapshot->dimension));
    }
    snapshot->lengths = lengths;
}

void snapshot_begin(struct snapshot *snapshot) {
    atomic_init(&snapshot->references, 1);
    snapshot->words = ARENA_NEW(&snapshot->arena, struct word_slot);
    pthread_mutex_init(&snapshot->words->mutex, NULL);
    snapshot->titles = service_titles_create();
    snapshot->orders = service_orders_create();
    snapshot->atlas = service_atlas_create();
    snapshot->memo = film_memo_create(snapshot->catalogue->items.count);
}

enum status snapshot_create(struct snapshot **out, const struct snapshot_source *source,
                            struct error *error) {
    const struct model *model = source->model;
    const struct dataset *catalogue = source->catalogue;
    if (model->user_count != catalogue->users.count || model->item_count != catalogue->items.count)
        return error_set(error, STATUS_BAD_INPUT,
                         "the model knows %u users and %u items, its catalogue %u and %u; train it "
                         "again",
                         model->user_count, model->item_count, catalogue->users.count,
                         catalogue->items.count);
    struct snapshot *snapshot = alloc_zeroed(1, sizeof *snapshot);
    snapshot->origin = snapshot;
    snapshot->source = *source;
    snapshot->model = model;
    snapshot->catalogue = catalogue;
    derive_counts(snapshot);
    film_figures_derive(snapshot);
    derive_vectors(snapshot);
    snapshot->hours = service_hours_create();
    snapshot->people = film_people_create();
    snapshot->hues = film_hues_create();
    snapshot_begin(snapshot);
    *out = snapshot;
    return STATUS_OK;
}

static void close_file(void *file) { model_file_close(file); }

enum status snapshot_open(struct snapshot **out, const char *path, struct error *error) {
    struct model_file *file;
    TRY(model_file_open(&file, path, error));
    const struct snapshot_source source = {.model = file->model,
                                           .catalogue = &file->catalogue,
                                           .settings = file->settings,
                                           .metrics = file->metrics,
                                           .measured_by = file->measured_by,
                                           .release = close_file,
                                           .owner = file};
    if (snapshot_create(out, &source, error) != STATUS_OK) {
        model_file_close(file);
        return error_prefix(error, "%s", path);
    }
    (*out)->path = files_resolve(&(*out)->arena, path);
    (*out)->index = service_index_open(path, file->model);
    return STATUS_OK;
}

void snapshot_keep(struct snapshot *snapshot) {
    const unsigned before =
        atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
    ASSERT(before > 0);
}

bool snapshot_hides(const struct snapshot *snapshot, uint32_t item) {
    bool found = false;
    for (size_t i = 0; i < snapshot->items.hidden_count; i++)
        found |= snapshot->items.hidden[i] == item;
    return found;
}

static void release_loaded(struct snapshot *snapshot) {
    if (snapshot->source.release)
        snapshot->source.release(snapshot->source.owner);
    ann_close(snapshot->index);
    service_hours_destroy(snapshot->hours);
    film_people_destroy(snapshot->people);
    film_hues_destroy(snapshot->hues);
}

void snapshot_release(struct snapshot *snapshot) {
    /* Release, so that what this thread did with it is over; acquire, so that whoever frees it sees
     * that of all the others. */
    if (!snapshot || atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) > 1)
        return;
    word_index_destroy(atomic_load(&snapshot->words->index));
    pthread_mutex_destroy(&snapshot->words->mutex);
    service_titles_destroy(snapshot->titles);
    film_memo_destroy(snapshot->memo);
    service_atlas_destroy(snapshot->atlas);
    service_orders_destroy(snapshot->orders);
    struct snapshot *origin = snapshot->origin == snapshot ? NULL : snapshot->origin;
    if (!origin)
        release_loaded(snapshot);
    snapshot_edited_release(snapshot->edited);
    arena_release(&snapshot->arena);
    alloc_free(snapshot);
    snapshot_release(origin);
}

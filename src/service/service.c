/* service.c: which models are served under which names. See service.h.
 *
 * Idea     A short list under one mutex. A request holds the mutex for the time of a look-up and a
 *          count, then works on its snapshot without any lock; replacing a model swaps the pointer
 *          under the same mutex, so that nobody can take a reference to what is being freed.
 * Checked  tests/service/test_service.c, test_service_threads.c. */
#include "service/service.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/wall_clock.h"
#include "service/ab_test.h"
#include "service/drift.h"
#include "service/live.h"
#include "service/service_internal.h"

#define MODELS_MAX 64

struct service {
    pthread_mutex_t mutex;
    struct snapshot *snapshots[MODELS_MAX]; /* in the order of loading */
    size_t count, chosen;                   /* chosen: the default */
    pthread_mutex_t words_mutex;            /* of opening them */
    struct words *_Atomic words;            /* NULL: not opened yet */
    struct live *live;                      /* what people do; NULL: no store is open */
    struct learning *learning;              /* NULL: nothing is trained */
    struct ab_test *ab_test;                /* what is known of the running experiment */
    struct drift *drift;                    /* what was found last */
};

enum status service_create(struct service **out, struct error *error) {
    (void)error;
    struct service *service = alloc_zeroed(1, sizeof *service);
    pthread_mutex_init(&service->mutex, NULL);
    pthread_mutex_init(&service->words_mutex, NULL);
    service->ab_test = ab_test_create();
    service->drift = drift_create();
    *out = service;
    return STATUS_OK;
}

void service_destroy(struct service *service) {
    if (!service)
        return;
    service_learning_end(service->learning);
    for (size_t i = 0; i < service->count; i++)
        snapshot_release(service->snapshots[i]);
    words_close(service->words);
    live_close(service->live);
    ab_test_destroy(service->ab_test);
    drift_destroy(service->drift);
    pthread_mutex_destroy(&service->words_mutex);
    pthread_mutex_destroy(&service->mutex);
    alloc_free(service);
}

/* Index of a name, or count. */
static size_t position(const struct service *service, const char *name) {
    size_t i = 0;
    while (i < service->count && strcmp(service->snapshots[i]->name, name) != 0)
        i++;
    return i;
}

/* "ease", or "ease-2" where that is taken. */
static const char *free_name(const struct service *service, const char *wanted,
                             struct arena *arena) {
    const char *name = arena_copy(arena, wanted);
    for (unsigned number = 2; position(service, name) < service->count; number++)
        name = arena_format(arena, "%s-%u", wanted, number);
    return name;
}

enum status service_adopt(struct service *service, struct snapshot *snapshot, const char *name,
                          struct error *error) {
    struct snapshot *replaced = NULL;
    pthread_mutex_lock(&service->mutex);
    snapshot->name = name ? arena_copy(&snapshot->arena, name)
                          : free_name(service, snapshot->model->ops->name, &snapshot->arena);
    snapshot->since = wall_clock_seconds();
    const size_t at = position(service, snapshot->name);
    const bool is_full = at == MODELS_MAX;
    if (is_full) {
        replaced = snapshot;
    } else {
        replaced = at < service->count ? service->snapshots[at] : NULL;
        service->snapshots[at] = snapshot;
        service->count += at == service->count;
    }
    pthread_mutex_unlock(&service->mutex);
    snapshot_release(replaced);
    if (is_full)
        return error_set(error, STATUS_LIMIT, "%d models are served already, the most there may be",
                         MODELS_MAX);
    return STATUS_OK;
}

enum status service_load(struct service *service, const char *path, const char *name,
                         struct error *error) {
    struct snapshot *snapshot;
    TRY(snapshot_open(&snapshot, path, error));
    return service_adopt(service, snapshot, name, error);
}

static const char *next_name(void *context, size_t index) {
    const struct service *service = context;
    return index < service->count ? service->snapshots[index]->name : NULL;
}

/* Under the mutex: the index of a name (NULL: the default). */
static enum status find(struct service *service, const char *name, size_t *index,
                        struct error *error) {
    *index = name ? position(service, name) : service->chosen;
    if (*index < service->count)
        return STATUS_OK;
    if (service->count == 0)
        return error_set(error, STATUS_NOT_FOUND,
                         "no model is served; train one with `matinee train MODEL`");
    const char *nearest = settings_nearest(name, next_name, service);
    if (nearest)
        return error_set(error, STATUS_NOT_FOUND,
                         "no model called \"%.80s\" is served; did you mean \"%s\"?", name,
                         nearest);
    return error_set(error, STATUS_NOT_FOUND,
                     "no model called \"%.80s\" is served; \"%s\" is, and /api/models lists all",
                     name, service->snapshots[service->chosen]->name);
}

enum status service_set_default(struct service *service, const char *name, struct error *error) {
    size_t index;
    pthread_mutex_lock(&service->mutex);
    const enum status status = find(service, name, &index, error);
    if (status == STATUS_OK)
        service->chosen = index;
    pthread_mutex_unlock(&service->mutex);
    return status;
}

size_t service_model_count(struct service *service) {
    pthread_mutex_lock(&service->mutex);
    const size_t count = service->count;
    pthread_mutex_unlock(&service->mutex);
    return count;
}

enum status service_acquire(struct service *service, const char *name, struct snapshot **out,
                            struct error *error) {
    size_t index;
    pthread_mutex_lock(&service->mutex);
    const enum status status = find(service, name, &index, error);
    if (status == STATUS_OK) {
        *out = service->snapshots[index];
        snapshot_keep(*out);
    }
    pthread_mutex_unlock(&service->mutex);
    return status;
}

void service_adopt_words(struct service *service, struct words *words) {
    pthread_mutex_lock(&service->words_mutex);
    ASSERT(!atomic_load(&service->words));
    atomic_store(&service->words, words);
    pthread_mutex_unlock(&service->words_mutex);
}

const struct words *service_words_opened(struct service *service) {
    return atomic_load(&service->words);
}

enum status service_words(struct service *service, const struct words **out, struct error *error) {
    enum status status = STATUS_OK;
    *out = atomic_load(&service->words);
    if (*out)
        return STATUS_OK;
    pthread_mutex_lock(&service->words_mutex);
    if (!atomic_load(&service->words)) {
        const struct encoder_options options = {.kind = ENCODER_AUTO};
        struct words *words = NULL;
        status = words_open(&words, &options, NULL, 0, error);
        atomic_store(&service->words, words);
    }
    *out = atomic_load(&service->words);
    pthread_mutex_unlock(&service->words_mutex);
    return status;
}

enum status service_open_store(struct service *service, const char *address, struct error *error) {
    ASSERT(!service->live);
    return live_open(&service->live, address, error);
}

struct live *service_live(struct service *service) {
    return service->live;
}

struct learning **service_learning_slot(struct service *service) {
    return &service->learning;
}

struct drift *service_drift(struct service *service) {
    return service->drift;
}

struct ab_test *service_ab_test(struct service *service) {
    return service->ab_test;
}

void service_release(struct snapshot *snapshot) { snapshot_release(snapshot); }

const struct dataset *service_catalogue(const struct snapshot *snapshot) {
    return snapshot->catalogue;
}

const char *service_name(const struct snapshot *snapshot) { return snapshot->name; }

const struct filter_items *service_items(const struct snapshot *snapshot) {
    return &snapshot->items;
}

size_t service_models(struct service *service, struct service_model **list, struct arena *arena) {
    pthread_mutex_lock(&service->mutex);
    const size_t count = service->count;
    *list = ARENA_ARRAY(arena, struct service_model, count);
    for (size_t i = 0; i < count; i++) {
        const struct snapshot *snapshot = service->snapshots[i];
        const struct model_ops *ops = snapshot->model->ops;
        const struct snapshot_source *source = &snapshot->source;
        /* The snapshot may be replaced as soon as the mutex is free: its texts are copied. */
        (*list)[i] = (struct service_model){
            .name = arena_copy(arena, snapshot->name),
            .model = ops->name,
            .family = ops->family,
            .summary = ops->summary,
            .data_name = arena_copy(arena, snapshot->catalogue->name),
            .metrics = arena_copy(arena, source->metrics ? source->metrics : "{}"),
            .measured_by = source->measured_by ? arena_copy(arena, source->measured_by) : NULL,
            .settings = source->settings ? settings_copy(source->settings, arena) : NULL,
            .since = snapshot->since,
            .is_default = i == service->chosen};
    }
    pthread_mutex_unlock(&service->mutex);
    return count;
}

/* service.c: which models are served under which names. See service.h.
 *
 * Idea     A short list under one mutex. A request holds the mutex for the time of a look-up and a
 *          count, then works on its snapshot without any lock; replacing a model swaps the pointer
 *          under the same mutex, so that nobody can take a reference to what is being freed.
 *          What the store says of films is read again whenever somebody wrote of them, and every
 *          snapshot replaced by one that has it (snapshot_edited.h), before the writer is answered.
 * Checked  tests/service/test_service.c, test_service_threads.c. */
#include "service/service.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/log.h"
#include "base/wall_clock.h"
#include "service/ab_test.h"
#include "service/drift.h"
#include "service/live.h"
#include "service/service_internal.h"
#include "service/snapshot_edited.h"

struct service {
    pthread_mutex_t mutex;
    struct snapshot *snapshots[SERVICE_MODELS_MAX]; /* in the order of loading */
    size_t count, chosen;                           /* chosen: the default */
    pthread_mutex_t words_mutex;                    /* of opening them */
    struct words *_Atomic words;                    /* NULL: not opened yet */
    struct live *live;                              /* what people do; NULL: no store is open */
    struct learning *learning;                      /* NULL: nothing is trained */
    struct ab_test *ab_test;                        /* what is known of the running experiment */
    struct drift *drift;                            /* what was found last */
    pthread_mutex_t films_mutex;      /* of what follows; before `mutex` where both are held */
    struct film_edits *edits;         /* what the store says of films; NULL: nothing */
    uint64_t films_read;              /* the last of the calls that `edits` answers */
    atomic_uint_fast64_t films_asked; /* calls of service_renew_films */
};

enum status service_create(struct service **out, struct error *error) {
    (void)error;
    struct service *service = alloc_zeroed(1, sizeof *service);
    pthread_mutex_init(&service->mutex, NULL);
    pthread_mutex_init(&service->words_mutex, NULL);
    pthread_mutex_init(&service->films_mutex, NULL);
    service->ab_test = ab_test_create();
    service->drift = drift_create();
    *out = service;
    return STATUS_OK;
}

void service_destroy(struct service *service) {
    if (!service)
        return;
    service_learning_end(service->learning);
    live_close(service->live); /* from here on nobody renews the films */
    for (size_t i = 0; i < service->count; i++)
        snapshot_release(service->snapshots[i]);
    film_edits_release(service->edits);
    words_close(service->words);
    ab_test_destroy(service->ab_test);
    drift_destroy(service->drift);
    pthread_mutex_destroy(&service->films_mutex);
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

/* The place that a new snapshot gets by its name, which is set; SERVICE_MODELS_MAX: there is none.
 */
static size_t name_snapshot(struct service *service, struct snapshot *snapshot, const char *name) {
    pthread_mutex_lock(&service->mutex);
    snapshot->name = name ? arena_copy(&snapshot->arena, name)
                          : free_name(service, snapshot->model->ops->name, &snapshot->arena);
    snapshot->since = wall_clock_seconds();
    const size_t at = position(service, snapshot->name);
    pthread_mutex_unlock(&service->mutex);
    return at;
}

/* Takes the reference. */
static void put_snapshot(struct service *service, size_t at, struct snapshot *snapshot) {
    pthread_mutex_lock(&service->mutex);
    struct snapshot *replaced = at < service->count ? service->snapshots[at] : NULL;
    service->snapshots[at] = snapshot;
    service->count += at == service->count;
    pthread_mutex_unlock(&service->mutex);
    snapshot_release(replaced);
}

/* Under the mutex of films: a snapshot as it was loaded, with what the store says of films. Takes
 * the reference and gives one. */
static struct snapshot *edit(const struct service *service, struct snapshot *origin,
                             const struct snapshot *before) {
    if (!service->edits || service->edits->count == 0)
        return origin;
    struct snapshot *edited = snapshot_edited_create(origin, before, service->edits);
    snapshot_release(origin);
    return edited;
}

enum status service_adopt(struct service *service, struct snapshot *snapshot, const char *name,
                          struct error *error) {
    pthread_mutex_lock(&service->films_mutex);
    const size_t at = name_snapshot(service, snapshot, name);
    if (at < SERVICE_MODELS_MAX)
        put_snapshot(service, at, edit(service, snapshot, NULL));
    pthread_mutex_unlock(&service->films_mutex);
    if (at < SERVICE_MODELS_MAX)
        return STATUS_OK;
    snapshot_release(snapshot);
    return error_set(error, STATUS_LIMIT, "%d models are served already, the most there may be",
                     SERVICE_MODELS_MAX);
}

/* Whether some model does not know a film. */
static bool is_added(const struct service *service, const char *id) {
    bool found = false;
    for (size_t i = 0; i < service->count && !found; i++)
        found = id_map_find(&service->snapshots[i]->origin->catalogue->items, id, strlen(id)) ==
                DATASET_NONE;
    return found;
}

/* What people say of films that were added: of those that were there before only if `counts`. */
static enum status count_people(const struct service *service, struct film_edits *edits,
                                bool counts, struct error *error) {
    for (size_t e = 0; e < edits->count; e++) {
        const char *id = edits->list[e].id;
        const struct feedback_item *old = film_edits_find(service->edits, id);
        if (old && !counts)
            edits->counts[e] = service->edits->counts[old - service->edits->list];
        else if (is_added(service, id))
            TRY(feedback_item_count(live_store(service->live), id, &edits->counts[e], error));
    }
    return STATUS_OK;
}

/* Under the mutex of films. */
static enum status read_films(struct service *service, bool counts, struct error *error) {
    struct film_edits *edits;
    TRY(film_edits_read(&edits, live_store(service->live), error));
    const enum status status = count_people(service, edits, counts, error);
    if (status != STATUS_OK) {
        film_edits_release(edits);
        return status;
    }
    const bool is_same = film_edits_same(service->edits, edits);
    struct film_edits *replaced = is_same ? edits : service->edits;
    service->edits = is_same ? service->edits : edits;
    film_edits_release(replaced);
    for (size_t i = 0; !is_same && i < service->count; i++) {
        struct snapshot *before = service->snapshots[i], *origin = before->origin;
        snapshot_keep(origin);
        put_snapshot(service, i, edit(service, origin, before));
    }
    return STATUS_OK;
}

enum status service_renew_films(struct service *service, struct error *error) {
    const uint64_t own = atomic_fetch_add(&service->films_asked, 1) + 1;
    enum status status = STATUS_OK;
    pthread_mutex_lock(&service->films_mutex);
    /* Who waited while another read what was written by then has no need to read it again. */
    if (service->live && service->films_read < own) {
        const uint64_t asked = atomic_load(&service->films_asked);
        status = read_films(service, false, error);
        service->films_read = status == STATUS_OK ? asked : service->films_read;
    }
    pthread_mutex_unlock(&service->films_mutex);
    return status;
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

/* Films that were added are known by what people say of them. */
static enum status recount_films(struct service *service, struct error *error) {
    enum status status = STATUS_OK;
    pthread_mutex_lock(&service->films_mutex);
    if (service->live && service->edits && service->edits->count > 0)
        status = read_films(service, true, error);
    pthread_mutex_unlock(&service->films_mutex);
    return status;
}

/* By the store's thread. */
static void hear_of_films(void *context, bool counts) {
    struct error error;
    if ((counts ? recount_films : service_renew_films)(context, &error) != STATUS_OK)
        log_warning("films stay as they were: %s", error.text);
}

enum status service_open_store(struct service *service, const char *address, struct error *error) {
    struct live *live;
    ASSERT(!service->live);
    TRY(live_open(&live, address, hear_of_films, service, error));
    pthread_mutex_lock(&service->films_mutex);
    service->live = live;
    pthread_mutex_unlock(&service->films_mutex);
    return service_renew_films(service, error);
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

bool service_is_hidden(const struct snapshot *snapshot, uint32_t item) {
    return snapshot_hides(snapshot, item);
}

const struct dataset *service_known_catalogue(const struct snapshot *snapshot) {
    return snapshot->origin->catalogue;
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

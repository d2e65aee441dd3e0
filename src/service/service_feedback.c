/* service_feedback.c: see service_feedback.h. Checked by tests/service/test_service_person.c. */
#include "service/service_feedback.h"

#include <string.h>

#include "base/log.h"
#include "service/live.h"
#include "service/service_internal.h"
#include "service/snapshot_edited.h"

static enum status open_store(struct service *service, struct live **live, struct error *error) {
    *live = service_live(service);
    if (*live)
        return STATUS_OK;
    return error_set(error, STATUS_IO,
                     "nothing can be taken down: no store is open; `matinee serve --store FILE` "
                     "opens one");
}

enum status service_store(struct service *service, struct feedback **store, struct error *error) {
    struct live *live;
    TRY(open_store(service, &live, error));
    *store = live_store(live);
    return STATUS_OK;
}

enum status service_append(struct service *service, const struct feedback_event *events,
                           size_t count, struct error *error) {
    struct live *live;
    TRY(open_store(service, &live, error));
    return live_append(live, events, count, error);
}

enum status service_append_later(struct service *service, const struct feedback_events *events,
                                 struct arena *arena, feedback_done *done, void *context,
                                 struct error *error) {
    struct live *live;
    TRY(open_store(service, &live, error));
    live_append_later(live, events->list, events->count, arena, done, context);
    return STATUS_OK;
}

/* What is written is written: that it cannot be read at once is no failure of the writer's. */
static void renew(struct service *service) {
    struct error error;
    if (service_renew_films(service, &error) != STATUS_OK)
        log_warning("films are written, but not read yet: %s", error.text);
}

enum status service_set_films(struct service *service, const struct feedback_item *films,
                              size_t count, struct error *error) {
    struct live *live;
    TRY(open_store(service, &live, error));
    TRY(feedback_set_items(live_store(live), films, count, error));
    renew(service);
    return STATUS_OK;
}

enum status service_remove_film(struct service *service, const char *id, bool *was_there,
                                struct error *error) {
    struct live *live;
    TRY(open_store(service, &live, error));
    TRY(feedback_remove_item(live_store(live), id, was_there, error));
    renew(service);
    return STATUS_OK;
}

const struct feedback_item *service_film_said(const struct snapshot *snapshot, const char *id) {
    return snapshot->edited ? film_edits_find(snapshot->edited->edits, id) : NULL;
}

enum status service_set_labels(struct service *service, const char *id, const char *labels,
                               struct error *error) {
    struct live *live;
    TRY(open_store(service, &live, error));
    TRY(feedback_set_labels(live_store(live), id, labels, error));
    live_changed(live, id);
    return STATUS_OK;
}

/* Whether one of the served models was trained with somebody. */
static bool is_learnt(struct service *service, const char *id) {
    struct arena arena = {0};
    struct service_model *models;
    struct error none; /* a model that has gone meanwhile */
    bool is_known = false;
    const size_t count = service_models(service, &models, &arena);
    for (size_t i = 0; i < count && !is_known; i++) {
        struct snapshot *snapshot;
        if (service_acquire(service, models[i].name, &snapshot, &none) != STATUS_OK)
            continue;
        const struct id_map *users = &service_catalogue(snapshot)->users;
        is_known = id_map_find(users, id, strlen(id)) != DATASET_NONE;
        service_release(snapshot);
    }
    arena_release(&arena);
    return is_known;
}

enum status service_erase(struct service *service, const char *id, struct error *error) {
    struct live *live;
    bool is_known;
    TRY(open_store(service, &live, error));
    TRY(feedback_is_known(live_store(live), id, &is_known, error));
    if (!is_known && !is_learnt(service, id))
        return error_set(error, STATUS_NOT_FOUND,
                         "there is no user \"%.80s\", and nothing to be erased", id);
    return live_erase(live, id, error);
}

bool service_is_erased(struct service *service, const char *id) {
    struct live *live = service_live(service);
    return live && live_is_erased(live, id);
}

size_t service_store_people(struct service *service, struct arena *arena, const char *const **ids) {
    struct live *live = service_live(service);
    return live ? live_people(live, arena, ids) : 0;
}

enum status service_session_begin(struct service *service, int64_t seconds, struct arena *arena,
                                  struct feedback_session *session, struct error *error) {
    struct live *live;
    TRY(open_store(service, &live, error));
    TRY(live_end_session(live, NULL, error)); /* those that are over make room */
    return feedback_session_begin(live_store(live), seconds, arena, session, error);
}

enum status service_session_find(struct service *service, const char *id, struct arena *arena,
                                 struct feedback_session *session, struct error *error) {
    struct live *live;
    TRY(open_store(service, &live, error));
    return feedback_session_find(live_store(live), id, arena, session, error);
}

enum status service_session_end(struct service *service, const char *id, struct error *error) {
    struct live *live;
    TRY(open_store(service, &live, error));
    return live_end_session(live, id, error);
}

/* service_versions.c: which file of a model is served; see service_learning.h.
 *
 * Trap     File and snapshot change together: one at a time does both. Checked by
 *          tests/service/test_service_learning.c. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/log.h"
#include "service/service_internal.h"
#include "service/service_learning.h"
#include "service/service_map.h"
#include "service/service_runs.h"
#include "service/service_search.h"

static pthread_mutex_t installing = PTHREAD_MUTEX_INITIALIZER;

/* What is replaced stays a version, and the run that made it is told where it lies. */
static enum status keep_present(struct service *service, const char *file, struct error *error) {
    struct arena arena = {0};
    unsigned number;
    const char *path = file;
    if (!files_exists(file))
        return STATUS_OK;
    const enum status status = model_versions_keep(file, &arena, &number, &path, error);
    if (status == STATUS_OK)
        service_runs_moved(service, file, path);
    arena_release(&arena);
    return status;
}

static enum status install_file(const struct service_install *install, unsigned *version,
                                struct error *error) {
    if (install->candidate)
        return model_versions_promote(install->file, install->candidate, install->versions_kept,
                                      version, error);
    if (install->made)
        return model_versions_take(install->file, install->made, install->versions_kept, version,
                                   error);
    return model_versions_restore(install->file, *version, error);
}

enum status service_install(struct service *service, const struct service_install *install,
                            struct snapshot *snapshot, unsigned *version, struct error *error) {
    struct error ignored; /* then the first search makes what it needs */
    service_search_follow(service, install->name, snapshot, NULL, &ignored);
    service_map_follow(service, install->name, snapshot);
    pthread_mutex_lock(&installing);
    enum status status = keep_present(service, install->file, error);
    if (status == STATUS_OK)
        status = install_file(install, version, error);
    if (status == STATUS_OK) {
        snapshot->path = arena_copy(&snapshot->arena, install->file);
        status = service_adopt(service, snapshot, install->name, error);
    } else {
        snapshot_release(snapshot);
    }
    pthread_mutex_unlock(&installing);
    return status;
}

static enum status file_of(struct service *service, const char *name, struct arena *arena,
                           const char **file, const char **served, struct error *error) {
    struct snapshot *snapshot;
    TRY(service_acquire(service, name, &snapshot, error));
    *served = arena_copy(arena, snapshot->name);
    *file = snapshot->path ? arena_copy(arena, snapshot->path) : NULL;
    service_release(snapshot);
    if (*file)
        return STATUS_OK;
    return error_set(error, STATUS_NOT_FOUND, "%s came from no file, so it has no versions",
                     *served);
}

enum status service_versions(struct service *service, const char *name, struct arena *arena,
                             struct service_files *files, struct error *error) {
    const char *served;
    *files = (struct service_files){0};
    TRY(file_of(service, name, arena, &files->path, &served, error));
    return model_versions_list(files->path, arena, &files->versions, &files->count, error);
}

/* The path of a version; `number` 0: the one before the present one. */
static enum status find_version(const char *file, unsigned *number, struct arena *arena,
                                const char **path, struct error *error) {
    struct model_version *list;
    size_t count;
    if (*number == 0)
        TRY(model_versions_previous(file, number, error));
    TRY(model_versions_list(file, arena, &list, &count, error));
    for (size_t i = 0; i < count; i++)
        if (list[i].number == *number) {
            *path = list[i].path;
            return STATUS_OK;
        }
    return error_set(error, STATUS_NOT_FOUND, "%s has no version %u", file, *number);
}

static enum status restore(struct service *service, const char *name, unsigned *number,
                           struct arena *arena, struct error *error) {
    const char *file, *served, *path = NULL;
    struct snapshot *snapshot;
    TRY(file_of(service, name, arena, &file, &served, error));
    TRY(find_version(file, number, arena, &path, error));
    TRY(snapshot_open(&snapshot, path, error));
    const struct service_install install = {.file = file, .name = served};
    return service_install(service, &install, snapshot, number, error);
}

enum status service_restore(struct service *service, const char *name, unsigned number,
                            unsigned *restored, struct error *error) {
    struct arena arena = {0};
    *restored = number;
    const enum status status = restore(service, name, restored, &arena, error);
    arena_release(&arena);
    return status;
}

/* ---- What a run made ---- */

/* Whose file it is a version of already, or NULL. */
static const char *find_holder(struct service *service, const char *made, struct arena *arena) {
    struct service_model *models;
    const size_t count = service_models(service, &models, arena);
    const char *whole = files_resolve(arena, made);
    for (size_t i = 0; i < count; i++) {
        struct service_files files;
        struct error ignored; /* a model that came from no file has no versions */
        if (service_versions(service, models[i].name, arena, &files, &ignored) != STATUS_OK)
            continue;
        if (strcmp(files_resolve(arena, files.path), whole) == 0)
            return models[i].name;
        for (size_t v = 0; v < files.count; v++)
            if (strcmp(files_resolve(arena, files.versions[v].path), whole) == 0)
                return models[i].name;
    }
    return NULL;
}

/* Which served model gives way: whose version it is, the one that the run was to teach, that of its
 * kind; NULL: none, it is served beside the others. */
static const char *find_place(struct service *service, const struct runs_record *run,
                              const char **file, struct arena *arena) {
    const bool is_taught = run->experiment && strcmp(run->experiment, LEARNING_EXPERIMENT) == 0;
    const char *const names[] = {find_holder(service, run->model_file, arena),
                                 is_taught ? run->name : NULL, run->model};
    const char *served;
    struct error ignored; /* nothing of that name, or it came from no file */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && file_of(service, names[i], arena, file, &served, &ignored) == STATUS_OK)
            return served;
    return NULL;
}

static enum status promote_run(struct service *service, int64_t id,
                               struct service_promotion *promotion, struct arena *arena,
                               struct error *error) {
    struct service_run run;
    struct snapshot *snapshot;
    const char *file;
    TRY(service_runs_get(service, id, arena, &run, error));
    const char *made = run.record.model_file;
    if (made && model_versions_is_candidate(made))
        return error_set(error, STATUS_NOT_FOUND,
                         "what run %lld made is being compared with what is served", (long long)id);
    if (!service_runs_can_serve(&run))
        return error_set(error, STATUS_NOT_FOUND, "run %lld has left no model file", (long long)id);
    const char *name = find_place(service, &run.record, &file, arena);
    TRY(snapshot_open(&snapshot, made, error));
    if (!name) {
        snprintf(promotion->name, sizeof promotion->name, "%s", snapshot->model->ops->name);
        return service_adopt(service, snapshot, promotion->name, error);
    }
    snprintf(promotion->name, sizeof promotion->name, "%s", name);
    const struct service_install install = {
        .file = file, .name = name, .made = made, .versions_kept = MODEL_VERSIONS_KEPT};
    return service_install(service, &install, snapshot, &promotion->version, error);
}

enum status service_promote_run(struct service *service, int64_t run,
                                struct service_promotion *promotion, struct error *error) {
    struct arena arena = {0};
    *promotion = (struct service_promotion){0};
    const enum status status = promote_run(service, run, promotion, &arena, error);
    arena_release(&arena);
    return status;
}

/* ---- All files anew ---- */

/* Another training may install a file meanwhile: what is opened is what then lies there. */
static enum status reload(struct service *service, const char *name, const atomic_bool *cancel,
                          struct arena *arena, struct error *error) {
    const char *file, *served;
    struct snapshot *snapshot;
    TRY(file_of(service, name, arena, &file, &served, error));
    pthread_mutex_lock(&installing);
    enum status status = snapshot_open(&snapshot, file, error);
    if (status == STATUS_OK) {
        status = service_search_follow(service, served, snapshot, cancel, error);
        if (status == STATUS_OK) {
            service_map_follow(service, served, snapshot);
            status = service_adopt(service, snapshot, served, error);
        } else {
            snapshot_release(snapshot);
        }
    }
    pthread_mutex_unlock(&installing);
    return status;
}

enum status service_reload(struct service *service, const atomic_bool *cancel, size_t *count,
                           struct error *error) {
    struct arena arena = {0};
    struct service_model *models;
    const size_t model_count = service_models(service, &models, &arena);
    enum status status = STATUS_OK;
    *count = 0;
    for (size_t i = 0; i < model_count; i++) {
        struct error failed;
        if (reload(service, models[i].name, cancel, &arena, &failed) == STATUS_OK) {
            ++*count;
            continue;
        }
        if (failed.status == STATUS_CANCELLED) {
            status = error_set(error, STATUS_CANCELLED, "cancelled");
            break;
        }
        log_warning("%s is served as before: %s", models[i].name, failed.text);
        status = error_set(error, failed.status, "%s is served as before: %.900s", models[i].name,
                           failed.text);
    }
    arena_release(&arena);
    return status;
}

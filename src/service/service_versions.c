/* service_versions.c: which file of a model is served; see service_learning.h.
 *
 * Trap     File and snapshot change together: one at a time does both. Checked by
 *          tests/service/test_service_learning.c. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"
#include "service/service_internal.h"
#include "service/service_learning.h"
#include "service/service_runs.h"
#include "service/service_search.h"

#define VERSIONS_KEPT 5

static pthread_mutex_t installing = PTHREAD_MUTEX_INITIALIZER;

enum status service_install(struct service *service, const struct service_install *install,
                            struct snapshot *snapshot, unsigned *version, struct error *error) {
    pthread_mutex_lock(&installing);
    enum status status;
    if (install->candidate)
        status = model_versions_promote(install->file, install->candidate, install->versions_kept,
                                        version, error);
    else
        status = model_versions_restore(install->file, *version, error);
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
    struct error ignored; /* then the first search makes what it needs */
    service_search_follow(service, served, snapshot, NULL, &ignored);
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

/* The file of a training of this server has become a version meanwhile. */
static bool find_job(struct service *service, int64_t run, struct learning_job *job,
                     struct arena *arena) {
    struct learning_job *list;
    const size_t count = service_learning_jobs(service, &list, arena);
    for (size_t i = 0; i < count; i++)
        if (list[i].run == run && list[i].version > 0) {
            *job = list[i];
            return true;
        }
    return false;
}

/* A second name of the file that a run made is what is installed. */
static enum status take_file(struct service *service, const struct service_install *install,
                             const char *made, unsigned *version, struct error *error) {
    struct snapshot *snapshot;
    if (link(made, install->candidate) != 0)
        return error_set(error, STATUS_IO, "%s cannot be put beside %s: %s", made, install->file,
                         strerror(errno));
    enum status status = snapshot_open(&snapshot, install->candidate, error);
    if (status == STATUS_OK)
        status = service_install(service, install, snapshot, version, error);
    model_versions_discard(install->file, install->candidate);
    return status;
}

static enum status promote_run(struct service *service, int64_t id, unsigned *version,
                               struct arena *arena, struct error *error) {
    struct service_run run;
    struct learning_job job;
    const char *file, *served;
    struct error ignored; /* no model of that name: it is served beside the others */
    TRY(service_runs_get(service, id, arena, &run, error));
    if (find_job(service, id, &job, arena))
        return service_restore(service, job.name, job.version, version, error);
    const char *made = run.record.model_file;
    if (!made || !files_is_regular(made))
        return error_set(error, STATUS_NOT_FOUND, "run %lld has left no model file", (long long)id);
    if (file_of(service, run.record.model, arena, &file, &served, &ignored) != STATUS_OK)
        return service_load(service, made, NULL, error);
    struct service_install install = {.file = file, .name = served, .versions_kept = VERSIONS_KEPT};
    TRY(model_versions_candidate(file, arena, &install.candidate, error));
    return take_file(service, &install, made, version, error);
}

enum status service_promote_run(struct service *service, int64_t run, unsigned *version,
                                struct error *error) {
    struct arena arena = {0};
    *version = 0;
    const enum status status = promote_run(service, run, version, &arena, error);
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
        if (status == STATUS_OK)
            status = service_adopt(service, snapshot, served, error);
        else
            snapshot_release(snapshot);
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

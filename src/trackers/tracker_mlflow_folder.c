/* tracker_mlflow_folder.c: a run in MLflow's file store, which needs no server: `mlflow ui
 * --backend-store-uri DIR` shows it (newer versions want MLFLOW_ALLOW_FILE_STORE=true, or a data
 * base made of it by `mlflow migrate-filestore`).
 *
 *     DIR/EXPERIMENT/meta.yaml
 *     DIR/EXPERIMENT/RUN/meta.yaml         status 1 running, 3 finished, 4 failed, 5 killed
 *     DIR/EXPERIMENT/RUN/metrics/NAME      "milliseconds value step", a line for each
 *     DIR/EXPERIMENT/RUN/{params,tags}/KEY the value
 *     DIR/EXPERIMENT/RUN/artifacts/        model/FILE.safetensors
 *
 * Idea     An experiment is found by the name in its meta.yaml. The number of a new one is made of
 *          its name, so that two runs that begin at once make the same.
 * Source   mlflow/store/tracking/file_store.py.
 * Traps    A folder has no registry: logger.mlflow.register_model is refused at the end.
 * Checked  tests/trackers/test_trackers.c by its files; tools/check trackers by MLflow's client. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/config.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/wall_clock.h"
#include "trackers/mlflow_server.h"
#include "trackers/tracker.h"

#define META "meta.yaml"
#define VALUE_BYTES_MAX 500 /* what every version reads */

enum state { RUNNING = 1, FINISHED = 3, FAILED = 4, KILLED = 5 };

struct store {
    struct tracker base;
    const char *root, *experiment, *run_id, *name;
    const char *folder; /* of the run */
    int64_t started_ms;
};

static int64_t now_ms(void) { return (int64_t)(wall_clock_seconds() * 1e3); }

static const char *setting(const struct tracker_run *run, const char *key, const char *otherwise) {
    const char *value = settings_text(run->logger, key);
    return *value ? value : otherwise;
}

static enum status write_text(const char *path, const char *text, struct error *error) {
    TRY(files_make_parent(path, error));
    return files_write(path, text, strlen(text), error);
}

/* key: 'value' */
static void put(struct buffer *out, const char *key, const char *value) {
    buffer_format(out, "%s: '", key);
    for (; *value; value++)
        buffer_text(out, *value == '\'' ? "''" : (char[]){*value, '\0'});
    buffer_text(out, "'\n");
}

static uint64_t hash(const char *text, char hex[DIGEST_TEXT_BYTES]) {
    uint8_t sum[DIGEST_SHA256_BYTES];
    digest_sha256(text, strlen(text), sum);
    digest_text(sum, sizeof sum, hex);
    uint64_t number;
    memcpy(&number, sum, sizeof number);
    return number;
}

/* ---- The experiment ---- */

/* The folder of the experiment of that name; NULL: there is none yet. */
static const char *find_experiment(const struct store *store, const char *name) {
    struct arena *arena = store->base.arena;
    const char *const *folders;
    size_t count;
    struct error ignored; /* what is no experiment is passed over */
    if (files_list(store->root, arena, &folders, &count, &ignored) != STATUS_OK)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *path = files_join(arena, files_join(arena, store->root, folders[i]), META);
        struct config config = {0};
        if (folders[i][0] == '.' || !files_is_regular(path) ||
            config_read(&config, path, NULL, arena, &ignored) != STATUS_OK)
            continue;
        const struct config_entry *found = config_find(&config, "name");
        if (found && strcmp(found->value, name) == 0)
            return folders[i];
    }
    return NULL;
}

static enum status make_experiment(struct store *store, const char *name, struct error *error) {
    struct arena *arena = store->base.arena;
    const char *folder, *trash, *salted = name;
    char hex[DIGEST_TEXT_BYTES];
    do { /* another number where one of the name was thrown away */
        store->experiment =
            arena_format(arena, "%018" PRIu64, hash(salted, hex) % UINT64_C(1000000000000000000));
        folder = files_join(arena, store->root, store->experiment);
        trash = files_join(arena, files_join(arena, store->root, ".trash"), store->experiment);
        salted = arena_format(arena, "%s.", salted);
    } while (files_exists(trash));
    struct buffer meta;
    buffer_init(&meta, arena);
    put(&meta, "artifact_location", folder);
    buffer_format(&meta, "creation_time: %" PRId64 "\n", now_ms());
    put(&meta, "experiment_id", store->experiment);
    buffer_format(&meta, "last_update_time: %" PRId64 "\nlifecycle_stage: active\n", now_ms());
    put(&meta, "name", name);
    return write_text(files_join(arena, folder, META), meta.bytes, error);
}

/* ---- The run ---- */

static enum status write_meta(const struct store *store, enum state state, struct error *error) {
    struct buffer meta;
    buffer_init(&meta, store->base.arena);
    put(&meta, "artifact_uri", files_join(store->base.arena, store->folder, "artifacts"));
    buffer_text(&meta, "deleted_time: null\n");
    if (state == RUNNING)
        buffer_text(&meta, "end_time: null\n");
    else
        buffer_format(&meta, "end_time: %" PRId64 "\n", now_ms());
    put(&meta, "entry_point_name", "");
    put(&meta, "experiment_id", store->experiment);
    buffer_text(&meta, "lifecycle_stage: active\n");
    put(&meta, "run_id", store->run_id);
    put(&meta, "run_name", store->name);
    put(&meta, "run_uuid", store->run_id);
    put(&meta, "source_name", "");
    buffer_text(&meta, "source_type: 4\n");
    put(&meta, "source_version", "");
    buffer_format(&meta, "start_time: %" PRId64 "\nstatus: %d\ntags: []\n", store->started_ms,
                  (int)state);
    put(&meta, "user_id", "");
    return write_text(files_join(store->base.arena, store->folder, META), meta.bytes, error);
}

static enum status write_values(const struct store *store, struct error *error) {
    const struct tracker_run *run = store->base.run;
    struct arena *arena = store->base.arena;
    const struct tracker_parameter tags[] = {{"mlflow.runName", store->name},
                                             {"mlflow.source.name", "matinee"},
                                             {"model", run->model},
                                             {"data", run->data ? run->data : ""}};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        TRY(write_text(
            files_join(arena, store->folder, arena_format(arena, "tags/%s", tags[i].key)),
            tags[i].value, error));
    for (size_t i = 0; i < run->parameter_count; i++)
        TRY(write_text(files_join(arena, store->folder,
                                  arena_format(arena, "params/%s", run->parameters[i].key)),
                       arena_format(arena, "%.*s", VALUE_BYTES_MAX, run->parameters[i].value),
                       error));
    TRY(files_make_folder(files_join(arena, store->folder, "metrics"), error));
    return files_make_folder(files_join(arena, store->folder, "artifacts"), error);
}

/* The root as an absolute path: MLflow reads where artifacts lie from wherever it is started. */
static enum status open_root(struct store *store, struct error *error) {
    static const char scheme[] = "file:";
    const char *address = mlflow_server_of_run(store->base.run->logger, store->base.arena);
    const char *path = address;
    char whole[PATH_MAX];
    if (strncmp(path, scheme, sizeof scheme - 1) == 0) {
        path += sizeof scheme - 1;
        path += strncmp(path, "//", 2) == 0 ? 2 : 0;
    } else if (strstr(path, "://")) {
        return error_set(
            error, STATUS_BAD_USAGE,
            "%.300s: expected http://, https://, file: or a folder; a data base wants a "
            "server in front of it: mlflow server --backend-store-uri %.300s",
            address, address);
    }
    TRY(files_make_folder(path, error));
    if (!realpath(path, whole))
        return error_set(error, STATUS_IO, "%s: %s", path, strerror(errno));
    store->root = arena_copy(store->base.arena, whole);
    return STATUS_OK;
}

static enum status open_run(struct tracker **out, const struct tracker_run *run,
                            struct arena *arena, struct error *error) {
    struct store *store = ARENA_NEW(arena, struct store);
    char hex[DIGEST_TEXT_BYTES];
    *out = NULL;
    store->base = (struct tracker){&tracker_mlflow_folder, run, arena};
    store->name = setting(run, "logger.mlflow.run_name", run->name);
    store->started_ms = now_ms();
    TRY(open_root(store, error));
    const char *experiment = setting(run, "logger.mlflow.experiment_name", run->experiment);
    store->experiment = find_experiment(store, experiment);
    if (!store->experiment)
        TRY(make_experiment(store, experiment, error));
    hash(arena_format(arena, "%s %s %.6f %ld", experiment, store->name, wall_clock_seconds(),
                      (long)getpid()),
         hex);
    store->run_id = arena_copy_length(arena, hex, 32);
    store->folder =
        files_join(arena, files_join(arena, store->root, store->experiment), store->run_id);
    TRY(write_meta(store, RUNNING, error));
    TRY(write_values(store, error));
    *out = &store->base;
    return STATUS_OK;
}

static enum status log_scalars(struct tracker *tracker, int64_t step,
                               const struct tracker_scalar *scalars, size_t count,
                               struct error *error) {
    const struct store *store = (const struct store *)tracker;
    struct arena arena = {0};
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        const char *path =
            files_join(&arena, files_join(&arena, store->folder, "metrics"), scalars[i].name);
        status = files_make_parent(path, error);
        FILE *file = status == STATUS_OK ? fopen(path, "ae") : NULL;
        if (status == STATUS_OK && !file)
            status = error_set(error, STATUS_IO, "%s: %s", path, strerror(errno));
        if (!file)
            break;
        fprintf(file, "%" PRId64 " %.17g %" PRId64 "\n", now_ms(), scalars[i].value, step);
        if (fclose(file) != 0)
            status = error_set(error, STATUS_IO, "%s: %s", path, strerror(errno));
    }
    arena_release(&arena);
    return status;
}

static enum status put_model(const struct store *store, const char *file, struct error *error) {
    struct arena *arena = store->base.arena;
    const char *path =
        files_join(arena, store->folder,
                   arena_format(arena, "artifacts/model/%s", files_base_name(arena, file)));
    struct files_mapping bytes;
    TRY(files_make_parent(path, error));
    TRY(files_map(&bytes, file, error));
    enum status status = files_write(path, bytes.bytes, bytes.size, error);
    files_unmap(&bytes);
    return status;
}

static enum status finish(struct store *store, const struct tracker_end *end, struct error *error) {
    const struct settings *logger = store->base.run->logger;
    TRY(log_scalars(&store->base, end->step, end->scalars, end->scalar_count, error));
    if (!end->model_file || !settings_bool(logger, "logger.mlflow.log_model"))
        return STATUS_OK;
    TRY(put_model(store, end->model_file, error));
    const char *name = settings_text(logger, "logger.mlflow.register_model");
    if (*name && strcmp(name, "false") != 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "the model is in %s and not registered: a folder has no registry; name a "
                         "server in logger.mlflow.tracking_uri",
                         store->folder);
    return STATUS_OK;
}

static enum status close_run(struct tracker *tracker, const struct tracker_end *end,
                             struct error *error) {
    struct store *store = (struct store *)tracker;
    enum state state = strcmp(end->status, "done") == 0     ? FINISHED
                       : strcmp(end->status, "failed") == 0 ? FAILED
                                                            : KILLED;
    enum status status = finish(store, end, error);
    struct error second; /* the first failure is the one to tell of */
    enum status last = write_meta(store, state, status == STATUS_OK ? error : &second);
    return status == STATUS_OK ? last : status;
}

const struct tracker_ops tracker_mlflow_folder = {
    .name = "mlflow",
    .setting = "logger.use_mlflow",
    .open = open_run,
    .log = log_scalars,
    .close = close_run,
};

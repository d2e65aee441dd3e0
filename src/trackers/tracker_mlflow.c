/* tracker_mlflow.c: a run on an MLflow tracking server.
 *
 * Idea     The experiment is found by its name or made; settings become parameters, figures metrics
 *          of a step (an epoch), gathered and sent at most once a second; at the end the model file
 *          is uploaded as an artifact and, if asked for, registered as a version of a model.
 * Source   mlflow.org/docs: REST API 2.0; the artifacts of a server that proxies them have
 *          addresses "mlflow-artifacts:/..." and are put to its own address for them.
 * Traps    A server takes 100 parameters, 1000 metrics a batch and no parameter above 6000 bytes.
 *          Artifacts that do not go through the server (s3://...) are not uploaded, which is said.
 * Checked  tools/check trackers: read back through MLflow's own client. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/progress.h"
#include "base/wall_clock.h"
#include "trackers/mlflow_server.h"
#include "trackers/tracker.h"

#define API MLFLOW_SERVER_API
#define PARAMETERS_MAX 100
#define METRICS_MAX 1000
#define VALUE_BYTES_MAX 500 /* what servers of every age take */
#define SECONDS_BETWEEN 1.0

struct mlflow {
    struct tracker base;
    struct rest *rest;
    const char *run_id, *artifact_uri;
    json_t *waiting; /* metrics that are not sent yet */
    double sent_at;
};

static json_int_t now_milliseconds(void) { return (json_int_t)(wall_clock_seconds() * 1e3); }

static const char *setting(const struct tracker_run *run, const char *key, const char *otherwise) {
    const char *value = settings_text(run->logger, key);
    return *value ? value : otherwise;
}

/* ---- Beginning ---- */

static enum status find_experiment(struct mlflow *mlflow, const char *name, const char **id,
                                   struct error *error) {
    struct arena *arena = mlflow->base.arena;
    json_t *answer = NULL;
    enum status status =
        rest_call(mlflow->rest, "GET",
                  arena_format(arena, API "experiments/get-by-name?experiment_name=%s",
                               rest_escape(mlflow->rest, name, arena)),
                  NULL, &answer, error);
    const char *found =
        json_string_value(json_object_get(json_object_get(answer, "experiment"), "experiment_id"));
    if (status == STATUS_NOT_FOUND) {
        TRY(rest_call(mlflow->rest, "POST", API "experiments/create",
                      json_pack("{s:s}", "name", name), &answer, error));
        found = json_string_value(json_object_get(answer, "experiment_id"));
        status = STATUS_OK;
    }
    if (status == STATUS_OK && !found)
        status = error_set(error, STATUS_BAD_INPUT, "MLflow names no experiment_id for %s", name);
    if (status == STATUS_OK)
        *id = arena_copy(arena, found);
    json_decref(answer);
    return status;
}

static enum status create_run(struct mlflow *mlflow, const char *experiment, struct error *error) {
    const struct tracker_run *run = mlflow->base.run;
    json_t *tags = json_pack("[{s:s, s:s}, {s:s, s:s}, {s:s, s:s}]", "key", "mlflow.source.name",
                             "value", "matinee", "key", "model", "value", run->model, "key", "data",
                             "value", run->data ? run->data : "");
    json_t *answer = NULL;
    TRY(rest_call(mlflow->rest, "POST", API "runs/create",
                  json_pack("{s:s, s:s, s:I, s:o}", "experiment_id", experiment, "run_name",
                            setting(run, "logger.mlflow.run_name", run->name), "start_time",
                            now_milliseconds(), "tags", tags),
                  &answer, error));
    json_t *info = json_object_get(json_object_get(answer, "run"), "info");
    const char *id = json_string_value(json_object_get(info, "run_id"));
    const char *uri = json_string_value(json_object_get(info, "artifact_uri"));
    enum status status = STATUS_OK;
    if (id) {
        mlflow->run_id = arena_copy(mlflow->base.arena, id);
        mlflow->artifact_uri = arena_copy(mlflow->base.arena, uri ? uri : "");
    } else {
        status = error_set(error, STATUS_BAD_INPUT, "MLflow names no run_id for a new run");
    }
    json_decref(answer);
    return status;
}

static enum status log_parameters(struct mlflow *mlflow, struct error *error) {
    const struct tracker_run *run = mlflow->base.run;
    for (size_t begin = 0; begin < run->parameter_count; begin += PARAMETERS_MAX) {
        json_t *list = json_array();
        for (size_t i = begin; i < run->parameter_count && i < begin + PARAMETERS_MAX; i++) {
            const char *value = run->parameters[i].value;
            json_array_append_new(list,
                                  json_pack("{s:s, s:o}", "key", run->parameters[i].key, "value",
                                            json_stringn(value, strnlen(value, VALUE_BYTES_MAX))));
        }
        TRY(rest_call(mlflow->rest, "POST", API "runs/log-batch",
                      json_pack("{s:s, s:o}", "run_id", mlflow->run_id, "params", list), NULL,
                      error));
    }
    return STATUS_OK;
}

static enum status begin(struct mlflow *mlflow, struct error *error) {
    const struct tracker_run *run = mlflow->base.run;
    const char *id;
    TRY(find_experiment(mlflow, setting(run, "logger.mlflow.experiment_name", run->experiment), &id,
                        error));
    TRY(create_run(mlflow, id, error));
    return log_parameters(mlflow, error);
}

static enum status open_run(struct tracker **out, const struct tracker_run *run,
                            struct arena *arena, struct error *error) {
    const char *address = mlflow_server_of_run(run->logger, arena);
    if (!mlflow_server_is_remote(address))
        return tracker_mlflow_folder.open(out, run, arena, error);
    struct mlflow *mlflow = ARENA_NEW(arena, struct mlflow);
    mlflow->base = (struct tracker){&tracker_mlflow, run, arena};
    mlflow->rest = mlflow_server_connect(address);
    mlflow->waiting = json_array();
    enum status status = begin(mlflow, error);
    *out = &mlflow->base;
    if (status != STATUS_OK) {
        rest_destroy(mlflow->rest);
        json_decref(mlflow->waiting);
        *out = NULL;
    }
    return status;
}

/* ---- On the way ---- */

static enum status send_waiting(struct mlflow *mlflow, struct error *error) {
    if (json_array_size(mlflow->waiting) == 0)
        return STATUS_OK;
    json_t *metrics = mlflow->waiting;
    mlflow->waiting = json_array();
    mlflow->sent_at = progress_clock();
    return rest_call(mlflow->rest, "POST", API "runs/log-batch",
                     json_pack("{s:s, s:o}", "run_id", mlflow->run_id, "metrics", metrics), NULL,
                     error);
}

static enum status log_scalars(struct tracker *tracker, int64_t step,
                               const struct tracker_scalar *scalars, size_t count,
                               struct error *error) {
    struct mlflow *mlflow = (struct mlflow *)tracker;
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(mlflow->waiting,
                              json_pack("{s:s, s:f, s:I, s:I}", "key", scalars[i].name, "value",
                                        scalars[i].value, "timestamp", now_milliseconds(), "step",
                                        (json_int_t)step));
        if (json_array_size(mlflow->waiting) == METRICS_MAX)
            TRY(send_waiting(mlflow, error));
    }
    if (progress_clock() - mlflow->sent_at < SECONDS_BETWEEN)
        return STATUS_OK;
    return send_waiting(mlflow, error);
}

/* ---- The end ---- */

/* An artifact at the run's own address: through the server, or on a disk that both see. */
static enum status put_model(struct mlflow *mlflow, const char *file, struct error *error) {
    struct arena *arena = mlflow->base.arena;
    const char *place = mlflow_server_artifact(mlflow->artifact_uri);
    if (!place)
        return error_set(error, STATUS_IO,
                         "artifacts of this server lie at %s, not behind it; start it with "
                         "--serve-artifacts, or set logger.mlflow.log_model=false",
                         mlflow->artifact_uri);
    return rest_upload(mlflow->rest,
                       arena_format(arena, MLFLOW_SERVER_ARTIFACTS "/%s/model/%s", place,
                                    files_base_name(arena, file)),
                       file, error);
}

static enum status register_model(struct mlflow *mlflow, struct error *error) {
    const struct tracker_run *run = mlflow->base.run;
    struct arena *arena = mlflow->base.arena;
    const char *name = settings_text(run->logger, "logger.mlflow.register_model");
    if (!*name || strcmp(name, "false") == 0)
        return STATUS_OK;
    if (strcmp(name, "true") == 0)
        name = arena_format(arena, "matinee-%s", run->model);
    struct error known; /* that there is one of the name already is no failure */
    rest_call(mlflow->rest, "POST", API "registered-models/create",
              json_pack("{s:s}", "name", name), NULL, &known);
    return rest_call(mlflow->rest, "POST", API "model-versions/create",
                     json_pack("{s:s, s:s+, s:s}", "name", name, "source", mlflow->artifact_uri,
                               "/model", "run_id", mlflow->run_id),
                     NULL, error);
}

static enum status finish(struct mlflow *mlflow, const struct tracker_end *end,
                          struct error *error) {
    const struct settings *logger = mlflow->base.run->logger;
    TRY(log_scalars(&mlflow->base, end->step, end->scalars, end->scalar_count, error));
    TRY(send_waiting(mlflow, error));
    if (!end->model_file)
        return STATUS_OK;
    if (settings_bool(logger, "logger.mlflow.log_model")) {
        TRY(put_model(mlflow, end->model_file, error));
        TRY(register_model(mlflow, error));
    }
    return STATUS_OK;
}

static enum status close_run(struct tracker *tracker, const struct tracker_end *end,
                             struct error *error) {
    struct mlflow *mlflow = (struct mlflow *)tracker;
    const char *state = strcmp(end->status, "done") == 0     ? "FINISHED"
                        : strcmp(end->status, "failed") == 0 ? "FAILED"
                                                             : "KILLED";
    enum status status = finish(mlflow, end, error);
    struct error second; /* the first failure is the one to tell of */
    enum status last = rest_call(mlflow->rest, "POST", API "runs/update",
                                 json_pack("{s:s, s:s, s:I}", "run_id", mlflow->run_id, "status",
                                           state, "end_time", now_milliseconds()),
                                 NULL, status == STATUS_OK ? error : &second);
    rest_destroy(mlflow->rest);
    json_decref(mlflow->waiting);
    return status == STATUS_OK ? last : status;
}

const struct tracker_ops tracker_mlflow = {
    .name = "mlflow",
    .setting = "logger.use_mlflow",
    .open = open_run,
    .log = log_scalars,
    .close = close_run,
};

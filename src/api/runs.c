/* runs.c: GET /api/runs, /api/runs/ID, /api/runs/ID/events: what was trained, and what is being
 * trained while it happens; POST /api/runs/ID/promote serves it.
 *
 * The events are server-sent (https://html.spec.whatwg.org/multipage/server-sent-events.html):
 * `epoch` for each epoch, those that are over first, `end` with the run's status at last; a comment
 * now and then, so that nobody takes the connection for dead. A client that comes back says the
 * last id that it saw and is told the rest. Checked by tests/api/test_api_train.c. */
#include "api/api_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/film.h"
#include "base/alloc.h"
#include "base/files.h"
#include "base/progress.h"
#include "http/json_text.h"
#include "service/service_learning.h"
#include "service/service_runs.h"

#define RUNS_MAX 500
#define BEAT_SECONDS 10.0

static json_t *text_or_null(const char *text) {
    return text ? film_text(text, strlen(text)) : json_null();
}

static json_t *number_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *metrics_of(const struct service_run *run) {
    json_t *object = json_object();
    for (size_t i = 0; i < run->metric_count; i++) {
        const struct runs_metric *metric = &run->metrics[i];
        json_object_set_new(object, metric->name,
                            json_pack("{s:o, s:o, s:o}", "value", number_or_null(metric->value),
                                      "low", number_or_null(metric->low), "high",
                                      number_or_null(metric->high)));
    }
    return object;
}

static json_t *summary_of(const struct service_run *from, struct arena *arena) {
    const struct runs_record *run = &from->record;
    /* Where files lie is the machine's business. */
    const char *file = run->model_file ? files_base_name(arena, run->model_file) : NULL;
    json_t *object = json_pack("{s:I, s:o, s:o, s:o}", "id", (json_int_t)run->id, "kind",
                               text_or_null(run->kind), "status", text_or_null(run->status),
                               "parent", run->parent ? json_integer(run->parent) : json_null());
    const struct {
        const char *key, *text;
    } texts[] = {{"experiment", run->experiment},
                 {"name", run->name},
                 {"model", run->model},
                 {"data", run->data},
                 {"split", run->split},
                 {"candidates", run->candidates},
                 {"model_file", file},
                 {"error", run->error}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_object_set_new(object, texts[i].key, text_or_null(texts[i].text));
    const bool is_over = run->status && strcmp(run->status, "running") != 0;
    json_object_set_new(object, "started", json_integer((json_int_t)run->started));
    json_object_set_new(object, "ended",
                        is_over && run->ended > 0 ? json_integer((json_int_t)run->ended)
                                                  : json_null());
    const struct {
        const char *key;
        double value;
    } numbers[] = {{"fit_seconds", is_over ? run->fit_seconds : NAN},
                   {"evaluate_seconds", is_over ? run->evaluate_seconds : NAN}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_set_new(object, numbers[i].key, number_or_null(numbers[i].value));
    json_object_set_new(object, "can_serve", json_boolean(service_runs_can_serve(from)));
    json_object_set_new(object, "metrics", metrics_of(from));
    return object;
}

static json_t *epoch_of(const struct runs_epoch *epoch) {
    return json_pack("{s:o, s:I, s:o, s:o, s:o}", "part", text_or_null(epoch->part), "epoch",
                     (json_int_t)epoch->epoch, "loss", number_or_null(epoch->loss), "validation",
                     number_or_null(epoch->validation), "seconds", number_or_null(epoch->seconds));
}

/* ---- /api/runs ---- */

const struct route_parameter runs_parameters[] = {
    {"limit", "integer", "50", "how many", 1, RUNS_MAX, 0, NULL},
    {"status", "text", NULL, "only these", 0, 0, 0, "running|done|failed|cancelled|killed"},
    {"model", "text", NULL, "only runs of this kind of model", 0, 0, 0, NULL},
    {"experiment", "text", NULL, "only those of this name", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void runs_get_list(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const struct runs_filter filter = {
        .limit = (size_t)parameters_integer(&parameters, "limit", 50, 1, RUNS_MAX),
        .status = parameters_text(&parameters, "status"),
        .model = parameters_text(&parameters, "model"),
        .experiment = parameters_text(&parameters, "experiment"),
    };
    if (parameters_failed(&parameters, response))
        return;
    struct service_run *list;
    struct error error;
    size_t count;
    const enum status status =
        service_runs_list(api->service, &filter, request->arena, &list, &count, &error);
    if (status != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    json_t *runs = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(runs, summary_of(&list[i], request->arena));
    response_json(response, request, json_pack("{s:o}", "runs", runs));
    response_set_header(response, "Cache-Control", "no-store");
}

/* ---- /api/runs/ID ---- */

const struct route_parameter runs_one_parameters[] = {
    {"id", "integer", NULL, "the run's number", 0, 0, 0, NULL},
    PARAMETERS_END,
};

static int64_t number_of(const struct request *request) {
    char *end;
    const long long id = strtoll(request->captures[0], &end, 10);
    return *end == '\0' && id > 0 ? id : 0;
}

static bool find_run(const struct api_context *api, const struct request *request,
                     struct response *response, struct service_run *run) {
    struct error error;
    const enum status status =
        service_runs_get(api->service, number_of(request), request->arena, run, &error);
    if (status != STATUS_OK)
        problem_error(response, request, &error);
    return status == STATUS_OK;
}

void runs_get_one(void *context, const struct request *request, struct response *response) {
    struct service_run run;
    if (!find_run(context, request, response, &run))
        return;
    json_t *object = summary_of(&run, request->arena), *epochs = json_array();
    for (size_t i = 0; i < run.epoch_count; i++)
        json_array_append_new(epochs, epoch_of(&run.epochs[i]));
    json_object_set_new(object, "epochs", epochs);
    json_object_set_new(object, "settings", text_or_null(run.record.settings));
    json_object_set_new(object, "version", text_or_null(run.record.version));
    json_object_set_new(object, "parameters", json_integer(run.record.parameters));
    json_object_set_new(object, "peak_bytes", json_integer(run.record.peak_bytes));
    response_json(response, request, object);
    response_set_header(response, "Cache-Control", "no-store");
}

/* ---- /api/runs/ID/promote ---- */

void runs_promote(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    const int64_t run = number_of(request);
    struct service_promotion promotion;
    struct error error;
    const enum status status = service_promote_run(api->service, run, &promotion, &error);
    if (status != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    response_json(response, request,
                  json_pack("{s:I, s:o, s:o}", "run", (json_int_t)run, "model",
                            film_text(promotion.name, strlen(promotion.name)), "version",
                            promotion.version ? json_integer(promotion.version) : json_null()));
}

/* ---- /api/runs/ID/events ---- */

struct tail {
    struct service *service;
    int64_t run;
    size_t told; /* epochs */
    double beat; /* when something was said last */
};

static void put_event(struct buffer *piece, const char *name, size_t id, json_t *data) {
    buffer_format(piece, "event: %s\nid: %zu\ndata: ", name, id);
    json_text_value(piece, data);
    buffer_text(piece, "\n\n");
}

static enum stream_state tell(struct tail *tail, struct arena *arena, struct buffer *piece) {
    struct service_run run;
    struct error error;
    const double now = progress_clock();
    if (service_runs_get(tail->service, tail->run, arena, &run, &error) != STATUS_OK)
        return STREAM_END; /* it was taken out of the store */
    for (; tail->told < run.epoch_count; tail->told++) {
        put_event(piece, "epoch", tail->told + 1, epoch_of(&run.epochs[tail->told]));
        tail->beat = now;
    }
    if (!run.record.status || strcmp(run.record.status, "running") != 0) {
        json_t *end = summary_of(&run, arena);
        put_event(piece, "end", tail->told, end);
        return STREAM_END;
    }
    if (now - tail->beat >= BEAT_SECONDS) {
        buffer_text(piece, ": still at it\n\n");
        tail->beat = now;
    }
    return piece->size > 0 ? STREAM_MORE : STREAM_WAIT;
}

static enum stream_state tell_next(void *context, struct buffer *piece) {
    struct arena arena = {0};
    const enum stream_state state = tell(context, &arena, piece);
    arena_release(&arena);
    return state;
}

void runs_get_events(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct service_run run;
    if (!find_run(context, request, response, &run))
        return;
    const char *last = request_header(request, "Last-Event-ID");
    struct tail *tail = alloc_zeroed(1, sizeof *tail);
    *tail = (struct tail){.service = api->service,
                          .run = run.record.id,
                          .told = last ? (size_t)strtoull(last, NULL, 10) : 0};
    response_stream(response, request, "text/event-stream",
                    &(struct stream_source){tell_next, alloc_free, tail});
    response_set_header(response, "Cache-Control", "no-store");
}

/* train.c: GET, POST, DELETE /api/train: trainings while the service runs. Checked by
 * tests/api/test_api_train.c. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "http/json_text.h"
#include "service/service_learning.h"

#define SETTINGS_MAX 100

static json_t *text_of(const char *text) { return film_text(text, strlen(text)); }

static json_t *figures_of(const struct training_figures *figures) {
    if (figures->events == 0)
        return json_null();
    return json_pack("{s:I, s:f, s:f}", "events", (json_int_t)figures->events, "ndcg@10",
                     figures->ndcg, "hit_rate@10", figures->hit_rate);
}

static json_t *job_of(const struct learning_job *job) {
    json_t *object =
        json_pack("{s:I, s:s, s:s, s:o, s:o, s:o, s:b, s:I, s:o, s:I, s:o, s:o, s:o}", "job",
                  (json_int_t)job->number, "kind", service_learning_kind(job->kind), "state",
                  service_learning_state(job->state), "name", text_of(job->name), "model",
                  text_of(job->model), "message", text_of(job->message), "scheduled",
                  job->is_scheduled, "started", (json_int_t)job->started, "ended",
                  job->ended > 0 ? json_integer((json_int_t)job->ended) : json_null(), "new_rows",
                  (json_int_t)job->new_rows, "before", figures_of(&job->before), "after",
                  figures_of(&job->after), "run", job->run ? json_integer(job->run) : json_null());
    json_object_set_new(object, "version", job->version ? json_integer(job->version) : json_null());
    return object;
}

static json_t *schedule_of(const struct learning_plan *plan) {
    return json_pack("{s:f, s:I, s:I, s:f, s:o, s:I, s:I}", "every_seconds",
                     plan->options.every_seconds, "after_events",
                     (json_int_t)plan->options.after_events, "update_events",
                     (json_int_t)plan->options.update_events, "tolerance", plan->options.tolerance,
                     "next", plan->next > 0 ? json_integer((json_int_t)plan->next) : json_null(),
                     "events_since_training", (json_int_t)plan->events, "events_since_update",
                     (json_int_t)plan->updated);
}

void train_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    const struct learning_plan plan = service_learning_plan(api->service);
    struct learning_job *list;
    const size_t count = service_learning_jobs(api->service, &list, request->arena);
    json_t *jobs = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(jobs, job_of(&list[i]));
    const bool is_busy = count > 0 && !service_learning_is_end(list[0].state);
    response_json(response, request,
                  json_pack("{s:b, s:b, s:o, s:o}", "trains", plan.is_open, "busy", is_busy, "jobs",
                            jobs, "schedule", schedule_of(&plan)));
    response_set_header(response, "Cache-Control", "no-store");
}

const struct route_parameter train_parameters[] = {
    {"kind", "text", NULL,
     "retrain: a served model again on what is known now; update: teach it the new rows; train: "
     "any model with any settings; where it is not given: train if model or settings are, else "
     "retrain",
     0, 0, 0, "retrain|update|train"},
    {"name", "text", NULL, "which served model, or what a new one is to be called", 0, 0, 0, NULL},
    {"model", "text", NULL, "the kind of model", 0, 0, 0, NULL},
    {"settings", "any", NULL,
     "an object: \"model.k\": 40; of model.*, trainer.*, evaluation.*, data.split.*, data.min_*, "
     "seed",
     0, 0, ROUTE_BODY_ONLY, NULL},
    {"replace", "text", "checked",
     "checked: it takes the place of what is served if it is not worse on the newest events; "
     "always: in any case",
     0, 0, 0, "checked|always"},
    PARAMETERS_END,
};

/* One of "a|b|c" by its place; `otherwise` where it is not given. */
static int choice(struct parameters *parameters, const char *key, const char *const *names,
                  int count, int otherwise) {
    const char *text = parameters_string(parameters, key);
    for (int i = 0; text && i < count; i++)
        if (strcmp(text, names[i]) == 0)
            return i;
    if (text)
        parameters_refuse(parameters, key, "literal_error", "Input should be one of the choices",
                          text);
    return otherwise;
}

/* "key=value"; NULL: a value that no setting has. */
static const char *setting_of(const struct parameters *parameters, const char *key,
                              const json_t *value) {
    struct arena *arena = parameters->request->arena;
    const char *text = parameters_json_text(parameters, value);
    if (json_is_boolean(value))
        text = json_is_true(value) ? "true" : "false";
    if (text)
        return arena_format(arena, "%s=%s", key, text);
    if (!json_is_array(value) && !json_is_real(value))
        return NULL;
    struct buffer line;
    buffer_init(&line, arena);
    buffer_format(&line, "%s=", key);
    json_text_value(&line, json_incref((json_t *)(uintptr_t)value));
    return line.bytes;
}

static void read_settings(struct parameters *parameters, struct learning_request *wanted) {
    json_t *object = json_object_get(parameters->body, "settings"), *value;
    const char *key;
    if (!object || json_is_null(object))
        return;
    if (!json_is_object(object) || json_object_size(object) > SETTINGS_MAX) {
        parameters_refuse(parameters, "settings", "dict_type",
                          "Input should be an object of at most 100 settings", NULL);
        return;
    }
    const char **list =
        ARENA_ARRAY(parameters->request->arena, const char *, json_object_size(object));
    json_object_foreach(object, key, value) {
        list[wanted->setting_count] = setting_of(parameters, key, value);
        if (!list[wanted->setting_count])
            parameters_refuse(parameters, "settings", "value_error",
                              "A setting is a text, a number, true or false, or a list", key);
        else
            wanted->setting_count++;
    }
    wanted->settings = list;
}

static void begin(const struct api_context *api, struct parameters *parameters,
                  struct response *response) {
    static const char *const kinds[] = {"retrain", "update", "train"};
    static const char *const ways[] = {"checked", "always"};
    const struct request *request = parameters->request;
    struct learning_request wanted = {.name = parameters_string(parameters, "name"),
                                      .model = parameters_string(parameters, "model")};
    read_settings(parameters, &wanted);
    const bool is_own = wanted.model || wanted.setting_count > 0;
    wanted.kind = (enum learning_kind)choice(parameters, "kind", kinds, 3,
                                             is_own ? LEARNING_TRAIN : LEARNING_RETRAIN);
    wanted.replace = (enum learning_replace)choice(parameters, "replace", ways, 2, 0);
    if (is_own && wanted.kind != LEARNING_TRAIN)
        parameters_refuse(parameters, "kind", "value_error",
                          "model and settings are for kind train alone", kinds[wanted.kind]);
    if (parameters_failed(parameters, response))
        return;
    struct error error;
    int64_t number, run;
    const enum status status = service_learning_start(api->service, &wanted, &number, &run, &error);
    if (status != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    response_json(response, request,
                  json_pack("{s:I, s:o}", "job", (json_int_t)number, "run_id",
                            run ? json_integer(run) : json_null()));
    response->status = 202;
}

void train_post(void *context, const struct request *request, struct response *response) {
    struct parameters parameters;
    if (!parameters_of_body(&parameters, request, response))
        return;
    begin(context, &parameters, response);
    parameters_release(&parameters);
}

void train_delete(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct error error;
    if (service_learning_stop(api->service, &error) != STATUS_OK)
        problem_answer(response, request, 404, "%s", error.text);
    else
        response_json(response, request, json_pack("{s:b}", "stopping", true));
}

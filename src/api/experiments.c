/* experiments.c: /api/experiments: A/B experiments over what /api/recommend answers, and what came
 * of them.
 *
 * POST {"name": "als-or-ease", "layer": "models", "share": 0.5, "arms": [{"name": "control",
 * "model": "als"}, {"name": "ease", "model": "ease", "weight": 1, "diversity": 0.3}]}: from then on
 * a list for one person that names no model comes from the person's arm, and says which. What is no
 * name, model or weight of an arm is a parameter of /api/recommend. */
#include <math.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/arm_parameters.h"
#include "api/film.h"
#include "http/json_text.h"
#include "service/ab_test.h"
#include "service/service_feedback.h"

#define SHARE_LEAST 0.001

static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *text(const char *value) {
    return value ? film_text(value, strlen(value)) : json_null();
}

static json_t *test_json(const struct sequential_test *test) {
    if (isnan(test->difference))
        return json_null();
    return json_pack("{s:f, s:f, s:f, s:f, s:b, s:b}", "difference", test->difference, "low",
                     test->low, "high", test->high, "p", test->p, "enough", test->is_enough,
                     "decided", test->is_decided);
}

static json_t *arm_json(const struct experiments_arm *arm, const struct ab_test_result *result) {
    json_t *metrics = json_object();
    for (size_t m = 0; m < AB_TEST_METRICS; m++) {
        const struct ab_test_metric *metric = &result->metrics[m];
        json_object_set_new(
            metrics, feedback_kind_name(ab_test_metrics[m]),
            json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}", "events", (json_int_t)metric->events,
                      "people", (json_int_t)metric->people, "rate", number(metric->rate.share),
                      "low", number(metric->rate.low), "high", number(metric->rate.high),
                      "against_first", test_json(&metric->test)));
    }
    json_t *set = arm->parameters ? json_loads(arm->parameters, 0, NULL) : json_object();
    return json_pack("{s:o, s:o, s:f, s:o, s:I, s:I, s:o}", "name", text(arm->name), "model",
                     text(arm->model), "weight", arm->weight, "parameters",
                     set ? set : json_object(), "people", (json_int_t)result->people, "impressions",
                     (json_int_t)result->impressions, "metrics", metrics);
}

/* NULL: the store could not be asked. */
static json_t *experiment_json(struct feedback *store, const struct experiments_record *record,
                               struct error *error) {
    struct ab_test_result results[EXPERIMENTS_ARMS_MAX];
    if (ab_test_results(store, record, results, error) != STATUS_OK)
        return NULL;
    json_t *arms = json_array();
    for (size_t a = 0; a < record->arm_count; a++)
        json_array_append_new(arms, arm_json(&record->arms[a], &results[a]));
    return json_pack("{s:o, s:o, s:f, s:b, s:I, s:o, s:f, s:o}", "name", text(record->name),
                     "layer", text(record->layer), "share", record->share, "running",
                     record->ended == 0, "started", (json_int_t)record->started, "ended",
                     record->ended ? json_integer(record->ended) : json_null(), "alpha",
                     AB_TEST_ALPHA, "arms", arms);
}

void experiments_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct experiments_record *list = NULL;
    struct feedback *store;
    struct error error;
    size_t count = 0;
    json_t *found = json_array();
    /* Without a store there are none. */
    enum status status = service_store(api->service, &store, &error);
    const bool has_store = status == STATUS_OK;
    status = has_store ? experiments_list(store, request->arena, &list, &count, &error) : STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        json_t *one = experiment_json(store, &list[i], &error);
        status = one ? STATUS_OK : STATUS_IO;
        if (one)
            json_array_append_new(found, one);
    }
    if (status == STATUS_OK) {
        response_json(response, request, json_pack("{s:o}", "experiments", found));
        return;
    }
    json_decref(found);
    problem_error(response, request, &error);
}

static void answer_one(const struct api_context *api, const char *name,
                       const struct request *request, struct response *response) {
    struct experiments_record record;
    struct feedback *store;
    struct error error;
    json_t *found = NULL;
    enum status status = service_store(api->service, &store, &error);
    if (status == STATUS_OK)
        status = experiments_find(store, name, request->arena, &record, &error);
    if (status == STATUS_OK) {
        found = experiment_json(store, &record, &error);
        status = found ? STATUS_OK : STATUS_IO;
    }
    if (status == STATUS_OK)
        response_json(response, request, found);
    else
        problem_error(response, request, &error);
}

const struct route_parameter experiments_name_parameters[] = {
    {"name", "text", NULL, "the experiment", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void experiments_one(void *context, const struct request *request, struct response *response) {
    answer_one(context, request->captures[0], request, response);
}

/* ---- Starting -------------------------------------------------------------------------------- */

const struct route_parameter experiments_post_parameters[] = {
    {"name", "text", NULL, "letters, digits, '-', '_' and '.'", 0, 0, ROUTE_REQUIRED, NULL},
    {"layer", "text", EXPERIMENTS_LAYER,
     "experiments of one layer share no people; what they set no other layer sets", 0, 0, 0, NULL},
    {"share", "number", "1", "of the people of the layer, who stay its own to the end", SHARE_LEAST,
     1, 0, NULL},
    {"arms", "[{name: text, model?: text, weight?: number}]", NULL,
     "2 to 8; the first is what the others are compared with; further members, such as "
     "\"diversity\": 0.3, are parameters of /api/recommend",
     0, 0, ROUTE_REQUIRED, NULL},
    PARAMETERS_END,
};

/* A member that is a text, or left out. False: it is something else. */
static bool read_text(const json_t *object, const char *key, const char **value) {
    const json_t *member = json_object_get(object, key);
    *value = json_string_value(member);
    return !member || json_is_null(member) || *value;
}

static bool read_number(const json_t *object, const char *key, double fallback, double *value) {
    const json_t *member = json_object_get(object, key);
    const bool given = member && !json_is_null(member);
    *value = given ? json_number_value(member) : fallback;
    return !given || json_is_number(member);
}

/* Everything else that stands in an arm, as the text of an object; NULL: nothing. */
static const char *read_rest(const json_t *from, struct arena *arena) {
    json_t *rest = json_copy((json_t *)(uintptr_t)from);
    static const char *const own[] = {"name", "model", "weight"};
    struct buffer out;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        json_object_del(rest, own[i]);
    if (json_object_size(rest) == 0) {
        json_decref(rest);
        return NULL;
    }
    buffer_init(&out, arena);
    json_text_value(&out, rest);
    return out.bytes;
}

static bool read_arms(struct parameters *parameters, struct experiments_record *record) {
    const json_t *list = json_object_get(parameters->body, "arms");
    if (!json_is_array(list) || json_array_size(list) > EXPERIMENTS_ARMS_MAX)
        return false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *from = json_array_get(list, i);
        struct experiments_arm *arm = &record->arms[record->arm_count++];
        if (!json_is_object(from) || !read_text(from, "name", &arm->name) ||
            !read_text(from, "model", &arm->model) || !read_number(from, "weight", 1, &arm->weight))
            return false;
        arm->parameters = read_rest(from, parameters->request->arena);
    }
    return true;
}

static enum status begin(const struct api_context *api, const struct experiments_record *record,
                         struct error *error) {
    for (size_t i = 0; i < record->arm_count; i++)
        if (record->arms[i].parameters &&
            arm_parameters_check(record->arms[i].parameters, error) != STATUS_OK)
            return error_prefix(error, "arm %zu", i + 1);
    return ab_test_start(api->service, record, error);
}

void experiments_post(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters;
    struct error error;
    if (!parameters_of_body(&parameters, request, response))
        return;
    struct experiments_record record = {
        .name = parameters_string(&parameters, "name"),
        .layer = parameters_string(&parameters, "layer"),
        .share = parameters_real(&parameters, "share", 1, SHARE_LEAST, 1)};
    parameters_require(&parameters, "name", record.name);
    parameters_require(&parameters, "arms", json_object_get(parameters.body, "arms"));
    if (json_object_get(parameters.body, "arms") && !read_arms(&parameters, &record))
        parameters_refuse(&parameters, "arms", "list_type",
                          "Input should be 2 to 8 objects such as {\"name\": \"control\", "
                          "\"model\": \"als\", \"weight\": 1}",
                          NULL);
    if (!parameters_failed(&parameters, response)) {
        const enum status status = begin(api, &record, &error);
        if (status == STATUS_OK)
            answer_one(api, record.name, request, response);
        else
            problem_error(response, request, &error);
    }
    parameters_release(&parameters);
}

/* ---- Ending ---------------------------------------------------------------------------------- */

const struct route_parameter experiments_delete_parameters[] = {
    {"name", "text", NULL, "the experiment", 0, 0, 0, NULL},
    {"purge", "flag", "false", "with all that was written down for it", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void experiments_delete(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const bool purge = parameters_flag(&parameters, "purge", false);
    const char *name = request->captures[0];
    struct error error;
    if (parameters_failed(&parameters, response))
        return;
    const enum status status = (purge ? ab_test_remove : ab_test_end)(api->service, name, &error);
    if (status != STATUS_OK)
        problem_error(response, request, &error);
    else
        response_json(
            response, request,
            json_pack("{s:o, s:b, s:b}", "name", text(name), "ended", 1, "purged", purge));
}

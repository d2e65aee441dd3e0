/* telemetry.c: see telemetry.h.
 *
 * Traps    Labels are the table's patterns and the names of served models, of which MODELS_MAX are
 *          told apart; nothing that a stranger sends becomes a label.
 * Checked  tests/http/test_http_access_log.c, tests/api. */
#include "http/telemetry.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/counter.h"

#define CLASSES 4 /* 2xx ... 5xx */
#define MODELS_MAX 64
#define LABELS_BYTES 256

struct route_counters {
    struct counter *classes[CLASSES], *seconds;
};

struct telemetry {
    const struct route *routes;
    size_t count;
    struct counter *bytes;
    pthread_mutex_t mutex; /* of the models */
    size_t model_count;
    struct {
        char name[64];
        struct counter *seconds;
    } models[MODELS_MAX];
    struct route_counters counters[]; /* [count + 1]; the last for what no route answers */
};

static void name_route(struct route_counters *counters, const struct route *route) {
    char labels[LABELS_BYTES];
    const char *pattern = route ? route->pattern : "none";
    const char *method = route ? request_method_name(route->method) : "any";
    for (int class = 0; class < CLASSES; class ++) {
        snprintf(labels, sizeof labels, "route=\"%s\",method=\"%s\",code=\"%dxx\"", pattern, method,
                 class + 2);
        counters->classes[class] =
            counter_total("matinee_http_requests_total", "requests answered", labels);
    }
    snprintf(labels, sizeof labels, "route=\"%s\",method=\"%s\"", pattern, method);
    counters->seconds = counter_histogram("matinee_http_request_seconds",
                                          "from the request line to the last byte", labels);
}

struct telemetry *telemetry_create(const struct route *routes, size_t count) {
    struct telemetry *telemetry =
        alloc_zeroed(1, sizeof *telemetry + (count + 1) * sizeof telemetry->counters[0]);
    telemetry->routes = routes;
    telemetry->count = count;
    telemetry->bytes = counter_total("matinee_http_answer_bytes_total", "bytes of bodies", "");
    pthread_mutex_init(&telemetry->mutex, NULL);
    for (size_t i = 0; i <= count; i++)
        name_route(&telemetry->counters[i], i < count ? &routes[i] : NULL);
    return telemetry;
}

void telemetry_destroy(struct telemetry *telemetry) {
    if (!telemetry)
        return;
    pthread_mutex_destroy(&telemetry->mutex);
    alloc_free(telemetry);
}

static struct counter *model_seconds(struct telemetry *telemetry, const char *name) {
    struct counter *seconds = NULL;
    char labels[LABELS_BYTES];
    pthread_mutex_lock(&telemetry->mutex);
    for (size_t i = 0; i < telemetry->model_count && !seconds; i++)
        if (strcmp(telemetry->models[i].name, name) == 0)
            seconds = telemetry->models[i].seconds;
    if (!seconds && telemetry->model_count < MODELS_MAX && !strpbrk(name, "\"\\\n") &&
        strlen(name) < sizeof telemetry->models[0].name) {
        snprintf(labels, sizeof labels, "model=\"%s\"", name);
        seconds = counter_histogram("matinee_model_request_seconds",
                                    "time of requests that the model answered", labels);
        snprintf(telemetry->models[telemetry->model_count].name, sizeof telemetry->models[0].name,
                 "%s", name);
        telemetry->models[telemetry->model_count++].seconds = seconds;
    }
    pthread_mutex_unlock(&telemetry->mutex);
    return seconds;
}

void telemetry_note(struct telemetry *telemetry, const struct request *request,
                    const struct response *response, size_t bytes, double seconds) {
    const size_t route =
        request->route ? (size_t)(request->route - telemetry->routes) : telemetry->count;
    const struct route_counters *counters = &telemetry->counters[route];
    const unsigned status = response->status ? response->status : 200;
    const unsigned class = status < 400 ? (status >= 300) : status < 500 ? 2 : 3;
    counter_add(counters->classes[class], 1);
    counter_observe(counters->seconds, seconds);
    counter_add(telemetry->bytes, bytes);
    struct counter *model = response->model ? model_seconds(telemetry, response->model) : NULL;
    if (model)
        counter_observe(model, seconds);
}

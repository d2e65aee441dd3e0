/* api.c: the routes on a server. See api.h.
 *
 * Checked  tests/api over a real socket. */
#include "api/api.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/api_internal.h"
#include "base/alloc.h"
#include "base/counter.h"
#include "http/gate.h"
#include "http/listener.h"
#include "http/server.h"
#include "service/service_learning.h"

#define TOP_K 10
#define WAIT_INTERVAL_MS 50

static const struct route routes[] = {
#define ROUTE(method, pattern, scope, handler, parameters, answer, example, summary)               \
    {REQUEST_##method, pattern, ROUTE_##scope, handler, parameters, answer, summary, example},
#include "api/routes.def"
#undef ROUTE
};

struct api {
    struct api_context context;
    struct router router;
    struct server *server;
    struct gate gate;
    struct access_log *log;
    struct telemetry *telemetry;
    struct arena arena;
    const char *url;
};

static const struct shape shapes[] = {
#define SHAPE(name, notation) {#name, notation},
#include "api/shapes.def"
#undef SHAPE
};

const struct shape *api_shapes(size_t *count) {
    *count = sizeof shapes / sizeof *shapes;
    return shapes;
}

const struct route *api_routes(size_t *count) {
    *count = sizeof routes / sizeof *routes;
    return routes;
}

static void link_routes(struct router *router, struct api_context *context) {
    *router = (struct router){
        .routes = routes, .route_count = sizeof routes / sizeof *routes, .context = context};
    context->router = router;
}

void api_answer(struct service *service, struct request *request, struct response *response) {
    struct api_context context = {.service = service, .top_k = TOP_K};
    struct router router;
    link_routes(&router, &context);
    router_answer(&router, request, response);
}

static const char *url_of(const char *host, unsigned port, bool is_tls, struct arena *arena) {
    const bool is_ipv6 = strchr(host, ':') != NULL;
    return arena_format(arena, "%s://%s%s%s:%u/", is_tls ? "https" : "http", is_ipv6 ? "[" : "",
                        host, is_ipv6 ? "]" : "", port);
}

static double in_flight(void *context) {
    const struct api *api = context;
    return api->server ? server_in_flight(api->server) : 0;
}

/* What stands before the handlers and behind them. */
static void link_gate(struct api *api, const char *host, const struct api_options *options) {
    static const enum access_level levels[] = {[API_LOG_ERROR] = ACCESS_ERROR,
                                               [API_LOG_WARNING] = ACCESS_WARNING,
                                               [API_LOG_INFO] = ACCESS_INFO};
    api->gate = (struct gate){.keyring = options->keyring,
                              .keys_to_read = options->keys_to_read,
                              .is_public = !listener_is_local(host)};
    if (options->rate > 0)
        api->gate.throttle =
            throttle_create(options->rate, options->burst > 0 ? options->burst : 2 * options->rate);
    if (options->log != API_LOG_NONE)
        api->log = access_log_create(STDERR_FILENO, levels[options->log], options->log_json);
    api->telemetry = telemetry_create(routes, sizeof routes / sizeof *routes);
    counter_probe("matinee_http_requests_in_flight", "requests being answered", "", in_flight, api);
    api->router.gate = &api->gate;
}

static void api_free(struct api *api) {
    counter_forget(api);
    access_log_destroy(api->log);
    telemetry_destroy(api->telemetry);
    throttle_destroy(api->gate.throttle);
    arena_release(&api->arena);
    alloc_free(api);
}

enum status api_start(struct api **out, struct service *service, const struct api_options *options,
                      struct error *error) {
    struct api *api = alloc_zeroed(1, sizeof *api);
    const char *host = options->host ? options->host : "127.0.0.1";
    api->context = (struct api_context){.service = service,
                                        .top_k = options->top_k ? options->top_k : TOP_K,
                                        .tiers = options->tiers,
                                        .tmdb_posters = options->tmdb_posters,
                                        .keys = options->keys};
    link_routes(&api->router, &api->context);
    api->router.cors = (struct cors){options->cors_origins, options->cors_origin_count};
    link_gate(api, host, options);
    const struct server_options server = {.host = host,
                                          .port = options->port,
                                          .idle_timeout_seconds = options->idle_timeout_seconds,
                                          .total_timeout_seconds = options->total_timeout_seconds,
                                          .stop_timeout_seconds = options->stop_timeout_seconds,
                                          .connections_max = options->connections_max,
                                          .peer_connections_max = options->peer_connections_max,
                                          .is_behind_proxy = options->is_behind_proxy,
                                          .body_bytes_max = options->body_bytes_max,
                                          .file_bytes_max = options->file_bytes_max,
                                          .certificate = options->certificate,
                                          .key_file = options->key_file,
                                          .claim = options->claim,
                                          .log = api->log,
                                          .telemetry = api->telemetry};
    const enum status status = server_start(&api->server, &server, &api->router, error);
    if (status != STATUS_OK) {
        api_free(api);
        return status;
    }
    api->url = url_of(host, server_port(api->server), options->certificate != NULL, &api->arena);
    *out = api;
    return STATUS_OK;
}

unsigned api_port(const struct api *api) { return server_port(api->server); }

const char *api_url(const struct api *api) { return api->url; }

void api_stop(struct api *api) {
    if (!api)
        return;
    counter_forget(api); /* before the server that it asks is gone */
    server_stop(api->server);
    api_free(api);
}

enum status api_serve(struct service *service, const struct api_options *options,
                      void (*ready)(const char *url), const atomic_bool *stop,
                      struct error *error) {
    struct api *api;
    TRY(api_start(&api, service, options, error));
    if (ready)
        ready(api_url(api));
    /* A signal ends the sleep early; one that came just before it is seen at the next turn. */
    while (!atomic_load(stop)) {
        nanosleep(&(struct timespec){.tv_nsec = WAIT_INTERVAL_MS * 1000000L}, NULL);
        if (options->tick)
            options->tick(options->tick_context);
    }
    service_learning_close(service); /* a training takes a moment to end: meanwhile requests do */
    api_stop(api);
    return STATUS_OK;
}

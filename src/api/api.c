/* api.c: the routes on a server. See api.h.
 *
 * Checked  tests/api over a real socket. */
#include "api/api.h"

#include <string.h>
#include <time.h>

#include "api/api_internal.h"
#include "base/alloc.h"
#include "http/server.h"

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

static const char *url_of(const char *host, unsigned port, struct arena *arena) {
    const bool is_ipv6 = strchr(host, ':') != NULL;
    return arena_format(arena, "http://%s%s%s:%u/", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "",
                        port);
}

enum status api_start(struct api **out, struct service *service, const struct api_options *options,
                      struct error *error) {
    struct api *api = alloc_zeroed(1, sizeof *api);
    const char *host = options->host ? options->host : "127.0.0.1";
    const struct server_options server = {.host = host,
                                          .port = options->port,
                                          .idle_timeout_seconds = options->idle_timeout_seconds,
                                          .total_timeout_seconds = options->total_timeout_seconds,
                                          .stop_timeout_seconds = options->stop_timeout_seconds};
    api->context =
        (struct api_context){.service = service, .top_k = options->top_k ? options->top_k : TOP_K};
    link_routes(&api->router, &api->context);
    api->router.cors = (struct cors){options->cors_origins, options->cors_origin_count};
    const enum status status = server_start(&api->server, &server, &api->router, error);
    if (status != STATUS_OK) {
        alloc_free(api);
        return status;
    }
    api->url = url_of(host, server_port(api->server), &api->arena);
    *out = api;
    return STATUS_OK;
}

unsigned api_port(const struct api *api) { return server_port(api->server); }

const char *api_url(const struct api *api) { return api->url; }

void api_stop(struct api *api) {
    if (!api)
        return;
    server_stop(api->server);
    arena_release(&api->arena);
    alloc_free(api);
}

enum status api_serve(struct service *service, const struct api_options *options,
                      void (*ready)(const char *url), const atomic_bool *stop,
                      struct error *error) {
    struct api *api;
    TRY(api_start(&api, service, options, error));
    if (ready)
        ready(api_url(api));
    /* A signal ends the sleep early; one that came just before it is seen at the next turn. */
    while (!atomic_load(stop))
        nanosleep(&(struct timespec){.tv_nsec = WAIT_INTERVAL_MS * 1000000L}, NULL);
    api_stop(api);
    return STATUS_OK;
}

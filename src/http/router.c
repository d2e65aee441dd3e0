/* router.c: see router.h.
 *
 * Idea     A walk over the routes, comparing part by part: a service has tens of them, and the walk
 *          takes less than a microsecond.
 * Checked  tests/http/test_http_router.c. */
#include "http/router.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "http/gate.h"
#include "http/problem.h"

const struct route_parameter *router_file(const struct route *route) {
    for (const struct route_parameter *at = route->parameters; at && at->name; at++)
        if (at->flags & ROUTE_FILE)
            return at;
    return NULL;
}

bool router_has_body(const struct route *route) {
    return (route->method == REQUEST_POST || route->method == REQUEST_PUT ||
            route->method == REQUEST_PATCH) &&
           !router_file(route);
}

static bool is_captured(const struct route *route, const char *name) {
    const size_t length = strlen(name);
    for (const char *at = strchr(route->pattern, '{'); at; at = strchr(at + 1, '{'))
        if (strncmp(at + 1, name, length) == 0 && at[1 + length] == '}')
            return true;
    return false;
}

bool router_takes(const struct route *route, const struct route_parameter *parameter) {
    const unsigned not_here =
        ROUTE_FILE | (router_has_body(route) ? ROUTE_QUERY_ONLY : ROUTE_BODY_ONLY);
    return !(parameter->flags & not_here) && !is_captured(route, parameter->name);
}

bool router_requires(const struct route *route, const struct route_parameter *parameter) {
    return (parameter->flags & ROUTE_REQUIRED) ||
           ((parameter->flags & ROUTE_REQUIRED_IN_QUERY) && !router_has_body(route));
}

/* Whether the path fits the pattern; what stands for braces goes to `captures`. */
static bool matches(const char *pattern, const struct request *request, const char **captures) {
    size_t segment = 0, capture_count = 0;
    const char *at = pattern + 1;
    for (; *at; segment++) {
        const size_t length = strcspn(at, "/");
        if (segment == request->segment_count)
            return false;
        const char *part = request->segments[segment];
        if (at[0] == '{') {
            ASSERT(capture_count < REQUEST_CAPTURES_MAX);
            captures[capture_count++] = part;
        } else if (strlen(part) != length || memcmp(part, at, length) != 0) {
            return false;
        }
        at += length;
        at += *at == '/';
    }
    return segment == request->segment_count;
}

/* "GET, HEAD, OPTIONS" from the set of methods that a path has. */
static const char *allowed_text(unsigned methods, struct arena *arena) {
    if (methods & 1u << REQUEST_GET)
        methods |= 1u << REQUEST_HEAD;
    methods |= 1u << REQUEST_OPTIONS;
    const char *text = "";
    for (int method = 0; method < REQUEST_OTHER; method++)
        if (methods & 1u << method)
            text = arena_format(arena, "%s%s%s", text, *text ? ", " : "",
                                request_method_name((enum request_method)method));
    return text;
}

static void answer_without_handler(const struct router *router, const struct request *request,
                                   unsigned methods, struct response *response) {
    const char *allow = allowed_text(methods, request->arena);
    if (methods == 0 && strcmp(request->target, "*") != 0) {
        const int length = (int)strcspn(request->target, "?");
        problem_answer(response, request, 404, "there is nothing at %.*s; / lists what there is",
                       length > 200 ? 200 : length, request->target);
    } else if (request->method == REQUEST_OPTIONS) {
        response->status = 204;
        response_set_header(response, "Allow", allow);
    } else {
        problem_answer(response, request, 405, "this address answers %s", allow);
        response_set_header(response, "Allow", allow);
    }
    cors_apply(&router->cors, request, allow, response);
}

static void handle(const struct router *router, const struct route *route,
                   const struct gate_caller *caller, struct request *request,
                   struct response *response) {
    request->route = route;
    if (!router->gate || gate_admits(router->gate, caller, route, &router->cors, request, response))
        route->handler(router->context, request, response);
    cors_apply(&router->cors, request, "", response);
}

bool router_admits_file(const struct router *router, struct request *request,
                        struct response *response, size_t *limit) {
    struct gate_caller caller = {0};
    *limit = 0;
    for (size_t i = 0; i < router->route_count; i++) {
        const struct route *route = &router->routes[i];
        const struct route_parameter *file = router_file(route);
        if (!file || route->method != request->method ||
            !matches(route->pattern, request, request->captures))
            continue;
        *limit = file->most > 0 ? (size_t)file->most : SIZE_MAX;
        if (!router->gate)
            return true;
        gate_recognize(router->gate, request, &caller);
        if (gate_admits(router->gate, &caller, route, &router->cors, request, response))
            return true;
        cors_apply(&router->cors, request, "", response);
        return false;
    }
    return true;
}

void router_answer(const struct router *router, struct request *request,
                   struct response *response) {
    struct gate_caller caller = {0};
    if (router->gate)
        gate_recognize(router->gate, request, &caller);
    if (router->gate && !gate_has_time(router->gate, &caller, request, response)) {
        cors_apply(&router->cors, request, "", response);
        return;
    }
    const enum request_method wanted =
        request->method == REQUEST_HEAD ? REQUEST_GET : request->method;
    unsigned methods = 0;
    for (size_t i = 0; i < router->route_count; i++) {
        const struct route *route = &router->routes[i];
        if (!matches(route->pattern, request, request->captures))
            continue;
        methods |= 1u << route->method;
        if (route->method == wanted) {
            handle(router, route, &caller, request, response);
            return;
        }
    }
    answer_without_handler(router, request, methods, response);
}

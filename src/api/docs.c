/* docs.c: GET /openapi.json and GET /docs: the routes, for programs and for people, both from
 * routes.def and shapes.def. The page has no script and loads nothing.
 *
 * Checked  tests/api/test_api_openapi.c. */
#include "api/api.h"
#include "api/api_internal.h"
#include "base/buffer.h"
#include "http/openapi.h"

/* One rule for all routes, as docs/api.md has it. */
#define ERRORS                                                                                     \
    "400 something is missing or no JSON, 404 there is no such person, model, film, session or "   \
    "path, wherever it is named, 405 the wrong method, 422 a value of the wrong type or out of "   \
    "range."

static const char HEAD[] =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Matinee: HTTP API</title>\n<style>\n"
    ":root { color-scheme: light dark; }\n"
    "body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 4rem;\n"
    "  font: 1rem/1.55 system-ui, sans-serif; }\n"
    "code { font: 0.9em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }\n"
    "h2 { font-size: 1rem; margin: 2.2rem 0 0.2rem; }\n"
    "p { margin: 0.3rem 0; } .scope { opacity: 0.7; font-weight: normal; }\n"
    "table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; }\n"
    "th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.8rem 0.25rem 0;\n"
    "  border-bottom: 1px solid #8884; font-weight: normal; } thead th { opacity: 0.7; }\n"
    "</style>\n</head>\n<body>\n<h1>HTTP API</h1>\n"
    "<p>The same for programs: <a href=\"/openapi.json\">/openapi.json</a> (OpenAPI 3.1). "
    "Parameters with * must be given; those of POST, PUT and PATCH stand in a JSON body; lists "
    "are named again or written with commas. Errors are "
    "<code>application/problem+json</code>: " ERRORS "</p>\n";

static void add_escaped(struct buffer *page, const char *text) {
    for (; *text; text++) {
        if (*text == '<')
            buffer_text(page, "&lt;");
        else if (*text == '>')
            buffer_text(page, "&gt;");
        else if (*text == '&')
            buffer_text(page, "&amp;");
        else
            buffer_bytes(page, text, 1);
    }
}

static void add_code(struct buffer *page, const char *text) {
    buffer_text(page, "<code>");
    add_escaped(page, text);
    buffer_text(page, "</code>");
}

static void add_parameter(struct buffer *page, const struct route *route,
                          const struct route_parameter *parameter) {
    buffer_text(page, "<tr><td>");
    add_code(page, parameter->name);
    buffer_text(page, router_requires(route, parameter) ? "*</td><td>" : "</td><td>");
    add_code(page, parameter->choices ? parameter->choices : parameter->shape);
    buffer_text(page, "</td><td>");
    if (parameter->fallback && parameter->fallback[0])
        add_code(page, parameter->fallback);
    buffer_text(page, "</td><td>");
    add_escaped(page, parameter->help);
    buffer_text(page, "</td></tr>\n");
}

static void add_route(struct buffer *page, const struct route *route) {
    static const char *const scopes[] = {[ROUTE_OPEN] = "open",
                                         [ROUTE_READ] = "read",
                                         [ROUTE_WRITE] = "write",
                                         [ROUTE_ADMIN] = "admin"};
    buffer_text(page, "<h2>");
    buffer_format(page, "<code>%s ", request_method_name(route->method));
    add_escaped(page, route->pattern);
    buffer_format(page, "</code> <span class=\"scope\">%s</span></h2>\n<p>", scopes[route->scope]);
    add_escaped(page, route->summary);
    buffer_text(page, "</p>\n");
    bool has_rows = false;
    for (const struct route_parameter *at = route->parameters; at && at->name; at++) {
        if (!router_takes(route, at))
            continue;
        if (!has_rows)
            buffer_text(page, "<table><thead><tr><th>parameter</th><th>shape</th><th>default</th>"
                              "<th></th></tr></thead>\n");
        has_rows = true;
        add_parameter(page, route, at);
    }
    buffer_text(page, has_rows ? "</table>\n<p>Answer: " : "<p>Answer: ");
    add_code(page, route->answer);
    buffer_text(page, "</p>\n");
}

void docs_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct buffer page;
    buffer_init(&page, request->arena);
    buffer_text(&page, HEAD);
    for (size_t i = 0; i < api->router->route_count; i++)
        add_route(&page, &api->router->routes[i]);
    buffer_text(&page, "<h2>Shapes</h2>\n<table>\n");
    size_t shape_count;
    const struct shape *shapes = api_shapes(&shape_count);
    for (size_t i = 0; i < shape_count; i++) {
        buffer_text(&page, "<tr><td>");
        add_code(&page, shapes[i].name);
        buffer_text(&page, "</td><td>");
        add_code(&page, shapes[i].notation);
        buffer_text(&page, "</td></tr>\n");
    }
    buffer_text(&page, "</table>\n</body>\n</html>\n");
    page_send(page.bytes, request, response);
    response_stable(response);
}

void docs_openapi(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct openapi_about about = {
        .title = "Matinee",
        .version = MATINEE_VERSION,
        .description = "Movie recommendations: films for people, live and with reasons. Lists are "
                       "named again or written with commas. Errors: " ERRORS};
    about.shapes = api_shapes(&about.shape_count);
    response_json(response, request, openapi_document(api->router, &about));
    response_stable(response);
}

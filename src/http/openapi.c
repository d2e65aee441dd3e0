/* openapi.c: see openapi.h.
 *
 * Idea     All that is said is in struct route. Parameters stand in the query of GET and DELETE and
 *          in the JSON body of all else; what a pattern has in braces stands in the path. Every
 *          error is one shape, so it is said once, as the answer `default`.
 * Source   OpenAPI 3.1.0, sections 4.8.10 (operation) and 4.8.12 (parameter).
 * Traps    Two operations may not share an operationId; a query's list is `explode: true`.
 * Checked  tests/http/test_http_openapi.c; tests/api/test_api_openapi.c. */
#include "http/openapi.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

static const char PROBLEM[] =
    "{type: text, title: text, status: integer, detail: any, error: text}";

/* "a|b|c" as a list. */
static json_t *choices_json(const char *choices) {
    json_t *list = json_array();
    for (const char *at = choices; *at;) {
        const size_t length = strcspn(at, "|");
        json_array_append_new(list, json_stringn(at, length));
        at += length + (at[length] == '|');
    }
    return list;
}

/* A fallback as a value of its shape: "10" is a number where a number is wanted. */
static json_t *fallback_json(const struct route_parameter *parameter) {
    const char *text = parameter->fallback;
    if (strcmp(parameter->shape, "integer") == 0)
        return json_integer(strtoll(text, NULL, 10));
    if (strcmp(parameter->shape, "number") == 0)
        return json_real(strtod(text, NULL));
    if (strcmp(parameter->shape, "flag") == 0)
        return json_boolean(strcmp(text, "true") == 0);
    return json_string(text);
}

static json_t *bound_json(const struct route_parameter *parameter, double bound) {
    return strcmp(parameter->shape, "integer") == 0 ? json_integer((json_int_t)bound)
                                                    : json_real(bound);
}

static json_t *parameter_schema(const struct route_parameter *parameter) {
    json_t *schema = shape_schema(parameter->shape);
    if (parameter->most > parameter->least) {
        json_object_set_new(schema, "minimum", bound_json(parameter, parameter->least));
        if (isfinite(parameter->most))
            json_object_set_new(schema, "maximum", bound_json(parameter, parameter->most));
    }
    if (parameter->choices)
        json_object_set_new(schema, "enum", choices_json(parameter->choices));
    if (parameter->fallback && parameter->fallback[0])
        json_object_set_new(schema, "default", fallback_json(parameter));
    return schema;
}

/* What the route's table says of a part of its path; "" if nothing. */
static const struct route_parameter *find(const struct route *route, const char *name,
                                          size_t length) {
    for (const struct route_parameter *at = route->parameters; at && at->name; at++)
        if (strncmp(at->name, name, length) == 0 && at->name[length] == '\0')
            return at;
    return NULL;
}

static void add_captures(json_t *list, const struct route *route) {
    for (const char *at = strchr(route->pattern, '{'); at; at = strchr(at + 1, '{')) {
        const size_t length = strcspn(at + 1, "}");
        const struct route_parameter *told = find(route, at + 1, length);
        json_array_append_new(
            list, json_pack("{s:o, s:s, s:b, s:o, s:s}", "name", json_stringn(at + 1, length), "in",
                            "path", "required", 1, "schema",
                            told ? parameter_schema(told) : json_pack("{s:s}", "type", "string"),
                            "description", told ? told->help : ""));
    }
}

static void add_query(json_t *list, const struct route *route) {
    for (const struct route_parameter *at = route->parameters; at && at->name; at++)
        if (router_takes(route, at))
            json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:o, s:s}", "name", at->name,
                                                  "in", "query", "required",
                                                  router_requires(route, at), "schema",
                                                  parameter_schema(at), "description", at->help));
}

/* Where a body's member is optional, null counts as left out. */
static json_t *body_json(const struct route *route) {
    json_t *properties = json_object(), *required = json_array();
    for (const struct route_parameter *at = route->parameters; at && at->name; at++) {
        if (!router_takes(route, at))
            continue;
        json_t *schema = parameter_schema(at);
        if (router_requires(route, at))
            json_array_append_new(required, json_string(at->name));
        else
            schema = json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
        json_object_set_new(schema, "description", json_string(at->help));
        json_object_set_new(properties, at->name, schema);
    }
    json_t *schema = json_pack("{s:s, s:o}", "type", "object", "properties", properties);
    if (json_array_size(required) > 0)
        json_object_set(schema, "required", required);
    const bool must = json_array_size(required) > 0;
    json_decref(required);
    return json_pack("{s:b, s:{s:{s:o}}}", "required", must, "content", "application/json",
                     "schema", schema);
}

static json_t *file_json(const struct route_parameter *file) {
    return json_pack("{s:b, s:s, s:{s:{s:{s:s, s:s}}}}", "required", 1, "description", file->help,
                     "content", "application/octet-stream", "schema", "type", "string", "format",
                     "binary");
}

/* One media type after the other, as in "application/x-ndjson|text/csv". */
static json_t *media_json(const char *types, json_t *schema) {
    json_t *content = json_object();
    for (size_t length; *types; types += length + (types[length] == '|')) {
        length = strcspn(types, "|");
        json_object_setn(content, types, length, schema);
    }
    json_decref(schema);
    return content;
}

static json_t *responses_json(const struct route *route) {
    json_t *problem = json_pack(
        "{s:s, s:{s:{s:{s:s}}}}", "description", "an error: what was wrong and what to do",
        "content", "application/problem+json", "schema", "$ref", "#/components/schemas/problem");
    json_t *good;
    if (strcmp(route->answer, "302") == 0)
        return json_pack("{s:{s:s}, s:o}", "302", "description", "leads on", "default", problem);
    const bool is_json = !strchr(route->answer, '/');
    /* Of server-sent events a schema is that of one event, which has members. */
    const bool is_events = strcmp(route->answer, "text/event-stream") == 0;
    json_t *schema = is_json     ? shape_schema(route->answer)
                     : is_events ? json_object()
                                 : json_pack("{s:s}", "type", "string");
    good = json_pack("{s:s, s:o}", "description", route->summary, "content",
                     media_json(is_json ? "application/json" : route->answer,
                                json_pack("{s:o}", "schema", schema)));
    /* What is made or taken down may be answered 201, 202 or 204. */
    return json_pack("{s:o, s:o}", route->method == REQUEST_GET ? "200" : "2XX", good, "default",
                     problem);
}

/* "get_api_movie_id" for GET /api/movie/{id}. */
static json_t *operation_id(const struct route *route) {
    char id[128];
    size_t used = 0;
    const char *method = request_method_name(route->method);
    for (const char *at = method; *at && used + 1 < sizeof id; at++)
        id[used++] = (char)tolower((unsigned char)*at);
    for (const char *at = route->pattern; *at && used + 2 < sizeof id; at++) {
        const bool is_plain = isalnum((unsigned char)*at);
        if (!is_plain && used > 0 && id[used - 1] != '_')
            id[used++] = '_';
        else if (is_plain)
            id[used++] = *at;
    }
    while (used > 0 && id[used - 1] == '_')
        used--;
    return json_stringn(id, used);
}

static json_t *operation_json(const struct route *route) {
    static const char *const scopes[] = {[ROUTE_OPEN] = "open",
                                         [ROUTE_READ] = "read",
                                         [ROUTE_WRITE] = "write",
                                         [ROUTE_ADMIN] = "admin"};
    json_t *operation = json_pack("{s:o, s:s, s:s}", "operationId", operation_id(route), "summary",
                                  route->summary, "x-scope", scopes[route->scope]);
    json_t *list = json_array();
    add_captures(list, route);
    if (!router_has_body(route))
        add_query(list, route);
    json_object_set_new(operation, "parameters", list);
    if (router_has_body(route))
        json_object_set_new(operation, "requestBody", body_json(route));
    else if (router_file(route))
        json_object_set_new(operation, "requestBody", file_json(router_file(route)));
    json_object_set_new(operation, "responses", responses_json(route));
    json_t *open = json_object();
    json_object_set_new(operation, "security",
                        json_pack("[o, {s:[]}, {s:[]}]", open, "bearer", "header"));
    return operation;
}

json_t *openapi_document(const struct router *router, const struct openapi_about *about) {
    json_t *paths = json_object(), *schemas = json_object();
    for (size_t i = 0; i < router->route_count; i++) {
        const struct route *route = &router->routes[i];
        char method[8] = "";
        const char *name = request_method_name(route->method);
        for (size_t c = 0; name[c]; c++)
            method[c] = (char)tolower((unsigned char)name[c]);
        json_t *path = json_object_get(paths, route->pattern);
        if (!path) {
            path = json_object();
            json_object_set_new(paths, route->pattern, path);
        }
        json_object_set_new(path, method, operation_json(route));
    }
    json_object_set_new(schemas, "problem", shape_schema(PROBLEM));
    for (size_t i = 0; i < about->shape_count; i++)
        json_object_set_new(schemas, about->shapes[i].name,
                            shape_schema(about->shapes[i].notation));
    json_t *keys =
        json_pack("{s:{s:s, s:s}, s:{s:s, s:s, s:s}}", "bearer", "type", "http", "scheme", "bearer",
                  "header", "type", "apiKey", "in", "header", "name", "X-API-Key");
    return json_pack("{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:o, s:o}}", "openapi", "3.1.0", "info",
                     "title", about->title, "version", about->version, "description",
                     about->description, "paths", paths, "components", "schemas", schemas,
                     "securitySchemes", keys);
}

/* test_api_openapi.c: /openapi.json and /docs name every route, and what the tables of parameters
 * say is what the handlers do: a value outside a row's bounds is refused by every route, with its
 * name. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/loopback.h"

static int start(void **state) {
    (void)state;
    return loopback_start(tiny_create());
}

static void every_route_is_there(void **state) {
    (void)state;
    struct client_answer spec = client_ask(loopback.port, "GET", "/openapi.json", "", NULL);
    struct client_answer page = client_ask(loopback.port, "GET", "/docs", "", NULL);
    json_t *document = json_loads(spec.body, 0, NULL);
    const json_t *paths = json_object_get(document, "paths");
    size_t count;
    const struct route *routes = api_routes(&count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(json_object_get(paths, routes[i].pattern));
        assert_non_null(strstr(page.body, routes[i].pattern));
    }
    json_decref(document);
    free(spec.body);
    free(page.body);
}

/* Every "$ref" leads to a schema. */
static void assert_references(const json_t *value, const json_t *schemas) {
    const char *key;
    json_t *member;
    size_t i;
    json_object_foreach((json_t *)(uintptr_t)value, key, member) {
        if (strcmp(key, "$ref") == 0)
            assert_non_null(json_object_get(schemas, strrchr(json_string_value(member), '/') + 1));
        assert_references(member, schemas);
    }
    json_array_foreach(value, i, member) assert_references(member, schemas);
}

static void references_lead_somewhere(void **state) {
    (void)state;
    struct client_answer spec = client_ask(loopback.port, "GET", "/openapi.json", "", NULL);
    json_t *document = json_loads(spec.body, 0, NULL);
    assert_references(document,
                      json_object_get(json_object_get(document, "components"), "schemas"));
    json_decref(document);
    free(spec.body);
}

static void assert_refused(const struct route *route, const struct route_parameter *parameter,
                           const char *value) {
    static const char *const methods[] = {
        [REQUEST_GET] = "GET",     [REQUEST_POST] = "POST",     [REQUEST_PUT] = "PUT",
        [REQUEST_PATCH] = "PATCH", [REQUEST_DELETE] = "DELETE",
    };
    char path[256] = "", target[512], body[512];
    for (const char *at = route->pattern; *at; at++) {
        const size_t used = strlen(path);
        snprintf(path + used, sizeof path - used, "%.1s", *at == '{' ? "1" : at);
        at += *at == '{' ? strcspn(at, "}") : 0;
    }
    const bool has_body = router_has_body(route);
    snprintf(target, sizeof target, has_body ? "%s" : "%s?user_id=1&genre=Drama&q=fun&%s=%s", path,
             parameter->name, value);
    snprintf(body, sizeof body, "{\"%s\": %s}", parameter->name, value);
    struct client_answer answer =
        client_ask(loopback.port, methods[route->method], target, "", has_body ? body : NULL);
    if (answer.status != 422 || !strstr(answer.body, parameter->name))
        fprintf(stderr, "%s %s %s=%s: %d %s\n", methods[route->method], target, parameter->name,
                value, answer.status, answer.body);
    assert_int_equal(answer.status, 422);
    assert_non_null(strstr(answer.body, parameter->name));
    free(answer.body);
}

static void bounds_are_kept(void **state) {
    (void)state;
    size_t count;
    const struct route *routes = api_routes(&count);
    for (size_t i = 0; i < count; i++)
        for (const struct route_parameter *at = routes[i].parameters; at && at->name; at++) {
            char value[64];
            if (!router_takes(&routes[i], at) || at->most <= at->least)
                continue;
            snprintf(value, sizeof value, "%.0f", at->least - 1);
            assert_refused(&routes[i], at, value);
            snprintf(value, sizeof value, "%.0f", at->most + 1);
            if (isfinite(at->most))
                assert_refused(&routes[i], at, value);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_route_is_there),
                                       cmocka_unit_test(references_lead_somewhere),
                                       cmocka_unit_test(bounds_are_kept)};
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

/* test_http_openapi.c: the notation of shapes as JSON Schema, and routes as OpenAPI. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/openapi.h"

static void assert_schema(const char *notation, const char *expected) {
    json_t *schema = shape_schema(notation);
    char *text = json_dumps(schema, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_string_equal(text, expected);
    free(text);
    json_decref(schema);
}

static void shapes(void **state) {
    (void)state;
    assert_schema("text", "{\"type\":\"string\"}");
    assert_schema("any", "{}");
    assert_schema("[id]", "{\"type\":\"array\",\"items\":{\"type\":[\"integer\",\"string\"]}}");
    assert_schema("film", "{\"$ref\":\"#/components/schemas/film\"}");
    assert_schema("number?", "{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"null\"}]}");
    assert_schema("{a: flag, b?: {*: integer}}",
                  "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"boolean\"},"
                  "\"b\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}},"
                  "\"required\":[\"a\"]}");
}

static const struct route_parameter parameters[] = {
    {"id", "id", NULL, "which", 0, 0, 0, NULL},
    {"who", "id", NULL, "for whom", 0, 0, ROUTE_REQUIRED_IN_QUERY, NULL},
    {"top_k", "integer", "10", "how many", 1, 50, 0, NULL},
    {"order", "text", "up", "which way", 0, 0, 0, "up|down"},
    {"more", "any", NULL, "others", 0, 0, ROUTE_BODY_ONLY, NULL},
    {NULL, NULL, NULL, NULL, 0, 0, 0, NULL},
};

static const struct route routes[] = {
    {REQUEST_GET, "/things/{id}", ROUTE_READ, NULL, parameters, "{id: id}", "a thing", ""},
    {REQUEST_POST, "/things/{id}", ROUTE_WRITE, NULL, parameters, "text/plain", "a thing", ""},
    {REQUEST_GET, "/old", ROUTE_READ, NULL, NULL, "302", "leads on", ""},
};

static const char *text_at(const json_t *value, const char *path) {
    char name[64];
    while (*path) {
        const size_t length = strcspn(path, ">");
        memcpy(name, path, length);
        name[length] = '\0';
        value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
                                     : json_object_get(value, name);
        path += length + (path[length] == '>');
    }
    return json_is_integer(value) ? "integer" : json_string_value(value);
}

static void document(void **state) {
    (void)state;
    const struct router router = {.routes = routes, .route_count = 3};
    const struct shape named[] = {{"film", "{title: text}"}};
    const struct openapi_about about = {"Things", "1.0", "", named, 1};
    json_t *all = openapi_document(&router, &about);
    assert_non_null(all);
    assert_string_equal(text_at(all, "openapi"), "3.1.0");
    const json_t *get =
        json_object_get(json_object_get(json_object_get(all, "paths"), "/things/{id}"), "get");
    assert_string_equal(text_at(get, "operationId"), "get_things_id");
    assert_string_equal(text_at(get, "parameters>0>in"), "path");
    assert_string_equal(text_at(get, "parameters>1>name"), "who");
    assert_true(json_is_true(
        json_object_get(json_array_get(json_object_get(get, "parameters"), 1), "required")));
    assert_string_equal(text_at(get, "parameters>2>schema>maximum"), "integer");
    assert_string_equal(text_at(get, "parameters>3>schema>enum>1"), "down");
    assert_int_equal(json_array_size(json_object_get(get, "parameters")), 4);
    const json_t *post =
        json_object_get(json_object_get(json_object_get(all, "paths"), "/things/{id}"), "post");
    assert_string_equal(text_at(post, "x-scope"), "write");
    assert_string_equal(
        text_at(post, "requestBody>content>application/json>schema>properties>more>description"),
        "others");
    assert_string_equal(text_at(post, "responses>2XX>content>text/plain>schema>type"), "string");
    assert_string_equal(text_at(all, "paths>/old>get>responses>302>description"), "leads on");
    assert_string_equal(text_at(all, "components>schemas>film>type"), "object");
    json_decref(all);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(shapes), cmocka_unit_test(document)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

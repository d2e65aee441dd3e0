/* shape.c: a parser by descent of the notation in shape.h. Checked by
 * tests/http/test_http_openapi.c.
 */
#include "http/shape.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"

#define DEPTH_MAX 16
#define NAME_MAX_LENGTH 63

static json_t *parse(const char **at, unsigned depth);

static void skip(const char **at) { *at += strspn(*at, " "); }

static bool take(const char **at, char wanted) {
    skip(at);
    const bool is_there = **at == wanted;
    *at += is_there;
    return is_there;
}

static void word(const char **at, char name[NAME_MAX_LENGTH + 1]) {
    skip(at);
    const size_t length = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789_@*");
    ASSERT(length > 0 && length <= NAME_MAX_LENGTH);
    memcpy(name, *at, length);
    name[length] = '\0';
    *at += length;
}

static json_t *parse_object(const char **at, unsigned depth) {
    json_t *properties = json_object(), *required = json_array(), *others = NULL;
    while (!take(at, '}')) {
        char name[NAME_MAX_LENGTH + 1];
        word(at, name);
        const bool is_optional = take(at, '?');
        ASSERT(take(at, ':'));
        json_t *value = parse(at, depth + 1);
        if (strcmp(name, "*") == 0) {
            ASSERT(!others);
            others = value;
        } else {
            json_object_set_new(properties, name, value);
            if (!is_optional)
                json_array_append_new(required, json_string(name));
        }
        skip(at);
        ASSERT(**at == '}' || **at == ',');
        take(at, ',');
    }
    json_t *schema = json_pack("{s:s}", "type", "object");
    if (json_object_size(properties) > 0)
        json_object_set(schema, "properties", properties);
    if (json_array_size(required) > 0)
        json_object_set(schema, "required", required);
    if (others)
        json_object_set_new(schema, "additionalProperties", others);
    json_decref(properties);
    json_decref(required);
    return schema;
}

static json_t *parse_word(const char **at) {
    static const char *const plain[][2] = {
        {"text", "string"}, {"integer", "integer"}, {"number", "number"}, {"flag", "boolean"}};
    char name[NAME_MAX_LENGTH + 1];
    word(at, name);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strcmp(name, plain[i][0]) == 0)
            return json_pack("{s:s}", "type", plain[i][1]);
    if (strcmp(name, "any") == 0)
        return json_object();
    if (strcmp(name, "id") == 0)
        return json_pack("{s:[s,s]}", "type", "integer", "string");
    return json_pack("{s:s+}", "$ref", "#/components/schemas/", name);
}

static json_t *parse(const char **at, unsigned depth) {
    json_t *schema;
    ASSERT(depth < DEPTH_MAX);
    if (take(at, '{')) {
        schema = parse_object(at, depth);
    } else if (take(at, '[')) {
        schema = json_pack("{s:s, s:o}", "type", "array", "items", parse(at, depth + 1));
        ASSERT(take(at, ']'));
    } else {
        schema = parse_word(at);
    }
    if (take(at, '?'))
        schema = json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
    return schema;
}

json_t *shape_schema(const char *notation) {
    const char *at = notation;
    json_t *schema = parse(&at, 0);
    skip(&at);
    ASSERT(*at == '\0');
    return schema;
}

/* records.c: see records.h. Checked by tests/api/test_api_people.c, fuzz/fuzz_http_json.c. */
#include "api/records.h"

#include <string.h>

static bool refuse(const struct request *request, struct response *response, const char *what) {
    problem_answer(response, request, 400,
                   "the body is %s; send a JSON object, a list of them, or one on each line", what);
    return false;
}

/* Adds what one JSON value holds. */
static bool take(json_t *list, json_t *value, const char *key) {
    json_t *inner = json_object_get(value, key);
    if (json_is_object(value) && !json_is_array(inner))
        return json_array_append_new(list, value) == 0;
    const bool is_list = json_is_array(value) || json_is_array(inner);
    if (is_list)
        json_array_extend(list, inner ? inner : value);
    json_decref(value);
    return is_list;
}

static bool read_values(const struct request *request, const char *key, struct response *response,
                        json_t *list) {
    const char *at = request->body, *end = at + request->body_size;
    while ((at += strspn(at, " \t\r\n")) < end) {
        json_error_t why;
        json_t *value = json_loadb(at, (size_t)(end - at),
                                   JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &why);
        if (!value) {
            problem_answer(response, request, 400, "the body is not JSON: line %d, column %d: %s",
                           why.line, why.column, why.text);
            return false;
        }
        at += why.position;
        if (!take(list, value, key))
            return refuse(request, response, "JSON, but no object or list");
        if (json_array_size(list) > RECORDS_MAX) {
            problem_answer(response, request, 422, "more than %d at a time; send them in parts",
                           RECORDS_MAX);
            return false;
        }
    }
    return true;
}

bool records_read(const struct request *request, const char *key, struct response *response,
                  json_t **list) {
    *list = json_array();
    bool good = read_values(request, key, response, *list);
    if (good && json_array_size(*list) == 0)
        good = refuse(request, response, "empty");
    for (size_t i = 0; good && i < json_array_size(*list); i++)
        if (!json_is_object(json_array_get(*list, i)))
            good = refuse(request, response, "a list of what are no objects");
    if (!good)
        json_decref(*list);
    return good;
}

const char *records_text(const json_t *record, const char *key, struct arena *arena) {
    const json_t *value = json_object_get(record, key);
    if (json_is_integer(value))
        return arena_format(arena, "%lld", (long long)json_integer_value(value));
    return json_is_string(value) ? arena_copy(arena, json_string_value(value)) : NULL;
}

void records_refuse(const struct request *request, struct response *response,
                    enum records_fault fault, size_t index, const char *key, const char *message) {
    const struct problem_field field = {
        .type = fault == RECORDS_MISSING   ? "missing"
                : fault == RECORDS_UNKNOWN ? "not_found"
                                           : "value_error",
        .where = "body",
        .name = index > 0 ? arena_format(request->arena, "[%zu].%s", index, key) : key,
        .message = message};
    problem_answer_fields(response, request, (unsigned)fault, &field, 1);
}

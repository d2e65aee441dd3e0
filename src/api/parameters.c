/* parameters.c: see parameters.h.
 *
 * Source   FastAPI (pydantic 2) for the types and messages of the problems.
 * Traps    "1e9" and "10.0" are no integers, and 1000000000000000000000 is one that fits nowhere:
 *          strtoll's range error is looked at. Lists are limited before memory is taken for them.
 * Checked  tests/api/test_api_bad_input.c, fuzz/fuzz_http_json.c. */
#include "api/parameters.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/api_internal.h"

#define JSON_DEPTH_MAX 32

const struct route_parameter parameters_none[] = {PARAMETERS_END};

const struct route_parameter parameters_model[] = {PARAMETER_MODEL, PARAMETERS_END};

struct parameters parameters_of_query(const struct request *request) {
    return (struct parameters){.request = request, .where = "query", .status = 400};
}

/* Whether brackets outside strings stand deeper in each other than anybody needs. */
static bool is_too_deep(const char *text, size_t size) {
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < size; i++) {
        const char c = text[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if ((c == '[' || c == '{') && ++depth > JSON_DEPTH_MAX) {
            return true;
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return false;
}

bool parameters_of_body(struct parameters *parameters, const struct request *request,
                        struct response *response) {
    *parameters = (struct parameters){.request = request, .where = "body", .status = 400};
    if (strspn(request->body, " \t\r\n") == request->body_size) {
        parameters->body = json_object();
        return true;
    }
    if (is_too_deep(request->body, request->body_size)) {
        problem_answer(response, request, 400, "the body nests lists and objects more than %d deep",
                       JSON_DEPTH_MAX);
        return false;
    }
    json_error_t why;
    json_t *body = json_loadb(request->body, request->body_size,
                              JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!body) {
        problem_answer(response, request, 400,
                       "the body is not JSON: line %d, column %d: %s; send an object such as "
                       "{\"user_id\": 1}",
                       why.line, why.column, why.text);
        return false;
    }
    if (!json_is_object(body)) {
        json_decref(body);
        problem_answer(response, request, 400,
                       "the body is JSON but no object; send one such as {\"user_id\": 1}");
        return false;
    }
    parameters->body = body;
    return true;
}

void parameters_release(struct parameters *parameters) {
    json_decref(parameters->body);
    json_decref(parameters->forced);
}

void parameters_force(struct parameters *parameters, const char *object) {
    json_t *members = json_loads(object, 0, NULL);
    if (!parameters->forced)
        parameters->forced = json_object();
    json_object_update(parameters->forced, members);
    json_decref(members);
}

/* What stands in JSON for a key; NULL: nothing, or the request is a query. */
static json_t *json_of(const struct parameters *parameters, const char *key) {
    json_t *forced = json_object_get(parameters->forced, key);
    return forced ? forced : json_object_get(parameters->body, key);
}

static void add_problem(struct parameters *parameters, const struct problem_field *problem) {
    if (parameters->problem_count < PARAMETERS_PROBLEMS_MAX)
        parameters->problems[parameters->problem_count++] = *problem;
}

void parameters_require(struct parameters *parameters, const char *key, const void *value) {
    const struct problem_field problem = {
        .type = "missing", .where = parameters->where, .name = key, .message = "Field required"};
    if (!value)
        add_problem(parameters, &problem);
}

bool parameters_failed(const struct parameters *parameters, struct response *response) {
    if (parameters->problem_count == 0)
        return false;
    problem_answer_fields(response, parameters->request, parameters->status, parameters->problems,
                          parameters->problem_count);
    return true;
}

const char *parameters_json_text(const struct parameters *parameters, const json_t *value) {
    struct arena *arena = parameters->request->arena;
    /* A zero byte in a string would cut it short: such a text names nothing. */
    if (json_is_string(value) && strlen(json_string_value(value)) == json_string_length(value))
        return json_string_value(value);
    if (json_is_integer(value))
        return arena_format(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return NULL;
}

json_t *parameters_member(const json_t *object, const char *key) {
    json_t *value = json_object_get(object, key);
    return json_is_null(value) ? NULL : value;
}

/* The value as one would type it, for messages. */
static const char *as_typed(const struct parameters *parameters, const json_t *value) {
    const char *text = parameters_json_text(parameters, value);
    if (text)
        return text;
    if (json_is_real(value))
        return arena_format(parameters->request->arena, "%.17g", json_real_value(value));
    return json_is_true(value)     ? "true"
           : json_is_false(value)  ? "false"
           : json_is_array(value)  ? "[...]"
           : json_is_object(value) ? "{...}"
                                   : "null";
}

void parameters_refuse(struct parameters *parameters, const char *key, const char *type,
                       const char *message, const char *input) {
    json_t *value = json_of(parameters, key);
    const bool is_other = json_is_number(value) || json_is_boolean(value);
    const bool is_it = is_other && input && strcmp(as_typed(parameters, value), input) == 0;
    parameters->status = 422;
    const struct problem_field problem = {type,  parameters->where,   key, message,
                                          input, is_it ? value : NULL};
    add_problem(parameters, &problem);
}

/* The value of a key as typed, NULL if it is not given; null counts as not given. */
static const char *typed(const struct parameters *parameters, const char *key) {
    const json_t *value = json_of(parameters, key);
    if (!value && !parameters->body)
        return request_value(parameters->request, key);
    return !value || json_is_null(value) ? NULL : as_typed(parameters, value);
}

const char *parameters_text(struct parameters *parameters, const char *key) {
    const char *text = typed(parameters, key);
    const json_t *value = json_of(parameters, key);
    if (!text || !value || parameters_json_text(parameters, value))
        return text;
    parameters_refuse(parameters, key, "string_type", "Input should be a string or an integer",
                      text);
    return NULL;
}

const char *parameters_string(struct parameters *parameters, const char *key) {
    const json_t *value = json_of(parameters, key);
    if (!value || json_is_null(value) || json_is_string(value))
        return parameters_text(parameters, key);
    parameters_refuse(parameters, key, "string_type", "Input should be a valid string",
                      as_typed(parameters, value));
    return NULL;
}

void parameters_expect_list(struct parameters *parameters, const char *key) {
    const json_t *value = json_object_get(parameters->body, key);
    if (value && !json_is_null(value) && !json_is_array(value))
        parameters_refuse(parameters, key, "list_type", "Input should be a valid list",
                          as_typed(parameters, value));
}

int64_t parameters_integer(struct parameters *parameters, const char *key, int64_t fallback,
                           int64_t least, int64_t most) {
    const char *text = typed(parameters, key);
    struct arena *arena = parameters->request->arena;
    if (!text)
        return fallback;
    char *end;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    const char first = text[0] == '-' || text[0] == '+' ? text[1] : text[0];
    if (first < '0' || first > '9' || *end) {
        parameters_refuse(parameters, key, "int_parsing",
                          "Input should be a valid integer, unable to parse string as an integer",
                          text);
    } else if (value < least || (errno == ERANGE && value < 0)) {
        parameters_refuse(
            parameters, key, "greater_than_equal",
            arena_format(arena, "Input should be greater than or equal to %lld", (long long)least),
            text);
    } else if (value > most || errno == ERANGE) {
        parameters_refuse(
            parameters, key, "less_than_equal",
            arena_format(arena, "Input should be less than or equal to %lld", (long long)most),
            text);
    } else {
        return value;
    }
    return fallback;
}

double parameters_real(struct parameters *parameters, const char *key, double fallback,
                       double least, double most) {
    const char *text = typed(parameters, key);
    if (!text)
        return fallback;
    char *end;
    const double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value)) {
        parameters_refuse(parameters, key, "float_parsing",
                          "Input should be a valid number, unable to parse string as a number",
                          text);
    } else if (value < least || value > most) {
        parameters_refuse(
            parameters, key, "range",
            arena_format(parameters->request->arena, "Input should be from %g to %g", least, most),
            text);
    } else {
        return value;
    }
    return fallback;
}

bool parameters_flag(struct parameters *parameters, const char *key, bool fallback) {
    static const char *const yes[] = {"true", "1", "yes", "on", "t", "y"};
    static const char *const no[] = {"false", "0", "no", "off", "f", "n"};
    const char *text = typed(parameters, key);
    if (!text)
        return fallback;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (strcasecmp(text, yes[i]) == 0)
            return true;
        if (strcasecmp(text, no[i]) == 0)
            return false;
    }
    parameters_refuse(parameters, key, "bool_parsing",
                      "Input should be a valid boolean, unable to interpret input", text);
    return fallback;
}

static size_t texts_of_query(const struct request *request, const char *key, const char **list) {
    size_t count = 0;
    for (size_t i = 0; i < request->pair_count; i++) {
        if (strcmp(request->pairs[i].key, key) != 0)
            continue;
        if (list)
            list[count] = request->pairs[i].value;
        count++;
    }
    return count;
}

size_t parameters_texts(struct parameters *parameters, const char *key, const char *const **list) {
    struct arena *arena = parameters->request->arena;
    const json_t *value = json_of(parameters, key);
    if (!value && !parameters->body) {
        const size_t count = texts_of_query(parameters->request, key, NULL);
        const char **texts = ARENA_ARRAY(arena, const char *, count);
        texts_of_query(parameters->request, key, texts);
        *list = texts;
        return count;
    }
    if (!value || json_is_null(value))
        return 0;
    const bool is_list = json_is_array(value);
    const size_t count = is_list ? json_array_size(value) : 1;
    if (count > PARAMETERS_LIST_MAX) {
        parameters_refuse(parameters, key, "too_long", "List should have at most 10000 items",
                          NULL);
        return 0;
    }
    const char **texts = ARENA_ARRAY(arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        const json_t *element = is_list ? json_array_get(value, i) : value;
        texts[i] = parameters_json_text(parameters, element);
        if (texts[i])
            continue;
        parameters_refuse(parameters, key, "string_type",
                          "Every element should be a string or an integer",
                          as_typed(parameters, element));
        return 0;
    }
    *list = texts;
    return count;
}

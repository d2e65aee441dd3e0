/* arm_parameters.c: see arm_parameters.h. The table of the route says what there is, so that a new
 * parameter can be tried out at once. Checked by tests/api/test_api_experiments.c. */
#include "api/arm_parameters.h"

#include <string.h>

#include "api/api_internal.h"
#include "base/settings.h"

static bool is_shape(const struct route_parameter *row, const char *shape) {
    return strcmp(row->shape, shape) == 0;
}

/* The hour is the person's own. */
static bool may_be_set(const struct route_parameter *row) {
    const bool is_plain =
        is_shape(row, "integer") || is_shape(row, "number") || is_shape(row, "flag");
    return (is_plain && strcmp(row->name, "hour") != 0) || (is_shape(row, "text") && row->choices);
}

static const char *next_name(void *context, size_t index) {
    const struct route_parameter *row = recommend_parameters;
    (void)context;
    for (; row->name; row++)
        if (may_be_set(row) && index-- == 0)
            return row->name;
    return NULL;
}

static const struct route_parameter *find(const char *name) {
    const struct route_parameter *row = recommend_parameters;
    while (row->name && !(may_be_set(row) && strcmp(row->name, name) == 0))
        row++;
    return row->name ? row : NULL;
}

/* Whether a text is one of "a|b|c". */
static bool is_choice(const char *choices, const char *text) {
    const size_t length = strlen(text);
    for (const char *at = choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strncmp(at, text, length) == 0 && (at[length] == '|' || at[length] == '\0'))
            return true;
    return false;
}

static enum status check_number(const struct route_parameter *row, const json_t *value,
                                struct error *error) {
    const bool is_kind = is_shape(row, "integer") ? json_is_integer(value) : json_is_number(value);
    const double number = json_number_value(value);
    const bool is_bounded = row->least != 0 || row->most != 0;
    if (!is_kind)
        return error_set(error, STATUS_BAD_INPUT, "%s takes %s", row->name,
                         is_shape(row, "integer") ? "a whole number" : "a number");
    if (is_bounded && !(number >= row->least && number <= row->most))
        return error_set(error, STATUS_BAD_INPUT, "%s is from %g to %g, found %g", row->name,
                         row->least, row->most, number);
    return STATUS_OK;
}

static enum status check(const char *name, const json_t *value, struct error *error) {
    const struct route_parameter *row = find(name);
    const char *nearest = row ? NULL : settings_nearest(name, next_name, NULL);
    if (!row)
        return error_set(error, STATUS_BAD_INPUT,
                         "\"%.64s\" is nothing that an arm could set%s%s%s; docs/api.md says "
                         "what it can",
                         name, nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                         nearest ? "\"?" : "");
    if (is_shape(row, "flag"))
        return json_is_boolean(value)
                   ? STATUS_OK
                   : error_set(error, STATUS_BAD_INPUT, "%s takes true or false", row->name);
    if (!is_shape(row, "text"))
        return check_number(row, value, error);
    if (json_is_string(value) && is_choice(row->choices, json_string_value(value)))
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT, "%s takes one of %s", row->name, row->choices);
}

enum status arm_parameters_check(const char *object, struct error *error) {
    json_t *members = json_loads(object, 0, NULL);
    enum status status = json_is_object(members) ? STATUS_OK
                                                 : error_set(error, STATUS_BAD_INPUT,
                                                             "what an arm sets is a JSON object");
    const char *name;
    json_t *value;
    json_object_foreach(members, name, value) if (status == STATUS_OK) status =
        check(name, value, error);
    json_decref(members);
    return status;
}

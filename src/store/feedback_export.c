/* feedback_export.c: everything as lines of JSON. See feedback.h.
 *
 * Idea     Each part is a query and the names of its columns; a line is {"type": PART, NAME: value,
 *          ...} without what is NULL. service/ reads the same lines back in. Keys are left out:
 * they are the server's, and no data. Checked  tests/store/test_feedback.c. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "store/feedback_internal.h"

struct part {
    const char *name, *type;
    const char *columns[SQL_VALUES_MAX]; /* "{labels": the column holds JSON */
    const char *all, *one;               /* of one person; NULL: has nothing to do with people */
};

static const struct part parts[] = {
    {"people",
     "person",
     {"person", "created", "{labels"},
     "SELECT id, created, labels FROM people ORDER BY id",
     "SELECT id, created, labels FROM people WHERE id = $1"},
    {"ratings",
     "rating",
     {"person", "item", "kind", "value", "time"},
     "SELECT person, item, kind, value, time FROM ratings ORDER BY person, time, item",
     "SELECT person, item, kind, value, time FROM ratings WHERE person = $1 ORDER BY time, item"},
    {"events",
     "event",
     {"person", "item", "kind", "value", "time", "device", "hour", "{context"},
     "SELECT person, item, kind, value, time, device, hour, context FROM events ORDER BY number",
     "SELECT person, item, kind, value, time, device, hour, context FROM events WHERE person = $1"
     " ORDER BY number"},
    {"items",
     "item",
     {"item", "title", "year", "genres"},
     "SELECT id, title, year, genres FROM items ORDER BY id",
     NULL},
    {"library", "library", {"item"}, "SELECT item FROM library ORDER BY item", NULL},
    {"erased", "erased", {"person", "time"}, "SELECT id, time FROM erased ORDER BY id", NULL},
};

struct exporting {
    const struct part *part;
    feedback_line *line;
    void *context;
    bool is_over;
};

static json_t *as_json(const struct sql_value *value, bool is_json) {
    switch (value->kind) {
    case SQL_INTEGER:
        return json_integer((json_int_t)value->integer);
    case SQL_REAL:
        return json_real(value->real);
    case SQL_TEXT:
        return is_json ? json_loads(value->text, 0, NULL) : json_string(value->text);
    case SQL_NULL:
        break;
    }
    return NULL;
}

static bool export_row(void *context, const struct sql_value *columns, size_t count) {
    struct exporting *exporting = context;
    json_t *object = json_object();
    json_object_set_new(object, "type", json_string(exporting->part->type));
    for (size_t i = 0; i < count; i++) {
        const char *name = exporting->part->columns[i];
        const bool is_json = name[0] == '{';
        json_t *value = as_json(&columns[i], is_json);
        if (value)
            json_object_set_new(object, name + is_json, value);
    }
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    exporting->is_over = !exporting->line(exporting->context, text, strlen(text));
    free(text);
    return !exporting->is_over;
}

const char *feedback_export_part(size_t index) {
    return index < sizeof parts / sizeof *parts ? parts[index].name : NULL;
}

enum status feedback_export(struct feedback *feedback, const char *what, const char *person,
                            feedback_line *line, void *context, struct error *error) {
    const bool is_all = strcmp(what, "all") == 0;
    const struct sql_value values[] = {sql_text(person)};
    struct exporting exporting = {.line = line, .context = context};
    bool is_known = is_all;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !exporting.is_over; i++) {
        if (!is_all && strcmp(what, parts[i].name) != 0)
            continue;
        is_known = true;
        const struct sql_statement statement = {.text = person ? parts[i].one : parts[i].all,
                                                .values = values,
                                                .count = person != NULL};
        exporting.part = &parts[i];
        if (statement.text)
            TRY(feedback_ask_long(feedback, &statement, export_row, &exporting, error));
    }
    if (is_known)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE,
                     "no part of the store is called \"%.40s\"; there are all, people, ratings, "
                     "events, items, library and erased",
                     what);
}

/* feedback_export.c: everything as lines of JSON. See feedback.h.
 *
 * Idea     Each part is a query and the names of its columns; a line is {"type": PART, NAME: value,
 *          ...} without what is NULL. service/ reads the same lines back in. Keys are left out:
 *          they are the server's, and no data.
 * Checked  tests/store/test_feedback.c. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "store/feedback_internal.h"

/* Of everybody: sessions are over before such a file is read. */
#define NO_SESSION " WHERE person NOT LIKE '" FEEDBACK_SESSION "%'"

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
     "SELECT person, item, kind, value, time FROM ratings" NO_SESSION
     " ORDER BY person, time, item",
     "SELECT person, item, kind, value, time FROM ratings WHERE person = $1 ORDER BY time, item"},
    {"events",
     "event",
     {"person", "item", "kind", "value", "time", "device", "hour", "{context", "said"},
     "SELECT person, item, kind, value, time, device, hour, context, said FROM events" NO_SESSION
     " ORDER BY number",
     "SELECT person, item, kind, value, time, device, hour, context, said FROM events"
     " WHERE person = $1 ORDER BY number"},
    {"items",
     "item",
     {"item", "title", "year", "genres", "{facts"},
     "SELECT id, title, year, genres, facts FROM items ORDER BY id",
     NULL},
    {"library", "library", {"item"}, "SELECT item FROM library ORDER BY item", NULL},
    {"erased", "erased", {"person", "time"}, "SELECT id, time FROM erased ORDER BY id", NULL},
};

struct exporting {
    const struct part *part;
    feedback_line *line;
    void *context;
    struct arena *arena;
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

/* ---- A table ---- */

/* A field in quotes where it needs them. */
static void add_field(struct buffer *row, const char *text) {
    if (!text[strcspn(text, "\",\r\n")]) {
        buffer_text(row, text);
        return;
    }
    buffer_text(row, "\"");
    for (const char *at = text; *at; at++)
        buffer_text(row, *at == '"' ? "\"\"" : (const char[]){*at, '\0'});
    buffer_text(row, "\"");
}

static bool export_table_row(void *context, const struct sql_value *columns, size_t count) {
    struct exporting *exporting = context;
    const struct arena_position mark = arena_mark(exporting->arena);
    struct buffer row;
    buffer_init(&row, exporting->arena);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buffer_text(&row, ",");
        json_t *value = as_json(&columns[i], false);
        char *number = json_is_number(value) ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
        if (value)
            add_field(&row, number ? number : json_string_value(value));
        free(number);
        json_decref(value);
    }
    exporting->is_over = !exporting->line(exporting->context, row.bytes, row.size);
    arena_reset(exporting->arena, mark);
    return !exporting->is_over;
}

static void export_table_head(struct exporting *exporting) {
    struct buffer row;
    buffer_init(&row, exporting->arena);
    for (size_t i = 0; i < SQL_VALUES_MAX && exporting->part->columns[i]; i++) {
        const char *name = exporting->part->columns[i];
        buffer_format(&row, "%s%s", i > 0 ? "," : "", name + (name[0] == '{'));
    }
    exporting->is_over = !exporting->line(exporting->context, row.bytes, row.size);
}

/* ---- All ---- */

const char *feedback_export_part(size_t index) {
    return index < sizeof parts / sizeof *parts ? parts[index].name : NULL;
}

static const struct part *find_part(const char *what) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(what, parts[i].name) == 0)
            return &parts[i];
    return NULL;
}

static enum status refuse_part(const char *what, struct error *error) {
    return error_set(error, STATUS_BAD_USAGE,
                     "no part of the store is called \"%.40s\"; there are all, people, ratings, "
                     "events, items, library and erased",
                     what);
}

enum status feedback_export(struct feedback *feedback, const char *what, const char *person,
                            feedback_line *line, void *context, struct error *error) {
    const bool is_all = strcmp(what, "all") == 0;
    const struct part *only = find_part(what);
    const struct sql_value values[] = {sql_text(person)};
    struct exporting exporting = {.line = line, .context = context};
    if (!is_all && !only)
        return refuse_part(what, error);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !exporting.is_over; i++) {
        const struct sql_statement statement = {.text = person ? parts[i].one : parts[i].all,
                                                .values = values,
                                                .count = person != NULL};
        exporting.part = &parts[i];
        if (statement.text && (is_all || only == &parts[i]))
            TRY(feedback_ask_long(feedback, &statement, export_row, &exporting, error));
    }
    return STATUS_OK;
}

enum status feedback_export_table(struct feedback *feedback, const char *what, feedback_line *line,
                                  void *context, struct error *error) {
    struct arena arena = {0};
    struct exporting exporting = {
        .part = find_part(what), .line = line, .context = context, .arena = &arena};
    if (strcmp(what, "all") == 0)
        return error_set(
            error, STATUS_BAD_USAGE,
            "a table has one kind of rows: name a part, or take lines of JSON for all");
    if (!exporting.part)
        return refuse_part(what, error);
    const struct sql_statement statement = {.text = exporting.part->all};
    export_table_head(&exporting);
    const enum status status =
        exporting.is_over
            ? STATUS_OK
            : feedback_ask_long(feedback, &statement, export_table_row, &exporting, error);
    arena_release(&arena);
    return status;
}

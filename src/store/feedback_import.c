/* feedback_import.c: the lines of an export back into a store. See feedback.h.
 *
 * Idea     Each line says by "type" what it is; lines of one kind that stand together are written
 *          together. Events go the way of all events (feedback_append), so that what counts now
 *          follows from them as it did when they came.
 * Traps    A full export has the ratings before the events that they follow from: whoever replays
 *          these ends where the ratings were already, so that both are right, alone and together.
 *          A session has a bounded life, which a line does not know of: its lines are refused.
 * Checked  tests/store/test_feedback_import.c: a round trip gives the same lines. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/wall_clock.h"
#include "store/feedback_internal.h"

#define TEXT_MAX 4096 /* bytes of a title, a context, labels */
#define DEVICE_MAX 256
#define VALUES_PER_LINE 8
#define STATEMENTS_PER_LINE 3

enum kind {
    LINE_PERSON,
    LINE_RATING,
    LINE_EVENT,
    LINE_ITEM,
    LINE_LIBRARY,
    LINE_ERASED,
    LINE_KINDS
};
static const char *const kind_names[LINE_KINDS] = {"person", "rating",  "event",
                                                   "item",   "library", "erased"};

/* One line as it is understood; texts live in `object`. */
struct line {
    enum kind kind;
    json_t *object;
    const char *labels, *facts; /* in the arena */
    struct feedback_event event;
};

struct batch {
    struct feedback *feedback;
    struct arena *arena;
    struct line *lines;
    size_t count;
};

/* ---- Reading a line ---- */

/* A text of 1 to `most` bytes; NULL: it is not there or no such text. */
static const char *text_of(const json_t *object, const char *key, size_t most) {
    const json_t *value = json_object_get(object, key);
    const size_t length = json_string_length(value);
    const char *text = json_string_value(value);
    return text && length > 0 && length <= most && strlen(text) == length ? text : NULL;
}

static bool is_absent(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return !value || json_is_null(value);
}

/* An object as text; NULL: there is none. */
static const char *packed_of(const json_t *object, const char *key, struct arena *arena) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_object(value))
        return NULL;
    const size_t length = json_dumpb(value, NULL, 0, JSON_COMPACT);
    if (length > TEXT_MAX)
        return NULL;
    char *text = arena_alloc(arena, length + 1);
    json_dumpb(value, text, length, JSON_COMPACT);
    return text;
}

static const char *read_ids(struct line *line) {
    const bool has_person = line->kind != LINE_ITEM && line->kind != LINE_LIBRARY;
    const bool has_item = line->kind != LINE_PERSON && line->kind != LINE_ERASED;
    line->event.person = has_person ? text_of(line->object, "person", FEEDBACK_ID_MAX) : NULL;
    line->event.item = has_item ? text_of(line->object, "item", FEEDBACK_ID_MAX) : NULL;
    if (has_person && !line->event.person)
        return "\"person\" is not a text of 1 to 256 bytes";
    if (has_item && !line->event.item)
        return "\"item\" is not a text of 1 to 256 bytes";
    if (has_person &&
        strncmp(line->event.person, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) == 0)
        return "a session is not taken over: its life is bounded";
    return NULL;
}

/* A whole number of seconds; absent is `fallback`. */
static const char *read_time(const struct line *line, const char *key, int64_t *time) {
    const json_t *value = json_object_get(line->object, key);
    if (is_absent(line->object, key))
        return NULL;
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return "the time is not a whole number of seconds since 1970";
    *time = (int64_t)json_integer_value(value);
    return NULL;
}

static const char *read_statement(struct line *line, struct arena *arena) {
    const char *kind = text_of(line->object, "kind", DEVICE_MAX);
    const json_t *value = json_object_get(line->object, "value");
    struct feedback_event *event = &line->event;
    if (!kind || !feedback_kind_find(&event->kind, kind))
        return "\"kind\" is not rating, like, dislike, view, click, remove or impression";
    if (line->kind == LINE_RATING && event->kind == FEEDBACK_IMPRESSION)
        return "an impression is no rating";
    event->value = json_is_number(value) ? json_number_value(value) : (double)NAN;
    if ((event->kind == FEEDBACK_RATING || !is_absent(line->object, "value")) &&
        !isfinite(event->value))
        return "\"value\" is not a finite number";
    event->hour = -1;
    const json_t *hour = json_object_get(line->object, "hour");
    if (json_is_integer(hour) && json_integer_value(hour) >= 0 && json_integer_value(hour) < 24)
        event->hour = (int64_t)json_integer_value(hour);
    else if (!is_absent(line->object, "hour"))
        return "\"hour\" is not 0 to 23";
    event->device = text_of(line->object, "device", DEVICE_MAX);
    event->said = text_of(line->object, "said", DEVICE_MAX);
    event->context = packed_of(line->object, "context", arena);
    if ((!event->device && !is_absent(line->object, "device")) ||
        (!event->said && !is_absent(line->object, "said")))
        return "\"device\" or \"said\" is not a text of 1 to 256 bytes";
    return !event->context && !is_absent(line->object, "context")
               ? "\"context\" is not an object of up to 4096 bytes"
               : NULL;
}

static const char *read_kind(struct line *line) {
    const char *type = text_of(line->object, "type", DEVICE_MAX);
    for (size_t kind = 0; type && kind < LINE_KINDS; kind++)
        if (strcmp(type, kind_names[kind]) == 0) {
            line->kind = (enum kind)kind;
            return NULL;
        }
    return "\"type\" is not person, rating, event, item, library or erased";
}

static const char *read_members(struct line *line, struct arena *arena) {
    const char *fault = read_kind(line);
    fault = fault ? fault : read_ids(line);
    line->event.time = (int64_t)wall_clock_seconds();
    const char *time = line->kind == LINE_PERSON ? "created" : "time";
    fault = fault ? fault : read_time(line, time, &line->event.time);
    if (!fault && (line->kind == LINE_RATING || line->kind == LINE_EVENT))
        fault = read_statement(line, arena);
    if (!fault && line->kind == LINE_PERSON) {
        line->labels = packed_of(line->object, "labels", arena);
        if (!line->labels && !is_absent(line->object, "labels"))
            fault = "\"labels\" is not an object of up to 4096 bytes";
    }
    if (!fault && line->kind == LINE_ITEM) {
        line->facts = packed_of(line->object, "facts", arena);
        if (!json_is_string(json_object_get(line->object, "title")))
            fault = "\"title\" is not a text";
        else if (!line->facts && !is_absent(line->object, "facts"))
            fault = "\"facts\" is not an object of up to 4096 bytes";
    }
    return fault;
}

/* What is wrong with a line; NULL: it is in the batch. */
static const char *take_line(struct batch *batch, const struct feedback_imported *from) {
    json_error_t where;
    struct line *line = &batch->lines[batch->count];
    *line = (struct line){.object = json_loadb(from->text, from->length, 0, &where)};
    if (!json_is_object(line->object)) {
        json_decref(line->object);
        return "it is no JSON object";
    }
    const char *fault = read_members(line, batch->arena);
    if (fault)
        json_decref(line->object);
    else
        batch->count++;
    return fault;
}

/* ---- Writing ---- */

static const char add_person[] =
    "INSERT INTO people (id, created) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
static const char set_person[] =
    "INSERT INTO people (id, created, labels) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET"
    " created = excluded.created, labels = COALESCE(excluded.labels, people.labels)";
static const char set_rating[] =
    "INSERT INTO ratings (person, item, kind, value, time) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (person, item) DO UPDATE SET kind = excluded.kind, value = excluded.value,"
    " time = excluded.time";
static const char set_item[] =
    "INSERT INTO items (id, title, year, genres, facts) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (id) DO UPDATE SET title = excluded.title, year = excluded.year,"
    " genres = excluded.genres, facts = excluded.facts";
static const char add_library[] =
    "INSERT INTO library (item) VALUES ($1) ON CONFLICT (item) DO NOTHING";
static const char add_erased[] =
    "INSERT INTO erased (id, time) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";

struct list {
    struct sql_statement *statements;
    size_t count;
};

static void add(struct list *list, const char *text, const struct sql_value *values, size_t count) {
    list->statements[list->count++] = (struct sql_statement){text, values, count};
}

/* values: person or item first, as the statement of the line wants them. */
static void add_line(struct list *list, const struct batch *batch, const struct line *line) {
    struct sql_value *values = ARENA_ARRAY(batch->arena, struct sql_value, VALUES_PER_LINE);
    const struct feedback_event *event = &line->event;
    values[0] = sql_text(event->person ? event->person : event->item);
    values[1] = sql_integer(event->time);
    if (line->kind == LINE_PERSON) {
        values[2] = sql_text(line->labels);
        add(list, set_person, values, 3);
    } else if (line->kind == LINE_RATING) {
        struct sql_value *rating = values + 2;
        add(list, add_person, values, 2);
        rating[0] = values[0];
        rating[1] = sql_text(event->item);
        rating[2] = sql_text(feedback_kind_name(event->kind));
        rating[3] = sql_real(event->kind == FEEDBACK_RATING ? event->value : (double)NAN);
        rating[4] = values[1];
        add(list, set_rating, rating, 5);
    } else if (line->kind == LINE_ITEM) {
        const char *genres = json_string_value(json_object_get(line->object, "genres"));
        values[1] = sql_text(json_string_value(json_object_get(line->object, "title")));
        values[2] = sql_integer((int64_t)json_integer_value(json_object_get(line->object, "year")));
        values[3] = sql_text(genres ? genres : "");
        values[4] = sql_text(line->facts);
        add(list, set_item, values, 5);
    } else {
        add(list, line->kind == LINE_LIBRARY ? add_library : add_erased, values,
            line->kind == LINE_LIBRARY ? 1 : 2);
    }
}

static bool says_new_person(const struct line *lines, size_t i) {
    const char *person = lines[i].event.person;
    return person &&
           (i == 0 || !lines[i - 1].event.person || strcmp(person, lines[i - 1].event.person) != 0);
}

static bool says_first_film(const struct line *lines, size_t from, size_t i) {
    return lines[i].kind == LINE_ITEM && (i == from || lines[i - 1].kind != LINE_ITEM);
}

static enum status write_lines(const struct batch *batch, size_t from, size_t to,
                               struct error *error) {
    struct list list = {
        ARENA_ARRAY(batch->arena, struct sql_statement, STATEMENTS_PER_LINE * (to - from)), 0};
    for (size_t i = from; i < to; i++) {
        add_line(&list, batch, &batch->lines[i]);
        if (!says_new_person(batch->lines, i) && !says_first_film(batch->lines, from, i))
            continue;
        const char *person = batch->lines[i].event.person;
        const struct sql_statement tell =
            feedback_tell(batch->feedback, person ? SQL_NEWS_PERSON : SQL_NEWS_FILMS,
                          person ? person : "", batch->arena);
        if (tell.text)
            list.statements[list.count++] = tell;
    }
    return feedback_write(batch->feedback, list.statements, list.count, error);
}

static enum status append_events(const struct batch *batch, size_t from, size_t to,
                                 struct error *error) {
    struct feedback_event *events = ARENA_ARRAY(batch->arena, struct feedback_event, to - from);
    for (size_t i = from; i < to; i++)
        events[i - from] = batch->lines[i].event;
    return feedback_append(batch->feedback, events, to - from, error);
}

/* Runs of events, and runs of all else. */
static enum status write_batch(const struct batch *batch, struct error *error) {
    for (size_t from = 0, to; from < batch->count; from = to) {
        const bool are_events = batch->lines[from].kind == LINE_EVENT;
        for (to = from + 1; to < batch->count; to++)
            if ((batch->lines[to].kind == LINE_EVENT) != are_events)
                break;
        TRY(are_events ? append_events(batch, from, to, error)
                       : write_lines(batch, from, to, error));
    }
    return STATUS_OK;
}

enum status feedback_import(struct feedback *feedback, struct feedback_imported *lines,
                            size_t count, struct error *error) {
    struct arena arena = {0}; /* feedback_append takes scratch of its own */
    struct batch batch = {.feedback = feedback, .arena = &arena};
    batch.lines = ARENA_ARRAY(&arena, struct line, count);
    for (size_t i = 0; i < count; i++) {
        lines[i].fault = take_line(&batch, &lines[i]);
        const char *person = lines[i].fault ? NULL : batch.lines[batch.count - 1].event.person;
        lines[i].person[0] = '\0';
        if (person)
            memcpy(lines[i].person, person, strlen(person) + 1);
    }
    const enum status status = write_batch(&batch, error);
    for (size_t i = 0; i < batch.count; i++)
        json_decref(batch.lines[i].object);
    arena_release(&arena);
    return status;
}

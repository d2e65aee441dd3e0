/* feedback_events.c: events, and what follows from them of people. See feedback.h.
 *
 * Cost     Three or four statements for an event, prepared once.
 * Checked  tests/store/test_feedback.c. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/wall_clock.h"
#include "store/feedback_internal.h"

#define STATEMENTS_PER_EVENT 4

static const char add_person[] =
    "INSERT INTO people (id, created) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
static const char add_event[] = "INSERT INTO events (person, item, kind, value, time, device, hour,"
                                " context, said) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
#define SET_RATING                                                                                 \
    "INSERT INTO ratings (person, item, kind, value, time) VALUES ($1, $2, $3, $4, $5)"            \
    " ON CONFLICT (person, item) DO UPDATE SET kind = excluded.kind, value = excluded.value,"      \
    " time = excluded.time"
static const char set_rating[] = SET_RATING;
/* Who has rated a film and looks at it again has still rated it. */
static const char set_view[] = SET_RATING " WHERE ratings.kind IN ('view', 'remove')";

static const char *const kind_names[FEEDBACK_KINDS] = {
    [FEEDBACK_RATING] = "rating",         [FEEDBACK_LIKE] = "like",
    [FEEDBACK_DISLIKE] = "dislike",       [FEEDBACK_VIEW] = "view",
    [FEEDBACK_CLICK] = "click",           [FEEDBACK_REMOVE] = "remove",
    [FEEDBACK_IMPRESSION] = "impression",
};

const char *feedback_kind_name(enum feedback_kind kind) { return kind_names[kind]; }

bool feedback_kind_find(enum feedback_kind *kind, const char *name) {
    for (size_t k = 0; k < FEEDBACK_KINDS; k++)
        if (strcmp(name, kind_names[k]) == 0) {
            *kind = (enum feedback_kind)k;
            return true;
        }
    return false;
}

/* ---- Writing ---- */

struct list {
    struct sql_statement *statements;
    size_t count;
    struct arena *arena;
};

static struct sql_value *add(struct list *list, const char *text, size_t value_count) {
    struct sql_value *values = ARENA_ARRAY(list->arena, struct sql_value, value_count);
    list->statements[list->count++] = (struct sql_statement){text, values, value_count};
    return values;
}

static void add_about_person(struct list *list, const struct feedback *feedback,
                             const char *person) {
    const bool is_session = strncmp(person, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) == 0;
    if (!is_session) {
        struct sql_value *values = add(list, add_person, 2);
        values[0] = sql_text(person);
        values[1] = sql_integer((int64_t)wall_clock_seconds());
    }
    const struct sql_statement tell = feedback_tell(feedback, SQL_NEWS_PERSON, person, list->arena);
    if (tell.text)
        list->statements[list->count++] = tell;
}

static void add_one_event(struct list *list, const struct feedback_event *event) {
    const char *kind = feedback_kind_name(event->kind);
    const double value = event->kind == FEEDBACK_RATING ? event->value : (double)NAN;
    struct sql_value *values = add(list, add_event, 9);
    values[0] = sql_text(event->person);
    values[1] = sql_text(event->item);
    values[2] = sql_text(kind);
    values[3] = sql_real(value);
    values[4] = sql_integer(event->time);
    values[5] = sql_text(event->device);
    values[6] = event->hour >= 0 ? sql_integer(event->hour) : (struct sql_value){.kind = SQL_NULL};
    values[7] = sql_text(event->context);
    values[8] = sql_text(event->said);
    if (event->kind == FEEDBACK_IMPRESSION || event->kind == FEEDBACK_CLICK)
        return;
    memcpy(add(list, event->kind == FEEDBACK_VIEW ? set_view : set_rating, 5), values,
           5 * sizeof *values);
}

static struct list list_of(const struct feedback *feedback, const struct feedback_event *events,
                           size_t count, struct arena *arena) {
    struct list list = {ARENA_ARRAY_RAW(arena, struct sql_statement, count * STATEMENTS_PER_EVENT),
                        0, arena};
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(events[i].person, events[i - 1].person) != 0)
            add_about_person(&list, feedback, events[i].person);
        add_one_event(&list, &events[i]);
    }
    return list;
}

void feedback_append_later(struct feedback *feedback, const struct feedback_event *events,
                           size_t count, struct arena *arena, feedback_done *done, void *context) {
    const struct list list = list_of(feedback, events, count, arena);
    feedback_write_later(feedback, list.statements, list.count, arena, done, context);
}

enum status feedback_append(struct feedback *feedback, const struct feedback_event *events,
                            size_t count, struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct list list = list_of(feedback, events, count, scratch);
    const enum status status = feedback_write(feedback, list.statements, list.count, error);
    arena_reset(scratch, mark);
    return status;
}

enum status feedback_set_labels(struct feedback *feedback, const char *person, const char *labels,
                                struct error *error) {
    const struct sql_value values[] = {sql_text(person), sql_integer((int64_t)wall_clock_seconds()),
                                       sql_text(labels)};
    const struct sql_statement statement =
        FEEDBACK_STATEMENT("INSERT INTO people (id, created, labels) VALUES ($1, $2, $3)"
                           " ON CONFLICT (id) DO UPDATE SET labels = excluded.labels",
                           values);
    return feedback_write(feedback, &statement, 1, error);
}

static bool take_presence(void *context, const struct sql_value *columns, size_t count) {
    (void)count;
    *(bool *)context = columns[0].integer > 0;
    return false;
}

enum status feedback_is_known(struct feedback *feedback, const char *person, bool *is_known,
                              struct error *error) {
    const struct sql_value values[] = {sql_text(person)};
    const struct sql_statement statement =
        FEEDBACK_STATEMENT("SELECT COUNT(*) FROM (SELECT id FROM people WHERE id = $1"
                           " UNION ALL SELECT id FROM erased WHERE id = $1"
                           " UNION ALL SELECT person FROM ratings WHERE person = $1"
                           " UNION ALL SELECT person FROM events WHERE person = $1"
                           " UNION ALL SELECT person FROM exposures WHERE person = $1) AS traces",
                           values);
    *is_known = false;
    return feedback_ask(feedback, &statement, take_presence, is_known, error);
}

enum status feedback_erase(struct feedback *feedback, const char *person, struct error *error) {
    static const char *const texts[] = {
        "DELETE FROM events WHERE person = $1", "DELETE FROM ratings WHERE person = $1",
        "DELETE FROM people WHERE id = $1", "DELETE FROM sessions WHERE id = $1",
        "DELETE FROM exposures WHERE person = $1"};
    enum { DELETIONS = sizeof texts / sizeof *texts };
    const struct sql_value values[] = {sql_text(person),
                                       sql_integer((int64_t)wall_clock_seconds())};
    struct sql_statement statements[DELETIONS + 2];
    for (size_t i = 0; i < DELETIONS; i++)
        statements[i] = (struct sql_statement){texts[i], values, 1};
    statements[DELETIONS] = (struct sql_statement){
        "INSERT INTO erased (id, time) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", values, 2};
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    statements[DELETIONS + 1] = feedback_tell(feedback, SQL_NEWS_ERASED, person, scratch);
    const enum status status = feedback_write(
        feedback, statements, DELETIONS + 1 + (statements[DELETIONS + 1].text != NULL), error);
    arena_reset(scratch, mark);
    if (status == STATUS_OK)
        feedback_scrub(feedback);
    return status;
}

/* ---- Reading ---- */

struct reading {
    struct arena *arena;
    struct feedback_row *rows;
    size_t count, capacity;
};

static bool take_row(void *context, const struct sql_value *columns, size_t count) {
    struct reading *reading = context;
    (void)count;
    if (reading->count == reading->capacity) {
        const size_t capacity = reading->capacity ? 2 * reading->capacity : 32;
        struct feedback_row *rows = ARENA_ARRAY_RAW(reading->arena, struct feedback_row, capacity);
        memcpy(rows, reading->rows, reading->count * sizeof *rows);
        reading->rows = rows;
        reading->capacity = capacity;
    }
    struct feedback_row row = {.item = arena_copy(reading->arena, columns[0].text),
                               .value = columns[2].kind == SQL_REAL ? columns[2].real : (double)NAN,
                               .time = columns[3].integer};
    if (feedback_kind_find(&row.kind, columns[1].text))
        reading->rows[reading->count++] = row;
    return true;
}

enum status feedback_rows(struct feedback *feedback, const char *person, struct arena *arena,
                          struct feedback_row **rows, size_t *count, struct error *error) {
    const struct sql_value values[] = {sql_text(person)};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "SELECT item, kind, value, time FROM ratings WHERE person = $1 ORDER BY time, item",
        values);
    struct reading reading = {.arena = arena};
    TRY(feedback_ask(feedback, &statement, take_row, &reading, error));
    *rows = reading.rows;
    *count = reading.count;
    return STATUS_OK;
}

struct visiting {
    feedback_visit *visit;
    void *context;
};

static bool visit_person(void *context, const struct sql_value *columns, size_t count) {
    const struct visiting *visiting = context;
    (void)count;
    return visiting->visit(visiting->context, columns[0].text, columns[1].integer != 0);
}

enum status feedback_people(struct feedback *feedback, feedback_visit *visit, void *context,
                            struct error *error) {
    static const struct sql_statement statement = {
        .text = "SELECT DISTINCT person, 0 FROM ratings UNION ALL SELECT id, 0 FROM people"
                " UNION ALL SELECT id, 1 FROM erased"};
    struct visiting visiting = {visit, context};
    return feedback_ask_long(feedback, &statement, visit_person, &visiting, error);
}

struct label_reading {
    struct arena *arena;
    const char *labels;
};

static bool take_labels(void *context, const struct sql_value *columns, size_t count) {
    struct label_reading *reading = context;
    (void)count;
    if (columns[0].kind == SQL_TEXT)
        reading->labels = arena_copy(reading->arena, columns[0].text);
    return false;
}

enum status feedback_labels(struct feedback *feedback, const char *person, struct arena *arena,
                            const char **labels, struct error *error) {
    const struct sql_value values[] = {sql_text(person)};
    const struct sql_statement statement =
        FEEDBACK_STATEMENT("SELECT labels FROM people WHERE id = $1", values);
    struct label_reading reading = {.arena = arena};
    TRY(feedback_ask(feedback, &statement, take_labels, &reading, error));
    *labels = reading.labels;
    return STATUS_OK;
}

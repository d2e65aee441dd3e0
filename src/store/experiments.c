/* experiments.c: see experiments.h. Checked by tests/store/test_experiments.c. */
#include "store/experiments.h"

#include <string.h>

#include "base/alloc.h"
#include "base/wall_clock.h"
#include "store/feedback_internal.h"

/* ---- Arms ------------------------------------------------------------------------------------ */

struct reading {
    struct arena *arena;
    struct experiments_record *list;
    size_t count, capacity;
};

static struct experiments_record *record_of(struct reading *reading,
                                            const struct sql_value *columns) {
    if (reading->count > 0 && strcmp(reading->list[reading->count - 1].name, columns[0].text) == 0)
        return &reading->list[reading->count - 1];
    if (reading->count == reading->capacity) {
        const size_t capacity = reading->capacity ? 2 * reading->capacity : 8;
        struct experiments_record *list =
            ARENA_ARRAY(reading->arena, struct experiments_record, capacity);
        if (reading->count > 0)
            memcpy(list, reading->list, reading->count * sizeof *list);
        reading->list = list;
        reading->capacity = capacity;
    }
    const struct sql_value *layer = &columns[9];
    reading->list[reading->count] = (struct experiments_record){
        .name = arena_copy(reading->arena, columns[0].text),
        .started = columns[1].integer,
        .ended = columns[2].integer,
        .layer =
            arena_copy(reading->arena, layer->kind == SQL_TEXT ? layer->text : EXPERIMENTS_LAYER),
        .share = columns[10].kind == SQL_REAL ? columns[10].real : 1,
        .lowest = columns[11].kind == SQL_REAL ? columns[11].real : 0};
    return &reading->list[reading->count++];
}

static const char *copy(struct arena *arena, const struct sql_value *value) {
    return value->kind == SQL_TEXT ? arena_copy(arena, value->text) : NULL;
}

/* Stores of before had two parameters in columns of their own. */
static const char *parameters_of(struct arena *arena, const struct sql_value *columns) {
    const struct sql_value *amount = &columns[6], *method = &columns[7];
    const bool has_amount = amount->kind == SQL_REAL, has_method = method->kind == SQL_TEXT;
    if (columns[8].kind == SQL_TEXT || (!has_amount && !has_method))
        return copy(arena, &columns[8]);
    const char *text = has_amount ? arena_format(arena, "\"diversity\":%.17g", amount->real) : "";
    if (has_method)
        text = arena_format(arena, "%s%s\"diversity_method\":\"%s\"", text, has_amount ? "," : "",
                            method->text);
    return arena_format(arena, "{%s}", text);
}

static bool take_arm(void *context, const struct sql_value *columns, size_t count) {
    struct reading *reading = context;
    struct experiments_record *record = record_of(reading, columns);
    (void)count;
    if (record->arm_count == EXPERIMENTS_ARMS_MAX)
        return true;
    record->arms[record->arm_count++] =
        (struct experiments_arm){.name = arena_copy(reading->arena, columns[3].text),
                                 .model = copy(reading->arena, &columns[4]),
                                 .weight = columns[5].real,
                                 .parameters = parameters_of(reading->arena, columns)};
    return true;
}

enum status experiments_list(struct feedback *store, struct arena *arena,
                             struct experiments_record **list, size_t *count, struct error *error) {
    static const struct sql_statement statement = {
        .text = "SELECT e.name, e.started, e.ended, a.name, a.model, a.weight, a.diversity,"
                " a.diversity_method, a.parameters, e.layer, e.share, e.lowest"
                " FROM experiments e JOIN arms a ON a.experiment = e.name"
                " ORDER BY e.started DESC, e.name, a.place"};
    struct reading reading = {.arena = arena};
    TRY(feedback_ask(store, &statement, take_arm, &reading, error));
    *list = reading.list;
    *count = reading.count;
    return STATUS_OK;
}

enum status experiments_find(struct feedback *store, const char *name, struct arena *arena,
                             struct experiments_record *record, struct error *error) {
    struct experiments_record *list;
    size_t count;
    TRY(experiments_list(store, arena, &list, &count, error));
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0) {
            *record = list[i];
            return STATUS_OK;
        }
    return error_set(error, STATUS_NOT_FOUND, "there is no experiment called \"%.*s\"",
                     EXPERIMENTS_NAME_MAX, name);
}

static enum status expect_new(struct feedback *store, const char *name, struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct experiments_record *list;
    size_t count;
    enum status status = experiments_list(store, scratch, &list, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            status =
                error_set(error, STATUS_BAD_INPUT,
                          "there is an experiment called \"%s\" already: take another name, or "
                          "remove it",
                          name);
    arena_reset(scratch, mark);
    return status;
}

enum status experiments_start(struct feedback *store, const struct experiments_record *record,
                              struct error *error) {
    TRY(expect_new(store, record->name, error));
    struct sql_value values[EXPERIMENTS_ARMS_MAX][6];
    struct sql_statement statements[EXPERIMENTS_ARMS_MAX + 1];
    const struct sql_value whole[] = {
        sql_text(record->name), sql_integer((int64_t)wall_clock_seconds()),
        sql_text(record->layer ? record->layer : EXPERIMENTS_LAYER),
        sql_real(record->share > 0 ? record->share : 1), sql_real(record->lowest)};
    statements[0] = (struct sql_statement){
        "INSERT INTO experiments (name, started, ended, layer, share, lowest)"
        " VALUES ($1, $2, 0, $3, $4, $5)",
        whole, 5};
    for (size_t i = 0; i < record->arm_count; i++) {
        const struct experiments_arm *arm = &record->arms[i];
        const struct sql_value row[] = {sql_text(record->name), sql_integer((int64_t)i),
                                        sql_text(arm->name),    sql_text(arm->model),
                                        sql_real(arm->weight),  sql_text(arm->parameters)};
        memcpy(values[i], row, sizeof row);
        statements[i + 1] = (struct sql_statement){
            "INSERT INTO arms (experiment, place, name, model, weight, parameters)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            values[i], 6};
    }
    return feedback_write(store, statements, record->arm_count + 1, error);
}

enum status experiments_end(struct feedback *store, const char *name, struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct experiments_record record;
    enum status status = experiments_find(store, name, scratch, &record, error);
    if (status == STATUS_OK && record.ended != 0)
        status =
            error_set(error, STATUS_NOT_FOUND, "the experiment \"%s\" has ended already", name);
    arena_reset(scratch, mark);
    const struct sql_value values[] = {sql_integer((int64_t)wall_clock_seconds()), sql_text(name)};
    const struct sql_statement statement =
        FEEDBACK_STATEMENT("UPDATE experiments SET ended = $1 WHERE name = $2", values);
    return status == STATUS_OK ? feedback_write(store, &statement, 1, error) : status;
}

enum status experiments_remove(struct feedback *store, const char *name, struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct experiments_record record;
    const enum status status = experiments_find(store, name, scratch, &record, error);
    arena_reset(scratch, mark);
    const struct sql_value values[] = {sql_text(name)};
    const struct sql_statement statements[] = {
        FEEDBACK_STATEMENT("DELETE FROM exposures WHERE experiment = $1", values),
        FEEDBACK_STATEMENT("DELETE FROM arms WHERE experiment = $1", values),
        FEEDBACK_STATEMENT("DELETE FROM experiments WHERE name = $1", values)};
    return status == STATUS_OK ? feedback_write(store, statements, 3, error) : status;
}

/* ---- Who was shown what ---------------------------------------------------------------------- */

struct exposing {
    struct arena arena;
    struct sql_value values[4];
    struct sql_statement statement;
};

static void exposed(void *context, enum status status, const struct error *error) {
    struct exposing *exposing = context;
    (void)status;
    (void)error;
    arena_release(&exposing->arena);
    alloc_free(exposing);
}

void experiments_expose(struct feedback *store, const char *name, const char *person, size_t arm) {
    struct exposing *exposing = alloc_zeroed(1, sizeof *exposing);
    exposing->values[0] = sql_text(arena_copy(&exposing->arena, name));
    exposing->values[1] = sql_text(arena_copy(&exposing->arena, person));
    exposing->values[2] = sql_integer((int64_t)arm);
    exposing->values[3] = sql_integer((int64_t)wall_clock_seconds());
    exposing->statement = (struct sql_statement){
        "INSERT INTO exposures (experiment, person, arm, time) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (experiment, person) DO NOTHING",
        exposing->values, 4};
    feedback_write_later(store, &exposing->statement, 1, &exposing->arena, exposed, exposing);
}

/* ---- What they did --------------------------------------------------------------------------- */

static bool take_people(void *context, const struct sql_value *columns, size_t count) {
    struct experiments_outcome *outcomes = context;
    (void)count;
    if (columns[0].integer >= 0 && columns[0].integer < EXPERIMENTS_ARMS_MAX)
        outcomes[columns[0].integer].people = columns[1].integer;
    return true;
}

static bool take_events(void *context, const struct sql_value *columns, size_t count) {
    struct experiments_outcome *outcomes = context;
    enum feedback_kind kind;
    (void)count;
    if (columns[0].integer < 0 || columns[0].integer >= EXPERIMENTS_ARMS_MAX ||
        !feedback_kind_find(&kind, columns[1].text))
        return true;
    outcomes[columns[0].integer].events[kind] = columns[2].integer;
    outcomes[columns[0].integer].actors[kind] = columns[3].integer;
    return true;
}

enum status experiments_outcomes(struct feedback *store, const struct experiments_record *record,
                                 struct experiments_outcome outcomes[EXPERIMENTS_ARMS_MAX],
                                 struct error *error) {
    const struct sql_value values[] = {sql_text(record->name),
                                       sql_integer(record->ended ? record->ended : INT64_MAX)};
    const struct sql_statement people = {
        "SELECT arm, COUNT(*) FROM exposures WHERE experiment = $1 GROUP BY arm", values, 1};
    const struct sql_statement events = {
        "SELECT x.arm, e.kind, COUNT(*), COUNT(DISTINCT e.person) FROM exposures x"
        " JOIN events e ON e.person = x.person AND e.time >= x.time"
        " WHERE x.experiment = $1 AND e.time <= $2 GROUP BY x.arm, e.kind",
        values, 2};
    memset(outcomes, 0, EXPERIMENTS_ARMS_MAX * sizeof *outcomes);
    TRY(feedback_ask_long(store, &people, take_people, outcomes, error));
    return feedback_ask_long(store, &events, take_events, outcomes, error);
}

/* runs.c: see runs.h.
 *
 * Which process works on a run: its number, the moment that it began (field 22 of /proc/PID/stat)
 * and the machine's boot, so that a number that was given to another process is no mistake, and a
 * store on a shared disk does not bury the runs of another machine.
 * Checked  tests/store/test_runs.c. */
#include "store/runs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/files.h"
#include "base/wall_clock.h"
#include "store/database.h"

static const char *const steps[] = {
    "CREATE TABLE runs ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER REFERENCES runs ON DELETE CASCADE,"
    " kind TEXT NOT NULL, status TEXT NOT NULL, experiment TEXT, name TEXT, model TEXT, data TEXT,"
    " split TEXT, candidates TEXT, digest TEXT, settings TEXT, version TEXT, machine TEXT,"
    " started REAL NOT NULL, ended REAL, fit_seconds REAL, evaluate_seconds REAL,"
    " peak_bytes INTEGER, parameters INTEGER, model_file TEXT, error TEXT, report TEXT,"
    " boot TEXT NOT NULL, process INTEGER NOT NULL, process_began INTEGER NOT NULL);"
    "CREATE INDEX runs_by_digest ON runs (digest);"
    "CREATE INDEX runs_by_parent ON runs (parent);"
    "CREATE TABLE epochs ("
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, part TEXT NOT NULL,"
    " epoch INTEGER NOT NULL, loss REAL, validation REAL, seconds REAL,"
    " PRIMARY KEY (run, part, epoch)) WITHOUT ROWID;"
    "CREATE TABLE metrics ("
    " run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, place INTEGER NOT NULL,"
    " name TEXT NOT NULL, value REAL, low REAL, high REAL,"
    " PRIMARY KEY (run, place)) WITHOUT ROWID;",
    NULL,
};

struct runs {
    struct database database;
    char *path; /* owned */
};

const char *runs_default_path(struct arena *arena) {
    const char *path = getenv("MATINEE_STORE");
    return path && *path ? arena_copy(arena, path)
                         : files_join(arena, files_data_home(arena), "matinee.db");
}

/* ---- Who is alive ---- */

struct owner {
    char boot[64];
    int64_t process, began;
};

/* When a process began, in ticks since the boot; 0: there is none. */
static int64_t process_began(int64_t process) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%lld/stat", (long long)process);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    /* The second field is the program's name in brackets and may hold anything. */
    const char *at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoll(at, NULL, 10) : 0;
}

static struct owner this_process(void) {
    struct owner owner = {.boot = "unknown", .process = getpid()};
    FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
    if (file) {
        if (!fgets(owner.boot, sizeof owner.boot, file))
            owner.boot[0] = '\0';
        owner.boot[strcspn(owner.boot, "\n")] = '\0';
        fclose(file);
    }
    owner.began = process_began(owner.process);
    return owner;
}

static enum status mark_killed(struct runs *runs, int64_t id, struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "UPDATE runs SET status = 'killed', error = 'the program was killed' WHERE "
                     "id = ?1 AND status = 'running'",
                     error));
    database_bind_int(&query, 1, id);
    database_next(&query);
    return database_end(&query, error);
}

/* At most so many at a time; the next opening takes the rest. */
#define KILLED_MOST 256

static enum status bury(struct runs *runs, struct error *error) {
    const struct owner here = this_process();
    int64_t gone[KILLED_MOST];
    size_t count = 0;
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "SELECT id, boot, process, process_began FROM runs WHERE status = 'running'",
                     error));
    while (count < KILLED_MOST && database_next(&query)) {
        bool same_boot = strcmp(database_text(&query, 1), here.boot) == 0;
        if (same_boot && process_began(database_int(&query, 2)) != database_int(&query, 3))
            gone[count++] = database_int(&query, 0);
    }
    TRY(database_end(&query, error));
    for (size_t i = 0; i < count; i++)
        TRY(mark_killed(runs, gone[i], error));
    return STATUS_OK;
}

/* ---- Life ---- */

enum status runs_open(struct runs **out, const char *path, struct error *error) {
    struct runs *runs = alloc_zeroed(1, sizeof *runs);
    runs->path = alloc_copy(path);
    enum status status = database_open(&runs->database, runs->path, steps, error);
    if (status == STATUS_OK)
        status = bury(runs, error);
    if (status != STATUS_OK) {
        runs_close(runs);
        return status;
    }
    *out = runs;
    return STATUS_OK;
}

void runs_close(struct runs *runs) {
    if (!runs)
        return;
    database_close(&runs->database);
    alloc_free(runs->path);
    alloc_free(runs);
}

/* ---- Writing ---- */

enum status runs_begin(struct runs *runs, const struct runs_record *record, int64_t *id,
                       struct error *error) {
    const struct owner owner = this_process();
    struct database_query query;
    TRY(database_ask(
        &query, &runs->database,
        "INSERT INTO runs (parent, kind, status, experiment, name, model, data, digest,"
        " settings, version, machine, started, boot, process, process_began) VALUES "
        "(nullif(?1, 0), ?2, 'running', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
        "?13, ?14) RETURNING id",
        error));
    database_bind_int(&query, 1, record->parent);
    const char *const texts[] = {record->kind,     record->experiment, record->name,
                                 record->model,    record->data,       record->digest,
                                 record->settings, record->version,    record->machine};
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        database_bind_text(&query, i + 2, texts[i]);
    database_bind_real(&query, 11, wall_clock_seconds());
    database_bind_text(&query, 12, owner.boot);
    database_bind_int(&query, 13, owner.process);
    database_bind_int(&query, 14, owner.began);
    while (database_next(&query))
        *id = database_int(&query, 0);
    return database_end(&query, error);
}

enum status runs_adopt(struct runs *runs, int64_t id, const struct runs_record *record,
                       struct error *error) {
    const struct owner owner = this_process();
    struct database_query query;
    int64_t found = 0;
    TRY(database_ask(
        &query, &runs->database,
        "UPDATE runs SET kind = ?2, experiment = ?3, name = ?4, model = ?5, data = ?6,"
        " digest = ?7, settings = ?8, version = ?9, machine = ?10, boot = ?11, process = ?12,"
        " process_began = ?13 WHERE id = ?1 AND status = 'running' RETURNING id",
        error));
    database_bind_int(&query, 1, id);
    const char *const texts[] = {record->kind,     record->experiment, record->name,
                                 record->model,    record->data,       record->digest,
                                 record->settings, record->version,    record->machine};
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        database_bind_text(&query, i + 2, texts[i]);
    database_bind_text(&query, 11, owner.boot);
    database_bind_int(&query, 12, owner.process);
    database_bind_int(&query, 13, owner.began);
    while (database_next(&query))
        found = database_int(&query, 0);
    TRY(database_end(&query, error));
    if (found == id)
        return STATUS_OK;
    return error_set(error, STATUS_NOT_FOUND, "%s: there is no run %lld that goes on", runs->path,
                     (long long)id);
}

enum status runs_describe(struct runs *runs, int64_t id, const struct runs_record *record,
                          struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "UPDATE runs SET data = ifnull(?2, data), digest = ifnull(?3, digest), "
                     "settings = ifnull(?4, settings), split = ifnull(?5, split), "
                     "model_file = nullif(ifnull(?6, model_file), ''), "
                     "report = ifnull(?7, report) WHERE id = ?1",
                     error));
    database_bind_int(&query, 1, id);
    const char *const texts[] = {record->data,  record->digest,     record->settings,
                                 record->split, record->model_file, record->report};
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        database_bind_text(&query, i + 2, texts[i]);
    database_next(&query);
    return database_end(&query, error);
}

enum status runs_add_epoch(struct runs *runs, int64_t id, const struct runs_epoch *epoch,
                           struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "INSERT OR REPLACE INTO epochs VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error));
    database_bind_int(&query, 1, id);
    database_bind_text(&query, 2, epoch->part);
    database_bind_int(&query, 3, epoch->epoch);
    database_bind_real(&query, 4, epoch->loss);
    database_bind_real(&query, 5, epoch->validation);
    database_bind_real(&query, 6, epoch->seconds);
    database_next(&query);
    return database_end(&query, error);
}

static enum status write_end(struct runs *runs, int64_t id, const struct runs_record *record,
                             struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "UPDATE runs SET status = ?2, ended = ?3, split = ?4, candidates = ?5, "
                     "model_file = ?6, error = ?7, report = ?8, fit_seconds = ?9, "
                     "evaluate_seconds = ?10, peak_bytes = ?11, parameters = ?12, "
                     "settings = ifnull(?13, settings) WHERE id = ?1",
                     error));
    database_bind_int(&query, 1, id);
    database_bind_text(&query, 2, record->status);
    database_bind_real(&query, 3, wall_clock_seconds());
    const char *const texts[] = {record->split, record->candidates, record->model_file,
                                 record->error, record->report};
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        database_bind_text(&query, i + 4, texts[i]);
    database_bind_real(&query, 9, record->fit_seconds);
    database_bind_real(&query, 10, record->evaluate_seconds);
    database_bind_int(&query, 11, record->peak_bytes);
    database_bind_int(&query, 12, record->parameters);
    database_bind_text(&query, 13, record->settings);
    database_next(&query);
    return database_end(&query, error);
}

static enum status write_metric(struct runs *runs, int64_t id, size_t place,
                                const struct runs_metric *metric, struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "INSERT OR REPLACE INTO metrics VALUES (?1, ?2, ?3, ?4, ?5, ?6)", error));
    database_bind_int(&query, 1, id);
    database_bind_int(&query, 2, (int64_t)place);
    database_bind_text(&query, 3, metric->name);
    database_bind_real(&query, 4, metric->value);
    database_bind_real(&query, 5, metric->low);
    database_bind_real(&query, 6, metric->high);
    database_next(&query);
    return database_end(&query, error);
}

/* Also ends what was begun, one way or the other. */
static enum status write_metrics(struct runs *runs, int64_t id, const struct runs_metric *metrics,
                                 size_t count, enum status status, struct error *error) {
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = write_metric(runs, id, i, &metrics[i], error);
    if (status == STATUS_OK)
        status = database_run(&runs->database, "COMMIT", error);
    struct error ignored; /* the first failure is the one to tell of */
    if (status != STATUS_OK)
        database_run(&runs->database, "ROLLBACK", &ignored);
    return status;
}

enum status runs_add_metrics(struct runs *runs, int64_t id, const struct runs_metric *metrics,
                             size_t count, struct error *error) {
    TRY(database_run(&runs->database, "BEGIN IMMEDIATE", error));
    return write_metrics(runs, id, metrics, count, STATUS_OK, error);
}

/* From every run but that one. */
static enum status pass_file(struct runs *runs, const char *from, const char *to, int64_t id,
                             struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "UPDATE runs SET model_file = ?2 WHERE model_file = ?1 AND id <> ?3", error));
    database_bind_text(&query, 1, from);
    database_bind_text(&query, 2, to);
    database_bind_int(&query, 3, id);
    database_next(&query);
    return database_end(&query, error);
}

enum status runs_move_file(struct runs *runs, const char *from, const char *to,
                           struct error *error) {
    return pass_file(runs, from, to, 0, error);
}

enum status runs_end(struct runs *runs, int64_t id, const struct runs_record *record,
                     const struct runs_metric *metrics, size_t metric_count, struct error *error) {
    TRY(database_run(&runs->database, "BEGIN IMMEDIATE", error));
    enum status status = write_end(runs, id, record, error);
    if (status == STATUS_OK && record->model_file)
        status = pass_file(runs, record->model_file, NULL, id, error);
    return write_metrics(runs, id, metrics, metric_count, status, error);
}

enum status runs_remove(struct runs *runs, int64_t id, struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database, "DELETE FROM runs WHERE id = ?1 RETURNING id",
                     error));
    database_bind_int(&query, 1, id);
    bool is_found = false;
    while (database_next(&query))
        is_found = true;
    TRY(database_end(&query, error));
    if (is_found)
        return STATUS_OK;
    return error_set(error, STATUS_NOT_FOUND, "there is no run %lld; matinee runs list shows them",
                     (long long)id);
}

/* ---- Reading ---- */

#define RECORD_COLUMNS                                                                             \
    "id, parent, kind, status, experiment, name, model, data, split, candidates, digest, "         \
    "settings, version, machine, model_file, error, report, started, ended, fit_seconds, "         \
    "evaluate_seconds, peak_bytes, parameters"

static void read_record(const struct database_query *query, struct runs_record *record,
                        struct arena *arena) {
    *record = (struct runs_record){.id = database_int(query, 0), .parent = database_int(query, 1)};
    const char **const texts[] = {
        &record->kind,    &record->status,  &record->experiment, &record->name,   &record->model,
        &record->data,    &record->split,   &record->candidates, &record->digest, &record->settings,
        &record->version, &record->machine, &record->model_file, &record->error,  &record->report};
    int column = 2;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++, column++) {
        const char *text = database_text(query, column);
        *texts[i] = text ? arena_copy(arena, text) : NULL;
    }
    record->started = database_real(query, column);
    record->ended = database_real(query, column + 1);
    record->fit_seconds = database_real(query, column + 2);
    record->evaluate_seconds = database_real(query, column + 3);
    record->peak_bytes = database_int(query, column + 4);
    record->parameters = database_int(query, column + 5);
}

/* A list that doubles; rows are moved, what they point to is not. */
#define GROW(list, count, capacity, arena, type)                                                   \
    do {                                                                                           \
        if ((count) == (capacity)) {                                                               \
            (capacity) = (capacity) ? 2 * (capacity) : 32;                                         \
            type *larger_ = ARENA_ARRAY_RAW(arena, type, capacity);                                \
            if ((count) > 0)                                                                       \
                memcpy(larger_, (list), (count) * sizeof(type));                                   \
            (list) = larger_;                                                                      \
        }                                                                                          \
    } while (0)

enum status runs_list(struct runs *runs, const struct runs_filter *filter, struct arena *arena,
                      struct runs_record **list, size_t *count, struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "SELECT " RECORD_COLUMNS
                     " FROM runs WHERE (?1 IS NULL OR experiment = ?1) AND "
                     "(?2 IS NULL OR model = ?2) AND (?3 IS NULL OR data = ?3) AND "
                     "(?4 IS NULL OR status = ?4) AND (?5 IS NULL OR digest = ?5) AND "
                     "(?6 = 0 OR parent = ?6) ORDER BY id DESC LIMIT ?7",
                     error));
    const char *const texts[] = {filter->experiment, filter->model, filter->data, filter->status,
                                 filter->digest};
    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        database_bind_text(&query, i + 1, texts[i]);
    database_bind_int(&query, 6, filter->parent);
    database_bind_int(&query, 7, filter->limit ? (int64_t)filter->limit : -1);
    struct runs_record *records = NULL;
    size_t capacity = 0;
    *count = 0;
    while (database_next(&query)) {
        GROW(records, *count, capacity, arena, struct runs_record);
        read_record(&query, &records[(*count)++], arena);
    }
    *list = records;
    return database_end(&query, error);
}

enum status runs_get(struct runs *runs, int64_t id, struct arena *arena, struct runs_record *record,
                     struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database, "SELECT " RECORD_COLUMNS " FROM runs WHERE id = ?1",
                     error));
    database_bind_int(&query, 1, id);
    bool is_found = database_next(&query);
    if (is_found)
        read_record(&query, record, arena);
    TRY(database_end(&query, error));
    if (is_found)
        return STATUS_OK;
    return error_set(error, STATUS_NOT_FOUND, "there is no run %lld; matinee runs list shows them",
                     (long long)id);
}

enum status runs_metrics(struct runs *runs, int64_t id, struct arena *arena,
                         struct runs_metric **list, size_t *count, struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "SELECT name, value, low, high FROM metrics WHERE run = ?1 ORDER BY place",
                     error));
    database_bind_int(&query, 1, id);
    struct runs_metric *metrics = NULL;
    size_t capacity = 0;
    *count = 0;
    while (database_next(&query)) {
        GROW(metrics, *count, capacity, arena, struct runs_metric);
        metrics[(*count)++] = (struct runs_metric){
            arena_copy(arena, database_text(&query, 0)), database_real(&query, 1),
            database_real(&query, 2), database_real(&query, 3)};
    }
    *list = metrics;
    return database_end(&query, error);
}

enum status runs_epochs(struct runs *runs, int64_t id, struct arena *arena,
                        struct runs_epoch **list, size_t *count, struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &runs->database,
                     "SELECT part, epoch, loss, validation, seconds FROM epochs WHERE run = ?1 "
                     "ORDER BY part, epoch",
                     error));
    database_bind_int(&query, 1, id);
    struct runs_epoch *epochs = NULL;
    size_t capacity = 0;
    *count = 0;
    while (database_next(&query)) {
        GROW(epochs, *count, capacity, arena, struct runs_epoch);
        epochs[(*count)++] = (struct runs_epoch){
            arena_copy(arena, database_text(&query, 0)), (uint32_t)database_int(&query, 1),
            database_real(&query, 2), database_real(&query, 3), database_real(&query, 4)};
    }
    *list = epochs;
    return database_end(&query, error);
}

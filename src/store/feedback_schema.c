/* feedback_schema.c: the tables, and how an older form of them is brought to the present one.
 *
 * Idea     steps[i] brings version i to i + 1; `meta` holds the version. A step is never changed
 *          once it was released: what is new is a new step.
 * Traps    Several servers may start on one database: the step is taken by the first, under a lock.
 * Checked  tests/store/test_feedback.c. */
#include <string.h>

#include "base/arena.h"
#include "store/feedback_internal.h"

#define MARK "{serial}"

static const char *const steps[] = {
    "CREATE TABLE people (id TEXT PRIMARY KEY, created BIGINT NOT NULL, labels TEXT);"
    "CREATE TABLE erased (id TEXT PRIMARY KEY, time BIGINT NOT NULL);"
    "CREATE TABLE ratings (person TEXT NOT NULL, item TEXT NOT NULL, kind TEXT NOT NULL,"
    "  value DOUBLE PRECISION, time BIGINT NOT NULL, PRIMARY KEY (person, item));"
    "CREATE TABLE events (number {serial}, person TEXT NOT NULL, item TEXT NOT NULL,"
    "  kind TEXT NOT NULL, value DOUBLE PRECISION, time BIGINT NOT NULL, device TEXT,"
    "  hour BIGINT, context TEXT);"
    "CREATE INDEX events_person ON events (person);"
    "CREATE TABLE sessions (id TEXT PRIMARY KEY, created BIGINT NOT NULL,"
    "  expires BIGINT NOT NULL);"
    "CREATE TABLE items (id TEXT PRIMARY KEY, title TEXT NOT NULL, year BIGINT NOT NULL,"
    "  genres TEXT NOT NULL);"
    "CREATE TABLE library (item TEXT PRIMARY KEY);",
    "CREATE TABLE experiments (name TEXT PRIMARY KEY, started BIGINT NOT NULL,"
    "  ended BIGINT NOT NULL);"
    "CREATE TABLE arms (experiment TEXT NOT NULL, place BIGINT NOT NULL, name TEXT NOT NULL,"
    "  model TEXT, weight DOUBLE PRECISION NOT NULL, diversity DOUBLE PRECISION,"
    "  diversity_method TEXT, PRIMARY KEY (experiment, place));"
    "CREATE TABLE exposures (experiment TEXT NOT NULL, person TEXT NOT NULL,"
    "  arm BIGINT NOT NULL, time BIGINT NOT NULL, PRIMARY KEY (experiment, person));",
    "ALTER TABLE events ADD COLUMN said TEXT;"
    "ALTER TABLE items ADD COLUMN facts TEXT;",
    "CREATE TABLE api_keys (number {serial}, name TEXT NOT NULL, scope TEXT NOT NULL,"
    "  digest TEXT NOT NULL UNIQUE, created BIGINT NOT NULL, revoked BIGINT);"
    "CREATE UNIQUE INDEX api_keys_name ON api_keys (name) WHERE revoked IS NULL;",
    "ALTER TABLE experiments ADD COLUMN layer TEXT;"
    "ALTER TABLE experiments ADD COLUMN share DOUBLE PRECISION;"
    "ALTER TABLE experiments ADD COLUMN lowest DOUBLE PRECISION;"
    "ALTER TABLE arms ADD COLUMN parameters TEXT;",
    "CREATE INDEX ratings_item ON ratings (item);",
    NULL};

static bool take_version(void *context, const struct sql_value *columns, size_t count) {
    (void)count;
    *(int64_t *)context = columns[0].integer;
    return false;
}

static enum status read_version(struct sql *sql, int64_t *version, struct error *error) {
    static const struct sql_statement statement = {.text = "SELECT version FROM meta"};
    *version = 0;
    return sql->ops->ask(sql, &statement, take_version, version, error);
}

/* The step with what this database calls a key that counts up. */
static const char *spell(const struct sql *sql, const char *step, struct arena *arena) {
    const char *at = strstr(step, MARK);
    if (!at)
        return step;
    return arena_format(arena, "%.*s%s%s", (int)(at - step), step, sql->ops->serial,
                        spell(sql, at + sizeof MARK - 1, arena));
}

static enum status climb(struct sql *sql, int64_t newest, struct error *error) {
    int64_t version;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    enum status status = read_version(sql, &version, error);
    for (int64_t i = version; i < newest && status == STATUS_OK; i++)
        status = sql->ops->script(sql, spell(sql, steps[i], scratch), error);
    if (status == STATUS_OK)
        status = sql->ops->script(
            sql,
            arena_format(scratch, "DELETE FROM meta; INSERT INTO meta (version) VALUES (%lld)",
                         (long long)newest),
            error);
    arena_reset(scratch, mark);
    return status;
}

enum status feedback_schema(struct sql *sql, const char *name, struct error *error) {
    static const char meta[] = "CREATE TABLE IF NOT EXISTS meta (version BIGINT NOT NULL)";
    int64_t version, newest = 0;
    while (steps[newest])
        newest++;
    /* Two that make it at the same moment may collide: then it is there. */
    if (sql->ops->script(sql, meta, error) != STATUS_OK)
        TRY(sql->ops->script(sql, meta, error));
    TRY(read_version(sql, &version, error));
    if (version > newest)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: made by a newer matinee (form %lld, this one knows %lld); use that, "
                         "or another store",
                         name, (long long)version, (long long)newest);
    if (version == newest)
        return STATUS_OK;
    TRY(sql->ops->script(sql, sql->ops->begin, error));
    const enum status status = climb(sql, newest, error);
    struct error ignored; /* the first failure is the one to tell of */
    if (status == STATUS_OK)
        return sql->ops->script(sql, "COMMIT", error);
    sql->ops->script(sql, "ROLLBACK", &ignored);
    return status;
}

/* database.c: see database.h.
 *
 * Source   sqlite.org/wal.html: with synchronous=NORMAL a transaction survives the end of the
 *          process, and the file the end of the power; the last transactions before that may be
 *          lost.
 * Traps    On a file system without shared memory (NFS) the write-ahead log is not to be had;
 *          SQLite then keeps its rollback journal, which is slower and as safe.
 * Checked  tests/store/test_runs.c. */
#include "store/database.h"

#include <math.h>
#include <sqlite3.h>

#include "base/files.h"
#include "store/sqlite_error.h"

#define WAIT_MILLISECONDS 2000

enum status database_run(struct database *database, const char *sql, struct error *error) {
    if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
        return STATUS_OK;
    return sqlite_error(database->handle, database->path, error);
}

static enum status read_version(struct database *database, int64_t *version, struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, database, "PRAGMA user_version", error));
    *version = database_next(&query) ? database_int(&query, 0) : 0;
    return database_end(&query, error);
}

/* In one transaction, and only by the first of several processes that find an old file. */
static enum status step_up(struct database *database, const char *const *steps,
                           struct error *error) {
    int64_t version, newest = 0;
    while (steps[newest])
        newest++;
    TRY(read_version(database, &version, error));
    if (version > newest)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: made by a newer matinee (form %lld, this one knows %lld); use that, "
                         "or another file",
                         database->path, (long long)version, (long long)newest);
    if (version == newest)
        return STATUS_OK;
    TRY(database_run(database, "BEGIN IMMEDIATE", error));
    enum status status = read_version(database, &version, error);
    for (int64_t i = version; i < newest && status == STATUS_OK; i++)
        status = database_run(database, steps[i], error);
    char *sql = sqlite3_mprintf("PRAGMA user_version = %lld", (long long)newest);
    if (status == STATUS_OK)
        status = database_run(database, sql, error);
    sqlite3_free(sql);
    struct error ignored; /* the first failure is the one to tell of */
    if (status == STATUS_OK)
        return database_run(database, "COMMIT", error);
    database_run(database, "ROLLBACK", &ignored);
    return status;
}

enum status database_open(struct database *database, const char *path, const char *const *steps,
                          struct error *error) {
    *database = (struct database){.path = path};
    TRY(files_make_parent(path, error));
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
    enum status status = STATUS_OK;
    if (sqlite3_open_v2(path, &database->handle, flags, NULL) != SQLITE_OK)
        status = sqlite_error(database->handle, path, error);
    if (status == STATUS_OK) {
        sqlite3_busy_timeout(database->handle, WAIT_MILLISECONDS);
        status = database_run(database,
                              "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                              "PRAGMA foreign_keys = ON",
                              error);
    }
    if (status == STATUS_OK)
        status = step_up(database, steps, error);
    if (status != STATUS_OK)
        database_close(database);
    return status;
}

void database_close(struct database *database) {
    sqlite3_close(database->handle);
    *database = (struct database){0};
}

enum status database_ask(struct database_query *query, struct database *database, const char *sql,
                         struct error *error) {
    *query = (struct database_query){.database = database};
    if (sqlite3_prepare_v2(database->handle, sql, -1, &query->statement, NULL) == SQLITE_OK)
        return STATUS_OK;
    return sqlite_error(database->handle, database->path, error);
}

/* A value that cannot be bound (out of memory, a text of gigabytes) fails the query. */
static void check(struct database_query *query, int code) {
    query->failed = query->failed || code != SQLITE_OK;
}

void database_bind_int(struct database_query *query, int index, int64_t value) {
    check(query, sqlite3_bind_int64(query->statement, index, value));
}

void database_bind_real(struct database_query *query, int index, double value) {
    check(query, isnan(value) ? sqlite3_bind_null(query->statement, index)
                              : sqlite3_bind_double(query->statement, index, value));
}

void database_bind_text(struct database_query *query, int index, const char *text) {
    check(query, sqlite3_bind_text(query->statement, index, text, -1, SQLITE_STATIC));
}

bool database_next(struct database_query *query) {
    if (query->failed)
        return false;
    int code = sqlite3_step(query->statement);
    query->failed = code != SQLITE_ROW && code != SQLITE_DONE;
    return code == SQLITE_ROW;
}

int64_t database_int(const struct database_query *query, int column) {
    return sqlite3_column_int64(query->statement, column);
}

double database_real(const struct database_query *query, int column) {
    if (sqlite3_column_type(query->statement, column) == SQLITE_NULL)
        return NAN;
    return sqlite3_column_double(query->statement, column);
}

const char *database_text(const struct database_query *query, int column) {
    return (const char *)sqlite3_column_text(query->statement, column);
}

enum status database_end(struct database_query *query, struct error *error) {
    enum status status = query->failed
                             ? sqlite_error(query->database->handle, query->database->path, error)
                             : STATUS_OK;
    sqlite3_finalize(query->statement);
    query->statement = NULL;
    return status;
}

/* sql_sqlite.c: SQLite behind sql.h: one file, or memory alone (":memory:").
 *
 * Idea     A write-ahead log with synchronous=FULL: COMMIT returns when the log is on the disk, and
 *          readers go on while somebody writes. What is erased is overwritten (secure_delete).
 * Source   sqlite.org: wal.html, backup.html, lang_upsert.html.
 * Traps    A disk that is full or read-only fails the COMMIT or a statement before it; either way
 *          ROLLBACK leaves the file as it was, and the next write is tried afresh. What was opened
 *          on a read-only disk stays so until it is opened again.
 * Checked  tests/store/test_feedback.c, test_feedback_faults.c. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/files.h"
#include "store/sql.h"
#include "store/sqlite_error.h"

#define WAIT_MILLISECONDS 2000

struct sqlite_connection {
    struct sql base;
    sqlite3 *handle;
    char *path;
    struct {
        const char *text;
        sqlite3_stmt *statement;
    } prepared[SQL_STATEMENTS_MAX];
    size_t prepared_count;
    sqlite3_int64 version; /* of the data as others wrote them; 0: not looked yet */
};

static enum status run(struct sqlite_connection *connection, const char *text,
                       struct error *error) {
    if (sqlite3_exec(connection->handle, text, NULL, NULL, NULL) == SQLITE_OK)
        return STATUS_OK;
    return sqlite_error(connection->handle, connection->path, error);
}

static void close_connection(struct sql *sql) {
    struct sqlite_connection *connection = (struct sqlite_connection *)sql;
    if (!connection)
        return;
    for (size_t i = 0; i < connection->prepared_count; i++)
        sqlite3_finalize(connection->prepared[i].statement);
    sqlite3_close(connection->handle);
    alloc_free(connection->path);
    alloc_free(connection);
}

/* For the owner alone, since it says who did what; SQLite gives its log the same rights. What is
 * there already stays as it is, and what goes wrong SQLite will say. */
static void make_private(const char *path) {
    const int file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0)
        close(file);
}

/* Whether the file may be read and nothing can be written beside it: a disk that is read-only. */
static bool is_read_only(const char *path) {
    char folder[4096];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    return faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) == 0 &&
           faccessat(AT_FDCWD, *folder ? folder : "/", W_OK, AT_EACCESS) != 0;
}

/* The path as a URI of SQLite's for a file that nobody changes. */
static void spell_immutable(const char *path, char *uri, size_t room) {
    size_t used = (size_t)snprintf(uri, room, "file:");
    for (const char *at = path; *at && used + 32 < room; at++)
        used += (size_t)snprintf(uri + used, room - used, strchr("%?#", *at) ? "%%%02x" : "%c",
                                 (unsigned char)*at);
    snprintf(uri + used, room - used, "?immutable=1");
}

/* SQLite wants to write a log and a table of locks beside its file, also to read it. On a disk that
 * is read-only it can be told that nobody changes the file: then it is read, and writes fail. */
static enum status open_immutable(struct sqlite_connection *connection, struct error *error) {
    char uri[3 * 4096];
    sqlite3_close(connection->handle);
    connection->handle = NULL;
    spell_immutable(connection->path, uri, sizeof uri);
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX;
    if (sqlite3_open_v2(uri, &connection->handle, flags, NULL) != SQLITE_OK)
        return sqlite_error(connection->handle, connection->path, error);
    return run(connection, "SELECT 1 FROM sqlite_master LIMIT 1", error);
}

static enum status open_writable(struct sqlite_connection *connection, struct error *error) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
    if (sqlite3_open_v2(connection->path, &connection->handle, flags, NULL) != SQLITE_OK)
        return sqlite_error(connection->handle, connection->path, error);
    sqlite3_busy_timeout(connection->handle, WAIT_MILLISECONDS);
    return run(connection,
               "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
               "PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216",
               error);
}

static enum status open_connection(struct sql **out, const char *address, struct error *error) {
    if (strcmp(address, ":memory:") != 0) {
        TRY(files_make_parent(address, error));
        make_private(address);
    }
    struct sqlite_connection *connection = alloc_zeroed(1, sizeof *connection);
    connection->base.ops = &sql_sqlite;
    connection->path = alloc_copy(address);
    enum status status = open_writable(connection, error);
    if (status == STATUS_IO && is_read_only(address))
        status = open_immutable(connection, error);
    if (status != STATUS_OK) {
        close_connection(&connection->base);
        return status;
    }
    *out = &connection->base;
    return STATUS_OK;
}

static enum status script(struct sql *sql, const char *text, struct error *error) {
    return run((struct sqlite_connection *)sql, text, error);
}

static enum status prepare(struct sqlite_connection *connection, const char *text,
                           sqlite3_stmt **statement, struct error *error) {
    for (size_t i = 0; i < connection->prepared_count; i++)
        if (connection->prepared[i].text == text) {
            *statement = connection->prepared[i].statement;
            return STATUS_OK;
        }
    ASSERT(connection->prepared_count < SQL_STATEMENTS_MAX);
    if (sqlite3_prepare_v3(connection->handle, text, -1, SQLITE_PREPARE_PERSISTENT, statement,
                           NULL) != SQLITE_OK)
        return sqlite_error(connection->handle, connection->path, error);
    connection->prepared[connection->prepared_count].text = text;
    connection->prepared[connection->prepared_count++].statement = *statement;
    return STATUS_OK;
}

static int bind(sqlite3_stmt *statement, int index, const struct sql_value *value) {
    switch (value->kind) {
    case SQL_INTEGER:
        return sqlite3_bind_int64(statement, index, value->integer);
    case SQL_REAL:
        return sqlite3_bind_double(statement, index, value->real);
    case SQL_TEXT:
        return sqlite3_bind_text(statement, index, value->text, -1, SQLITE_STATIC);
    case SQL_NULL:
        break;
    }
    return sqlite3_bind_null(statement, index);
}

static struct sql_value column(sqlite3_stmt *statement, int index) {
    switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
        return sql_integer(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT:
        return sql_real(sqlite3_column_double(statement, index));
    case SQLITE_NULL:
        return (struct sql_value){.kind = SQL_NULL};
    default:
        return sql_text((const char *)sqlite3_column_text(statement, index));
    }
}

static bool give_row(sqlite3_stmt *statement, sql_row *row, void *context) {
    struct sql_value columns[SQL_VALUES_MAX];
    const int count = sqlite3_column_count(statement);
    ASSERT(count <= SQL_VALUES_MAX);
    for (int i = 0; i < count; i++)
        columns[i] = column(statement, i);
    return !row || row(context, columns, (size_t)count);
}

static enum status ask(struct sql *sql, const struct sql_statement *asked, sql_row *row,
                       void *context, struct error *error) {
    struct sqlite_connection *connection = (struct sqlite_connection *)sql;
    sqlite3_stmt *statement;
    TRY(prepare(connection, asked->text, &statement, error));
    int code = SQLITE_OK;
    for (size_t i = 0; i < asked->count && code == SQLITE_OK; i++)
        code = bind(statement, (int)i + 1, &asked->values[i]);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(statement);
        if (code == SQLITE_ROW && !give_row(statement, row, context))
            code = SQLITE_DONE;
    }
    const enum status status =
        code == SQLITE_DONE ? STATUS_OK : sqlite_error(connection->handle, connection->path, error);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

static enum status write_all(struct sql *sql, const struct sql_statement *statements, size_t count,
                             struct error *error) {
    static const struct sql_statement begin = {.text = "BEGIN IMMEDIATE"},
                                      commit = {.text = "COMMIT"}, rollback = {.text = "ROLLBACK"};
    TRY(ask(sql, &begin, NULL, NULL, error));
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = ask(sql, &statements[i], NULL, NULL, error);
    if (status == STATUS_OK)
        status = ask(sql, &commit, NULL, NULL, error);
    struct error ignored; /* some failures have rolled back already */
    if (status != STATUS_OK)
        ask(sql, &rollback, NULL, NULL, &ignored);
    return status;
}

static enum status copy_pages(sqlite3 *from, sqlite3 *to, const char *path, struct error *error) {
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sqlite_error(to, path, error);
    /* In one step: it reads one state of the log, and who writes meanwhile does not disturb it. */
    sqlite3_backup_step(backup, -1);
    if (sqlite3_backup_finish(backup) != SQLITE_OK)
        return sqlite_error(to, path, error);
    return STATUS_OK;
}

static enum status backup(const char *address, const char *path, struct error *error) {
    if (strcmp(address, ":memory:") == 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "a store in memory has nothing to back up; `matinee serve --store FILE`");
    struct sql *source = NULL;
    sqlite3 *target = NULL;
    char temporary[4096];
    snprintf(temporary, sizeof temporary, "%s.part", path);
    TRY(files_make_parent(path, error));
    TRY(open_connection(&source, address, error));
    unlink(temporary);
    make_private(temporary);
    enum status status = STATUS_OK;
    if (sqlite3_open(temporary, &target) != SQLITE_OK)
        status = sqlite_error(target, temporary, error);
    if (status == STATUS_OK)
        status = copy_pages(((struct sqlite_connection *)source)->handle, target, path, error);
    sqlite3_close(target);
    close_connection(source);
    if (status == STATUS_OK && rename(temporary, path) != 0)
        status = error_set(error, STATUS_IO, "%s: cannot be written: %s", path, strerror(errno));
    if (status != STATUS_OK)
        unlink(temporary);
    return status;
}

/* Pages are overwritten when something is deleted (secure_delete), but the log has their old state
 * until it is begun anew. */
static enum status scrub(struct sql *sql, struct error *error) {
    return run((struct sqlite_connection *)sql, "PRAGMA wal_checkpoint(TRUNCATE)", error);
}

static int take_version(void *context, int count, char **values, char **names) {
    (void)count;
    (void)names;
    *(sqlite3_int64 *)context = strtoll(values[0], NULL, 10);
    return 0;
}

/* The number changes when another connection has committed: of the one that writes here, when
 * another program has; and when the log was emptied after an erasure (scrub), which costs no more
 * than a look at what has not changed. */
static enum status listen_for(struct sql *sql, sql_heard *heard, void *context,
                              struct error *error) {
    struct sqlite_connection *connection = (struct sqlite_connection *)sql;
    const sqlite3_int64 before = connection->version;
    if (sqlite3_exec(connection->handle, "PRAGMA data_version", take_version, &connection->version,
                     NULL) != SQLITE_OK)
        return sqlite_error(connection->handle, connection->path, error);
    if (before != 0 && before != connection->version)
        heard(context, SQL_NEWS_ANYTHING, "");
    return STATUS_OK;
}

const struct sql_ops sql_sqlite = {
    .name = "SQLite",
    .serial = "INTEGER PRIMARY KEY",
    .begin = "BEGIN IMMEDIATE",
    .open = open_connection,
    .close = close_connection,
    .script = script,
    .ask = ask,
    .write = write_all,
    .backup = backup,
    .scrub = scrub,
    .listen = listen_for,
    .listens_by_writer = true,
};

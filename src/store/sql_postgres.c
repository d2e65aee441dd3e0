/* sql_postgres.c: PostgreSQL behind sql.h, by libpq; without it a sentence that says so.
 *
 * Idea     A transaction is sent as a pipeline of prepared statements, so that a thousand events
 *          wait for the network a few times, not a thousand times. A connection that was lost is
 *          made again when it is next needed. What a server writes it tells the others of by NOTIFY
 *          inside the transaction: they hear of it when it is committed, and not before.
 * Source   postgresql.org/docs/15/libpq-pipeline-mode.html, libpq-notify.html.
 * Traps    In a pipeline nobody reads the answers while statements are sent: after CHUNK of them
 *          they are collected, or both sides could wait for each other with full buffers. A COMMIT
 *          whose answer was lost may have happened: it counts as failed, and who asked is told so.
 * Checked  tests/store/test_feedback.c on a real server. */
#include "store/sql.h"

#ifdef MATINEE_POSTGRES

#include <inttypes.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

#define CHUNK 256
#define NUMBER_MAX 32
#define LISTEN_MILLISECONDS 250
#define TYPE_INT8 20
#define TYPE_INT4 23
#define TYPE_FLOAT8 701

struct postgres_connection {
    struct sql base;
    PGconn *handle;
    const char *prepared[SQL_STATEMENTS_MAX];
    size_t prepared_count;
    bool is_listening;
};

/* The values of one statement as texts. */
struct texts {
    const char *list[SQL_VALUES_MAX];
    char numbers[SQL_VALUES_MAX][NUMBER_MAX];
};

/* The first line of what libpq says; it ends with a line's end, and others may follow. */
static enum status refuse(struct postgres_connection *connection, struct error *error) {
    const char *text = PQerrorMessage(connection->handle);
    return error_set(error, STATUS_IO, "PostgreSQL: %.*s", (int)strcspn(text, "\n"), text);
}

static enum status expect(struct postgres_connection *connection, PGresult *result,
                          struct error *error) {
    const ExecStatusType got = PQresultStatus(result);
    enum status status = STATUS_OK;
    if (got != PGRES_COMMAND_OK && got != PGRES_TUPLES_OK)
        status = refuse(connection, error);
    PQclear(result);
    return status;
}

static enum status settle(struct postgres_connection *connection, struct error *error) {
    connection->prepared_count = 0;
    connection->is_listening = false;
    if (PQstatus(connection->handle) != CONNECTION_OK)
        return refuse(connection, error);
    return expect(
        connection,
        PQexec(connection->handle, "SET synchronous_commit = on; SET client_min_messages = error"),
        error);
}

static enum status revive(struct postgres_connection *connection, struct error *error) {
    if (PQstatus(connection->handle) == CONNECTION_OK)
        return STATUS_OK;
    PQreset(connection->handle);
    return settle(connection, error);
}

static void close_connection(struct sql *sql) {
    struct postgres_connection *connection = (struct postgres_connection *)sql;
    if (!connection)
        return;
    PQfinish(connection->handle);
    alloc_free(connection);
}

static enum status open_connection(struct sql **out, const char *address, struct error *error) {
    struct postgres_connection *connection = alloc_zeroed(1, sizeof *connection);
    connection->base.ops = &sql_postgres;
    /* What the address says comes last and counts. */
    const char *const keys[] = {"connect_timeout", "keepalives_idle", "tcp_user_timeout", "dbname",
                                NULL};
    const char *const values[] = {"3", "10", "5000", address, NULL};
    connection->handle = PQconnectdbParams(keys, values, 1);
    const enum status status = settle(connection, error);
    if (status != STATUS_OK) {
        close_connection(&connection->base);
        return status;
    }
    *out = &connection->base;
    return STATUS_OK;
}

static enum status script(struct sql *sql, const char *text, struct error *error) {
    struct postgres_connection *connection = (struct postgres_connection *)sql;
    TRY(revive(connection, error));
    return expect(connection, PQexec(connection->handle, text), error);
}

/* The name under which the server knows the statement: "s" and its place. */
static enum status prepare(struct postgres_connection *connection, const char *text,
                           char name[NUMBER_MAX], struct error *error) {
    size_t place = 0;
    while (place < connection->prepared_count && connection->prepared[place] != text)
        place++;
    snprintf(name, NUMBER_MAX, "s%zu", place);
    if (place < connection->prepared_count)
        return STATUS_OK;
    ASSERT(place < SQL_STATEMENTS_MAX);
    TRY(expect(connection, PQprepare(connection->handle, name, text, 0, NULL), error));
    connection->prepared[connection->prepared_count++] = text;
    return STATUS_OK;
}

static void write_texts(const struct sql_statement *statement, struct texts *texts) {
    ASSERT(statement->count <= SQL_VALUES_MAX);
    for (size_t i = 0; i < statement->count; i++) {
        const struct sql_value *value = &statement->values[i];
        texts->list[i] = value->kind == SQL_NULL   ? NULL
                         : value->kind == SQL_TEXT ? value->text
                                                   : texts->numbers[i];
        if (value->kind == SQL_INTEGER)
            snprintf(texts->numbers[i], NUMBER_MAX, "%" PRId64, value->integer);
        else if (value->kind == SQL_REAL)
            snprintf(texts->numbers[i], NUMBER_MAX, "%.17g", value->real);
    }
}

static struct sql_value cell(const PGresult *result, int row, int column) {
    if (PQgetisnull(result, row, column))
        return (struct sql_value){.kind = SQL_NULL};
    const char *text = PQgetvalue(result, row, column);
    const Oid type = PQftype(result, column);
    if (type == TYPE_INT8 || type == TYPE_INT4)
        return sql_integer(strtoll(text, NULL, 10));
    return type == TYPE_FLOAT8 ? sql_real(strtod(text, NULL)) : sql_text(text);
}

/* False: no more rows are wanted. */
static bool give_rows(const PGresult *result, sql_row *row, void *context) {
    struct sql_value columns[SQL_VALUES_MAX];
    const int count = PQnfields(result), rows = PQntuples(result);
    ASSERT(count <= SQL_VALUES_MAX);
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < count; c++)
            columns[c] = cell(result, r, c);
        if (row && !row(context, columns, (size_t)count))
            return false;
    }
    return true;
}

/* Rows come one at a time, so that an export of everything takes no memory. */
static enum status ask(struct sql *sql, const struct sql_statement *asked, sql_row *row,
                       void *context, struct error *error) {
    struct postgres_connection *connection = (struct postgres_connection *)sql;
    char name[NUMBER_MAX];
    struct texts texts;
    TRY(revive(connection, error));
    TRY(prepare(connection, asked->text, name, error));
    write_texts(asked, &texts);
    if (!PQsendQueryPrepared(connection->handle, name, (int)asked->count, texts.list, NULL, NULL,
                             0))
        return refuse(connection, error);
    PQsetSingleRowMode(connection->handle);
    enum status status = STATUS_OK;
    bool wanted = true;
    for (PGresult *result; (result = PQgetResult(connection->handle));) {
        const ExecStatusType got = PQresultStatus(result);
        if (got == PGRES_SINGLE_TUPLE || got == PGRES_TUPLES_OK)
            wanted = wanted && give_rows(result, row, context);
        else if (got != PGRES_COMMAND_OK && status == STATUS_OK)
            status = refuse(connection, error);
        PQclear(result);
    }
    return status;
}

/* The answers to all that was sent; the first failure is the one to tell of. */
static enum status collect(struct postgres_connection *connection, struct error *error) {
    enum status status = STATUS_OK;
    bool is_over = false;
    if (!PQpipelineSync(connection->handle))
        return refuse(connection, error);
    while (!is_over) {
        PGresult *result = PQgetResult(connection->handle);
        const ExecStatusType got = PQresultStatus(result);
        if (!result) /* between two statements; or for ever, when the connection is gone */
            is_over = PQstatus(connection->handle) != CONNECTION_OK;
        else if (got == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            return status;
        } else if (got != PGRES_COMMAND_OK && got != PGRES_TUPLES_OK && status == STATUS_OK)
            status = refuse(connection, error);
        PQclear(result);
    }
    return status != STATUS_OK ? status : refuse(connection, error);
}

static enum status send_chunk(struct postgres_connection *connection,
                              const struct sql_statement *statements, size_t count,
                              struct error *error) {
    for (size_t i = 0; i < count; i++) {
        char name[NUMBER_MAX];
        struct texts texts;
        TRY(prepare(connection, statements[i].text, name, error)); /* is there: only the name */
        write_texts(&statements[i], &texts);
        if (!PQsendQueryPrepared(connection->handle, name, (int)statements[i].count, texts.list,
                                 NULL, NULL, 0))
            return refuse(connection, error);
    }
    return collect(connection, error);
}

static enum status send_all(struct postgres_connection *connection,
                            const struct sql_statement *statements, size_t count,
                            struct error *error) {
    char name[NUMBER_MAX];
    for (size_t i = 0; i < count; i++) /* not to be done inside a pipeline */
        TRY(prepare(connection, statements[i].text, name, error));
    if (!PQenterPipelineMode(connection->handle))
        return refuse(connection, error);
    enum status status = STATUS_OK;
    for (size_t done = 0; done < count && status == STATUS_OK; done += CHUNK)
        status = send_chunk(connection, statements + done,
                            count - done < CHUNK ? count - done : CHUNK, error);
    PQexitPipelineMode(connection->handle);
    return status;
}

static enum status write_all(struct sql *sql, const struct sql_statement *statements, size_t count,
                             struct error *error) {
    struct postgres_connection *connection = (struct postgres_connection *)sql;
    TRY(revive(connection, error));
    TRY(expect(connection, PQexec(connection->handle, "BEGIN"), error));
    enum status status = send_all(connection, statements, count, error);
    if (status == STATUS_OK) {
        PGresult *result = PQexec(connection->handle, "COMMIT");
        /* COMMIT of a transaction that has failed answers ROLLBACK, and no error. */
        const bool is_done = strcmp(PQcmdStatus(result), "COMMIT") == 0;
        status = expect(connection, result, error);
        if (status == STATUS_OK && !is_done)
            status = error_set(error, STATUS_IO, "PostgreSQL: the transaction was given up");
    }
    if (status != STATUS_OK && PQstatus(connection->handle) == CONNECTION_OK)
        PQclear(PQexec(connection->handle, "ROLLBACK"));
    return status;
}

static enum status backup(const char *address, const char *path, struct error *error) {
    (void)address;
    (void)path;
    return error_set(error, STATUS_BAD_USAGE,
                     "a store in PostgreSQL is backed up by pg_dump, or as text by `matinee export "
                     "all`");
}

static enum sql_news news_of(char sign) {
    return sign == '*' ? SQL_NEWS_FILMS : sign == '-' ? SQL_NEWS_ERASED : SQL_NEWS_PERSON;
}

static enum status listen_for(struct sql *sql, sql_heard *heard, void *context,
                              struct error *error) {
    struct postgres_connection *connection = (struct postgres_connection *)sql;
    TRY(revive(connection, error));
    if (!connection->is_listening) {
        TRY(expect(connection, PQexec(connection->handle, "LISTEN matinee"), error));
        connection->is_listening = true;
        heard(context, SQL_NEWS_ANYTHING, "");
    }
    struct pollfd socket = {.fd = PQsocket(connection->handle), .events = POLLIN};
    poll(&socket, 1, LISTEN_MILLISECONDS);
    if (!PQconsumeInput(connection->handle))
        return refuse(connection, error);
    for (PGnotify *message; (message = PQnotifies(connection->handle));) {
        if (*message->extra)
            heard(context, news_of(*message->extra), message->extra + 1);
        PQfreemem(message);
    }
    return STATUS_OK;
}

const struct sql_ops sql_postgres = {
    .name = "PostgreSQL",
    .serial = "BIGSERIAL PRIMARY KEY",
    .begin = "BEGIN; LOCK TABLE meta IN ACCESS EXCLUSIVE MODE",
    .open = open_connection,
    .close = close_connection,
    .script = script,
    .ask = ask,
    .write = write_all,
    .backup = backup,
    .listen = listen_for,
    .tell = "SELECT pg_notify('matinee', $1)",
};

#else

static enum status open_nothing(struct sql **out, const char *address, struct error *error) {
    (void)out;
    (void)address;
    return error_set(error, STATUS_NOT_FOUND,
                     "this matinee was built without PostgreSQL; install libpq-dev and build it "
                     "again, or keep the store in a file");
}

const struct sql_ops sql_postgres = {.name = "PostgreSQL", .open = open_nothing};

#endif

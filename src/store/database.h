/* database.h: an SQLite file: opened, brought to the present form, asked.
 *
 * Many processes may use one file at a time: the journal is a write-ahead log, a writer waits up to
 * two seconds for another. What was committed survives a kill at any moment. Nothing here ends the
 * program: a full disk, a lock that stays, a file that is no database are errors with a sentence.
 *
 *     struct database_query query;
 *     TRY(database_ask(&query, database, "SELECT name FROM runs WHERE id = ?1", error));
 *     database_bind_int(&query, 1, 7);
 *     while (database_next(&query))
 *         puts(database_text(&query, 0));
 *     TRY(database_end(&query, error)); */
#ifndef MATINEE_STORE_DATABASE_H
#define MATINEE_STORE_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct sqlite3;
struct sqlite3_stmt;

struct database {
    struct sqlite3 *handle;
    const char *path; /* borrowed */
};

/* Opens or makes the file and its folder, and runs steps[version] ... on one that is older:
 * `steps` ends with NULL, and each step is SQL that brings version i to i + 1. Errors: cannot be
 * opened or made, not a database, made by a newer program. On failure nothing is left open. */
enum status database_open(struct database *database, const char *path, const char *const *steps,
                          struct error *error);
void database_close(struct database *database); /* zeroed is fine */
/* SQL without an answer. */
enum status database_run(struct database *database, const char *sql, struct error *error);

struct database_query {
    struct database *database;
    struct sqlite3_stmt *statement;
    bool failed;
};

enum status database_ask(struct database_query *query, struct database *database, const char *sql,
                         struct error *error);
/* Parameters count from 1. A NULL text and a NaN become NULL. Texts live until database_end. */
void database_bind_int(struct database_query *query, int index, int64_t value);
void database_bind_real(struct database_query *query, int index, double value);
void database_bind_text(struct database_query *query, int index, const char *text);
/* The next row, false after the last or at a failure. */
bool database_next(struct database_query *query);
/* Columns count from 0. A NULL is 0, NaN, or a NULL text; texts live until the next row. */
int64_t database_int(const struct database_query *query, int column);
double database_real(const struct database_query *query, int column);
const char *database_text(const struct database_query *query, int column);
/* Ends the query in any case and says whether it failed. */
enum status database_end(struct database_query *query, struct error *error);

#endif

/* sql.h: one connection to a database, whichever it is: SQLite or PostgreSQL.
 *
 * Both are spoken to in the SQL that they share: $1, $2, ... in the order of their first use,
 * INSERT
 * ... ON CONFLICT, TEXT, BIGINT, DOUBLE PRECISION; "{serial}" in a schema stands for a key that
 * counts up. So what is stored is written once (feedback.c), and a database is a table of
 * functions.
 *
 * A connection serves one thread at a time. Texts of statements must be constants: their addresses
 * are how a prepared one is found again. */
#ifndef MATINEE_STORE_SQL_H
#define MATINEE_STORE_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum sql_kind { SQL_NULL, SQL_INTEGER, SQL_REAL, SQL_TEXT };

struct sql_value {
    enum sql_kind kind;
    int64_t integer;
    double real;
    const char *text;
};

#define SQL_VALUES_MAX 12
#define SQL_STATEMENTS_MAX 128 /* different texts that one connection is given */

struct sql_statement {
    const char *text; /* a constant */
    const struct sql_value *values;
    size_t count; /* at most SQL_VALUES_MAX */
};

/* One row of an answer, valid during the call; false: no more, please. */
typedef bool sql_row(void *context, const struct sql_value *columns, size_t count);

/* What others have written about: anything, since it is not known what; a person, who may have been
 * erased; films; or that a quarter of a second has gone by. */
enum sql_news {
    SQL_NEWS_ANYTHING,
    SQL_NEWS_PERSON,
    SQL_NEWS_ERASED,
    SQL_NEWS_FILMS,
    SQL_NEWS_NOTHING
};
/* `person`: of news of one; else "". */
typedef void sql_heard(void *context, enum sql_news news, const char *person);

struct sql {
    const struct sql_ops *ops;
};

struct sql_ops {
    const char *name;
    const char *serial; /* what {serial} stands for */
    const char *begin;  /* a transaction that changes the schema: nobody else does meanwhile */
    /* `address`: a path, or a URL. Errors: it cannot be opened, a sentence that says why. */
    enum status (*open)(struct sql **out, const char *address, struct error *error);
    void (*close)(struct sql *sql);
    /* Several statements without values, in one text. */
    enum status (*script)(struct sql *sql, const char *text, struct error *error);
    enum status (*ask)(struct sql *sql, const struct sql_statement *statement, sql_row *row,
                       void *context, struct error *error);
    /* All of them or none, and on the disk when it returns. */
    enum status (*write)(struct sql *sql, const struct sql_statement *statements, size_t count,
                         struct error *error);
    /* A copy of everything, taken while others write. */
    enum status (*backup)(const char *address, const char *path, struct error *error);
    /* After deletions: leaves no copy of what was deleted in the files. NULL: the database's own
     * affair.
     */
    enum status (*scrub)(struct sql *sql, struct error *error);
    /* Tells of what other programs have written. */
    enum status (*listen)(struct sql *sql, sql_heard *heard, void *context, struct error *error);
    /* Whether `listen` is called four times a second with the connection that writes; else with one
     * of its own, and waits a quarter of a second for news. */
    bool listens_by_writer;
    /* A statement that tells the others of a person, "+ID", or "-ID" who is erased, or of films,
     * "*"; NULL: they find out by themselves. */
    const char *tell;
};

extern const struct sql_ops sql_sqlite, sql_postgres;

static inline struct sql_value sql_integer(int64_t value) {
    return (struct sql_value){.kind = SQL_INTEGER, .integer = value};
}
/* A NaN is NULL. */
static inline struct sql_value sql_real(double value) {
    return value == value ? (struct sql_value){.kind = SQL_REAL, .real = value}
                          : (struct sql_value){.kind = SQL_NULL};
}
/* NULL is NULL. */
static inline struct sql_value sql_text(const char *value) {
    return value ? (struct sql_value){.kind = SQL_TEXT, .text = value}
                 : (struct sql_value){.kind = SQL_NULL};
}

#endif

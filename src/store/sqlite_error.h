/* sqlite_error.h: what SQLite refuses, as a sentence that says what to do. */
#ifndef MATINEE_STORE_SQLITE_ERROR_H
#define MATINEE_STORE_SQLITE_ERROR_H

#include "base/error.h"

struct sqlite3;

/* For the last call on `handle`, whose file is `path`; a handle of NULL: it could not be opened.
 * STATUS_BAD_INPUT: the file is no database; STATUS_IO: all else. */
enum status sqlite_error(struct sqlite3 *handle, const char *path, struct error *error);

#endif

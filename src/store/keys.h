/* keys.h: the keys that callers of the API may show, kept as SHA-256 in an SQLite file of its own.
 *
 * A key is 256 random bits as "mat_" and 64 hexadecimal digits. It is told once, by keys_make; what
 * is kept cannot be turned back into it. */
#ifndef MATINEE_STORE_KEYS_H
#define MATINEE_STORE_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"

#define KEYS_TEXT_BYTES 69 /* with the '\0' */

struct keys;

struct key_row {
    int64_t id;
    const char *name, *scope; /* "read", "write", "admin" */
    uint8_t digest[DIGEST_SHA256_BYTES];
    double created; /* seconds since 1970 */
    double revoked; /* 0: it is good */
};

/* $MATINEE_KEYS, or keys.db in the data folder of the person. */
const char *keys_default_path(struct arena *arena);
/* Makes the file, readable for its owner alone, if there is none. */
enum status keys_open(struct keys **out, const char *path, struct error *error);
void keys_close(struct keys *keys); /* NULL is fine */

/* Errors (STATUS_BAD_INPUT): a name that is taken by a good key, empty or longer than 31 bytes. */
enum status keys_make(struct keys *keys, const char *name, const char *scope,
                      char key[KEYS_TEXT_BYTES], struct error *error);
/* All that there ever were, in the order of making, in the arena. */
enum status keys_list(struct keys *keys, struct key_row **rows, size_t *count, struct arena *arena,
                      struct error *error);
/* By name; from then on it is not known. Errors (STATUS_NOT_FOUND): there is no such good key. */
enum status keys_revoke(struct keys *keys, const char *name, struct error *error);

#endif

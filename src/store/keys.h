/* keys.h: the keys that callers of the API may show, kept as SHA-256 in the store of what people
 * do, so that every server on one store knows the same.
 *
 * A key is 256 random bits as "mat_" and 64 hexadecimal digits. It is told once, by keys_make; what
 * is kept cannot be turned back into it. Backups have the keys, exports do not. */
#ifndef MATINEE_STORE_KEYS_H
#define MATINEE_STORE_KEYS_H

#include "base/digest.h"
#include "store/feedback.h"

#define KEYS_TEXT_BYTES 69 /* with the '\0' */

struct key_row {
    const char *name, *scope; /* "read", "write", "admin" */
    uint8_t digest[DIGEST_SHA256_BYTES];
    int64_t created; /* seconds since 1970 */
    int64_t revoked; /* 0: it is good */
};

/* Errors (STATUS_BAD_INPUT): a name that is taken by a good key, empty or longer than 31 bytes. */
enum status keys_make(struct feedback *store, const char *name, const char *scope,
                      char key[KEYS_TEXT_BYTES], struct error *error);
/* All that there ever were, in the order of making, in the arena. */
enum status keys_list(struct feedback *store, struct key_row **rows, size_t *count,
                      struct arena *arena, struct error *error);
/* By name; from then on it is not known. Errors (STATUS_NOT_FOUND): there is no such good key. */
enum status keys_revoke(struct feedback *store, const char *name, struct error *error);

/* Copies the keys of the SQLite file in which versions before the store's fourth form kept them,
 * revoked ones too; what the store has already stays as it is there. A file without any is none. */
enum status keys_take_file(struct feedback *store, const char *path, size_t *taken,
                           struct error *error);

#endif

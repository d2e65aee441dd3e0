/* keys.c: see keys.h.
 *
 * Traps    The random bits come from getrandom(), not from base/rng.h, which is no source of
 *          secrets. The file is made with mode 600 before SQLite opens it.
 * Checked  tests/store/test_keys.c. */
#include "store/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/files.h"
#include "base/wall_clock.h"
#include "store/database.h"

#define RANDOM_BYTES 32
#define NAME_BYTES_MAX 31

static const char *const steps[] = {
    "CREATE TABLE keys ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, scope TEXT NOT NULL,"
    " digest TEXT NOT NULL UNIQUE, created REAL NOT NULL, revoked REAL);",
    NULL,
};

struct keys {
    struct database database;
    char *path; /* owned */
};

const char *keys_default_path(struct arena *arena) {
    const char *path = getenv("MATINEE_KEYS");
    return path && *path ? arena_copy(arena, path)
                         : files_join(arena, files_data_home(arena), "keys.db");
}

enum status keys_open(struct keys **out, const char *path, struct error *error) {
    TRY(files_make_parent(path, error));
    const int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0)
        return error_set(error, STATUS_IO, "%s: %s; MATINEE_KEYS names another file", path,
                         strerror(errno));
    close(file);
    struct keys *keys = alloc_zeroed(1, sizeof *keys);
    keys->path = alloc_copy(path);
    const enum status status = database_open(&keys->database, keys->path, steps, error);
    if (status != STATUS_OK) {
        alloc_free(keys->path);
        alloc_free(keys);
        return status;
    }
    *out = keys;
    return STATUS_OK;
}

void keys_close(struct keys *keys) {
    if (!keys)
        return;
    database_close(&keys->database);
    alloc_free(keys->path);
    alloc_free(keys);
}

static enum status count_good(struct keys *keys, const char *name, int64_t *count,
                              struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &keys->database,
                     "SELECT count(*) FROM keys WHERE name = ?1 AND revoked IS NULL", error));
    database_bind_text(&query, 1, name);
    *count = database_next(&query) ? database_int(&query, 0) : 0;
    return database_end(&query, error);
}

static enum status insert(struct keys *keys, const char *name, const char *scope,
                          const char *digest, struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &keys->database,
                     "INSERT INTO keys (name, scope, digest, created) VALUES (?1, ?2, ?3, ?4)",
                     error));
    database_bind_text(&query, 1, name);
    database_bind_text(&query, 2, scope);
    database_bind_text(&query, 3, digest);
    database_bind_real(&query, 4, wall_clock_seconds());
    database_next(&query);
    return database_end(&query, error);
}

enum status keys_make(struct keys *keys, const char *name, const char *scope,
                      char key[KEYS_TEXT_BYTES], struct error *error) {
    uint8_t random[RANDOM_BYTES], sum[DIGEST_SHA256_BYTES];
    char digest[DIGEST_TEXT_BYTES];
    int64_t good;
    if (!*name || strlen(name) > NAME_BYTES_MAX)
        return error_set(error, STATUS_BAD_INPUT, "a key's name has 1 to %d bytes, found \"%.80s\"",
                         NAME_BYTES_MAX, name);
    TRY(count_good(keys, name, &good, error));
    if (good > 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "there is a key called \"%s\" already; revoke it or choose another name",
                         name);
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return error_set(error, STATUS_IO, "the system gave no random bits: %s", strerror(errno));
    memcpy(key, "mat_", 4);
    digest_text(random, sizeof random, key + 4);
    digest_sha256(key, strlen(key), sum);
    digest_text(sum, sizeof sum, digest);
    return insert(keys, name, scope, digest, error);
}

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static void read_row(const struct database_query *query, struct key_row *row, struct arena *arena) {
    const char *digest = database_text(query, 3);
    const double revoked = database_real(query, 5);
    *row = (struct key_row){.id = database_int(query, 0),
                            .name = arena_copy(arena, database_text(query, 1)),
                            .scope = arena_copy(arena, database_text(query, 2)),
                            .created = database_real(query, 4),
                            .revoked = isnan(revoked) ? 0 : revoked};
    for (size_t i = 0; i < sizeof row->digest && strlen(digest) == 2 * sizeof row->digest; i++)
        row->digest[i] = (uint8_t)(digit(digest[2 * i]) << 4 | digit(digest[2 * i + 1]));
}

enum status keys_list(struct keys *keys, struct key_row **rows, size_t *count, struct arena *arena,
                      struct error *error) {
    struct database_query query;
    TRY(database_ask(&query, &keys->database, "SELECT count(*) FROM keys", error));
    const size_t room = database_next(&query) ? (size_t)database_int(&query, 0) : 0;
    TRY(database_end(&query, error));
    TRY(database_ask(&query, &keys->database,
                     "SELECT id, name, scope, digest, created, revoked FROM keys ORDER BY id "
                     "LIMIT ?1",
                     error));
    database_bind_int(&query, 1, (int64_t)room);
    *rows = ARENA_ARRAY(arena, struct key_row, room);
    *count = 0;
    while (*count < room && database_next(&query))
        read_row(&query, &(*rows)[(*count)++], arena);
    return database_end(&query, error);
}

enum status keys_revoke(struct keys *keys, const char *name, struct error *error) {
    struct database_query query;
    int64_t good;
    TRY(count_good(keys, name, &good, error));
    if (good == 0)
        return error_set(error, STATUS_NOT_FOUND,
                         "there is no key called \"%.80s\"; `matinee keys list` shows all", name);
    TRY(database_ask(&query, &keys->database,
                     "UPDATE keys SET revoked = ?1 WHERE name = ?2 AND revoked IS NULL", error));
    database_bind_real(&query, 1, wall_clock_seconds());
    database_bind_text(&query, 2, name);
    database_next(&query);
    return database_end(&query, error);
}

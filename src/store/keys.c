/* keys.c: see keys.h.
 *
 * Traps    The random bits come from getrandom(), not from base/rng.h, which is no source of
 *          secrets. Two servers may make a key of one name at one moment: an index over the names
 *          of good keys lets one of them in.
 * Checked  tests/store/test_keys.c, test_feedback.c over both databases. */
#include "store/keys.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "store/feedback_internal.h"

#define RANDOM_BYTES 32
#define NAME_BYTES_MAX 31

static bool take_count(void *context, const struct sql_value *columns, size_t count) {
    (void)count;
    *(int64_t *)context = columns[0].integer;
    return false;
}

static enum status count_good(struct feedback *store, const char *name, int64_t *count,
                              struct error *error) {
    const struct sql_value values[] = {sql_text(name)};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "SELECT COUNT(*) FROM api_keys WHERE name = $1 AND revoked IS NULL", values);
    *count = 0;
    return feedback_ask(store, &statement, take_count, count, error);
}

enum status keys_make(struct feedback *store, const char *name, const char *scope,
                      char key[KEYS_TEXT_BYTES], struct error *error) {
    uint8_t random[RANDOM_BYTES], sum[DIGEST_SHA256_BYTES];
    char digest[DIGEST_TEXT_BYTES];
    int64_t good;
    if (!*name || strlen(name) > NAME_BYTES_MAX)
        return error_set(error, STATUS_BAD_INPUT, "a key's name has 1 to %d bytes, found \"%.80s\"",
                         NAME_BYTES_MAX, name);
    TRY(count_good(store, name, &good, error));
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
    const struct sql_value values[] = {sql_text(name), sql_text(scope), sql_text(digest),
                                       sql_integer(time(NULL))};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "INSERT INTO api_keys (name, scope, digest, created) VALUES ($1, $2, $3, $4)", values);
    return feedback_write(store, &statement, 1, error);
}

/* ---- Listing ---- */

struct listing {
    struct key_row *rows;
    size_t count, room;
    struct arena *arena;
};

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

static bool take_row(void *context, const struct sql_value *columns, size_t count) {
    struct listing *listing = context;
    (void)count;
    if (listing->count == listing->room) {
        listing->room = 2 * listing->room + 8;
        struct key_row *larger = ARENA_ARRAY(listing->arena, struct key_row, listing->room);
        if (listing->count > 0)
            memcpy(larger, listing->rows, listing->count * sizeof *larger);
        listing->rows = larger;
    }
    struct key_row *row = &listing->rows[listing->count++];
    const char *digest = columns[2].text;
    *row = (struct key_row){.name = arena_copy(listing->arena, columns[0].text),
                            .scope = arena_copy(listing->arena, columns[1].text),
                            .created = columns[3].integer,
                            .revoked = columns[4].kind == SQL_NULL ? 0 : columns[4].integer};
    for (size_t i = 0; i < sizeof row->digest && strlen(digest) == 2 * sizeof row->digest; i++)
        row->digest[i] = (uint8_t)(digit(digest[2 * i]) << 4 | digit(digest[2 * i + 1]));
    return true;
}

enum status keys_list(struct feedback *store, struct key_row **rows, size_t *count,
                      struct arena *arena, struct error *error) {
    static const struct sql_statement statement = {
        .text = "SELECT name, scope, digest, created, revoked FROM api_keys ORDER BY number"};
    struct listing listing = {.arena = arena};
    TRY(feedback_ask(store, &statement, take_row, &listing, error));
    *rows = listing.rows;
    *count = listing.count;
    return STATUS_OK;
}

enum status keys_revoke(struct feedback *store, const char *name, struct error *error) {
    int64_t good;
    TRY(count_good(store, name, &good, error));
    if (good == 0)
        return error_set(error, STATUS_NOT_FOUND,
                         "there is no key called \"%.80s\"; `matinee keys list` shows all", name);
    const struct sql_value values[] = {sql_integer(time(NULL)), sql_text(name)};
    const struct sql_statement statement = FEEDBACK_STATEMENT(
        "UPDATE api_keys SET revoked = $1 WHERE name = $2 AND revoked IS NULL", values);
    return feedback_write(store, &statement, 1, error);
}

/* ---- The file of earlier versions ---- */

#define FILE_COLUMNS 5

struct taking {
    struct arena *arena;
    struct sql_statement *statements;
    size_t count, room;
};

static bool take_old(void *context, const struct sql_value *columns, size_t count) {
    struct taking *taking = context;
    if (taking->count == taking->room)
        return false;
    struct sql_value *values = ARENA_ARRAY(taking->arena, struct sql_value, FILE_COLUMNS);
    for (size_t i = 0; i < count; i++) {
        values[i] = columns[i];
        if (columns[i].kind == SQL_TEXT)
            values[i].text = arena_copy(taking->arena, columns[i].text);
    }
    taking->statements[taking->count++] =
        (struct sql_statement){"INSERT INTO api_keys (name, scope, digest, created, revoked)"
                               " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                               values, FILE_COLUMNS};
    return true;
}

static enum status read_file(struct sql *file, struct taking *taking, struct error *error) {
    static const struct sql_statement is_there = {
        .text = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'keys'"};
    static const struct sql_statement size = {.text = "SELECT COUNT(*) FROM keys"};
    static const struct sql_statement rows = {
        .text = "SELECT name, scope, digest, CAST(created AS INTEGER),"
                " CAST(revoked AS INTEGER) FROM keys ORDER BY id"};
    int64_t count = 0;
    TRY(file->ops->ask(file, &is_there, take_count, &count, error));
    if (count == 0)
        return STATUS_OK;
    TRY(file->ops->ask(file, &size, take_count, &count, error));
    taking->room = (size_t)count;
    taking->statements = ARENA_ARRAY(taking->arena, struct sql_statement, taking->room);
    return file->ops->ask(file, &rows, take_old, taking, error);
}

static enum status count_all(struct feedback *store, int64_t *count, struct error *error) {
    static const struct sql_statement statement = {.text = "SELECT COUNT(*) FROM api_keys"};
    *count = 0;
    return feedback_ask(store, &statement, take_count, count, error);
}

enum status keys_take_file(struct feedback *store, const char *path, size_t *taken,
                           struct error *error) {
    struct arena arena = {0};
    struct taking taking = {.arena = &arena};
    struct sql *file;
    int64_t before, after;
    TRY(sql_sqlite.open(&file, path, error));
    enum status status = read_file(file, &taking, error);
    sql_sqlite.close(file);
    if (status == STATUS_OK)
        status = count_all(store, &before, error);
    if (status == STATUS_OK)
        status = feedback_write(store, taking.statements, taking.count, error);
    if (status == STATUS_OK)
        status = count_all(store, &after, error);
    if (status == STATUS_OK)
        *taken = (size_t)(after - before);
    arena_release(&arena);
    return status;
}

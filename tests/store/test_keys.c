/* test_keys.c: keys are told once, kept as digests in a file for the owner alone, and revoked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/files.h"
#include "store/keys.h"

static char folder[] = "/tmp/matinee-keys-XXXXXX";

static void life(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error;
    struct keys *keys;
    struct key_row *rows;
    size_t count;
    char first[KEYS_TEXT_BYTES], second[KEYS_TEXT_BYTES];
    assert_non_null(mkdtemp(folder));
    const char *path = files_join(&arena, folder, "deep/keys.db");
    assert_int_equal(keys_open(&keys, path, &error), STATUS_OK);
    struct stat file;
    assert_int_equal(stat(path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(keys_make(keys, "page", "write", first, &error), STATUS_OK);
    assert_int_equal(keys_make(keys, "page", "read", second, &error), STATUS_BAD_INPUT);
    assert_int_equal(keys_make(keys, "", "read", second, &error), STATUS_BAD_INPUT);
    assert_int_equal(keys_make(keys, "owner", "admin", second, &error), STATUS_OK);
    assert_int_equal(strlen(first), 68);
    assert_memory_equal(first, "mat_", 4);
    assert_string_not_equal(first, second);
    keys_close(keys);

    assert_int_equal(keys_open(&keys, path, &error), STATUS_OK);
    assert_int_equal(keys_revoke(keys, "page", &error), STATUS_OK);
    assert_int_equal(keys_revoke(keys, "page", &error), STATUS_NOT_FOUND);
    assert_int_equal(keys_list(keys, &rows, &count, &arena, &error), STATUS_OK);
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].name, "page");
    assert_string_equal(rows[1].scope, "admin");
    assert_true(rows[0].revoked > 0 && rows[0].revoked >= rows[0].created);
    assert_true(rows[1].revoked == 0);
    uint8_t sum[DIGEST_SHA256_BYTES];
    digest_sha256(second, strlen(second), sum);
    assert_memory_equal(rows[1].digest, sum, sizeof sum);
    keys_close(keys);
    assert_int_equal(files_remove_folder(folder, &error), STATUS_OK);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(life)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_keys.c: the file in which earlier versions kept keys is taken over, once for a store; a
 * store is for its owner alone. Keys themselves: test_feedback.c, over each database. */
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
static struct arena arena;
static struct error error;

static void expect(enum status status) {
    if (status != STATUS_OK)
        fail_msg("%s", error.text);
}

/* As `matinee keys create` of version 0.9 left it. */
static void write_old_file(const char *path) {
    struct sql *sql;
    expect(sql_sqlite.open(&sql, path, &error));
    expect(sql_sqlite.script(
        sql,
        "CREATE TABLE keys ( id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
        " scope TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, created REAL NOT NULL, revoked REAL);"
        "INSERT INTO keys VALUES (1, 'page', 'write', 'aa', 1700000000.25, 1700000001.5);"
        "INSERT INTO keys VALUES (2, 'page', 'read', 'bb', 1700000002.75, NULL);"
        "INSERT INTO keys VALUES (3, 'owner', 'admin', 'cc', 1700000003.5, NULL);"
        "PRAGMA user_version = 1",
        &error));
    sql_sqlite.close(sql);
}

static void check_taken(struct feedback *store) {
    struct key_row *rows;
    size_t count;
    expect(keys_list(store, &rows, &count, &arena, &error));
    assert_int_equal(count, 3);
    assert_string_equal(rows[0].name, "page");
    assert_true(rows[0].created == 1700000000 && rows[0].revoked == 1700000001);
    assert_true(rows[1].created == 1700000002 && rows[1].revoked == 0);
    assert_string_equal(rows[2].scope, "admin");
}

static void a_file_is_taken_over(void **state) {
    (void)state;
    const char *old = files_join(&arena, folder, "keys.db");
    struct feedback *store;
    struct key_row *rows;
    size_t taken = 9, count;
    write_old_file(old);
    expect(feedback_open(&store, files_join(&arena, folder, "deep/people.db"), &error));
    expect(keys_take_file(store, old, &taken, &error));
    assert_int_equal(taken, 3);
    check_taken(store);
    /* Again: nothing comes back that was revoked since. */
    expect(keys_revoke(store, "owner", &error));
    expect(keys_take_file(store, old, &taken, &error));
    assert_int_equal(taken, 0);
    expect(keys_list(store, &rows, &count, &arena, &error));
    assert_true(count == 3 && rows[2].revoked > 0);
    struct stat file;
    assert_int_equal(stat(files_join(&arena, folder, "deep/people.db"), &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    feedback_close(store);
}

/* The old file itself as the place of keys: --keys keys.db, as it always was. */
static void a_file_becomes_a_store(void **state) {
    (void)state;
    const char *old = files_join(&arena, folder, "own.db");
    struct feedback *store;
    size_t taken = 0;
    write_old_file(old);
    expect(feedback_open(&store, old, &error));
    expect(keys_take_file(store, old, &taken, &error));
    assert_int_equal(taken, 3);
    check_taken(store);
    feedback_close(store);
    expect(feedback_open(&store, files_join(&arena, folder, "new.db"), &error));
    expect(keys_take_file(store, files_join(&arena, folder, "new.db"), &taken, &error));
    assert_int_equal(taken, 0);
    feedback_close(store);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_taken_over),
        cmocka_unit_test(a_file_becomes_a_store),
    };
    if (!mkdtemp(folder))
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    files_remove_folder(folder, &error);
    arena_release(&arena);
    return failed;
}

/* test_files.c: reading, mapping, folders, paths; writing that leaves the old file when the disk is
 * full. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"

static struct arena arena;
static const char *folder;
static struct error error;

static int setup(void **state) {
    (void)state;
    char name[] = "/tmp/matinee-files-XXXXXX";
    folder = mkdtemp(name) ? arena_copy(&arena, name) : NULL;
    return folder ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    enum status status = files_remove_folder(folder, &error);
    arena_release(&arena);
    return status == STATUS_OK ? 0 : -1;
}

static const char *at(const char *name) { return files_join(&arena, folder, name); }

static void check_content(const char *path, const char *expected) {
    char *bytes;
    size_t size;
    assert_int_equal(files_read(path, 1 << 20, &arena, &bytes, &size, &error), STATUS_OK);
    assert_int_equal(size, strlen(expected));
    assert_string_equal(bytes, expected);
}

static void test_read_and_map(void **state) {
    (void)state;
    char *bytes;
    size_t size;
    struct files_mapping mapping;
    assert_int_equal(files_write(at("x"), "hello", 5, &error), STATUS_OK);
    check_content(at("x"), "hello");
    assert_int_equal(files_map(&mapping, at("x"), &error), STATUS_OK);
    assert_int_equal(mapping.size, 5);
    assert_memory_equal(mapping.bytes, "hello", 5);
    files_unmap(&mapping);
    files_unmap(&mapping);
    assert_int_equal(files_write(at("empty"), "", 0, &error), STATUS_OK);
    assert_int_equal(files_map(&mapping, at("empty"), &error), STATUS_OK);
    assert_non_null(mapping.bytes);
    assert_int_equal(mapping.size, 0);
    files_unmap(&mapping);
    assert_int_equal(files_read(at("none"), 9, &arena, &bytes, &size, &error), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "none: no such file"));
    assert_int_equal(files_map(&mapping, folder, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "is a folder"));
    assert_int_equal(files_read(at("x"), 4, &arena, &bytes, &size, &error), STATUS_LIMIT);
    assert_int_equal(files_read(at("x"), 5, &arena, &bytes, &size, &error), STATUS_OK);
    assert_int_equal(files_size(at("x")), 5);
    assert_true(files_is_regular(at("x")) && !files_is_folder(at("x")) && files_is_folder(folder));
}

static void test_writer(void **state) {
    (void)state;
    struct files_writer writer;
    assert_int_equal(files_write(at("x"), "old", 3, &error), STATUS_OK);
    assert_int_equal(files_writer_open(&writer, at("x"), &error), STATUS_OK);
    static char block[400000];
    memset(block, 'b', sizeof block);
    for (int i = 0; i < 20; i++)
        assert_int_equal(files_writer_write(&writer, block, 1000 * (size_t)(i * i), &error),
                         STATUS_OK);
    check_content(at("x"), "old");
    assert_int_equal(writer.written, 2470000);
    assert_int_equal(files_writer_commit(&writer, &error), STATUS_OK);
    assert_int_equal(files_size(at("x")), 2470000);
    files_writer_discard(&writer); /* closed: nothing happens */
    assert_int_equal(files_writer_open(&writer, at("x"), &error), STATUS_OK);
    files_writer_discard(&writer);
    assert_int_equal(files_size(at("x")), 2470000);
    const char *const *names;
    size_t count;
    assert_int_equal(files_list(folder, &arena, &names, &count, &error), STATUS_OK);
    assert_int_equal(count, 1);
    assert_int_equal(files_writer_open(&writer, folder, &error), STATUS_IO);
    assert_int_equal(files_writer_open(&writer, at("no/such/x"), &error), STATUS_IO);
}

static void test_a_link_is_followed(void **state) {
    (void)state;
    assert_int_equal(files_write(at("target"), "old", 3, &error), STATUS_OK);
    assert_int_equal(symlink(at("target"), at("link")), 0);
    assert_int_equal(files_write(at("link"), "new", 3, &error), STATUS_OK);
    check_content(at("target"), "new");
    char buffer[8];
    assert_true(readlink(at("link"), buffer, sizeof buffer) > 0);
}

/* A limit on the size of files stands for a full disk: the system refuses in the same place. */
static void test_full_disk(void **state) {
    (void)state;
    struct files_writer writer;
    struct rlimit before, small = {65536, RLIM_INFINITY};
    assert_int_equal(files_write(at("x"), "old", 3, &error), STATUS_OK);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    static char block[200000];
    assert_int_equal(files_writer_open(&writer, at("x"), &error), STATUS_OK);
    enum status status = files_writer_write(&writer, block, sizeof block, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, STATUS_IO);
    assert_non_null(strstr(error.text, "make room and try again; the old file is unchanged"));
    check_content(at("x"), "old");
    const char *const *names;
    size_t count;
    assert_int_equal(files_list(folder, &arena, &names, &count, &error), STATUS_OK);
    assert_int_equal(count, 1);
}

static void test_a_device_that_is_full(void **state) {
    (void)state;
    if (!files_exists("/dev/full"))
        skip();
    assert_int_equal(files_write("/dev/full", "x", 1, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "No space left on device"));
    assert_true(files_exists("/dev/full"));
}

static void test_folders(void **state) {
    (void)state;
    assert_int_equal(files_make_folder(at("a/b/c"), &error), STATUS_OK);
    assert_int_equal(files_make_folder(at("a/b/c/"), &error), STATUS_OK);
    assert_int_equal(files_make_parent(at("a/d/x"), &error), STATUS_OK);
    assert_true(files_is_folder(at("a/d")));
    assert_int_equal(files_write(at("a/b/c/B"), "1", 1, &error), STATUS_OK);
    assert_int_equal(files_write(at("a/b/c/.a"), "1", 1, &error), STATUS_OK);
    assert_int_equal(files_write(at("a/b/c/Z"), "1", 1, &error), STATUS_OK);
    const char *const *names;
    size_t count;
    assert_int_equal(files_list(at("a/b/c"), &arena, &names, &count, &error), STATUS_OK);
    assert_int_equal(count, 3);
    assert_string_equal(names[0], ".a");
    assert_string_equal(names[2], "Z");
    assert_int_equal(files_make_folder(at("a/b/c/B/x"), &error), STATUS_IO);
    assert_int_equal(files_list(at("none"), &arena, &names, &count, &error), STATUS_NOT_FOUND);
    assert_int_equal(symlink(folder, at("a/b/up")), 0);
    assert_int_equal(files_remove_folder(at("a"), &error), STATUS_OK);
    assert_false(files_exists(at("a")));
    assert_true(files_exists(folder));
}

static void test_paths(void **state) {
    (void)state;
    assert_string_equal(files_join(&arena, "a", "b"), "a/b");
    assert_string_equal(files_join(&arena, "a/", "b"), "a/b");
    assert_string_equal(files_join(&arena, "", "b"), "b");
    assert_string_equal(files_join(&arena, "a", "/b"), "/b");
    assert_string_equal(files_base_name(&arena, "/a/b/c/"), "c");
    assert_string_equal(files_base_name(&arena, "c"), "c");
    assert_string_equal(files_base_name(&arena, "/"), "/");
    setenv("HOME", "/home/me", 1);
    assert_string_equal(files_expand(&arena, "~/x"), "/home/me/x");
    assert_string_equal(files_expand(&arena, "~"), "/home/me");
    assert_string_equal(files_expand(&arena, "~you/x"), "~you/x");
    unsetenv("XDG_DATA_HOME");
    assert_string_equal(files_data_home(&arena), "/home/me/.local/share/matinee");
    setenv("XDG_DATA_HOME", "relative", 1);
    assert_string_equal(files_data_home(&arena), "/home/me/.local/share/matinee");
    setenv("XDG_DATA_HOME", "/data", 1);
    assert_string_equal(files_data_home(&arena), "/data/matinee");
}

static void test_search(void **state) {
    (void)state;
    const char *rest = "/a::~/b:c";
    setenv("HOME", "/home/me", 1);
    assert_string_equal(files_path_next(&rest, &arena), "/a");
    assert_string_equal(files_path_next(&rest, &arena), "/home/me/b");
    assert_string_equal(files_path_next(&rest, &arena), "c");
    assert_null(files_path_next(&rest, &arena));
    assert_null(files_path_next(&rest, &arena));
    assert_null(files_search(NULL, "x", &arena));
    assert_int_equal(files_write(at("x"), "1", 1, &error), STATUS_OK);
    const char *list = arena_format(&arena, "/none:%s:%s/below", folder, folder);
    assert_string_equal(files_search(list, "x", &arena), at("x"));
    assert_null(files_search(list, "y", &arena));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_read_and_map),
        TEST(test_writer),
        TEST(test_a_link_is_followed),
        TEST(test_full_disk),
        TEST(test_a_device_that_is_full),
        TEST(test_folders),
        TEST(test_paths),
        TEST(test_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

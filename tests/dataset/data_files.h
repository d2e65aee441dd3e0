/* data_files.h: what tests of the readers share: a folder of their own, small files in it, the
 * public data sets where they are at hand. */
#ifndef MATINEE_TESTS_DATASET_DATA_FILES_H
#define MATINEE_TESTS_DATASET_DATA_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/files.h"
#include "dataset/dataset.h"

static struct arena test_arena;
static const char *test_folder;

/* A new empty folder for each test. */
static inline int folder_setup(void **state) {
    (void)state;
    char name[] = "/tmp/matinee-test-XXXXXX";
    if (!mkdtemp(name))
        return -1;
    test_folder = arena_copy(&test_arena, name);
    return 0;
}

static inline int folder_teardown(void **state) {
    (void)state;
    struct error error;
    files_remove_folder(test_folder, &error);
    arena_release(&test_arena);
    return 0;
}

static inline const char *test_path(const char *name) {
    return files_join(&test_arena, test_folder, name);
}

static inline const char *put_bytes(const char *name, const void *bytes, size_t size) {
    struct error error;
    const char *path = test_path(name);
    assert_int_equal(files_make_parent(path, &error), STATUS_OK);
    assert_int_equal(files_write(path, bytes, size, &error), STATUS_OK);
    return path;
}

static inline const char *put_text(const char *name, const char *text) {
    return put_bytes(name, text, strlen(text));
}

static inline struct dataset *open_good(const char *path) {
    struct error error = {.text = ""};
    struct dataset *dataset = NULL;
    if (dataset_open(&dataset, path, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return dataset;
}

/* Opening must fail with this status and a text that holds every one of the words (NULL ends). */
static inline void open_bad(const char *path, enum status status, const char *const *words) {
    struct error error = {.text = ""};
    struct dataset *dataset = NULL;
    enum status found = dataset_open(&dataset, path, &error);
    if (found == STATUS_OK)
        fail_msg("%s was opened, with %zu interactions", path, dataset->interactions.count);
    for (size_t i = 0; words[i]; i++)
        if (!strstr(error.text, words[i]))
            fail_msg("\"%s\" does not say \"%s\"", error.text, words[i]);
    assert_null(strchr(error.text, '\n'));
    assert_int_equal(found, status);
}

#define OPEN_BAD(path, status, ...)                                                                \
    open_bad((path), (status), (const char *const[]){__VA_ARGS__, NULL})

/* A public data set of $MATINEE_DATA; the test is passed over if it is not there. */
static inline struct dataset *open_public(const char *name) {
    const char *list = getenv("MATINEE_DATA");
    const char *path = list ? files_search(list, name, &test_arena) : NULL;
    if (!path) {
        print_message("%s is not in $MATINEE_DATA: passed over\n", name);
        skip();
    }
    return open_good(path);
}

static inline uint32_t user_of(const struct dataset *dataset, const char *id) {
    return id_map_find(&dataset->users, id, strlen(id));
}

static inline uint32_t item_of(const struct dataset *dataset, const char *id) {
    return id_map_find(&dataset->items, id, strlen(id));
}

/* What interactions.h promises of rows. */
static inline void check_rows(const struct interactions *rows) {
    uint32_t *stamps = test_calloc(rows->item_count + 1, sizeof *stamps);
    assert_int_equal(rows->offsets[0], 0);
    assert_int_equal(rows->offsets[rows->user_count], rows->count);
    for (uint32_t user = 0; user < rows->user_count; user++) {
        assert_true(rows->offsets[user] <= rows->offsets[user + 1]);
        for (size_t row = rows->offsets[user]; row < rows->offsets[user + 1]; row++) {
            assert_true(rows->items[row] < rows->item_count);
            assert_true(stamps[rows->items[row]] != user + 1);
            stamps[rows->items[row]] = user + 1;
            if (rows->times && row > rows->offsets[user])
                assert_true(rows->times[row - 1] <= rows->times[row]);
        }
    }
    test_free(stamps);
}

#endif

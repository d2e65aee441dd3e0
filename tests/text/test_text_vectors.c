/* test_text_vectors.c: vectors that are kept: found again, bounded, never trusted. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "text/text_vectors.h"

static struct arena memory;
static char folder[] = "/tmp/matinee-test-vectors-XXXXXX";
static const float numbers[] = {1, 2, 3, 4, 5, 6};

static const char *key(unsigned number) { return arena_format(&memory, "%064x", number); }

static size_t files_kept(void) {
    const char *const *names;
    size_t count = 0;
    struct error error;
    assert_int_equal(files_list(folder, &memory, &names, &count, &error), STATUS_OK);
    return count;
}

static void what_is_kept_is_found(void **state) {
    (void)state;
    assert_null(text_vectors_load(folder, key(1), 2, 3, &memory));
    text_vectors_keep(folder, key(1), numbers, 2, 3);
    const float *found = text_vectors_load(folder, key(1), 2, 3, &memory);
    assert_non_null(found);
    assert_memory_equal(found, numbers, sizeof numbers);
    assert_null(text_vectors_load(folder, key(2), 2, 3, &memory));
    assert_null(text_vectors_load(folder, key(1), 3, 2, &memory));
    assert_null(text_vectors_load(folder, key(1), 2, 4, &memory));
}

static void what_is_damaged_is_not_taken(void **state) {
    (void)state;
    struct error error;
    const char *path = files_join(&memory, folder, arena_format(&memory, "%s.safetensors", key(3)));
    assert_int_equal(files_write(path, "nonsense", 8, &error), STATUS_OK);
    assert_null(text_vectors_load(folder, key(3), 2, 3, &memory));
    const float not_numbers[] = {0, NAN};
    text_vectors_keep(folder, key(3), not_numbers, 1, 2);
    assert_null(text_vectors_load(folder, key(3), 1, 2, &memory));
}

static void the_folder_is_bounded(void **state) {
    (void)state;
    for (unsigned i = 10; i < 10 + 2 * TEXT_VECTORS_FILES_MAX; i++) {
        text_vectors_keep(folder, key(i), numbers, 2, 3);
        if (i > 10) /* used again and again: it stays */
            assert_non_null(text_vectors_load(folder, key(11), 2, 3, &memory));
        usleep(6000); /* the clock of the files is not fine */
    }
    assert_int_equal(files_kept(), TEXT_VECTORS_FILES_MAX);
    assert_null(text_vectors_load(folder, key(10), 2, 3, &memory));
    assert_non_null(text_vectors_load(folder, key(9 + 2 * TEXT_VECTORS_FILES_MAX), 2, 3, &memory));
}

static void a_folder_that_cannot_be_is_no_matter(void **state) {
    (void)state;
    text_vectors_keep("/dev/null/vectors", key(1), numbers, 2, 3);
    assert_null(text_vectors_load("/dev/null/vectors", key(1), 2, 3, &memory));
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    struct error error;
    arena_release(&memory);
    return files_remove_folder(folder, &error) != STATUS_OK;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_found),
        cmocka_unit_test(what_is_damaged_is_not_taken),
        cmocka_unit_test(the_folder_is_bounded),
        cmocka_unit_test(a_folder_that_cannot_be_is_no_matter),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

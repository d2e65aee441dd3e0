/* test_film_memo.c: what is kept for a film is kept once, whoever asks; large texts find no room.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/film_memo.h"
#include "service/tiny.h"

static void the_first_text_stays(void **state) {
    (void)state;
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    assert_null(film_memo_find(snapshot, 3));
    const struct film_note *note = film_memo_keep(snapshot, 3, "abcd", 3);
    assert_string_equal(note->text, "abc");
    assert_int_equal(note->length, 3);
    assert_ptr_equal(film_memo_keep(snapshot, 3, "other", 5), note);
    assert_ptr_equal(film_memo_find(snapshot, 3), note);
    assert_null(film_memo_find(snapshot, 4));
    snapshot_release(snapshot);
}

static void there_is_an_end_to_it(void **state) {
    (void)state;
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    char *large = calloc(1, FILM_MEMO_BYTES_MAX / 2);
    assert_non_null(film_memo_keep(snapshot, 0, large, FILM_MEMO_BYTES_MAX / 2));
    assert_null(film_memo_keep(snapshot, 1, large, FILM_MEMO_BYTES_MAX / 2));
    assert_non_null(film_memo_keep(snapshot, 1, "small", 5));
    free(large);
    snapshot_release(snapshot);
}

static void *ask(void *context) {
    const struct snapshot *snapshot = context;
    for (int turn = 0; turn < 2000; turn++) {
        const uint32_t item = (uint32_t)turn % TINY_ITEMS;
        const char text[] = {(char)('a' + item), '\0'};
        const struct film_note *note = film_memo_find(snapshot, item);
        if (!note)
            note = film_memo_keep(snapshot, item, text, 1);
        if (strcmp(note->text, text) != 0)
            return (void *)"another film's text";
    }
    return NULL;
}

static void many_threads(void **state) {
    (void)state;
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, ask, snapshot);
    for (int i = 0; i < 4; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    snapshot_release(snapshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_text_stays),
        cmocka_unit_test(there_is_an_end_to_it),
        cmocka_unit_test(many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_terminal.c: columns of texts; who is at the other end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/progress.h"
#include "base/terminal.h"

static void letters_have_their_columns(void **state) {
    (void)state;
    assert_int_equal(terminal_text_width(""), 0);
    assert_int_equal(terminal_text_width("Heat (1995)"), 11);
    assert_int_equal(terminal_text_width("Amélie"), 6);
    assert_int_equal(terminal_text_width("Ame\xcc\x81lie"), 6); /* a combining accent */
    assert_int_equal(terminal_text_width("七人の侍"), 8);
    assert_int_equal(terminal_text_width("…"), 1);
    assert_int_equal(terminal_text_width("\xff\xfe"), 2); /* not UTF-8 */
    assert_int_equal(terminal_text_width("\xe4\xb8"), 2); /* cut off */
}

static void a_beginning_fits(void **state) {
    (void)state;
    assert_int_equal(terminal_text_fit("Heat", 10), 4);
    assert_int_equal(terminal_text_fit("Heat", 2), 2);
    assert_int_equal(terminal_text_fit("Heat", 0), 0);
    assert_int_equal(terminal_text_fit("é七x", 1), 2);
    assert_int_equal(terminal_text_fit("é七x", 2), 2); /* the wide one does not fit */
    assert_int_equal(terminal_text_fit("é七x", 3), 5);
}

static void a_pipe_is_no_terminal(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_false(terminal_is_live(ends[1]));
    assert_false(terminal_has_colour(ends[1]));
    setenv("COLUMNS", "132", 1);
    assert_int_equal(terminal_width(ends[1]), 132);
    setenv("COLUMNS", "junk", 1);
    assert_int_equal(terminal_width(ends[1]), 80);
    unsetenv("COLUMNS");
    close(ends[0]);
    close(ends[1]);
}

static void the_character_set_is_asked_of_the_environment(void **state) {
    (void)state;
    setenv("LC_ALL", "C.UTF-8", 1);
    assert_true(terminal_has_unicode());
    setenv("LC_ALL", "C", 1);
    setenv("LANG", "de_DE.UTF-8", 1);
    assert_false(terminal_has_unicode());
    unsetenv("LC_ALL");
    unsetenv("LC_CTYPE");
    assert_true(terminal_has_unicode());
}

static void a_quiet_progress_says_nothing(void **state) {
    (void)state;
    int saved = dup(STDERR_FILENO), ends[2];
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    struct progress progress;
    progress_init(&progress, true);
    progress_begin(&progress, "task", 10);
    progress_note(&progress, "loss %.2f", 0.25);
    progress_update(&progress, 5);
    progress_line(&progress, "a line");
    progress_end(&progress);
    progress_init(&progress, false); /* not a terminal: lines only */
    progress_begin(&progress, "task", 10);
    progress_update(&progress, 5);
    progress_line(&progress, "a line that %s", "stays");
    progress_end(&progress);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    char text[128] = {0};
    assert_true(read(ends[0], text, sizeof text - 1) >= 0);
    close(ends[0]);
    assert_string_equal(text, "a line that stays\n");
}

/* What would steer the terminal becomes a question mark, all else stays as it is. */
static void wild_texts_are_tamed(void **state) {
    (void)state;
    struct arena arena = {0};
    static const char *const plain[] = {"", "Am\xc3\xa9lie\t(2001)\n", "\xf0\x9f\x8e\xac"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        assert_ptr_equal(terminal_tamed(plain[i], &arena), plain[i]);
    assert_string_equal(terminal_tamed("\033[31mred\r\x07\x7f", &arena), "?[31mred???");
    assert_string_equal(terminal_tamed("a\xe2\x80\xae"
                                       "b\xe2\x81\xa6"
                                       "c",
                                       &arena),
                        "a?b?c");
    assert_string_equal(terminal_tamed("\xc2\x9b"
                                       "1m \x9b",
                                       &arena),
                        "?1m ?");
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_have_their_columns),
        cmocka_unit_test(a_beginning_fits),
        cmocka_unit_test(a_pipe_is_no_terminal),
        cmocka_unit_test(the_character_set_is_asked_of_the_environment),
        cmocka_unit_test(a_quiet_progress_says_nothing),
        cmocka_unit_test(wild_texts_are_tamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

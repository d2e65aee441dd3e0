/* test_fold.c: text made comparable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text/fold.h"

static void check(const char *text, const char *expected) {
    struct arena arena = {0};
    size_t size;
    const char *found = fold_text(text, strlen(text), &arena, &size);
    assert_string_equal(found, expected);
    assert_int_equal(size, strlen(expected));
    arena_release(&arena);
}

static void letters_are_plain(void **state) {
    (void)state;
    check("Toy Story", "toy story");
    check("Am\xc3\xa9lie", "amelie");
    check("Ame\xcc\x81lie", "amelie");
    check("\xc3\x85sa \xc3\x98stergaard", "asa ostergaard");
    check("STRASSE Stra\xc3\x9f"
          "e",
          "strasse strasse");
    check("\xef\xac\x81n \xc3\xa6on \xc5\x81\xc3\xb3"
          "d\xc5\xba",
          "fin aeon lodz");
    check("\xd0\x98\xd0\xb4\xd0\xb8", "\xd0\xb8\xd0\xb4\xd0\xb8");
}

static void words_are_parted(void **state) {
    (void)state;
    check("  a,b -- c!  ", "a b c");
    check("Schindler's", "schindler's");
    check("Schindler\xe2\x80\x99s", "schindler's");
    check("'quoted' words''", "quoted words");
    check("rock 'n' roll", "rock n roll");
    check("a\tb\nc\x01"
          "d",
          "a b c d");
    check("snake_case 2001", "snake_case 2001");
    check("", "");
    check("?!", "");
}

static void any_bytes_will_do(void **state) {
    (void)state;
    check("a\xff"
          "b\xc3",
          "a b");
    check("\xed\xa0\x80x", "x");
    check("\xe2\x80\x8fright", "right"); /* a mark of direction */
    struct arena arena = {0};
    size_t size;
    static const char with_zero[] = "a\0b";
    assert_string_equal(fold_text(with_zero, 3, &arena, &size), "a b");
    /* One character that becomes eighteen. */
    fold_text("\xef\xb7\xba", 3, &arena, &size);
    assert_true(size > 18);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_are_plain),
        cmocka_unit_test(words_are_parted),
        cmocka_unit_test(any_bytes_will_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

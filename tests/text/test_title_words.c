/* test_title_words.c: the words of titles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "text/title_words.h"

static void check(const char *text, const char *expected) {
    struct arena arena = {0};
    struct title_word words[16];
    struct buffer found;
    buffer_init(&found, &arena);
    const size_t count = title_words(text, strlen(text), &arena, words, 16);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(words[i].length, strlen(words[i].bytes));
        buffer_format(&found, "%s%s%s%s", i ? " " : "", words[i].bytes, words[i].light ? "-" : "",
                      words[i].year ? "*" : "");
    }
    assert_string_equal(found.bytes, expected);
    arena_release(&arena);
}

static void words_are_comparable(void **state) {
    (void)state;
    check("Toy Story (1995)", "toy story 1995*");
    check("Matrix, The", "matrix the-");
    check("Schindler's List", "schindlers list");
    check("Fabuleux destin d'Am\xc3\xa9lie", "fabuleux destin d- amelie");
    check("'O'", "o");
    check("It's", "its");
    check("", "");
    check("!!", "");
}

static void numbers_are_digits(void **state) {
    (void)state;
    check("Seven Samurai", "7 samurai");
    check("12 Angry Men", "12 angry men");
    check("Twelve Monkeys", "12 monkeys");
    check("Rocky VIII", "rocky 8");
    check("One Hundred and One Dalmatians", "101 dalmatians");
    check("Twenty One", "21");
    check("Two Thousand Maniacs", "2000* maniacs");
    check("One Thousand and Ninety Nine", "1099");
    check("One, Two", "1 2");
    check("Hundred-Foot Journey", "hundred foot journey");
    check("Five and Dime", "5 and- dime");
    check("2001: A Space Odyssey", "2001* a- space odyssey");
    check("9", "9");
}

static void room_is_kept(void **state) {
    (void)state;
    struct arena arena = {0};
    struct title_word words[2];
    assert_int_equal(title_words("a b c d", 7, &arena, words, 2), 2);
    assert_true(title_words("o'brien's'long'words", 20, &arena, words, 2) <= 2);
    assert_int_equal(title_words("a", 1, &arena, words, 0), 0);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_comparable),
        cmocka_unit_test(numbers_are_digits),
        cmocka_unit_test(room_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

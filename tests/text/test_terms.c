/* test_terms.c: words and their numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "text/terms.h"

static void numbers_come_in_order_and_stay(void **state) {
    (void)state;
    enum { WORDS = 5000 };
    struct arena arena = {0};
    struct terms terms;
    char word[16];
    terms_init(&terms, &arena);
    assert_int_equal(terms_find(&terms, "w0", 2), TERMS_NONE);
    for (uint32_t i = 0; i < WORDS; i++) {
        snprintf(word, sizeof word, "w%u", i);
        assert_int_equal(terms_add(&terms, word, strlen(word)), i);
    }
    for (uint32_t i = 0; i < WORDS; i++) {
        snprintf(word, sizeof word, "w%u", i);
        assert_int_equal(terms_add(&terms, word, strlen(word)), i);
        assert_int_equal(terms_find(&terms, word, strlen(word)), i);
        assert_string_equal(terms.list[i].bytes, word);
    }
    assert_int_equal(terms.count, WORDS);
    assert_int_equal(terms_find(&terms, "w", 1), TERMS_NONE);
    assert_int_equal(terms_find(&terms, "", 0), TERMS_NONE);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_come_in_order_and_stay)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

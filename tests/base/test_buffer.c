/* test_buffer.c: what is added comes out in order, whatever its size; the '\0' behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

static void grows(void **state) {
    (void)state;
    struct arena arena = {0};
    struct buffer buffer;
    buffer_init(&buffer, &arena);
    assert_string_equal(buffer.bytes, "");
    for (int i = 0; i < 1000; i++)
        buffer_format(&buffer, "%d,", i % 10);
    assert_int_equal(buffer.size, 2000);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(buffer.bytes[2 * i], '0' + (int)(i % 10));
        assert_int_equal(buffer.bytes[2 * i + 1], ',');
    }
    assert_int_equal(buffer.bytes[2000], 0);
    arena_release(&arena);
}

static void takes_zero_bytes_and_any_byte(void **state) {
    (void)state;
    struct arena arena = {0};
    struct buffer buffer;
    buffer_init(&buffer, &arena);
    buffer_bytes(&buffer, "a\0b", 3);
    buffer_bytes(&buffer, NULL, 0);
    buffer_text(&buffer, "c");
    assert_int_equal(buffer.size, 4);
    assert_memory_equal(buffer.bytes, "a\0bc", 5);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows),
        cmocka_unit_test(takes_zero_bytes_and_any_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

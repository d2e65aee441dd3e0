/* test_event_file.c: checksums by their published values, and records by their bytes, which were
 * written down by hand from the .proto files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trackers/event_file.h"

/* RFC 3720, appendix B.4. */
static void checksums(void **state) {
    (void)state;
    unsigned char bytes[32];
    assert_int_equal(event_file_crc32c("123456789", 9), 0xe3069283u);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(event_file_crc32c(bytes, sizeof bytes), 0x8a9136aau);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(event_file_crc32c(bytes, sizeof bytes), 0x62a8ab43u);
    for (unsigned i = 0; i < 32; i++)
        bytes[i] = (unsigned char)i;
    assert_int_equal(event_file_crc32c(bytes, sizeof bytes), 0x46dd794eu);
    assert_int_equal(event_file_crc32c("", 0), 0);
}

static uint32_t little(const char *bytes) {
    uint32_t value = 0;
    for (int i = 3; i >= 0; i--)
        value = value << 8 | (unsigned char)bytes[i];
    return value;
}

static uint32_t masked(const char *bytes, size_t size) {
    uint32_t crc = event_file_crc32c(bytes, size);
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

/* Checks a record's frame and returns its message. */
static const char *message_of(const struct buffer *out, size_t begin, size_t expected) {
    const char *record = out->bytes + begin;
    assert_true(out->size >= begin + 16 + expected);
    assert_int_equal(little(record), expected);
    assert_int_equal(little(record + 4), 0);
    assert_int_equal(little(record + 8), masked(record, 8));
    assert_int_equal(little(record + 12 + expected), masked(record + 12, expected));
    return record + 12;
}

static void first_record(void **state) {
    (void)state;
    struct arena arena = {0};
    struct buffer out;
    buffer_init(&out, &arena);
    event_file_begin(&out, 1.0);
    static const char expected[] = "\x09\0\0\0\0\0\0\xf0\x3f" /* 1: 1.0 */
                                   "\x1a\x0d"                 /* 3: thirteen bytes */
                                   "brain.Event:2";
    assert_memory_equal(message_of(&out, 0, sizeof expected - 1), expected, sizeof expected - 1);
    assert_int_equal(out.size, 16 + sizeof expected - 1);
    arena_release(&arena);
}

static void scalars(void **state) {
    (void)state;
    struct arena arena = {0};
    struct buffer out;
    buffer_init(&out, &arena);
    const struct tracker_scalar values[] = {{"a", 0.5}, {"bc", -2}};
    event_file_scalars(&out, 1.0, 300, values, 2);
    static const char expected[] = "\x09\0\0\0\0\0\0\xf0\x3f"
                                   "\x10\xac\x02" /* 2: 300 */
                                   "\x2a\x15"     /* 5: summary */
                                   "\x0a\x08\x0a\x01"
                                   "a"
                                   "\x15\0\0\0\x3f" /* value 0.5 */
                                   "\x0a\x09\x0a\x02"
                                   "bc"
                                   "\x15\0\0\0\xc0"; /* value -2 */
    assert_memory_equal(message_of(&out, 0, sizeof expected - 1), expected, sizeof expected - 1);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums),
        cmocka_unit_test(first_record),
        cmocka_unit_test(scalars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

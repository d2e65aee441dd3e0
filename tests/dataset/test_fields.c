/* test_fields.c: cutting lines, reading numbers (against strtod), UTF-8 and ISO-8859-1. */
#include "data_files.h"

#include <math.h>

#include "base/rng.h"
#include "dataset/encoding.h"
#include "dataset/fields.h"
#include "dataset/lines.h"

static struct text_slice slice(const char *text) { return (struct text_slice){text, strlen(text)}; }

static void check_split(const char *line, enum fields_separator separator, const char *expected) {
    struct text_slice fields[8];
    char joined[256] = "";
    size_t count = fields_split(line, strlen(line), separator, fields, 8);
    for (size_t i = 0; i < count; i++)
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "[%.*s]",
                 (int)fields[i].length, fields[i].start);
    assert_string_equal(joined, expected);
}

static void test_split(void **state) {
    (void)state;
    check_split("a,b,,c,", FIELDS_COMMA, "[a][b][][c][]");
    check_split("", FIELDS_COMMA, "[]");
    check_split("1::Toy: Story::A|B", FIELDS_COLONS, "[1][Toy: Story][A|B]");
    check_split("1::a:", FIELDS_COLONS, "[1][a:]");
    check_split("a::", FIELDS_COLONS, "[a][]");
    check_split(":::", FIELDS_COLONS, "[][:]");
    check_split("  a \t b c  ", FIELDS_BLANKS, "[a][b][c]");
    check_split("   ", FIELDS_BLANKS, "");
    struct text_slice fields[2];
    assert_int_equal(fields_split("1,2,3,4", 7, FIELDS_COMMA, fields, 2), 4);
}

static void check_csv(const char *text, const char *expected) {
    struct volume_text member = {"x.csv", text, strlen(text)};
    struct volume volume = volume_of_texts("memory", &member, 1, &test_arena);
    struct lines lines;
    struct error error;
    char joined[512] = "";
    assert_int_equal(lines_open(&lines, &volume.members[0], NULL, &error), STATUS_OK);
    while (lines_next(&lines)) {
        struct text_slice fields[8];
        size_t count = fields_split_csv(&lines, ',', &test_arena, fields, 8);
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%zu:", lines.number);
        for (size_t i = 0; i < count; i++)
            snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "[%.*s]",
                     (int)fields[i].length, fields[i].start);
    }
    assert_int_equal(lines_close(&lines, &error), STATUS_OK);
    assert_string_equal(joined, expected);
}

static void test_csv(void **state) {
    (void)state;
    check_csv("a,b\r\nc,d", "1:[a][b]2:[c][d]");
    check_csv("\"a,b\",c\n", "1:[a,b][c]");
    check_csv("\"a \"\"b\"\"\",\n", "1:[a \"b\"][]");
    check_csv("x,\"\"\n", "1:[x][]");
    check_csv("\"two\nlines\",c\nd,e\n", "1:[two\nlines][c]3:[d][e]");
    check_csv("\"a\"b,c\nd\n", "1:2:[d]");
    check_csv("\"never closed\nd\n", "1:");
    check_csv("in \"the\" middle,b\n", "1:[in \"the\" middle][b]");
}

static void test_lines_over_blocks(void **state) {
    (void)state;
    size_t size = 1 << 20, expected = 0;
    char *text = test_malloc(size), *at = text;
    struct rng rng;
    rng_init(&rng, 3, 0);
    while (at < text + size - 4000) {
        size_t length = rng_below(&rng, 3000);
        memset(at, 'a' + (char)(expected % 26), length);
        at[length] = '\n';
        at += length + 1;
        expected++;
    }
    struct volume_text member = {"x", text, (size_t)(at - text)};
    struct volume volume = volume_of_texts("memory", &member, 1, &test_arena);
    struct lines lines;
    struct error error;
    assert_int_equal(lines_open(&lines, &volume.members[0], NULL, &error), STATUS_OK);
    const char *follow = text;
    size_t count = 0;
    for (; lines_next(&lines); count++) {
        assert_memory_equal(lines.text, follow, lines.length);
        assert_int_equal(follow[lines.length], '\n');
        follow += lines.length + 1;
        assert_int_equal(lines_position(&lines), follow - text);
    }
    assert_int_equal(count, expected);
    assert_int_equal(lines_close(&lines, &error), STATUS_OK);
    test_free(text);
}

static void test_ratings_against_strtod(void **state) {
    (void)state;
    static const char *const good[] = {
        "0",    "5",   "4.5",       "0.5",      "3.",   ".5",  "+2",
        "-1.5", "1e2", "123456789", "0.000001", "1E-3", "007", "3.333333333333333333333333"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        float rating = NAN;
        assert_int_equal(fields_rating(slice(good[i]), &rating), FIELD_OK);
        assert_true(rating == (float)strtod(good[i], NULL));
    }
    struct rng rng;
    rng_init(&rng, 5, 0);
    for (int i = 0; i < 20000; i++) {
        char text[32];
        float rating = NAN;
        snprintf(text, sizeof text, "%u.%0*u", rng_below(&rng, 100000), 1 + (int)rng_below(&rng, 8),
                 rng_below(&rng, 10));
        assert_int_equal(fields_rating(slice(text), &rating), FIELD_OK);
        assert_true(rating == (float)strtod(text, NULL));
    }
    float rating;
    static const char *const bad[] = {"",   ".",  "-",    "e5",  "1.2.3",
                                      "4 ", " 4", "four", "0x1", "1,5"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(fields_rating(slice(bad[i]), &rating), FIELD_NOT_NUMBER);
    static const char *const endless[] = {"nan", "inf", "-INF", "1e999", "1e39"};
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++)
        assert_int_equal(fields_rating(slice(endless[i]), &rating), FIELD_NOT_FINITE);
}

static void test_times(void **state) {
    (void)state;
    int64_t time;
    assert_int_equal(fields_time(slice("978300760"), &time), FIELD_OK);
    assert_int_equal(time, 978300760);
    assert_int_equal(fields_time(slice("978300760.9"), &time), FIELD_OK);
    assert_int_equal(time, 978300760);
    assert_int_equal(fields_time(slice("9223372036854775799"), &time), FIELD_OK);
    assert_int_equal(fields_time(slice("9223372036854775808"), &time), FIELD_TOO_LARGE);
    assert_int_equal(fields_time(slice("-1"), &time), FIELD_NEGATIVE);
    assert_int_equal(fields_time(slice("9.6e8"), &time), FIELD_NOT_NUMBER);
    assert_int_equal(fields_time(slice(""), &time), FIELD_NOT_NUMBER);
    assert_int_equal(fields_time(slice("now"), &time), FIELD_NOT_NUMBER);
}

static void test_shown(void **state) {
    (void)state;
    assert_string_equal(fields_shown(slice("a\tb\x80\r\n")), "\"a\\tb?\\r\\n\"");
    assert_string_equal(fields_shown(slice("0123456789012345678901234567890123456789x")),
                        "\"0123456789012345678901234567890123456789...\"");
}

static void check_utf8(const char *text, bool good) {
    assert_int_equal(encoding_utf8_fault(text, strlen(text)) == strlen(text), good);
}

static void test_utf8(void **state) {
    (void)state;
    check_utf8("", true);
    check_utf8("plain", true);
    check_utf8("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\xac", true);
    check_utf8("\xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf", true);
    check_utf8("\xc0\x80", false);         /* overlong */
    check_utf8("\xe0\x80\x80", false);     /* overlong */
    check_utf8("\xed\xa0\x80", false);     /* surrogate */
    check_utf8("\xf4\x90\x80\x80", false); /* above U+10FFFF */
    check_utf8("\xe2\x82", false);
    check_utf8("caf\xe9", false);
    assert_int_equal(encoding_utf8_fault("a\0b", 3), 1);
    assert_string_equal(encoding_to_utf8(&test_arena, "caf\xe9", 4), "caf\xc3\xa9");
    assert_string_equal(encoding_to_utf8(&test_arena, "caf\xc3\xa9", 5), "caf\xc3\xa9");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_split),
        TEST(test_csv),
        TEST(test_lines_over_blocks),
        TEST(test_ratings_against_strtod),
        TEST(test_times),
        TEST(test_shown),
        TEST(test_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

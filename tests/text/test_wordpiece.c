/* test_wordpiece.c: token ids beside those of the reference: texts of every kind and every code
 * point (tests/golden/wordpiece.txt), the published texts where they are at hand; and what a
 * vocabulary must have. */
#include "golden.h"

#include <zlib.h>

#include "text/builtin_vocabulary.h"
#include "text/characters.h"
#include "text/wordpiece.h"

static struct arena arena;
static struct vocabulary vocabulary;

static int setup(void **state) {
    (void)state;
    builtin_vocabulary_read(&vocabulary, &arena);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    arena_release(&arena);
    arena_release(&golden_arena);
    return 0;
}

static void assert_ids(const uint32_t *found, size_t count, const uint32_t *expected,
                       size_t expected_count, const char *what) {
    for (size_t i = 0; i < count && i < expected_count; i++)
        if (found[i] != expected[i])
            fail_msg("%s: id %zu is %u, expected %u", what, i, found[i], expected[i]);
    if (count != expected_count)
        fail_msg("%s: %zu ids, expected %zu", what, count, expected_count);
}

static void check_text(const char *hex, char *rest) {
    char bytes[8192];
    uint32_t expected[ENCODER_TOKENS_MAX], ids[ENCODER_TOKENS_MAX];
    size_t length = 0, count = 0;
    for (; hex[0] != '-' && hex[2 * length]; length++) {
        const char digits[3] = {hex[2 * length], hex[2 * length + 1], 0};
        assert_true(length < sizeof bytes);
        bytes[length] = (char)strtoul(digits, NULL, 16);
    }
    for (char *end; *rest && *rest != '\n'; rest = end) {
        expected[count++] = (uint32_t)strtoul(rest, &end, 10);
        assert_true(end > rest && count <= ENCODER_TOKENS_MAX);
    }
    const size_t found = wordpiece_encode(&vocabulary, bytes, length, ids, ENCODER_TOKENS_MAX);
    assert_ids(ids, found, expected, count, hex);
}

static void check_points(uint32_t first, unsigned long expected) {
    uLong crc = crc32(0, NULL, 0);
    for (uint32_t point = first; point < first + 256; point++) {
        if (point >= 0xd800 && point < 0xe000)
            continue;
        char text[8] = "a";
        const size_t length = 1 + characters_write(point, text + 1);
        text[length] = 'b';
        uint32_t ids[16];
        const size_t count = wordpiece_encode(&vocabulary, text, length + 1, ids, 16);
        for (size_t i = 0; i < count; i++) {
            const unsigned char bytes[4] = {(unsigned char)ids[i], (unsigned char)(ids[i] >> 8), 0,
                                            0};
            crc = crc32(crc, bytes, 4);
        }
    }
    if (crc != expected)
        fail_msg("code points from U+%04X: other ids than the reference's", first);
}

static void test_the_ids_are_the_references(void **state) {
    (void)state;
    FILE *file = fopen("tests/golden/wordpiece.txt", "r");
    assert_non_null(file);
    static char line[1 << 16];
    size_t texts = 0, blocks = 0;
    while (fgets(line, sizeof line, file)) {
        char *second = strchr(line, ' ') + 1, *third = strchr(second, ' ');
        if (strncmp(line, "text ", 5) == 0) {
            *third = 0;
            check_text(second, third + 1);
            texts++;
        } else if (strncmp(line, "points ", 7) == 0) {
            check_points((uint32_t)strtoul(second, NULL, 16), strtoul(third, NULL, 16));
            blocks++;
        }
    }
    fclose(file);
    assert_true(texts > 300);
    assert_int_equal(blocks, 0x110000 / 256);
}

static void test_the_published_texts(void **state) {
    (void)state;
    size_t count = 0;
    const struct golden_text *all = golden_read(&count);
    if (!all)
        skip();
    for (size_t i = 0; i < count; i++) {
        uint32_t ids[ENCODER_TOKENS_MAX];
        const size_t found = wordpiece_encode(&vocabulary, all[i].text.bytes, all[i].text.length,
                                              ids, ENCODER_TOKENS_MAX);
        assert_ids(ids, found, all[i].ids, all[i].id_count, all[i].text.bytes);
    }
}

static void test_the_limit_cuts(void **state) {
    (void)state;
    uint32_t ids[8], all[16];
    const char text[] = "one two three [SEP] unbelievableness";
    const size_t count = wordpiece_encode(&vocabulary, text, sizeof text - 1, all, 16);
    assert_int_equal(count, 8);
    for (size_t limit = 2; limit < 8; limit++) {
        assert_int_equal(wordpiece_encode(&vocabulary, text, sizeof text - 1, ids, limit), limit);
        assert_memory_equal(ids, all, (limit - 1) * sizeof *ids);
        assert_int_equal(ids[limit - 1], vocabulary.special[VOCABULARY_SEP]);
    }
}

static void test_a_megabyte_is_read_no_further_than_needed(void **state) {
    (void)state;
    const size_t size = 1 << 20;
    char *text = arena_alloc(&arena, size);
    uint32_t ids[ENCODER_TOKENS_MAX];
    memset(text, 'x', size);
    assert_int_equal(wordpiece_encode(&vocabulary, text, size, ids, ENCODER_TOKENS_MAX), 3);
    assert_int_equal(ids[1], vocabulary.special[VOCABULARY_UNK]);
    memset(text, '!', size);
    assert_int_equal(wordpiece_encode(&vocabulary, text, size, ids, ENCODER_TOKENS_MAX),
                     ENCODER_TOKENS_MAX);
    memset(text, '\xff', size);
    assert_int_equal(wordpiece_encode(&vocabulary, text, size, ids, ENCODER_TOKENS_MAX), 2);
}

static void test_what_a_vocabulary_must_have(void **state) {
    (void)state;
    struct vocabulary small;
    struct error error;
    const char good[] = "[UNK]\r\n[CLS]\n\nab\n##c\nc\n##c\n[SEP]";
    uint32_t ids[8];
    assert_int_equal(vocabulary_read(&small, good, sizeof good - 1, "v.txt", &arena, &error),
                     STATUS_OK);
    assert_int_equal(small.count, 8);
    assert_int_equal(small.special[VOCABULARY_MASK], VOCABULARY_NONE);
    assert_int_equal(wordpiece_encode(&small, "ABc c cc [MASK]", 15, ids, 8), 8);
    const uint32_t expected[8] = {1, 3, 6, 5, 5, 6, 0, 7};
    assert_memory_equal(ids, expected, sizeof expected);
    assert_int_equal(vocabulary_piece(&small, 0).length, 5);
    assert_int_equal(vocabulary_piece(&small, 2).length, 0);
    const char bad[] = "[UNK]\n[CLS]\nab";
    assert_int_equal(vocabulary_read(&small, bad, sizeof bad - 1, "v.txt", &arena, &error),
                     STATUS_BAD_INPUT);
    assert_string_equal(error.text,
                        "v.txt: it has no line \"[SEP]\"; expected the vocab.txt of a BERT model");
    assert_int_equal(vocabulary_read(&small, "", 0, "v.txt", &arena, &error), STATUS_BAD_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_ids_are_the_references),
        cmocka_unit_test(test_the_published_texts),
        cmocka_unit_test(test_the_limit_cuts),
        cmocka_unit_test(test_a_megabyte_is_read_no_further_than_needed),
        cmocka_unit_test(test_what_a_vocabulary_must_have),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

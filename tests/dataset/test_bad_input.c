/* test_bad_input.c: what is wrong with a file is said in one line that names the file, the line,
 * what was expected and what was found. */
#include "data_files.h"

#include <sys/stat.h>

#include "dataset/reader.h"
#include "dataset/volume.h"

static void test_missing(void **state) {
    (void)state;
    OPEN_BAD(test_path("no/such.csv"), STATUS_NOT_FOUND, "no/such.csv", "no such file");
    OPEN_BAD("ml-1mm", STATUS_NOT_FOUND, "ml-1mm", "did you mean \"ml-1m\"?", "data list");
}

static void test_known_but_absent(void **state) {
    (void)state;
    setenv("XDG_DATA_HOME", test_folder, 1);
    const char *before = getenv("MATINEE_DATA");
    before = before ? arena_copy(&test_arena, before) : NULL;
    setenv("MATINEE_DATA", test_folder, 1);
    OPEN_BAD("movielens_25m", STATUS_NOT_FOUND, "ml-25m", "not on this machine", test_folder,
             "matinee data get ml-25m");
    if (before)
        setenv("MATINEE_DATA", before, 1);
    else
        unsetenv("MATINEE_DATA");
    unsetenv("XDG_DATA_HOME");
}

static void test_empty(void **state) {
    (void)state;
    OPEN_BAD(put_text("x.csv", ""), STATUS_BAD_INPUT, "x.csv", "empty", "expected");
    OPEN_BAD(put_text("x.csv", "user,item,rating\n"), STATUS_BAD_INPUT, "x.csv", "no interactions");
    OPEN_BAD(put_text("x.csv", "\n\n \n"), STATUS_BAD_INPUT, "x.csv");
}

static void test_folder_without_data(void **state) {
    (void)state;
    OPEN_BAD(test_folder, STATUS_NOT_FOUND, test_folder, "no data set in it", "expected");
    put_text("README.md", "# Words, and more words\n");
    put_text("notes.txt", "Dear diary, today it rained.\nAnd rained.\n");
    OPEN_BAD(test_folder, STATUS_NOT_FOUND, test_folder, "no data set in it", "files: 2");
}

static void test_binary_junk(void **state) {
    (void)state;
    unsigned char junk[4096];
    for (size_t i = 0; i < sizeof junk; i++)
        junk[i] = (unsigned char)(i * 167 + (i >> 3));
    OPEN_BAD(put_bytes("x.bin", junk, sizeof junk), STATUS_BAD_INPUT, "x.bin", "not a data set",
             "begins with the bytes 00 a7");
    put_bytes("ratings.csv", junk, sizeof junk);
    OPEN_BAD(test_folder, STATUS_NOT_FOUND, "no data set");
    OPEN_BAD(put_bytes("y.csv", "a,b,1\nc,\0d,2\ne,f,3\n", 19), STATUS_BAD_INPUT, "y.csv");
    OPEN_BAD(put_bytes("x.gz", "\x1f\x8b\x08\0junk", 9), STATUS_BAD_INPUT, "x.gz");
    OPEN_BAD(put_bytes("x.zip", "PK\3\4junk", 9), STATUS_BAD_INPUT, "x.zip", "broken archive");
}

static void test_truncated_gzip(void **state) {
    (void)state;
    struct error error;
    char command[512], *bytes;
    size_t size;
    const char *text = put_text("x.csv", "1,2,3\n2,2,4\n3,5,1\n4,7,2\n");
    snprintf(command, sizeof command, "gzip -c %s > %s.gz", text, text);
    assert_int_equal(system(command), 0);
    const char *packed = arena_format(&test_arena, "%s.gz", text);
    assert_int_equal(files_read(packed, 1 << 20, &test_arena, &bytes, &size, &error), STATUS_OK);
    OPEN_BAD(put_bytes("y.csv.gz", bytes, size - 9), STATUS_BAD_INPUT, "y.csv.gz", "broken gzip");
}

static void test_rows(void **state) {
    (void)state;
    static const struct {
        const char *text, *line, *expected, *found;
    } cases[] = {
        {"1,2,3,4\n2,5\n3,5,1,1\n", ":2:", "4 columns", "found 2 in \"2,5\""},
        {"1,2,3,4\n2,5,nan,7\n", ":2:", "finite rating", "\"nan\""},
        {"1,2,3,4\n2,5,1e999,7\n", ":2:", "finite rating", "\"1e999\""},
        {"1,2,3,4\n2,5,-inf,7\n", ":2:", "finite rating", "\"-inf\""},
        {"1,2,3,4\n2,5,four,7\n", ":2:", "number as the rating", "\"four\""},
        {"1,2,3,4\n2,5,0x10,7\n", ":2:", "number as the rating", "\"0x10\""},
        {"1,2,3,4\n2,5,,7\n", ":2:", "number as the rating", "\"\""},
        {"1,2,3,4\n\n2,5,3,-7\n", ":3:", "not negative", "\"-7\""},
        {"1,2,3,4\n2,5,3,2020-01-01\n", ":2:", "seconds since 1970", "2020"},
        {"1,2,3,4\n2,5,3,99999999999999999999\n", ":2:", "2^63", "9999"},
        {"1,2,3,4\n2,5,3,nan\n", ":2:", "seconds since 1970", "nan"},
        {"1,2,3,4\n,5,3,1\n", ":2:", "a user id", "\"\""},
        {"1,2,3,4\n2,,3,1\n", ":2:", "an item id", "\"\""},
        {"1,2,3,4\n2,caf\xe9,3,1\n", ":2:", "an item id in UTF-8", "\"caf?\""},
        {"1,2,3,4\n\"2,5,3,1\n", ":2:", "quotes that are closed", "\"2"},
        {"1,2,3,4\n\"2\"x,5,3,1\n", ":2:", "quotes that are closed", "x,5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        OPEN_BAD(put_text("rows.csv", cases[i].text), STATUS_BAD_INPUT, "rows.csv", cases[i].line,
                 cases[i].expected, cases[i].found, "line");
}

static void test_other_files(void **state) {
    (void)state;
    put_text("ratings.csv", "userId,movieId,rating,timestamp\n1,1,3,9\n2,1,4,9\n");
    put_text("movies.csv", "movieId,title,genres\n1,Heat (1995)\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "movies.csv:2:", "movieId,title,genres", "2 columns");
    put_text("movies.csv", "movieId,title,genres\n1,Caf\xe9 (1995),Drama\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "movies.csv:2:", "UTF-8", "Caf?", "iconv");
    put_text("movies.csv", "movieId,title,genres\n,Heat (1995),Drama\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "movies.csv:2:", "film's id");
    put_text("movies.csv", "movieId,title,genres\n1,Heat (1995),Drama\n");
    put_text("tags.csv", "userId,movieId,tag,timestamp\n1,1\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "tags.csv:2:", "tag", "2 columns");
    put_text("tags.csv", "userId,movieId,tag,timestamp\n1,1,\xff,4\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "tags.csv:2:", "UTF-8");
}

static void test_ncf_editions(void **state) {
    (void)state;
    put_text("d.train.rating", "0\t1\t1\t1\n1\t0\t1\t1\n");
    put_text("d.test.rating", "0\t0\t5\t978300009\n1\t1\t4\t978300010\n");
    put_text("d.item_ids", "50\n50\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "d.item_ids:2:", "no earlier line has", "\"50\"");
    put_text("d.item_ids", "50\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "d.item_ids", "number \"1\"", "found 1 lines");
    put_text("d.item_ids", "50\n60\n");
    put_text("d.test.negative", "(0,1)\t0\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "d.test.negative:1:", "(user,item)", "\"(0,1)\\t0\"");
    put_text("d.test.negative", "hello\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "d.test.negative:1:", "(user,item)", "\"hello\"");
}

static void test_fold_of_another_edition(void **state) {
    (void)state;
    put_text("u.data", "1\t1\t5\t9\n2\t1\t4\t9\n");
    put_text("u1.test", "1\t1\t5\t9\n1\t7\t5\t9\n");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "u1.test:2:", "have together", "1\\t7");
}

static void test_long_line(void **state) {
    (void)state;
    size_t size = 10 << 20;
    char *text = test_malloc(size + 16);
    memcpy(text, "1,2,3\n2,", 8);
    memset(text + 8, '5', size);
    memcpy(text + 8 + size, ",3\n", 4);
    OPEN_BAD(put_bytes("long.csv", text, size + 11), STATUS_BAD_INPUT,
             "long.csv:2:", "more than 4194304 bytes", "one record a line");
    test_free(text);
}

static void test_one_user(void **state) {
    (void)state;
    OPEN_BAD(put_text("x.csv", "7,1,3\n7,2,4\n"), STATUS_BAD_INPUT, "x.csv", "one user (7)",
             "2 interactions", "at least two");
}

/* With room for 100 interactions: refused at once by the size of the file, or (packed, so that the
 * size is not known) when the room is full. */
static void test_too_large(void **state) {
    (void)state;
    char *text = test_malloc(200000), *at = text;
    for (int i = 0; i < 10000; i++)
        at += snprintf(at, 20, "%d,%d,3\n", 10000 + i, 1000 + i % 50);
    struct volume_text member = {"x.csv", text, (size_t)(at - text)};
    struct volume volume = volume_of_texts("memory", &member, 1, &test_arena);
    struct dataset *dataset;
    struct error error;
    const struct reader_ops *ops = reader_find("table");
    assert_int_equal(reader_read(ops, &volume, 100 * 24, &dataset, &error), STATUS_LIMIT);
    assert_non_null(strstr(error.text, "memory/x.csv: too large for this machine: 101"));
    assert_int_equal(reader_read(ops, &volume, 6000 * 24, &dataset, &error), STATUS_LIMIT);
    assert_non_null(strstr(error.text, "10000 interactions or more need 0.2 MB"));
    assert_int_equal(reader_read(ops, &volume, 10000 * 24, &dataset, &error), STATUS_OK);
    dataset_close(dataset);
    test_free(text);
}

static void test_folder_that_may_not_be_read(void **state) {
    (void)state;
    if (geteuid() == 0)
        skip(); /* root may read everything */
    const char *path = put_text("x.csv", "1,2,3\n2,2,3\n");
    assert_int_equal(chmod(path, 0), 0);
    OPEN_BAD(path, STATUS_IO, "x.csv", "Permission denied");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_missing),      TEST(test_known_but_absent),
        TEST(test_empty),        TEST(test_folder_without_data),
        TEST(test_binary_junk),  TEST(test_truncated_gzip),
        TEST(test_rows),         TEST(test_other_files),
        TEST(test_ncf_editions), TEST(test_fold_of_another_edition),
        TEST(test_long_line),    TEST(test_one_user),
        TEST(test_too_large),    TEST(test_folder_that_may_not_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

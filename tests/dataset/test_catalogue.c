/* test_catalogue.c: names and aliases, where data sets are looked for, what the table says. */
#include "data_files.h"

#include <ctype.h>
#include <stdatomic.h>

#include "dataset/catalogue.h"

static void test_names(void **state) {
    (void)state;
    assert_string_equal(catalogue_find("ML-1M")->name, "ml-1m");
    assert_string_equal(catalogue_find("movielens_1m")->name, "ml-1m");
    assert_string_equal(catalogue_find("movielens")->name, "ml-latest-small");
    assert_string_equal(catalogue_find("movielens_small")->name, "ml-latest-small");
    assert_null(catalogue_find("movielens_"));
    assert_null(catalogue_find(""));
    assert_int_equal(catalogue_size(catalogue_find("ml-1m")), 5917549);
    assert_int_equal(catalogue_size(catalogue_find("ml-latest")), 0);
}

static void test_table(void **state) {
    (void)state;
    for (size_t i = 0; catalogue_at(i); i++) {
        const struct catalogue_entry *entry = catalogue_at(i);
        assert_ptr_equal(catalogue_find(entry->name), entry);
        assert_true(entry->title && entry->facts && entry->licence && entry->checksum_note);
        for (size_t f = 0; f < CATALOGUE_FILES_MAX && entry->files[f].name; f++) {
            const char *sum = entry->files[f].checksum;
            assert_memory_equal(entry->files[f].url, "https://", 8);
            if (!sum)
                continue;
            assert_true(strlen(sum) == 32 || strlen(sum) == 64);
            for (size_t c = 0; sum[c]; c++)
                assert_true(isxdigit((unsigned char)sum[c]));
        }
    }
    assert_non_null(catalogue_find("gowalla"));
    assert_non_null(catalogue_find("ml-1m-ncf"));
}

/* The environment of this process, put back afterwards. */
static const char *const variables[] = {"MATINEE_DATA", "MOVIELENS_PATH", "DATA_DIR",
                                        "XDG_DATA_HOME", NULL};
static char *saved[4];

static int clear_environment(void **state) {
    folder_setup(state);
    for (size_t i = 0; variables[i]; i++) {
        const char *value = getenv(variables[i]);
        saved[i] = value ? strdup(value) : NULL;
        unsetenv(variables[i]);
    }
    return setenv("XDG_DATA_HOME", test_path("home"), 1);
}

static int restore_environment(void **state) {
    for (size_t i = 0; variables[i]; i++) {
        if (saved[i])
            setenv(variables[i], saved[i], 1);
        else
            unsetenv(variables[i]);
        free(saved[i]);
    }
    return folder_teardown(state);
}

static void test_order_of_places(void **state) {
    (void)state;
    struct arena *arena = &test_arena;
    assert_null(catalogue_locate("ml-1m", arena));
    assert_string_equal(catalogue_default(), "built-in");
    if (dataset_has_builtin())
        assert_string_equal(catalogue_locate("ml-latest-small", arena), "built-in");
    const char *home = put_text("home/matinee/datasets/ml-1m/ratings.dat", "1::1::5::9\n");
    home = arena_copy_length(arena, home, strlen(home) - strlen("/ratings.dat"));
    assert_string_equal(catalogue_locate("ml-1m", arena), home);
    const char *zip = put_text("data/ml-1m.zip", "PK");
    setenv("DATA_DIR", test_path("data"), 1);
    assert_string_equal(catalogue_locate("ml-1m", arena), zip);
    assert_string_equal(catalogue_default(), test_path("data"));
    put_text("two/ml-1m/ratings.dat", "1::1::5::9\n");
    setenv("MOVIELENS_PATH", test_path("two/ml-1m"), 1); /* is the data folder */
    assert_string_equal(catalogue_locate("ml-1m", arena), test_path("two/ml-1m"));
    assert_string_equal(catalogue_default(), test_path("two/ml-1m"));
    put_text("three/ml-1m/ratings.dat", "1::1::5::9\n");
    const char *list = arena_format(arena, "%s::%s", test_path("none"), test_path("three"));
    setenv("MATINEE_DATA", list, 1);
    assert_string_equal(catalogue_locate("ml-1m", arena), test_path("three/ml-1m"));
    assert_non_null(strstr(catalogue_places(arena), test_path("three")));
    /* A folder that the table does not know. */
    put_text("three/mine/x.csv", "1,1,5\n2,1,3\n");
    struct dataset *data = open_good("mine");
    assert_string_equal(data->name, "mine");
    dataset_close(data);
}

static void test_other_folder_name(void **state) {
    (void)state;
    put_text("data/ml-10M100K/ratings.dat", "1::122::5::838985046\n2::122::5::838983525\n");
    setenv("MATINEE_DATA", test_path("data"), 1);
    struct dataset *data = open_good("ml-10m");
    assert_string_equal(data->name, "ml-10m");
    dataset_close(data);
}

/* Downloads from file:// addresses: nothing of a network is needed. */
static struct catalogue_entry local_entry(const char *folder) {
    struct arena *arena = &test_arena;
    return (struct catalogue_entry){
        .name = "two-files",
        .files = {{"train.txt", arena_format(arena, "file://%s/train.txt", folder), NULL, 0},
                  {"test.txt", arena_format(arena, "file://%s/test.txt", folder), NULL, 8}},
    };
}

static void test_get(void **state) {
    (void)state;
    struct progress progress;
    struct error error;
    const char *path;
    progress_init(&progress, true);
    struct catalogue_request request = {test_path("store"), &progress, NULL};
    struct catalogue_entry entry = local_entry(test_folder);
    put_text("train.txt", "0 1 2\n1 2\n");
    assert_int_not_equal(catalogue_get(&entry, &request, &test_arena, &path, &error), STATUS_OK);
    assert_false(files_exists(test_path("store/two-files")));
    put_text("test.txt", "0 3\n1 1\n");
    assert_int_equal(catalogue_get(&entry, &request, &test_arena, &path, &error), STATUS_OK);
    assert_string_equal(path, test_path("store/two-files"));
    assert_false(files_exists(test_path("store/two-files.part")));
    struct dataset *data = open_good(path);
    assert_int_equal(data->given.test->count, 2);
    dataset_close(data);
    unlink(test_path("train.txt")); /* what is there is not fetched again */
    assert_int_equal(catalogue_get(&entry, &request, &test_arena, &path, &error), STATUS_OK);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, clear_environment, restore_environment)
    const struct CMUnitTest tests[] = {
        TEST(test_names),
        TEST(test_table),
        TEST(test_order_of_places),
        TEST(test_other_folder_name),
        TEST(test_get),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

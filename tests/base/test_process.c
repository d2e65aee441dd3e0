/* test_process.c: children: their words, environment, output and end. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/process.h"

static void words_environment_output(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error;
    char path[] = "/tmp/matinee-process-XXXXXX";
    close(mkstemp(path));
    setenv("MATINEE_TEST_A", "old", 1);
    setenv("MATINEE_TEST_B", "kept", 1);
    static const char *const words[] = {
        "-c", "echo \"$1|$MATINEE_TEST_A|$MATINEE_TEST_B\"; echo wrong >&2; exit 3", "sh", "a b",
        NULL};
    static const char *const environment[] = {"MATINEE_TEST_A=new", NULL};
    const struct process_start start = {"sh", words, environment, path};
    pid_t process;
    assert_int_equal(process_start(&process, &start, &error), STATUS_OK);
    assert_int_equal(process_wait(process), 3);
    char *text;
    size_t size;
    assert_int_equal(files_read(path, 4096, &arena, &text, &size, &error), STATUS_OK);
    assert_string_equal(text, "a b|new|kept\nwrong\n");
    unlink(path);
    arena_release(&arena);
}

/* A program whose file was taken away, as by an upgrade, starts itself all the same. */
static void replaced_program_starts_itself(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error;
    char copy[] = "/tmp/matinee-process-XXXXXX";
    close(mkstemp(copy));
    const char *self = process_self(&arena);
    static const char script[] = "cp \"$1\" \"$2\" && chmod 700 \"$2\" && \"$2\" gone";
    const char *const words[] = {"-c", script, "sh", self, copy, NULL};
    const struct process_start start = {.program = "sh", .words = words};
    pid_t process;
    assert_int_equal(process_start(&process, &start, &error), STATUS_OK);
    assert_int_equal(process_wait(process), 7);
    assert_false(files_exists(copy));
    arena_release(&arena);
}

/* What the copy does: takes its file away and starts itself. */
static int run_gone(const char *file) {
    struct arena arena = {0};
    struct error error;
    static const char *const words[] = {"again", NULL};
    pid_t process;
    unlink(file);
    const struct process_start start = {.program = process_self(&arena), .words = words};
    const int code =
        process_start(&process, &start, &error) == STATUS_OK ? process_wait(process) : 1;
    arena_release(&arena);
    return code;
}

static void stopped(void **state) {
    (void)state;
    struct error error;
    static const char *const words[] = {"60", NULL};
    const struct process_start start = {.program = "sleep", .words = words};
    pid_t process;
    int code;
    assert_int_equal(process_start(&process, &start, &error), STATUS_OK);
    assert_false(process_ended(process, &code));
    process_stop(process);
    while (!process_ended(process, &code))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_int_equal(code, 128 + SIGTERM);
}

static void not_there(void **state) {
    (void)state;
    struct error error;
    static const char *const words[] = {NULL};
    const struct process_start start = {.program = "matinee-no-such-program", .words = words};
    pid_t process;
    enum status status = process_start(&process, &start, &error);
    /* Under valgrind, whose vfork is a fork, only the exit code tells. */
    if (status == STATUS_OK)
        assert_int_equal(process_wait(process), 127);
    else
        assert_int_equal(status, STATUS_NOT_FOUND);
}

int main(int count, char **words) {
    if (count > 1)
        return strcmp(words[1], "gone") == 0 ? run_gone(words[0]) : 7;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaced_program_starts_itself),
        cmocka_unit_test(words_environment_output),
        cmocka_unit_test(stopped),
        cmocka_unit_test(not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

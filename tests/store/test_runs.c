/* test_runs.c: the run store: what is written is read; what a killed process left is marked; two at
 * a time; files that are locked, damaged, newer, or on a full disk. */
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "store/database.h"
#include "store/runs.h"

static char folder[] = "/tmp/matinee-runs-XXXXXX";
static char path[128];
static struct arena arena;

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/deep/er/matinee.db", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    struct error error;
    arena_release(&arena);
    return files_remove_folder(folder, &error) == STATUS_OK ? 0 : -1;
}

static int fresh(void **state) {
    (void)state;
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++)
        unlink(arena_format(&arena, "%s%s", path, endings[i]));
    return 0;
}

static struct runs *open_store(void) {
    struct runs *runs;
    struct error error;
    if (runs_open(&runs, path, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return runs;
}

static const struct runs_record example = {
    .kind = "train",
    .experiment = "a",
    .name = "b",
    .model = "gmf",
    .data = "ml-100k",
    .digest = "d1",
    .settings = "model: gmf\n",
    .version = "1",
    .machine = "{}",
};

static int64_t begin(struct runs *runs, const struct runs_record *record) {
    int64_t id;
    struct error error;
    assert_int_equal(runs_begin(runs, record, &id, &error), STATUS_OK);
    return id;
}

static void written_and_read(void **state) {
    (void)state;
    struct runs *runs = open_store();
    struct error error;
    int64_t id = begin(runs, &example);
    const struct runs_epoch epochs[] = {{"", 1, 0.5, NAN, 0.1}, {"", 2, 0.4, 0.25, 0.1}};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(runs_add_epoch(runs, id, &epochs[i], &error), STATUS_OK);
    const struct runs_record end = {.status = "done",
                                    .split = "given",
                                    .candidates = "all",
                                    .fit_seconds = 1.5,
                                    .evaluate_seconds = 0.5,
                                    .peak_bytes = 42,
                                    .report = "{}"};
    const struct runs_metric metrics[] = {{"ndcg@10", 0.3, 0.2, 0.4}, {"gini@10", 0.9, NAN, NAN}};
    assert_int_equal(runs_end(runs, id, &end, metrics, 2, &error), STATUS_OK);
    runs_close(runs);

    runs = open_store();
    struct runs_record record;
    assert_int_equal(runs_get(runs, id, &arena, &record, &error), STATUS_OK);
    assert_string_equal(record.status, "done");
    assert_string_equal(record.settings, "model: gmf\n");
    assert_string_equal(record.report, "{}");
    assert_true(record.fit_seconds == 1.5 && record.peak_bytes == 42);
    assert_true(record.started > 1e9 && record.ended >= record.started);
    assert_null(record.error);
    struct runs_metric *read;
    struct runs_epoch *lived;
    size_t count;
    assert_int_equal(runs_metrics(runs, id, &arena, &read, &count, &error), STATUS_OK);
    assert_int_equal(count, 2);
    assert_string_equal(read[0].name, "ndcg@10");
    assert_true(read[0].low == 0.2 && isnan(read[1].low));
    assert_int_equal(runs_epochs(runs, id, &arena, &lived, &count, &error), STATUS_OK);
    assert_int_equal(count, 2);
    assert_true(isnan(lived[0].validation) && lived[1].validation == 0.25);
    runs_close(runs);
}

static const char *file_of(struct runs *runs, int64_t id) {
    struct runs_record record;
    struct error error;
    assert_int_equal(runs_get(runs, id, &arena, &record, &error), STATUS_OK);
    return record.model_file;
}

/* A file belongs to the run that wrote it last, wherever it is put. */
static void files_of_runs(void **state) {
    (void)state;
    struct runs *runs = open_store();
    struct error error;
    const struct runs_record end = {.status = "done", .model_file = "/m/als"};
    const int64_t first = begin(runs, &example), second = begin(runs, &example);
    assert_int_equal(runs_end(runs, first, &end, NULL, 0, &error), STATUS_OK);
    assert_string_equal(file_of(runs, first), "/m/als");
    assert_int_equal(runs_end(runs, second, &end, NULL, 0, &error), STATUS_OK);
    assert_null(file_of(runs, first));
    assert_int_equal(runs_move_file(runs, "/m/als", "/m/als.versions/1", &error), STATUS_OK);
    assert_null(file_of(runs, first));
    assert_string_equal(file_of(runs, second), "/m/als.versions/1");
    const struct runs_metric metric = {"ndcg@10", 0.5, 0.4, 0.6};
    struct runs_metric *read;
    size_t count;
    const struct runs_record told = {.split = "newest_events"}, gone = {.model_file = ""};
    assert_int_equal(runs_describe(runs, second, &told, &error), STATUS_OK);
    assert_string_equal(file_of(runs, second), "/m/als.versions/1");
    assert_int_equal(runs_add_metrics(runs, second, &metric, 1, &error), STATUS_OK);
    assert_int_equal(runs_metrics(runs, second, &arena, &read, &count, &error), STATUS_OK);
    assert_true(count == 1 && read[0].high == 0.6);
    assert_int_equal(runs_describe(runs, second, &gone, &error), STATUS_OK);
    assert_null(file_of(runs, second));
    runs_close(runs);
}

static void adopted(void **state) {
    (void)state;
    struct runs *runs = open_store();
    struct error error;
    struct runs_record mine = example, record;
    const struct runs_record end = {.status = "done"};
    mine.model = "bpr";
    const int64_t id = begin(runs, &example);
    assert_int_equal(runs_adopt(runs, id, &mine, &error), STATUS_OK);
    assert_int_equal(runs_get(runs, id, &arena, &record, &error), STATUS_OK);
    assert_string_equal(record.model, "bpr");
    assert_string_equal(record.status, "running");
    assert_int_equal(runs_end(runs, id, &end, NULL, 0, &error), STATUS_OK);
    assert_int_equal(runs_adopt(runs, id, &mine, &error), STATUS_NOT_FOUND);
    assert_int_equal(runs_adopt(runs, 99, &mine, &error), STATUS_NOT_FOUND);
    runs_close(runs);
}

static void listed_and_removed(void **state) {
    (void)state;
    struct runs *runs = open_store();
    struct error error;
    struct runs_record other = example, child = example, *list;
    other.model = "ease";
    other.digest = "d2";
    int64_t first = begin(runs, &example), second = begin(runs, &other);
    child.parent = first;
    int64_t third = begin(runs, &child);
    size_t count;
    assert_int_equal(runs_list(runs, &(struct runs_filter){0}, &arena, &list, &count, &error),
                     STATUS_OK);
    assert_int_equal(count, 3);
    assert_int_equal(list[0].id, third);
    runs_list(runs, &(struct runs_filter){.model = "ease"}, &arena, &list, &count, &error);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].id, second);
    runs_list(runs, &(struct runs_filter){.digest = "d1", .limit = 1}, &arena, &list, &count,
              &error);
    assert_int_equal(list[0].id, third);
    runs_list(runs, &(struct runs_filter){.parent = first}, &arena, &list, &count, &error);
    assert_int_equal(count, 1);
    /* What belongs to it goes with it, and numbers are not used again. */
    assert_int_equal(runs_remove(runs, first, &error), STATUS_OK);
    assert_int_equal(runs_remove(runs, first, &error), STATUS_NOT_FOUND);
    runs_list(runs, &(struct runs_filter){0}, &arena, &list, &count, &error);
    assert_int_equal(count, 1);
    assert_int_equal(begin(runs, &example), third + 1);
    runs_close(runs);
}

/* A child that writes and is killed with its store open. */
static void killed(void **state) {
    (void)state;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        struct runs *runs;
        struct error error;
        int64_t id = 0;
        const struct runs_epoch epoch = {"", 1, 0.5, NAN, 0.1};
        if (runs_open(&runs, path, &error) == STATUS_OK &&
            runs_begin(runs, &example, &id, &error) == STATUS_OK)
            runs_add_epoch(runs, id, &epoch, &error);
        ssize_t written = write(pipes[1], &id, sizeof id);
        (void)written;
        for (;;)
            pause();
    }
    int64_t id;
    assert_int_equal(read(pipes[0], &id, sizeof id), sizeof id);
    struct runs *runs = open_store();
    struct runs_record record;
    struct error error;
    assert_int_equal(runs_get(runs, id, &arena, &record, &error), STATUS_OK);
    assert_string_equal(record.status, "running");
    runs_close(runs);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    runs = open_store();
    assert_int_equal(runs_get(runs, id, &arena, &record, &error), STATUS_OK);
    assert_string_equal(record.status, "killed");
    struct runs_epoch *epochs;
    size_t count;
    assert_int_equal(runs_epochs(runs, id, &arena, &epochs, &count, &error), STATUS_OK);
    assert_int_equal(count, 1);
    runs_close(runs);
    close(pipes[0]);
    close(pipes[1]);
}

static void two_writers(void **state) {
    (void)state;
    enum { RUNS = 40 };
    pid_t children[2];
    runs_close(open_store());
    for (int c = 0; c < 2; c++) {
        children[c] = fork();
        if (children[c] != 0)
            continue;
        struct runs *runs;
        struct error error;
        int64_t id;
        int failed = runs_open(&runs, path, &error) != STATUS_OK;
        for (int i = 0; i < RUNS && !failed; i++)
            failed = runs_begin(runs, &example, &id, &error) != STATUS_OK;
        _exit(failed);
    }
    for (int c = 0; c < 2; c++) {
        int code;
        waitpid(children[c], &code, 0);
        assert_int_equal(code, 0);
    }
    struct runs *runs = open_store();
    struct runs_record *list;
    struct error error;
    size_t count;
    runs_list(runs, &(struct runs_filter){0}, &arena, &list, &count, &error);
    assert_int_equal(count, 2 * RUNS);
    runs_close(runs);
}

static void damaged_and_newer(void **state) {
    (void)state;
    struct runs *runs;
    struct error error;
    char junk[4096];
    memset(junk, 'x', sizeof junk);
    assert_int_equal(files_make_parent(path, &error), STATUS_OK);
    assert_int_equal(files_write(path, junk, sizeof junk, &error), STATUS_OK);
    assert_int_equal(runs_open(&runs, path, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "move it away"));
    fresh(state);
    static const char *const none[] = {NULL};
    struct database database;
    assert_int_equal(database_open(&database, path, none, &error), STATUS_OK);
    assert_int_equal(database_run(&database, "PRAGMA user_version = 99", &error), STATUS_OK);
    database_close(&database);
    assert_int_equal(runs_open(&runs, path, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "newer matinee"));
}

static void locked(void **state) {
    (void)state;
    struct runs *runs = open_store();
    struct error error;
    int64_t id;
    static const char *const none[] = {"", NULL};
    struct database other;
    assert_int_equal(database_open(&other, path, none, &error), STATUS_OK);
    assert_int_equal(database_run(&other, "BEGIN IMMEDIATE", &error), STATUS_OK);
    assert_int_equal(runs_begin(runs, &example, &id, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "another program holds it"));
    assert_int_equal(database_run(&other, "ROLLBACK", &error), STATUS_OK);
    assert_int_equal(runs_begin(runs, &example, &id, &error), STATUS_OK);
    database_close(&other);
    runs_close(runs);
}

/* No file may grow: as on a full disk. What was there stays readable. */
static void full_disk(void **state) {
    (void)state;
    struct runs *runs = open_store();
    struct error error;
    int64_t id = begin(runs, &example), next;
    struct rlimit before, none = {1, RLIM_INFINITY};
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    none.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_FSIZE, &none);
    enum status status = runs_begin(runs, &example, &next, &error);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(status, STATUS_IO);
    runs_close(runs);
    runs = open_store();
    struct runs_record record;
    assert_int_equal(runs_get(runs, id, &arena, &record, &error), STATUS_OK);
    runs_close(runs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(written_and_read, fresh),
        cmocka_unit_test_setup(files_of_runs, fresh),
        cmocka_unit_test_setup(adopted, fresh),
        cmocka_unit_test_setup(listed_and_removed, fresh),
        cmocka_unit_test_setup(killed, fresh),
        cmocka_unit_test_setup(two_writers, fresh),
        cmocka_unit_test_setup(damaged_and_newer, fresh),
        cmocka_unit_test_setup(locked, fresh),
        cmocka_unit_test_setup(full_disk, fresh),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* test_experiments.c: experiments in the store: what is written is read, old stores too, who is
 * shown an arm twice is there once; over SQLite in memory, and a PostgreSQL server where there is
 * one. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/files.h"
#include "store/experiments.h"
#include "store/feedback_internal.h"

static char folder[] = "/tmp/matinee-experiments-XXXXXX";
static char address[512] = "none";
static struct feedback *store;
static struct arena arena;
static struct error error;

static void expect(enum status status) {
    if (status != STATUS_OK)
        fail_msg("%s", error.text);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    const struct experiments_record record = {
        .name = "first",
        .layer = "lists",
        .share = 0.25,
        .lowest = 0.5,
        .arms = {{"control", NULL, 1, NULL}, {"other", "als", 2.5, "{\"diversity\":0.3}"}},
        .arm_count = 2};
    struct experiments_record *list, found;
    size_t count;
    expect(experiments_start(store, &record, &error));
    expect(experiments_list(store, &arena, &list, &count, &error));
    assert_int_equal(count, 1);
    assert_string_equal(list[0].name, "first");
    assert_int_equal(list[0].ended, 0);
    assert_int_equal(list[0].arm_count, 2);
    assert_null(list[0].arms[0].model);
    assert_null(list[0].arms[0].parameters);
    assert_string_equal(list[0].layer, "lists");
    assert_true(list[0].share == 0.25 && list[0].lowest == 0.5);
    assert_string_equal(list[0].arms[1].model, "als");
    assert_true(list[0].arms[1].weight == 2.5);
    assert_string_equal(list[0].arms[1].parameters, "{\"diversity\":0.3}");
    assert_int_equal(experiments_start(store, &record, &error), STATUS_BAD_INPUT);
    assert_int_equal(experiments_find(store, "none", &arena, &found, &error), STATUS_NOT_FOUND);
}

/* Rows as they were written before there were layers and parameters. */
static void old_rows_are_read(void **state) {
    (void)state;
    static const struct sql_statement rows[] = {
        {.text = "INSERT INTO experiments (name, started, ended) VALUES ('old', 1, 2)"},
        {.text = "INSERT INTO arms (experiment, place, name, weight, diversity, diversity_method)"
                 " VALUES ('old', 0, 'a', 1, 0.25, 'mmr')"},
        {.text = "INSERT INTO arms (experiment, place, name, weight, diversity_method)"
                 " VALUES ('old', 1, 'b', 1, 'popularity')"},
        {.text = "INSERT INTO arms (experiment, place, name, weight) VALUES ('old', 2, 'c', 1)"}};
    struct experiments_record found;
    expect(feedback_write(store, rows, 4, &error));
    expect(experiments_find(store, "old", &arena, &found, &error));
    assert_string_equal(found.layer, EXPERIMENTS_LAYER);
    assert_true(found.share == 1 && found.lowest == 0);
    assert_string_equal(found.arms[0].parameters,
                        "{\"diversity\":0.25,\"diversity_method\":\"mmr\"}");
    assert_string_equal(found.arms[1].parameters, "{\"diversity_method\":\"popularity\"}");
    assert_null(found.arms[2].parameters);
    expect(experiments_remove(store, "old", &error));
}

static void people_and_what_they_did(void **state) {
    (void)state;
    struct experiments_record record;
    struct experiments_outcome outcomes[EXPERIMENTS_ARMS_MAX];
    expect(experiments_find(store, "first", &arena, &record, &error));
    experiments_expose(store, "first", "ann", 1);
    experiments_expose(store, "first", "ann", 1);
    experiments_expose(store, "first", "bob", 0);
    const struct feedback_event events[] = {
        {"ann", "1", FEEDBACK_CLICK, NAN, (int64_t)4e9, NULL, -1, NULL, NULL},
        {"ann", "2", FEEDBACK_CLICK, NAN, (int64_t)4e9, NULL, -1, NULL, NULL},
        {"bob", "1", FEEDBACK_CLICK, NAN, 5, NULL, -1, NULL,
         NULL}, /* before he was shown anything */
        {"eve", "1", FEEDBACK_CLICK, NAN, (int64_t)4e9, NULL, -1, NULL, NULL}};
    expect(feedback_append(store, events, 4, &error)); /* what was put in before is there too */
    expect(experiments_outcomes(store, &record, outcomes, &error));
    assert_int_equal(outcomes[0].people, 1);
    assert_int_equal(outcomes[1].people, 1);
    assert_int_equal(outcomes[1].events[FEEDBACK_CLICK], 2);
    assert_int_equal(outcomes[1].actors[FEEDBACK_CLICK], 1);
    assert_int_equal(outcomes[0].events[FEEDBACK_CLICK], 0);
    expect(experiments_end(store, "first", &error));
    expect(experiments_find(store, "first", &arena, &record, &error));
    assert_true(record.ended > 0);
    expect(experiments_remove(store, "first", &error));
    expect(experiments_outcomes(store, &record, outcomes, &error));
    assert_int_equal(outcomes[1].people, 0);
}

static int start(void **state) {
    (void)state;
    return feedback_open(&store, address, &error) != STATUS_OK;
}

static int stop(void **state) {
    (void)state;
    feedback_close(store);
    return 0;
}

static int run_all(const char *name) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(old_rows_are_read),
        cmocka_unit_test(people_and_what_they_did),
    };
    return _cmocka_run_group_tests(name, tests, sizeof tests / sizeof *tests, start, stop);
}

/* Starts a server; false: there is none here. */
static bool start_postgres(void) {
    FILE *pipe = popen(arena_format(&arena, "tests/store/postgres start %s/postgres", folder), "r");
    if (!pipe || !fgets(address, sizeof address, pipe))
        *address = '\0';
    address[strcspn(address, "\n")] = '\0';
    return pipe && pclose(pipe) == 0 && *address;
}

int main(void) {
    int failed = run_all("SQLite in memory");
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
        return 1;
    if (start_postgres())
        failed += run_all("PostgreSQL");
    else
        printf("PostgreSQL: skipped, there is no server on this machine\n");
    if (system(arena_format(&arena, "tests/store/postgres stop %s/postgres", folder)) != 0)
        printf("no server to stop\n");
    files_remove_folder(folder, &error);
    arena_release(&arena);
    return failed;
}

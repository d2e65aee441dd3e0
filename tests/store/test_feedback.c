/* test_feedback.c: the store of what people do, the same tests over SQLite in a file, SQLite in
 * memory, and a PostgreSQL server that is started for it (where there is one). */
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "store/feedback.h"
#include "store/keys.h"

static char folder[] = "/tmp/matinee-feedback-XXXXXX";
static char address[512];
static struct arena arena;
static struct error error;

static bool is_postgres(void) { return strncmp(address, "postgresql:", 11) == 0; }
static bool is_memory(void) { return strcmp(address, "none") == 0; }

static void expect(enum status status) {
    if (status != STATUS_OK)
        fail_msg("%s", error.text);
}

static struct feedback *open_store(void) {
    struct feedback *feedback = NULL;
    expect(feedback_open(&feedback, address, &error));
    return feedback;
}

static void run_sql(const char *text) {
    const struct sql_ops *ops = is_postgres() ? &sql_postgres : &sql_sqlite;
    struct sql *sql;
    expect(ops->open(&sql, address, &error));
    expect(ops->script(sql, text, &error));
    ops->close(sql);
}

static int fresh(void **state) {
    (void)state;
    if (is_postgres())
        run_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    else if (!is_memory())
        for (size_t i = 0; i < 3; i++)
            unlink(arena_format(&arena, "%s%s", address, (const char *[]){"", "-wal", "-shm"}[i]));
    return 0;
}

static struct feedback_event event(const char *person, const char *item, enum feedback_kind kind,
                                   double value, int64_t time) {
    return (struct feedback_event){
        .person = person, .item = item, .kind = kind, .value = value, .time = time, .hour = -1};
}

static size_t rows_of(struct feedback *feedback, const char *person, struct feedback_row **rows) {
    size_t count;
    expect(feedback_rows(feedback, person, &arena, rows, &count, &error));
    return count;
}

static void what_is_written_is_read(void **state) {
    (void)state;
    struct feedback *feedback = open_store();
    const struct feedback_event events[] = {
        event("7", "20", FEEDBACK_RATING, 4.5, 100),
        event("7", "10", FEEDBACK_VIEW, NAN, 90),
        event("7", "20", FEEDBACK_VIEW, NAN, 200), /* still rated 4.5 */
        event("7", "30", FEEDBACK_RATING, 2, 110),
        event("7", "30", FEEDBACK_REMOVE, NAN, 120),
        event("7", "40", FEEDBACK_IMPRESSION, NAN, 130), /* says nothing */
        event("7", "50", FEEDBACK_CLICK, NAN, 130),
        event("ann's \"x\" é", "40", FEEDBACK_LIKE, NAN, 5),
    };
    expect(feedback_append(feedback, events, 8, &error));
    struct feedback_row *rows;
    assert_int_equal(rows_of(feedback, "7", &rows), 3);
    assert_string_equal(rows[0].item, "10");
    assert_int_equal(rows[0].kind, FEEDBACK_VIEW);
    assert_true(isnan(rows[0].value));
    assert_string_equal(rows[1].item, "20");
    assert_int_equal(rows[1].kind, FEEDBACK_RATING);
    assert_true(rows[1].value == 4.5 && rows[1].time == 100);
    assert_int_equal(rows[2].kind, FEEDBACK_REMOVE);
    assert_int_equal(rows_of(feedback, "ann's \"x\" é", &rows), 1);
    assert_int_equal(rows_of(feedback, "nobody", &rows), 0);
    /* A later rating replaces, and so does a view of what was taken back. */
    const struct feedback_event later[] = {event("7", "20", FEEDBACK_RATING, 1, 300),
                                           event("7", "30", FEEDBACK_VIEW, NAN, 310)};
    expect(feedback_append(feedback, later, 2, &error));
    assert_int_equal(rows_of(feedback, "7", &rows), 3);
    assert_true(rows[1].value == 1);
    assert_int_equal(rows[2].kind, FEEDBACK_VIEW);
    struct feedback_counts counts;
    expect(feedback_count(feedback, &counts, &error));
    assert_int_equal(counts.people, 2);
    assert_int_equal(counts.events, 10);
    assert_int_equal(counts.ratings, 4);
    assert_int_equal(counts.newest, 310);
    feedback_close(feedback);
}

static bool count_people(void *context, const char *person, bool is_erased) {
    int *counts = context;
    counts[is_erased] += strcmp(person, "7") == 0;
    return true;
}

static void a_person_is_erased(void **state) {
    (void)state;
    struct feedback *feedback = open_store();
    const struct feedback_event events[] = {event("7", "20", FEEDBACK_RATING, 4.5, 100),
                                            event("8", "20", FEEDBACK_RATING, 3, 100)};
    expect(feedback_append(feedback, events, 2, &error));
    const char *labels;
    expect(feedback_set_labels(feedback, "7", "{\"age\": 30}", &error));
    expect(feedback_labels(feedback, "7", &arena, &labels, &error));
    assert_string_equal(labels, "{\"age\": 30}");
    expect(feedback_erase(feedback, "7", &error));
    expect(feedback_erase(feedback, "7", &error)); /* again is fine */
    struct feedback_row *rows;
    assert_int_equal(rows_of(feedback, "7", &rows), 0);
    assert_int_equal(rows_of(feedback, "8", &rows), 1);
    expect(feedback_labels(feedback, "7", &arena, &labels, &error));
    assert_null(labels);
    int counts[2] = {0};
    expect(feedback_people(feedback, count_people, counts, &error));
    assert_int_equal(counts[0], 0);
    assert_int_equal(counts[1], 1);
    feedback_close(feedback);
}

static bool join(void *context, const char *text, bool is_erased) {
    (void)is_erased;
    strncat(context, text, 40);
    strncat(context, " ", 2);
    return true;
}

static bool file_holds(const char *file, const char *text) {
    struct error unread;
    char *bytes = NULL;
    size_t size = 0;
    if (files_read(file, (size_t)64 << 20, &arena, &bytes, &size, &unread) != STATUS_OK)
        return false;
    return memmem(bytes, size, text, strlen(text)) != NULL;
}

/* Nothing of what was erased is left in the bytes of the files either. */
static void erased_to_the_last_byte(void **state) {
    (void)state;
    if (is_memory() || is_postgres())
        skip();
    struct feedback *feedback = open_store();
    struct feedback_event one = event("7", "film-of-the-secret", FEEDBACK_RATING, 4.5, 100);
    one.context = "{\"room\":\"the secret attic\"}";
    const char *log = arena_format(&arena, "%s-wal", address);
    expect(feedback_append(feedback, &one, 1, &error));
    expect(feedback_set_labels(feedback, "7", "{\"name\": \"secret\"}", &error));
    assert_true(file_holds(address, "secret") || file_holds(log, "secret"));
    expect(feedback_erase(feedback, "7", &error));
    assert_false(file_holds(address, "secret") || file_holds(log, "secret"));
    feedback_close(feedback);
    assert_false(file_holds(address, "secret") || file_holds(log, "secret"));
}

static void sessions_end(void **state) {
    (void)state;
    struct feedback *feedback = open_store();
    struct feedback_session session, over, found;
    expect(feedback_session_begin(feedback, 100, &arena, &session, &error));
    expect(feedback_session_begin(feedback, -1, &arena, &over, &error));
    assert_int_equal(strlen(session.id), strlen(FEEDBACK_SESSION) + 32);
    const struct feedback_event events[] = {event(session.id, "20", FEEDBACK_VIEW, NAN, 100),
                                            event(over.id, "20", FEEDBACK_VIEW, NAN, 100)};
    expect(feedback_append(feedback, events, 2, &error));
    expect(feedback_session_find(feedback, session.id, &arena, &found, &error));
    assert_int_equal(found.expires, session.expires);
    assert_int_equal(feedback_session_find(feedback, over.id, &arena, &found, &error),
                     STATUS_NOT_FOUND);
    char ended[256] = "";
    expect(feedback_sessions_over(feedback, join, ended, &error));
    assert_memory_equal(ended, over.id, 32);
    assert_null(strstr(ended, session.id));
    expect(feedback_session_end(feedback, over.id, &error));
    struct feedback_row *rows;
    assert_int_equal(rows_of(feedback, over.id, &rows), 0);
    assert_int_equal(rows_of(feedback, session.id, &rows), 1);
    expect(feedback_session_end(feedback, session.id, &error));
    assert_int_equal(rows_of(feedback, session.id, &rows), 0);
    struct feedback_counts counts;
    expect(feedback_count(feedback, &counts, &error));
    assert_int_equal(counts.people + counts.sessions + counts.events, 0);
    feedback_close(feedback);
}

static bool take_item(void *context, const struct feedback_item *item) {
    snprintf(context, 128, "%s|%s|%d|%s", item->id, item->title, (int)item->year, item->genres);
    return true;
}

static void items_library_and_keys(void **state) {
    (void)state;
    struct feedback *feedback = open_store();
    char seen[256] = "";
    struct feedback_item item = {.id = "x1", .title = "One", .year = 1999, .genres = "Drama|War"};
    expect(feedback_set_items(feedback, &item, 1, &error));
    item.title = "Two";
    expect(feedback_set_items(feedback, &item, 1, &error));
    expect(feedback_items(feedback, take_item, seen, &error));
    assert_string_equal(seen, "x1|Two|1999|Drama|War");
    const char *const first[] = {"3", "1", "3"}, *const second[] = {"2"};
    expect(feedback_set_library(feedback, first, 3, false, &error));
    *seen = '\0';
    expect(feedback_library(feedback, join, seen, &error));
    assert_string_equal(seen, "1 3 ");
    expect(feedback_set_library(feedback, second, 1, true, &error));
    *seen = '\0';
    expect(feedback_library(feedback, join, seen, &error));
    assert_string_equal(seen, "2 ");
    struct feedback_item_counts counts;
    const struct feedback_event events[] = {event("1", "x1", FEEDBACK_RATING, 4.5, 100),
                                            event("2", "x1", FEEDBACK_RATING, 2, 100),
                                            event("3", "x1", FEEDBACK_LIKE, (double)NAN, 100),
                                            event("4", "x1", FEEDBACK_VIEW, (double)NAN, 100),
                                            event("4", "x2", FEEDBACK_DISLIKE, (double)NAN, 100),
                                            event("session:1", "x1", FEEDBACK_RATING, 1, 100)};
    expect(feedback_append(feedback, events, sizeof events / sizeof *events, &error));
    expect(feedback_item_count(feedback, "x1", &counts, &error));
    assert_int_equal(counts.rated, 2);
    assert_true(counts.sum == 6.5);
    assert_int_equal(counts.liked, 1);
    assert_int_equal(counts.viewed, 1);
    assert_int_equal(counts.disliked, 0);
    feedback_close(feedback);
}

enum { LINES_MAX = 4096 };

static bool add_line(void *context, const char *line, size_t length) {
    assert_int_equal(strlen(line), length);
    const size_t used = strlen(context);
    snprintf((char *)context + used, LINES_MAX - used, "%s\n", line);
    return true;
}

static void everything_is_exported(void **state) {
    (void)state;
    struct feedback *feedback = open_store();
    struct feedback_event events[] = {event("7", "20", FEEDBACK_RATING, 4.5, 100),
                                      event("8", "20", FEEDBACK_VIEW, NAN, 100)};
    events[1].context = "{\"room\":\"attic\"}";
    events[1].hour = 21;
    events[1].device = "tv";
    expect(feedback_append(feedback, events, 2, &error));
    char text[LINES_MAX] = "";
    expect(feedback_export(feedback, "ratings", NULL, add_line, text, &error));
    assert_string_equal(text, "{\"type\":\"rating\",\"person\":\"7\",\"item\":\"20\",\"kind\":"
                              "\"rating\",\"value\":4.5,\"time\":100}\n"
                              "{\"type\":\"rating\",\"person\":\"8\",\"item\":\"20\",\"kind\":"
                              "\"view\",\"time\":100}\n");
    *text = '\0';
    expect(feedback_export(feedback, "events", "8", add_line, text, &error));
    assert_string_equal(text, "{\"type\":\"event\",\"person\":\"8\",\"item\":\"20\",\"kind\":"
                              "\"view\",\"time\":100,\"device\":\"tv\",\"hour\":21,\"context\":"
                              "{\"room\":\"attic\"}}\n");
    assert_int_equal(feedback_export(feedback, "films", NULL, add_line, text, &error),
                     STATUS_BAD_USAGE);
    feedback_close(feedback);
}

/* What a commit has taken is there for the next process. */
static void a_store_is_opened_again(void **state) {
    (void)state;
    if (is_memory())
        skip();
    struct feedback *feedback = open_store();
    const struct feedback_event one = event("7", "20", FEEDBACK_RATING, 4.5, 100);
    expect(feedback_append(feedback, &one, 1, &error));
    feedback_close(feedback);
    feedback = open_store();
    struct feedback_row *rows;
    assert_int_equal(rows_of(feedback, "7", &rows), 1);
    feedback_close(feedback);
    run_sql("UPDATE meta SET version = 99");
    assert_int_equal(feedback_open(&feedback, address, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "made by a newer matinee (form 99, this one knows"));
}

/* What one server makes or revokes the other knows; a key is told once and is kept as a digest. */
static void keys_are_in_the_store(void **state) {
    (void)state;
    struct feedback *a = open_store(), *b = is_memory() ? a : open_store();
    char page[KEYS_TEXT_BYTES], owner[KEYS_TEXT_BYTES];
    struct key_row *rows;
    size_t count;
    expect(keys_list(a, &rows, &count, &arena, &error));
    assert_int_equal(count, 0);
    expect(keys_make(a, "page", "write", page, &error));
    assert_int_equal(keys_make(b, "page", "read", owner, &error), STATUS_BAD_INPUT);
    assert_int_equal(keys_make(a, "", "read", owner, &error), STATUS_BAD_INPUT);
    expect(keys_make(a, "owner", "admin", owner, &error));
    assert_int_equal(strlen(page), KEYS_TEXT_BYTES - 1);
    assert_memory_equal(page, "mat_", 4);
    assert_string_not_equal(page, owner);
    expect(keys_revoke(b, "page", &error));
    assert_int_equal(keys_revoke(a, "page", &error), STATUS_NOT_FOUND);
    expect(keys_make(a, "page", "read", page, &error));
    expect(keys_list(b, &rows, &count, &arena, &error));
    assert_int_equal(count, 3);
    assert_string_equal(rows[0].name, "page");
    assert_string_equal(rows[1].scope, "admin");
    assert_true(rows[0].revoked > 0 && rows[0].revoked >= rows[0].created);
    assert_true(rows[1].revoked == 0 && rows[2].revoked == 0);
    uint8_t sum[DIGEST_SHA256_BYTES];
    digest_sha256(owner, strlen(owner), sum);
    assert_memory_equal(rows[1].digest, sum, sizeof sum);
    if (b != a)
        feedback_close(b);
    feedback_close(a);
}

enum { WRITERS = 8, APPENDS = 50 };

static void *append_some(void *context) {
    struct feedback *feedback = context;
    static atomic_int next;
    const int number = atomic_fetch_add(&next, 1);
    for (int i = 0; i < APPENDS; i++) {
        char person[32], item[32];
        struct error failure;
        snprintf(person, sizeof person, "p%d", (number + i) % WRITERS);
        snprintf(item, sizeof item, "%d", i);
        const struct feedback_event one = event(person, item, FEEDBACK_RATING, 3, i);
        if (feedback_append(feedback, &one, 1, &failure) != STATUS_OK)
            return "failed";
    }
    return NULL;
}

/* Many at a time are fewer commits, and each is there. */
static void many_write_at_a_time(void **state) {
    (void)state;
    struct feedback *feedback = open_store();
    pthread_t threads[WRITERS];
    struct feedback_counts counts;
    for (size_t t = 0; t < WRITERS; t++)
        pthread_create(&threads[t], NULL, append_some, feedback);
    for (size_t t = 0; t < WRITERS; t++) {
        void *failed;
        pthread_join(threads[t], &failed);
        assert_null(failed);
    }
    expect(feedback_count(feedback, &counts, &error));
    assert_int_equal(counts.events, WRITERS * APPENDS);
    assert_int_equal(counts.writes, WRITERS * APPENDS);
    assert_true(counts.commits <= counts.writes);
    feedback_close(feedback);
}

/* One that the database refuses is told so; the others are not harmed. */
static void a_bad_write_is_alone(void **state) {
    (void)state;
    struct feedback *feedback = open_store();
    const struct feedback_event good = event("7", "20", FEEDBACK_RATING, 4.5, 100);
    const struct feedback_event bad[] = {good, event("7", NULL, FEEDBACK_RATING, 4.5, 100)};
    assert_int_equal(feedback_append(feedback, bad, 2, &error), STATUS_IO);
    struct feedback_row *rows;
    assert_int_equal(rows_of(feedback, "7", &rows), 0);
    expect(feedback_append(feedback, &good, 1, &error));
    assert_int_equal(rows_of(feedback, "7", &rows), 1);
    feedback_close(feedback);
}

static void a_backup_is_a_store(void **state) {
    (void)state;
    struct feedback *feedback = open_store();
    const struct feedback_event one = event("7", "20", FEEDBACK_RATING, 4.5, 100);
    const char *copy = arena_format(&arena, "%s/copy/people.db", folder);
    expect(feedback_append(feedback, &one, 1, &error));
    if (is_postgres() || is_memory()) {
        assert_int_equal(feedback_backup(feedback, copy, &error), STATUS_BAD_USAGE);
        feedback_close(feedback);
        return;
    }
    pthread_t writer;
    pthread_create(&writer, NULL, append_some, feedback);
    expect(feedback_backup(feedback, copy, &error));
    pthread_join(writer, NULL);
    feedback_close(feedback);
    expect(feedback_open(&feedback, copy, &error));
    struct feedback_row *rows;
    assert_int_equal(rows_of(feedback, "7", &rows), 1);
    feedback_close(feedback);
}

struct hearing {
    atomic_int named, anybody, ticks;
};

static void hear(void *context, enum sql_news news, const char *person) {
    struct hearing *hearing = context;
    if (news == SQL_NEWS_NOTHING)
        atomic_fetch_add(&hearing->ticks, 1);
    else if (news == SQL_NEWS_ANYTHING)
        atomic_fetch_add(&hearing->anybody, 1);
    else if (strcmp(person, "7") == 0)
        atomic_fetch_add(&hearing->named, 1);
}

static void wait_for(atomic_int *count, int wanted) {
    for (int i = 0; i < 1000 && atomic_load(count) < wanted; i++)
        usleep(5000);
    assert_true(atomic_load(count) >= wanted);
}

/* Two servers on one database: what one writes the other hears; and both go on when the database
 * was away. */
static void others_hear_of_it(void **state) {
    (void)state;
    if (!is_postgres())
        skip();
    struct feedback *a = open_store(), *b = open_store();
    struct hearing hearing = {0};
    const struct feedback_event one = event("7", "20", FEEDBACK_RATING, 4.5, 100);
    expect(feedback_listen(b, hear, &hearing, &error));
    wait_for(&hearing.anybody, 1);
    expect(feedback_append(a, &one, 1, &error));
    wait_for(&hearing.named, 1);
    assert_int_equal(system(arena_format(&arena, "tests/store/postgres halt %s/postgres", folder)),
                     0);
    assert_int_equal(feedback_append(a, &one, 1, &error), STATUS_IO);
    assert_int_equal(
        system(arena_format(&arena, "tests/store/postgres restart %s/postgres", folder)), 0);
    wait_for(&hearing.anybody, 2);
    expect(feedback_append(a, &one, 1, &error));
    wait_for(&hearing.named, 2);
    struct feedback_row *rows;
    if (feedback_rows(b, "7", &arena, &rows, &(size_t){0}, &error) != STATUS_OK)
        assert_int_equal(rows_of(b, "7", &rows), 1);
    feedback_close(a);
    feedback_close(b);
}

static bool take_text(void *context, const struct sql_value *columns, size_t count) {
    (void)count;
    snprintf(context, 8, "%s", columns[0].text);
    return false;
}

/* With syncs as they are in earnest: what was acknowledged is there after the database has crashed.
 */
static void a_crash_of_the_database_loses_nothing(void **state) {
    (void)state;
    if (!is_postgres())
        skip();
    static const struct sql_statement show = {.text = "SHOW fsync"};
    char fsync_is[8] = "";
    struct sql *sql;
    run_sql("ALTER SYSTEM SET fsync = on");
    run_sql("SELECT pg_reload_conf()");
    for (int i = 0; i < 100 && strcmp(fsync_is, "on") != 0; i++) {
        expect(sql_postgres.open(&sql, address, &error));
        expect(sql_postgres.ask(sql, &show, take_text, fsync_is, &error));
        sql_postgres.close(sql);
        usleep(20000);
    }
    assert_string_equal(fsync_is, "on");
    struct feedback *feedback = open_store();
    for (int i = 0; i < 40; i++) {
        const struct feedback_event one =
            event("7", arena_format(&arena, "%d", i), FEEDBACK_RATING, 3, i);
        expect(feedback_append(feedback, &one, 1, &error));
    }
    assert_int_equal(system(arena_format(&arena, "tests/store/postgres halt %s/postgres", folder)),
                     0);
    assert_int_equal(
        system(arena_format(&arena, "tests/store/postgres restart %s/postgres", folder)), 0);
    feedback_close(feedback);
    feedback = open_store();
    struct feedback_row *rows;
    assert_int_equal(rows_of(feedback, "7", &rows), 40);
    feedback_close(feedback);
    run_sql("ALTER SYSTEM RESET fsync");
    run_sql("SELECT pg_reload_conf()");
}

/* What another program writes to the file is heard; what is written here is not. */
static void another_program_is_heard(void **state) {
    (void)state;
    if (is_postgres() || is_memory())
        skip();
    struct feedback *a = open_store(), *b = open_store();
    struct hearing hearing = {0};
    struct feedback_row *rows;
    const struct feedback_event one = event("7", "20", FEEDBACK_RATING, 4.5, 100);
    expect(feedback_listen(b, hear, &hearing, &error));
    wait_for(&hearing.ticks, 1);
    for (int i = 0; i < 3; i++) {
        expect(feedback_append(b, &one, 1, &error));
        assert_int_equal(rows_of(b, "7", &rows), 1);
        wait_for(&hearing.ticks, 2 + i);
    }
    assert_int_equal(atomic_load(&hearing.anybody), 0);
    expect(feedback_append(a, &one, 1, &error));
    wait_for(&hearing.anybody, 1);
    feedback_close(a);
    feedback_close(b);
}

static int run_all(const char *name) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_written_is_read, fresh),
        cmocka_unit_test_setup(a_person_is_erased, fresh),
        cmocka_unit_test_setup(erased_to_the_last_byte, fresh),
        cmocka_unit_test_setup(sessions_end, fresh),
        cmocka_unit_test_setup(items_library_and_keys, fresh),
        cmocka_unit_test_setup(keys_are_in_the_store, fresh),
        cmocka_unit_test_setup(everything_is_exported, fresh),
        cmocka_unit_test_setup(a_store_is_opened_again, fresh),
        cmocka_unit_test_setup(many_write_at_a_time, fresh),
        cmocka_unit_test_setup(a_bad_write_is_alone, fresh),
        cmocka_unit_test_setup(a_backup_is_a_store, fresh),
        cmocka_unit_test_setup(others_hear_of_it, fresh),
        cmocka_unit_test_setup(another_program_is_heard, fresh),
        cmocka_unit_test_setup(a_crash_of_the_database_loses_nothing, fresh),
    };
    printf("over %s\n", name);
    return cmocka_run_group_tests(tests, NULL, NULL);
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
    int failed = 0;
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
        return 1;
    snprintf(address, sizeof address, "%s/deep/people.db", folder);
    failed += run_all("SQLite in a file");
    snprintf(address, sizeof address, "none");
    failed += run_all("SQLite in memory");
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

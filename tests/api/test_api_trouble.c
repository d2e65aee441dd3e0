/* test_api_trouble.c: a store that cannot be written to: writes are answered 503, reads go on, and
 * when it is well again so are writes. Many writers at a time: each that was answered is there. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "api/loopback.h"
#include "base/files.h"
#include "store/power_cut.h"

static char folder[] = "/tmp/matinee-trouble-XXXXXX";
static char path[128];

static int start(void **state) {
    (void)state;
    struct error error;
    power_cut_install();
    if (!mkdtemp(folder) || loopback_start(tiny_create()) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/people.db", folder);
    return service_open_store(loopback.service, path, &error) == STATUS_OK ? 0 : -1;
}

static int stop(void **state) {
    struct error error;
    loopback_stop(state);
    return files_remove_folder(folder, &error) == STATUS_OK ? 0 : -1;
}

static int rate(const char *user, int rating) {
    char target[128], body[128];
    snprintf(target, sizeof target, "/api/users/%s/ratings", user);
    snprintf(body, sizeof body, "{\"item_id\": 80, \"rating\": %d}", rating);
    struct client_answer answer = client_ask(loopback.port, "PUT", target, "", body);
    free(answer.body);
    return answer.status;
}

/* Another program holds the file for longer than a writer waits. */
static void held_by_another(void **state) {
    (void)state;
    sqlite3 *other;
    assert_int_equal(rate("1", 3), 200);
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(rate("1", 5), 503);
    assert_contains("/api/users/1/ratings", NULL, 200, "\"title\":\"Theta (1997)\",\"rating\":3.0");
    assert_contains("/api/recommend?user_id=1", NULL, 200, "recommendations");
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_int_equal(rate("1", 5), 200);
    assert_contains("/api/users/1/ratings", NULL, 200, "\"title\":\"Theta (1997)\",\"rating\":5.0");
}

/* No file may grow: as on a full disk. */
static void a_full_disk(void **state) {
    (void)state;
    struct rlimit whole, tight;
    assert_int_equal(rate("full", 3), 200);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &whole), 0);
    tight = (struct rlimit){.rlim_cur = 4096, .rlim_max = whole.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    assert_int_equal(rate("full", 5), 503);
    assert_int_equal(rate("nobody", 5), 503);
    assert_contains("/api/users/full/ratings", NULL, 200, "\"rating\":3.0");
    assert_contains("/api/users/1/ratings", NULL, 200, "\"rating\":5.0");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &whole), 0);
    assert_int_equal(rate("full", 5), 200);
    assert_contains("/api/users/full/ratings", NULL, 200, "\"rating\":5.0");
}

/* A disk that the system has made read-only under a running server. */
static void a_disk_that_becomes_read_only(void **state) {
    (void)state;
    assert_int_equal(rate("calm", 3), 200);
    atomic_store(&power_cut.refuses, true);
    assert_int_equal(rate("calm", 5), 503);
    assert_int_equal(rate("another", 5), 503);
    assert_contains("/api/events", "{\"user_id\": \"calm\", \"item_id\": 10, \"event\": \"view\"}",
                    503, "disk I/O error");
    assert_contains("/api/users/calm/ratings", NULL, 200, "\"rating\":3.0");
    assert_contains("/api/recommend?user_id=calm", NULL, 200, "recommendations");
    assert_contains("/api/health", NULL, 200, "healthy");
    atomic_store(&power_cut.refuses, false);
    assert_int_equal(rate("calm", 5), 200);
    assert_contains("/api/users/calm/ratings", NULL, 200, "\"rating\":5.0");
    assert_contains("/api/users/another", NULL, 404, "there is no user");
}

enum { NOBODY = 65534 };

/* A store that was closed in order, on a disk where nothing may be written any more. */
static void a_disk_that_was_read_only_before(void **state) {
    (void)state;
    struct error error;
    const bool is_root = geteuid() == 0;
    assert_int_equal(rate("early", 4), 200);
    loopback_stop(NULL);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    if (is_root)
        assert_int_equal(seteuid(NOBODY), 0);
    assert_int_equal(loopback_start(tiny_create()), 0);
    const enum status status = service_open_store(loopback.service, path, &error);
    if (status != STATUS_OK)
        fail_msg("%s", error.text);
    assert_contains("/api/users/early/ratings", NULL, 200, "\"rating\":4.0");
    assert_contains("/api/recommend?user_id=early", NULL, 200, "recommendations");
    assert_int_equal(rate("early", 5), 503);
    assert_contains("/api/users/early/ratings", NULL, 200, "\"rating\":4.0");
    loopback_stop(NULL);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(folder, 0700), 0);
    assert_int_equal(loopback_start(tiny_create()), 0);
    assert_int_equal(service_open_store(loopback.service, path, &error), STATUS_OK);
    assert_int_equal(rate("early", 5), 200);
}

enum { CLIENTS = 8, WRITES = 40 };
static atomic_int wrong;

static void *rate_many(void *number) {
    for (int i = 0; i < WRITES; i++) {
        char user[32], target[128], expected[64];
        snprintf(user, sizeof user, "u%d-%d", (int)(intptr_t)number, i % 5);
        snprintf(target, sizeof target, "/api/users/%s/ratings", user);
        snprintf(expected, sizeof expected, "\"rating\":%d.0", i % 5 + 1);
        if (rate(user, i % 5 + 1) != 200)
            atomic_fetch_add(&wrong, 1);
        struct client_answer answer = client_ask(loopback.port, "GET", target, "", NULL);
        if (answer.status != 200 || !strstr(answer.body, expected))
            atomic_fetch_add(&wrong, 1);
        free(answer.body);
    }
    return NULL;
}

/* What was answered is in the very next answer, whoever else writes. */
static void many_at_a_time(void **state) {
    (void)state;
    pthread_t clients[CLIENTS];
    for (intptr_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&clients[i], NULL, rate_many, (void *)i), 0);
    for (size_t i = 0; i < CLIENTS; i++)
        pthread_join(clients[i], NULL);
    assert_int_equal(atomic_load(&wrong), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(held_by_another),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(a_disk_that_becomes_read_only),
        cmocka_unit_test(a_disk_that_was_read_only_before),
        cmocka_unit_test(many_at_a_time),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

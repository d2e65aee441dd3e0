/* test_api_trouble.c: a store that cannot be written to: writes are answered 503, reads go on, and
 * when it is well again so are writes. Many writers at a time: each that was answered is there. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/resource.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "api/loopback.h"
#include "base/files.h"

static char folder[] = "/tmp/matinee-trouble-XXXXXX";
static char path[128];

static int start(void **state) {
    (void)state;
    struct error error;
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
        cmocka_unit_test(many_at_a_time),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

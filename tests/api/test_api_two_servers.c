/* test_api_two_servers.c: two servers on one PostgreSQL database: what is rated at one changes the
 * answer of the other within a second, as does a film that is added, edited, hidden; who is erased
 * at one is gone at the other; when the database is away both go on reading and refuse writes, and
 * when it is back all is well again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "base/progress.h"

static char folder[] = "/tmp/matinee-two-XXXXXX";
static char address[256];
static struct loopback a, b;

static bool control(const char *verb) {
    char command[256];
    snprintf(command, sizeof command, "tests/store/postgres %s %s/postgres", verb, folder);
    return system(command) == 0;
}

/* Starts the database; false: there is none here. */
static bool start_database(void) {
    char command[256];
    snprintf(command, sizeof command, "tests/store/postgres start %s/postgres", folder);
    FILE *pipe = popen(command, "r");
    if (pipe && fgets(address, sizeof address, pipe))
        address[strcspn(address, "\n")] = '\0';
    return pipe && pclose(pipe) == 0 && *address;
}

static struct loopback start_server(void) {
    struct error error;
    assert_int_equal(loopback_start(tiny_create()), 0);
    if (service_open_store(loopback.service, address, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return loopback;
}

static int rate(const struct loopback *server, const char *user, const char *item, int rating) {
    char target[128], body[128];
    snprintf(target, sizeof target, "/api/users/%s/ratings", user);
    snprintf(body, sizeof body, "{\"item_id\": \"%s\", \"rating\": %d}", item, rating);
    struct client_answer answer = client_ask(server->port, "PUT", target, "", body);
    free(answer.body);
    return answer.status;
}

/* Asks until the answer is so, or a second has gone; the seconds that it took. */
static double wait_for(const struct loopback *server, const char *target, int status,
                       const char *text) {
    const double began = progress_clock();
    for (;;) {
        struct client_answer answer = client_ask(server->port, "GET", target, "", NULL);
        const bool is_there = answer.status == status && strstr(answer.body, text);
        const double seconds = progress_clock() - began;
        if (!is_there && seconds > 1)
            fail_msg("%s after a second: %d %s", target, answer.status, answer.body);
        free(answer.body);
        if (is_there)
            return seconds;
        usleep(1000);
    }
}

static void a_rating_reaches_the_other_server(void **state) {
    (void)state;
    a = start_server();
    b = start_server();
    double longest = 0;
    wait_for(&b, "/api/users/new/ratings", 404, "there is no user");
    for (int i = 1; i <= 20; i++) {
        char expected[64];
        snprintf(expected, sizeof expected, "\"rating\":%d.0", i % 5 + 1);
        assert_int_equal(rate(&a, "new", "80", i % 5 + 1), 200);
        const double seconds = wait_for(&b, "/api/users/new/ratings", 200, expected);
        longest = seconds > longest ? seconds : longest;
    }
    printf("at the other server after %.1f ms at most\n", 1e3 * longest);
    assert_int_equal(rate(&a, "new", "10", 5), 200);
    wait_for(&b, "/api/recommend?user_id=new&top_k=1", 200, "\"item_id\":20");
    assert_int_equal(rate(&b, "new", "20", 5), 200);
    wait_for(&a, "/api/recommend?user_id=new&top_k=1", 200, "\"item_id\":30");
}

static void post(const struct loopback *server, const char *method, const char *target,
                 const char *body, int status) {
    struct client_answer answer = client_ask(server->port, method, target, "", body);
    if (answer.status != status)
        fail_msg("%s %s: %d %s", method, target, answer.status, answer.body);
    free(answer.body);
}

static void a_film_reaches_the_other_server(void **state) {
    (void)state;
    post(&a, "POST", "/api/movies",
         "{\"item_id\": 9000, \"title\": \"Alpha Returns\", \"genres\": [\"Action\"]}", 201);
    wait_for(&b, "/api/movie/9000", 200, "Alpha Returns");
    wait_for(&b, "/api/recommend?user_id=2&top_k=20", 200, "\"item_id\":9000");
    assert_int_equal(rate(&b, "2", "9000", 4), 200);
    wait_for(&a, "/api/users/2/ratings", 200, "Alpha Returns");
    post(&b, "PATCH", "/api/movies/9000", "{\"title\": \"Omega\"}", 200);
    wait_for(&a, "/api/users/2/ratings", 200, "Omega");
    post(&b, "PATCH", "/gorse/api/item/9000", "{\"IsHidden\": true}", 200);
    wait_for(&a, "/api/movie/9000", 200, "\"hidden\":true");
    post(&a, "DELETE", "/gorse/api/item/9000", NULL, 200);
    wait_for(&b, "/api/movie/9000", 404, "no film");
}

static void an_erased_person_is_gone_everywhere(void **state) {
    (void)state;
    struct client_answer answer = client_ask(a.port, "DELETE", "/api/users/1", "", NULL);
    assert_int_equal(answer.status, 200);
    free(answer.body);
    wait_for(&b, "/api/recommend?user_id=1", 404, "there is no user");
}

static void the_database_goes_and_comes_back(void **state) {
    (void)state;
    assert_true(control("halt"));
    assert_int_equal(rate(&a, "new", "30", 1), 503);
    assert_int_equal(rate(&b, "2", "80", 1), 503);
    wait_for(&a, "/api/users/new/ratings", 200, "\"item_id\":20"); /* remembered */
    wait_for(&b, "/api/recommend?user_id=3", 200, "recommendations");
    wait_for(&b, "/api/stats", 200, "\"reachable\":false");
    assert_true(control("restart"));
    assert_int_equal(rate(&a, "new", "30", 1), 200);
    wait_for(&b, "/api/users/new/ratings", 200, "\"item_id\":30");
    wait_for(&b, "/api/recommend?user_id=1", 404, "there is no user");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rating_reaches_the_other_server),
        cmocka_unit_test(a_film_reaches_the_other_server),
        cmocka_unit_test(an_erased_person_is_gone_everywhere),
        cmocka_unit_test(the_database_goes_and_comes_back),
    };
    int failed = 0;
    if (!mkdtemp(folder) || chmod(folder, 0755) != 0)
        return 1;
    if (start_database())
        failed = cmocka_run_group_tests(tests, NULL, NULL);
    else
        printf("skipped: there is no PostgreSQL server on this machine\n");
    loopback = a;
    loopback_stop(NULL);
    loopback = b;
    loopback_stop(NULL);
    control("stop");
    rmdir(folder);
    return failed;
}

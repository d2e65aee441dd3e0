/* test_http_access_log.c: the lines of the log, what they must not tell, and a reader that is too
 * slow. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "http/access_log.h"
#include "http/router.h"

static struct arena arena;
static const struct route route = {.method = REQUEST_GET, .pattern = "/api/{id}"};

static const char *line_of(bool is_json, const char *target, unsigned status) {
    struct buffer line;
    const struct request request = {.method = REQUEST_GET,
                                    .target = target,
                                    .id = "abc",
                                    .caller = "page",
                                    .route = &route,
                                    .arena = &arena};
    const struct response response = {.status = status, .model = "als"};
    buffer_init(&line, &arena);
    const struct access_cost cost = {1e9 + .25, .0015, 42};
    access_log_line(&line, is_json, &request, &response, &cost);
    return line.bytes;
}

static void lines(void **state) {
    (void)state;
    assert_string_equal(line_of(false, "/api/1?user_id=7", 0),
                        "2001-09-09T01:46:40.250Z info GET /api/1?user_id=7 200 42 1.50ms id=abc "
                        "key=page model=als\n");
    assert_string_equal(line_of(true, "/api/1", 503),
                        "{\"time\":\"2001-09-09T01:46:40.250Z\",\"level\":\"error\","
                        "\"method\":\"GET\",\"target\":\"/api/1\",\"status\":503,\"bytes\":42,"
                        "\"ms\":1.50,\"route\":\"/api/{id}\",\"id\":\"abc\",\"key\":\"page\","
                        "\"model\":\"als\"}\n");
}

static void nothing_secret(void **state) {
    (void)state;
    assert_non_null(strstr(line_of(false, "/x?key=s3cret&user_id=1&q=sad+films&a", 0),
                           " /x?key=***&user_id=1&q=***&a 200"));
    assert_non_null(strstr(line_of(false, "/x?KEY=s3cret", 0), " /x?KEY=*** 200"));
    assert_non_null(strstr(line_of(false, "/x?X-API-Key=a&bearer_token=b", 0),
                           " /x?X-API-Key=***&bearer_token=*** 200"));
    assert_non_null(
        strstr(line_of(false, "/api/users/mat_0123456789abcdef0123456789abcdef/x?a=mat_1", 0),
               " /api/users/***/x?a=mat_1 200"));
    assert_non_null(strstr(line_of(false, "/x?key&key=&keys=1", 0), " /x?key&key=***&keys=1 200"));
    /* What could steer a terminal or end a string. */
    assert_non_null(strstr(line_of(true, "/\x1b[31m\"\\\xc3", 0), "\"/.[31m\\\"\\\\.\""));
}

static void slow_reader(void **state) {
    (void)state;
    int ends[2];
    char text[4096];
    assert_int_equal(pipe(ends), 0);
    struct access_log *log = access_log_create(ends[1], ACCESS_INFO, false);
    const struct request request = {.method = REQUEST_GET, .target = "/", .arena = &arena};
    const struct response response = {0}, bad = {.status = 500};
    const struct access_cost none = {0};
    for (int i = 0; i < 40000; i++) {
        const struct arena_position mark = arena_mark(&arena);
        access_log_note(log, &request, &response, &none);
        arena_reset(&arena, mark);
    }
    /* Nobody has read, and all came back. Now they may write what was kept. */
    size_t all = 0;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (int i = 0; i < 400; i++) {
        const ssize_t got = read(ends[0], text, sizeof text);
        all += got > 0 ? (size_t)got : 0;
        if (got <= 0)
            usleep(1000);
    }
    assert_true(all > 100000);
    access_log_note(log, &request, &bad, &none);
    fcntl(ends[0], F_SETFL, 0);
    close(ends[0]);
    access_log_destroy(log);
    close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(lines), cmocka_unit_test(nothing_secret),
                                       cmocka_unit_test(slow_reader)};
    signal(SIGPIPE, SIG_IGN);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}

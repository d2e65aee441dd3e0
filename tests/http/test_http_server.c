/* test_http_server.c: the server over real sockets on 127.0.0.1: keep-alive, bodies and their
 * limit, clients that are slow or silent, a port that is taken, an orderly stop. */
#include <ifaddrs.h>
#include <net/if.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "http/client.h"
#include "http/problem.h"
#include "http/server.h"

enum { BODY_MAX = 100000 };

static void echo(void *context, const struct request *request, struct response *response) {
    (void)context;
    response_text(response, "text/plain",
                  arena_format(request->arena, "%zu:%s", request->body_size, request->body));
}

static void hello(void *context, const struct request *request, struct response *response) {
    (void)context;
    const char *name = request_value(request, "name");
    response_text(response, "text/plain",
                  arena_format(request->arena, "hello %s", name ? name : "you"));
}

static void slow(void *context, const struct request *request, struct response *response) {
    (void)context;
    (void)request;
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    response_text(response, "text/plain", "done");
}

static const struct route routes[] = {
    {.method = REQUEST_GET, .pattern = "/hello", .handler = hello},
    {.method = REQUEST_POST, .pattern = "/echo", .handler = echo},
    {.method = REQUEST_GET, .pattern = "/slow", .handler = slow},
};
static const struct router router = {.routes = routes, .route_count = 3};

static struct server *started(unsigned idle_seconds, unsigned total_seconds) {
    const struct server_options options = {.threads = 2,
                                           .idle_timeout_seconds = idle_seconds,
                                           .total_timeout_seconds = total_seconds,
                                           .body_bytes_max = BODY_MAX};
    struct server *server;
    struct error error;
    assert_int_equal(server_start(&server, &options, &router, &error), STATUS_OK);
    assert_int_not_equal(server_port(server), 0);
    return server;
}

static double seconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void assert_answer(struct client_answer answer, int status, const char *body) {
    assert_int_equal(answer.status, status);
    assert_string_equal(answer.body, body);
    free(answer.body);
}

static void plain_requests(void **state) {
    (void)state;
    struct server *server = started(5, 5);
    const unsigned port = server_port(server);
    assert_answer(client_ask(port, "GET", "/hello?name=A%26B+C", "", NULL), 200, "hello A&B C");
    assert_answer(client_ask(port, "POST", "/echo", "", "{\"x\": 1}"), 200, "8:{\"x\": 1}");
    assert_answer(client_ask(port, "POST", "/echo", "", ""), 200, "0:");
    struct client_answer answer = client_ask(port, "HEAD", "/hello", "", NULL);
    char value[256];
    assert_string_equal(client_header(&answer, "Content-Length", value), "9");
    assert_string_equal(client_header(&answer, "X-Content-Type-Options", value), "nosniff");
    assert_answer(answer, 200, "");
    answer = client_ask(port, "GET", "/nothing", "", NULL);
    assert_string_equal(client_header(&answer, "Content-Type", value), "application/problem+json");
    assert_int_equal(answer.status, 404);
    free(answer.body);
    answer = client_ask(port, "GET", "/a%00b", "", NULL);
    assert_int_equal(answer.status, 400);
    free(answer.body);
    answer = client_ask(port, "POST", "/echo", "Transfer-Encoding: chunked\r\n", "0\r\n\r\n");
    assert_int_equal(answer.status, 400); /* and a length: which one would a proxy believe? */
    assert_non_null(strstr(answer.body, "both Content-Length and Transfer-Encoding"));
    assert_string_equal(client_header(&answer, "Connection", value), "close");
    free(answer.body);
    const int bare = client_open(port);
    client_send(bare, "GET /hello HTTP/1.1\r\n\r\n", 23);
    answer = client_read(bare, 1);
    assert_int_equal(answer.status, 400);
    assert_non_null(strstr(answer.body, "no Host"));
    free(answer.body);
    close(bare);
    answer = client_ask(port, "PUT", "/echo", "", "x");
    assert_int_equal(answer.status, 405);
    free(answer.body);
    server_stop(server);
}

static void many_requests_on_one_connection(void **state) {
    (void)state;
    struct server *server = started(5, 5);
    const int descriptor = client_open(server_port(server));
    static const char twice[] = "GET /hello?name=1 HTTP/1.1\r\nHost: t\r\n\r\n"
                                "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc";
    for (int i = 0; i < 50; i++) {
        client_send(descriptor, twice, sizeof twice - 1); /* the second before the first answer */
        assert_answer(client_read(descriptor, 1), 200, "hello 1");
        assert_answer(client_read(descriptor, 1), 200, "3:abc");
    }
    close(descriptor);
    server_stop(server);
}

static void chunked_bodies_grow(void **state) {
    (void)state;
    struct server *server = started(5, 5);
    const int descriptor = client_open(server_port(server));
    static const char head[] =
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
    char chunk[1007] = "3e8\r\n";
    memset(chunk + 5, 'x', 1000);
    memcpy(chunk + 1005, "\r\n", 2);
    client_send(descriptor, head, sizeof head - 1);
    for (int i = 0; i < 50; i++)
        client_send(descriptor, chunk, sizeof chunk);
    client_send(descriptor, "0\r\n\r\n", 5);
    struct client_answer answer = client_read(descriptor, 1);
    assert_int_equal(answer.status, 200);
    assert_int_equal(answer.body_size, 50000 + 6);
    assert_memory_equal(answer.body, "50000:xxx", 9);
    free(answer.body);
    close(descriptor);
    server_stop(server);
}

static void bodies_that_are_too_long(void **state) {
    (void)state;
    struct server *server = started(5, 5);
    const unsigned port = server_port(server);
    int descriptor = client_open(port);
    static const char announced[] =
        "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 100001\r\n\r\nabc";
    client_send(descriptor, announced, sizeof announced - 1); /* refused before it is sent */
    struct client_answer answer = client_read(descriptor, 1);
    assert_int_equal(answer.status, 413);
    assert_non_null(strstr(answer.body, "longer than the 100000 bytes that are taken"));
    free(answer.body);
    close(descriptor);

    descriptor = client_open(port);
    static const char chunked[] =
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
    char *chunk = malloc(50009);
    memcpy(chunk, "c350\r\n", 6);
    memset(chunk + 6, 'x', 50000);
    memcpy(chunk + 50006, "\r\n", 2);
    client_send(descriptor, chunked, sizeof chunked - 1);
    for (int i = 0; i < 4; i++)
        client_send(descriptor, chunk, 50008);
    client_send(descriptor, "0\r\n\r\n", 5);
    answer = client_read(descriptor, 1);
    assert_int_equal(answer.status, 413);
    free(answer.body);
    close(descriptor);

    descriptor = client_open(port); /* without end: cut, not read for ever */
    client_send(descriptor, chunked, sizeof chunked - 1);
    for (int i = 0; i < 100; i++)
        client_send(descriptor, chunk, 50008);
    answer = client_read(descriptor, 1);
    assert_true(answer.status == 0);
    free(answer.body);
    free(chunk);
    close(descriptor);
    assert_answer(client_ask(port, "GET", "/hello", "", NULL), 200, "hello you");
    server_stop(server);
}

/* The library's own answer: the connection is closed, and others are answered as before. */
static void a_head_that_is_too_long(void **state) {
    (void)state;
    struct server *server = started(5, 5);
    const unsigned port = server_port(server);
    static const size_t sizes[] = {30000, 33000, 90000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *line = malloc(sizes[i] + 3);
        memset(line, 'x', sizes[i]);
        memcpy(line, "X-Long: ", 8);
        memcpy(line + sizes[i], "\r\n", 3);
        const struct client_answer answer = client_ask(port, "GET", "/hello", line, NULL);
        assert_true(i == 0 ? answer.status == 200 : answer.status == 431 || answer.status == 0);
        free(answer.body);
        free(line);
    }
    assert_answer(client_ask(port, "GET", "/hello", "", NULL), 200, "hello you");
    server_stop(server);
}

/* An address of this machine that is not the loopback one, in the order of the network; 0: none. */
static in_addr_t outer_address(void) {
    struct ifaddrs *list = NULL;
    in_addr_t found = 0;
    if (getifaddrs(&list) != 0)
        return 0;
    for (const struct ifaddrs *at = list; at && !found; at = at->ifa_next)
        if (at->ifa_addr && at->ifa_addr->sa_family == AF_INET && !(at->ifa_flags & IFF_LOOPBACK))
            found = ((const struct sockaddr_in *)(const void *)at->ifa_addr)->sin_addr.s_addr;
    freeifaddrs(list);
    return found;
}

static void an_address_has_so_many_connections(void **state) {
    (void)state;
    const in_addr_t outer = outer_address();
    if (!outer)
        skip();
    char host[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &outer, host, sizeof host);
    const struct server_options options = {.host = host, .peer_connections_max = 3};
    struct server *server;
    struct error error;
    assert_int_equal(server_start(&server, &options, &router, &error), STATUS_OK);
    static const char request[] = "GET /hello HTTP/1.1\r\nHost: t\r\n\r\n";
    int descriptors[4];
    for (int round = 0; round < 2; round++) { /* those that have ended count no more */
        for (int i = 0; i < 4; i++) {
            descriptors[i] = client_open_at(outer, server_port(server));
            client_send(descriptors[i], request, sizeof request - 1);
            const struct client_answer answer = client_read(descriptors[i], 1);
            assert_int_equal(answer.status, i < 3 ? 200 : 0);
            free(answer.body);
        }
        for (int i = 0; i < 4; i++)
            close(descriptors[i]);
        nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    }
    server_stop(server);
}

static void a_silent_client_is_left(void **state) {
    (void)state;
    struct server *server = started(1, 30);
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    const int descriptor = client_open(server_port(server));
    client_send(descriptor, "GET /hel", 8);
    char byte;
    assert_true(recv(descriptor, &byte, 1, 0) <= 0);
    assert_true(seconds_since(&start) < 6);
    close(descriptor);
    server_stop(server);
}

static void a_slow_client_is_cut_off(void **state) {
    (void)state;
    struct server *server = started(30, 1);
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    const int descriptor = client_open(server_port(server));
    static const char request[] = "GET /hello?name=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    bool is_open = true;
    /* A byte every 100 ms is never idle. */
    for (size_t i = 0; i < sizeof request - 1 && is_open; i++) {
        is_open = send(descriptor, request + i, 1, MSG_NOSIGNAL) == 1;
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    }
    assert_false(is_open);
    assert_true(seconds_since(&start) < 4);
    close(descriptor);
    server_stop(server);
}

static void a_port_that_is_taken(void **state) {
    (void)state;
    struct server *server = started(5, 5), *second;
    struct error error;
    char expected[200];
    const struct server_options options = {.port = server_port(server)};
    assert_int_equal(server_start(&second, &options, &router, &error), STATUS_IO);
    snprintf(
        expected, sizeof expected,
        "port %u of 127.0.0.1 is already taken; stop what answers there or choose another port "
        "with --port",
        server_port(server));
    assert_string_equal(error.text, expected);
    const struct server_options foreign = {.host = "192.0.2.1"};
    assert_int_equal(server_start(&second, &foreign, &router, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "192.0.2.1 is not an address of this machine"));
    const struct server_options high = {.port = 65536};
    assert_int_equal(server_start(&second, &high, &router, &error), STATUS_BAD_USAGE);
    assert_string_equal(error.text, "port 65536 is out of range: 0 to 65535");
    const unsigned port = server_port(server);
    server_stop(server);
    const struct server_options again = {.port = port}; /* free again at once */
    assert_int_equal(server_start(&second, &again, &router, &error), STATUS_OK);
    server_stop(second);
    server_stop(NULL);
}

static void *ask_slowly(void *port) {
    struct client_answer *answer = malloc(sizeof *answer);
    *answer = client_ask(*(unsigned *)port, "GET", "/slow", "", NULL);
    return answer;
}

static void running_requests_end_before_a_stop(void **state) {
    (void)state;
    struct server *server = started(5, 5);
    unsigned port = server_port(server);
    pthread_t thread;
    void *result;
    assert_int_equal(pthread_create(&thread, NULL, ask_slowly, &port), 0);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    server_stop(server);
    pthread_join(thread, &result);
    assert_answer(*(struct client_answer *)result, 200, "done");
    free(result);
    assert_int_equal(client_open(port), -1);
}

/* Whatever clients leave unfinished: a stop waits as long as it is told, and no longer. */
static void a_stop_does_not_wait_for_ever(void **state) {
    (void)state;
    static const char *const beginnings[] = {
        "", "GET /hel", "GET /hello HTTP/1.1\r\nHost: t\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\nabc"};
    const struct server_options options = {.stop_timeout_seconds = 1};
    struct server *server;
    struct error error;
    int descriptors[4];
    assert_int_equal(server_start(&server, &options, &router, &error), STATUS_OK);
    for (size_t i = 0; i < 4; i++) {
        descriptors[i] = client_open(server_port(server));
        client_send(descriptors[i], beginnings[i], strlen(beginnings[i]));
    }
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    struct timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    server_stop(server);
    assert_true(seconds_since(&start) < 3);
    for (size_t i = 0; i < 4; i++)
        close(descriptors[i]);
}

static void *ask_often(void *port) {
    int *good = calloc(1, sizeof *good);
    for (int i = 0; i < 50; i++) {
        struct client_answer answer = client_ask(*(unsigned *)port, "POST", "/echo", "", "abc");
        *good += answer.status == 200 && strcmp(answer.body, "3:abc") == 0;
        free(answer.body);
    }
    return good;
}

static void many_clients_at_once(void **state) {
    (void)state;
    struct server *server = started(5, 5);
    unsigned port = server_port(server);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &port), 0);
    for (int i = 0; i < 8; i++) {
        void *good;
        pthread_join(threads[i], &good);
        assert_int_equal(*(int *)good, 50);
        free(good);
    }
    server_stop(server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_requests),
        cmocka_unit_test(many_requests_on_one_connection),
        cmocka_unit_test(chunked_bodies_grow),
        cmocka_unit_test(bodies_that_are_too_long),
        cmocka_unit_test(a_head_that_is_too_long),
        cmocka_unit_test(an_address_has_so_many_connections),
        cmocka_unit_test(a_silent_client_is_left),
        cmocka_unit_test(a_slow_client_is_cut_off),
        cmocka_unit_test(a_port_that_is_taken),
        cmocka_unit_test(running_requests_end_before_a_stop),
        cmocka_unit_test(a_stop_does_not_wait_for_ever),
        cmocka_unit_test(many_clients_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

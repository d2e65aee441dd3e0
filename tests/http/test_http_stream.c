/* test_http_stream.c: streamed answers over real sockets: whole, slow, failing, left by the client,
 * and ended by a server that stops. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "http/client.h"
#include "http/server.h"

#define LINES 20000

static atomic_int closed;

struct count {
    int at, most, wait_every;
    bool has_waited, fails;
};

static enum stream_state next(void *context, struct buffer *piece) {
    struct count *count = context;
    if (count->wait_every && count->at % count->wait_every == 0 && !count->has_waited) {
        count->has_waited = true;
        return STREAM_WAIT;
    }
    count->has_waited = false;
    if (count->fails && count->at == 10)
        return STREAM_FAIL;
    if (count->at == count->most)
        return STREAM_END;
    buffer_format(piece, "line %d\n", count->at++);
    return STREAM_MORE;
}

static void done(void *context) {
    alloc_free(context);
    atomic_fetch_add(&closed, 1);
}

static void answer(const struct request *request, struct response *response, struct count from) {
    struct count *count = alloc_zeroed(1, sizeof *count);
    *count = from;
    const struct stream_source source = {next, done, count};
    response_stream(response, request, "text/plain", &source);
}

static void lines(void *context, const struct request *request, struct response *response) {
    (void)context;
    answer(request, response, (struct count){.most = LINES});
}

static void slow(void *context, const struct request *request, struct response *response) {
    (void)context;
    answer(request, response, (struct count){.most = 4, .wait_every = 2});
}

static void broken(void *context, const struct request *request, struct response *response) {
    (void)context;
    answer(request, response, (struct count){.most = LINES, .fails = true});
}

static void endless(void *context, const struct request *request, struct response *response) {
    (void)context;
    answer(request, response, (struct count){.most = 1 << 30, .wait_every = 1});
}

static const struct route routes[] = {
    {.method = REQUEST_GET, .pattern = "/lines", .handler = lines},
    {.method = REQUEST_GET, .pattern = "/slow", .handler = slow},
    {.method = REQUEST_GET, .pattern = "/broken", .handler = broken},
    {.method = REQUEST_GET, .pattern = "/endless", .handler = endless},
};
static const struct router router = {.routes = routes, .route_count = 4};

static struct server *started(void) {
    const struct server_options options = {.threads = 2, .total_timeout_seconds = 1};
    struct server *server;
    struct error error;
    assert_int_equal(server_start(&server, &options, &router, &error), STATUS_OK);
    return server;
}

/* All bytes until the connection ends, with HTTP/1.0, where a body ends so. */
static char *read_all(unsigned port, const char *path, size_t *size) {
    const int descriptor = client_open(port);
    char text[128];
    const size_t room = (size_t)1 << 20;
    snprintf(text, sizeof text, "GET %s HTTP/1.0\r\n\r\n", path);
    client_send(descriptor, text, strlen(text));
    char *all = calloc(room, 1);
    *size = 0;
    for (ssize_t got; (got = recv(descriptor, all + *size, room - *size - 1, 0)) > 0;)
        *size += (size_t)got;
    close(descriptor);
    return all;
}

static void await_closed(int wanted) {
    for (int i = 0; i < 500 && atomic_load(&closed) < wanted; i++)
        usleep(10000);
    assert_int_equal(atomic_load(&closed), wanted);
}

static void whole(void **state) {
    (void)state;
    struct server *server = started();
    atomic_store(&closed, 0);
    size_t size;
    char *all = read_all(server_port(server), "/lines", &size), expected[32];
    const char *at = strstr(all, "\r\n\r\n") + 4;
    for (int i = 0; i < LINES; i++) {
        const int length = snprintf(expected, sizeof expected, "line %d\n", i);
        assert_memory_equal(at, expected, (size_t)length);
        at += length;
    }
    assert_int_equal(*at, '\0');
    free(all);
    all = read_all(server_port(server), "/slow", &size);
    assert_non_null(strstr(all, "line 0\nline 1\nline 2\nline 3\n"));
    free(all);
    await_closed(2);
    server_stop(server);
}

static void chunked_in_1_1(void **state) {
    (void)state;
    struct server *server = started();
    const struct client_answer head = client_ask(server_port(server), "HEAD", "/lines", "", NULL);
    assert_int_equal(head.status, 200);
    free(head.body);
    const struct client_answer cut = client_ask(server_port(server), "GET", "/broken", "", NULL);
    char value[256];
    assert_string_equal(client_header(&cut, "Transfer-Encoding", value), "chunked");
    free(cut.body);
    server_stop(server);
}

static void left_by_the_client(void **state) {
    (void)state;
    struct server *server = started();
    atomic_store(&closed, 0);
    static const char text[] = "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n";
    const int descriptor = client_open(server_port(server));
    client_send(descriptor, text, strlen(text));
    char some[64];
    assert_true(recv(descriptor, some, sizeof some, 0) > 0);
    close(descriptor);
    await_closed(1);
    server_stop(server);
}

static void ended_by_a_stop(void **state) {
    (void)state;
    struct server *server = started();
    atomic_store(&closed, 0);
    static const char text[] = "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n";
    const int descriptor = client_open(server_port(server));
    client_send(descriptor, text, strlen(text));
    char some[64];
    assert_true(recv(descriptor, some, sizeof some, 0) > 0);
    const time_t begin = time(NULL);
    server_stop(server);
    assert_true(time(NULL) - begin < 4);
    assert_int_equal(atomic_load(&closed), 1);
    close(descriptor);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole), cmocka_unit_test(chunked_in_1_1),
                                       cmocka_unit_test(left_by_the_client),
                                       cmocka_unit_test(ended_by_a_stop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_fetch.c: downloads from a small server of this process that can honour ranges or not, send
 * less than it promised, answer 404; what is left behind in each case. */
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/fetch.h"
#include "base/files.h"

#define CONTENT_BYTES 300000

static struct arena arena;
static const char *folder, *path, *url, *sum;
static struct error error;
static struct progress progress;
static char content[CONTENT_BYTES];

/* How the server behaves; set before each request. */
static struct {
    int listener, requests;
    bool ranges;
    size_t send_at_most;
    size_t last_start; /* of the last request's range */
    pthread_t thread;
} server;

static void answer(int client) {
    char request[4096] = "", head[256];
    size_t used = 0;
    while (used + 1 < sizeof request && !strstr(request, "\r\n\r\n")) {
        ssize_t got = read(client, request + used, sizeof request - 1 - used);
        if (got <= 0)
            return;
        used += (size_t)got;
    }
    server.requests++;
    const char *range = strstr(request, "Range: bytes=");
    server.last_start = range ? strtoul(range + 13, NULL, 10) : 0;
    size_t start = server.ranges ? server.last_start : 0;
    bool missing = strncmp(request, "GET /missing", 12) == 0;
    const char *line = missing                  ? "404 Not Found"
                       : start >= CONTENT_BYTES ? "416 Range Not Satisfiable"
                       : start > 0              ? "206 Partial Content"
                                                : "200 OK";
    size_t size = missing || start >= CONTENT_BYTES ? 0 : CONTENT_BYTES - start;
    char place[80] = "";
    if (start > 0 && size > 0)
        snprintf(place, sizeof place, "Content-Range: bytes %zu-%d/%d\r\n", start,
                 CONTENT_BYTES - 1, CONTENT_BYTES);
    int length = snprintf(head, sizeof head,
                          "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%sConnection: close\r\n\r\n", line,
                          size, place);
    size_t sent = size < server.send_at_most ? size : server.send_at_most;
    if (write(client, head, (size_t)length) == length)
        for (size_t done = 0; done < sent;) {
            ssize_t step = write(client, content + start + done, sent - done);
            if (step <= 0)
                return;
            done += (size_t)step;
        }
}

static void *serve(void *unused) {
    (void)unused;
    int client;
    while ((client = accept(server.listener, NULL, NULL)) >= 0) {
        answer(client);
        shutdown(client, SHUT_WR);
        close(client);
    }
    return NULL;
}

static int start_server(void **state) {
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (char)(i * 7 + i / 256);
    uint8_t bytes[DIGEST_SHA256_BYTES];
    static char text[DIGEST_TEXT_BYTES], base[64];
    digest_sha256(content, sizeof content, bytes);
    digest_text(bytes, sizeof bytes, text);
    sum = text;
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server.listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(server.listener, 8) != 0 ||
        getsockname(server.listener, (struct sockaddr *)&address, &size) != 0)
        return -1;
    snprintf(base, sizeof base, "http://127.0.0.1:%u/file", ntohs(address.sin_port));
    url = base;
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    progress_init(&progress, true);
    return pthread_create(&server.thread, NULL, serve, NULL);
}

static int stop_server(void **state) {
    (void)state;
    shutdown(server.listener, SHUT_RDWR);
    close(server.listener);
    return pthread_join(server.thread, NULL);
}

static int setup(void **state) {
    (void)state;
    char name[] = "/tmp/matinee-fetch-XXXXXX";
    folder = mkdtemp(name) ? arena_copy(&arena, name) : NULL;
    path = files_join(&arena, folder, "below/file");
    server.ranges = true;
    server.send_at_most = SIZE_MAX;
    server.requests = 0;
    return folder ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    enum status status = files_remove_folder(folder, &error);
    arena_release(&arena);
    return status == STATUS_OK ? 0 : -1;
}

static const char *part(void) { return arena_format(&arena, "%s.part", path); }

static enum status fetch(const char *from, const char *checksum, uint64_t size) {
    struct fetch_request request = {from, path, checksum, size, &progress, NULL};
    return fetch_file(&request, &error);
}

static void check_complete(void) {
    char *bytes;
    size_t size;
    assert_int_equal(files_read(path, 1 << 20, &arena, &bytes, &size, &error), STATUS_OK);
    assert_int_equal(size, CONTENT_BYTES);
    assert_memory_equal(bytes, content, CONTENT_BYTES);
    assert_false(files_exists(part()));
}

static void put_part(size_t size) {
    assert_int_equal(files_make_parent(path, &error), STATUS_OK);
    assert_int_equal(files_write(part(), content, size, &error), STATUS_OK);
}

static void test_whole(void **state) {
    (void)state;
    assert_int_equal(fetch(url, sum, CONTENT_BYTES), STATUS_OK);
    check_complete();
    assert_int_equal(server.requests, 1);
}

static void test_resumed(void **state) {
    (void)state;
    server.send_at_most = 100000;
    assert_int_equal(fetch(url, sum, 0), STATUS_IO);
    assert_false(files_exists(path));
    assert_int_equal(files_size(part()), 100000);
    server.send_at_most = SIZE_MAX;
    assert_int_equal(fetch(url, sum, 0), STATUS_OK);
    assert_int_equal(server.last_start, 100000);
    check_complete();
}

static void test_a_server_without_ranges(void **state) {
    (void)state;
    server.ranges = false;
    put_part(1234);
    assert_int_equal(fetch(url, sum, 0), STATUS_OK);
    check_complete();
}

static void test_a_complete_part(void **state) {
    (void)state;
    put_part(CONTENT_BYTES);
    assert_int_equal(fetch(url, sum, 0), STATUS_OK); /* 416, and the checksum agrees */
    check_complete();
    assert_int_equal(rename(path, part()), 0);
    assert_int_equal(fetch(url, sum, CONTENT_BYTES), STATUS_OK);
    assert_int_equal(server.requests, 1); /* nothing was asked for */
    check_complete();
    assert_int_equal(rename(path, part()), 0);
    assert_int_equal(fetch(url, NULL, 0), STATUS_OK); /* not to be trusted: begun anew */
    assert_int_equal(server.last_start, 0);
    check_complete();
}

static void test_wrong_checksum(void **state) {
    (void)state;
    assert_int_equal(fetch(url, "0e33842e24a9c977be4e0107933c0723", 0), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "wrong checksum: expected 0e33842e"));
    assert_false(files_exists(path));
    assert_false(files_exists(part()));
}

static void test_larger_than_said(void **state) {
    (void)state;
    assert_int_equal(fetch(url, NULL, 1000), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "larger than the 1000 bytes"));
    assert_false(files_exists(path));
}

static void test_missing(void **state) {
    (void)state;
    char address[80];
    snprintf(address, sizeof address, "%.*s/missing", (int)(strlen(url) - 5), url);
    assert_int_equal(fetch(address, NULL, 0), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "answered 404"));
    assert_false(files_exists(path));
}

static void test_no_host(void **state) {
    (void)state;
    assert_int_equal(fetch("http://127.0.0.1:1/x", NULL, 0), STATUS_IO);
    assert_non_null(strstr(error.text, "cannot reach the host of http://127.0.0.1:1/x"));
    assert_non_null(strstr(error.text, "$MATINEE_DATA"));
}

static void test_cancelled(void **state) {
    (void)state;
    atomic_bool cancel = true;
    struct fetch_request request = {url, path, sum, 0, &progress, &cancel};
    assert_int_equal(fetch_file(&request, &error), STATUS_CANCELLED);
    assert_false(files_exists(path));
    assert_int_equal(fetch(url, sum, 0), STATUS_OK);
    check_complete();
}

static void test_text(void **state) {
    (void)state;
    char *text = test_malloc(CONTENT_BYTES + 1);
    assert_int_equal(fetch_text(url, text, CONTENT_BYTES, &error), STATUS_OK);
    assert_memory_equal(text, content, CONTENT_BYTES);
    assert_int_equal(fetch_text(url, text, 1000, &error), STATUS_IO);
    test_free(text);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_whole),
        TEST(test_resumed),
        TEST(test_a_server_without_ranges),
        TEST(test_a_complete_part),
        TEST(test_wrong_checksum),
        TEST(test_larger_than_said),
        TEST(test_missing),
        TEST(test_no_host),
        TEST(test_cancelled),
        TEST(test_text),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}

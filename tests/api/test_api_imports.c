/* test_api_imports.c: what people bring along and take away, over a real socket. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "base/files.h"
#include "store/feedback.h"

static char folder[] = "/tmp/matinee-imports-XXXXXX";
static struct arena arena;

static int start(void **state) {
    (void)state;
    struct error error;
    if (!mkdtemp(folder) || loopback_start(tiny_create()) != 0)
        return -1;
    const char *path = files_join(&arena, folder, "people.db");
    return service_open_store(loopback.service, path, &error) == STATUS_OK ? 0 : -1;
}

static int stop(void **state) {
    struct error error;
    loopback_stop(state);
    arena_release(&arena);
    return files_remove_folder(folder, &error) == STATUS_OK ? 0 : -1;
}

/* A streamed answer as it comes, lengths of its pieces and all. Returns its bytes. */
static size_t ask_whole(const char *method, const char *target, char *bytes, size_t room) {
    const int descriptor = client_open(loopback.port);
    const int length = snprintf(bytes, room,
                                "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
                                "Content-Length: 0\r\n\r\n",
                                method, target);
    size_t used = 0;
    client_send(descriptor, bytes, (size_t)length);
    for (ssize_t got; (got = recv(descriptor, bytes + used, room - 1 - used, 0)) > 0;)
        used += (size_t)got;
    bytes[used] = '\0';
    close(descriptor);
    return used;
}

static void assert_has(const char *text, const char *part) {
    if (!strstr(text, part))
        fail_msg("found %s\nexpected ...%s...", text, part);
}

static void a_person_brings_films(void **state) {
    (void)state;
    const char *ratings = "Date,Name,Year,Letterboxd URI,Rating\n2023-01-02,Alpha,1990,u,4.5\n"
                          "2023-01-02,Nobody Knows It,1991,u,4.5\n2023-01-02,Alpha,1990,u,6\n";
    assert_contains("/api/users/eve/import?dry_run=true", ratings, 200, "\"ratings\":1");
    assert_contains("/api/users/eve", NULL, 404, "there is no user");
    assert_contains(
        "/api/users/eve/import", ratings, 200,
        "{\"user_id\":\"eve\",\"films\":{\"Letterboxd\":2},\"by_id\":0,\"by_title\":1,"
        "\"near\":0,\"not_found\":1,\"others\":0,\"faults\":1,\"lines\":0,\"ratings\":1,");
    assert_contains("/api/users/eve/ratings", NULL, 200,
                    "[{\"item_id\":10,\"title\":\"Alpha (1990)\",\"rating\":4.5}]");
    assert_contains("/api/recommend?user_id=eve&top_k=1", NULL, 200, "\"user_id\":\"eve\"");
    assert_contains("/api/users/eve/import", ratings, 200, "\"unchanged\":1");
}

static void what_is_no_export_is_refused(void **state) {
    (void)state;
    assert_contains("/api/users/eve/import", "", 400, "the body is empty");
    assert_contains("/api/users/eve/import", "nothing\n", 422, "the body: nothing in it is known");
    assert_contains("/api/users/eve/import", "{\"type\":\"library\",\"item\":\"10\"}\n", 200,
                    "that is for /api/admin/import");
    assert_contains("/api/users/session:1/import", "x", 422, "does not begin with");
    assert_contains("/api/admin/import?user_id=session:1", "x", 422, "does not begin with");
    assert_contains("/api/admin/export?what=keys", NULL, 422, "no part of the store");
    assert_contains("/api/admin/export?format=csv", NULL, 422, "name a part");
    assert_contains("/api/admin/export?format=xml", NULL, 422, "jsonl or csv");
}

static void an_export_comes_back(void **state) {
    (void)state;
    assert_contains("/api/admin/import",
                    "{\"type\":\"rating\",\"person\":\"zoe\",\"item\":\"20\",\"kind\":\"rating\","
                    "\"value\":2.5,\"time\":7}\n{\"type\":\"library\",\"item\":\"30\"}\nx\n",
                    200, "\"faults\":1,\"lines\":2,");
    assert_contains("/api/users/zoe/ratings", NULL, 200, "\"rating\":2.5");
    static char bytes[65536];
    ask_whole("GET", "/api/admin/export", bytes, sizeof bytes);
    assert_has(bytes, "200 OK");
    assert_has(bytes, "{\"type\":\"rating\",\"person\":\"zoe\",\"item\":\"20\",");
    assert_has(bytes, "{\"type\":\"library\",\"item\":\"30\"}\n");
    ask_whole("GET", "/api/admin/export?what=library&format=csv", bytes, sizeof bytes);
    assert_has(bytes, "text/csv");
    assert_has(bytes, "item\n30\n");
}

/* Lines of an export that take `bytes` or a little more; to be freed. */
static char *many_lines(size_t bytes, size_t *count) {
    char *text = malloc(bytes + 200);
    size_t used = 0;
    for (*count = 0; used < bytes; ++*count)
        used += (size_t)snprintf(text + used, 200,
                                 "{\"type\":\"rating\",\"person\":\"p%zu\",\"item\":\"%d\","
                                 "\"kind\":\"rating\",\"value\":4,\"time\":%zu}\n",
                                 *count % 1000, *count % 2 ? 10 : 20, 1600000000 + *count);
    return text;
}

/* What memory does not take goes through a file: with its length, and in chunks without. */
static void a_long_export_comes_in(void **state) {
    (void)state;
    size_t count;
    char *text = many_lines((size_t)5 << 18, &count);
    const char *expected = arena_format(&arena, "\"lines\":%zu,", count);
    struct client_answer whole =
        client_ask(loopback.port, "POST", "/api/admin/import?dry_run=true", "", text);
    assert_int_equal(whole.status, 200);
    assert_has(whole.body, expected);
    free(whole.body);
    assert_contains("/api/events", text, 413, "longer than the 1048576 bytes");
    const int descriptor = client_open(loopback.port);
    static const char head[] = "POST /api/admin/import HTTP/1.1\r\nHost: test\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    client_send(descriptor, head, sizeof head - 1);
    for (size_t at = 0, left = strlen(text); left > 0;) {
        const size_t size = left < 100000 ? left : 100000;
        const char *length = arena_format(&arena, "%zx\r\n", size);
        client_send(descriptor, length, strlen(length));
        client_send(descriptor, text + at, size);
        client_send(descriptor, "\r\n", 2);
        at += size;
        left -= size;
    }
    client_send(descriptor, "0\r\n\r\n", 5);
    struct client_answer chunked = client_read(descriptor, 1);
    assert_int_equal(chunked.status, 200);
    assert_has(chunked.body, expected);
    free(chunked.body);
    close(descriptor);
    free(text);
    assert_contains("/api/stats", NULL, 200, "\"people\":1002,");
    assert_contains("/api/users/p7/ratings", NULL, 200, "{\"item_id\":10,");
}

/* A length that is too long is refused before a byte has come. */
static void what_is_too_long_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *target, *length, *limit;
    } cases[] = {{"/api/admin/import", "300000000", "the 268435456 bytes"},
                 {"/api/users/eve/import", "40000000", "the 33554432 bytes"},
                 {"/api/admin/keys", "2000000", "the 1048576 bytes"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *length = arena_format(&arena, "Content-Length: %s\r\n", cases[i].length);
        struct client_answer answer =
            client_ask(loopback.port, "POST", cases[i].target, length, NULL);
        assert_int_equal(answer.status, 413);
        assert_has(answer.body, cases[i].limit);
        free(answer.body);
    }
}

static void *import_slowly(void *text) {
    struct client_answer answer = client_ask(loopback.port, "POST", "/api/admin/import", "", text);
    const int status = answer.status;
    free(answer.body);
    return status == 503 || status == 200 || status == 0 ? NULL : "another status";
}

/* A server that ends does not wait for an import to be through. */
static void an_import_ends_with_the_server(void **state) {
    (void)state;
    size_t count;
    pthread_t importer;
    void *complaint = NULL;
    char *text = many_lines((size_t)24 << 20, &count);
    assert_int_equal(pthread_create(&importer, NULL, import_slowly, text), 0);
    usleep(500000);
    const time_t begin = time(NULL);
    api_stop(loopback.api);
    assert_true(time(NULL) - begin <= 6);
    pthread_join(importer, &complaint);
    assert_null(complaint);
    free(text);
    struct error error;
    const struct api_options options = {0};
    assert_int_equal(api_start(&loopback.api, loopback.service, &options, &error), STATUS_OK);
    loopback.port = api_port(loopback.api);
}

static void a_copy_is_a_store(void **state) {
    (void)state;
    static char bytes[1 << 20];
    const size_t size = ask_whole("POST", "/api/admin/backup", bytes, sizeof bytes);
    assert_has(bytes, "200 OK");
    assert_has(bytes, "SQLite format 3");
    assert_true(size > 16384);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_brings_films),
        cmocka_unit_test(what_is_no_export_is_refused),
        cmocka_unit_test(an_export_comes_back),
        cmocka_unit_test(a_copy_is_a_store),
        cmocka_unit_test(a_long_export_comes_in),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(an_import_ends_with_the_server),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

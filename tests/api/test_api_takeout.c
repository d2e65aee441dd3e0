/* test_api_takeout.c: what people bring along and take away, over a real socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "base/files.h"
#include "store/feedback.h"

static char folder[] = "/tmp/matinee-takeout-XXXXXX";
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
    };
    return cmocka_run_group_tests(tests, start, stop);
}

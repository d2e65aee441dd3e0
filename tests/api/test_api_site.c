/* test_api_site.c: the page and its files over a real socket: addresses, caching, encodings,
 * policy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "api/site_files.h"

static const char browser[] = "Accept: text/html,*/*;q=0.8\r\n";

static void one_document_everywhere(void **state) {
    (void)state;
    static const char *const targets[] = {
        "/",      "/film/10",  "/person/1",    "/browse",
        "/top",   "/compare",  "/map",         "/analytics",
        "/about", "/api-docs", "/experiments", "/recommendations?user_id=1"};
    const struct site_file *index = site_files_find("index.html");
    char value[512];
    assert_non_null(index);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct client_answer answer = client_ask(loopback.port, "GET", targets[i], browser, NULL);
        assert_int_equal(answer.status, 200);
        assert_string_equal(answer.body, index->plain);
        assert_string_equal(client_header(&answer, "Content-Type", value),
                            "text/html; charset=utf-8");
        assert_string_equal(client_header(&answer, "Cache-Control", value), "no-cache");
        assert_non_null(strstr(client_header(&answer, "Content-Security-Policy", value),
                               "default-src 'none'; script-src 'self'"));
        assert_null(strstr(value, "unsafe"));
        assert_null(strstr(value, "http"));
        free(answer.body);
    }
}

/* The document asks for files that are there and may be kept for ever. */
static void files_of_the_document(void **state) {
    (void)state;
    const char *at = site_files_find("index.html")->plain;
    char value[256];
    size_t count = 0;
    while ((at = strstr(at, "\"/assets/"))) {
        char target[128] = {0};
        at++;
        strncpy(target, at, strcspn(at, "\""));
        struct client_answer answer = client_ask(loopback.port, "GET", target, "", NULL);
        assert_int_equal(answer.status, 200);
        assert_string_equal(client_header(&answer, "Cache-Control", value),
                            "public, max-age=31536000, immutable");
        assert_string_equal(client_header(&answer, "Content-Encoding", value), "");
        free(answer.body);
        count++;
    }
    assert_true(count >= 3);
}

static void encodings(void **state) {
    (void)state;
    static const struct {
        const char *header;
        bool is_brotli;
    } cases[] = {{"Accept-Encoding: gzip, deflate, br\r\n", true},
                 {"Accept-Encoding: br;q=0.5\r\n", true},
                 {"Accept-Encoding: br;q=0, gzip\r\n", false},
                 {"Accept-Encoding: brx\r\n", false},
                 {"", false}};
    char value[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct client_answer answer =
            client_ask(loopback.port, "GET", "/about", cases[i].header, NULL);
        const char *encoding = client_header(&answer, "Content-Encoding", value);
        assert_int_equal(answer.status, 200);
        assert_int_equal(strcmp(encoding, "br") == 0, cases[i].is_brotli);
        assert_non_null(strstr(client_header(&answer, "Vary", value), "Accept-Encoding"));
        free(answer.body);
    }
}

static void no_such_file(void **state) {
    (void)state;
    assert_contains("/assets/none.js", NULL, 404, "there is no such file");
    assert_contains("/assets/..%2findex.html", NULL, 404, "there is no such file");
    assert_contains("/nowhere", NULL, 404, "there is nothing at /nowhere");
}

/* Another host only where the server was told so, and then only for pictures and their addresses.
 */
static void posters_of_tmdb(void **state) {
    (void)state;
    const struct api_options options = {.tmdb_posters = true};
    struct api *api;
    struct error error;
    char value[512];
    assert_int_equal(api_start(&api, loopback.service, &options, &error), STATUS_OK);
    struct client_answer answer = client_ask(api_port(api), "GET", "/", browser, NULL);
    assert_non_null(strstr(client_header(&answer, "Content-Security-Policy", value),
                           "img-src 'self' data: https://image.tmdb.org; "
                           "connect-src 'self' https://api.themoviedb.org; base-uri 'none'"));
    free(answer.body);
    api_stop(api);
}

static void starters(void **state) {
    (void)state;
    assert_contains("/api/starters?top_k=2", NULL, 200, "{\"starters\":[{\"item_id\":");
    assert_contains("/api/starters?top_k=0", NULL, 422, "top_k");
}

static int start(void **state) {
    (void)state;
    return loopback_start(tiny_create());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_document_everywhere),
        cmocka_unit_test(files_of_the_document),
        cmocka_unit_test(encodings),
        cmocka_unit_test(no_such_file),
        cmocka_unit_test(posters_of_tmdb),
        cmocka_unit_test(starters),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

/* test_api_gate.c: keys, limits, request ids, headers, figures and deep JSON over a real socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

static struct keyring *keyring;

static int start(void **state) {
    (void)state;
    keyring = keyring_create();
    const struct api_options options = {.keyring = keyring, .body_bytes_max = 4096};
    struct error error;
    loopback.service = tiny_service(tiny_create());
    if (api_start(&loopback.api, loopback.service, &options, &error) != STATUS_OK)
        return -1;
    loopback.port = api_port(loopback.api);
    return 0;
}

static int stop(void **state) {
    loopback_stop(state);
    keyring_destroy(keyring);
    return 0;
}

static void figures(void **state) {
    (void)state;
    assert_contains("/genres", NULL, 200, "Action");
    assert_contains("/nowhere", NULL, 404, "there is nothing at /nowhere");
    assert_contains("/api/recommend?user_id=1", NULL, 200, "recommendations");
    usleep(50000);
    static const char *const expected[] = {
        "matinee_http_requests_total{route=\"/genres\",method=\"GET\",code=\"2xx\"} 1\n",
        "matinee_http_requests_total{route=\"none\",method=\"any\",code=\"4xx\"} 1\n",
        "matinee_http_request_seconds_count{route=\"/genres\",method=\"GET\"} 1\n",
        "matinee_model_request_seconds_count{model=\"tiny\"} 2\n",
        "matinee_model_info{model=\"tiny\",family=\"test\",default=\"true\"} 1\n",
        "matinee_http_requests_in_flight ",
        "matinee_model_age_seconds{model=\"tiny\"} ",
        "process_resident_memory_bytes "};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_contains("/metrics", NULL, 200, expected[i]);
}

static void headers(void **state) {
    (void)state;
    char value[256];
    struct client_answer named =
        client_ask(loopback.port, "GET", "/genres", "X-Request-Id: my-id.1\r\n", NULL);
    assert_string_equal(client_header(&named, "X-Request-Id", value), "my-id.1");
    assert_string_equal(client_header(&named, "X-Content-Type-Options", value), "nosniff");
    assert_true(*client_header(&named, "ETag", value));
    free(named.body);
    struct client_answer strange =
        client_ask(loopback.port, "GET", "/docs", "X-Request-Id: a b\"\r\n", NULL);
    assert_int_equal(strlen(client_header(&strange, "X-Request-Id", value)), 16);
    assert_string_equal(client_header(&strange, "X-Frame-Options", value), "DENY");
    assert_memory_equal(client_header(&strange, "Content-Security-Policy", value),
                        "default-src 'none'; style-src 'sha256-", 38);
    assert_null(strstr(value, "unsafe"));
    free(strange.body);
}

static void limits(void **state) {
    (void)state;
    static char deep[200], target[30000];
    memset(deep, '[', 60);
    assert_contains("/api/recommend", deep, 400, "more than 32 deep");
    assert_contains("/api/recommend", "{\"q\": \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}",
                    200, "recommendations");
    snprintf(target, sizeof target, "/genres?x=%025000d", 0);
    assert_contains(target, NULL, 414, "longer than");
    static char large[8000];
    memset(large, ' ', sizeof large - 1);
    assert_contains("/api/recommend", large, 413, "longer than the 4096 bytes");
}

static void keys(void **state) {
    (void)state;
    struct keyring_key key = {.scope = ROUTE_READ, .name = "reader"};
    digest_sha256("mat_1", 5, key.digest);
    keyring_replace(keyring, &key, 1, false);
    struct client_answer good =
        client_ask(loopback.port, "GET", "/genres", "X-API-Key: mat_1\r\n", NULL);
    struct client_answer wrong =
        client_ask(loopback.port, "GET", "/genres", "Authorization: Bearer mat_2\r\n", NULL);
    char value[256];
    assert_int_equal(good.status, 200);
    assert_int_equal(wrong.status, 401);
    assert_string_equal(client_header(&wrong, "WWW-Authenticate", value), "Bearer");
    assert_string_equal(client_header(&wrong, "Content-Type", value), "application/problem+json");
    assert_null(strstr(wrong.body, "mat_2"));
    /* Who may not import is told before the body comes, which would be a file. */
    struct client_answer early =
        client_ask(loopback.port, "POST", "/api/admin/import", "Content-Length: 5000000\r\n", NULL);
    assert_int_equal(early.status, 401);
    free(early.body);
    keyring_replace(keyring, NULL, 0, false);
    free(good.body);
    free(wrong.body);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(figures), cmocka_unit_test(headers),
                                       cmocka_unit_test(limits), cmocka_unit_test(keys)};
    return cmocka_run_group_tests(tests, start, stop);
}

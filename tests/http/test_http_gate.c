/* test_http_gate.c: keys, scopes, strange pages, and how often one may ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "http/gate.h"

static struct arena arena;
static const char *headers[4][2];

static const char *header_of(const void *connection, const char *name) {
    (void)connection;
    for (size_t i = 0; i < 4 && headers[i][0]; i++)
        if (strcasecmp(headers[i][0], name) == 0)
            return headers[i][1];
    return NULL;
}

static void handler(void *context, const struct request *request, struct response *response) {
    (void)context;
    response_text(response, "text/plain", request->caller ? request->caller : "nobody");
}

static const struct route routes[] = {
    {.method = REQUEST_GET, .pattern = "/open", .scope = ROUTE_OPEN, .handler = handler},
    {.method = REQUEST_GET, .pattern = "/read", .scope = ROUTE_READ, .handler = handler},
    {.method = REQUEST_POST, .pattern = "/write", .scope = ROUTE_WRITE, .handler = handler},
    {.method = REQUEST_POST, .pattern = "/admin", .scope = ROUTE_ADMIN, .handler = handler},
};

static unsigned ask(const struct gate *gate, const char *path, const char *name,
                    const char *value) {
    const struct router router = {.routes = routes, .route_count = 4, .gate = gate};
    struct request request = {.method =
                                  path[1] == 'o' || path[1] == 'r' ? REQUEST_GET : REQUEST_POST,
                              .arena = &arena,
                              .header = header_of,
                              .peer = 7};
    struct response response = {0};
    struct error error;
    memset(headers, 0, sizeof headers);
    headers[0][0] = name;
    headers[0][1] = value;
    headers[1][0] = name ? "Host" : NULL;
    headers[1][1] = "films.example:8080";
    assert_int_equal(request_parse_target(&request, path, &error), STATUS_OK);
    router_answer(&router, &request, &response);
    return response.status ? response.status : 200;
}

static struct keyring *ring(void) {
    struct keyring *keyring = keyring_create();
    struct keyring_key keys[] = {{.scope = ROUTE_READ, .name = "reader"},
                                 {.scope = ROUTE_WRITE, .name = "writer"},
                                 {.scope = ROUTE_ADMIN, .name = "owner"}};
    digest_sha256("r-key", 5, keys[0].digest);
    digest_sha256("w-key", 5, keys[1].digest);
    digest_sha256("a-key", 5, keys[2].digest);
    keyring_replace(keyring, keys, 3, false);
    return keyring;
}

static void open_without_keys(void **state) {
    (void)state;
    const struct gate home = {0}, elsewhere = {.is_public = true};
    assert_int_equal(ask(&home, "/admin", NULL, NULL), 200);
    assert_int_equal(ask(&elsewhere, "/write", NULL, NULL), 200);
    assert_int_equal(ask(&elsewhere, "/admin", NULL, NULL), 403);
}

static void scopes(void **state) {
    (void)state;
    struct gate gate = {.keyring = ring()};
    assert_int_equal(ask(&gate, "/read", NULL, NULL), 200);
    assert_int_equal(ask(&gate, "/write", NULL, NULL), 401);
    assert_int_equal(ask(&gate, "/write", "X-API-Key", "r-key"), 403);
    assert_int_equal(ask(&gate, "/write", "X-API-Key", "w-key"), 200);
    assert_int_equal(ask(&gate, "/write", "Authorization", "Bearer w-key"), 200);
    assert_int_equal(ask(&gate, "/write", "Authorization", "bearer  a-key"), 200);
    assert_int_equal(ask(&gate, "/admin", "X-API-Key", "w-key"), 403);
    assert_int_equal(ask(&gate, "/admin", "X-API-Key", "a-key"), 200);
    assert_int_equal(ask(&gate, "/read", "X-API-Key", "wrong"), 401);
    assert_int_equal(ask(&gate, "/read", "X-API-Key", ""), 401);
    gate.keys_to_read = true;
    assert_int_equal(ask(&gate, "/read", NULL, NULL), 401);
    assert_int_equal(ask(&gate, "/read", "X-API-Key", "r-key"), 200);
    assert_int_equal(ask(&gate, "/open", NULL, NULL), 200);
    /* The last key was revoked: closed to everybody. */
    keyring_replace(gate.keyring, NULL, 0, true);
    assert_int_equal(ask(&gate, "/admin", NULL, NULL), 401);
    assert_int_equal(ask(&gate, "/admin", "X-API-Key", "a-key"), 401);
    keyring_replace(gate.keyring, NULL, 0, false);
    assert_int_equal(ask(&gate, "/admin", NULL, NULL), 200);
    keyring_destroy(gate.keyring);
}

static void strange_pages(void **state) {
    (void)state;
    const struct gate gate = {0};
    assert_int_equal(ask(&gate, "/write", "Origin", "http://evil.example"), 403);
    assert_int_equal(ask(&gate, "/write", "Origin", "null"), 403);
    assert_int_equal(ask(&gate, "/read", "Origin", "http://evil.example"), 200);
    /* Another name may lead here although only this machine can come. */
    assert_int_equal(ask(&gate, "/write", "Origin", "http://films.example:8080"), 403);
    const struct gate elsewhere = {.is_public = true};
    assert_int_equal(ask(&elsewhere, "/write", "Origin", "http://films.example:8080"), 200);
    assert_int_equal(ask(&elsewhere, "/write", "Origin", "http://evil.example"), 403);
    assert_int_equal(ask(&gate, "/write", "Origin", "http://localhost:5173"), 200);
}

static void buckets(void **state) {
    (void)state;
    struct throttle *throttle = throttle_create(2, 3);
    double wait = 0;
    for (int i = 0; i < 3; i++)
        assert_true(throttle_take(throttle, 1, 100, &wait));
    assert_false(throttle_take(throttle, 1, 100, &wait));
    assert_true(wait > .49 && wait < .51);
    assert_true(throttle_take(throttle, 2, 100, &wait));
    assert_true(throttle_take(throttle, 1, 100.6, &wait));
    assert_false(throttle_take(throttle, 1, 100.6, &wait));
    /* Very many others take no memory and do no harm. */
    for (uint64_t other = 10; other < 100000; other++)
        assert_true(throttle_take(throttle, other, 101, &wait));
    const struct gate gate = {.throttle = throttle};
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask(&gate, "/read", NULL, NULL), 200);
    assert_int_equal(ask(&gate, "/read", NULL, NULL), 429);
    throttle_destroy(throttle);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(open_without_keys),
                                       cmocka_unit_test(scopes), cmocka_unit_test(strange_pages),
                                       cmocka_unit_test(buckets)};
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_release(&arena);
    return failed;
}

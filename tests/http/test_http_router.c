/* test_http_router.c: routes, problems and CORS without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "http/problem.h"
#include "http/router.h"

static struct arena arena;

/* Headers of the request under test: name, value, name, value, NULL. */
static const char *const *request_headers;

static const char *header_of(const void *connection, const char *name) {
    (void)connection;
    for (const char *const *at = request_headers; at && *at; at += 2)
        if (strcmp(at[0], name) == 0)
            return at[1];
    return NULL;
}

static void thing(void *context, const struct request *request, struct response *response) {
    (void)context;
    response_text(response, "text/plain",
                  arena_format(request->arena, "%s thing %s", request_method_name(request->method),
                               request->captures[0]));
}

static void root(void *context, const struct request *request, struct response *response) {
    (void)request;
    response_text(response, "text/plain", context);
}

static const struct route routes[] = {
    {.method = REQUEST_GET, .pattern = "/", .handler = root},
    {.method = REQUEST_GET, .pattern = "/things/{id}", .handler = thing},
    {.method = REQUEST_POST, .pattern = "/things/{id}", .handler = thing},
    {.method = REQUEST_GET, .pattern = "/things/{id}/parts/{part}", .handler = root},
};
static struct router router = {.routes = routes, .route_count = 4, .context = (char[]){"root"}};

static struct response answer(enum request_method method, const char *target) {
    struct request request = {.method = method, .arena = &arena, .header = header_of};
    struct response response = {0};
    struct error error;
    assert_int_equal(request_parse_target(&request, target, &error), STATUS_OK);
    router_answer(&router, &request, &response);
    return response;
}

static void found(void **state) {
    (void)state;
    assert_string_equal(answer(REQUEST_GET, "/").body, "root");
    assert_string_equal(answer(REQUEST_GET, "/things/7?x=1").body, "GET thing 7");
    assert_string_equal(answer(REQUEST_POST, "/things/a%2Fb").body, "POST thing a/b");
    assert_string_equal(answer(REQUEST_HEAD, "/things/7").body, "HEAD thing 7");
    assert_string_equal(answer(REQUEST_GET, "/things/7/parts/8").body, "root");
}

static void not_found(void **state) {
    (void)state;
    const struct response response = answer(REQUEST_GET, "/thing/7?secret=1");
    assert_int_equal(response.status, 404);
    assert_string_equal(response_get_header(&response, "content-type"), "application/problem+json");
    assert_string_equal(response.body,
                        "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                        "\"detail\":\"there is nothing at /thing/7; / lists what there is\","
                        "\"error\":\"there is nothing at /thing/7; / lists what there is\"}");
    assert_int_equal(answer(REQUEST_GET, "/things").status, 404);
    assert_int_equal(answer(REQUEST_GET, "/things/7/parts").status, 404);
    assert_int_equal(answer(REQUEST_OPTIONS, "/nowhere").status, 404);
}

static void other_methods(void **state) {
    (void)state;
    struct response response = answer(REQUEST_DELETE, "/things/7");
    assert_int_equal(response.status, 405);
    assert_string_equal(response_get_header(&response, "Allow"), "GET, HEAD, POST, OPTIONS");
    assert_non_null(strstr(response.body, "this address answers GET, HEAD, POST, OPTIONS"));
    response = answer(REQUEST_OPTIONS, "/");
    assert_int_equal(response.status, 204);
    assert_string_equal(response_get_header(&response, "Allow"), "GET, HEAD, OPTIONS");
    assert_int_equal(answer(REQUEST_OPTIONS, "*").status, 204);
}

static void other_origins(void **state) {
    (void)state;
    static const char *const ours[] = {"Origin", "http://localhost:5173",
                                       "Access-Control-Request-Method", "POST", NULL};
    static const char *const foreign[] = {"Origin", "http://evil.example", NULL};
    request_headers = ours;
    struct response response = answer(REQUEST_GET, "/");
    assert_string_equal(response_get_header(&response, "Access-Control-Allow-Origin"),
                        "http://localhost:5173");
    assert_null(response_get_header(&response, "Access-Control-Allow-Methods"));
    response = answer(REQUEST_OPTIONS, "/things/1");
    assert_string_equal(response_get_header(&response, "Access-Control-Allow-Methods"),
                        "GET, HEAD, POST, OPTIONS");
    assert_string_equal(response_get_header(&response, "Access-Control-Allow-Headers"),
                        "Content-Type, Accept, Authorization, X-API-Key, X-Request-Id");
    response = answer(REQUEST_GET, "/nowhere"); /* the page must be able to read the error */
    assert_non_null(response_get_header(&response, "Access-Control-Allow-Origin"));
    request_headers = foreign;
    response = answer(REQUEST_GET, "/");
    assert_null(response_get_header(&response, "Access-Control-Allow-Origin"));
    assert_string_equal(response_get_header(&response, "Vary"), "Origin");
    static const char *const any[] = {"*"};
    router.cors = (struct cors){any, 1};
    response = answer(REQUEST_GET, "/");
    assert_string_equal(response_get_header(&response, "Access-Control-Allow-Origin"),
                        "http://evil.example");
    router.cors = (struct cors){0};
    request_headers = NULL;
}

static void fields_at_fault(void **state) {
    (void)state;
    const struct request request = {.arena = &arena};
    struct response response = {0};
    const struct problem_field fields[] = {
        {"int_parsing", "query", "top_k", "Input should be a valid integer", "a\"bc", NULL},
        {"missing", "query", "user_id", "Field required", NULL, NULL},
    };
    problem_answer_fields(&response, &request, 422, fields, 2);
    assert_string_equal(
        response.body,
        "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\",\"status\":422,\"detail\":["
        "{\"type\":\"int_parsing\",\"loc\":[\"query\",\"top_k\"],"
        "\"msg\":\"Input should be a valid integer\",\"input\":\"a\\\"bc\"},"
        "{\"type\":\"missing\",\"loc\":[\"query\",\"user_id\"],\"msg\":\"Field required\","
        "\"input\":null}],"
        "\"error\":\"top_k (query): Input should be a valid integer, found a\\\"bc\"}");
}

static void bytes_that_are_no_text(void **state) {
    (void)state;
    const struct request request = {.arena = &arena};
    struct response response = {0};
    problem_answer(&response, &request, 400, "what is \xff?");
    assert_string_equal(response.body,
                        "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
                        "\"detail\":\"Bad Request\",\"error\":\"Bad Request\"}");
}

static int release(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found),           cmocka_unit_test(not_found),
        cmocka_unit_test(other_methods),   cmocka_unit_test(other_origins),
        cmocka_unit_test(fields_at_fault), cmocka_unit_test(bytes_that_are_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}

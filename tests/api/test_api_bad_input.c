/* test_api_bad_input.c: what a stranger may send: each gets a 4xx with a sentence, as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

/* The answer 422 to one field at fault. */
static void assert_field(const char *target, const char *post, const char *detail) {
    char text[600];
    snprintf(text, sizeof text, "\"status\":422,\"detail\":[{%s}],\"error\":\"", detail);
    assert_contains(target, post, 422, text);
}

static void top_k(void **state) {
    (void)state;
    static const char *const targets[] = {
        "/recommendations?user_id=1&genre=Drama&top_k=", "/api/recommend?user_id=1&top_k=",
        "/api/similar/10?top_k="};
    static const struct {
        const char *value, *type, *message;
    } cases[] = {
        {"0", "greater_than_equal", "Input should be greater than or equal to 1"},
        {"-1", "greater_than_equal", "Input should be greater than or equal to 1"},
        {"-99999999999999999999", "greater_than_equal",
         "Input should be greater than or equal to 1"},
        {"1001", "less_than_equal", "Input should be less than or equal to 1000"},
        {"1000000000", "less_than_equal", "Input should be less than or equal to 1000"},
        {"99999999999999999999", "less_than_equal", "Input should be less than or equal to 1000"},
        {"1e9", "int_parsing",
         "Input should be a valid integer, unable to parse string as an integer"},
        {"abc", "int_parsing",
         "Input should be a valid integer, unable to parse string as an integer"},
        {"", "int_parsing",
         "Input should be a valid integer, unable to parse string as an integer"},
        {"%205", "int_parsing",
         "Input should be a valid integer, unable to parse string as an integer"},
        {"10.0", "int_parsing",
         "Input should be a valid integer, unable to parse string as an integer"},
    };
    for (size_t t = 0; t < sizeof targets / sizeof *targets; t++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            char target[200], detail[300];
            snprintf(target, sizeof target, "%s%s", targets[t], cases[i].value);
            snprintf(detail, sizeof detail,
                     "\"type\":\"%s\",\"loc\":[\"query\",\"top_k\"],\"msg\":\"%s\","
                     "\"input\":\"%s\"",
                     cases[i].type, cases[i].message,
                     strcmp(cases[i].value, "%205") == 0 ? " 5" : cases[i].value);
            assert_field(target, NULL, detail);
        }
    assert_field("/api/recommend", "{\"top_k\": 0}",
                 "\"type\":\"greater_than_equal\",\"loc\":[\"body\",\"top_k\"],"
                 "\"msg\":\"Input should be greater than or equal to 1\",\"input\":0");
    assert_field("/api/recommend", "{\"top_k\": 2.5}",
                 "\"type\":\"int_parsing\",\"loc\":[\"body\",\"top_k\"],\"msg\":\"Input should be "
                 "a valid integer, unable to parse string as an integer\",\"input\":2.5");
    assert_contains("/api/recommend", "{\"model\": 7}", 422,
                    "\"error\":\"model (body): Input should be a valid string, found 7\"");
    assert_contains("/api/recommend", "{\"exclude_items\": 5}", 422,
                    "\"msg\":\"Input should be a valid list\",\"input\":5");
    assert_contains("/api/recommend?user_id=1&top_k=", NULL, 422, "an integer, found nothing\"");
    assert_contains("/api/recommend", "{\"top_k\": []}", 422, "\"input\":\"[...]\"");
}

static void missing_fields(void **state) {
    (void)state;
    assert_answer("/api/recommend", NULL, 400,
                  "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"detail\":["
                  "{\"type\":\"missing\",\"loc\":[\"query\",\"user_id\"],"
                  "\"msg\":\"Field required\",\"input\":null}],"
                  "\"error\":\"user_id (query): Field required\"}");
    assert_contains("/recommendations?genre=Drama", NULL, 400, "\"loc\":[\"query\",\"user_id\"]");
    assert_field("/recommendations?user_id=1", NULL,
                 "\"type\":\"missing\",\"loc\":[\"query\",\"genre\"],\"msg\":\"Field required\","
                 "\"input\":null");
    assert_contains("/api/batch-recommend", "{}", 400, "\"loc\":[\"body\",\"user_ids\"]");
    assert_contains("/api/batch-recommend", "{\"user_ids\": []}", 400, "Field required");
}

static void unknown_things(void **state) {
    (void)state;
    static const char no_user[] = "there is no user \\\"99\\\"; /users lists them, and POST "
                                  "/api/recommend starts from nothing";
    assert_contains("/recommendations?user_id=99&genre=Drama", NULL, 404, no_user);
    assert_contains("/api/recommend?user_id=99", NULL, 404, no_user);
    assert_contains("/api/recommend?user_id=01", NULL, 404, "there is no user \\\"01\\\"");
    assert_contains("/api/recommend", "{\"user_id\": 99}", 404, no_user);
    assert_contains("/api/recommend?user_id=1&model=tony", NULL, 404,
                    "no model called \\\"tony\\\" is served; did you mean \\\"tiny\\\"?");
    assert_contains("/api/recommend", "{\"model\": \"xyzzy\"}", 404, "\\\"xyzzy\\\"");
    assert_contains("/api/similar/99", NULL, 404,
                    "there is no film with the id \\\"99\\\" in tiny");
    assert_contains("/api/movie/99", NULL, 404, "\\\"99\\\"");
    assert_contains("/api/movie/99?model=none", NULL, 404, "\\\"none\\\"");
    assert_contains("/api/recommend", "{\"ratings\": [{\"item_id\": 99, \"rating\": 5}]}", 404,
                    "\\\"99\\\"");
    assert_contains("/api/movie", NULL, 404,
                    "there is nothing at /api/movie; / lists what there is");
    assert_contains("/recommendations?user_id=1&genre=Nonsense", NULL, 422,
                    "Input should be one of the genres that /genres lists");
}

static void wrong_types(void **state) {
    (void)state;
    assert_field("/recommendations?user_id=1&genre=Drama&strict=maybe", NULL,
                 "\"type\":\"bool_parsing\",\"loc\":[\"query\",\"strict\"],\"msg\":\"Input should "
                 "be a valid boolean, unable to interpret input\",\"input\":\"maybe\"");
    assert_contains("/api/recommend?user_id=1&diversity=2", NULL, 422, "from 0 to 1");
    assert_contains("/api/recommend?user_id=1&diversity=nan", NULL, 422, "float_parsing");
    assert_contains("/api/recommend?user_id=1&diversity=0.5x", NULL, 422, "float_parsing");
    assert_contains("/api/recommend", "{\"user_id\": 1.5}", 422, "string_type");
    assert_contains("/api/recommend", "{\"user_id\": true}", 422, "string_type");
    assert_contains("/api/recommend", "{\"user_id\": \"1\\u0000x\"}", 400, "not JSON");
    assert_contains("/api/recommend", "{\"user_id\": 1, \"ratings\": []}", 422, "not both");
    assert_contains("/api/recommend", "{\"exclude\": [[1]]}", 422, "string_type");
    assert_contains("/api/recommend", "{\"genre\": \"Nonsense\"}", 422, "/genres");
    assert_contains("/api/recommend", "{\"prefer\": {\"Drama\": 6}}", 422, "from 1 to 5");
    assert_contains("/api/recommend", "{\"prefer\": [\"Drama\"]}", 422, "dict_type");
    assert_contains("/api/recommend", "{\"prefer\": {\"Nonsense\": 3}}", 422, "/genres");
    assert_contains("/api/recommend", "{\"ratings\": 5}", 422, "list_type");
    assert_contains("/api/recommend", "{\"ratings\": [{\"rating\": 5}]}", 422, "rating_type");
    assert_contains("/api/recommend", "{\"ratings\": [null]}", 422, "rating_type");
    assert_contains("/api/recommend", "{\"ratings\": {\"10\": \"5\"}}", 422, "rating_type");
    assert_contains("/api/recommend", "{\"ratings\": {\"10\": 11}}", 422,
                    "film 10: a rating must be between 0 and 5, found 11\"");
    assert_contains("/api/batch-recommend", "{\"user_ids\": {\"a\": 1}}", 422, "string_type");
}

static void bodies_that_are_no_json(void **state) {
    (void)state;
    assert_contains("/api/recommend", "{\"top_k\": ", 400,
                    "the body is not JSON: line 1, column 10");
    assert_contains("/api/recommend", "{\"a\": 1, \"a\": 2}", 400, "duplicate");
    assert_contains("/api/recommend", "[1, 2]", 400, "JSON but no object");
    assert_contains("/api/recommend", "null", 400, "JSON but no object");
    assert_contains("/api/recommend", "\xff\xfe", 400, "not JSON");
    assert_contains("/api/recommend", "{\"ratings\": {\"10\": 1e999}}", 400, "not JSON");
    assert_contains("/api/recommend", "{\"top_k\": 99999999999999999999}", 400, "not JSON");
}

static void long_lists_and_bodies(void **state) {
    (void)state;
    const size_t count = 10001, room = 2 * count + 40;
    char *body = malloc(room);
    int length = snprintf(body, room, "{\"exclude\": [1");
    for (size_t i = 1; i < count; i++)
        length += snprintf(body + length, room - (size_t)length, ",1");
    snprintf(body + length, room - (size_t)length, "]}");
    assert_contains("/api/recommend", body, 422, "List should have at most 10000 items");
    memcpy(body + 1, "\"ratings\"", 9);
    assert_contains("/api/recommend", body, 422, "at most 10000 ratings");
    free(body);
    body = malloc((1u << 20) + 2);
    memset(body, ' ', (1u << 20) + 1);
    body[(1u << 20) + 1] = '\0';
    assert_contains("/api/recommend", body, 413, "longer than the 1048576 bytes");
    free(body);
}

/* Each may be asked for alone; together they would take gigabytes. */
static void too_many_people_at_once(void **state) {
    (void)state;
    const size_t room = 60000;
    char *body = malloc(room);
    size_t length = (size_t)snprintf(body, room, "{\"top_k\": 1, \"user_ids\": [1");
    for (size_t i = 1; i < 10001; i++)
        length += (size_t)snprintf(body + length, room - length, ",%zu", i);
    snprintf(body + length, room - length, "]}");
    assert_contains("/api/batch-recommend", body, 422, "List should have at most 10000 items");
    /* Without the last one. */
    snprintf(body + length - 6, room - length, "]}");
    assert_contains("/api/batch-recommend", body, 200, "\"9999\":[]},\"model\":\"tiny\"");
    free(body);
    assert_contains("/api/recommend?user_id=1,2,3,1,2,3,1,2,3,1,2,3,1,2,3,1,2,3,1,2,3", NULL, 422,
                    "at most 20 people");
    char commas[3000] = "/api/recommend?user_id=";
    memset(commas + strlen(commas), ',', 2000);
    assert_contains(commas, NULL, 422, "at most 20 people");
}

/* A list that is not closed, or has nothing between its commas, names somebody called "". */
static void people_without_a_name(void **state) {
    (void)state;
    static const char no_user[] = "there is no user \\\"\\\"";
    assert_contains("/api/recommend?user_id=,", NULL, 404, no_user);
    assert_contains("/api/recommend?user_id=,1", NULL, 404, no_user);
    assert_contains("/api/recommend?user_id=1,", NULL, 404, no_user);
    assert_contains("/api/recommend?user_id=1,,2", NULL, 404, no_user);
    assert_contains("/api/recommend", "{\"user_id\": \",\"}", 404, no_user);
}

static void deep_json_does_not_end_the_service(void **state) {
    (void)state;
    char body[20002];
    memset(body, '[', 10000);
    memset(body + 10000, ']', 10000);
    body[20000] = '\0';
    assert_contains("/api/recommend", body, 400, "more than 32 deep");
    assert_contains("/api/health", NULL, 200, "healthy");
}

static void other_methods(void **state) {
    (void)state;
    struct client_answer answer = client_ask(loopback.port, "DELETE", "/api/recommend", "", NULL);
    char value[256];
    assert_int_equal(answer.status, 405);
    assert_string_equal(client_header(&answer, "Allow", value), "GET, HEAD, POST, OPTIONS");
    free(answer.body);
    assert_contains("/genres", "{}", 405, "this address answers GET, HEAD, OPTIONS");
}

static void nothing_served(void **state) {
    (void)state;
    struct service *service;
    struct api *api;
    struct error error;
    const struct api_options options = {0};
    const unsigned before = loopback.port;
    assert_int_equal(service_create(&service, &error), STATUS_OK);
    assert_int_equal(api_start(&api, service, &options, &error), STATUS_OK);
    loopback.port = api_port(api);
    assert_contains("/genres", NULL, 503, "no model is served");
    assert_contains("/api/recommend", "{}", 503, "no model is served");
    assert_contains("/api/health", NULL, 200, "\"models_loaded\":0,\"initialized\":false");
    assert_answer("/api/models", NULL, 200, "{\"models\":[],\"default\":null,\"details\":{}}");
    assert_contains("/", NULL, 200, "matinee train");
    api_stop(api);
    service_destroy(service);
    loopback.port = before;
}

static int start(void **state) {
    (void)state;
    return loopback_start(tiny_create());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(top_k),
        cmocka_unit_test(missing_fields),
        cmocka_unit_test(unknown_things),
        cmocka_unit_test(wrong_types),
        cmocka_unit_test(bodies_that_are_no_json),
        cmocka_unit_test(long_lists_and_bodies),
        cmocka_unit_test(too_many_people_at_once),
        cmocka_unit_test(people_without_a_name),
        cmocka_unit_test(deep_json_does_not_end_the_service),
        cmocka_unit_test(other_methods),
        cmocka_unit_test(nothing_served),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

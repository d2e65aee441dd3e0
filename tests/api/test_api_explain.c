/* test_api_explain.c: /api/explain over a real socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

static int start(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.explain = tiny_shares;
    return loopback_start(tiny);
}

static json_t *asked(const char *method, const char *target, const char *sent, int status) {
    struct client_answer answer = client_ask(loopback.port, method, target, "", sent);
    json_t *body = json_loads(answer.body, 0, NULL);
    if (answer.status != status)
        fail_msg("%s: %d %s", target, answer.status, answer.body);
    assert_non_null(body);
    free(answer.body);
    return body;
}

static double number(const json_t *object, const char *key) {
    return json_number_value(json_object_get(object, key));
}

static void every_film_of_the_past(void **state) {
    (void)state;
    json_t *body = asked("GET", "/api/explain?user_id=2&item_id=50", NULL, 200);
    const json_t *history = json_object_get(body, "history");
    assert_int_equal(json_array_size(history), 3);
    double sum = number(body, "base");
    for (size_t h = 0; h < 3; h++)
        sum += number(json_array_get(history, h), "amount");
    ASSERT_NEAR(sum, number(body, "raw_score"), 1e-6);
    assert_int_equal(number(json_array_get(history, 0), "item_id"), 40);
    assert_int_equal(number(body, "user_id"), 2);
    assert_string_equal(json_string_value(json_object_get(body, "method")), "exact");
    assert_non_null(json_string_value(json_object_get(body, "sentence")));
    json_decref(body);
}

static void ratings_in_a_body(void **state) {
    (void)state;
    json_t *body = asked("POST", "/api/explain",
                         "{\"item_id\": 20, \"ratings\": {\"10\": 4, \"40\": 1}}", 200);
    assert_true(json_is_null(json_object_get(body, "user_id")));
    assert_int_equal(json_array_size(json_object_get(body, "history")), 2);
    json_decref(body);
    body = asked("POST", "/api/explain", "{\"item_id\": 20}", 200);
    assert_string_equal(json_string_value(json_object_get(body, "method")), "none");
    json_decref(body);
}

static void what_is_missing_or_unknown(void **state) {
    (void)state;
    json_decref(asked("GET", "/api/explain?user_id=2", NULL, 400));
    json_decref(asked("GET", "/api/explain?item_id=20", NULL, 400));
    json_decref(asked("GET", "/api/explain?user_id=2&item_id=nix", NULL, 404));
    json_decref(asked("GET", "/api/explain?user_id=nix&item_id=20", NULL, 404));
    json_decref(asked("GET", "/api/explain?user_id=2&item_id=20&model=nix", NULL, 404));
    json_decref(asked("POST", "/api/explain",
                      "{\"item_id\": 20, \"user_id\": 2, \"ratings\": {\"10\": 4}}", 422));
}

static void lists_carry_notes(void **state) {
    (void)state;
    json_t *body = asked("GET", "/api/recommend?user_id=2&top_k=2&explain=true", NULL, 200);
    const json_t *film = json_array_get(json_object_get(body, "recommendations"), 0);
    assert_true(json_is_array(json_object_get(film, "notes")));
    json_decref(body);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_film_of_the_past),
        cmocka_unit_test(ratings_in_a_body),
        cmocka_unit_test(what_is_missing_or_unknown),
        cmocka_unit_test(lists_carry_notes),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

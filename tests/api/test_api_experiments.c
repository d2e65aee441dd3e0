/* test_api_experiments.c: an experiment over a real socket: started, shown in lists, counted,
 * ended; and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "service/service_feedback.h"

static int start(void **state) {
    (void)state;
    return loopback_start_store(tiny_create(), "none");
}

static json_t *asked(const char *method, const char *target, const char *sent, int status) {
    struct client_answer answer = client_ask(loopback.port, method, target, "", sent);
    json_t *body = json_loads(answer.body, 0, NULL);
    if (answer.status != status)
        fail_msg("%s %s: %d %s", method, target, answer.status, answer.body);
    assert_non_null(body);
    free(answer.body);
    return body;
}

/* What was put in to be written down is on the disk when a later call returns. */
static void settle(void) {
    const struct feedback_event event = {
        .person = "3", .item = "10", .kind = FEEDBACK_CLICK, .value = NAN, .hour = -1};
    struct error error;
    assert_int_equal(service_append(loopback.service, &event, 1, &error), STATUS_OK);
}

static void an_experiment_from_beginning_to_end(void **state) {
    (void)state;
    json_decref(asked("POST", "/api/experiments",
                      "{\"name\": \"wide\", \"arms\": [{\"name\": \"control\"},"
                      " {\"name\": \"wide\", \"weight\": 2, \"diversity\": 0.5}]}",
                      200));
    json_decref(asked("POST", "/api/experiments",
                      "{\"name\": \"short\", \"layer\": \"lengths\", \"arms\": ["
                      "{\"name\": \"one\", \"top_k\": 1}, {\"name\": \"also\", \"top_k\": 1,"
                      " \"tiers\": false, \"seen\": \"include\"}]}",
                      200));
    json_t *body = asked("GET", "/api/recommend?user_id=1&top_k=2", NULL, 200);
    const json_t *shown = json_object_get(body, "experiment");
    assert_non_null(json_string_value(json_object_get(shown, "name")));
    assert_non_null(json_string_value(json_object_get(shown, "arm")));
    /* Of two layers, and the second one's arms have their say against the request. */
    assert_int_equal(json_array_size(json_object_get(body, "experiments")), 2);
    assert_int_equal(json_array_size(json_object_get(body, "recommendations")), 1);
    json_decref(body);
    body = asked("POST", "/api/recommend", "{\"user_id\": 1, \"top_k\": 2}", 200);
    assert_int_equal(json_array_size(json_object_get(body, "recommendations")), 1);
    json_decref(body);
    json_decref(asked("DELETE", "/api/experiments/short?purge=true", NULL, 200));
    /* Who says which model is to answer, or is not there, is in none. */
    body = asked("GET", "/api/recommend?user_id=2&top_k=2&model=tiny", NULL, 200);
    assert_null(json_object_get(body, "experiment"));
    json_decref(body);
    json_decref(asked("GET", "/api/recommend?user_id=nix&top_k=2", NULL, 404));
    settle();
    body = asked("GET", "/api/experiments/wide", NULL, 200);
    assert_true(json_is_true(json_object_get(body, "running")));
    const json_t *arms = json_object_get(body, "arms");
    assert_int_equal(json_array_size(arms), 2);
    const json_t *set = json_object_get(json_array_get(arms, 1), "parameters");
    assert_true(json_real_value(json_object_get(set, "diversity")) == 0.5);
    assert_true(json_number_value(json_object_get(body, "share")) == 1);
    json_int_t people = 0;
    for (size_t a = 0; a < 2; a++)
        people += json_integer_value(json_object_get(json_array_get(arms, a), "people"));
    assert_int_equal(people, 1);
    json_decref(body);
    json_decref(asked("DELETE", "/api/experiments/wide", NULL, 200));
    json_decref(asked("DELETE", "/api/experiments/wide", NULL, 404));
    body = asked("GET", "/api/experiments", NULL, 200);
    assert_int_equal(json_array_size(json_object_get(body, "experiments")), 1);
    json_decref(body);
    json_decref(asked("DELETE", "/api/experiments/wide?purge=true", NULL, 200));
    body = asked("GET", "/api/recommend?user_id=1&top_k=2", NULL, 200);
    assert_null(json_object_get(body, "experiment"));
    json_decref(body);
}

static void what_is_refused(void **state) {
    (void)state;
    json_decref(asked("POST", "/api/experiments", "{}", 400));
    json_decref(asked("POST", "/api/experiments", "{\"name\": \"x\", \"arms\": 3}", 422));
    json_decref(
        asked("POST", "/api/experiments", "{\"name\": \"x\", \"arms\": [{\"name\": \"a\"}]}", 422));
    json_decref(asked("POST", "/api/experiments",
                      "{\"name\": \"x\", \"arms\": [{\"name\": \"a\"}, {\"name\": \"b\","
                      " \"model\": \"nix\"}]}",
                      404));
    static const char *const wrong[] = {"\"diversity\": 2",
                                        "\"diversity_method\": \"nix\"",
                                        "\"diversety\": 0.1",
                                        "\"user_id\": 3",
                                        "\"top_k\": 1.5",
                                        "\"demote_shown\": 1",
                                        "\"genre\": [\"Drama\"]",
                                        "\"model\": \"nix\"",
                                        "\"diversity_method\": \"m\"",
                                        "\"strict\": \"true\"",
                                        "\"hour\": 3",
                                        "\"weight\": 0"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char body[256];
        snprintf(body, sizeof body,
                 "{\"name\": \"x\", \"arms\": [{\"name\": \"a\"}, {\"name\": \"b\", %s}]}",
                 wrong[i]);
        json_decref(asked("POST", "/api/experiments", body, strstr(wrong[i], "model") ? 404 : 422));
    }
    json_decref(asked("POST", "/api/experiments",
                      "{\"name\": \"x\", \"share\": 0, \"arms\": [{\"name\": \"a\"},"
                      " {\"name\": \"b\"}]}",
                      422));
    json_decref(asked("GET", "/api/experiments/nix", NULL, 404));
}

static void drift_is_asked_for(void **state) {
    (void)state;
    json_t *body = asked("GET", "/api/drift", NULL, 200);
    assert_false(json_is_true(json_object_get(body, "raised")));
    assert_int_equal(json_object_size(json_object_get(body, "signals")), 5);
    json_decref(body);
    json_decref(asked("GET", "/api/drift?model=nix", NULL, 404));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_experiment_from_beginning_to_end),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(drift_is_asked_for),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

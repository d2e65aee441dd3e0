/* test_api_context.c: lists that ask the store: the library, films shown of late, what is watched
 * on a device; on the catalogue of tests/service/tiny.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "service/service_feedback.h"

static void the_library(void **state) {
    (void)state;
    struct feedback *store;
    struct error error;
    static const char *const items[] = {"50", "7a", "10", "not-here"};
    assert_contains("/api/recommend?user_id=1&library=true", NULL, 200, "\"recommendations\":[]");
    assert_int_equal(service_store(loopback.service, &store, &error), STATUS_OK);
    assert_int_equal(feedback_set_library(store, items, 4, true, &error), STATUS_OK);
    /* User 1 has 10 already. */
    assert_contains("/api/recommend?user_id=1&library=true", NULL, 200,
                    "\"recommendations\":[{\"item_id\":50,");
    assert_contains("/api/recommend?user_id=1&library=true&exclude=50&include=7a&include=40", NULL,
                    200, "\"recommendations\":[{\"item_id\":\"7a\",");
}

/* User 1's list is 40 50 60 7a 80; see test_service_wishes.c for how far 60 falls. */
static void films_shown_of_late(void **state) {
    (void)state;
    assert_contains("/api/events",
                    "[{\"user_id\": \"1\", \"item_id\": \"60\", \"event\": \"impression\"},"
                    " {\"user_id\": \"1\", \"item_id\": \"60\", \"event\": \"impression\"},"
                    " {\"user_id\": \"2\", \"item_id\": \"50\", \"event\": \"impression\"}]",
                    201, "\"accepted\":3");
    assert_contains("/api/recommend?user_id=1&include=60&include=7a&include=40&include=80", NULL,
                    200, "\"score\":0.5208213},{\"item_id\":60,");
    assert_contains("/api/recommend?user_id=1&include=60&include=7a&include=40&include=80"
                    "&demote_shown=true",
                    NULL, 200, "\"score\":0.5208213},{\"item_id\":\"7a\",");
}

/* Film 10 has most people, three; on the phone 40 was watched thrice, each time at 8 or 9. */
static void on_a_device(void **state) {
    (void)state;
    for (int turn = 0; turn < 100; turn++)
        assert_contains("/api/events",
                        "[{\"user_id\": \"a\", \"item_id\": \"40\", \"event\": \"view\","
                        "  \"device\": \"phone\", \"hour\": 8},"
                        " {\"user_id\": \"b\", \"item_id\": \"40\", \"event\": \"view\","
                        "  \"device\": \"phone\", \"hour\": 9}]",
                        201, "\"accepted\":2");
    assert_contains("/api/recommend", "{\"top_k\": 1}", 200, "\"item_id\":10,");
    assert_contains("/api/recommend", "{\"top_k\": 1, \"device\": \"phone\"}", 200,
                    "\"context\":\"popularity by device\",\"recommendations\":[{\"item_id\":40,");
    assert_contains("/api/recommend", "{\"top_k\": 1, \"device\": \"phone\", \"hour\": 7}", 200,
                    "\"item_id\":40,");
    assert_contains("/api/recommend", "{\"top_k\": 1, \"device\": \"phone\", \"hour\": 20}", 200,
                    "\"context\":null,\"recommendations\":[{\"item_id\":10,");
    assert_contains("/api/recommend", "{\"top_k\": 1, \"device\": \"tv\"}", 200,
                    "\"context\":null");
    /* The counts of the phone are at hand now; what comes is counted with them. */
    for (int turn = 0; turn < 150; turn++)
        assert_contains("/api/events",
                        "{\"user_id\": \"c\", \"item_id\": \"10\", \"event\": \"view\","
                        " \"device\": \"phone\", \"hour\": 12}",
                        201, "\"accepted\":1");
    assert_contains("/api/recommend", "{\"top_k\": 1, \"device\": \"phone\"}", 200,
                    "\"item_id\":10,");
    assert_contains("/api/recommend", "{\"top_k\": 1, \"device\": \"phone\", \"hour\": 11}", 200,
                    "\"item_id\":10,");
    assert_contains("/api/recommend", "{\"top_k\": 1, \"device\": \"phone\", \"hour\": 7}", 200,
                    "\"item_id\":40,");
}

static void without_a_store(void **state) {
    (void)state;
    assert_contains("/api/recommend?user_id=1&library=true", NULL, 503, "no store is open");
    assert_contains("/api/recommend?user_id=1&demote_shown=true", NULL, 503, "no store is open");
    assert_contains("/api/recommend", "{\"device\": \"tv\"}", 200, "\"context\":null");
}

static int start(void **state) {
    (void)state;
    return loopback_start(tiny_create());
}

static int start_with_store(void **state) {
    struct error error;
    if (start(state) != 0)
        return -1;
    return service_open_store(loopback.service, "none", &error) == STATUS_OK ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_library, start_with_store, loopback_stop),
        cmocka_unit_test_setup_teardown(films_shown_of_late, start_with_store, loopback_stop),
        cmocka_unit_test_setup_teardown(on_a_device, start_with_store, loopback_stop),
        cmocka_unit_test_setup_teardown(without_a_store, start, loopback_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

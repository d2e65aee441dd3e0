/* test_api_people.c: what people do, over a real socket: ratings, events, sessions, profile, export
 * and erasure, each seen in the next answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

static int start(void **state) {
    (void)state;
    return loopback_start_store(tiny_create(), "none");
}

static void a_rating_is_in_the_next_answer(void **state) {
    (void)state;
    loopback_ask("GET", "/api/recommend?user_id=new", NULL, 404, "...there is no user");
    loopback_ask("PUT", "/api/users/new/ratings", "{\"item_id\": 10, \"rating\": 4}", 200,
                 "{\"user_id\":\"new\",\"rated\":1}");
    loopback_ask("GET", "/api/users/new/ratings", NULL, 200,
                 "{\"user_id\":\"new\",\"ratings\":[{\"item_id\":10,\"title\":\"Alpha (1990)\","
                 "\"rating\":4.0}]}");
    loopback_ask("GET", "/api/recommend?user_id=new&top_k=1", NULL, 200, "...\"item_id\":20");
    loopback_ask("PUT", "/api/users/new/ratings",
                 "[{\"item_id\": \"20\", \"rating\": 1}, {\"item_id\": \"7a\", \"rating\": 5}]",
                 200, "{\"user_id\":\"new\",\"rated\":2}");
    loopback_ask("GET", "/api/recommend?user_id=new&top_k=1", NULL, 200, "...\"item_id\":60");
    loopback_ask("DELETE", "/api/users/new/ratings?item_id=7a&item_id=20", NULL, 200,
                 "{\"user_id\":\"new\",\"removed\":2}");
    loopback_ask("GET", "/api/recommend?user_id=new&top_k=1", NULL, 200, "...\"item_id\":20");
    /* A user of the model who rates anew is answered from the whole. */
    loopback_ask("PUT", "/api/users/1/ratings", "{\"ratings\": [{\"item_id\": 80, \"rating\": 5}]}",
                 200, "{\"user_id\":1,\"rated\":1}");
    loopback_ask("GET", "/api/recommend?user_id=1&top_k=8", NULL, 200,
                 "...\"recommendations\":[{\"item_id\":40,");
    loopback_ask("GET", "/users", NULL, 200, "[1,2,3,\"ann\",\"new\",\"u/5\"]");
}

static void what_is_no_rating_is_refused(void **state) {
    (void)state;
    loopback_ask("PUT", "/api/users/7/ratings", "{\"item_id\": 10, \"rating\": 9}", 422,
                 "...a rating must be between 0 and 5");
    loopback_ask("PUT", "/api/users/7/ratings", "{\"item_id\": 10, \"rating\": \"x\"}", 422,
                 "...a rating is a number");
    loopback_ask("PUT", "/api/users/7/ratings", "{\"item_id\": 10}", 400, "...a rating is needed");
    loopback_ask("PUT", "/api/users/7/ratings", "{\"item_id\": 99, \"rating\": 3}", 404,
                 "...there is no such film");
    loopback_ask("PUT", "/api/users/7/ratings", "{\"rating\": 3}", 400, "...item_id is needed");
    loopback_ask("PUT", "/api/users/7/ratings", "", 400, "...the body is empty");
    loopback_ask("PUT", "/api/users/7/ratings", "[1, 2]", 400, "...a list of what are no objects");
    loopback_ask("PUT", "/api/users/7/ratings", "{\"item_id\": ", 400, "...the body is not JSON");
    loopback_ask("PUT", "/api/users/session:7/ratings", "{\"item_id\": 10, \"rating\": 3}", 422,
                 "...does not begin with");
    loopback_ask("DELETE", "/api/users/7/ratings", NULL, 400, "...item_id");
    loopback_ask("GET", "/api/users/7/ratings", NULL, 404, "...there is no user");
}

static void events_come_in_three_forms(void **state) {
    (void)state;
    loopback_ask("POST", "/api/events", "{\"user_id\": 8, \"item_id\": 10, \"event\": \"like\"}",
                 201, "{\"accepted\":1}");
    loopback_ask(
        "POST", "/api/events",
        "[{\"user_id\": 8, \"item_id\": 20, \"event\": \"view\", \"device\": \"tv\", \"hour\": 21},"
        " {\"user_id\": 8, \"item_id\": 30, \"event\": \"impression\"}]",
        201, "{\"accepted\":2}");
    loopback_ask(
        "POST", "/api/events",
        "{\"user_id\": 8, \"item_id\": 40, \"event\": \"rating\", \"rating\": 2}\n"
        "{\"user_id\": 8, \"item_id\": 40, \"event\": \"click\", \"context\": {\"row\": 2}}\n",
        201, "{\"accepted\":2}");
    loopback_ask("GET", "/api/users/8/export", NULL, 200,
                 "...{\"item\":\"40\",\"kind\":\"click\",\"time\":");
    loopback_ask("GET", "/api/users/8", NULL, 200,
                 "...\"total_ratings\":2,\"average_rating\":3.5,");
    loopback_ask("POST", "/api/events", "{\"user_id\": 8, \"item_id\": 10, \"event\": \"sneeze\"}",
                 422, "...event is view, click");
    loopback_ask("POST", "/api/events", "{\"item_id\": 10, \"event\": \"view\"}", 400,
                 "...user_id or session_id is needed");
    loopback_ask("POST", "/api/events", "{\"user_id\": 8, \"item_id\": 10}", 400,
                 "...event is view, click");
    loopback_ask(
        "POST", "/api/events",
        "[{\"user_id\": 8, \"item_id\": 10, \"event\": \"view\"}, {\"user_id\": 8, \"item_id\": 99,"
        " \"event\": \"view\"}]",
        404, "...[1].item_id");
}

static void a_session_lives_for_a_while(void **state) {
    (void)state;
    char id[33], target[128], body[128];
    struct client_answer begun =
        client_ask(loopback.port, "POST", "/api/sessions", "", "{\"seconds\": 600}");
    assert_int_equal(begun.status, 201);
    assert_int_equal(sscanf(begun.body, "{\"session_id\":\"%32[0-9a-f]\"", id), 1);
    free(begun.body);
    /* Who has done nothing yet gets what is popular. */
    snprintf(target, sizeof target, "/api/recommend?session_id=%s&top_k=1", id);
    loopback_ask("GET", target, NULL, 200,
                 "...\"basis\":\"popularity\",\"tier\":\"nothing known\"");
    snprintf(target, sizeof target, "/api/explain?session_id=%s&item_id=10", id);
    loopback_ask("GET", target, NULL, 200, "...{\"user_id\":null,");
    loopback_ask("GET", "/api/explain?session_id=none&item_id=10", NULL, 404, "...session");
    loopback_ask("GET", "/api/explain?session_id=1&user_id=1&item_id=10", NULL, 422,
                 "...user_id or session_id");
    loopback_ask("GET", "/api/recommend?user_id=session:0123456789abcdef0123456789abcdef", NULL,
                 404, "...there is no user");
    snprintf(body, sizeof body, "{\"session_id\": \"%s\", \"item_id\": 10, \"event\": \"like\"}",
             id);
    loopback_ask("POST", "/api/events", body, 201, "{\"accepted\":1}");
    snprintf(target, sizeof target, "/api/recommend?session_id=%s&top_k=1", id);
    loopback_ask("GET", target, NULL, 200, "...\"item_id\":20");
    snprintf(target, sizeof target, "/api/sessions/%s", id);
    loopback_ask("GET", target, NULL, 200, "...\"expires\"");
    loopback_ask("DELETE", target, NULL, 200, "...\"ended\":true");
    loopback_ask("GET", target, NULL, 404, "...there is no such session");
    loopback_ask("POST", "/api/events", body, 404, "...there is no such session");
    loopback_ask("POST", "/api/sessions", "{\"seconds\": 1}", 422, "...seconds");
}

static void a_profile_has_the_known_names(void **state) {
    (void)state;
    loopback_ask("GET", "/api/users/3", NULL, 200,
                 "{\"user_id\":3,\"known_to_model\":true,\"has_events\":false,\"total_ratings\":2,"
                 "\"average_rating\":3.5,\"rating_percentages\":{\"2\":50.0,\"5\":50.0},"
                 "\"genre_counts\":{\"Action\":1,\"Drama\":1},"
                 "\"genre_averages\":{\"Action\":2.0,\"Drama\":5.0},"
                 "\"unexplored_genres\":[\"Comedy\",\"Unknown\"],\"favorite_genre\":\"Drama\","
                 "\"diversity_score\":30,\"history\":[{\"item_id\":40,\"title\":\"Delta (1993)\","
                 "\"genres\":[\"Drama\"],\"year\":1993,\"hue\":284,\"rating\":5.0},"
                 "{\"item_id\":10,\"title\":\"Alpha (1990)\","
                 "\"genres\":[\"Action\"],\"year\":1990,\"hue\":113,\"rating\":2.0}],"
                 "\"nearest\":[{\"user_id\":2,\"similarity\":"
                 "0.8164966},{\"user_id\":1,\"similarity\":0.4082483}]}");
    loopback_ask("GET", "/api/users/3/predictions", NULL, 404, "...predicts no ratings");
}

static void who_is_erased_is_nowhere(void **state) {
    (void)state;
    loopback_ask("PUT", "/api/users/2/ratings", "{\"item_id\": 80, \"rating\": 5}", 200,
                 "...rated");
    loopback_ask("DELETE", "/api/users/2", NULL, 200, "{\"user_id\":2,\"erased\":true}");
    loopback_ask("GET", "/api/recommend?user_id=2", NULL, 404, "...there is no user");
    loopback_ask("GET", "/recommendations?user_id=2&genre=Drama", NULL, 404, "...there is no user");
    loopback_ask("GET", "/api/users/2", NULL, 404, "...there is no user");
    loopback_ask("GET", "/api/users/2/export", NULL, 404, "...there is no user");
    loopback_ask("GET", "/api/users/2/ratings", NULL, 404, "...there is no user");
    loopback_ask("POST", "/api/batch-recommend", "{\"user_ids\": [2]}", 200, "...{\"2\":[]}");
    loopback_ask("GET", "/users", NULL, 200, "[1,3,\"ann\",\"u/5\"]");
    loopback_ask("GET", "/api/users/3", NULL, 200,
                 "...\"nearest\":[{\"user_id\":1,\"similarity\":0.4082483}]}");
    loopback_ask("GET", "/api/stats", NULL, 200, "...\"people\":0,\"ratings\":0,\"events\":0,");
}

static void without_a_store_nothing_is_taken(void **state) {
    (void)state;
    loopback_stop(NULL);
    assert_int_equal(loopback_start(tiny_create()), 0);
    loopback_ask("PUT", "/api/users/2/ratings", "{\"item_id\": 80, \"rating\": 5}", 503,
                 "...no store is open");
    loopback_ask("POST", "/api/sessions", "", 503, "...no store is open");
    loopback_ask("DELETE", "/api/users/2", NULL, 503, "...no store is open");
    loopback_ask("GET", "/api/users/3", NULL, 200, "...\"total_ratings\":2");
    loopback_ask("GET", "/api/stats", NULL, 200, "...\"feedback\":null");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_rating_is_in_the_next_answer, start, loopback_stop),
        cmocka_unit_test_setup_teardown(what_is_no_rating_is_refused, start, loopback_stop),
        cmocka_unit_test_setup_teardown(events_come_in_three_forms, start, loopback_stop),
        cmocka_unit_test_setup_teardown(a_session_lives_for_a_while, start, loopback_stop),
        cmocka_unit_test_setup_teardown(a_profile_has_the_known_names, start, loopback_stop),
        cmocka_unit_test_setup_teardown(who_is_erased_is_nowhere, start, loopback_stop),
        cmocka_unit_test_setup_teardown(without_a_store_nothing_is_taken, start, loopback_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

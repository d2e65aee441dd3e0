/* test_api.c: exact answers of every route over a real socket; the catalogue and its scores are
 * those of tests/service/tiny.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

static void lists(void **state) {
    (void)state;
    assert_answer("/genres", NULL, 200, "[\"Action\",\"Comedy\",\"Drama\",\"Unknown\"]");
    assert_answer("/users", NULL, 200, "[1,2,3,\"ann\",\"u/5\"]");
    assert_answer("/api/health", NULL, 200,
                  "{\"status\":\"healthy\",\"models_loaded\":1,\"initialized\":true,"
                  "\"version\":\"" MATINEE_VERSION "\",\"encoder\":null,\"posters\":\"drawn\"}");
    assert_answer("/api/models", NULL, 200,
                  "{\"models\":[\"tiny\"],\"default\":\"tiny\",\"details\":{\"tiny\":{"
                  "\"model\":\"tiny\",\"family\":\"test\","
                  "\"summary\":\"scores that can be worked out by hand\",\"data\":\"tiny\","
                  "\"settings\":{\"model.k\":40,\"model.rate\":0.5,\"model.layers\":[64,32],"
                  "\"model.centered\":true,\"model.kind\":\"cosine\"},"
                  "\"metrics\":{\"ndcg@10\":0.25},\"measured_by\":{}}}}");
}

static void films(void **state) {
    (void)state;
    assert_answer(
        "/api/movie/10", NULL, 200,
        "{\"id\":10,\"title\":\"Alpha (1990)\",\"genres\":[\"Action\"],\"year\":1990,"
        "\"imdb_id\":\"0000010\",\"hue\":113,\"count\":3,\"mean\":4.0,\"damped_mean\":3.82906,"
        "\"histogram\":[{\"rating\":2.0,\"count\":1},{\"rating\":5.0,\"count\":2}]}");
    assert_answer("/api/movie/7a", NULL, 200,
                  "{\"id\":\"7a\",\"title\":\"Eta (1996)\",\"genres\":[\"Action\"],\"year\":1996,"
                  "\"count\":0}");
    assert_answer("/api/movie/30", NULL, 200,
                  "{\"id\":30,\"title\":\"\\\"Gamma\\\" & <Sons>\",\"genres\":[\"Comedy\"],"
                  "\"hue\":75,\"count\":1,\"mean\":1.0,\"damped_mean\":3.525253,"
                  "\"histogram\":[{\"rating\":1.0,\"count\":1}]}");
    assert_answer("/api/movie/40/", NULL, 200,
                  "{\"id\":40,\"title\":\"Delta (1993)\",\"genres\":[\"Drama\"],\"year\":1993,"
                  "\"overview\":\"A river.\",\"runtime\":99,\"hue\":284,\"count\":2,\"mean\":4.5,"
                  "\"damped_mean\":3.898148,\"histogram\":[{\"rating\":4.0,\"count\":1},"
                  "{\"rating\":5.0,\"count\":1}]}");
    assert_contains("/api/movie/80", NULL, 200, "\"genres\":[]");
}

static void recommendations(void **state) {
    (void)state;
    assert_answer("/recommendations?user_id=1&genre=drama", NULL, 200,
                  "[{\"movie_id\":40,\"title\":\"Delta (1993)\",\"genres\":[\"Drama\"],"
                  "\"score\":0.5208213},"
                  "{\"movie_id\":50,\"title\":\"\xc3\x89psilon (1994)\","
                  "\"genres\":[\"Comedy\",\"Drama\"],\"score\":0.3392437}]");
    assert_answer("/recommendations?user_id=1&genre=Drama&top_k=1&strict=0", NULL, 200,
                  "[{\"movie_id\":40,\"title\":\"Delta (1993)\",\"genres\":[\"Drama\"],"
                  "\"score\":1.2}]");
    assert_answer("/recommendations?user_id=ann&genre=Unknown&top_k=5", NULL, 200,
                  "[{\"movie_id\":60,\"title\":\"Zeta (1995)\",\"genres\":[\"Unknown\"],"
                  "\"score\":0.3775407}]");
}

static void none_is_an_empty_list(void **state) {
    (void)state;
    /* User 2 has 10, 20 and 40; user 1 has every Comedy but 50. */
    const char *body = "{\"user_id\":1,\"genre\":[\"Comedy\"],\"exclude_ids\":[50]}";
    assert_contains("/api/recommend", body, 200, "\"recommendations\":[]");
}

static void recommend(void **state) {
    (void)state;
    assert_contains(
        "/api/recommend?user_id=1&top_k=1", NULL, 200,
        "{\"user_id\":1,\"model\":\"tiny\",\"basis\":\"known user\","
        "\"tier\":\"few ratings\",\"recommendations\":[{\"item_id\":40,\"encoded_id\":3,"
        "\"title\":\"Delta (1993)\",\"genres\":[\"Drama\"],\"year\":1993,"
        "\"overview\":\"A river.\",\"runtime\":99,\"hue\":284,\"score\":0.5208213}],"
        "\"next\":\"");
}

static void exclusions_have_three_names(void **state) {
    (void)state;
    static const char three[] = "\"item_id\":80,\"encoded_id\":7";
    assert_contains("/api/recommend?user_id=1&top_k=1&exclude=40&exclude=50&exclude_items=60"
                    "&exclude_ids=7a&exclude=no-such",
                    NULL, 200, three);
    assert_contains("/api/recommend",
                    "{\"user_id\": \"1\", \"top_k\": 1, \"exclude_items\": [40, \"50\"],"
                    " \"exclude\": [60], \"exclude_ids\": [\"7a\", \"no-such\"]}",
                    200, three);
}

static void posts(void **state) {
    (void)state;
    static const char popular[] =
        "{\"user_id\":null,\"model\":\"tiny\",\"basis\":\"popularity\","
        "\"tier\":\"nothing known\",\"recommendations\":[{\"item_id\":10,"
        "\"encoded_id\":0,\"title\":\"Alpha (1990)\",\"genres\":[\"Action\"],"
        "\"year\":1990,\"imdb_id\":\"0000010\",\"hue\":113,\"score\":1.0}],\"next\":\"";
    assert_contains("/api/recommend", "{\"top_k\": 1}", 200, popular);
    assert_contains("/api/recommend", "{\"top_k\": 1, \"user_id\": null, \"ratings\": []}", 200,
                    popular);
    assert_contains("/api/recommend", "", 200, "\"basis\":\"popularity\"");
    /* The same ratings in three ways. */
    static const char expected[] = "\"basis\":\"ratings given\",\"tier\":\"few ratings\","
                                   "\"recommendations\":["
                                   "{\"item_id\":\"7a\"";
    assert_contains("/api/recommend",
                    "{\"ratings\": [{\"item_id\": 80, \"rating\": 5}, {\"movie_id\": \"60\"}]}",
                    200, expected);
    assert_contains("/api/recommend", "{\"ratings\": {\"80\": 5, \"60\": 5}}", 200, expected);
    assert_contains("/api/recommend", "{\"ratings\": [80, \"60\"]}", 200, expected);
    assert_contains("/api/recommend", "{\"ratings\": [80, {\"item_id\": 60, \"rating\": null}]}",
                    200, expected);
    /* null is as good as nothing. */
    assert_contains("/api/recommend", "{\"user_id\": 1, \"ratings\": null}", 200,
                    "\"basis\":\"known user\"");
    assert_contains("/api/recommend", "{\"prefer\": {\"comedy\": 5}, \"top_k\": 1}", 200,
                    "\"basis\":\"genres given\",\"tier\":\"nothing known\","
                    "\"recommendations\":[{\"item_id\":20");
}

static void reasons(void **state) {
    (void)state;
    assert_contains("/api/recommend?user_id=3&top_k=1&explain=true", NULL, 200,
                    "\"reasons\":[{\"item_id\":40,\"title\":\"Delta (1993)\",\"share\":1.0}],"
                    "\"why\":\"because you liked Delta (1993)\",\"notes\":[]}],"
                    "\"next\":\"");
}

static void batches(void **state) {
    (void)state;
    struct client_answer answer = client_ask(loopback.port, "POST", "/api/batch-recommend", "",
                                             "{\"user_ids\": [1, \"ann\", 99], \"top_k\": 1}");
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "{\"results\":{\"1\":[{\"item_id\":40,"));
    assert_non_null(strstr(answer.body, "\"ann\":[{\"item_id\":40,"));
    assert_non_null(strstr(answer.body, "\"99\":[]},\"model\":\"tiny\"}"));
    free(answer.body);
}

static void similar(void **state) {
    (void)state;
    assert_answer("/api/similar/7a?top_k=1", NULL, 200,
                  "{\"item_id\":\"7a\",\"similar_items\":[{\"item_id\":60,\"encoded_id\":5,"
                  "\"title\":\"Zeta (1995)\",\"genres\":[\"Unknown\"],\"year\":1995,"
                  "\"similarity\":0.3775407}],\"scale\":\"score\"}");
}

static void pages(void **state) {
    (void)state;
    static const char browser[] = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";
    char value[256];
    struct client_answer answer = client_ask(loopback.port, "GET", "/", "", NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(client_header(&answer, "Content-Type", value), "text/html; charset=utf-8");
    assert_non_null(strstr(answer.body, "href=\"/recommendations?user_id=1&amp;genre=Action\""));
    assert_non_null(strstr(answer.body, "href=\"/api/similar/10\""));
    assert_non_null(strstr(answer.body, "8 films, 5 people, 9 ratings"));
    free(answer.body);
    answer = client_ask(loopback.port, "GET", "/recommendations", browser, NULL);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.body, "<div id=\"root\">"));
    free(answer.body);
    /* With a genre a browser gets what everyone gets. */
    answer =
        client_ask(loopback.port, "GET", "/recommendations?user_id=1&genre=Drama", browser, NULL);
    assert_int_equal(answer.body[0], '[');
    free(answer.body);
}

static void old_pages_lead_on(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"/home?user_id=u%2F5", "/?user=u%2F5"},
        {"/home", "/"},
        {"/movie/7a", "/film/7a"},
        {"/movie/%0d%0aX:", "/film/%0D%0AX%3A"},
        {"/top-rated", "/top"},
        {"/profile?user_id=1", "/person/1"},
        {"/profile", "/"},
    };
    char value[256];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct client_answer answer = client_ask(loopback.port, "GET", cases[i][0], "", NULL);
        assert_int_equal(answer.status, 302);
        assert_string_equal(client_header(&answer, "Location", value), cases[i][1]);
        free(answer.body);
    }
}

static void heads_and_options(void **state) {
    (void)state;
    char value[256];
    struct client_answer answer = client_ask(loopback.port, "HEAD", "/genres", "", NULL);
    assert_int_equal(answer.status, 200);
    assert_string_equal(client_header(&answer, "Content-Length", value), "37");
    free(answer.body);
    answer = client_ask(loopback.port, "OPTIONS", "/api/recommend",
                        "Origin: http://127.0.0.1:5173\r\n"
                        "Access-Control-Request-Method: POST\r\n",
                        NULL);
    assert_int_equal(answer.status, 204);
    assert_string_equal(client_header(&answer, "Access-Control-Allow-Methods", value),
                        "GET, HEAD, POST, OPTIONS");
    assert_string_equal(client_header(&answer, "Access-Control-Allow-Origin", value),
                        "http://127.0.0.1:5173");
    free(answer.body);
}

static int start(void **state) {
    (void)state;
    return loopback_start(tiny_create());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists),
        cmocka_unit_test(films),
        cmocka_unit_test(recommendations),
        cmocka_unit_test(none_is_an_empty_list),
        cmocka_unit_test(recommend),
        cmocka_unit_test(exclusions_have_three_names),
        cmocka_unit_test(posts),
        cmocka_unit_test(reasons),
        cmocka_unit_test(batches),
        cmocka_unit_test(similar),
        cmocka_unit_test(pages),
        cmocka_unit_test(old_pages_lead_on),
        cmocka_unit_test(heads_and_options),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

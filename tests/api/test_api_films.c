/* test_api_films.c: a film that was added while it is served is a film like any other, before any
 * training: rated, in histories, in lists, with reasons; what is edited shows everywhere at once;
 * what is hidden is in no list; all of it again after a restart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "store/feedback.h"

static char path[] = "/tmp/matinee-films-XXXXXX";

/* How often a text stands in an answer. */
static size_t count_of(const char *target, const char *text) {
    struct client_answer answer = client_ask(loopback.port, "GET", target, "", NULL);
    size_t count = 0;
    for (const char *at = answer.body; (at = strstr(at, text)); at += strlen(text))
        count++;
    if (answer.status != 200)
        fail_msg("%s: %d %s", target, answer.status, answer.body);
    free(answer.body);
    return count;
}

static void assert_lists(const char *target, const char *text, bool is_there) {
    if ((count_of(target, text) > 0) != is_there)
        fail_msg("%s %s %s", target, is_there ? "has no" : "has", text);
}

static void unknown_before(void **state) {
    (void)state;
    loopback_ask("PUT", "/api/users/2/ratings", "{\"item_id\": 9000, \"rating\": 5}", 404,
                 "...no such film");
    loopback_ask("POST", "/api/movies",
                 "{\"item_id\": 9000, \"title\": \"Alpha Returns\", \"year\": 1992,"
                 " \"genres\": [\"Action\"]}",
                 201, "...\"title\":\"Alpha Returns (1992)\"");
}

static void in_lists(void **state) {
    (void)state;
    /* 9 films, of which the person has 3. */
    assert_int_equal(count_of("/api/recommend?user_id=2&top_k=20", "\"item_id\""), 6);
    assert_lists("/api/recommend?user_id=2&top_k=20", "\"item_id\":9000", true);
    assert_int_equal(
        count_of("/api/recommend?user_id=2&top_k=2&genre=Action&years=1992-", "\"item_id\""), 2);
    assert_lists("/api/recommend?user_id=2&top_k=1&years=1992", "\"item_id\":9000", true);
    assert_lists("/api/recommend?user_id=2&include_ids=9000", "\"item_id\":9000", true);
    assert_int_equal(count_of("/api/recommend?user_id=2&include_ids=9000", "\"item_id\""), 1);
    assert_lists("/api/recommend?user_id=2&top_k=20&exclude=9000", "\"item_id\":9000", false);
    assert_lists("/recommendations?user_id=2&genre=Action&top_k=9", "\"movie_id\":9000", true);
    assert_lists("/api/recommend?user_id=1,2&top_k=9", "\"item_id\":9000", true);
    assert_lists("/api/recommend?user_id=2&top_k=9&diversity=0.5", "\"item_id\":9000", true);
    assert_contains("/api/batch-recommend", "{\"user_ids\": [2, 3], \"top_k\": 9}", 200,
                    "\"item_id\":9000");
    assert_contains("/api/recommend", "{\"ratings\": [{\"item_id\": 9000, \"rating\": 5}]}", 200,
                    "\"basis\":\"ratings given\"");
    assert_lists("/gorse/api/recommend/2?n=9", "\"9000\"", true);
    assert_lists("/api/map?limit=20", "\"item_id\":9000", true);
}

static void with_reasons(void **state) {
    (void)state;
    assert_lists("/api/recommend?user_id=2&top_k=9&explain=true", "new: like ", true);
    assert_contains("/api/explain?user_id=2&item_id=9000", NULL, 200, "new: like Alpha (1990)");
    assert_contains("/api/explain?user_id=2&item_id=9000", NULL, 200, "\"kind\":\"new\"");
    assert_lists("/api/similar/9000?top_k=20", "\"item_id\":10,", true);
    assert_lists("/api/similar/10?top_k=20", "\"item_id\":9000", true);
    assert_lists("/api/similar/10?top_k=1&genre=Action&years=1992", "\"item_id\":9000", true);
}

static void rated(void **state) {
    (void)state;
    loopback_ask("PUT", "/api/users/2/ratings", "{\"item_id\": 9000, \"rating\": 5}", 200,
                 "...\"rated\":1");
    assert_lists("/api/users/2/ratings", "\"title\":\"Alpha Returns (1992)\",\"rating\":5.0", true);
    assert_lists("/api/users/2", "Alpha Returns", true);
    assert_lists("/api/recommend?user_id=2&top_k=20", "\"item_id\":9000", false);
    assert_int_equal(count_of("/api/recommend?user_id=2&top_k=20", "\"item_id\""), 5);
    assert_lists("/api/recommend?user_id=2&top_k=20&seen=only", "\"item_id\":9000", true);
    assert_contains("/api/events", "{\"user_id\": \"u/5\", \"item_id\": 9000, \"event\": \"like\"}",
                    201, "\"accepted\":1");
    assert_lists("/api/recommend?user_id=u%2F5&top_k=3&explain=true", "you liked Alpha Returns",
                 true);
    assert_contains("/gorse/api/feedback",
                    "[{\"FeedbackType\": \"read\", \"UserId\": \"ann\", \"ItemId\": \"9000\","
                    " \"Timestamp\": \"2026-01-01\"}]",
                    200, "\"RowAffected\":1");
    assert_lists("/api/users/ann/taste", "Action", true);
    loopback_ask("DELETE", "/api/users/2/ratings?item_id=9000", NULL, 200, "...\"removed\":1");
    assert_lists("/api/recommend?user_id=2&top_k=20", "\"item_id\":9000", true);
}

/* Within a second or so: not at once, since it costs a look at all the ratings of a film. */
static void wait_for(const char *target, const char *text) {
    for (int i = 0; i < 300 && count_of(target, text) == 0; i++)
        usleep(20000);
    assert_lists(target, text, true);
}

static void counted(void **state) {
    (void)state;
    loopback_ask("PUT", "/api/users/1/ratings", "{\"item_id\": 9000, \"rating\": 3}", 200,
                 "...\"rated\":1");
    /* u/5 likes it, ann has seen it. */
    wait_for("/api/movie/9000", "\"count\":3,\"mean\":4.0");
    assert_lists("/api/top?genre=Action&top_k=9", "\"item_id\":9000", true);
    assert_lists("/api/movies?min_ratings=3&years=1992", "\"item_id\":9000", true);
    assert_lists("/api/movies?min_mean=4.5", "\"item_id\":9000", false);
    loopback_ask("DELETE", "/api/users/1/ratings?item_id=9000", NULL, 200, "...\"removed\":1");
    wait_for("/api/movie/9000", "\"count\":2,\"mean\":5.0");
}

static void edits_show(void **state) {
    (void)state;
    loopback_ask("PATCH", "/api/movies/7a", "{\"title\": \"Iota\", \"genres\": [\"Drama\"]}", 200,
                 "...\"title\":\"Iota (1996)\"");
    assert_lists("/api/recommend?user_id=2&top_k=9", "Iota (1996)", true);
    assert_lists("/api/recommend?user_id=2&top_k=9", "Eta (1996)", false);
    assert_lists("/api/recommend?user_id=2&top_k=9&genre=Drama&years=1996", "Iota (1996)", true);
    assert_lists("/api/recommend?user_id=2&top_k=9&genre=Action", "Iota (1996)", false);
    assert_lists("/recommendations?user_id=2&genre=Drama&top_k=9", "Iota (1996)", true);
    assert_lists("/api/similar/60", "\"title\":\"Iota (1996)\",\"genres\":[\"Drama\"]", true);
    assert_lists("/api/movies?q=iota", "Iota (1996)", true);
    assert_lists("/api/top?genre=Drama&top_k=9", "Iota (1996)", true);
}

/* In no list, whatever is asked for. */
static void assert_hidden(bool is_hidden) {
    assert_lists("/api/recommend?user_id=2&top_k=20", "\"item_id\":30,", !is_hidden);
    assert_lists("/api/recommend?user_id=2&top_k=20&include_ids=30", "\"item_id\":30,", !is_hidden);
    assert_lists("/recommendations?user_id=2&genre=Comedy&top_k=9", "\"movie_id\":30,", !is_hidden);
    assert_lists("/api/similar/20?top_k=20", "\"item_id\":30,", !is_hidden);
    assert_lists("/api/movies?limit=20", "\"item_id\":30,", !is_hidden);
    assert_lists("/api/movies?q=gamma", "\"item_id\":30,", !is_hidden);
    assert_lists("/api/top?top_k=20", "\"item_id\":30,", !is_hidden);
    assert_lists("/api/map?limit=20", "\"item_id\":30,", !is_hidden);
    assert_lists("/api/starters?top_k=9", "\"item_id\":30,", !is_hidden);
    assert_lists("/gorse/api/popular?n=20", "\"30\"", !is_hidden);
    assert_lists("/gorse/api/item/20/neighbors?n=20", "\"30\"", !is_hidden);
}

static void hidden(void **state) {
    (void)state;
    assert_hidden(false);
    loopback_ask("PATCH", "/api/movies/30", "{\"hidden\": true}", 200, "...\"hidden\":true");
    assert_hidden(true);
    assert_contains("/api/movie/30", NULL, 200, "\"hidden\":true");
    assert_int_equal(count_of("/api/recommend?user_id=2&top_k=4", "\"item_id\""), 4);
    loopback_ask("PATCH", "/api/movies/30", "{\"hidden\": false}", 200, "...\"id\":30");
    assert_hidden(false);
    loopback_ask("PATCH", "/gorse/api/item/30", "{\"IsHidden\": true}", 200, "...RowAffected");
    assert_hidden(true);
    assert_contains("/gorse/api/item/30", NULL, 200, "\"IsHidden\":true");
    loopback_ask("DELETE", "/gorse/api/item/30", NULL, 200, "...\"RowAffected\":1");
    assert_hidden(false);
}

static void by_gorse(void **state) {
    (void)state;
    assert_contains(
        "/gorse/api/items",
        "[{\"ItemId\": \"n1\", \"Comment\": \"Nu\", \"Categories\": [\"Noir\"]},"
        " {\"ItemId\": \"n2\", \"Comment\": \"Xi\", \"IsHidden\": true},"
        " {\"ItemId\": \"n3\", \"Comment\": \"Omicron\", \"Timestamp\": \"2001-01-01\"}]",
        200, "\"RowAffected\":3");
    assert_contains("/gorse/api/items",
                    "[{\"ItemId\": \"n4\", \"Comment\": \"Pi\"}, {\"Comment\": \"no id\"}]", 400,
                    "item 2");
    assert_contains("/api/movie/n4", NULL, 404, "no film");
    assert_lists("/api/recommend?user_id=2&top_k=20", "\"item_id\":\"n1\"", true);
    assert_lists("/api/recommend?user_id=2&top_k=20", "\"item_id\":\"n2\"", false);
    assert_lists("/api/recommend?user_id=2&top_k=9&genre=Noir", "\"title\":\"Nu\"", true);
    assert_lists("/genres", "Noir", true);
    assert_lists("/api/movies?q=omicron", "Omicron (2001)", true);
    /* What is said elsewhere of a film stays when Gorse's clients speak of it. */
    loopback_ask("PATCH", "/api/movies/n1", "{\"overview\": \"Rain.\"}", 200, "...Rain.");
    loopback_ask("PATCH", "/gorse/api/item/n1", "{\"Comment\": \"Nu II\"}", 200, "...RowAffected");
    assert_contains("/api/movie/n1", NULL, 200, "\"title\":\"Nu II\",\"genres\":[\"Noir\"]");
    assert_contains("/api/movie/n1", NULL, 200, "Rain.");
    loopback_ask("DELETE", "/gorse/api/item/n1", NULL, 200, "...\"RowAffected\":1");
    assert_contains("/api/movie/n1", NULL, 404, "no film");
    assert_lists("/genres", "Noir", false);
}

static void again(void **state) {
    (void)state;
    loopback_ask("PUT", "/api/users/2/ratings", "{\"item_id\": 9000, \"rating\": 4}", 200,
                 "...\"rated\":1");
    loopback_stop(NULL);
    assert_int_equal(loopback_start_store(tiny_create(), path), 0);
    assert_lists("/api/users/2/ratings", "\"title\":\"Alpha Returns (1992)\",\"rating\":4.0", true);
    assert_lists("/api/recommend?user_id=1&top_k=20", "\"item_id\":9000", true);
    assert_lists("/api/recommend?user_id=1&top_k=20", "Iota (1996)", true);
}

/* Another program writes to the file: a second service stands for it. */
static void by_others(void **state) {
    const struct feedback_item film = {"9100", "Elsewhere", "Drama", 2020, NULL};
    struct feedback *store;
    struct error error;
    (void)state;
    assert_int_equal(feedback_open(&store, path, &error), STATUS_OK);
    assert_int_equal(feedback_set_items(store, &film, 1, &error), STATUS_OK);
    feedback_close(store);
    for (int i = 0; i < 200 && count_of("/api/movies?limit=20", "\"item_id\":9100") == 0; i++)
        usleep(20000);
    assert_lists("/api/recommend?user_id=1&top_k=20", "\"item_id\":9100", true);
}

static int start(void **state) {
    (void)state;
    const int file = mkstemp(path);
    if (file < 0)
        return -1;
    close(file);
    return loopback_start_store(tiny_create(), path);
}

static int stop(void **state) {
    static const char *const ends[] = {"", "-wal", "-shm"};
    const int status = loopback_stop(state);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[sizeof path + 8];
        snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    return status;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_before), cmocka_unit_test(in_lists),
        cmocka_unit_test(with_reasons),   cmocka_unit_test(rated),
        cmocka_unit_test(counted),        cmocka_unit_test(edits_show),
        cmocka_unit_test(hidden),         cmocka_unit_test(by_gorse),
        cmocka_unit_test(again),          cmocka_unit_test(by_others),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* test_api_search.c: wishes in words over a real socket, with the encoder of fake_encoder.h:
 * shapes, parameters, and what a stranger may send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "service/fake_encoder.h"

static int start(void **state) {
    (void)state;
    const int status = loopback_start(tiny_create());
    fake_words(loopback.service, NULL);
    return status;
}

/* The body of a GET that is answered 200, parsed; NULL if it is not so. */
static json_t *asked(const char *target) {
    struct client_answer answer = client_ask(loopback.port, "GET", target, "", NULL);
    json_t *body = answer.status == 200 ? json_loads(answer.body, 0, NULL) : NULL;
    if (!body)
        fprintf(stderr, "%s: %d %s\n", target, answer.status, answer.body);
    assert_non_null(body);
    free(answer.body);
    return body;
}

static void a_bare_array(void **state) {
    (void)state;
    json_t *films = asked("/intent_recommendations?q=a+funny+comedy&user_id=3&top_k=2");
    assert_int_equal(json_array_size(films), 2);
    const json_t *film = json_array_get(films, 0);
    assert_int_equal(json_object_size(film), 4);
    assert_true(json_is_integer(json_object_get(film, "movie_id")));
    assert_true(json_is_string(json_object_get(film, "title")));
    assert_true(json_is_array(json_object_get(film, "genres")));
    assert_true(json_is_real(json_object_get(film, "score")));
    json_decref(films);
    /* Every parameter by its name; what the person has is not shown. */
    films = asked("/intent_recommendations?q=drama&user_id=1&top_k=8&strict=false"
                  "&genre_alpha=0.35&pop_alpha=0.05&embed_alpha=0.60&candidate_pool=0");
    assert_int_equal(json_array_size(films), 5);
    json_decref(films);
    films = asked("/intent_recommendations?q=drama&user_id=1&top_k=8&strict=true");
    assert_true(json_array_size(films) < 5);
    json_decref(films);
}

/* The wish's own reasons, and behind them those of the person's past. */
static void with_reasons(void **state) {
    (void)state;
    json_t *body = asked("/api/search?q=a+drama&user_id=1&top_k=1&explain=true");
    const json_t *film = json_array_get(json_object_get(body, "recommendations"), 0);
    const char *why = json_string_value(json_object_get(film, "why"));
    assert_int_equal(strncmp(why, "Drama fits your wish, and because you ", 38), 0);
    assert_true(json_array_size(json_object_get(film, "reasons")) > 0);
    json_decref(body);
    body = asked("/api/search?q=a+drama&top_k=1&explain=true");
    film = json_array_get(json_object_get(body, "recommendations"), 0);
    why = json_string_value(json_object_get(film, "why"));
    assert_string_equal(why, "Drama fits your wish");
    json_decref(body);
    body = asked("/api/search?q=a+drama&top_k=1");
    film = json_array_get(json_object_get(body, "recommendations"), 0);
    assert_null(json_object_get(film, "why"));
    json_decref(body);
}

static void with_reasons_in_a_list(void **state) {
    (void)state;
    json_t *body = asked("/api/recommend?q=a+drama&user_id=1&top_k=1&explain=true");
    const json_t *film = json_array_get(json_object_get(body, "recommendations"), 0);
    const char *why = json_string_value(json_object_get(film, "why"));
    assert_non_null(strstr(why, "fits your wish"));
    json_decref(body);
    body = asked("/api/search?q=epsilon&top_k=1&explain=true");
    film = json_array_get(json_object_get(body, "recommendations"), 0);
    why = json_string_value(json_object_get(film, "why"));
    assert_int_equal(strncmp(why, "it has the title that you typed", 31), 0);
    json_decref(body);
}

static void what_was_understood(void **state) {
    (void)state;
    json_t *body = asked("/api/search?q=action,+no+comedies,+between+1990+and+1996");
    const json_t *intent = json_object_get(body, "intent");
    const json_t *chips = json_object_get(intent, "chips");
    assert_string_equal(json_string_value(json_object_get(body, "encoder")), "fake");
    assert_true(json_is_null(json_object_get(body, "user_id")));
    assert_int_equal(json_array_size(chips), 3);
    const json_t *chip = json_array_get(chips, 1);
    assert_string_equal(json_string_value(json_object_get(chip, "kind")), "excluded_genre");
    assert_string_equal(json_string_value(json_object_get(chip, "label")), "excluded: Comedy");
    assert_string_equal(json_string_value(json_object_get(chip, "words")), "no comedies");
    assert_int_equal(json_integer_value(json_object_get(chip, "begin")), 8);
    assert_string_equal(json_string_value(json_object_get(intent, "text")), "action");
    const json_t *years = json_object_get(intent, "years");
    assert_int_equal(json_integer_value(json_object_get(years, "first")), 1990);
    static const char *const members[] = {
        "mood",      "moods",    "genre_weights",    "genre_priors",
        "strongest", "steering", "genre_similarity", "alphas"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        assert_non_null(json_object_get(intent, members[i]));
    const json_t *films = json_object_get(body, "recommendations");
    assert_int_equal(json_array_size(films), 4); /* Alpha, Delta, Zeta, Eta */
    const json_t *parts = json_object_get(json_array_get(films, 0), "parts");
    assert_non_null(json_object_get(parts, "cosine"));
    json_decref(body);
}

static void posts(void **state) {
    (void)state;
    assert_contains("/api/search", "{\"q\": \"drama\", \"user_id\": 1, \"top_k\": 1}", 200,
                    "\"basis\":\"known user\"");
    assert_contains("/api/search", "{\"query\": \"drama\"}", 200, "\"query\":\"drama\"");
    assert_contains("/api/search", "{}", 400, "\"loc\":[\"body\",\"q\"]");
    assert_contains("/api/search", "{\"q\": 7}", 422, "valid string");
    assert_contains("/api/search", "{\"q\": [\"x\"]}", 422, "valid string");
    assert_contains("/api/search", "{\"q\": \"x\", \"genre_alpha\": -1}", 422, "from 0 to 100");
    assert_contains("/api/search", "{\"q\": \"x\", \"genre_alpha\": \"NaN\"}", 422,
                    "float_parsing");
    assert_contains("/api/search", "{\"q\": \"x\", \"candidate_pool\": 1.5}", 422, "int_parsing");
}

static double first_score(const char *post) {
    struct client_answer answer = client_ask(loopback.port, "POST", "/api/recommend", "", post);
    json_t *body = json_loads(answer.body, 0, NULL);
    const json_t *films = json_object_get(body, "recommendations");
    const double score = json_real_value(json_object_get(json_array_get(films, 0), "score"));
    assert_int_equal(answer.status, 200);
    json_decref(body);
    free(answer.body);
    return score;
}

/* Genres that somebody likes count beside a wish, by a fifth at most. */
static void preferences_beside_a_wish(void **state) {
    (void)state;
    const double plain = first_score("{\"q\": \"a film\", \"include\": [10], \"top_k\": 1}");
    const double liked = first_score("{\"q\": \"a film\", \"include\": [10], \"top_k\": 1,"
                                     " \"genres\": {\"Action\": 5}}");
    const double disliked = first_score("{\"q\": \"a film\", \"include\": [10], \"top_k\": 1,"
                                        " \"prefer\": {\"Action\": 1}}");
    ASSERT_NEAR(liked - plain, 0.2, 1e-5);
    ASSERT_NEAR(disliked - plain, -0.2, 1e-5);
}

/* A bare history counts as a person's own; chips can be taken back. */
static void ratings_and_chips(void **state) {
    (void)state;
    assert_contains("/api/search", "{\"q\": \"drama\", \"ratings\": {\"80\": 5, \"60\": 4}}", 200,
                    "\"basis\":\"ratings given\"");
    assert_contains("/intent_recommendations", "{\"q\": \"drama\", \"ratings\": [80, 60]}", 200,
                    "\"movie_id\"");
    assert_contains("/intent_recommendations", "{\"q\": \"drama\", \"user_id\": 1}", 200,
                    "\"movie_id\"");
    assert_contains("/intent_recommendations", "{\"q\": \"drama\"}", 400, "user_id");
    assert_contains("/api/search", "{\"q\": \"drama\", \"user_id\": 1, \"ratings\": [80]}", 422,
                    "not both");
    assert_contains("/api/search", "{\"q\": \"drama\", \"ratings\": [999]}", 404, "no film");
    json_t *body = asked("/api/search?q=no+comedies+or+dramas&without_chips=excluded:+Comedy");
    const json_t *chips = json_object_get(json_object_get(body, "intent"), "chips");
    assert_int_equal(json_array_size(chips), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(chips, 0), "label")),
                        "excluded: Drama");
    json_decref(body);
    assert_contains("/api/search",
                    "{\"q\": \"no comedies\", \"without_chips\": [\"excluded: Comedy\"]}", 200,
                    "\"chips\":[]");
    char many[2048];
    int used = snprintf(many, sizeof many, "/api/search?q=x");
    for (int i = 0; i < 33; i++)
        used += snprintf(many + used, sizeof many - (size_t)used, "&without_chips=x");
    assert_contains(many, NULL, 422, "33 chips, expected at most 32");
    assert_contains("/api/search", "{\"q\": \"after 2000, before 1990\"}", 200, "no year fits");
}

/* The why-line and the notes name the chips that a film answers to. */
static void chips_are_reasons(void **state) {
    (void)state;
    json_t *body = asked("/api/search?q=action,+no+comedies,+between+1990+and+1996&explain=true");
    const json_t *films = json_object_get(body, "recommendations");
    assert_true(json_array_size(films) > 0);
    for (size_t i = 0; i < json_array_size(films); i++) {
        const json_t *film = json_array_get(films, i);
        const json_t *notes = json_object_get(film, "notes");
        const char *why = json_string_value(json_object_get(film, "why"));
        size_t chips = 0;
        for (size_t n = 0; n < json_array_size(notes); n++)
            chips += strcmp(json_string_value(json_object_get(json_array_get(notes, n), "kind")),
                            "wish") == 0;
        const bool is_action = strstr(why, "Action fits your wish") != NULL;
        assert_int_equal(chips, is_action ? 3 : 2);
        assert_non_null(strstr(why, ", not Comedy"));
        assert_non_null(strstr(why, " (years 1990-1996)"));
    }
    json_decref(body);
    body = asked("/api/recommend?q=action&user_id=1&explain=true");
    films = json_object_get(body, "recommendations");
    const json_t *notes = json_object_get(json_array_get(films, 0), "notes");
    assert_string_equal(json_string_value(json_object_get(json_array_get(notes, 0), "text")),
                        "genre: Action");
    json_decref(body);
}

/* Whatever stands beside a person stands beside a wish. */
static void everything_beside_a_wish(void **state) {
    (void)state;
    static const char *const lists[] = {"/api/recommend", "/api/search"};
    for (size_t i = 0; i < 2; i++) {
        char target[200];
        snprintf(target, sizeof target, "%s?q=drama&user_id=1,3&group=least_misery", lists[i]);
        assert_contains(target, NULL, 200, "\"user_id\":null,\"user_ids\":[1,3]");
        assert_contains(target, NULL, 200, "\"basis\":\"several people\"");
        assert_contains(target, NULL, 200, "\"group\":\"least_misery\"");
        assert_contains(target, NULL, 200, "\"people\":[{\"user_id\":1,\"score\":");
        snprintf(target, sizeof target, "%s?q=drama&user_id=3&diversity=0.5&top_k=2", lists[i]);
        assert_contains(target, NULL, 200, "\"diversity\":{\"method\":\"mmr\",\"amount\":0.5,");
        snprintf(target, sizeof target, "%s?q=drama&user_id=ann&tiers=true", lists[i]);
        assert_contains(target, NULL, 200, "\"tier\":\"few ratings\",\"popularity_share\":0.6,");
        snprintf(target, sizeof target, "%s?q=drama&user_id=1&hour=20&device=tv", lists[i]);
        assert_contains(target, NULL, 200, "\"context\":null");
        snprintf(target, sizeof target, "%s?q=drama&user_id=1&hour=24", lists[i]);
        assert_contains(target, NULL, 422, "less than or equal to 23");
        snprintf(target, sizeof target, "%s?q=drama&user_id=1&top_k=2", lists[i]);
        assert_contains(target, NULL, 200, "\"next\":\"");
    }
    json_t *films = asked("/intent_recommendations?q=drama&user_id=1,3");
    assert_int_equal(json_array_size(films), 4);
    json_decref(films);
    assert_contains("/api/search?q=no+comedies,+after+1990&without_chips=excluded:+Comedy,years",
                    NULL, 200, "\"label\":\"since 1991\"");
}

static void refused(void **state) {
    (void)state;
    static const char start[] = "/intent_recommendations?user_id=1&q=x&";
    static const struct {
        const char *rest, *text;
    } cases[] = {{"genre_alpha=nan", "float_parsing"},
                 {"genre_alpha=-1", "from 0 to 100"},
                 {"pop_alpha=inf", "float_parsing"},
                 {"embed_alpha=abc", "float_parsing"},
                 {"embed_alpha=1e300", "from 0 to 100"},
                 {"candidate_pool=-1", "greater_than_equal"},
                 {"candidate_pool=1e3", "int_parsing"},
                 {"candidate_pool=99999999999", "less_than"},
                 {"top_k=0", "greater_than_equal"},
                 {"strict=maybe", "bool_parsing"},
                 {"q=", "the wish is empty"},
                 {"q=+%09%01+", "the wish is empty"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[200];
        snprintf(target, sizeof target, "%s%s", start, cases[i].rest);
        assert_contains(target, NULL, 422, cases[i].text);
    }
    assert_contains("/intent_recommendations?user_id=1", NULL, 400, "\"loc\":[\"query\",\"q\"]");
    assert_contains("/intent_recommendations?q=x", NULL, 400, "\"loc\":[\"query\",\"user_id\"]");
    assert_contains("/intent_recommendations?q=x&user_id=99", NULL, 404, "no user");
    assert_contains("/api/search?q=x&model=tony", NULL, 404, "did you mean");
    assert_contains("/api/search?q=%ff%fe", NULL, 400, "UTF-8");
    assert_contains("/api/search?q=%00", NULL, 400, "zero");
}

static void large_texts(void **state) {
    (void)state;
    static char body[(size_t)2 << 20];
    const size_t sizes[] = {20000, 1000000, sizeof body - 100};
    const int statuses[] = {422, 422, 413};
    for (size_t i = 0; i < 3; i++) {
        memset(body, 'a', sizeof body);
        memcpy(body, "{\"q\": \"", 7);
        memcpy(body + sizes[i], "\"}", 3);
        struct client_answer answer = client_ask(loopback.port, "POST", "/api/search", "", body);
        assert_int_equal(answer.status, statuses[i]);
        free(answer.body);
    }
}

static void strange_texts(void **state) {
    (void)state;
    static const char *const texts[] = {"%F0%9F%8E%AC%F0%9F%8D%BF",
                                        "%E2%80%8F%D7%A1%D7%A8%D7%98",
                                        "%E6%98%A0%E7%94%BB",
                                        "no+",
                                        "like+",
                                        "%22%22%22((((",
                                        "before+the",
                                        "%3Cscript%3E",
                                        "%01%02x%7f"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char target[200];
        snprintf(target, sizeof target, "/api/search?q=%s", texts[i]);
        json_t *body = asked(target);
        assert_int_equal(json_array_size(json_object_get(body, "recommendations")), 8);
        json_decref(body);
    }
}

/* What somebody anonymous has seen is not found again. */
static void a_session(void **state) {
    (void)state;
    struct error error;
    char id[33], body[128], target[128];
    assert_int_equal(service_open_store(loopback.service, "none", &error), STATUS_OK);
    struct client_answer begun = client_ask(loopback.port, "POST", "/api/sessions", "", "{}");
    assert_int_equal(sscanf(begun.body, "{\"session_id\":\"%32[0-9a-f]\"", id), 1);
    free(begun.body);
    snprintf(body, sizeof body, "{\"session_id\": \"%s\", \"item_id\": 10, \"event\": \"like\"}",
             id);
    assert_contains("/api/events", body, 201, "accepted");
    snprintf(target, sizeof target, "/api/search?q=drama&top_k=8&session_id=%s", id);
    json_t *found = asked(target);
    assert_int_equal(json_array_size(json_object_get(found, "recommendations")), 7);
    assert_true(json_is_null(json_object_get(found, "user_id")));
    json_decref(found);
    assert_contains("/api/search?q=x&session_id=0", NULL, 404, "there is no such session");
    assert_contains("/api/search?q=x&session_id=0&user_id=1", NULL, 422, "not both");
}

static void who_speaks(void **state) {
    (void)state;
    assert_contains("/api/health", NULL, 200, "\"encoder\":\"fake\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_array),
        cmocka_unit_test(with_reasons),
        cmocka_unit_test(with_reasons_in_a_list),
        cmocka_unit_test(what_was_understood),
        cmocka_unit_test(posts),
        cmocka_unit_test(preferences_beside_a_wish),
        cmocka_unit_test(ratings_and_chips),
        cmocka_unit_test(chips_are_reasons),
        cmocka_unit_test(everything_beside_a_wish),
        cmocka_unit_test(refused),
        cmocka_unit_test(large_texts),
        cmocka_unit_test(strange_texts),
        cmocka_unit_test(who_speaks),
        cmocka_unit_test(a_session),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

/* test_api_wishes.c: filters, several people, diversity, cursors and batches over a socket, on the
 * catalogue of tests/service/tiny.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

/* The ids of the list, "40 50 60". */
static char *ids_of(const char *target, const char *post, char *next) {
    struct client_answer answer =
        client_ask(loopback.port, post ? "POST" : "GET", target, "", post);
    size_t room = 1000, used = 0;
    char *ids = calloc(1, room);
    assert_int_equal(answer.status, 200);
    for (const char *at = answer.body; (at = strstr(at, "\"item_id\":")); at++) {
        const char *id = at + strlen("\"item_id\":");
        used += (size_t)snprintf(ids + used, room - used, "%s%.*s", used ? " " : "",
                                 (int)strcspn(id, ","), id);
    }
    const char *found = strstr(answer.body, "\"next\":\"");
    if (next)
        snprintf(next, 40, "%.*s", found ? (int)strcspn(found + 8, "\"") : 0,
                 found ? found + 8 : "");
    free(answer.body);
    return ids;
}

static void assert_ids(const char *target, const char *post, const char *expected) {
    char *found = ids_of(target, post, NULL);
    if (strcmp(found, expected) != 0)
        fprintf(stderr, "%s %s\n", target, post ? post : "");
    assert_string_equal(found, expected);
    free(found);
}

#define USER "/api/recommend?user_id=1" /* has 10, 20, 30; best are 40 50 60 7a 80 */

static void filters(void **state) {
    (void)state;
    assert_ids(USER, NULL, "40 50 60 \"7a\" 80");
    assert_ids(USER "&years=1994-1996", NULL, "50 60 \"7a\"");
    assert_ids(USER "&years=1995", NULL, "60");
    assert_ids(USER "&years=1996-", NULL, "\"7a\" 80");
    assert_ids(USER "&years=-1993", NULL, "40");
    assert_ids(USER "&year_min=1994&year_max=1995", NULL, "50 60");
    assert_ids(USER "&years=1990-1995&year_min=1994", NULL, "50 60");
    assert_ids(USER "&genre=Drama&genre_all=Comedy", NULL, "50");
    assert_ids(USER "&exclude_genre=Drama", NULL, "60 \"7a\" 80");
    assert_ids(USER "&min_ratings=1", NULL, "40 50");
    assert_ids(USER "&min_mean=5", NULL, "50");
    assert_ids(USER "&include=50&include_ids=7a&include=none", NULL, "50 \"7a\"");
    assert_ids(USER "&include=none", NULL, "");
    assert_ids(USER "&seen=only", NULL, "10 20 30");
    assert_ids(USER "&seen=include&top_k=3", NULL, "10 20 30");
    assert_ids("/api/recommend",
               "{\"user_id\":1,\"years\":\"1994-1996\",\"include\":[50,\"7a\"],\"top_k\":1}", "50");
}

/* A list is written with commas or named again, in a query and in a body. */
static void lists_with_commas(void **state) {
    (void)state;
    static const char *const genres[] = {"&genre=Comedy&genre=Action", "&genre=Comedy,Action",
                                         "&genre=Comedy,+Action"};
    for (size_t i = 0; i < sizeof genres / sizeof *genres; i++) {
        char target[200];
        snprintf(target, sizeof target, USER "%s", genres[i]);
        assert_ids(target, NULL, "50 \"7a\"");
    }
    assert_ids("/api/recommend", "{\"user_id\": 1, \"genre\": \"Comedy,Action\"}", "50 \"7a\"");
    assert_ids(USER "&genre_all=Comedy,Drama", NULL, "50");
    assert_ids(USER "&exclude_genre=Comedy,Action", NULL, "40 60 80");
    assert_ids(USER "&include=50,7a", NULL, "50 \"7a\"");
    assert_ids(USER "&exclude=40,50&exclude_ids=60", NULL, "\"7a\" 80");
    assert_ids("/api/recommend", "{\"user_id\": \"1,3\"}", "50 60 \"7a\" 80");
    assert_contains(USER "&genre=Comedy,Acton", NULL, 422, "\"input\":\"Acton\"");
    assert_contains(USER "&genre=Comedy,,Action", NULL, 422, "one of the genres");
}

/* What one list takes, all do. */
static void the_bare_array_takes_the_same(void **state) {
    (void)state;
    assert_contains("/recommendations?user_id=1,3&genre=Drama", NULL, 200, "[{\"movie_id\":50,");
    assert_contains("/recommendations?user_id=1&genre=Comedy,Action&years=1996", NULL, 200,
                    "[{\"movie_id\":\"7a\",");
    assert_contains("/recommendations?user_id=1&genre=Drama&explain=true&top_k=1", NULL, 200,
                    "\"why\":\"because you");
    assert_contains("/recommendations?user_id=1,nobody&genre=Drama", NULL, 404, "nobody");
}

static void what_is_no_filter(void **state) {
    (void)state;
    assert_contains(USER "&years=1999-1990", NULL, 422, "span of years");
    assert_contains(USER "&years=x", NULL, 422, "span of years");
    assert_contains(USER "&years=-", NULL, 422, "span of years");
    assert_contains(USER "&tag=nobody-said-so", NULL, 422, "a tag that some film");
    assert_contains(USER "&seen=perhaps", NULL, 422, "exclude, only or include");
    assert_contains(USER "&group=loudest", NULL, 422, "least_misery");
    assert_contains(USER "&diversity_method=random", NULL, 422, "new_genres");
    assert_contains(USER "&hour=24", NULL, 422, "less than or equal to 23");
}

/* Users 1 and 3 have 10, 20, 30 and 10, 40: left are 50 60 7a 80. */
static void film_night(void **state) {
    (void)state;
    assert_ids("/api/recommend?user_id=1,3", NULL, "50 60 \"7a\" 80");
    assert_ids("/api/recommend?user_id=1&user_id=3&group=least_misery", NULL, "50 60 \"7a\" 80");
    assert_ids("/api/recommend", "{\"user_id\": [1, \"3\"]}", "50 60 \"7a\" 80");
    assert_contains("/api/recommend?user_id=1,3&top_k=1", NULL, 200,
                    "{\"user_id\":null,\"user_ids\":[1,3],\"model\":\"tiny\","
                    "\"basis\":\"several people\",\"tier\":\"few ratings\",\"group\":\"mean\","
                    "\"recommendations\":[{\"item_id\":50,");
    /* 5/5 + 4/4 + 1/3 - 3 and 2/5 + 5/2 - 3, as probabilities. */
    assert_contains("/api/recommend?user_id=1,3&top_k=1", NULL, 200,
                    "\"score\":1.0,\"people\":[{\"user_id\":1,\"score\":0.3392437},"
                    "{\"user_id\":3,\"score\":0.4750208}]");
    assert_contains("/api/recommend?user_id=1,1", NULL, 200, "\"basis\":\"known user\"");
    assert_contains("/api/recommend?user_id=1,nobody", NULL, 404, "nobody");
}

static void pages_do_not_overlap(void **state) {
    (void)state;
    static const char *const wishes[] = {"",
                                         "&diversity=0.5",
                                         "&diversity_method=new_genres",
                                         "&diversity_method=calibrated",
                                         "&genre=Drama&strict=0",
                                         "&diversity_method=popularity"};
    for (size_t w = 0; w < sizeof wishes / sizeof *wishes; w++) {
        char seen[200] = "", next[40], target[300];
        snprintf(target, sizeof target, USER "&top_k=2%s", wishes[w]);
        for (int page = 0; page < 3; page++) {
            char *ids = ids_of(target, NULL, next);
            char *rest = ids;
            for (char *id; (id = strtok_r(rest, " ", &rest));) {
                assert_null(strstr(seen, id));
                const size_t length = strlen(seen);
                snprintf(seen + length, sizeof seen - length, " %s", id);
            }
            free(ids);
            assert_int_equal(*next == '\0', page == 2);
            snprintf(target, sizeof target, USER "&top_k=2%s&cursor=%s", wishes[w], next);
        }
        assert_int_equal(strlen(seen), strlen(" 40 50 60 \"7a\" 80"));
    }
    assert_contains(USER "&cursor=00000000-2", NULL, 422, "begin again");
    assert_contains(USER "&cursor=2", NULL, 422, "begin again");
}

static void diversity_says_what_it_did(void **state) {
    (void)state;
    assert_contains(USER "&top_k=2&diversity=0.4", NULL, 200,
                    "\"diversity\":{\"method\":\"mmr\",\"amount\":0.4,\"pool\":5,"
                    "\"relevance_kept\":");
    assert_contains(USER "&diversity_method=popularity", NULL, 200,
                    "{\"method\":\"popularity\",\"amount\":0.5,");
}

static void preferences_have_two_names(void **state) {
    (void)state;
    assert_contains("/api/recommend", "{\"genres\": {\"comedy\": 5}, \"top_k\": 1}", 200,
                    "\"basis\":\"genres given\",\"tier\":\"nothing known\",\"recommendations\":["
                    "{\"item_id\":20");
    assert_contains("/api/recommend", "{\"genres\": {\"comedy\": 9}}", 422, "from 1 to 5");
}

static void a_context_that_nobody_hears(void **state) {
    (void)state;
    /* The tiny data have places, not times. */
    assert_contains("/api/recommend", "{\"hour\": 21, \"top_k\": 1}", 200, "\"context\":null");
}

static void batches_take_wishes(void **state) {
    (void)state;
    assert_contains("/api/batch-recommend",
                    "{\"user_ids\": [1, 1, \"ann\", \"u/5\", \"x\"], \"years\": \"1995\","
                    "\"top_k\": 1}",
                    200, "{\"results\":{\"1\":[{\"item_id\":60,");
    assert_contains("/api/batch-recommend", "{\"user_ids\": [1, 1, \"x\"], \"include\": []}", 200,
                    "],\"x\":[]},\"model\":\"tiny\"}");
}

static int start(void **state) {
    (void)state;
    return loopback_start(tiny_create());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters),
        cmocka_unit_test(lists_with_commas),
        cmocka_unit_test(the_bare_array_takes_the_same),
        cmocka_unit_test(what_is_no_filter),
        cmocka_unit_test(film_night),
        cmocka_unit_test(pages_do_not_overlap),
        cmocka_unit_test(diversity_says_what_it_did),
        cmocka_unit_test(preferences_have_two_names),
        cmocka_unit_test(a_context_that_nobody_hears),
        cmocka_unit_test(batches_take_wishes),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

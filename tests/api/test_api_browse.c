/* test_api_browse.c: /api/top, /api/movies and neighbours under filters, on the catalogue of
 * tests/service/tiny.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

static void the_top(void **state) {
    (void)state;
    assert_contains(
        "/api/top?top_k=1", NULL, 200,
        "{\"order\":\"rated\",\"total\":8,\"films\":[{\"item_id\":40,\"encoded_id\":3,"
        "\"title\":\"Delta (1993)\",\"genres\":[\"Drama\"],\"year\":1993,"
        "\"overview\":\"A river.\",\"runtime\":99,\"hue\":284,\"score\":3.898148,\"count\":2,"
        "\"mean\":4.5}],\"next\":\"");
    assert_contains("/api/top?by=popular&years=1991-&top_k=5", NULL, 200,
                    "\"total\":6,\"films\":[{\"item_id\":20,");
    assert_contains("/api/top?by=popular&genre=Comedy&min_ratings=2", NULL, 200,
                    "\"score\":2.0,\"count\":2,\"mean\":3.5}],\"next\":null}");
    assert_contains("/api/top?by=trending", NULL, 422, "does not say when");
    assert_contains("/api/top?by=best", NULL, 422, "rated, popular or trending");
    assert_contains("/api/top?by=title", NULL, 422, "rated, popular or trending");
}

static void the_catalogue(void **state) {
    (void)state;
    assert_contains("/api/movies?q=epsilon", NULL, 200,
                    "{\"order\":\"match\",\"total\":1,\"movies\":[{\"item_id\":50,");
    assert_contains("/api/movies?sort=title&limit=1", NULL, 200, "\"title\":\"\\\"Gamma\\\"");
    assert_contains("/api/movies?sort=year&limit=1", NULL, 200, "\"item_id\":80");
    assert_contains("/api/movies?sort=year&backwards=true&limit=2&years=1990-", NULL, 200,
                    "{\"item_id\":10,");
    assert_contains("/api/movies?sort=match", NULL, 422, "is of a title");
    assert_contains("/api/movies?sort=size", NULL, 422, "mean, year, title");
}

/* Follows `next` to the end: every film once. */
static void pages(void **state) {
    (void)state;
    char target[200] = "/api/movies?sort=popular&limit=3";
    size_t films = 0, turns = 0;
    for (bool more = true; more; turns++) {
        struct client_answer answer = client_ask(loopback.port, "GET", target, "", NULL);
        assert_int_equal(answer.status, 200);
        for (const char *at = answer.body; (at = strstr(at, "\"encoded_id\"")); at++)
            films++;
        const char *next = strstr(answer.body, "\"next\":\"");
        more = next != NULL;
        if (more)
            snprintf(target, sizeof target, "/api/movies?sort=popular&limit=3&cursor=%.*s",
                     (int)strcspn(next + 8, "\""), next + 8);
        free(answer.body);
    }
    assert_int_equal(films, 8);
    assert_int_equal(turns, 3);
    assert_contains("/api/movies?cursor=1", NULL, 422, "begin again");
}

static void neighbours_under_filters(void **state) {
    (void)state;
    assert_contains("/api/similar/10?top_k=1&genre=Drama", NULL, 200,
                    "\"similar_items\":[{\"item_id\":40,");
    assert_contains("/api/similar/10?years=1996", NULL, 200,
                    "\"similar_items\":[{\"item_id\":\"7a\"");
    assert_contains("/api/similar/10?by=taste", NULL, 422, "vector or content");
}

static int start(void **state) {
    (void)state;
    return loopback_start(tiny_create());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_top),
        cmocka_unit_test(the_catalogue),
        cmocka_unit_test(pages),
        cmocka_unit_test(neighbours_under_filters),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

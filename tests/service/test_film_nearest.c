/* test_film_nearest.c: what a film is like by genres, title and year; the texts of the store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "service/film_facts.h"
#include "service/film_nearest.h"
#include "service/served.h"

static struct film_nearest nearest_of(const char *title, int year, uint64_t genres) {
    const struct movie film = {.title = title, .year = year, .genres = genres};
    struct film_nearest_ground ground;
    struct film_nearest nearest;
    film_nearest_prepare(&ground, snapshot, &arena);
    film_nearest_find(&ground, &film, &nearest);
    float sum = 0;
    assert_int_equal(nearest.count, TINY_ITEMS);
    for (size_t n = 0; n < nearest.count; n++) {
        assert_true(nearest.weights[n] > 0);
        assert_true(n == 0 || nearest.weights[n] <= nearest.weights[n - 1]);
        sum += nearest.weights[n];
    }
    ASSERT_NEAR(sum, 1, 1e-5);
    return nearest;
}

static void by_genre_title_and_year(void **state) {
    (void)state;
    assert_int_equal(nearest_of("New", 1996, TINY_ACTION).items[0], 6);
    assert_int_equal(nearest_of("New", 1990, TINY_ACTION).items[0], 0);
    assert_int_equal(nearest_of("New", 1991, TINY_ACTION | TINY_COMEDY).items[0], 1);
    assert_int_equal(nearest_of("New", 0, TINY_DRAMA).items[0], 3);
    assert_int_equal(nearest_of("Eta (1990)", 1990, TINY_ACTION).items[0], 6);
    assert_int_equal(nearest_of("Theta (2020)", 2020, 0).items[0], 7);
}

static void of_nothing_known(void **state) {
    (void)state;
    const struct film_nearest nearest = nearest_of("?", 0, 0);
    assert_int_equal(nearest.items[0], 0); /* that most people have */
}

static void texts_of_the_store(void **state) {
    (void)state;
    bool fits;
    const struct dataset *catalogue = service_catalogue(snapshot);
    const char *genres = film_facts_genres(catalogue, TINY_ACTION | TINY_DRAMA, &arena);
    assert_string_equal(genres, "Action|Drama");
    assert_string_equal(film_facts_add_genre("", "War", &arena), "War");
    assert_string_equal(film_facts_next_genre(&genres, &arena), "Action");
    assert_string_equal(film_facts_next_genre(&genres, &arena), "Drama");
    assert_null(film_facts_next_genre(&genres, &arena));
    genres = "||a||b|";
    assert_string_equal(film_facts_next_genre(&genres, &arena), "a");
    assert_string_equal(film_facts_next_genre(&genres, &arena), "b");
    assert_null(film_facts_next_genre(&genres, &arena));
    assert_string_equal(film_facts_title("Heat", 1995, &arena), "Heat (1995)");
    assert_string_equal(film_facts_title("Heat (1995)", 1996, &arena), "Heat (1995)");
    assert_string_equal(film_facts_title("Heat", 0, &arena), "Heat");
    json_t *facts = film_facts_read("{\"IsHidden\":true,\"Labels\":[1],\"runtime\":9}");
    assert_true(film_facts_is_hidden(facts));
    film_facts_strip(facts);
    assert_false(film_facts_is_hidden(facts));
    assert_string_equal(film_facts_write(facts, 13, &arena, &fits), "{\"runtime\":9}");
    assert_null(film_facts_write(facts, 12, &arena, &fits));
    assert_false(fits);
    json_decref(facts);
    facts = film_facts_read("[1");
    assert_null(film_facts_write(facts, 12, &arena, &fits));
    assert_true(fits);
    json_decref(facts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_genre_title_and_year),
        cmocka_unit_test(of_nothing_known),
        cmocka_unit_test(texts_of_the_store),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* test_service_fans.c: who likes a film of the tiny catalogue, worked out by hand; and a person's
 * place on the map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/served.h"
#include "service/service_fans.h"
#include "service/service_map.h"

/* Film 0 has 5 of "1" (mean 10/3), 5 of "2" (mean 4) and 2 of "3". */
static void the_best_ratings_first(void **state) {
    (void)state;
    struct film_fans fans;
    service_fans(service, snapshot, 0, 10, &arena, &fans);
    assert_int_equal(fans.liked, 2);
    assert_int_equal(fans.count, 2);
    assert_int_equal(fans.list[0].user, 0);
    ASSERT_NEAR(fans.list[0].lead, 5 - 10.0 / 3, 1e-6);
    assert_int_equal(fans.list[1].user, 1);
    ASSERT_NEAR(fans.list[1].rating, 5, 0);
    service_fans(service, snapshot, 0, 1, &arena, &fans);
    assert_int_equal(fans.liked, 2);
    assert_int_equal(fans.count, 1);
}

/* Without film 0, "1" has Action 1, Comedy 2 and "2" Action, Comedy, Drama 1 each: the means are
 * Action (1/3 + 1/3) / 2, Comedy (2/3 + 1/3) / 2, Drama (0 + 1/3) / 2. Of everyone, also "3" (Drama
 * alone) and "ann" (Drama and Comedy, a half each). */
static void the_mix_of_their_other_films(void **state) {
    (void)state;
    struct film_fans fans;
    const double action[2] = {1 / 3.0, (1 / 3.0 + 1 / 3.0) / 4};
    const double comedy[2] = {0.5, (2 / 3.0 + 1 / 3.0 + 0.5) / 4};
    service_fans(service, snapshot, 0, 10, &arena, &fans);
    assert_int_equal(fans.genres[0].genre, 0);
    ASSERT_NEAR(fans.genres[0].theirs, action[0], 1e-9);
    ASSERT_NEAR(fans.genres[0].everyone, action[1], 1e-9);
    assert_int_equal(fans.genres[1].genre, 1);
    ASSERT_NEAR(fans.genres[1].theirs, comedy[0], 1e-9);
    ASSERT_NEAR(fans.genres[1].everyone, comedy[1], 1e-9);
    assert_int_equal(fans.genres[TINY_GENRES - 1].genre, 2); /* Drama, the most below */
}

static void nobody(void **state) {
    (void)state;
    struct film_fans fans;
    service_fans(service, snapshot, 7, 10, &arena, &fans);
    assert_int_equal(fans.liked, 0);
    assert_int_equal(fans.count, 0);
    service_fans(service, snapshot, 2, 10, &arena, &fans); /* one person, who gave it 1 of 5 */
    assert_int_equal(fans.liked, 0);
}

/* "1" likes films 0 and 1; the last person has none. */
static void a_place_on_the_map(void **state) {
    (void)state;
    struct map_place place;
    struct error error;
    const float *points;
    const struct service_person one = service_person_known(snapshot, 0);
    const struct service_person none = service_person_known(snapshot, 4);
    assert_int_equal(service_map(snapshot, &points, &error), STATUS_OK);
    assert_int_equal(service_map_place(snapshot, &one.history, &arena, &place, &error), STATUS_OK);
    assert_int_equal(place.count, 2);
    assert_int_equal(place.films[0].item, 1);
    ASSERT_NEAR(place.at[0], (points[0] + points[2]) / 2, 1e-6);
    ASSERT_NEAR(place.at[1], (points[1] + points[3]) / 2, 1e-6);
    assert_int_equal(service_map_place(snapshot, &none.history, &arena, &place, &error), STATUS_OK);
    assert_int_equal(place.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_ratings_first),
        cmocka_unit_test(the_mix_of_their_other_films),
        cmocka_unit_test(nobody),
        cmocka_unit_test(a_place_on_the_map),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

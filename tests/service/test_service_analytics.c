/* test_service_analytics.c: figures worked out by hand on eight films and five people, and calendar
 * months at the edges of years. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/served.h"
#include "service/service_analytics.h"

/* The nine ratings are 5 4 1 5 3 4 2 5 5. */
static void ratings(void **state) {
    (void)state;
    static const uint64_t counts[] = {1, 1, 1, 2, 4};
    struct analytics found;
    service_analytics(snapshot, &arena, &found);
    assert_int_equal(found.rating_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal((int)found.ratings[i].rating, (int)i + 1);
        assert_int_equal(found.ratings[i].count, counts[i]);
    }
}

/* Films 0, 1 and 6 are of Action; 0 and 1 are had five times. */
static void genres(void **state) {
    (void)state;
    struct analytics found;
    service_analytics(snapshot, &arena, &found);
    assert_int_equal(found.genres[0].films, 3);
    assert_int_equal(found.genres[0].ratings, 5);
    assert_true(found.genres[0].mean > 0);
    assert_true(isnan(found.genres[3].mean)); /* nobody has the film of no known genre */
}

/* Every film and every place is in exactly one step. */
static void popularity_is_whole(void **state) {
    (void)state;
    struct analytics found;
    double people = 0, places = 0;
    uint32_t next = 1;
    service_analytics(snapshot, &arena, &found);
    for (size_t i = 0; i < found.step_count; i++) {
        const struct analytics_step *step = &found.steps[i];
        assert_int_equal(step->first, next);
        next = step->last + 1;
        people += step->people * (step->last - step->first + 1);
        places += step->recommended;
        assert_true(i == 0 || step->people <= found.steps[i - 1].people + 1e-9);
    }
    assert_int_equal(next, TINY_ITEMS + 1);
    ASSERT_NEAR(people, 9, 1e-9);
    ASSERT_NEAR(places, 1, 1e-9);
    assert_true(found.coverage > 0 && found.coverage <= 1);
    assert_true(found.diversity >= 0 && found.diversity <= 1);
    assert_true(found.novelty > 0);
    assert_true(found.list_people > 0);
}

/* Their times are places in an order, no dates: no months. */
static void no_dates(void **state) {
    (void)state;
    struct analytics found;
    service_analytics(snapshot, &arena, &found);
    assert_int_equal(found.month_count, 0);
}

static void dates(void **state) {
    (void)state;
    static const uint32_t items[] = {0, 2, 3, 4};
    static const float given[] = {4, 2, 5, 3};
    /* 1999-12-31 23:59:59, 2000-01-01, 2000-02-29, 2002-06-01 */
    static const int64_t times[] = {946684799, 946684800, 951782400, 1022889600};
    const struct history history = {4, items, given, times};
    struct dataset *catalogue = (struct dataset *)(uintptr_t)service_catalogue(snapshot);
    struct taste taste;
    catalogue->times_are_seconds = true;
    service_taste(snapshot, &history, &arena, &taste);
    catalogue->times_are_seconds = false;
    assert_int_equal(taste.year_count, 4);
    assert_int_equal(taste.years[0].year, 1999);
    assert_int_equal(taste.years[0].ratings, 1);
    assert_int_equal(taste.years[1].ratings, 2);
    ASSERT_NEAR(taste.years[1].mean, 3.5, 1e-9);
    assert_int_equal(taste.years[2].ratings, 0);
    assert_true(isnan(taste.years[2].mean));
    assert_int_equal(taste.years[3].year, 2002);
    assert_int_equal(taste.years[0].genre[0], 1); /* film 0 is of Action */
    double sum = 0;
    for (size_t g = 0; g < TINY_GENRES; g++)
        sum += taste.own[g];
    ASSERT_NEAR(sum, 1, 1e-9);
    ASSERT_NEAR(taste.own[0], 0.2, 1e-9); /* of five genres of four films one is Action */
}

static void nothing(void **state) {
    (void)state;
    const struct history history = {0};
    struct taste taste;
    service_taste(snapshot, &history, &arena, &taste);
    assert_int_equal(taste.year_count, 0);
    ASSERT_NEAR(taste.own[0], 0, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ratings),  cmocka_unit_test(genres), cmocka_unit_test(popularity_is_whole),
        cmocka_unit_test(no_dates), cmocka_unit_test(dates),  cmocka_unit_test(nothing),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

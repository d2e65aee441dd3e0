/* test_service_browse.c: orders, pages and figures worked out by hand on the tiny catalogue. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/service_browse.h"
#include "service/tiny.h"

struct fixture {
    struct tiny *tiny;
    struct snapshot *snapshot;
    struct arena arena;
    struct browse_answer answer;
    struct error error;
};

static struct fixture fixture_of(void) {
    struct fixture fixture = {.tiny = tiny_create()};
    fixture.snapshot = tiny_snapshot(fixture.tiny);
    return fixture;
}

static void fixture_release(struct fixture *fixture) {
    snapshot_release(fixture->snapshot);
    arena_release(&fixture->arena);
}

static enum status ask(struct fixture *fixture, const struct browse_request *request) {
    return service_browse(fixture->snapshot, request, &fixture->arena, &fixture->answer,
                          &fixture->error);
}

static void assert_page(struct fixture *fixture, const struct browse_request *request,
                        const uint32_t *items, size_t count) {
    assert_int_equal(ask(fixture, request), STATUS_OK);
    assert_int_equal(fixture->answer.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fixture->answer.list[i].item, items[i]);
}

#define ASSERT_PAGE(fixture, items, ...)                                                           \
    assert_page(fixture, &(struct browse_request){__VA_ARGS__}, items, sizeof items / sizeof *items)

/* Ratings: 0: 5 5 2, 1: 4 3, 2: 1, 3: 4 5, 4: 5; the mean of all nine is 34 / 9. */
static void the_best_are_not_those_of_one_voice(void **state) {
    (void)state;
    struct fixture fixture = fixture_of();
    static const uint32_t mean[] = {4, 3, 0, 1, 2};
    const double all = 34.0 / 9;
    const double damped[] = {(9 + 10 * all) / 12, (12 + 10 * all) / 13, (5 + 10 * all) / 11};
    assert_true(damped[0] > damped[2] && damped[2] > damped[1]);
    static const uint32_t best[] = {3, 4, 0};
    ASSERT_PAGE(&fixture, best, .order = BROWSE_RATED, .count = 3);
    assert_int_equal(fixture.answer.total, TINY_ITEMS);
    for (int i = 0; i < 3; i++)
        ASSERT_NEAR(fixture.answer.list[i].score, damped[i == 0 ? 0 : i == 1 ? 2 : 1], 1e-6);
    ASSERT_PAGE(&fixture, mean, .order = BROWSE_MEAN, .count = 5);
    fixture_release(&fixture);
}

static void pages_do_not_overlap(void **state) {
    (void)state;
    struct fixture fixture = fixture_of();
    static const uint32_t popular[] = {0, 1, 3, 2, 4, 5, 6, 7};
    for (size_t size = 1; size <= TINY_ITEMS; size++)
        for (size_t offset = 0; offset <= TINY_ITEMS + 2; offset += size) {
            const struct browse_request request = {
                .order = BROWSE_POPULAR, .offset = offset, .count = size};
            const size_t rest = offset < TINY_ITEMS ? TINY_ITEMS - offset : 0;
            assert_page(&fixture, &request, popular + (rest ? offset : 0),
                        rest < size ? rest : size);
            assert_int_equal(fixture.answer.total, TINY_ITEMS);
        }
    static const uint32_t last[] = {7, 6, 5, 4};
    ASSERT_PAGE(&fixture, last, .order = BROWSE_ID, .backwards = true, .count = 4);
    static const uint32_t titles[] = {2, 0, 1};
    ASSERT_PAGE(&fixture, titles, .order = BROWSE_TITLE, .count = 3);
    static const uint32_t years[] = {7, 6, 5};
    ASSERT_PAGE(&fixture, years, .order = BROWSE_YEAR, .count = 3);
    fixture_release(&fixture);
}

static void filters_and_titles(void **state) {
    (void)state;
    struct fixture fixture = fixture_of();
    const struct filter nineties = {.year_min = 1993, .genres.any = TINY_ACTION | TINY_DRAMA};
    static const uint32_t kept[] = {3, 4, 6};
    ASSERT_PAGE(&fixture, kept, .order = BROWSE_POPULAR, .filter = &nineties, .count = 8);
    assert_int_equal(fixture.answer.total, 3);
    assert_int_equal(
        ask(&fixture,
            &(struct browse_request){.order = BROWSE_MATCH, .title = "delta", .count = 5}),
        STATUS_OK);
    assert_int_equal(fixture.answer.list[0].item, 3);
    fixture_release(&fixture);
}

/* Film 2 was met 30 days before the newest time, film 0 three times: 2^-1 and so on. */
static void trending_decays(void **state) {
    (void)state;
    struct fixture fixture = fixture_of();
    assert_int_equal(ask(&fixture, &(struct browse_request){.order = BROWSE_TRENDING, .count = 5}),
                     STATUS_NOT_FOUND);
    fixture_release(&fixture);
    static const int64_t day = 24 * 3600;
    const int64_t times[] = {0, 60 * day, 30 * day, 0, 0, 0, 0, 30 * day, 60 * day};
    fixture = fixture_of();
    fixture.tiny->catalogue.interactions.times = times;
    fixture.tiny->catalogue.times_are_seconds = true;
    /* 0: .25 .25 .25; 1: 1 .25; 2: .5; 3: .25 .5; 4: 1 */
    static const uint32_t order[] = {1, 4, 0, 3, 2};
    ASSERT_PAGE(&fixture, order, .order = BROWSE_TRENDING, .count = 5);
    ASSERT_NEAR(fixture.answer.list[0].score, 1.25, 1e-6);
    ASSERT_NEAR(fixture.answer.list[4].score, 0.5, 1e-6);
    fixture_release(&fixture);
}

static void what_is_refused(void **state) {
    (void)state;
    struct fixture fixture = fixture_of();
    assert_int_equal(ask(&fixture, &(struct browse_request){.count = 0}), STATUS_BAD_USAGE);
    assert_int_equal(ask(&fixture, &(struct browse_request){.order = BROWSE_MATCH, .count = 1}),
                     STATUS_BAD_USAGE);
    enum browse_order order;
    assert_false(service_browse_find("best", &order));
    assert_true(service_browse_find("trending", &order));
    assert_int_equal(order, BROWSE_TRENDING);
    fixture_release(&fixture);
}

static void figures_of_a_film(void **state) {
    (void)state;
    struct fixture fixture = fixture_of();
    struct film_figures figures;
    service_film_figures(fixture.snapshot, 0, &figures);
    assert_int_equal(figures.count, 3);
    ASSERT_NEAR(figures.mean, 4, 1e-6);
    assert_int_equal(figures.step_count, 2);
    assert_true(figures.steps[0].rating == 2 && figures.steps[0].count == 1);
    assert_true(figures.steps[1].rating == 5 && figures.steps[1].count == 2);
    service_film_figures(fixture.snapshot, 7, &figures);
    assert_int_equal(figures.step_count, 0);
    assert_true(figures.mean == 0);
    fixture_release(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_are_not_those_of_one_voice),
        cmocka_unit_test(pages_do_not_overlap),
        cmocka_unit_test(filters_and_titles),
        cmocka_unit_test(trending_decays),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(figures_of_a_film),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_drift.c: the index by hand; people who go on as before raise nothing, people who turn to
 * other films and other ratings do, and the log and the gauges say so. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/counter.h"
#include "service/drift.h"
#include "service/service_feedback.h"
#include "service/tiny.h"

static struct service *service;
static struct arena arena;
static struct error error;

static int start(void **state) {
    (void)state;
    service = tiny_service(tiny_create());
    return service_open_store(service, "none", &error) != STATUS_OK;
}

static int stop(void **state) {
    (void)state;
    service_destroy(service);
    arena_release(&arena);
    return 0;
}

static void the_index_by_hand(void **state) {
    (void)state;
    const double then[] = {50, 50}, same[] = {100, 100}, moved[] = {80, 20}, none[] = {0, 0};
    double chance;
    ASSERT_NEAR(drift_index(same, then, 2, &chance), 0, 1e-12);
    ASSERT_NEAR(chance, 1 / 200.0 + 1 / 100.0, 1e-12);
    ASSERT_NEAR(drift_index(moved, then, 2, &chance), 0.3 * log(1.6) - 0.3 * log(0.4), 1e-12);
    assert_true(isnan(drift_index(none, then, 2, &chance)));
    const double empty[] = {100, 0};
    assert_true(isfinite(drift_index(empty, then, 2, &chance)));
}

static void say(const char *person, const char *item, double rating) {
    const struct feedback_event event = {.person = person,
                                         .item = item,
                                         .kind = FEEDBACK_RATING,
                                         .value = rating,
                                         .time = 2000000000,
                                         .hour = -1};
    assert_int_equal(service_append(service, &event, 1, &error), STATUS_OK);
}

static struct drift_report look(void) {
    struct drift_report report;
    if (drift_report_of(service, NULL, &arena, &report, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return report;
}

static void nothing_is_not_enough(void **state) {
    (void)state;
    const struct drift_report report = look();
    assert_int_equal(report.rows, 0);
    for (size_t k = 0; k < DRIFT_KINDS; k++)
        assert_false(report.signals[k].is_raised || report.signals[k].is_enough);
}

static struct service *fresh_service(void) {
    service_destroy(service);
    service = tiny_service(tiny_create());
    assert_int_equal(service_open_store(service, "none", &error), STATUS_OK);
    return service;
}

static void who_goes_on_as_before_raises_nothing(void **state) {
    (void)state;
    fresh_service();
    struct snapshot *snapshot;
    assert_int_equal(service_acquire(service, NULL, &snapshot, &error), STATUS_OK);
    const struct dataset *catalogue = service_catalogue(snapshot);
    const struct interactions *rows = &catalogue->interactions;
    for (int copy = 0; copy < 60; copy++)
        for (uint32_t u = 0; u < rows->user_count; u++) {
            const struct history history = interactions_history(rows, u);
            const char *person = arena_format(&arena, "copy %d of %u", copy, u);
            for (size_t h = 0; h < history.count; h++) {
                const struct text_slice id = id_map_name(&catalogue->items, history.items[h]);
                say(person, arena_format(&arena, "%.*s", (int)id.length, id.start),
                    (double)history.ratings[h]);
            }
        }
    service_release(snapshot);
    const struct drift_report report = look();
    assert_true(report.rows >= 500);
    assert_false(report.signals[DRIFT_SCORES].is_enough); /* five people are too few to compare */
    for (size_t k = DRIFT_RATINGS; k <= DRIFT_GENRES; k++) {
        assert_true(report.signals[k].is_enough);
        if (report.signals[k].is_raised)
            fail_msg("%s: %g", drift_kind_name((enum drift_kind)k), report.signals[k].value);
    }
    ASSERT_NEAR(report.signals[DRIFT_RATINGS].value, 0, 1e-9);
    ASSERT_NEAR(report.signals[DRIFT_POPULARITY].value, 0, 1e-9);
}

static void who_turns_elsewhere_raises_signals(void **state) {
    (void)state;
    fresh_service();
    for (int i = 0; i < 300; i++) {
        const char *person = arena_format(&arena, "p%d", i);
        say(person, "60", 1); /* films that nobody had, and low ratings */
        say(person, "80", 1.5);
    }
    const struct drift_report report = look();
    assert_true(report.signals[DRIFT_RATINGS].is_raised);
    assert_true(report.signals[DRIFT_POPULARITY].is_raised);
    assert_true(report.signals[DRIFT_GENRES].is_raised);
    struct buffer text;
    buffer_init(&text, &arena);
    counter_print(&text);
    assert_non_null(
        strstr(text.bytes, "matinee_drift_raised{model=\"tiny\",signal=\"ratings\"} 1"));
    /* A second model is looked at by itself, and one that takes a model's place at once. */
    struct drift_report other;
    assert_int_equal(service_adopt(service, tiny_snapshot(tiny_create()), "other", &error),
                     STATUS_OK);
    assert_int_equal(drift_report_of(service, "other", &arena, &other, &error), STATUS_OK);
    assert_string_equal(other.model, "other");
    assert_true(other.signals[DRIFT_GENRES].is_raised);
    buffer_init(&text, &arena);
    counter_print(&text);
    assert_non_null(
        strstr(text.bytes, "matinee_drift_raised{model=\"other\",signal=\"genres\"} 1"));
    say("late", "10", 5);
    assert_int_equal(service_adopt(service, tiny_snapshot(tiny_create()), "other", &error),
                     STATUS_OK);
    assert_int_equal(drift_report_of(service, "other", &arena, &other, &error), STATUS_OK);
    assert_int_equal(other.rows, report.rows + 1);
    /* Within DRIFT_SECONDS nothing is looked at again. */
    say("late", "10", 5);
    assert_int_equal(look().rows, report.rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_index_by_hand),
        cmocka_unit_test(nothing_is_not_enough),
        cmocka_unit_test(who_goes_on_as_before_raises_nothing),
        cmocka_unit_test(who_turns_elsewhere_raises_signals),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

/* test_ab_test.c: arms are spread as their weights say and never change; who was shown one is
 * counted once, with what he did since; what may not be started is refused; an end is an end;
 * layers share people by chance, and experiments of one layer share nobody. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "service/ab_test.h"
#include "service/service_feedback.h"
#include "service/tiny.h"

static struct service *service;
static struct arena arena;
static struct error error;

static int start(void **state) {
    (void)state;
    service = tiny_service(tiny_create());
    return service_open_store(service, "none", &error) == STATUS_OK ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    service_destroy(service);
    arena_release(&arena);
    return 0;
}

static struct experiments_record two_arms(const char *name, double weight) {
    return (struct experiments_record){
        .name = name,
        .arms = {{"control", NULL, 1, NULL}, {"varied", NULL, weight, "{\"diversity\":0.4}"}},
        .arm_count = 2};
}

static void arms_are_spread_by_weight(void **state) {
    (void)state;
    const struct experiments_record record = two_arms("spread", 3), other = two_arms("other", 3);
    size_t varied = 0, same = 0;
    for (int i = 0; i < 10000; i++) {
        char person[32];
        snprintf(person, sizeof person, "user %d", i);
        const size_t arm = ab_test_arm(&record, person);
        assert_int_equal(arm, ab_test_arm(&record, person));
        varied += arm;
        same += arm == ab_test_arm(&other, person);
    }
    assert_true(varied > 7350 && varied < 7650); /* 3.5 deviations */
    assert_true(same > 6050 && same < 6450);     /* 1/16 + 9/16 by chance */
}

static void what_may_not_be_started(void **state) {
    (void)state;
    struct experiments_record record = two_arms("a b", 1);
    assert_int_equal(ab_test_check(&record, &error), STATUS_BAD_INPUT);
    record = two_arms("one", 1);
    record.arm_count = 1;
    assert_int_equal(ab_test_check(&record, &error), STATUS_BAD_INPUT);
    record = two_arms("twice", 1);
    record.arms[1].name = "control";
    assert_int_equal(ab_test_check(&record, &error), STATUS_BAD_INPUT);
    record = two_arms("light", 0);
    assert_int_equal(ab_test_check(&record, &error), STATUS_BAD_INPUT);
    record = two_arms("much", 1);
    record.share = 1.5;
    assert_int_equal(ab_test_check(&record, &error), STATUS_BAD_INPUT);
    record = two_arms("where", 1);
    record.layer = "no name";
    assert_int_equal(ab_test_check(&record, &error), STATUS_BAD_INPUT);
    record = two_arms("model", 1);
    record.arms[1].model = "not served";
    assert_int_equal(ab_test_start(service, &record, &error), STATUS_NOT_FOUND);
}

static void act(const char *person, enum feedback_kind kind) {
    const struct feedback_event event = {.person = person,
                                         .item = "10",
                                         .kind = kind,
                                         .value = kind == FEEDBACK_RATING ? 4 : NAN,
                                         .time = (int64_t)4e9,
                                         .hour = -1};
    assert_int_equal(service_append(service, &event, 1, &error), STATUS_OK);
}

static void show(const char *person) {
    struct ab_test_assignment found[AB_TEST_LAYERS_MAX];
    assert_int_equal(ab_test_assign(service, person, &arena, found), 1);
    ab_test_expose(service, found, person);
}

static struct ab_test_result *results_of(const char *name) {
    static struct ab_test_result results[EXPERIMENTS_ARMS_MAX];
    struct experiments_record record;
    struct feedback *store;
    assert_int_equal(service_store(service, &store, &error), STATUS_OK);
    assert_int_equal(experiments_find(store, name, &arena, &record, &error), STATUS_OK);
    assert_int_equal(ab_test_results(store, &record, results, &error), STATUS_OK);
    return results;
}

static void people_are_counted_once_with_what_they_do(void **state) {
    (void)state;
    struct ab_test_assignment found[AB_TEST_LAYERS_MAX];
    const struct experiments_record record = two_arms("first", 1);
    assert_false(ab_test_assign(service, "7", &arena, found));
    assert_int_equal(ab_test_start(service, &record, &error), STATUS_OK);
    assert_int_equal(ab_test_start(service, &record, &error), STATUS_BAD_INPUT);
    const struct experiments_record second = two_arms("second", 1);
    /* It has everybody of the layer. */
    assert_int_equal(ab_test_start(service, &second, &error), STATUS_BAD_INPUT);
    assert_false(ab_test_assign(service, FEEDBACK_SESSION "1", &arena, found));
    int64_t people[2] = {0, 0}, clickers[2] = {0, 0};
    for (int i = 0; i < 400; i++) {
        const char *person = arena_format(&arena, "p%d", i);
        const size_t arm = ab_test_arm(&record, person);
        show(person);
        show(person);
        people[arm]++;
        if (i % 4 < (arm == 1 ? 3 : 1)) { /* a quarter, and three quarters of the varied */
            act(person, FEEDBACK_CLICK);
            act(person, FEEDBACK_CLICK);
            clickers[arm]++;
        }
    }
    act("nobody who was shown anything", FEEDBACK_CLICK);
    const struct ab_test_result *results = results_of("first");
    for (size_t a = 0; a < 2; a++) {
        assert_int_equal(results[a].people, people[a]);
        assert_int_equal(results[a].metrics[0].people, clickers[a]);
        assert_int_equal(results[a].metrics[0].events, 2 * clickers[a]);
        assert_int_equal(results[a].metrics[1].people, 0);
    }
    assert_true(results[1].metrics[0].test.is_decided);
    assert_true(results[1].metrics[0].test.low > 0.2);
    assert_true(isnan(results[0].metrics[0].test.difference));
    assert_int_equal(service_erase(service, "p0", &error), STATUS_OK);
    results = results_of("first");
    assert_int_equal(results[0].people + results[1].people, 399);
    assert_int_equal(ab_test_end(service, "first", &error), STATUS_OK);
    assert_int_equal(ab_test_end(service, "first", &error), STATUS_NOT_FOUND);
    assert_false(ab_test_assign(service, "7", &arena, found));
    assert_int_equal(ab_test_start(service, &second, &error), STATUS_OK);
    assert_int_equal(ab_test_remove(service, "first", &error), STATUS_OK);
    assert_int_equal(ab_test_remove(service, "first", &error), STATUS_NOT_FOUND);
    assert_int_equal(ab_test_remove(service, "second", &error), STATUS_OK);
}

static struct experiments_record of_layer(const char *name, const char *layer, double share) {
    struct experiments_record record = two_arms(name, 1);
    record.layer = layer;
    record.share = share;
    return record;
}

/* Two of one layer share nobody, and one of another layer is dealt out as if they were not there.
 */
static void layers_are_cut_apart(void **state) {
    (void)state;
    enum { PEOPLE = 6000 };
    const struct experiments_record half = of_layer("half", "lists", 0.5),
                                    third = of_layer("third", "lists", 0.3),
                                    more = of_layer("more", "lists", 0.3);
    struct experiments_record other = of_layer("other", "models", 0.5), same = other;
    other.arms[1].parameters = "{\"tiers\":false}";
    assert_int_equal(ab_test_start(service, &half, &error), STATUS_OK);
    assert_int_equal(ab_test_start(service, &third, &error), STATUS_OK);
    assert_int_equal(ab_test_start(service, &more, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "0.2 are free"));
    same.name = "same"; /* sets diversity, which the layer of lists sets */
    assert_int_equal(ab_test_start(service, &same, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "diversity"));
    assert_int_equal(ab_test_start(service, &other, &error), STATUS_OK);
    size_t met[3] = {0, 0, 0}, both = 0, arms = 0;
    for (int i = 0; i < PEOPLE; i++) {
        struct ab_test_assignment found[AB_TEST_LAYERS_MAX], again[AB_TEST_LAYERS_MAX];
        const char *person = arena_format(&arena, "q%d", i);
        const size_t count = ab_test_assign(service, person, &arena, found);
        assert_int_equal(ab_test_assign(service, person, &arena, again), count);
        bool is_in[3] = {false, false, false};
        for (size_t k = 0; k < count; k++) {
            const char *const names[] = {"half", "third", "other"};
            for (size_t n = 0; n < 3; n++)
                is_in[n] |= strcmp(found[k].experiment, names[n]) == 0;
            if (strcmp(found[k].experiment, "half") == 0)
                arms += found[k].index;
        }
        for (size_t n = 0; n < 3; n++)
            met[n] += is_in[n];
        assert_false(is_in[0] && is_in[1]);
        both += is_in[0] && is_in[2];
    }
    /* Within four deviations of half, 0.3, half, a quarter, and a quarter in the second arm. */
    assert_true(met[0] > 2845 && met[0] < 3155);
    assert_true(met[1] > 1658 && met[1] < 1942);
    assert_true(met[2] > 2845 && met[2] < 3155);
    assert_true(both > 1366 && both < 1634);
    assert_true(arms > 1366 && arms < 1634);
    /* What an end leaves free is taken by the next. */
    assert_int_equal(ab_test_end(service, "half", &error), STATUS_OK);
    assert_int_equal(ab_test_start(service, &more, &error), STATUS_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arms_are_spread_by_weight),
        cmocka_unit_test(what_may_not_be_started),
        cmocka_unit_test(people_are_counted_once_with_what_they_do),
        cmocka_unit_test(layers_are_cut_apart),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

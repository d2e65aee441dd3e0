/* test_service_titles.c: films by what people type for their titles. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/parallel.h"
#include "service/service.h"
#include "service/tiny.h"

static void titles_are_found_best_first(void **state) {
    (void)state;
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    struct title_hit hits[3];
    assert_true(service_find_titles(snapshot, "epsilon", hits, 3) >= 1);
    assert_int_equal(hits[0].item, 4);
    ASSERT_NEAR(hits[0].score, 1, 1e-6);
    const size_t count = service_find_titles(snapshot, "sons of gama", hits, 3);
    assert_true(count >= 1);
    assert_int_equal(hits[0].item, 2);
    assert_true(hits[0].score < 1);
    assert_int_equal(service_find_titles(snapshot, "", hits, 3), 0);
    assert_int_equal(service_find_titles(snapshot, "epsilon", hits, 0), 0);
    service_release(snapshot);
}

static void a_film_is_found_if_no_other_could_be_meant(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        uint32_t item;
    } cases[] = {{"10", 0},
                 {"Alpha (1990)", 0},
                 {"alhpa", 0},
                 {"Epsilon", 4},
                 {"eta", 6},
                 {"deltta", 3},
                 {"heta", DATASET_NONE}, /* Theta, Zeta or Eta */
                 {"omega", DATASET_NONE},
                 {"", DATASET_NONE}};
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (service_find_film(snapshot, cases[i].typed) != cases[i].item)
            fail_msg("\"%s\" finds %u", cases[i].typed,
                     service_find_film(snapshot, cases[i].typed));
    service_release(snapshot);
}

static void ask(void *context, size_t shard) {
    static const char *const typed[] = {"alpha", "beta", "delta", "zeta"};
    static const uint32_t items[] = {0, 1, 3, 5};
    struct title_hit hit = {0};
    service_find_titles(context, typed[shard % 4], &hit, 1);
    assert_int_equal(hit.item, items[shard % 4]);
}

static void many_may_ask_at_once(void **state) {
    (void)state;
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    parallel_set_threads(4);
    parallel_for(200, ask, snapshot);
    parallel_set_threads(0);
    service_release(snapshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles_are_found_best_first),
        cmocka_unit_test(a_film_is_found_if_no_other_could_be_meant),
        cmocka_unit_test(many_may_ask_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

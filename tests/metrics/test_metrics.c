/* test_metrics.c: names of metrics and what is refused; the sheet: means, weights, exposure, who
 * is left out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "metrics/metrics.h"
#include "metrics/sheet.h"

static struct arena arena;

static struct metric_list parse(const char *const *names, size_t count) {
    static const int64_t k_values[] = {5, 10};
    struct metric_list list;
    struct error error;
    const struct metric_request request = {names, count, k_values, 2};
    assert_int_equal(metrics_parse_list(&list, &request, &arena, &error), STATUS_OK);
    return list;
}

static void test_names_expand(void **state) {
    (void)state;
    struct metric_list list =
        parse((const char *const[]){"ndcg", "hit_rate@3", "auc", "ndcg_at_10", "hr"}, 5);
    static const char *const expected[] = {"ndcg@5", "ndcg@10",    "hit_rate@3",
                                           "auc",    "hit_rate@5", "hit_rate@10"};
    assert_int_equal(list.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(list.metrics[i].name, expected[i]);
    assert_int_equal(metrics_largest_k(&list, METRIC_POSITIONS), 10);
    assert_int_equal(metrics_largest_k(&list, METRIC_LIST), 0);
    assert_false(metrics_read(&list, METRIC_RATINGS));
}

static void test_all_is_all(void **state) {
    (void)state;
    struct metric_list list = parse((const char *const[]){"all"}, 1);
    size_t expected = 0;
    for (size_t i = 0; metrics_at(i); i++)
        expected += metrics_at(i)->at_k ? 2 : 1;
    assert_int_equal(list.count, expected);
    static const char *const asked[] = {
        "hit_rate@5", "ndcg@5",     "precision@5", "recall@5",    "f1@5",   "map@5", "mrr@5",
        "auc",        "coverage@5", "novelty@5",   "diversity@5", "gini@5", "rmse",  "mae"};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        bool found = false;
        for (size_t m = 0; m < list.count; m++)
            found = found || !strcmp(list.metrics[m].name, asked[i]);
        assert_true(found);
    }
}

static void check_refused(const char *name, const char *words) {
    struct metric metric;
    struct error error = {0};
    assert_int_equal(metrics_parse(&metric, name, &arena, &error), STATUS_BAD_USAGE);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" lacks \"%s\"", error.text, words);
}

static void test_refusals(void **state) {
    (void)state;
    check_refused("ndgc@10", "did you mean \"ndcg\"?");
    check_refused("zzzzzzzzz@10", "unknown metric \"zzzzzzzzz\"");
    check_refused("ndcg@0", "expected ndcg@K with K from 1 to 10000");
    check_refused("ndcg@-1", "expected ndcg@K");
    check_refused("ndcg@1e9", "expected ndcg@K");
    check_refused("ndcg@99999999999999999999", "expected ndcg@K");
    check_refused("ndcg@abc", "expected ndcg@K");
    check_refused("ndcg@", "expected ndcg@K");
    check_refused("ndcg", "expected ndcg@K");
    check_refused("auc@10", "auc has no K");
    check_refused("", "unknown metric");
}

/* Users 0 and 2 of three are measured: places 1 and 4. hit_rate@3: 1 and 0. Lists 0 1 and 0 2 of
 * four items: coverage@2 3/4, coverage@1 1/4. */
static void test_sheet_of_lists(void **state) {
    (void)state;
    struct metric_list list =
        parse((const char *const[]){"hit_rate@3", "mrr@5", "coverage@2", "coverage@1", "mae"}, 5);
    struct sheet sheet;
    sheet_init(&sheet, &list, 3, 4, &arena);
    struct metric_case measured = {.positions = (const uint32_t[]){1},
                                   .test_count = 1,
                                   .candidate_count = 4,
                                   .list = (const uint32_t[]){0, 1},
                                   .list_count = 2};
    sheet_record(&sheet, 0, &measured);
    measured.positions = (const uint32_t[]){4};
    measured.list = (const uint32_t[]){0, 2};
    sheet_record(&sheet, 2, &measured);
    struct metric_value hit_rate = sheet_value(&sheet, 0);
    assert_string_equal(hit_rate.name, "hit_rate@3");
    assert_true(hit_rate.value == 0.5);
    assert_true(hit_rate.low < 0.5 && hit_rate.high > 0.5);
    assert_true(sheet_value(&sheet, 1).value == (1 + 0.25) / 2);
    assert_true(sheet_value(&sheet, 2).value == 0.75);
    assert_true(isnan(sheet_value(&sheet, 2).low));
    assert_true(sheet_value(&sheet, 3).value == 0.25);
    assert_true(isnan(sheet_value(&sheet, 4).value));
    assert_true(isnan(sheet_users(&sheet, 0)[1]));
    assert_int_equal(sheet_measured_users(&sheet), 2);
}

/* Errors 1 1 1 of one user and 3 of another: rmse sqrt((1 + 1 + 1 + 9) / 4) = sqrt(3), mae 6/4:
 * means over ratings, not over users. */
static void test_sheet_of_ratings(void **state) {
    (void)state;
    struct metric_list list = parse((const char *const[]){"rmse", "mae"}, 2);
    struct sheet sheet;
    sheet_init(&sheet, &list, 2, 4, &arena);
    struct metric_case measured = {.predicted = (const float[]){1, 2, 5},
                                   .actual = (const float[]){2, 3, 4},
                                   .rating_count = 3};
    sheet_record(&sheet, 0, &measured);
    measured = (struct metric_case){
        .predicted = (const float[]){1}, .actual = (const float[]){4}, .rating_count = 1};
    sheet_record(&sheet, 1, &measured);
    assert_true(fabs(sheet_value(&sheet, 0).value - sqrt(3)) < 1e-6);
    assert_true(fabs(sheet_value(&sheet, 1).value - 1.5) < 1e-6);
    assert_true(sheet_users(&sheet, 0)[1] == 3);
}

static int release(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_names_expand, release),
        cmocka_unit_test_teardown(test_all_is_all, release),
        cmocka_unit_test_teardown(test_refusals, release),
        cmocka_unit_test_teardown(test_sheet_of_lists, release),
        cmocka_unit_test_teardown(test_sheet_of_ratings, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

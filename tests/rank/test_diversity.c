/* test_diversity.c: each method against a list worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rank/diversity.h"

enum { A = 1, B = 2, C = 4 };

static void assert_order(const struct ranked *list, size_t count, const uint32_t *items) {
    for (size_t i = 0; i < count; i++)
        assert_int_equal(list[i].item, items[i]);
}

#define ASSERT_ORDER(list, ...)                                                                    \
    assert_order(list, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t),                       \
                 (const uint32_t[]){__VA_ARGS__})

/* Scores 5 ... 1 are relevances 1, .75, .5, .25, 0. */
#define POOL                                                                                       \
    {                                                                                              \
        {0, 5}, {1, 4}, {2, 3}, {3, 2}, { 4, 1 }                                                   \
    }

static void names_there_and_back(void **state) {
    (void)state;
    for (int m = 0; m < DIVERSITY_METHODS; m++) {
        enum diversity_method method;
        assert_true(diversity_find(diversity_name((enum diversity_method)m), &method));
        assert_int_equal(method, m);
    }
    enum diversity_method method;
    assert_false(diversity_find("random", &method));
    assert_int_equal(diversity_pool(10), 100);
    assert_int_equal(diversity_pool(50), 500);
}

static void a_mix_is_even_over_an_items_genres(void **state) {
    (void)state;
    const uint64_t genres[] = {A | B, A, 0, C};
    const uint32_t items[] = {0, 1, 2};
    float mix[DATASET_GENRES_MAX] = {0};
    diversity_mix(genres, items, 3, mix);
    assert_true(mix[0] == 1.5f && mix[1] == 0.5f && mix[2] == 0);
}

/* p is half A, half B; items 0, 1, 2 are A, 3 and 4 are B. With q' = .99 q + .01 p:
 *   place 0   an A or a B alone: q' = (.995, .005): KL = .5 ln(.5 / .995) + .5 ln(.5 / .005) =
 *             -.344 + 2.303 = 1.959 for either: relevance decides: 0
 *   place 1   another A: KL 1.959; a B: q = p: 0. With amount .5: 1: .375 - .979 < 3: .125 - 0
 *   place 2   A A B: q' = (.665, .335): KL = .5 ln(.5 / .665) + .5 ln(.5 / .335) = .0577, and so
 *             for A B B: relevance decides: 1
 *   place 3   A A A B: q' = (.7475, .2525): KL .1407, 2: .25 - .0703 = .1797; A A B B: 0, 4: 0:
 *             2 comes first
 * With amount .9 at place 3: 2: .05 - .1266 < 4: 0. */
static void calibrated(void **state) {
    (void)state;
    const uint64_t genres[] = {A, A, A, B, B};
    const float mix[DATASET_GENRES_MAX] = {7, 7};
    struct diversity diversity = {
        .method = DIVERSITY_CALIBRATED, .amount = 0.5, .genres = genres, .mix = mix};
    struct ranked list[] = POOL, sure[] = POOL, none[] = POOL;
    diversity_apply(&diversity, list, 5, 4);
    ASSERT_ORDER(list, 0, 3, 1, 2, 4);
    diversity.amount = 0.9;
    diversity_apply(&diversity, sure, 5, 4);
    ASSERT_ORDER(sure, 0, 3, 1, 4, 2);
    diversity.amount = 0;
    diversity_apply(&diversity, none, 5, 4);
    ASSERT_ORDER(none, 0, 1, 2, 3, 4);
}

/* Without a mix there is nothing to come near to: relevance alone. */
static void calibrated_to_nobody(void **state) {
    (void)state;
    const uint64_t genres[] = {A, A, A, B, B};
    const struct diversity diversity = {
        .method = DIVERSITY_CALIBRATED, .amount = 0.5, .genres = genres};
    struct ranked list[] = POOL;
    diversity_apply(&diversity, list, 5, 5);
    ASSERT_ORDER(list, 0, 1, 2, 3, 4);
}

/* The person knows A. Values 1, .75, .5, .25 * 1.1, 0: the first half is 0, 1; both are A, so that
 * the second half has to add: 3 (B), then nothing adds but 4 (C). */
static void new_genres(void **state) {
    (void)state;
    const uint64_t genres[] = {A, A, A, B, C};
    struct diversity diversity = {
        .method = DIVERSITY_NEW_GENRES, .amount = 1, .genres = genres, .familiar = A};
    struct ranked list[] = POOL;
    diversity_apply(&diversity, list, 5, 4);
    ASSERT_ORDER(list, 0, 1, 3, 4, 2);
    /* .75 * (1 + .1 * 4) is above 1: a film of many new genres comes first. */
    const uint64_t many[] = {A, 2 | 4 | 8 | 16, A, A, A};
    diversity.genres = many;
    struct ranked first[] = POOL;
    diversity_apply(&diversity, first, 5, 2);
    ASSERT_ORDER(first, 1, 0, 2, 3, 4);
}

/* .5 * (1, .75, .5, .25, 0) - .5 * (1, .5, .9, 0, .4) = 0, .125, -.2, .125, -.2. */
static void popularity(void **state) {
    (void)state;
    const uint64_t genres[] = {A, A, A, A, A};
    const float popular[] = {1, 0.5f, 0.9f, 0, 0.4f};
    const struct diversity diversity = {
        .method = DIVERSITY_POPULARITY, .amount = 0.5, .genres = genres, .popularity = popular};
    struct ranked list[] = POOL;
    diversity_apply(&diversity, list, 5, 5);
    ASSERT_ORDER(list, 1, 3, 0, 2, 4);
}

static void what_is_kept(void **state) {
    (void)state;
    const struct ranked plain[] = POOL;
    const struct ranked list[] = {{0, 5}, {3, 2}};
    assert_true(fabs(diversity_kept(plain, 5, list, 2) - (4 + 1) / (4.0 + 3)) < 1e-12);
    assert_true(diversity_kept(plain, 5, plain, 2) == 1);
    assert_true(diversity_kept(plain, 0, plain, 2) == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_there_and_back),
        cmocka_unit_test(a_mix_is_even_over_an_items_genres),
        cmocka_unit_test(calibrated),
        cmocka_unit_test(calibrated_to_nobody),
        cmocka_unit_test(new_genres),
        cmocka_unit_test(popularity),
        cmocka_unit_test(what_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

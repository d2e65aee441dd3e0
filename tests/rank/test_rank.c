/* test_rank.c: top-k against a full sort; filters, preference and diversity against small tables
 * worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/rng.h"
#include "rank/rank.h"

#define ITEMS_MAX 700

static int by_score_then_item(const void *left, const void *right) {
    const struct ranked *a = left, *b = right;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return a->item < b->item ? -1 : 1;
}

/* Scores take few values so that ties abound, and some are masked. */
static void check_against_sort(struct rng *rng, size_t item_count, size_t k, uint32_t values) {
    float scores[ITEMS_MAX];
    struct ranked expected[ITEMS_MAX], list[ITEMS_MAX + 8];
    size_t allowed = 0;
    for (size_t i = 0; i < item_count; i++) {
        scores[i] = (float)rng_below(rng, values) - 3.0f;
        if (rng_below(rng, 5) == 0)
            scores[i] = -INFINITY;
        else
            expected[allowed++] = (struct ranked){(uint32_t)i, scores[i]};
    }
    qsort(expected, allowed, sizeof *expected, by_score_then_item);
    size_t count = rank_top_k(scores, item_count, k, list);
    assert_int_equal(count, k < allowed ? k : allowed);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(list[i].item, expected[i].item);
        assert_true(list[i].score == expected[i].score);
    }
}

static void test_top_k_is_the_head_of_a_sort(void **state) {
    (void)state;
    struct rng rng;
    rng_init(&rng, 7, 0);
    static const size_t ks[] = {0, 1, 2, 5, 16, 17, 100, ITEMS_MAX};
    for (size_t item_count = 0; item_count < ITEMS_MAX; item_count += 1 + item_count / 8)
        for (size_t i = 0; i < sizeof ks / sizeof *ks; i++) {
            check_against_sort(&rng, item_count, ks[i], 4);
            check_against_sort(&rng, item_count, ks[i], 100000);
        }
}

static void test_nothing_allowed(void **state) {
    (void)state;
    float scores[40];
    for (size_t i = 0; i < 40; i++)
        scores[i] = -INFINITY;
    struct ranked list[5];
    assert_int_equal(rank_top_k(scores, 40, 5, list), 0);
    rank_min_max(scores, 40);
    assert_true(scores[0] == -INFINITY);
}

/* genres: bit 0 drama, bit 1 comedy, bit 2 war */
static const uint64_t genres[] = {1, 2, 3, 4, 0, 7};

static void check_allowed(const struct rank_genres *filter, unsigned expected) {
    float scores[6] = {0};
    rank_filter_genres(scores, genres, 6, filter);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(scores[i] == 0, (expected >> i) & 1);
}

static void test_genre_filters(void **state) {
    (void)state;
    check_allowed(&(struct rank_genres){0}, 0x3f);
    check_allowed(&(struct rank_genres){.any = 3}, 0x27);            /* items 0 1 2 5 */
    check_allowed(&(struct rank_genres){.all = 3}, 0x24);            /* 2 5 */
    check_allowed(&(struct rank_genres){.none = 4}, 0x17);           /* 0 1 2 4 */
    check_allowed(&(struct rank_genres){.any = 1, .none = 2}, 0x01); /* 0 */
}

static void test_preference_maps_over_the_allowed(void **state) {
    (void)state;
    float scores[6] = {10, 4, 100, 8, 6, -50};
    rank_exclude(scores, (const uint32_t[]){2, 5}, 2);
    rank_min_max(scores, 6);
    rank_prefer(scores, genres, 6, 2, RANK_PREFERENCE);
    /* Allowed 10 4 8 6, low 4, high 10: 1, 0, 2/3, 1/3; item 1 is a comedy. */
    static const float expected[] = {1.0f, 0.2f, -INFINITY, 2.0f / 3, 1.0f / 3, -INFINITY};
    for (size_t i = 0; i < 6; i++)
        assert_true(scores[i] == expected[i] || fabsf(scores[i] - expected[i]) < 1e-6f);
}

static void test_equal_scores_map_to_zero(void **state) {
    (void)state;
    float scores[3] = {5, 5, 5};
    rank_min_max(scores, 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(scores[i] == 0);
    float wide[2] = {-3e38f, 3e38f};
    rank_min_max(wide, 2);
    assert_true(wide[0] == 0 && wide[1] == 1);
}

static void test_diversity(void **state) {
    (void)state;
    assert_true(fabs(rank_genre_cosine(3, 1) - 1 / sqrt(2)) < 1e-12);
    assert_true(rank_genre_cosine(0, 1) == 0);
    /* Scores mapped: item 0 1.0, item 2 .9, item 3 .5, item 1 0. Diversity .5:
     * second place: item 2 .45 - .5 * .7071 = .096; item 3 .25 - 0; item 1 0 - 0. So item 3.
     * third: item 2 .096; item 1 0. So item 2. */
    struct ranked list[] = {{0, 2.0f}, {2, 1.9f}, {3, 1.5f}, {1, 1.0f}};
    rank_diversify(list, 4, 3, genres, 0.5);
    static const uint32_t expected[] = {0, 3, 2, 1};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(list[i].item, expected[i]);
    assert_true(list[1].score == 1.5f);

    struct ranked same[] = {{0, 2.0f}, {2, 1.9f}, {3, 1.5f}};
    rank_diversify(same, 3, 3, genres, 0);
    assert_int_equal(same[1].item, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_top_k_is_the_head_of_a_sort),
        cmocka_unit_test(test_nothing_allowed),
        cmocka_unit_test(test_genre_filters),
        cmocka_unit_test(test_preference_maps_over_the_allowed),
        cmocka_unit_test(test_equal_scores_map_to_zero),
        cmocka_unit_test(test_diversity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_interactions.c: filter, merge, by item, counts: worked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataset/interactions.h"

/* User 0: items 2, 0 at times 5, 7; user 1: none; user 2: items 1, 2, 3 at times 1, 2, 2. */
static const uint64_t offsets[] = {0, 2, 2, 5};
static const uint32_t items[] = {2, 0, 1, 2, 3};
static const float ratings[] = {4, 1, 5, 3, 2};
static const int64_t times[] = {5, 7, 1, 2, 2};
static const struct interactions all = {.user_count = 3,
                                        .item_count = 4,
                                        .count = 5,
                                        .offsets = offsets,
                                        .items = items,
                                        .ratings = ratings,
                                        .times = times};

static void test_history(void **state) {
    (void)state;
    struct history history = interactions_history(&all, 2);
    assert_int_equal(history.count, 3);
    assert_int_equal(history.items[2], 3);
    assert_true(history.ratings[0] == 5);
    assert_int_equal(interactions_history(&all, 1).count, 0);
    assert_true(interactions_contains(&all, 0, 2));
    assert_false(interactions_contains(&all, 0, 1));
    struct interactions implicit = all;
    implicit.ratings = NULL;
    assert_null(interactions_history(&implicit, 0).ratings);
    assert_true(interactions_rating(&implicit, 3) == 1 && interactions_rating(&all, 3) == 3);
}

static bool well_rated(void *context, uint32_t user, size_t row) {
    (void)user;
    return ratings[row] >= *(const float *)context;
}

static void test_filter(void **state) {
    (void)state;
    struct arena arena = {0};
    float least = 3;
    struct interactions kept = interactions_filter(&all, well_rated, &least, &arena);
    static const uint64_t kept_offsets[] = {0, 1, 1, 3};
    static const uint32_t kept_items[] = {2, 1, 2};
    static const int64_t kept_times[] = {5, 1, 2};
    assert_int_equal(kept.count, 3);
    assert_memory_equal(kept.offsets, kept_offsets, sizeof kept_offsets);
    assert_memory_equal(kept.items, kept_items, sizeof kept_items);
    assert_memory_equal(kept.times, kept_times, sizeof kept_times);
    least = 9;
    assert_int_equal(interactions_filter(&all, well_rated, &least, &arena).count, 0);
    arena_release(&arena);
}

static void test_merge(void **state) {
    (void)state;
    struct arena arena = {0};
    static const uint64_t other_offsets[] = {0, 1, 2, 3};
    static const uint32_t other_items[] = {1, 3, 0};
    static const int64_t other_times[] = {6, 9, 2};
    struct interactions other = {.user_count = 3,
                                 .item_count = 4,
                                 .count = 3,
                                 .offsets = other_offsets,
                                 .items = other_items,
                                 .times = other_times};
    struct interactions merged = interactions_merge(&all, &other, &arena);
    static const uint64_t merged_offsets[] = {0, 3, 4, 8};
    static const uint32_t merged_items[] = {2, 1, 0, 3, 1, 2, 3, 0};
    static const float merged_ratings[] = {4, 1, 1, 1, 5, 3, 2, 1};
    assert_memory_equal(merged.offsets, merged_offsets, sizeof merged_offsets);
    assert_memory_equal(merged.items, merged_items, sizeof merged_items);
    assert_memory_equal(merged.ratings, merged_ratings, sizeof merged_ratings);
    other.times = NULL;
    merged = interactions_merge(&all, &other, &arena);
    static const uint32_t untimed_items[] = {2, 0, 1, 3, 1, 2, 3, 0};
    assert_null(merged.times);
    assert_memory_equal(merged.items, untimed_items, sizeof untimed_items);
    arena_release(&arena);
}

static void test_by_item(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions_by_item by_item = interactions_by_item(&all, &arena);
    static const uint64_t item_offsets[] = {0, 1, 2, 4, 5};
    static const uint32_t users[] = {0, 2, 0, 2, 2};
    static const float by_item_ratings[] = {1, 5, 4, 3, 2};
    assert_memory_equal(by_item.offsets, item_offsets, sizeof item_offsets);
    assert_memory_equal(by_item.users, users, sizeof users);
    assert_memory_equal(by_item.ratings, by_item_ratings, sizeof by_item_ratings);
    uint32_t counts[4];
    interactions_item_counts(&all, counts);
    static const uint32_t expected[] = {1, 1, 2, 1};
    assert_memory_equal(counts, expected, sizeof expected);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_merge),
        cmocka_unit_test(test_by_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

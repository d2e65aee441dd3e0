/* test_largest.c: selection against a full sort, ties, edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "sparse/largest.h"

#define COUNT_MAX 300

static int by_value_then_index(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Values repeat when `levels` is small; indices are a random order of 0 ... count - 1. */
static void fill(struct entry *entries, size_t count, uint32_t levels, struct rng *rng) {
    uint32_t order[COUNT_MAX];
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    rng_shuffle(rng, order, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct entry){order[i], (float)rng_below(rng, levels)};
}

static void agrees_with_a_full_sort(void **state) {
    (void)state;
    static const uint32_t levels[] = {1, 2, 5, 100, 1000000};
    struct rng rng;
    rng_init(&rng, 1, 0);
    struct entry entries[COUNT_MAX], sorted[COUNT_MAX];
    for (size_t round = 0; round < 4000; round++) {
        size_t count = 1 + rng_below(&rng, round % 2 ? 12 : COUNT_MAX - 1);
        size_t k = rng_below(&rng, (uint32_t)count + 3);
        fill(entries, count, levels[round % 5], &rng);
        memcpy(sorted, entries, count * sizeof *entries);
        qsort(sorted, count, sizeof *sorted, by_value_then_index);
        size_t got = largest_select(entries, count, k);
        assert_int_equal(got, k < count ? k : count);
        for (size_t i = 0; i < got; i++) {
            assert_int_equal(entries[i].index, sorted[i].index);
            assert_true(entries[i].value == sorted[i].value);
        }
    }
}

static void entries_one_by_one_give_the_same(void **state) {
    (void)state;
    static const uint32_t levels[] = {1, 2, 5, 100, 1000000};
    struct rng rng;
    rng_init(&rng, 2, 0);
    struct entry entries[COUNT_MAX], room[LARGEST_ROOM(20)];
    for (size_t round = 0; round < 2000; round++) {
        size_t count = rng_below(&rng, COUNT_MAX), k = 1 + rng_below(&rng, 20);
        struct largest largest = largest_begin(room, k, -1);
        for (size_t i = 0; i < count; i++) {
            entries[i] = (struct entry){(uint32_t)i, (float)rng_below(&rng, levels[round % 5])};
            largest_offer(&largest, entries[i].index, entries[i].value);
        }
        size_t got = largest_end(&largest);
        assert_int_equal(got, largest_select(entries, count, k));
        for (size_t i = 0; i < got; i++)
            assert_int_equal(room[i].index, entries[i].index);
    }
}

static void sorted_input_is_fine(void **state) {
    (void)state;
    struct entry entries[COUNT_MAX];
    for (int direction = 0; direction < 2; direction++) {
        for (uint32_t i = 0; i < COUNT_MAX; i++)
            entries[i] = (struct entry){i, direction ? (float)i : -(float)i};
        assert_int_equal(largest_select(entries, COUNT_MAX, 10), 10);
        for (uint32_t i = 0; i < 10; i++)
            assert_int_equal(entries[i].index, direction ? COUNT_MAX - 1 - i : i);
    }
}

static void nothing_gives_nothing(void **state) {
    (void)state;
    struct entry one = {3, 1.0f};
    assert_int_equal(largest_select(NULL, 0, 5), 0);
    assert_int_equal(largest_select(&one, 1, 0), 0);
    assert_int_equal(largest_select(&one, 1, 5), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_full_sort),
        cmocka_unit_test(entries_one_by_one_give_the_same),
        cmocka_unit_test(sorted_input_is_fine),
        cmocka_unit_test(nothing_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

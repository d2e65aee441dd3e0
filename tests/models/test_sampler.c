/* test_sampler.c: negatives are never the user's, follow their distribution, and are the same for
 * the same stream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "models/sampler.h"

enum { USERS = 3, ITEMS = 8 };

/* User 0 has 0 1 2 3; user 1 all but 5; user 2 everything. */
static const uint64_t offsets[USERS + 1] = {0, 4, 11, 19};
static const uint32_t items[] = {3, 0, 2, 1, 7, 6, 4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7};
static const struct interactions rows = {
    .user_count = USERS, .item_count = ITEMS, .count = 19, .offsets = offsets, .items = items};

/* Many items, so that bits would take more than SAMPLER_BITS_MAX: the binary search. */
static struct interactions wide(struct arena *arena) {
    struct interactions wide = rows;
    wide.user_count = 300;
    wide.item_count = 1000000;
    uint64_t *longer = ARENA_ARRAY(arena, uint64_t, 301);
    for (size_t i = 0; i <= 300; i++)
        longer[i] = i <= USERS ? offsets[i] : offsets[USERS];
    wide.offsets = longer;
    return wide;
}

static void test_draws_what_the_user_does_not_have(void **state) {
    (void)state;
    for (int strategy = 0; strategy < 2; strategy++) {
        struct arena arena = {0};
        struct sampler sampler;
        sampler_init(&sampler, &rows, (enum sampler_strategy)strategy, &arena);
        assert_true(sampler_can_draw(&sampler, 0));
        assert_true(sampler_can_draw(&sampler, 1));
        assert_false(sampler_can_draw(&sampler, 2));
        struct rng rng;
        rng_init(&rng, 1, 1);
        uint32_t drawn[400];
        sampler_draw(&sampler, 0, &rng, drawn, 400);
        for (size_t i = 0; i < 400; i++)
            assert_in_range(drawn[i], 4, 7);
        sampler_draw(&sampler, 1, &rng, drawn, 400);
        for (size_t i = 0; i < 400; i++)
            assert_int_equal(drawn[i], 5);
        arena_release(&arena);
    }
}

static void test_search_agrees_with_bits(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions many = wide(&arena);
    struct sampler bits, search;
    sampler_init(&bits, &rows, SAMPLER_UNIFORM, &arena);
    sampler_init(&search, &many, SAMPLER_UNIFORM, &arena);
    assert_non_null(bits.bits);
    assert_null(search.bits);
    for (uint32_t user = 0; user < USERS; user++)
        for (uint32_t item = 0; item < ITEMS; item++)
            assert_int_equal(sampler_has(&bits, user, item), sampler_has(&search, user, item));
    assert_false(sampler_has(&search, 299, 3));
    arena_release(&arena);
}

/* User 0 can have 4, 5, 6, 7, which 2, 1, 2 and 2 users have. */
static void test_popularity_is_to_the_power_three_quarters(void **state) {
    (void)state;
    struct arena arena = {0};
    struct sampler sampler;
    sampler_init(&sampler, &rows, SAMPLER_POPULARITY, &arena);
    enum { DRAWS = 200000 };
    static uint32_t drawn[DRAWS];
    struct rng rng;
    rng_init(&rng, 3, 1);
    sampler_draw(&sampler, 0, &rng, drawn, DRAWS);
    double seen[ITEMS] = {0};
    for (size_t i = 0; i < DRAWS; i++)
        seen[drawn[i]] += 1.0 / DRAWS;
    double total = 3 * pow(2, 0.75) + 1;
    for (uint32_t item = 4; item < ITEMS; item++)
        assert_true(fabs(seen[item] - (item == 5 ? 1 : pow(2, 0.75)) / total) < 0.01);
    arena_release(&arena);
}

static void test_same_stream_same_draws(void **state) {
    (void)state;
    struct arena arena = {0};
    struct sampler sampler;
    sampler_init(&sampler, &rows, SAMPLER_POPULARITY, &arena);
    uint32_t first[50], second[50];
    struct rng rng;
    rng_init(&rng, 9, 4);
    sampler_draw(&sampler, 0, &rng, first, 50);
    rng_init(&rng, 9, 4);
    sampler_draw(&sampler, 0, &rng, second, 50);
    assert_memory_equal(first, second, sizeof first);
    arena_release(&arena);
}

/* Whatever the number wanted, all differ, and everything at most. */
static void test_shared_draws_are_all_different(void **state) {
    (void)state;
    for (int strategy = 0; strategy < 2; strategy++) {
        struct arena arena = {0};
        struct sampler sampler;
        sampler_init(&sampler, &rows, (enum sampler_strategy)strategy, &arena);
        struct rng rng;
        rng_init(&rng, 6, 2);
        uint8_t marks[ITEMS] = {0}, seen[ITEMS] = {0}, none[ITEMS] = {0};
        for (size_t count = 0; count <= ITEMS; count++) {
            uint32_t drawn[ITEMS];
            sampler_draw_shared(&sampler, &rng, marks, drawn, count);
            memset(seen, 0, sizeof seen);
            for (size_t i = 0; i < count; i++) {
                assert_in_range(drawn[i], 0, ITEMS - 1);
                assert_int_equal(seen[drawn[i]]++, 0);
            }
            assert_memory_equal(marks, none, sizeof marks);
        }
        arena_release(&arena);
    }
}

/* What items stand for is 1 / the share of draws that have them. */
static void test_what_shared_draws_stand_for(void **state) {
    (void)state;
    enum { DRAWS = 50000 };
    for (int strategy = 0; strategy < 2; strategy++)
        for (size_t count = 2; count <= ITEMS; count += 3) {
            struct arena arena = {0};
            struct sampler sampler;
            sampler_init(&sampler, &rows, (enum sampler_strategy)strategy, &arena);
            real weights[ITEMS];
            sampler_stand_for(&sampler, count, weights);
            struct rng rng;
            rng_init(&rng, 8, 3);
            uint8_t marks[ITEMS] = {0};
            uint32_t drawn[ITEMS];
            double seen[ITEMS] = {0}, total = 0;
            for (int round = 0; round < DRAWS; round++) {
                sampler_draw_shared(&sampler, &rng, marks, drawn, count);
                for (size_t i = 0; i < count; i++)
                    seen[drawn[i]] += 1.0 / DRAWS;
            }
            for (size_t i = 0; i < ITEMS; i++) {
                assert_true(fabs(seen[i] * (double)weights[i] - 1) < 0.03);
                total += 1 / (double)weights[i];
            }
            assert_true(fabs(total - (double)count) < 1e-3);
            arena_release(&arena);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_what_the_user_does_not_have),
        cmocka_unit_test(test_search_agrees_with_bits),
        cmocka_unit_test(test_popularity_is_to_the_power_three_quarters),
        cmocka_unit_test(test_same_stream_same_draws),
        cmocka_unit_test(test_shared_draws_are_all_different),
        cmocka_unit_test(test_what_shared_draws_stand_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

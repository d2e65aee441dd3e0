/* test_rng.c: random numbers: the published stream, bounds, evenness, streams apart, shuffles. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"

/* The reference implementation of xoshiro256++ (prng.di.unimi.it) from the state {1, 2, 3, 4}. */
static void test_the_stream_is_xoshiro256plusplus(void **state) {
    (void)state;
    static const uint64_t expected[] = {41943041u,
                                        58720359u,
                                        3588806011781223u,
                                        3591011842654386u,
                                        9228616714210784205u,
                                        9973669472204895162u,
                                        14011001112246962877u,
                                        12406186145184390807u,
                                        15849039046786891736u,
                                        10450023813501588000u};
    struct rng rng = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(rng_next(&rng) == expected[i]);
}

/* What models are made of: these may never change, or the same seed gives other models. */
static void test_seeds_give_the_numbers_they_always_gave(void **state) {
    (void)state;
    struct rng rng;
    rng_init(&rng, 42, 0);
    const uint64_t first = rng_next(&rng), second = rng_next(&rng);
    rng_init(&rng, 42, 0);
    assert_true(rng_next(&rng) == first);
    assert_true(rng_next(&rng) == second);
    assert_true(first == 4041048026548471592u);
    assert_true(second == 16112358804465243869u);
}

static void test_streams_and_seeds_differ(void **state) {
    (void)state;
    uint64_t seen[64];
    size_t count = 0;
    for (uint64_t seed = 0; seed < 8; seed++)
        for (uint64_t stream = 0; stream < 8; stream++) {
            struct rng rng;
            rng_init(&rng, seed, stream);
            seen[count++] = rng_next(&rng);
        }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(seen[i] != seen[j]);
}

static void test_below_stays_below_and_is_even(void **state) {
    (void)state;
    struct rng rng;
    rng_init(&rng, 1, 1);
    static const uint32_t bounds[] = {1, 2, 3, 7, 10, 1000, 0x80000001u, 0xffffffffu};
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++)
        for (int i = 0; i < 2000; i++)
            assert_true(rng_below(&rng, bounds[b]) < bounds[b]);
    enum { BINS = 7, DRAWS = 70000 };
    int bins[BINS] = {0};
    for (int i = 0; i < DRAWS; i++)
        bins[rng_below(&rng, BINS)]++;
    double chi = 0;
    for (int i = 0; i < BINS; i++)
        chi += pow(bins[i] - DRAWS / BINS, 2) / (DRAWS / BINS);
    assert_true(chi < 22.5); /* 99.9 % of chi-square with 6 degrees of freedom */
}

static void test_uniform_and_normal_have_their_moments(void **state) {
    (void)state;
    struct rng rng;
    rng_init(&rng, 5, 0);
    enum { DRAWS = 200000 };
    double sum = 0, squares = 0, normal = 0, normal_squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        const double x = rng_uniform(&rng), z = rng_normal(&rng);
        assert_true(x >= 0 && x < 1);
        sum += x;
        squares += x * x;
        normal += z;
        normal_squares += z * z;
    }
    assert_true(fabs(sum / DRAWS - 0.5) < 0.003);
    assert_true(fabs(squares / DRAWS - 1.0 / 3) < 0.003);
    assert_true(fabs(normal / DRAWS) < 0.01);
    assert_true(fabs(normal_squares / DRAWS - 1) < 0.02);
}

static void test_shuffle_is_a_permutation_and_every_one_is_as_likely(void **state) {
    (void)state;
    struct rng rng;
    rng_init(&rng, 9, 0);
    uint32_t values[100];
    for (uint32_t i = 0; i < 100; i++)
        values[i] = i;
    rng_shuffle(&rng, values, 100);
    int seen[100] = {0}, moved = 0;
    for (uint32_t i = 0; i < 100; i++) {
        seen[values[i]]++;
        moved += values[i] != i;
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(seen[i], 1);
    assert_true(moved > 80);
    int orders[6] = {0};
    for (int i = 0; i < 60000; i++) {
        uint32_t three[3] = {0, 1, 2};
        rng_shuffle(&rng, three, 3);
        orders[three[0] * 2 + (three[1] > three[2])]++;
    }
    for (int i = 0; i < 6; i++)
        assert_in_range(orders[i], 9600, 10400);
    rng_shuffle(&rng, values, 0);
    rng_shuffle(&rng, values, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_stream_is_xoshiro256plusplus),
        cmocka_unit_test(test_seeds_give_the_numbers_they_always_gave),
        cmocka_unit_test(test_streams_and_seeds_differ),
        cmocka_unit_test(test_below_stays_below_and_is_even),
        cmocka_unit_test(test_uniform_and_normal_have_their_moments),
        cmocka_unit_test(test_shuffle_is_a_permutation_and_every_one_is_as_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

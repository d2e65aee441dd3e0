/* test_space.c: words of a sweep: lists, ranges, brackets; products in order; draws within bounds,
 * the same for the same seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiment/space.h"

static struct arena arena;

static int release(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct space parse(const char *const *words, size_t count) {
    struct space space;
    struct error error;
    assert_int_equal(space_parse(&space, words, count, &arena, &error), STATUS_OK);
    return space;
}

static void products(void **state) {
    (void)state;
    const char *const words[] = {"model.k=1,2", "model.mlp_layers=[64,32],[8]", "seed=7"};
    struct space space = parse(words, 3);
    assert_int_equal(space_size(&space), 4);
    static const char *const expected[4][3] = {
        {"model.k=1", "model.mlp_layers=[64,32]", "seed=7"},
        {"model.k=1", "model.mlp_layers=[8]", "seed=7"},
        {"model.k=2", "model.mlp_layers=[64,32]", "seed=7"},
        {"model.k=2", "model.mlp_layers=[8]", "seed=7"},
    };
    for (size_t p = 0; p < 4; p++) {
        const char *const *point = space_point(&space, p, &arena);
        for (size_t i = 0; i < 3; i++)
            assert_string_equal(point[i], expected[p][i]);
        assert_null(point[3]);
    }
}

static void quotes_and_equals_signs(void **state) {
    (void)state;
    const char *const words[] = {"run_name='a,b',\"c]\"", "paths.data_dir=x=y", "data="};
    struct space space = parse(words, 3);
    assert_int_equal(space_size(&space), 2);
    assert_string_equal(space_point(&space, 0, &arena)[0], "run_name='a,b'");
    assert_string_equal(space_point(&space, 1, &arena)[1], "paths.data_dir=x=y");
    assert_string_equal(space_point(&space, 1, &arena)[2], "data=");
}

static void draws(void **state) {
    (void)state;
    const char *const words[] = {"a=3..5", "b=log:1..1000", "c=0.5..0.75", "d=log:1e-4..1e-1",
                                 "e=x,y"};
    struct space space = parse(words, 5);
    assert_int_equal(space_size(&space), 0);
    assert_true(space.dimensions[0].whole && space.dimensions[1].whole);
    assert_false(space.dimensions[2].whole || space.dimensions[3].whole);
    struct rng rng, again;
    rng_init(&rng, 1, 2);
    rng_init(&again, 1, 2);
    bool low = false, high = false;
    size_t below = 0;
    for (int i = 0; i < 1000; i++) {
        const char *const *point = space_draw(&space, &rng, &arena);
        const char *const *other = space_draw(&space, &again, &arena);
        for (size_t d = 0; d < 5; d++)
            assert_string_equal(point[d], other[d]);
        long a = strtol(point[0] + 2, NULL, 10), b = strtol(point[1] + 2, NULL, 10);
        double c = strtod(point[2] + 2, NULL), d = strtod(point[3] + 2, NULL);
        assert_true(a >= 3 && a <= 5 && b >= 1 && b <= 1000);
        assert_true(c >= 0.5 && c <= 0.75 && d >= 1e-4 && d <= 1e-1);
        low = low || a == 3;
        high = high || a == 5;
        below += b < 32; /* the middle of three orders of magnitude */
    }
    assert_true(low && high);
    assert_true(below > 400 && below < 600);
}

static void refusals(void **state) {
    (void)state;
    static const char *const bad[] = {"k",      "=1",         "k=[1,2",     "k=1,,2", "k=1,",
                                      "k=5..3", "k=log:0..3", "k=log:a..b", "k='a,b", "k=a]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct space space;
        struct error error;
        assert_int_equal(space_parse(&space, &bad[i], 1, &arena, &error), STATUS_BAD_USAGE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(products, release),
        cmocka_unit_test_teardown(quotes_and_equals_signs, release),
        cmocka_unit_test_teardown(draws, release),
        cmocka_unit_test_teardown(refusals, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

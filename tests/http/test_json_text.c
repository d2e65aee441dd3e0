/* test_json_text.c: the same bytes as the library writes: numbers of every size, on both sides of
 * a half of the last digit, random bits; objects. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "http/json_text.h"

static void assert_real(struct arena *arena, double value) {
    const struct arena_position mark = arena_mark(arena);
    struct buffer out;
    buffer_init(&out, arena);
    json_text_real(&out, value);
    json_t *real = json_real(value);
    char *expected = json_dumps(real, JSON_ENCODE_ANY | JSON_REAL_PRECISION(7));
    assert_string_equal(out.bytes, expected);
    free(expected);
    json_decref(real);
    arena_reset(arena, mark);
}

static void reals(void **state) {
    (void)state;
    static const double plain[] = {0,        1,         -1,        0.5,       1.2,     4,
                                   10,       9.9999999, 99999.99,  999999.99, 1e6,     123456789,
                                   1e-4,     0.00012,   1e-5,      1.5e-300,  2.5e300, 0.99999995,
                                   0.1 + .2, 1234567.5, 9999999.5, 0.6826514, 1e22};
    struct arena arena = {0};
    struct rng rng;
    rng_init(&rng, 11, 0);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        assert_real(&arena, plain[i]);
        assert_real(&arena, -plain[i]);
    }
    for (int i = 0; i < 200000; i++) {
        /* Floats, as scores are, of every size that is usual; and decimals with a half behind. */
        const double size = pow(10, (double)rng_below(&rng, 14) - 6);
        assert_real(&arena, (double)(float)(size * ((double)rng_below(&rng, 1u << 30) / 1e9)));
        assert_real(&arena, ((double)rng_below(&rng, 10000000) + 0.5) / 1e7 * size);
    }
    arena_release(&arena);
}

static void integers_and_values(void **state) {
    (void)state;
    struct arena arena = {0};
    struct buffer out;
    buffer_init(&out, &arena);
    json_text_integer(&out, 0);
    buffer_text(&out, " ");
    json_text_integer(&out, -907);
    buffer_text(&out, " ");
    json_text_integer(&out, INT64_MIN);
    buffer_text(&out, " ");
    json_text_value(&out, json_pack("[s, i, f]", "a\"b", 2, 0.25));
    json_text_members(&out, json_pack("{s:s, s:[i]}", "x", "\xc3\x89", "y", 1));
    assert_string_equal(out.bytes, "0 -907 -9223372036854775808 [\"a\\\"b\",2,0.25]"
                                   "\"x\":\"\xc3\x89\",\"y\":[1]");
    struct response response = {0};
    json_text_answer(&response, &out);
    assert_int_equal(response.body_size, strlen(response.body));
    assert_string_equal(response_get_header(&response, "content-type"), "application/json");
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reals),
        cmocka_unit_test(integers_and_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

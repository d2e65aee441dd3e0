/* test_film_hues.c: films that somebody has have a hue, and the same again; others none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/film_hues.h"
#include "service/service_internal.h"
#include "service/tiny.h"

static void who_is_seen_has_a_hue(void **state) {
    (void)state;
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    for (uint32_t i = 0; i < TINY_ITEMS; i++) {
        const int hue = film_hues_find(snapshot, i);
        if (snapshot->counts[i] > 0)
            assert_in_range(hue, 0, 359);
        else
            assert_int_equal(hue, -1);
        assert_int_equal(film_hues_find(snapshot, i), hue);
    }
    assert_int_equal(film_hues_find(snapshot, TINY_ITEMS), -1);
    snapshot_release(snapshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_seen_has_a_hue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

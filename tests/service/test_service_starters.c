/* test_service_starters.c: the films for somebody new: worked out by hand on eight films, and what
 * must hold on the built-in data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/served.h"
#include "service/service_starters.h"

/* Films 5, 6 and 7 nobody has; the first is the one that most have. */
static void only_what_people_have(void **state) {
    (void)state;
    struct starter *list;
    assert_int_equal(service_starters(snapshot, 8, &arena, &list), 5);
    bool seen[TINY_ITEMS] = {0};
    for (size_t i = 0; i < 5; i++) {
        assert_true(list[i].item < 5);
        assert_false(seen[list[i].item]);
        seen[list[i].item] = true;
        assert_true(list[i].worth > 0);
    }
}

/* After a film of Action, one of Drama comes before one of Action that as many people have. */
static void not_of_one_kind(void **state) {
    (void)state;
    struct starter *list;
    assert_int_equal(service_starters(snapshot, 2, &arena, &list), 2);
    const uint64_t first = service_catalogue(snapshot)->movies[list[0].item].genres;
    const uint64_t second = service_catalogue(snapshot)->movies[list[1].item].genres;
    assert_int_equal(first & second, 0);
}

static void none_wanted(void **state) {
    (void)state;
    struct starter *list;
    assert_int_equal(service_starters(snapshot, 0, &arena, &list), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_people_have),
        cmocka_unit_test(not_of_one_kind),
        cmocka_unit_test(none_wanted),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

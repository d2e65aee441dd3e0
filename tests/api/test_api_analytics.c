/* test_api_analytics.c: the figures of the data, of lists and of a person's taste over a real
 * socket.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

static void figures(void **state) {
    (void)state;
    assert_contains("/api/analytics", NULL, 200,
                    "\"ratings\":[{\"rating\":1.0,\"count\":1},{\"rating\":2.0,\"count\":1}");
    assert_contains("/api/analytics", NULL, 200, "\"lists\":{\"people\":");
    assert_contains("/api/analytics", NULL, 200, "\"months\":[]");
    assert_contains("/api/analytics?model=none", NULL, 404, "none");
}

static void taste(void **state) {
    (void)state;
    assert_contains("/api/users/1/taste", NULL, 200, "{\"mix\":{\"Action\":");
    assert_contains("/api/users/1/taste", NULL, 200, "\"years\":[]");
    assert_contains("/api/users/u%2F5/taste", NULL, 200, "\"mix\":{\"Action\":0.0");
    assert_contains("/api/users/nobody/taste", NULL, 404, "nobody");
}

static int start(void **state) {
    (void)state;
    return loopback_start(tiny_create());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures),
        cmocka_unit_test(taste),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

/* test_api_fans.c: who likes a film, and a person's place on the map, over a real socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

static void fans(void **state) {
    (void)state;
    assert_contains(
        "/api/movie/10/fans", NULL, 200,
        "{\"item_id\":10,\"liked\":2,\"fans\":[{\"user_id\":1,\"rating\":5.0},"
        "{\"user_id\":2,\"rating\":5.0}],\"genres\":[{\"genre\":\"Action\",\"theirs\":");
    assert_contains("/api/movie/10/fans?limit=1", NULL, 200,
                    "\"fans\":[{\"user_id\":1,\"rating\":5.0}],");
    assert_contains("/api/movie/60/fans", NULL, 200, "\"liked\":0,\"fans\":[],");
    assert_contains("/api/movie/none/fans", NULL, 404, "none");
    assert_contains("/api/movie/10/fans?limit=0", NULL, 422, "limit");
    assert_contains("/api/movie/10/fans?model=none", NULL, 404, "none");
}

static void places(void **state) {
    (void)state;
    assert_contains("/api/users/1/place", NULL, 200, "{\"user_id\":1,\"x\":");
    assert_contains("/api/users/1/place", NULL, 200, "\"films\":[{\"item_id\":20,");
    assert_answer("/api/users/u%2F5/place", NULL, 200,
                  "{\"user_id\":\"u/5\",\"x\":null,\"y\":null,\"films\":[]}");
    assert_contains("/api/users/nobody/place", NULL, 404, "nobody");
}

static int start(void **state) {
    (void)state;
    return loopback_start(tiny_create());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fans),
        cmocka_unit_test(places),
    };
    return cmocka_run_group_tests(tests, start, loopback_stop);
}

/* test_service_map.c: a map by the model's vectors and one by histories; asked twice it is drawn
 * once; it goes over to a model that follows. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/service_map.h"
#include "service/tiny.h"

static void assert_map(struct tiny *tiny) {
    struct snapshot *snapshot = tiny_snapshot(tiny);
    const float *points, *again;
    struct error error;
    assert_int_equal(service_map(snapshot, &points, &error), STATUS_OK);
    for (size_t i = 0; i < 2 * TINY_ITEMS; i++)
        assert_true(fabsf(points[i]) <= 1);
    assert_int_equal(service_map(snapshot, &again, &error), STATUS_OK);
    assert_ptr_equal(points, again);
    snapshot_release(snapshot);
}

static void by_vectors(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.item_vectors = tiny_vectors;
    assert_map(tiny);
}

static void by_histories(void **state) {
    (void)state;
    assert_map(tiny_create());
}

/* Who takes a model's place has its map at once: here the same, since it is drawn of the same. */
static void followed(void **state) {
    (void)state;
    struct service *service = tiny_service(tiny_create());
    struct snapshot *now, *next = tiny_snapshot(tiny_create());
    const float *points, *again;
    struct error error;
    assert_int_equal(service_acquire(service, NULL, &now, &error), STATUS_OK);
    assert_int_equal(service_map(now, &points, &error), STATUS_OK);
    service_map_follow(service, service_name(now), next);
    assert_int_equal(service_map(next, &again, &error), STATUS_OK);
    assert_memory_equal(points, again, 2 * TINY_ITEMS * sizeof *points);
    service_release(now);
    snapshot_release(next);
    service_destroy(service);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_vectors),
        cmocka_unit_test(by_histories),
        cmocka_unit_test(followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

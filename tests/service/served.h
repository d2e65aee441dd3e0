/* served.h: the tiny catalogue served, for tests of what is worked out from a snapshot: start and
 * stop are the set-up and the tear-down of a group. */
#ifndef MATINEE_TESTS_SERVICE_SERVED_H
#define MATINEE_TESTS_SERVICE_SERVED_H

#include "service/tiny.h"

static struct service *service;
static struct snapshot *snapshot;
static struct arena arena;

static int start(void **state) {
    (void)state;
    struct error error;
    service = tiny_service(tiny_create());
    return service_acquire(service, NULL, &snapshot, &error) == STATUS_OK ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    arena_release(&arena);
    service_release(snapshot);
    service_destroy(service);
    return 0;
}

#endif

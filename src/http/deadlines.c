/* deadlines.c: see deadlines.h.
 *
 * Idea     A doubly linked list under one mutex, walked every quarter of a second: with the
 *          thousand connections that are let in, the walk takes microseconds.
 * Traps    A descriptor is shut down only while its entry is in the list, under the mutex, and
 *          removed before it is closed: so a number that the system has given to another socket is
 *          never touched.
 * Checked  tests/http/test_http_server.c (a client that sends a byte at a time),
 *          tests/http/test_http_stream.c. */
#include "http/deadlines.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <time.h>

#include "base/alloc.h"
#include "base/assert.h"

#define WALK_INTERVAL_MS 250
#define WAKE_AT_ONCE 64

struct deadline {
    struct deadline *next, *previous;
    int64_t due_ms;
    int descriptor;
    void *sleeper; /* NULL: awake */
};

struct deadlines {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t walker;
    bool is_ending;
    void (*wake_sleeper)(void *sleeper);
    struct deadline list; /* the head: first and last of a ring */
};

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wakes all who sleep. The callback may lead to deadlines_remove, so it runs without the mutex. */
static void wake_sleepers(struct deadlines *deadlines) {
    void *sleepers[WAKE_AT_ONCE];
    size_t count;
    do {
        count = 0;
        for (struct deadline *at = deadlines->list.next;
             at != &deadlines->list && count < WAKE_AT_ONCE; at = at->next) {
            if (!at->sleeper)
                continue;
            sleepers[count++] = at->sleeper;
            at->sleeper = NULL;
        }
        pthread_mutex_unlock(&deadlines->mutex);
        for (size_t i = 0; i < count; i++)
            deadlines->wake_sleeper(sleepers[i]);
        pthread_mutex_lock(&deadlines->mutex);
    } while (count == WAKE_AT_ONCE);
}

static void *walk(void *context) {
    struct deadlines *deadlines = context;
    pthread_mutex_lock(&deadlines->mutex);
    while (!deadlines->is_ending) {
        struct timespec next;
        clock_gettime(CLOCK_MONOTONIC, &next);
        next.tv_nsec += WALK_INTERVAL_MS * 1000000L;
        next.tv_sec += next.tv_nsec / 1000000000L;
        next.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&deadlines->wake, &deadlines->mutex, &next);
        const int64_t now = now_ms();
        for (struct deadline *at = deadlines->list.next; at != &deadlines->list; at = at->next)
            if (at->due_ms < now && !at->sleeper) {
                shutdown(at->descriptor, SHUT_RDWR);
                at->due_ms = INT64_MAX;
            }
        wake_sleepers(deadlines);
    }
    pthread_mutex_unlock(&deadlines->mutex);
    return NULL;
}

struct deadlines *deadlines_create(void (*wake)(void *sleeper)) {
    struct deadlines *deadlines = alloc_zeroed(1, sizeof *deadlines);
    deadlines->wake_sleeper = wake;
    deadlines->list.next = deadlines->list.previous = &deadlines->list;
    pthread_mutex_init(&deadlines->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&deadlines->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    ASSERT(pthread_create(&deadlines->walker, NULL, walk, deadlines) == 0);
    return deadlines;
}

void deadlines_destroy(struct deadlines *deadlines) {
    pthread_mutex_lock(&deadlines->mutex);
    ASSERT(deadlines->list.next == &deadlines->list);
    deadlines->is_ending = true;
    pthread_cond_signal(&deadlines->wake);
    pthread_mutex_unlock(&deadlines->mutex);
    pthread_join(deadlines->walker, NULL);
    pthread_cond_destroy(&deadlines->wake);
    pthread_mutex_destroy(&deadlines->mutex);
    alloc_free(deadlines);
}

struct deadline *deadlines_add(struct deadlines *deadlines, int descriptor, unsigned seconds) {
    struct deadline *deadline = alloc_zeroed(1, sizeof *deadline);
    *deadline =
        (struct deadline){.descriptor = descriptor, .due_ms = now_ms() + (int64_t)seconds * 1000};
    pthread_mutex_lock(&deadlines->mutex);
    deadline->next = &deadlines->list;
    deadline->previous = deadlines->list.previous;
    deadline->previous->next = deadline->next->previous = deadline;
    pthread_mutex_unlock(&deadlines->mutex);
    return deadline;
}

void deadlines_move(struct deadlines *deadlines, struct deadline *deadline, unsigned seconds) {
    const int64_t due_ms = now_ms() + (int64_t)seconds * 1000;
    pthread_mutex_lock(&deadlines->mutex);
    deadline->due_ms = due_ms;
    pthread_mutex_unlock(&deadlines->mutex);
}

void deadlines_sleep(struct deadlines *deadlines, struct deadline *deadline, void *sleeper) {
    pthread_mutex_lock(&deadlines->mutex);
    deadline->sleeper = sleeper;
    pthread_mutex_unlock(&deadlines->mutex);
}

void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline) {
    pthread_mutex_lock(&deadlines->mutex);
    deadline->next->previous = deadline->previous;
    deadline->previous->next = deadline->next;
    pthread_mutex_unlock(&deadlines->mutex);
    alloc_free(deadline);
}

/* throttle.c: see throttle.h.
 *
 * Idea     A table of fixed size, so that a stranger with many addresses takes no memory: a caller
 *          has WAYS places to be in, and where all are taken the one that has been away longest,
 *          whose bucket is the fullest, gives way.
 * Traps    Two callers who share places can push each other out: each then has a full bucket
 *          again, so that the limit is soft under an attack from very many addresses, never wrong
 *          for others.
 * Checked  tests/http/test_http_gate.c. */
#include "http/throttle.h"

#include <pthread.h>
#include <stddef.h>

#include "base/alloc.h"

#define SETS 4096
#define WAYS 4

struct bucket {
    uint64_t caller;
    double tokens, seen; /* as of the instant `seen`; 0: never used */
};

struct throttle {
    pthread_mutex_t mutex;
    double rate, burst;
    struct bucket buckets[SETS][WAYS];
};

struct throttle *throttle_create(double rate, double burst) {
    struct throttle *throttle = alloc_zeroed(1, sizeof *throttle);
    pthread_mutex_init(&throttle->mutex, NULL);
    throttle->rate = rate;
    throttle->burst = burst < 1 ? 1 : burst;
    return throttle;
}

void throttle_destroy(struct throttle *throttle) {
    if (!throttle)
        return;
    pthread_mutex_destroy(&throttle->mutex);
    alloc_free(throttle);
}

static struct bucket *find(struct throttle *throttle, uint64_t caller, double now) {
    struct bucket *set = throttle->buckets[(caller * 0x9e3779b97f4a7c15u) >> 52], *oldest = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].caller == caller && set[i].seen > 0)
            return &set[i];
        if (set[i].seen < oldest->seen)
            oldest = &set[i];
    }
    *oldest = (struct bucket){caller, throttle->burst, now};
    return oldest;
}

bool throttle_take(struct throttle *throttle, uint64_t caller, double now_seconds,
                   double *wait_seconds) {
    pthread_mutex_lock(&throttle->mutex);
    struct bucket *bucket = find(throttle, caller, now_seconds);
    if (now_seconds > bucket->seen)
        bucket->tokens += (now_seconds - bucket->seen) * throttle->rate;
    if (bucket->tokens > throttle->burst)
        bucket->tokens = throttle->burst;
    bucket->seen = now_seconds;
    const bool is_allowed = bucket->tokens >= 1;
    if (is_allowed)
        bucket->tokens -= 1;
    else
        *wait_seconds = (1 - bucket->tokens) / throttle->rate;
    pthread_mutex_unlock(&throttle->mutex);
    return is_allowed;
}

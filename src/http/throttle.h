/* throttle.h: how often each caller may ask: a bucket of tokens for each key or address. A request
 * takes one; they come back at a rate, up to a number that may be spent at once. */
#ifndef MATINEE_HTTP_THROTTLE_H
#define MATINEE_HTTP_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

struct throttle;

/* `rate` requests a second for each caller, `burst` at once; both > 0. */
struct throttle *throttle_create(double rate, double burst);
void throttle_destroy(struct throttle *throttle); /* NULL is fine */
/* Takes a token of the caller's. False: there is none; *wait_seconds says when there will be. */
bool throttle_take(struct throttle *throttle, uint64_t caller, double now_seconds,
                   double *wait_seconds);

#endif

/* load.h: a load generator for HTTP: many connections of one thread, kept alive.
 *
 *   closed loop (rate 0)   each connection asks again as soon as it was answered: how much a server
 * can do open loop   (rate R)   requests begin R times a second whatever the answers do, and a
 * request's time counts from the instant at which it should have begun: what callers feel (a closed
 * loop is silent while the server stands still) */
#ifndef MATINEE_CLI_LOAD_H
#define MATINEE_CLI_LOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct load_plan {
    unsigned port;               /* of 127.0.0.1 */
    const char *const *requests; /* whole HTTP/1.1 requests, asked in turn */
    size_t request_count;
    unsigned connections; /* at most LOAD_CONNECTIONS_MAX */
    double seconds, rate;
};

#define LOAD_CONNECTIONS_MAX 1024

struct load_result {
    uint64_t answers, failed; /* failed: not 2xx, or cut */
    double seconds;
    double p50, p90, p99, p999, worst; /* seconds */
};

/* Errors (STATUS_IO): nobody listens. */
enum status load_run(const struct load_plan *plan, struct load_result *result, struct error *error);

#endif

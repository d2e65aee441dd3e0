/* telemetry.h: what is counted of each request: how many by route and outcome, how long by route
 * and by model. Kept in base/counter.h's registry, from where /metrics prints it. */
#ifndef MATINEE_HTTP_TELEMETRY_H
#define MATINEE_HTTP_TELEMETRY_H

#include <stddef.h>

#include "http/request.h"
#include "http/response.h"
#include "http/router.h"

struct telemetry;

/* Counters for each of the routes, which it borrows. */
struct telemetry *telemetry_create(const struct route *routes, size_t count);
void telemetry_destroy(struct telemetry *telemetry); /* NULL is fine */
void telemetry_note(struct telemetry *telemetry, const struct request *request,
                    const struct response *response, size_t bytes, double seconds);

#endif

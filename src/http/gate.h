/* gate.h: who may ask what, before a handler sees the request.
 *
 *   no key ever existed the service is open, as on one's own machine; where it is not,
 * administration is refused (a key must be made first) keys exist          reading is free unless
 * `keys_to_read`; writing and administration take a key whose scope allows it, as "Authorization:
 * Bearer KEY" or "X-API-Key: KEY" OPEN routes         (health, pages) never take one
 *
 * A web page of another origin may not write or administrate without a key, since a browser sends a
 * simple POST for any page. */
#ifndef MATINEE_HTTP_GATE_H
#define MATINEE_HTTP_GATE_H

#include <stdbool.h>

#include "http/keyring.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"
#include "http/throttle.h"

struct gate {
    struct keyring *keyring;   /* NULL: no keys */
    struct throttle *throttle; /* NULL: no limit */
    bool keys_to_read;
    bool is_public; /* others than this machine can come */
};

/* Who asks. */
struct gate_caller {
    bool shows_key;
    bool is_known; /* `key` is the one that was shown */
    struct keyring_key key;
};

/* Looks the key up that was shown, once for a request. */
void gate_recognize(const struct gate *gate, const struct request *request,
                    struct gate_caller *caller);
/* Whether the caller has not asked too often; else it has answered 429. */
bool gate_has_time(const struct gate *gate, const struct gate_caller *caller,
                   struct request *request, struct response *response);
/* Whether the route may answer; else it has answered 401 or 403. Sets request->caller. */
bool gate_admits(const struct gate *gate, const struct gate_caller *caller,
                 const struct route *route, const struct cors *cors, struct request *request,
                 struct response *response);

#endif

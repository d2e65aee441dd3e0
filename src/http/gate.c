/* gate.c: see gate.h.
 *
 * Source   RFC 9110 section 11 (authentication), RFC 6750 (bearer), RFC 6585 section 4 (429).
 * Traps    A key is looked for in headers only: addresses are kept in histories and logs.
 * Checked  tests/http/test_http_gate.c. */
#include "http/gate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/counter.h"
#include "http/listener.h"
#include "http/problem.h"

static const char *const scope_names[] = {
    [ROUTE_OPEN] = "open", [ROUTE_READ] = "read", [ROUTE_WRITE] = "write", [ROUTE_ADMIN] = "admin"};

static void count_refusal(const char *labels) {
    counter_add(counter_total("matinee_http_refused_total", "requests refused at the gate", labels),
                1);
}

static const char *key_of(const struct request *request) {
    const char *bearer = request_header(request, "Authorization");
    if (bearer && strncasecmp(bearer, "Bearer ", 7) == 0)
        return bearer + 7 + strspn(bearer + 7, " ");
    return request_header(request, "X-API-Key");
}

void gate_recognize(const struct gate *gate, const struct request *request,
                    struct gate_caller *caller) {
    const bool has_keys = gate->keyring && keyring_is_closed(gate->keyring);
    const char *key = has_keys ? key_of(request) : NULL;
    caller->shows_key = key != NULL;
    caller->is_known = key && keyring_find(gate->keyring, key, &caller->key);
}

/* One of our keys counts, wherever it comes from; else the address. */
static uint64_t bucket_of(const struct gate_caller *caller, const struct request *request) {
    uint64_t hash = request->peer;
    if (caller->is_known)
        memcpy(&hash, caller->key.digest, sizeof hash);
    return hash;
}

bool gate_has_time(const struct gate *gate, const struct gate_caller *caller,
                   struct request *request, struct response *response) {
    struct timespec now;
    double wait;
    if (!gate->throttle)
        return true;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (throttle_take(gate->throttle, bucket_of(caller, request),
                      (double)now.tv_sec + (double)now.tv_nsec / 1e9, &wait))
        return true;
    count_refusal("reason=\"rate\"");
    problem_answer(response, request, 429,
                   "too many requests; ask again in %.0f s (--rate and --burst of matinee serve)",
                   ceil(wait));
    response_set_header(response, "Retry-After", arena_format(request->arena, "%.0f", ceil(wait)));
    return false;
}

static bool refuse(struct response *response, const struct request *request, unsigned status,
                   const char *sentence) {
    count_refusal(status == 401 ? "reason=\"key\"" : "reason=\"scope\"");
    problem_answer(response, request, status, "%s", sentence);
    if (status == 401)
        response_set_header(response, "WWW-Authenticate", "Bearer");
    return false;
}

/* Whether "HOST" or "HOST:PORT" names this machine as only itself can. */
static bool is_loopback(const char *authority) {
    char host[64];
    const bool is_ipv6 = *authority == '[';
    const size_t length = strcspn(authority + is_ipv6, is_ipv6 ? "]" : ":");
    snprintf(host, sizeof host, "%.*s", (int)length, authority + is_ipv6);
    return listener_is_local(host);
}

/* Whether the request comes from a page that is neither ours nor one that may call. A page is ours
 * where its origin is the host that was asked; where only this machine can come that has to be a
 * name of this machine, since whoever owns another name may let it lead here (DNS rebinding). */
static bool is_of_a_strange_page(const struct gate *gate, const struct cors *cors,
                                 const struct request *request) {
    const char *origin = request_header(request, "Origin");
    const char *host = request_header(request, "Host");
    if (!origin || cors_allows(cors, origin))
        return false;
    const char *authority = strstr(origin, "://");
    return !(authority && host && strcasecmp(authority + 3, host) == 0 &&
             (gate->is_public || is_loopback(host)));
}

static bool admits_key(const struct gate_caller *caller, const struct route *route,
                       struct request *request, struct response *response) {
    const struct keyring_key *key = &caller->key;
    if (!caller->is_known)
        return refuse(response, request, 401,
                      "this key is not known, or was revoked; `matinee keys list` shows those "
                      "there are");
    request->caller = arena_copy(request->arena, key->name);
    if (key->scope >= route->scope)
        return true;
    return refuse(response, request, 403,
                  arena_format(request->arena, "the key %s may %s; this address needs the scope %s",
                               key->name, scope_names[key->scope], scope_names[route->scope]));
}

bool gate_admits(const struct gate *gate, const struct gate_caller *caller,
                 const struct route *route, const struct cors *cors, struct request *request,
                 struct response *response) {
    const bool has_keys = gate->keyring && keyring_is_closed(gate->keyring);
    if (route->scope == ROUTE_OPEN)
        return true;
    if (has_keys && caller->shows_key)
        return admits_key(caller, route, request, response);
    if (has_keys && (route->scope > ROUTE_READ || gate->keys_to_read))
        return refuse(response, request, 401,
                      "a key is needed: \"Authorization: Bearer KEY\"; `matinee keys create` makes "
                      "one");
    if (route->scope == ROUTE_ADMIN && gate->is_public)
        return refuse(response, request, 403,
                      "administration from elsewhere needs a key; `matinee keys create --scope "
                      "admin` makes one");
    if (route->scope > ROUTE_READ && is_of_a_strange_page(gate, cors, request))
        return refuse(response, request, 403,
                      "pages of other origins may not change anything here; --cors-origin names "
                      "those that may");
    return true;
}

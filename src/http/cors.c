/* cors.c: see cors.h.
 *
 * Traps    The answer depends on the Origin header, so caches must know (Vary) even when the origin
 *          is not ours; the one allowed origin is sent back, never the list.
 * Checked  tests/http/test_http_router.c. */
#include "http/cors.h"

#include <stdbool.h>
#include <string.h>

const char *const cors_defaults[4] = {"http://localhost", "http://127.0.0.1",
                                      "http://localhost:5173", "http://127.0.0.1:5173"};

bool cors_allows(const struct cors *cors, const char *origin) {
    const char *const *origins = cors->origins ? cors->origins : cors_defaults;
    const size_t count = cors->origins ? cors->origin_count : 4;
    for (size_t i = 0; i < count; i++)
        if (strcmp(origins[i], "*") == 0 || strcmp(origins[i], origin) == 0)
            return true;
    return false;
}

void cors_apply(const struct cors *cors, const struct request *request, const char *allow,
                struct response *response) {
    const char *vary = response_get_header(response, "Vary");
    response_set_header(response, "Vary",
                        vary ? arena_format(request->arena, "%s, Origin", vary) : "Origin");
    const char *origin = request_header(request, "Origin");
    if (!origin || !cors_allows(cors, origin))
        return;
    response_set_header(response, "Access-Control-Allow-Origin",
                        arena_copy(request->arena, origin));
    if (request->method == REQUEST_OPTIONS &&
        request_header(request, "Access-Control-Request-Method")) {
        response_set_header(response, "Access-Control-Allow-Methods", allow);
        response_set_header(response, "Access-Control-Allow-Headers",
                            "Content-Type, Accept, Authorization, X-API-Key, X-Request-Id");
        response_set_header(response, "Access-Control-Max-Age", "600");
    }
}

/* cors.h: which web pages of other origins may read our answers (Fetch standard, CORS). */
#ifndef MATINEE_HTTP_CORS_H
#define MATINEE_HTTP_CORS_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"
#include "http/response.h"

struct cors {
    const char *const *origins; /* "http://localhost:5173"; "*": any; NULL: cors_defaults */
    size_t origin_count;
};

/* localhost and 127.0.0.1, bare and with the port 5173 of a development server. */
extern const char *const cors_defaults[4];

/* Whether pages of the origin may call. */
bool cors_allows(const struct cors *cors, const char *origin);
/* Adds what a browser wants to see to the answer, if the request's origin is among ours. `allow`
 * are the methods of the path ("GET, HEAD"), told to a preflight. */
void cors_apply(const struct cors *cors, const struct request *request, const char *allow,
                struct response *response);

#endif

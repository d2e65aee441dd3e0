/* router.h: from a request to the function that answers it.
 *
 * A pattern is a path in which a part in braces stands for any one part: "/api/movie/{id}". HEAD is
 * answered as GET (the server leaves the body out), OPTIONS by the router itself. */
#ifndef MATINEE_HTTP_ROUTER_H
#define MATINEE_HTTP_ROUTER_H

#include <stddef.h>

#include "http/cors.h"
#include "http/request.h"
#include "http/response.h"

typedef void router_handler(void *context, const struct request *request,
                            struct response *response);

struct route {
    enum request_method method;
    const char *pattern;
    router_handler *handler;
    const char *summary; /* one line for people */
    const char *example; /* an address to try; "" for none */
};

struct router {
    const struct route *routes;
    size_t route_count;
    struct cors cors;
    void *context; /* given to every handler */
};

/* Answers a request whose method, path and query are set. 404 for a path that no route has, 405
 * with `Allow` for another method, both as JSON problems. */
void router_answer(const struct router *router, struct request *request, struct response *response);

#endif

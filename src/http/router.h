/* router.h: from a request to the function that answers it.
 *
 * A pattern is a path in which a part in braces stands for any one part: "/api/movie/{id}". HEAD is
 * answered as GET (the server leaves the body out), OPTIONS by the router itself. */
#ifndef MATINEE_HTTP_ROUTER_H
#define MATINEE_HTTP_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "http/cors.h"
#include "http/request.h"
#include "http/response.h"

typedef void router_handler(void *context, const struct request *request,
                            struct response *response);

/* What a key must allow; each scope includes those before it; OPEN takes none. */
enum route_scope { ROUTE_OPEN, ROUTE_READ, ROUTE_WRITE, ROUTE_ADMIN };

enum route_flags {
    ROUTE_REQUIRED = 1,
    ROUTE_REQUIRED_IN_QUERY = 2, /* but not in a body */
    ROUTE_BODY_ONLY = 4,
    ROUTE_QUERY_ONLY = 8,
    ROUTE_FILE = 16, /* the body is a file; `most`: its bytes at most, 0: what the server takes */
};

/* One parameter: in the query of GET, HEAD and DELETE, in the JSON body of others; one that the
 * pattern names in braces stands in the path. */
struct route_parameter {
    const char *name;     /* NULL ends a table */
    const char *shape;    /* shape.h: "integer", "[id]" */
    const char *fallback; /* as typed, where it is not given; "" or NULL: none */
    const char *help;
    double least, most;  /* of a number; most INFINITY: no bound; both 0: none */
    unsigned flags;      /* of enum route_flags */
    const char *choices; /* of a text: "a|b|c"; NULL: any */
};

struct route {
    enum request_method method;
    const char *pattern;
    enum route_scope scope;
    router_handler *handler;
    const struct route_parameter *parameters; /* NULL: none */
    const char *answer;                       /* shape.h, media types ("a/b|c/d"), or "302" */
    const char *summary;                      /* one line for people */
    const char *example;                      /* an address to try; "" for none */
};

/* The row that says that its body is a file, NULL: it is none; then parameters stand in the query.
 */
const struct route_parameter *router_file(const struct route *route);
/* Whether its parameters stand in a JSON body. */
bool router_has_body(const struct route *route);
/* Whether a row of its table is one of its parameters, outside the path; whether it must be given.
 */
bool router_takes(const struct route *route, const struct route_parameter *parameter);
bool router_requires(const struct route *route, const struct route_parameter *parameter);

struct router {
    const struct route *routes;
    size_t route_count;
    struct cors cors;
    const struct gate *gate; /* NULL: everybody may do everything */
    void *context;           /* given to every handler */
};

/* Before a long body is read: how many bytes the route takes as a file, 0: none. False: the caller
 * may not use it, which has been answered. */
bool router_admits_file(const struct router *router, struct request *request,
                        struct response *response, size_t *limit);
/* Answers a request whose method, path and query are set. 404 for a path that no route has, 405
 * with `Allow` for another method, both as JSON problems. */
void router_answer(const struct router *router, struct request *request, struct response *response);

#endif

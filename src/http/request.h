/* request.h: what a client asked for: method, path, query, headers, body. Plain data in the arena
 * of the request, made by server.c from a socket or by a test from text. */
#ifndef MATINEE_HTTP_REQUEST_H
#define MATINEE_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum request_method {
    REQUEST_GET,
    REQUEST_HEAD,
    REQUEST_POST,
    REQUEST_PUT,
    REQUEST_PATCH,
    REQUEST_DELETE,
    REQUEST_OPTIONS,
    REQUEST_OTHER, /* what no route answers */
};

#define REQUEST_SEGMENTS_MAX 16
#define REQUEST_PAIRS_MAX 400 /* some more do not fit the server's room for a head */
#define REQUEST_CAPTURES_MAX 4

struct request_pair {
    const char *key, *value;
};

struct later;
struct route; /* router.h */

/* All texts are percent-decoded, valid UTF-8 and live as long as the request. */
struct request {
    enum request_method method;
    const char *target;                         /* as it came: "/api/movie/1?full=1" */
    const char *segments[REQUEST_SEGMENTS_MAX]; /* "api", "movie", "1" */
    size_t segment_count;
    const struct request_pair *pairs; /* the query in its order; a key may be there many times */
    size_t pair_count;
    const char *captures[REQUEST_CAPTURES_MAX]; /* what stood for {...} in the route's pattern */
    const char *body;                           /* with a '\0' after the last byte; never NULL */
    size_t body_size;
    const char *body_path;     /* the file that it is in, until the answer is sent; NULL: none */
    uint64_t peer;             /* stands for the address it came from; 0: none */
    const char *id;            /* names it in logs; NULL: none */
    const char *caller;        /* name of the key that was shown; NULL: none */
    const struct route *route; /* that answers it; NULL: none does */
    struct arena *arena;       /* for everything that lives until the answer is sent */
    /* A header's value or NULL; names forgive case. */
    const char *(*header)(const void *connection, const char *name);
    const void *connection;
    struct later *later; /* later.h; NULL: the answer is wanted at once */
};

/* REQUEST_OTHER for a word that is none of the methods. */
enum request_method request_method(const char *word);
const char *request_method_name(enum request_method method);

/* Fills path and query from the request line's target ("/a/b?x=1&x=2", "http://host/a", "*").
 * `request->arena` must be set. A slash at the end makes no difference. Errors (STATUS_BAD_INPUT):
 * a '%' without two hexadecimal digits, a zero byte, bytes that are not UTF-8, too many parts. */
enum status request_parse_target(struct request *request, const char *target, struct error *error);

/* The last value of a key, or NULL. */
const char *request_value(const struct request *request, const char *key);
/* A header's value, or NULL; also NULL for a request made without a connection. */
const char *request_header(const struct request *request, const char *name);
/* The client is a person's browser: it would rather have a page than JSON. */
bool request_wants_page(const struct request *request);

/* Whether the bytes are UTF-8 (no overlong forms, no surrogates, no zero byte). */
bool request_is_text(const char *bytes, size_t size);

#endif

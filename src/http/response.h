/* response.h: what goes back to a client. Plain data; texts are constant or live in the arena of
 * the request. */
#ifndef MATINEE_HTTP_RESPONSE_H
#define MATINEE_HTTP_RESPONSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"
#include "http/stream.h"

#define RESPONSE_HEADERS_MAX 20

struct response_header {
    const char *name, *value;
};

/* Zeroed is the answer 200 without a body. */
struct response {
    unsigned status; /* 0 counts as 200 */
    const char *body;
    size_t body_size;
    struct stream *stream; /* in place of a body; NULL: none */
    struct response_header headers[RESPONSE_HEADERS_MAX];
    size_t header_count;
    bool is_stable;    /* see response_stable */
    const char *model; /* whose time it was, for the figures; NULL: none's */
};

/* Adds a header; a name that is there already gets the new value. */
void response_set_header(struct response *response, const char *name, const char *value);
const char *response_get_header(const struct response *response, const char *name); /* or NULL */
/* A body of a text type; `text` must outlive the request. */
void response_text(struct response *response, const char *content_type, const char *text);
/* The value as compact JSON, numbers to seven digits (what a float holds); takes the reference
 * `value`. */
void response_json(struct response *response, const struct request *request, json_t *value);

/* The same request gets the same bytes until something changes: the server adds an ETag, and a
 * client that asks again with it is answered 304. */
void response_stable(struct response *response);
/* A body that is made while it is sent (stream.h). Whoever sends the response closes the stream. */
void response_stream(struct response *response, const struct request *request,
                     const char *content_type, const struct stream_source *source);
/* The whole body of a stream in the request's arena, for those who answer without a socket; closes
 * the stream. It stops where the source waits or after `most` bytes. */
void response_collect(struct response *response, const struct request *request, size_t most);

/* "Not Found" for 404. */
const char *response_reason(unsigned status);

#endif

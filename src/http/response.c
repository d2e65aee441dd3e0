/* response.c: filling an answer. See response.h.
 *
 * Checked  tests/http/test_http_router.c, tests/api. */
#include "http/response.h"

#include <string.h>
#include <strings.h>

#include "base/assert.h"

void response_set_header(struct response *response, const char *name, const char *value) {
    for (size_t i = 0; i < response->header_count; i++)
        if (strcasecmp(response->headers[i].name, name) == 0) {
            response->headers[i].value = value;
            return;
        }
    ASSERT(response->header_count < RESPONSE_HEADERS_MAX);
    response->headers[response->header_count++] = (struct response_header){name, value};
}

const char *response_get_header(const struct response *response, const char *name) {
    for (size_t i = 0; i < response->header_count; i++)
        if (strcasecmp(response->headers[i].name, name) == 0)
            return response->headers[i].value;
    return NULL;
}

void response_text(struct response *response, const char *content_type, const char *text) {
    response->body = text;
    response->body_size = strlen(text);
    response_set_header(response, "Content-Type", content_type);
}

/* A text that grows in an arena. */
struct growing {
    struct arena *arena;
    char *text;
    size_t size, capacity;
};

static int append(const char *bytes, size_t size, void *context) {
    struct growing *to = context;
    if (to->size + size + 1 > to->capacity) {
        to->capacity = 2 * (to->size + size) + 2048;
        char *larger = arena_alloc_raw(to->arena, to->capacity);
        if (to->size > 0)
            memcpy(larger, to->text, to->size);
        to->text = larger;
    }
    memcpy(to->text + to->size, bytes, size);
    to->size += size;
    to->text[to->size] = '\0';
    return 0;
}

void response_json(struct response *response, const struct request *request, json_t *value) {
    struct growing out = {.arena = request->arena};
    const int failed = json_dump_callback(value, append, &out,
                                          JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(7));
    ASSERT(failed == 0); /* only a value that no one should build: NULL, a cycle */
    json_decref(value);
    response_text(response, "application/json", out.text);
}

void response_stable(struct response *response) { response->is_stable = true; }

void response_stream(struct response *response, const struct request *request,
                     const char *content_type, const struct stream_source *source) {
    response->stream = stream_create(source, request->arena);
    response_set_header(response, "Content-Type", content_type);
}

void response_collect(struct response *response, const struct request *request, size_t most) {
    struct growing out = {.arena = request->arena};
    char portion[4096];
    if (!response->stream)
        return;
    append("", 0, &out);
    for (long got;
         out.size < most && (got = stream_read(response->stream, portion, sizeof portion)) > 0;)
        append(portion, (size_t)got, &out);
    response->body = out.text;
    response->body_size = out.size;
    stream_close(response->stream);
    response->stream = NULL;
}

const char *response_reason(unsigned status) {
    switch (status) {
    case 200:
        return "OK";
    case 204:
        return "No Content";
    case 302:
        return "Found";
    case 304:
        return "Not Modified";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 409:
        return "Conflict";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 422:
        return "Unprocessable Content";
    case 429:
        return "Too Many Requests";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    default:
        return status < 400 ? "OK" : "Error";
    }
}

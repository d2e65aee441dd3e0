/* fuzz_http_head.c: what stands before a body, as a stranger may send it: the target in the first
 * line, headers in those after it ("Name: value"), given to the gate, the log and the compressor.
 *
 * What must hold: an answer comes; its line in the log is one line of printable ASCII, in which
 * nothing that stood after "key=" is left, and as JSON it is JSON; what was compressed is not
 * longer than it was by more than gzip's frame. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/access_log.h"
#include "http/encoding.h"
#include "http/gate.h"
#include "http/problem.h"

#define LINES_MAX 16
#define FRAME_BYTES 64

struct head {
    const char *names[LINES_MAX], *values[LINES_MAX];
    size_t count;
};

static const char *header_of(const void *connection, const char *name) {
    const struct head *head = connection;
    for (size_t i = 0; i < head->count; i++)
        if (strcasecmp(head->names[i], name) == 0)
            return head->values[i];
    return NULL;
}

static void answer(void *context, const struct request *request, struct response *response) {
    (void)context;
    json_t *list = json_array();
    for (size_t i = 0; i < request->pair_count; i++)
        json_array_append_new(list, json_string(request->pairs[i].value));
    for (int i = 0; i < 500; i++)
        json_array_append_new(list, json_integer(i));
    response_json(response, request, list);
    response_stable(response);
}

static const struct route routes[] = {
    {.method = REQUEST_GET, .pattern = "/a", .scope = ROUTE_READ, .handler = answer},
    {.method = REQUEST_GET, .pattern = "/b/{id}", .scope = ROUTE_ADMIN, .handler = answer},
};

static void check_lines(const struct request *request, const struct response *response) {
    const struct access_cost cost = {1e9, 0.001, response->body_size};
    for (int is_json = 0; is_json < 2; is_json++) {
        struct buffer line;
        buffer_init(&line, request->arena);
        access_log_line(&line, is_json, request, response, &cost);
        for (size_t i = 0; i < line.size; i++)
            if ((line.bytes[i] == '\n') != (i + 1 == line.size) ||
                (line.bytes[i] != '\n' && (line.bytes[i] < 0x20 || line.bytes[i] > 0x7e)))
                abort();
        /* A second '?' belongs to a name, as in "?a?key=1"; what stands before it is a path. */
        const char *mark = strchr(request->target, '?');
        const char *query = strchr(line.bytes, '?');
        if (mark && query && mark == strrchr(request->target, '?') &&
            (strstr(query, "?key=s3cret") || strstr(query, "&key=s3cret")))
            abort();
        json_t *value = is_json ? json_loads(line.bytes, 0, NULL) : json_true();
        if (!value)
            abort();
        json_decref(value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct keyring *keyring;
    if (!keyring) {
        struct keyring_key key = {.scope = ROUTE_READ, .name = "reader"};
        keyring = keyring_create();
        digest_sha256("mat_1", 5, key.digest);
        keyring_replace(keyring, &key, 1, true);
    }
    struct arena arena = {0};
    struct head head = {0};
    struct error error;
    char *text = arena_copy_length(&arena, (const char *)data, size), *rest = text;
    const char *target = strsep(&rest, "\n");
    while (rest && head.count < LINES_MAX) {
        char *value = strsep(&rest, "\n"), *name = strsep(&value, ":");
        if (!value)
            continue;
        head.names[head.count] = name;
        head.values[head.count++] = value + strspn(value, " ");
    }
    const struct gate gate = {.keyring = keyring, .keys_to_read = size & 1, .is_public = true};
    const struct router router = {.routes = routes, .route_count = 2, .gate = &gate};
    struct request request = {
        .body = "", .arena = &arena, .header = header_of, .connection = &head, .target = target};
    struct response response = {0};
    if (request_parse_target(&request, target, &error) == STATUS_OK)
        router_answer(&router, &request, &response);
    else
        problem_answer(&response, &request, 400, "%s", error.text);
    const size_t before = response.body_size;
    encoding_revalidate(&response, &request);
    encoding_compress(&response, &request);
    if (response.body_size > before + FRAME_BYTES)
        abort();
    check_lines(&request, &response);
    arena_release(&arena);
    return 0;
}

/* fuzz_http_json.c: requests as a stranger may send them: the target in the first line, the JSON
 * body after it, given to every route of the service over the tiny catalogue
 * (tests/service/tiny.h).
 *
 * A first line that begins with "POST ", "PUT " or "DELETE " is that, any other a GET. What people
 * do goes to a store in memory. What must hold: an answer always comes, with a status from 200 to
 * 503, and its body is JSON (or the page). */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/service/tiny.h"
#include "api/api.h"
#include "http/problem.h"
#include "models/model.h"
#include "service/service.h"

#define STREAM_BYTES_MAX ((size_t)1 << 20)

static struct service *service;

static void check(const struct response *response) {
    const unsigned status = response->status ? response->status : 200;
    if (status < 200 || status > 503)
        abort();
    const char *type = response_get_header(response, "Content-Type");
    if (!type || !strstr(type, "json"))
        return;
    json_t *value = json_loadb(response->body, response->body_size, JSON_DECODE_ANY, NULL);
    if (!value)
        abort();
    json_decref(value);
}

/* What a first line asks for; *skip: the bytes before the target. */
static enum request_method method_of(const char *text, size_t line, size_t *skip) {
    static const enum request_method methods[] = {REQUEST_POST, REQUEST_PUT, REQUEST_DELETE};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        const char *name = request_method_name(methods[i]);
        const size_t length = strlen(name);
        *skip = length + 1;
        if (line > length && memcmp(text, name, length) == 0 && text[length] == ' ')
            return methods[i];
    }
    *skip = 0;
    return REQUEST_GET;
}

static void start(void) {
    struct error error;
    service = tiny_service(tiny_create());
    if (service_open_store(service, "none", &error) != STATUS_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!service)
        start();
    struct arena arena = {0};
    struct error error;
    const char *text = arena_copy_length(&arena, (const char *)data, size);
    const char *end = memchr(text, '\n', size);
    const size_t line = end ? (size_t)(end - text) : size;
    size_t skip;
    const enum request_method method = method_of(text, line, &skip);
    const char *target = arena_copy_length(&arena, text + skip, line - skip);
    struct request request = {.method = method,
                              .body = end ? end + 1 : "",
                              .body_size = end ? size - line - 1 : 0,
                              .arena = &arena};
    struct response response = {0};
    if (request_parse_target(&request, target, &error) == STATUS_OK)
        api_answer(service, &request, &response);
    else
        problem_answer(&response, &request, 400, "%s", error.text);
    response_collect(&response, &request, STREAM_BYTES_MAX);
    check(&response);
    arena_release(&arena);
    return 0;
}

/* fuzz_http_json.c: requests as a stranger may send them: the target in the first line, the JSON
 * body after it, given to every route of the service over the tiny catalogue
 * (tests/service/tiny.h).
 *
 * A first line that begins with "POST " is a POST, any other a GET. What must hold: an answer
 * always comes, with a status from 200 to 503, and its body is JSON (or the page). */
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!service)
        service = tiny_service(tiny_create());
    struct arena arena = {0};
    struct error error;
    const char *text = arena_copy_length(&arena, (const char *)data, size);
    const char *end = memchr(text, '\n', size);
    const size_t line = end ? (size_t)(end - text) : size;
    const bool is_post = line >= 5 && memcmp(text, "POST ", 5) == 0;
    const char *target = arena_copy_length(&arena, text + 5 * is_post, line - 5 * is_post);
    struct request request = {.method = is_post ? REQUEST_POST : REQUEST_GET,
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

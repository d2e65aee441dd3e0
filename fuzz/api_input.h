/* api_input.h: what the fuzz targets of the service share: it is served over the tiny catalogue
 * (tests/service/tiny.h) with the built-in encoder, and what people do goes to a store in memory.
 * An answer must always come, with a status that is no server's fault, and what says that it is
 * JSON must be it. After so many requests, and when something was taken away, the service is a new
 * one: who is erased stays so. */
#ifndef MATINEE_FUZZ_API_INPUT_H
#define MATINEE_FUZZ_API_INPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/service/tiny.h"
#include "api/api.h"
#include "http/problem.h"
#include "service/service.h"
#include "service/service_search.h"

#define API_INPUT_STREAM_BYTES_MAX ((size_t)1 << 20)
#define API_INPUT_REQUESTS_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is made once for a snapshot hangs on an arena, in which LeakSanitizer does not look. Leaks
 * of requests are looked for in tests/api, whose services end. */
const char *__lsan_default_options(void);
const char *__lsan_default_options(void) { return "detect_leaks=0"; }

static inline void api_input_prepare(struct service *service) {
    struct snapshot *snapshot;
    struct error error;
    if (service_acquire(service, NULL, &snapshot, &error) != STATUS_OK ||
        service_search_prepare(service, snapshot, NULL, &error) != STATUS_OK)
        abort();
    service_release(snapshot);
}

/* The one that answers; renewed first if it is told so. */
static inline struct service *api_input_service(bool renew) {
    static struct service *service;
    const struct encoder_options options = {.kind = ENCODER_BUILTIN};
    struct error error;
    if (service && !renew)
        return service;
    service_destroy(service);
    setenv("XDG_DATA_HOME", "/dev/null", 1);
    service = tiny_service(tiny_create());
    if (service_open_store(service, "none", &error) != STATUS_OK ||
        service_search_open(service, &options, NULL, 0, &error) != STATUS_OK)
        abort();
    api_input_prepare(service);
    return service;
}

static inline void api_input_check(const struct response *response) {
    const unsigned status = response->status ? response->status : 200;
    if (status < 200 || status > 503 || status == 500)
        abort();
    const char *type = response_get_header(response, "Content-Type");
    if (!type || !strstr(type, "json") || strstr(type, "ndjson"))
        return;
    json_t *value = json_loadb(response->body, response->body_size, JSON_DECODE_ANY, NULL);
    if (!value)
        abort();
    json_decref(value);
}

/* Asks for a target; `body` with a '\0' after its last byte. */
static inline void api_input_ask(enum request_method method, const char *target, const char *body,
                                 size_t body_size, struct arena *arena) {
    static size_t requests;
    static bool was_deleted;
    struct error error;
    struct request request = {
        .method = method, .body = body, .body_size = body_size, .arena = arena};
    struct response response = {0};
    if (request_parse_target(&request, target, &error) == STATUS_OK)
        api_answer(api_input_service(was_deleted || ++requests % API_INPUT_REQUESTS_MAX == 0),
                   &request, &response);
    else
        problem_answer(&response, &request, 400, "%s", error.text);
    response_collect(&response, &request, API_INPUT_STREAM_BYTES_MAX);
    api_input_check(&response);
    was_deleted = method == REQUEST_DELETE && response.status < 400;
}

#endif

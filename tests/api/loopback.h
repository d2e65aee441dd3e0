/* loopback.h: the whole service on a free port of 127.0.0.1, with the tiny catalogue behind it, and
 * ways to ask it and hold the answer against a text. */
#ifndef MATINEE_TESTS_API_LOOPBACK_H
#define MATINEE_TESTS_API_LOOPBACK_H

#include "api/api.h"
#include "http/client.h"
#include "service/tiny.h"

struct loopback {
    struct service *service;
    struct api *api;
    unsigned port;
};

static struct loopback loopback;

/* Serves `tiny`, with what people do kept in `store` (NULL: nowhere); takes it. */
static inline int loopback_start_store(struct tiny *tiny, const char *store) {
    const struct api_options options = {0};
    struct error error;
    loopback.service = tiny_service(tiny);
    if (store && service_open_store(loopback.service, store, &error) != STATUS_OK)
        return -1;
    if (api_start(&loopback.api, loopback.service, &options, &error) != STATUS_OK)
        return -1;
    loopback.port = api_port(loopback.api);
    return 0;
}

static inline int loopback_start(struct tiny *tiny) { return loopback_start_store(tiny, NULL); }

static inline int loopback_stop(void **state) {
    (void)state;
    api_stop(loopback.api);
    service_destroy(loopback.service);
    return 0;
}

/* `post` NULL: GET. */
static inline void assert_answer(const char *target, const char *post, int status,
                                 const char *body) {
    struct client_answer answer =
        client_ask(loopback.port, post ? "POST" : "GET", target, "", post);
    if (answer.status != status || strcmp(answer.body, body) != 0)
        fprintf(stderr, "%s %s\nfound    %d %s\nexpected %d %s\n", target, post ? post : "",
                answer.status, answer.body, status, body);
    assert_int_equal(answer.status, status);
    assert_string_equal(answer.body, body);
    free(answer.body);
}

/* That the status is so and the body has the text in it. */
static inline void assert_contains(const char *target, const char *post, int status,
                                   const char *text) {
    struct client_answer answer =
        client_ask(loopback.port, post ? "POST" : "GET", target, "", post);
    if (answer.status != status || !strstr(answer.body, text))
        fprintf(stderr, "%s %s\nfound    %d %s\nexpected %d ...%s...\n", target, post ? post : "",
                answer.status, answer.body, status, text);
    assert_int_equal(answer.status, status);
    assert_non_null(strstr(answer.body, text));
    free(answer.body);
}

/* Asks with any method; the body must be as expected, or, where it begins with "...", hold it. */
static inline void loopback_ask(const char *method, const char *target, const char *body,
                                int status, const char *expected) {
    struct client_answer answer = client_ask(loopback.port, method, target, "", body);
    const char *part = strncmp(expected, "...", 3) == 0 ? expected + 3 : NULL;
    const bool good = answer.status == status && (part ? strstr(answer.body, part) != NULL
                                                       : strcmp(answer.body, expected) == 0);
    if (!good)
        fail_msg("%s %s %s\nfound    %d %s\nexpected %d %s", method, target, body ? body : "",
                 answer.status, answer.body, status, expected);
    free(answer.body);
}

#endif

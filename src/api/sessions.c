/* sessions.c: /api/sessions: somebody anonymous, for a while. Its id takes the place of a person's
 * in `session_id`; when its time is over it and its events are forgotten. */
#include <string.h>

#include "api/writing.h"

#define SECONDS_DEFAULT 86400
#define SECONDS_LEAST 60
#define SECONDS_MOST 2592000

static json_t *as_json(const struct feedback_session *session) {
    return json_pack("{s:s, s:I, s:I}", "session_id", session->id + sizeof FEEDBACK_SESSION - 1,
                     "created", (json_int_t)session->created, "expires",
                     (json_int_t)session->expires);
}

const struct route_parameter sessions_parameters[] = {
    {"seconds", "integer", "86400", "how long it lives", SECONDS_LEAST, SECONDS_MOST, 0, NULL},
    PARAMETERS_END,
};

void sessions_post(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters;
    struct feedback_session session;
    struct error error;
    if (!parameters_of_body(&parameters, request, response))
        return;
    const int64_t seconds =
        parameters_integer(&parameters, "seconds", SECONDS_DEFAULT, SECONDS_LEAST, SECONDS_MOST);
    if (!parameters_failed(&parameters, response)) {
        if (service_session_begin(api->service, seconds, request->arena, &session, &error) ==
            STATUS_OK) {
            response_json(response, request, as_json(&session));
            response->status = 201;
        } else {
            problem_error(response, request, &error);
        }
    }
    parameters_release(&parameters);
}

const struct route_parameter sessions_id_parameters[] = {
    {"id", "text", NULL, "the session", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void sessions_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct feedback_session session;
    struct error error;
    const char *person;
    if (!lookup_session(api, request->captures[0], request, response, &person))
        return;
    if (service_session_find(api->service, person, request->arena, &session, &error) == STATUS_OK)
        response_json(response, request, as_json(&session));
    else
        problem_error(response, request, &error);
}

void sessions_delete(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct error error;
    const char *person;
    if (!lookup_session(api, request->captures[0], request, response, &person))
        return;
    if (service_session_end(api->service, person, &error) == STATUS_OK)
        response_json(response, request,
                      json_pack("{s:s, s:b}", "session_id", request->captures[0], "ended", 1));
    else
        problem_error(response, request, &error);
}

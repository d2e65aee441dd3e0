/* people.c: see people.h. Checked by tests/api/test_api_people.c. */
#include "api/people.h"

#include <string.h>

#include "api/writing.h"

#define SESSION_BYTES_MAX 64

bool people_session(const struct api_context *api, const char *id, const struct request *request,
                    struct response *response, const char **person) {
    struct feedback_session session;
    struct error error;
    if (strlen(id) > SESSION_BYTES_MAX) {
        problem_answer(response, request, 404, "there is no such session");
        return false;
    }
    const char *name = arena_format(request->arena, FEEDBACK_SESSION "%s", id);
    if (service_session_find(api->service, name, request->arena, &session, &error) != STATUS_OK) {
        problem_error(response, request, &error);
        return false;
    }
    *person = name;
    return true;
}

/* old.c: addresses of pages that people have kept from before: they lead on to the page and the
 * state that they stood for, with 302.
 *
 *   /movie/ID            /film/ID
 *   /home?user_id=N      /?user=N
 *   /profile?user_id=N   /person/N
 *   /top-rated           /top
 *   without a number     /
 * Checked  tests/api/test_api.c. */
#include <string.h>

#include "api/api_internal.h"

static struct text_slice slice(const char *text) { return (struct text_slice){text, strlen(text)}; }

static void lead_to(const char *place, struct response *response) {
    response->status = 302;
    response_text(response, "text/plain; charset=utf-8", "");
    response_set_header(response, "Location", place);
}

const struct route_parameter old_home_parameters[] = {
    {"user_id", "id", NULL, "for whom", 0, 0, 0, NULL},
    PARAMETERS_END,
};

/* To `place` with the person's id behind it. */
static void lead_to_person(const char *place, const struct request *request,
                           struct response *response) {
    struct arena *arena = request->arena;
    const char *user = request_value(request, "user_id");
    lead_to(user ? arena_format(arena, "%s%s", place, page_encode(arena, slice(user))) : "/",
            response);
}

void old_home(void *context, const struct request *request, struct response *response) {
    (void)context;
    lead_to_person("/?user=", request, response);
}

void old_profile(void *context, const struct request *request, struct response *response) {
    (void)context;
    lead_to_person("/person/", request, response);
}

void old_movie(void *context, const struct request *request, struct response *response) {
    (void)context;
    struct arena *arena = request->arena;
    lead_to(arena_format(arena, "/film/%s", page_encode(arena, slice(request->captures[0]))),
            response);
}

void old_top(void *context, const struct request *request, struct response *response) {
    (void)context;
    (void)request;
    lead_to("/top", response);
}

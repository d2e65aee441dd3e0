/* old.c: addresses of pages that people have kept from before: they lead on to where the same is
 * told now, with 302, since pages of their own may come.
 *
 *   /movie/ID         /api/movie/ID
 *   /home?user_id=N   /api/recommend?user_id=N
 *   others            /
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

void old_home(void *context, const struct request *request, struct response *response) {
    (void)context;
    struct arena *arena = request->arena;
    const char *user = request_value(request, "user_id");
    lead_to(user ? arena_format(arena, "/api/recommend?user_id=%s", page_encode(arena, slice(user)))
                 : "/",
            response);
}

void old_movie(void *context, const struct request *request, struct response *response) {
    (void)context;
    struct arena *arena = request->arena;
    lead_to(arena_format(arena, "/api/movie/%s", page_encode(arena, slice(request->captures[0]))),
            response);
}

void old_page(void *context, const struct request *request, struct response *response) {
    (void)context;
    (void)request;
    lead_to("/", response);
}

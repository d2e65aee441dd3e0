/* search.h: a wish in words, from the parameters of a request to films. */
#ifndef MATINEE_API_SEARCH_H
#define MATINEE_API_SEARCH_H

#include <stdbool.h>

#include "api/api_internal.h"
#include "service/service_search.h"

/* One request of that kind: the text is the parameter q (in a body also text or query). */
struct search {
    struct search_request wanted;
    const char *text;
    const char *user;             /* NULL: not given */
    struct service_person person; /* whom wanted.person points to, once looked up */
};
/* Problems are left with the parameters. */
void search_read(struct search *search, const struct api_context *api,
                 struct parameters *parameters);
/* What the engine answers, in the request's arena; the user is looked up first. False: it refused,
 * and the response says why. */
bool search_find(const struct api_context *api, const struct snapshot *snapshot,
                 struct search *search, const struct request *request, struct response *response,
                 struct search_answer *found);

#endif

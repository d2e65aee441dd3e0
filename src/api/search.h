/* search.h: a wish in words, from the parameters of a request to films. */
#ifndef MATINEE_API_SEARCH_H
#define MATINEE_API_SEARCH_H

#include <stdbool.h>

#include "api/api_internal.h"
#include "api/bare_history.h"
#include "api/filters.h"
#include "service/service_search.h"

/* The rows of the table of parameters. */
#define SEARCH_PARAMETERS                                                                          \
    PARAMETER_TOP_K,                                                                               \
        {"strict", "flag", "false", "only films of the wish's strongest genres", 0, 0, 0, NULL},   \
        {"genre_alpha",    "number", "0.35", "weight of the wish's genres", 0,                     \
         SEARCH_ALPHA_MAX, 0,        NULL},                                                        \
        {"pop_alpha", "number", "0.05", "weight of popularity", 0, SEARCH_ALPHA_MAX, 0, NULL},     \
        {"embed_alpha",    "number", "0.60", "weight of the likeness to the wish", 0,              \
         SEARCH_ALPHA_MAX, 0,        NULL},                                                        \
        {"candidate_pool", "integer", "500", "how many films are ranked; 0: all", 0,               \
         UINT32_MAX,       0,         NULL},                                                       \
        {"without_chips",                                                                          \
         "[text]",                                                                                 \
         NULL,                                                                                     \
         "labels of chips (intent.chips) that do not count",                                       \
         0,                                                                                        \
         0,                                                                                        \
         0,                                                                                        \
         NULL},                                                                                    \
        {"genre", "[text]", NULL, "films of any of these genres", 0, 0, 0, NULL},                  \
        FILTERS_PARAMETERS, FILTERS_SEEN, PARAMETER_RATINGS, PARAMETER_MODEL

/* One request of that kind: the text is the parameter q (in a body also text or query). */
struct search {
    struct search_request wanted;
    const char *text;
    const char *user;             /* NULL: not given */
    bool needs_person;            /* a request without a user_id is refused */
    const char *session;          /* in place of a person; NULL: not given */
    struct service_person person; /* whom wanted.person points to, once looked up */
    struct filter filter;         /* what wanted.filter points to, once read */
};
/* Problems are left with the parameters. */
void search_read(struct search *search, const struct api_context *api,
                 struct parameters *parameters);
/* What the engine answers, in the request's arena; the user is looked up first. False: it refused,
 * and the response says why. */
bool search_find(const struct api_context *api, const struct snapshot *snapshot,
                 struct search *search, struct parameters *parameters, struct response *response,
                 struct search_answer *found);

/* Answers for a search that failed: 422 what was wished wrongly, 503 the server's own trouble. */
void search_refuse(const struct error *error, const struct request *request,
                   struct response *response);

#endif

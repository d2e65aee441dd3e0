/* search.h: a wish in words, from the parameters of a request to films. */
#ifndef MATINEE_API_SEARCH_H
#define MATINEE_API_SEARCH_H

#include <stdbool.h>

#include "api/wanted.h"
#include "service/service_search.h"

/* The rows of a table of parameters that are about the wish alone. */
#define SEARCH_WISH_PARAMETERS                                                                     \
    {                                                                                              \
        "genre_alpha",    "number", "0.35", "weight of the wish's genres", 0,                      \
        SEARCH_ALPHA_MAX, 0,        NULL},                                                         \
        {"pop_alpha", "number", "0.05", "weight of popularity", 0, SEARCH_ALPHA_MAX, 0, NULL},     \
        {"embed_alpha",    "number", "0.60", "weight of the likeness to the wish", 0,              \
         SEARCH_ALPHA_MAX, 0,        NULL},                                                        \
        {"candidate_pool", "integer", "500", "how many films are ranked; 0: all", 0,               \
         UINT32_MAX,       0,         NULL},                                                       \
    {                                                                                              \
        "without_chips", "[text]", NULL, "labels of chips (intent.chips) that do not count", 0, 0, \
            0, NULL                                                                                \
    }
/* All of a search, but for `q` and `user_id`. */
#define SEARCH_PARAMETERS                                                                          \
    PARAMETER_TOP_K,                                                                               \
        {"strict", "flag", "false", "only films of the wish's strongest genres", 0, 0, 0, NULL},   \
        SEARCH_WISH_PARAMETERS,                                                                    \
        {"genre", "[text]", NULL, "films of any of these genres", 0, 0, 0, NULL},                  \
        WANTED_PARAMETERS, PARAMETER_RATINGS, PARAMETER_MODEL

/* One request of that kind: the text is the parameter q (in a body also text or query). */
struct search {
    struct wanted wanted;
    struct search_request asked;
};
/* Everything that needs no catalogue. Problems are left with the parameters. */
void search_read(struct search *search, const struct api_context *api,
                 struct parameters *parameters);
/* What of it is about the wish alone. */
void search_read_wish(struct search_request *asked, struct parameters *parameters);
/* What the engine answers, in the request's arena; people are looked up first. False: it refused,
 * and the response says why. */
bool search_find(const struct api_context *api, const struct snapshot *snapshot,
                 struct search *search, struct parameters *parameters, struct response *response,
                 struct search_answer *found);

#endif

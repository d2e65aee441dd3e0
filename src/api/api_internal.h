/* api_internal.h: what the handlers are given, and the look-ups that most of them begin with. */
#ifndef MATINEE_API_API_INTERNAL_H
#define MATINEE_API_API_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "api/parameters.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"
#include "service/service.h"
#include "service/service_person.h"

struct feedback;

/* The context of every handler. */
struct api_context {
    struct service *service;
    unsigned top_k;    /* of a request that does not say */
    bool tiers;        /* likewise */
    bool tmdb_posters; /* the page may fetch posters from TMDb */
    const struct router *router;
    struct feedback *keys; /* where those of callers are kept (store/keys.h); NULL: nowhere */
};

#define ROUTE(method, pattern, scope, handler, parameters, answer, example, summary)               \
    void handler(void *context, const struct request *request, struct response *response);         \
    extern const struct route_parameter parameters[];
#include "api/routes.def"
#undef ROUTE

/* Rows that many tables have. */
#define PARAMETER_TOP_K                                                                            \
    { "top_k", "integer", "10", "how many films", 1, SERVICE_TOP_K_MAX, 0, NULL }
#define PARAMETER_MODEL                                                                            \
    { "model", "text", NULL, "which of the served models answers", 0, 0, 0, NULL }
#define PARAMETERS_END                                                                             \
    { NULL, NULL, NULL, NULL, 0, 0, 0, NULL }

/* What is served, as one plain page without scripts: site_home's answer to what is no browser. */
void page_get(void *context, const struct request *request, struct response *response);
/* Answers with a page of ours, of which only the one style sheet that is in it counts: nothing else
 * can be slipped in. */
void page_send(const char *html, const struct request *request, struct response *response);
/* A text as a part of an address, percent-encoded. */
const char *page_encode(struct arena *arena, struct text_slice text);

/* The look-ups answer 404 (no model at all: 503) themselves and return false if there is no such
 * thing. */

/* The snapshot that the parameter `model` names; give it back with service_release. */
bool lookup_snapshot(const struct api_context *context, struct parameters *parameters,
                     struct response *response, struct snapshot **snapshot);
/* A person known to the model or to the store. */
bool lookup_person(const struct api_context *context, const struct snapshot *snapshot,
                   const char *id, const struct request *request, struct response *response,
                   struct service_person *person);
/* Both, for a route about one person, whose id stands in the address; give the snapshot back.
 * False: it has answered and there is nothing to give back. */
bool lookup_whom(const struct api_context *context, struct parameters *parameters,
                 struct response *response, struct snapshot **snapshot,
                 struct service_person *person);
/* The person behind the id of a session: 404 if its time is over. Text of the request's arena. */
bool lookup_session(const struct api_context *context, const char *id,
                    const struct request *request, struct response *response, const char **person);
bool lookup_item(const struct dataset *catalogue, const char *id, const struct request *request,
                 struct response *response, uint32_t *item);
/* Whether a data set has a film of that id: parameters_knows of lists of films. */
bool lookup_knows_item(const void *catalogue, const char *id);
/* The genres named by the values of `key` as a set; an unknown one becomes a problem of the
 * parameters (422). */
uint64_t lookup_genres(const struct dataset *catalogue, struct parameters *parameters,
                       const char *key);

#endif

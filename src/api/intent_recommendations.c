/* intent_recommendations.c: GET and POST /intent_recommendations: films for a wish in words and a
 * person, as a bare array. /api/search says more. */
#include "api/recommend.h"
#include "api/search.h"

const struct route_parameter intent_recommendations_parameters[] = {
    {"q", "text", NULL, "the wish in plain words", 0, 0, ROUTE_REQUIRED, NULL},
    {"user_id", "any", NULL,
     "for whom; several people: 1,7 or a list; in a body ratings may stand instead", 0, 0,
     ROUTE_REQUIRED_IN_QUERY, NULL},
    SEARCH_PARAMETERS,
    PARAMETERS_END,
};

static void handle(const struct api_context *api, struct parameters *parameters,
                   struct response *response) {
    struct search search;
    struct search_answer found;
    struct snapshot *snapshot;
    search_read(&search, api, parameters);
    search.wanted.needs_person = !parameters_member(parameters->body, "ratings");
    if (!lookup_snapshot(api, parameters, response, &snapshot))
        return;
    if (search_find(api, snapshot, &search, parameters, response, &found))
        response_json(response, parameters->request,
                      recommend_plain(service_catalogue(snapshot), &found.told));
    service_release(snapshot);
}

void intent_recommendations_get(void *context, const struct request *request,
                                struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    handle(context, &parameters, response);
}

void intent_recommendations_post(void *context, const struct request *request,
                                 struct response *response) {
    struct parameters parameters;
    if (!parameters_of_body(&parameters, request, response))
        return;
    handle(context, &parameters, response);
    parameters_release(&parameters);
}

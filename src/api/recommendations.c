/* recommendations.c: GET /recommendations: films of a genre for a person, as a bare array.
 *
 * Without `genre` a browser gets the page and any other client 422; without `user_id` it is 400. */
#include "api/recommend.h"
#include "api/wanted.h"

const struct route_parameter recommendations_parameters[] = {
    WANTED_USER(ROUTE_REQUIRED),
    {"genre", "[text]", NULL, "of any of these genres; without one a browser gets the page", 0, 0,
     ROUTE_REQUIRED, NULL},
    PARAMETER_TOP_K,
    {"strict", "flag", "true", "only films of the genre; else they gain 0.20", 0, 0, 0, NULL},
    PARAMETER_MODEL,
    WANTED_PARAMETERS,
    PARAMETERS_END,
};

void recommendations_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const char *genre = parameters_text(&parameters, "genre");
    if (!genre && request_wants_page(request)) {
        site_get(context, request, response);
        return;
    }
    struct wanted wanted;
    struct recommend_answer found;
    struct snapshot *snapshot;
    wanted_read(&wanted, api, &parameters);
    wanted.needs_person = true;
    parameters_require(&parameters, "genre", genre);
    if (!genre)
        parameters.status = 422;
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    if (wanted_find(&wanted, api, snapshot, &parameters, response) &&
        recommend_find(snapshot, &wanted.request, request, response, &found))
        response_json(response, request, recommend_plain(service_catalogue(snapshot), &found));
    service_release(snapshot);
}

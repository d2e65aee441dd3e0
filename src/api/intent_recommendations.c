/* intent_recommendations.c: GET and POST /intent_recommendations: films for a wish in words and a
 * person, as a bare array. /api/search says more. */
#include <string.h>

#include "api/film.h"
#include "api/search.h"

static void answer(const struct dataset *catalogue, const struct search_answer *found,
                   const struct request *request, struct response *response) {
    json_t *list = json_array();
    for (size_t i = 0; i < found->count; i++) {
        const struct found_film *film = &found->list[i];
        const struct movie *movie = &catalogue->movies[film->item];
        json_t *object = json_object();
        json_object_set_new(object, "movie_id", film_id(&catalogue->items, film->item));
        json_object_set_new(object, "title", film_text(movie->title, strlen(movie->title)));
        json_object_set_new(object, "genres", film_genres(catalogue, movie->genres));
        json_object_set_new(object, "score", json_real((double)film->score));
        json_array_append_new(list, object);
    }
    response_json(response, request, list);
}

const struct route_parameter intent_recommendations_parameters[] = {
    {"q", "text", NULL, "the wish in plain words", 0, 0, ROUTE_REQUIRED, NULL},
    {"user_id", "id", NULL, "for whom; in a body ratings may stand instead", 0, 0,
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
    search.needs_person = !json_object_get(parameters->body, "ratings");
    if (!lookup_snapshot(api, parameters, response, &snapshot))
        return;
    if (search_find(api, snapshot, &search, parameters, response, &found))
        answer(service_catalogue(snapshot), &found, parameters->request, response);
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

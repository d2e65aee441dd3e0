/* intent_recommendations.c: GET /intent_recommendations: films for a wish in words and a person, as
 * a bare array. /api/search says more. */
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
    {"user_id", "id", NULL, "for whom", 0, 0, ROUTE_REQUIRED, NULL},
    PARAMETER_TOP_K,
    {"strict", "flag", "false", "only films of the wish's strongest genres", 0, 0, 0, NULL},
    {"genre_alpha", "number", "0.35", "weight of the wish's genres", 0, SEARCH_ALPHA_MAX, 0, NULL},
    {"pop_alpha", "number", "0.05", "weight of popularity", 0, SEARCH_ALPHA_MAX, 0, NULL},
    {"embed_alpha", "number", "0.60", "weight of the likeness to the wish", 0, SEARCH_ALPHA_MAX, 0,
     NULL},
    {"candidate_pool", "integer", "500", "how many films are ranked; 0: all", 0, UINT32_MAX, 0,
     NULL},
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void intent_recommendations_get(void *context, const struct request *request,
                                struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct search search;
    struct search_answer found;
    struct snapshot *snapshot;
    search_read(&search, api, &parameters);
    parameters_require(&parameters, "user_id", search.user);
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    if (search_find(api, snapshot, &search, request, response, &found))
        answer(service_catalogue(snapshot), &found, request, response);
    service_release(snapshot);
}

/* recommendations.c: GET /recommendations: films of a genre for a person, as a bare array.
 *
 * Without `genre` a browser gets the page and any other client 422; without `user_id` it is 400. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "api/recommend.h"

static json_t *film_as_json(const struct dataset *catalogue, const struct recommendation *film) {
    json_t *object = json_object();
    const struct movie *movie = &catalogue->movies[film->item];
    json_object_set_new(object, "movie_id", film_id(&catalogue->items, film->item));
    json_object_set_new(object, "title", film_text(movie->title, strlen(movie->title)));
    json_object_set_new(object, "genres", film_genres(catalogue, movie->genres));
    json_object_set_new(object, "score", json_real((double)film->score));
    return object;
}

static void answer(const struct snapshot *snapshot, const struct recommend_request *wanted,
                   const struct request *request, struct response *response) {
    struct recommend_answer found;
    if (!recommend_find(snapshot, wanted, request, response, &found))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    json_t *list = json_array();
    for (size_t i = 0; i < found.count; i++)
        json_array_append_new(list, film_as_json(catalogue, &found.list[i]));
    response_json(response, request, list);
}

const struct route_parameter recommendations_parameters[] = {
    {"user_id", "id", NULL, "for whom", 0, 0, ROUTE_REQUIRED, NULL},
    {"genre", "[text]", NULL, "of these genres; without one a browser gets the page", 0, 0,
     ROUTE_REQUIRED, NULL},
    PARAMETER_TOP_K,
    {"strict", "flag", "true", "only films of the genre; else they come first", 0, 0, 0, NULL},
    PARAMETER_MODEL,
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
    const char *user = parameters_text(&parameters, "user_id");
    struct recommend_request wanted = {
        .top_k = (size_t)parameters_integer(&parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX),
        .strict = parameters_flag(&parameters, "strict", true)};
    parameters_require(&parameters, "user_id", user);
    parameters_require(&parameters, "genre", genre);
    if (!genre)
        parameters.status = 422;
    struct snapshot *snapshot;
    struct service_person person;
    wanted.people = &person;
    wanted.person_count = 1;
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    wanted.genres = lookup_genres(catalogue, &parameters, "genre");
    if (!parameters_failed(&parameters, response) &&
        lookup_person(api, snapshot, user, request, response, &person))
        answer(snapshot, &wanted, request, response);
    service_release(snapshot);
}

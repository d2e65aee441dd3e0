/* movie.c: GET /api/movie/ID: what is known of one film. */
#include "api/api_internal.h"
#include "api/film.h"

const struct route_parameter movie_parameters[] = {
    {"id", "id", NULL, "the film", 0, 0, 0, NULL},
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void movie_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct snapshot *snapshot;
    uint32_t item;
    if (!lookup_snapshot(context, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    if (lookup_item(catalogue, request->captures[0], request, response, &item)) {
        json_t *film = json_object();
        json_object_set_new(film, "id", film_id(&catalogue->items, item));
        film_describe(film, catalogue, item);
        response_json(response, request, film);
        response_stable(response);
    }
    service_release(snapshot);
}

/* starters.c: GET /api/starters: films to rate for somebody who is new. What they are:
 * service/service_starters.h. Checked by tests/api/test_api_site.c. */
#include "service/service_starters.h"

#include "api/api_internal.h"
#include "api/film.h"

#define STARTERS_MAX 100

const struct route_parameter starters_parameters[] = {
    {"top_k", "integer", "10", "how many films", 1, STARTERS_MAX, 0, NULL},
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void starters_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    const size_t top_k = (size_t)parameters_integer(&parameters, "top_k", 10, 1, STARTERS_MAX);
    struct snapshot *snapshot;
    struct starter *list;
    if (!lookup_snapshot(context, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    const size_t count = service_starters(snapshot, top_k, request->arena, &list);
    json_t *films = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *film = json_object();
        json_object_set_new(film, "item_id", film_id(&catalogue->items, list[i].item));
        json_object_set_new(film, "encoded_id", json_integer(list[i].item));
        film_describe(film, catalogue, list[i].item);
        film_colour(film, snapshot, list[i].item);
        json_object_set_new(film, "worth", json_real((double)list[i].worth));
        json_array_append_new(films, film);
    }
    response_json(response, request, json_pack("{s:o}", "starters", films));
    service_release(snapshot);
}

/* place.c: GET /api/users/ID/place: where a person is at home on the map of films (/api/map): the
 * middle of the films that he liked, and these films. Checked by tests/api/test_api_fans.c. */
#include <string.h>

#include "api/film.h"
#include "api/writing.h"
#include "service/service_map.h"

static json_t *films_of(const struct dataset *catalogue, const struct map_place *place) {
    json_t *list = json_array();
    for (size_t i = 0; i < place->count; i++) {
        const struct map_point *film = &place->films[i];
        const char *title = catalogue->movies[film->item].title;
        json_array_append_new(list, json_pack("{s:o, s:o, s:f, s:f}", "item_id",
                                              film_id(&catalogue->items, film->item), "title",
                                              film_text(title, strlen(title)), "x",
                                              (double)film->at[0], "y", (double)film->at[1]));
    }
    return list;
}

static void answer(const struct snapshot *snapshot, const struct service_person *person,
                   const struct request *request, struct response *response) {
    struct map_place place;
    struct error error;
    if (service_map_place(snapshot, &person->history, request->arena, &place, &error) !=
        STATUS_OK) {
        problem_answer(response, request, 503, "%s", error.text);
        response_set_header(response, "Retry-After", "5");
        return;
    }
    const bool is_somewhere = place.count > 0;
    response_json(response, request,
                  json_pack("{s:o, s:o, s:o, s:o}", "user_id",
                            film_outside_id((struct text_slice){person->id, strlen(person->id)}),
                            "x", is_somewhere ? json_real((double)place.at[0]) : json_null(), "y",
                            is_somewhere ? json_real((double)place.at[1]) : json_null(), "films",
                            films_of(service_catalogue(snapshot), &place)));
}

const struct route_parameter place_parameters[] = {
    {"id", "id", NULL, "the person", 0, 0, 0, NULL},
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void place_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const char *id = request->captures[0];
    struct service_person person;
    struct snapshot *snapshot;
    if (!writing_person(id, request, response) ||
        !lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    if (lookup_person(api, snapshot, id, request, response, &person))
        answer(snapshot, &person, request, response);
    service_release(snapshot);
}

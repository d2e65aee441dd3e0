/* fans.c: GET /api/movie/ID/fans: who likes a film, and what else they watch more than everyone.
 * Checked by tests/api/test_api_fans.c. */
#include "service/service_fans.h"

#include "api/api_internal.h"
#include "api/film.h"

#define FANS 20

static json_t *people_of(const struct dataset *catalogue, const struct film_fans *fans) {
    json_t *list = json_array();
    for (size_t i = 0; i < fans->count; i++) {
        const struct film_fan *fan = &fans->list[i];
        json_t *object = json_pack("{s:o}", "user_id", film_id(&catalogue->users, fan->user));
        if (catalogue->has_ratings)
            json_object_set_new(object, "rating", json_real((double)fan->rating));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *genres_of(const struct dataset *catalogue, const struct film_fans *fans) {
    json_t *list = json_array();
    for (uint32_t g = 0; g < catalogue->genre_count; g++) {
        const struct film_genre_mix *mix = &fans->genres[g];
        if (mix->theirs == 0 && mix->everyone == 0)
            continue;
        json_array_append_new(list, json_pack("{s:s, s:f, s:f, s:f}", "genre",
                                              film_genre(catalogue, mix->genre), "theirs",
                                              mix->theirs, "everyone", mix->everyone, "difference",
                                              mix->theirs - mix->everyone));
    }
    return list;
}

const struct route_parameter fans_parameters[] = {
    {"id", "id", NULL, "the film", 0, 0, 0, NULL},
    {"limit", "integer", "20", "how many people are named", 1, FANS_MOST, 0, NULL},
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void fans_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const size_t most = (size_t)parameters_integer(&parameters, "limit", FANS, 1, FANS_MOST);
    struct snapshot *snapshot;
    struct film_fans fans;
    uint32_t item;
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    if (!parameters_failed(&parameters, response) &&
        lookup_item(catalogue, request->captures[0], request, response, &item)) {
        service_fans(api->service, snapshot, item, most, request->arena, &fans);
        response_json(response, request,
                      json_pack("{s:o, s:I, s:o, s:o}", "item_id", film_id(&catalogue->items, item),
                                "liked", (json_int_t)fans.liked, "fans",
                                people_of(catalogue, &fans), "genres",
                                genres_of(catalogue, &fans)));
    }
    service_release(snapshot);
}

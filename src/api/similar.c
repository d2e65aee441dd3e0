/* similar.c: GET /api/similar/ID: films like a film. */
#include "api/api_internal.h"
#include "api/film.h"

static void answer(const struct snapshot *snapshot, uint32_t item, size_t top_k,
                   const struct request *request, struct response *response) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    struct similar_answer found;
    struct error error;
    if (service_similar(snapshot, item, top_k, request->arena, &found, &error) != STATUS_OK) {
        problem_answer(response, request, 422, "%s", error.text);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < found.count; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "item_id", film_id(&catalogue->items, found.list[i].item));
        json_object_set_new(object, "encoded_id", json_integer(found.list[i].item));
        json_object_set_new(object, "similarity", json_real((double)found.list[i].similarity));
        film_describe(object, catalogue, found.list[i].item);
        json_array_append_new(list, object);
    }
    response_json(response, request,
                  json_pack("{s:o, s:o, s:s}", "item_id", film_id(&catalogue->items, item),
                            "similar_items", list, "scale", service_scale_name(found.scale)));
}

const struct route_parameter similar_parameters[] = {
    {"id", "id", NULL, "the film", 0, 0, 0, NULL},
    PARAMETER_TOP_K,
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void similar_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const size_t top_k =
        (size_t)parameters_integer(&parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX);
    struct snapshot *snapshot;
    uint32_t item;
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    if (lookup_item(service_catalogue(snapshot), request->captures[0], request, response, &item))
        answer(snapshot, item, top_k, request, response);
    service_release(snapshot);
}

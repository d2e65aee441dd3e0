/* predictions.c: GET /api/users/ID/predictions: the ratings that a model predicts beside those
 * given. */
#include <string.h>

#include "api/film.h"
#include "api/writing.h"

static void answer(const struct snapshot *snapshot, const struct service_person *person,
                   size_t top_k, const struct request *request, struct response *response) {
    const struct recommend_request wanted = {.people = person, .person_count = 1, .top_k = top_k};
    const struct dataset *catalogue = service_catalogue(snapshot);
    struct compare_answer found;
    struct error error;
    const enum status status = service_compare(snapshot, &wanted, request->arena, &found, &error);
    if (status != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    json_t *list = json_array();
    for (size_t i = found.count; i-- > 0;) {
        const struct compared_item *film = &found.list[i];
        const char *title = catalogue->movies[film->item].title;
        json_array_append_new(list, json_pack("{s:o, s:o, s:f, s:f, s:f}", "item_id",
                                              film_id(&catalogue->items, film->item), "title",
                                              film_text(title, strlen(title)), "rating",
                                              (double)film->given, "predicted",
                                              (double)film->predicted, "difference",
                                              (double)film->predicted - (double)film->given));
    }
    const char *name = service_name(snapshot);
    response_json(response, request,
                  json_pack("{s:o, s:o, s:f, s:I, s:o}", "user_id",
                            film_outside_id((struct text_slice){person->id, strlen(person->id)}),
                            "model", film_text(name, strlen(name)), "rmse", found.rmse, "rated",
                            (json_int_t)found.rated, "predictions", list));
}

const struct route_parameter predictions_parameters[] = {
    {"id", "id", NULL, "the person", 0, 0, 0, NULL},
    PARAMETER_TOP_K,
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void predictions_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const size_t top_k =
        (size_t)parameters_integer(&parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX);
    struct service_person person;
    struct snapshot *snapshot;
    if (!lookup_whom(api, &parameters, response, &snapshot, &person))
        return;
    answer(snapshot, &person, top_k, request, response);
    service_release(snapshot);
}

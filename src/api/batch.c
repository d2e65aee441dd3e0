/* batch.c: POST /api/batch-recommend: the lists of many people at once. A person who is not known
 * gets an empty list, as callers with a mixed list of ids want it. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "api/recommend.h"

/* More would hold a thread for too long, or take too much memory: an answer is built as a whole,
 * and a film takes some kilobytes of it. */
#define PEOPLE_MAX 1000
#define FILMS_MAX 20000

static json_t *list_of(struct service *service, const struct snapshot *snapshot, const char *id,
                       size_t top_k, struct arena *arena) {
    struct service_person person;
    const struct recommend_request wanted = {.people = &person, .person_count = 1, .top_k = top_k};
    struct recommend_answer found = {0};
    struct error error;
    if (service_person_find(service, snapshot, id, arena, &person, &error) != STATUS_OK ||
        service_recommend(snapshot, &wanted, arena, &found, &error) != STATUS_OK)
        return json_array();
    return recommend_list(snapshot, &found, false);
}

static void batch(const struct api_context *api, struct parameters *parameters,
                  struct response *response) {
    const struct request *request = parameters->request;
    const char *const *ids = NULL;
    const size_t count = parameters_texts(parameters, "user_ids", &ids);
    const size_t top_k =
        (size_t)parameters_integer(parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX);
    if (parameters->problem_count == 0)
        parameters_require(parameters, "user_ids", count > 0 ? ids : NULL);
    if (count > PEOPLE_MAX)
        parameters_refuse(parameters, "user_ids", "too_long", "List should have at most 1000 items",
                          NULL);
    else if (count * top_k > FILMS_MAX)
        parameters_refuse(parameters, "user_ids", "too_long",
                          arena_format(request->arena,
                                       "%zu people with top_k %zu are more than %d films; ask for "
                                       "fewer at a time",
                                       count, top_k, FILMS_MAX),
                          NULL);
    struct snapshot *snapshot;
    if (!lookup_snapshot(api, parameters, response, &snapshot))
        return;
    json_t *results = json_object();
    for (size_t i = 0; i < count; i++)
        json_object_set_new(results, ids[i],
                            list_of(api->service, snapshot, ids[i], top_k, request->arena));
    const char *name = service_name(snapshot);
    response_json(
        response, request,
        json_pack("{s:o, s:o}", "results", results, "model", film_text(name, strlen(name))));
    service_release(snapshot);
}

const struct route_parameter batch_parameters[] = {
    {"user_ids", "[id]", NULL, "for whom, at most 1000", 0, 0, ROUTE_REQUIRED, NULL},
    PARAMETER_TOP_K,
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void batch_post(void *context, const struct request *request, struct response *response) {
    struct parameters parameters;
    if (!parameters_of_body(&parameters, request, response))
        return;
    batch(context, &parameters, response);
    parameters_release(&parameters);
}

/* lookup.c: from names in a request to what they stand for. See api_internal.h.
 *
 * Checked  tests/api. */
#include <string.h>

#include "api/api_internal.h"
#include "api/writing.h"

#define SESSION_BYTES_MAX 64

bool lookup_snapshot(const struct api_context *context, struct parameters *parameters,
                     struct response *response, struct snapshot **snapshot) {
    struct error error;
    const char *name = parameters_string(parameters, "model");
    if (parameters_failed(parameters, response))
        return false;
    if (service_acquire(context->service, name, snapshot, &error) == STATUS_OK) {
        response->model = arena_copy(parameters->request->arena, service_name(*snapshot));
        return true;
    }
    const unsigned status = service_model_count(context->service) > 0 ? 404 : 503;
    problem_answer(response, parameters->request, status, "%s", error.text);
    return false;
}

bool lookup_person(const struct api_context *context, const struct snapshot *snapshot,
                   const char *id, const struct request *request, struct response *response,
                   struct service_person *person) {
    struct error error;
    const enum status status =
        service_person_find(context->service, snapshot, id, request->arena, person, &error);
    if (status != STATUS_OK)
        problem_error(response, request, &error);
    return status == STATUS_OK;
}

bool lookup_whom(const struct api_context *context, struct parameters *parameters,
                 struct response *response, struct snapshot **snapshot,
                 struct service_person *person) {
    const struct request *request = parameters->request;
    const char *id = request->captures[0];
    if (!writing_person(id, request, response) ||
        !lookup_snapshot(context, parameters, response, snapshot))
        return false;
    if (lookup_person(context, *snapshot, id, request, response, person))
        return true;
    service_release(*snapshot);
    return false;
}

bool lookup_session(const struct api_context *api, const char *id, const struct request *request,
                    struct response *response, const char **person) {
    struct feedback_session session;
    struct error error;
    if (strlen(id) > SESSION_BYTES_MAX) {
        problem_answer(response, request, 404, "there is no such session");
        return false;
    }
    const char *name = arena_format(request->arena, FEEDBACK_SESSION "%s", id);
    if (service_session_find(api->service, name, request->arena, &session, &error) != STATUS_OK) {
        problem_error(response, request, &error);
        return false;
    }
    *person = name;
    return true;
}

bool lookup_item(const struct dataset *catalogue, const char *id, const struct request *request,
                 struct response *response, uint32_t *item) {
    *item = id_map_find(&catalogue->items, id, strlen(id));
    if (*item == DATASET_NONE)
        problem_answer(response, request, 404, "there is no film with the id \"%.80s\" in %s", id,
                       catalogue->name);
    return *item != DATASET_NONE;
}

static bool knows_genre(const void *context, const char *name) {
    return dataset_genre(context, name) != DATASET_NONE;
}

bool lookup_knows_item(const void *catalogue, const char *id) {
    const struct dataset *known = catalogue;
    return id_map_find(&known->items, id, strlen(id)) != DATASET_NONE;
}

uint64_t lookup_genres(const struct dataset *catalogue, struct parameters *parameters,
                       const char *key) {
    const char *const *names = NULL;
    const size_t count = parameters_list(parameters, key, knows_genre, catalogue, &names);
    uint64_t genres = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t genre = dataset_genre(catalogue, names[i]);
        if (genre == DATASET_NONE)
            parameters_refuse(parameters, key, "enum",
                              "Input should be one of the genres that /genres lists", names[i]);
        else
            genres |= (uint64_t)1 << genre;
    }
    return genres;
}

/* admin_models.c: GET, POST /api/admin/models and POST /api/admin/reload: the files that are
 * served, and the ones that they replaced. Checked by tests/api/test_api_train.c. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "base/files.h"
#include "service/service_learning.h"

#define VERSION_MAX 999999999

static json_t *text_of(const char *text) { return film_text(text, strlen(text)); }

static json_t *model_of(const struct api_context *api, const struct service_model *model,
                        struct arena *arena) {
    struct service_files files;
    struct error ignored; /* a model that came from no file has none */
    if (service_versions(api->service, model->name, arena, &files, &ignored) != STATUS_OK)
        files = (struct service_files){0};
    json_t *versions = json_array();
    for (size_t i = 0; i < files.count; i++)
        json_array_append_new(versions, json_pack("{s:i, s:I, s:I, s:b}", "version",
                                                  (int)files.versions[i].number, "bytes",
                                                  (json_int_t)files.versions[i].bytes, "made",
                                                  (json_int_t)files.versions[i].made, "present",
                                                  files.versions[i].is_present));
    return json_pack("{s:o, s:s, s:b, s:o, s:o}", "name", text_of(model->name), "model",
                     model->model, "default", model->is_default, "file",
                     files.path ? text_of(files_base_name(arena, files.path)) : json_null(),
                     "versions", versions);
}

void admin_models_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct service_model *models;
    const size_t count = service_models(api->service, &models, request->arena);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, model_of(api, &models[i], request->arena));
    response_json(response, request, json_pack("{s:o}", "models", list));
    response_set_header(response, "Cache-Control", "no-store");
}

const struct route_parameter admin_models_parameters[] = {
    {"action", "text", NULL,
     "roll_back: to the version before; promote: to a version; default: who answers when no model "
     "is named",
     0, 0, 0, "roll_back|promote|default"},
    {"model", "text", NULL, "which served model; the default where it is not given", 0, 0, 0, NULL},
    {"version", "integer", NULL, "for promote", 1, VERSION_MAX, 0, NULL},
    {"run", "integer", NULL, "for promote, instead of a version: what this run made", 1, 1e15, 0,
     NULL},
    PARAMETERS_END,
};

static void act(const struct api_context *api, struct parameters *parameters,
                struct response *response) {
    const struct request *request = parameters->request;
    const char *action = parameters_string(parameters, "action");
    const char *model = parameters_string(parameters, "model");
    struct service_promotion promotion = {{0}, 0};
    unsigned version = (unsigned)parameters_integer(parameters, "version", 0, 1, VERSION_MAX);
    const int64_t run = parameters_integer(parameters, "run", 0, 1, (int64_t)1e15);
    action = action || run == 0 ? action : "promote";
    if (parameters->problem_count == 0)
        parameters_require(parameters, "action", action);
    const bool is_promote = action && strcmp(action, "promote") == 0;
    const bool is_default = action && strcmp(action, "default") == 0;
    if (action && !is_promote && !is_default && strcmp(action, "roll_back") != 0)
        parameters_refuse(parameters, "action", "literal_error",
                          "Input should be 'roll_back', 'promote' or 'default'", action);
    if (is_promote && parameters->problem_count == 0)
        parameters_require(parameters, "version", version || run ? action : NULL);
    if (is_default && parameters->problem_count == 0)
        parameters_require(parameters, "model", model);
    if (parameters_failed(parameters, response))
        return;
    struct error error;
    const enum status status =
        is_default ? service_set_default(api->service, model, &error)
        : is_promote && run
            ? service_promote_run(api->service, run, &promotion, &error)
            : service_restore(api->service, model, is_promote ? version : 0, &version, &error);
    if (status != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    version = is_promote && run ? promotion.version : version;
    json_t *answer = json_pack("{s:o}", "action", text_of(action));
    if (!is_default && version > 0)
        json_object_set_new(answer, "version", json_integer(version));
    response_json(response, request, answer);
}

void admin_models_post(void *context, const struct request *request, struct response *response) {
    struct parameters parameters;
    if (!parameters_of_body(&parameters, request, response))
        return;
    act(context, &parameters, response);
    parameters_release(&parameters);
}

void admin_models_reload(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct error error;
    size_t count;
    const enum status status = service_reload(api->service, NULL, &count, &error);
    if (status != STATUS_OK)
        problem_error(response, request, &error);
    else
        response_json(response, request, json_pack("{s:I}", "reloaded", (json_int_t)count));
}

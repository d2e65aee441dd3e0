/* models.c: GET /api/models: what is served, how it was made and how good it is. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "base/settings_json.h"

/* What the metrics were measured by: {"split": "leave_one_out", "candidates": "all"}; what the file
 * does not say is left out. A model that was taught while it was served was measured on what people
 * did most recently, against all films: {"split": "newest_events", "candidates": "all"}. */
static json_t *protocol(const struct service_model *model) {
    const struct settings *settings = model->settings;
    static const char *const members[][2] = {{"split", "data.split.strategy"},
                                             {"part", "evaluation.part"},
                                             {"candidates", "evaluation.candidates"}};
    if (model->measured_by)
        return json_pack("{s:o, s:s}", "split",
                         film_text(model->measured_by, strlen(model->measured_by)), "candidates",
                         "all");
    json_t *object = json_object();
    for (size_t i = 0; settings && i < sizeof members / sizeof *members; i++)
        if (settings_knows(settings, members[i][1])) {
            const char *text = settings_text(settings, members[i][1]);
            json_object_set_new(object, members[i][0], film_text(text, strlen(text)));
        }
    return object;
}

static json_t *details(const struct service_model *model) {
    json_t *settings = model->settings ? settings_json(model->settings) : json_object();
    json_t *metrics = json_loads(model->metrics, 0, NULL);
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "model", model->model, "family",
                     model->family, "summary", model->summary, "data",
                     film_text(model->data_name, strlen(model->data_name)), "settings", settings,
                     "metrics", metrics ? metrics : json_object(), "measured_by", protocol(model));
}

void models_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct service_model *models;
    const size_t count = service_models(api->service, &models, request->arena);
    json_t *names = json_array(), *all = json_object(), *chosen = json_null();
    for (size_t i = 0; i < count; i++) {
        const char *name = models[i].name;
        json_array_append_new(names, film_text(name, strlen(name)));
        json_object_set_new(all, name, details(&models[i]));
        if (models[i].is_default)
            chosen = film_text(name, strlen(name));
    }
    response_json(response, request,
                  json_pack("{s:o, s:o, s:o}", "models", names, "default", chosen, "details", all));
    response_stable(response);
}

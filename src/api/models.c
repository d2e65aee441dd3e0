/* models.c: GET /api/models: what is served, how it was made and how good it is. */
#include <math.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "base/settings.h"

static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *list_value(const struct settings *settings, const struct setting_spec *spec) {
    json_t *list = json_array();
    const int64_t *integers;
    const double *reals;
    const char *const *texts;
    if (spec->kind == SETTING_INT_LIST)
        for (size_t i = 0; i < settings_int_list(settings, spec->key, &integers); i++)
            json_array_append_new(list, json_integer(integers[i]));
    else if (spec->kind == SETTING_REAL_LIST)
        for (size_t i = 0; i < settings_real_list(settings, spec->key, &reals); i++)
            json_array_append_new(list, number(reals[i]));
    else
        for (size_t i = 0; i < settings_text_list(settings, spec->key, &texts); i++)
            json_array_append_new(list, film_text(texts[i], strlen(texts[i])));
    return list;
}

/* A setting as the JSON type of its kind; null where it is absent. */
static json_t *setting_value(const struct settings *settings, const struct setting_entry *entry) {
    const struct setting_spec *spec = entry->spec;
    switch (spec->kind) {
    case SETTING_INT:
        return *entry->value ? json_integer(settings_int(settings, spec->key)) : json_null();
    case SETTING_REAL:
        return number(settings_real(settings, spec->key));
    case SETTING_BOOL:
        return json_boolean(settings_bool(settings, spec->key));
    case SETTING_TEXT:
        return film_text(entry->value, strlen(entry->value));
    default:
        return list_value(settings, spec);
    }
}

static json_t *details(const struct service_model *model) {
    json_t *settings = json_object();
    struct setting_entry entry;
    for (size_t i = 0; model->settings && settings_entry(model->settings, i, &entry); i++)
        json_object_set_new(settings, entry.spec->key, setting_value(model->settings, &entry));
    json_t *metrics = json_loads(model->metrics, 0, NULL);
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "model", model->model, "family",
                     model->family, "summary", model->summary, "data",
                     film_text(model->data_name, strlen(model->data_name)), "settings", settings,
                     "metrics", metrics ? metrics : json_object());
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
}

/* settings_json.c: see settings_json.h. Checked by tests/base/test_settings.c, and with whole
 * answers by tests/api. */
#include "base/settings_json.h"

#include <math.h>

static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *list_json(const struct settings *settings, const struct setting_spec *spec) {
    json_t *list = json_array();
    const int64_t *integers;
    const double *reals;
    const char *const *texts;
    if (spec->kind == SETTING_INT_LIST)
        for (size_t i = 0, count = settings_int_list(settings, spec->key, &integers); i < count;
             i++)
            json_array_append_new(list, json_integer(integers[i]));
    else if (spec->kind == SETTING_REAL_LIST)
        for (size_t i = 0, count = settings_real_list(settings, spec->key, &reals); i < count; i++)
            json_array_append_new(list, number(reals[i]));
    else
        for (size_t i = 0, count = settings_text_list(settings, spec->key, &texts); i < count; i++)
            json_array_append_new(list, json_string(texts[i]));
    return list;
}

json_t *settings_json_value(const struct settings *settings, const struct setting_entry *entry) {
    const struct setting_spec *spec = entry->spec;
    switch (spec->kind) {
    case SETTING_INT:
        return *entry->value ? json_integer(settings_int(settings, spec->key)) : json_null();
    case SETTING_REAL:
        return number(settings_real(settings, spec->key));
    case SETTING_BOOL:
        return json_boolean(settings_bool(settings, spec->key));
    case SETTING_TEXT:
        return json_string(entry->value);
    case SETTING_INT_LIST:
    case SETTING_REAL_LIST:
    case SETTING_TEXT_LIST:
        break;
    }
    return list_json(settings, spec);
}

json_t *settings_json(const struct settings *settings) {
    json_t *object = json_object();
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(settings, i, &entry); i++)
        json_object_set_new(object, entry.spec->key, settings_json_value(settings, &entry));
    return object;
}

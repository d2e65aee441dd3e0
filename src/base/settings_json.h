/* settings_json.h: settings as JSON, each as the type of its kind. */
#ifndef MATINEE_BASE_SETTINGS_JSON_H
#define MATINEE_BASE_SETTINGS_JSON_H

#include <jansson.h>

#include "base/settings.h"

/* One value: a number, a boolean, a text or a list; null for a number that is absent. The caller
 * owns the reference. */
json_t *settings_json_value(const struct settings *settings, const struct setting_entry *entry);
/* {"model.k": 40, ...}: every row in the order of adding. */
json_t *settings_json(const struct settings *settings);

#endif

/* settings_yaml.h: settings as YAML that base/config reads back to the same values. */
#ifndef MATINEE_BASE_SETTINGS_YAML_H
#define MATINEE_BASE_SETTINGS_YAML_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/settings.h"

/* Appends "key: value" for every row in the order of adding; without `all`, rows that are empty and
 * were never set are left out. */
void settings_yaml(const struct settings *settings, bool all, struct buffer *out);

#endif

/* settings_yaml.h: settings as YAML that base/config reads back to the same values. */
#ifndef MATINEE_BASE_SETTINGS_YAML_H
#define MATINEE_BASE_SETTINGS_YAML_H

#include "base/buffer.h"
#include "base/settings.h"

enum settings_yaml_rows {
    SETTINGS_YAML_ALL,
    SETTINGS_YAML_FILLED, /* without those that are empty and were never set */
    SETTINGS_YAML_SET,    /* only what was set */
};

/* Appends "key: value" for rows in the order of adding. */
void settings_yaml(const struct settings *settings, enum settings_yaml_rows rows,
                   struct buffer *out);

#endif

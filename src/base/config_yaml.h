/* config_yaml.h: one YAML document as a flat list of keys and values. Used by config.c alone. */
#ifndef MATINEE_BASE_CONFIG_YAML_H
#define MATINEE_BASE_CONFIG_YAML_H

#include <stddef.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/error.h"

/* One line of `defaults:`. */
struct config_include {
    const char *group; /* NULL: `- base` */
    const char *option;
    const char *origin;
};

struct config_document {
    const char *package; /* from "# @package NAME"; NULL: not said, "": _global_ */
    struct config entries;
    struct config_include *includes;
    size_t include_count;
    size_t self; /* the file's own values come before this include; include_count: last */
};

/* Errors (STATUS_BAD_INPUT, STATUS_LIMIT): not YAML, not a map, a key twice, a list of anything but
 * plain values, beyond the limits of config.h; each with "name:line". Strings live in `arena`. */
enum status config_yaml_parse(struct config_document *document, const char *name, const char *text,
                              size_t size, struct arena *arena, struct error *error);

#endif

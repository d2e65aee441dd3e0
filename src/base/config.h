/* config.h: settings from YAML files.
 *
 * A file is a map; nested maps and dotted keys are the same thing:
 *     model: neumf                  model.mf_dim: 64               trainer: {max_epochs: 30}
 * Files are composed as Hydra does it. `defaults:` names others, which are read first unless
 * `_self_` says where the file's own values come; what comes later wins:
 *     defaults:
 *       - base                      base.yaml beside this file
 *       - model: neumf              model/neumf.yaml, whose keys are put under "model."
 *       - _self_
 * A named file is looked for beside the one that names it, then in the folders above it, up to one
 * called "config"; its keys go where those of the naming file go, "/model/neumf" from the top. A
 * first line `# @package _global_` (or another name) says where its keys go instead. In values,
 * ${a.b} is another setting, ${now:%Y-%m-%d} the time, ${env:NAME} or
 * ${env:NAME,otherwise} the environment. Map merging (<<) and YAML's own anchors work.
 *
 * Limits (STATUS_LIMIT): a file 256 KiB, 4,096 values, 32 levels of maps, 8 of defaults, and what a
 * value becomes 8 KiB. */
#ifndef MATINEE_BASE_CONFIG_H
#define MATINEE_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"

struct config_entry {
    const char *key;    /* full and dotted */
    const char *value;  /* as settings_set takes it; a list is "[a,b]"; ${...} still in it */
    const char *origin; /* "config/x.yaml:12"; NULL: the command line */
};

/* What files and command line say, in the order in which it counts: of two entries with the same
 * key the later one holds. A zeroed struct is empty. */
struct config {
    struct config_entry *entries;
    size_t count, capacity;
};

/* What was chosen elsewhere in place of a `- group: option` of the files. */
struct config_choice {
    const char *group, *option;
    bool taken; /* set by config_read: a file names the group, and there is one for the option */
};
struct config_choices {
    struct config_choice *list;
    size_t count;
};

/* Adds what the file and the files that it names say. Strings live in `arena`. A choice for which
 * there is no file leaves that group empty. Errors: what files_read says, and
 * "FILE:LINE: expected ..., found ...". */
enum status config_read(struct config *config, const char *path,
                        const struct config_choices *choices, struct arena *arena,
                        struct error *error);
/* The same for a text in memory that is called `name` in errors and may not name other files. */
enum status config_parse(struct config *config, const char *name, const char *text, size_t size,
                         struct arena *arena, struct error *error);
/* Adds one value, which holds from now on. The strings are borrowed. */
void config_set(struct config *config, const char *key, const char *value, const char *origin,
                struct arena *arena);
/* The same for "key=value". */
enum status config_set_pair(struct config *config, const char *pair, struct arena *arena,
                            struct error *error);

/* The entry that holds for a key, or NULL. */
const struct config_entry *config_find(const struct config *config, const char *key);
/* An entry's value with every ${...} filled in, in `arena`. A ${key} that the config does not have
 * is taken from `settings` (may be NULL). */
enum status config_value(const struct config *config, const struct config_entry *entry,
                         const struct settings *settings, struct arena *arena, const char **value,
                         struct error *error);
/* Sets everything, in order. Errors as settings_set, each with its origin. */
enum status config_apply(const struct config *config, struct settings *settings,
                         struct error *error);

#endif

/* runs_settings.h: the settings of a run that is kept, held against the defaults, and the command
 * that repeats it. */
#ifndef MATINEE_CLI_RUNS_SETTINGS_H
#define MATINEE_CLI_RUNS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "store/runs.h"

struct runs_setting {
    const char *key, *value;
    const char *usual; /* the default; NULL: this program does not know the key */
};

/* The settings of a run as they were kept, in `arena`; with `differing` only those that are not the
 * default. Error: they do not read as settings. */
enum status runs_settings_list(const struct runs_record *record, bool differing,
                               struct arena *arena, struct runs_setting **list, size_t *count,
                               struct error *error);
/* "matinee train gmf model.mf_dim=64", quoted for a shell; of what runs_settings_list says with
 * `differing`. */
const char *runs_settings_command(const struct runs_record *record,
                                  const struct runs_setting *differing, size_t count,
                                  struct arena *arena);

#endif

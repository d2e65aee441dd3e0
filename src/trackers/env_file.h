/* env_file.h: `.env`, the file beside a project that holds its keys.
 *
 *     # remarks, empty lines
 *     export WANDB_API_KEY=abc
 *     MLFLOW_TRACKING_URI="http://127.0.0.1:5000"
 *
 * Only names that begin with MLFLOW_ or WANDB_ are taken, and only those that the environment has
 * not; values are never printed. */
#ifndef MATINEE_TRACKERS_ENV_FILE_H
#define MATINEE_TRACKERS_ENV_FILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* A line that says something: name and value, in `arena`. */
struct env_file_entry {
    const char *name, *value;
};

/* Every entry of a text, whatever its name; returns their number. Lines that say nothing of that
 * form are passed over. */
size_t env_file_parse(const char *text, size_t size, struct arena *arena,
                      struct env_file_entry **entries);
/* Puts what a file has into the environment; no such file is fine. Before threads start. */
enum status env_file_load(const char *path, struct error *error);

#endif

/* multirun.h: `matinee train --multirun`: every combination of the values given. */
#ifndef MATINEE_CLI_MULTIRUN_H
#define MATINEE_CLI_MULTIRUN_H

#include "cli/command.h"

/* Settings with several values ("model.k=10,20") make a point for each combination; all are
 * trained,
 * --jobs at a time, and shown, the best first. Errors: a range, too many points, settings or data
 * that are wrong (before anything is started), all failed. */
enum status multirun_run(const struct arguments *arguments, struct error *error);

#endif

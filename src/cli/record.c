/* record.c: see record.h. Checked by tests/cli/runs.t. */
#include "cli/record.h"

#include <stdlib.h>

#include "cli/version.h"
#include "store/runs.h"

/* Set for the runs that a sweep starts. */
#define PARENT_VARIABLE "MATINEE_PARENT_RUN"
/* Set by a server that trains: the run that it has begun for this process. */
#define RUN_VARIABLE "MATINEE_RUN"

const char *record_store(const struct arguments *arguments) {
    const char *store = command_text(arguments, "--store");
    return store ? store : runs_default_path(arguments->arena);
}

struct recorder *record_begin(const struct arguments *arguments, const struct job *job) {
    bool keeps = settings_bool(arguments->options, "--record") &&
                 settings_bool(job->places, "logger.use_store");
    const char *parent = getenv(PARENT_VARIABLE), *run = getenv(RUN_VARIABLE);
    const struct recorder_options options = {
        .store = keeps ? record_store(arguments) : NULL,
        .kind = arguments->command->name,
        .parent = parent ? strtoll(parent, NULL, 10) : 0,
        .run = run ? strtoll(run, NULL, 10) : 0,
        .version = VERSION_TEXT,
        .settings = job->settings,
        .places = job->places,
    };
    return recorder_create(&options, arguments->arena);
}

void record_tell(int64_t id, struct progress *progress) {
    if (id && progress->live)
        progress_line(progress, "run %lld: matinee runs show %lld", (long long)id, (long long)id);
}

/* serve_learning.c: see serve_learning.h. Checked by tests/cli/serve.t. */
#include "cli/serve_learning.h"

#include <stdlib.h>
#include <string.h>

#include "cli/job.h"
#include "service/service_learning.h"

/* "6h" */
static enum status read_span(const char *text, double *seconds, struct error *error) {
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    char *end;
    const double value = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (end > text && strcmp(end, units[i].unit) == 0 && value > 0 && value < 1e6) {
            *seconds = value * units[i].seconds;
            return STATUS_OK;
        }
    return error_set(error, STATUS_BAD_USAGE,
                     "--retrain-every: expected a span of time such as 30m, 6h or 1d, found "
                     "\"%.32s\"",
                     text);
}

enum status serve_learning_begin(struct service *service, const struct arguments *arguments,
                                 struct error *error) {
    const char *every = command_text(arguments, "--retrain-every");
    struct learning_options options = {
        .runs = command_text(arguments, "--run-store"),
        .after_events = settings_int(arguments->options, "--retrain-after"),
        .update_events = settings_int(arguments->options, "--update-after"),
        .tolerance = settings_real(arguments->options, "--retrain-tolerance"),
        .least_events = (size_t)settings_int(arguments->options, "--retrain-least"),
    };
    const char *memory = command_text(arguments, "--train-memory");
    if (memory)
        TRY(job_read_memory(memory, "--train-memory", &options.max_bytes, error));
    if (every)
        TRY(read_span(every, &options.every_seconds, error));
    return service_learning_begin(service, &options, error);
}

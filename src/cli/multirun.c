/* multirun.c: see multirun.h. Checked by tests/cli/multirun.t. */
#include "cli/multirun.h"

#include <string.h>

#include "cli/trials.h"
#include "experiment/space.h"

/* What a person is shown of a point: the settings that have several values. */
static const char *label_of(const struct space *space, const char *const *point,
                            struct arena *arena) {
    const char *label = "";
    for (size_t i = 0; i < space->count; i++)
        if (space->dimensions[i].value_count > 1)
            label = arena_format(arena, "%s%s%s", label, *label ? " " : "", point[i]);
    return label;
}

static enum status list_points(struct trials *trials, struct space *space, struct error *error) {
    const struct arguments *arguments = trials->arguments;
    TRY(space_parse(space, arguments->pairs, arguments->pair_count, arguments->arena, error));
    for (size_t i = 0; i < space->count; i++)
        if (space->dimensions[i].kind != SPACE_LIST)
            return error_set(error, STATUS_BAD_USAGE,
                             "%s: a range has points without number; list values, or use matinee "
                             "sweep",
                             space->dimensions[i].key);
    size_t size = space_size(space);
    if (size > SPACE_POINTS_MAX)
        return error_set(error, STATUS_LIMIT, "more than %d combinations; use matinee sweep",
                         SPACE_POINTS_MAX);
    trials->list = ARENA_ARRAY(arguments->arena, struct trial, size);
    trials->count = size;
    for (size_t i = 0; i < size; i++) {
        trials->list[i].share = 1;
        trials->list[i].words = space_point(space, i, arguments->arena);
        trials->list[i].label = label_of(space, trials->list[i].words, arguments->arena);
    }
    return STATUS_OK;
}

static enum status run(struct trials *trials, struct space *space, struct error *error) {
    const char *json = command_text(trials->arguments, "--json");
    TRY(list_points(trials, space, error));
    TRY(trials_begin(trials, error));
    enum status status = trials_run(trials, error);
    /* What was done is shown after Ctrl-C, too. */
    struct error ignored;
    bool any = trials->finished > 0 && trials_check(trials, &ignored) == STATUS_OK;
    if (json && any)
        TRY(trials_write_json(trials, json, error));
    if (any && !(json && strcmp(json, "-") == 0))
        trials_print(trials);
    return status == STATUS_OK ? trials_check(trials, error) : status;
}

enum status multirun_run(const struct arguments *arguments, struct error *error) {
    struct space space;
    struct trials trials = {
        .arguments = arguments,
        .kind = "multirun",
        .out = command_text(arguments, "--out"),
        .jobs = (size_t)settings_int(arguments->options, "--jobs"),
        .quiet = settings_bool(arguments->options, "--quiet"),
    };
    enum status status = run(&trials, &space, error);
    trials_end(&trials, status);
    return status;
}

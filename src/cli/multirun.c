/* multirun.c: see multirun.h. Checked by tests/cli/multirun.t. */
#include "cli/multirun.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/report.h"
#include "cli/style.h"
#include "cli/table.h"
#include "cli/trials.h"
#include "experiment/space.h"
#include "metrics/metrics.h"

#define FIGURES_MAX 3 /* columns of figures in the table */

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
        trials->list[i].words = space_point(space, i, arguments->arena);
        trials->list[i].label = label_of(space, trials->list[i].words, arguments->arena);
    }
    return STATUS_OK;
}

/* ---- Results ---- */

static double figure_of(const struct trials *trials, const struct trial *trial) {
    const struct runs_metric *metric = trials_headline(trials, trial);
    return metric && trials_has_result(trial) ? metric->value : NAN;
}

static bool lower_is_better(const char *name) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct metric metric;
    struct error ignored; /* an unknown metric is better the higher it is */
    bool lower =
        metrics_parse(&metric, name, scratch, &ignored) == STATUS_OK && metric.ops->lower_is_better;
    arena_reset(scratch, mark);
    return lower;
}

/* Indices of trials, the best first; those without a figure last, as they came. */
static size_t *sorted(const struct trials *trials, struct arena *arena) {
    size_t *order = ARENA_ARRAY(arena, size_t, trials->count);
    for (size_t i = 0; i < trials->count; i++) {
        const struct runs_metric *metric = trials_headline(trials, &trials->list[i]);
        double value = figure_of(trials, &trials->list[i]), sign = 1;
        if (metric && lower_is_better(metric->name))
            sign = -1;
        size_t at = i;
        for (; at > 0; at--) {
            double before = figure_of(trials, &trials->list[order[at - 1]]);
            if (isnan(value) || (!isnan(before) && sign * value <= sign * before))
                break;
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    return order;
}

/* The headline, then others at the same K. */
static size_t choose_figures(const struct trials *trials, const char **names) {
    static const char *const usual[] = {"ndcg@10", "hit_rate@10", "recall@10", "rmse", "mae"};
    const struct trial *any = NULL;
    for (size_t i = 0; i < trials->count && !any; i++)
        any = trials_has_result(&trials->list[i]) ? &trials->list[i] : NULL;
    const struct runs_metric *headline = any ? trials_headline(trials, any) : NULL;
    size_t count = 0;
    if (headline)
        names[count++] = headline->name;
    for (size_t i = 0; any && i < sizeof usual / sizeof *usual && count < FIGURES_MAX; i++)
        if (trials_metric(any, usual[i]) && strcmp(usual[i], names[0]) != 0)
            names[count++] = usual[i];
    return count;
}

static const char *figure_cell(const struct trial *trial, const char *name, struct arena *arena) {
    const struct runs_metric *metric = trials_metric(trial, name);
    if (!metric)
        return "";
    const struct metric_value value = {metric->name, metric->value, metric->low, metric->high};
    return report_interval(&value, arena);
}

static void print_table(const struct trials *trials) {
    struct arena *arena = trials->arguments->arena;
    const char *names[FIGURES_MAX + 1], *cells[TABLE_COLUMNS_MAX] = {"run", "settings"};
    size_t figures = choose_figures(trials, names), *order = sorted(trials, arena);
    char alignment[TABLE_COLUMNS_MAX + 1] = "rL";
    for (size_t f = 0; f < figures; f++) {
        cells[2 + f] = names[f];
        alignment[2 + f] = 'l';
    }
    cells[2 + figures] = "fit";
    alignment[2 + figures] = 'r';
    struct table table;
    table_init(&table, alignment, arena);
    table_add(&table, cells);
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *trial = &trials->list[order[i]];
        bool has = trials_has_result(trial);
        cells[0] = trial->run ? arena_format(arena, "%lld", (long long)trial->run) : "";
        cells[1] = *trial->label ? trial->label : "as given";
        for (size_t f = 0; f < figures; f++)
            cells[2 + f] = has ? figure_cell(trial, names[f], arena) : "";
        cells[2 + figures] = has ? arena_copy(arena, style_seconds(trial->fit_seconds).text)
                             : trial->state == TRIAL_FAILED ? "failed"
                                                            : "stopped";
        table_add(&table, cells);
        if (i == 0 && has)
            table_colour(&table, style_of(stdout)->green);
        if (trial->failure)
            table_note(&table, arena_format(arena, "failed: %s", trial->failure));
    }
    table_print(&table, stdout);
}

static json_t *trial_json(const struct trial *trial) {
    json_t *settings = json_object(), *metrics = json_object();
    for (size_t i = 0; trial->words[i]; i++) {
        size_t length = strcspn(trial->words[i], "=");
        json_object_setn_new(settings, trial->words[i], length,
                             json_string(trial->words[i] + length + 1));
    }
    for (size_t i = 0; i < trial->metric_count; i++)
        json_object_set_new(metrics, trial->metrics[i].name,
                            isfinite(trial->metrics[i].value) ? json_real(trial->metrics[i].value)
                                                              : json_null());
    const char *status = trials_has_result(trial)       ? "done"
                         : trial->state == TRIAL_FAILED ? "failed"
                                                        : "cancelled";
    return json_pack("{s:o, s:s, s:o, s:o, s:s?, s:s?}", "settings", settings, "status", status,
                     "run", trial->run ? json_integer(trial->run) : json_null(), "metrics", metrics,
                     "error", trial->failure, "model_file", trial->model_file);
}

static enum status write_json(const struct trials *trials, const char *file, struct error *error) {
    json_t *list = json_array();
    const size_t *order = sorted(trials, trials->arguments->arena);
    for (size_t i = 0; i < trials->count; i++)
        json_array_append_new(list, trial_json(&trials->list[order[i]]));
    return json_write(json_pack("{s:o}", "points", list), file, error);
}

static enum status check_results(const struct trials *trials, struct error *error) {
    const struct trial *failed = NULL;
    for (size_t i = 0; i < trials->count; i++) {
        if (trials_has_result(&trials->list[i]))
            return STATUS_OK;
        failed = trials->list[i].failure ? &trials->list[i] : failed;
    }
    return error_set(error, STATUS_BAD_INPUT, "every combination failed%s%s",
                     failed ? "; the last: " : "", failed ? failed->failure : "");
}

static enum status run(struct trials *trials, struct space *space, struct error *error) {
    const char *json = command_text(trials->arguments, "--json");
    TRY(list_points(trials, space, error));
    TRY(trials_begin(trials, error));
    enum status status = trials_run(trials, error);
    /* What was done is shown after Ctrl-C, too. */
    struct error ignored;
    bool any = trials->finished > 0 && check_results(trials, &ignored) == STATUS_OK;
    if (json && any)
        TRY(write_json(trials, json, error));
    if (any && !(json && strcmp(json, "-") == 0))
        print_table(trials);
    return status == STATUS_OK ? check_results(trials, error) : status;
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

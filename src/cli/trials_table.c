/* trials_table.c: what came of trials: the best first. See trials.h. Checked by
 * tests/cli/multirun.t, tests/cli/sweep.t. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/figures.h"
#include "cli/json.h"
#include "cli/style.h"
#include "cli/table.h"
#include "cli/trials.h"
#include "metrics/metrics.h"

#define FIGURES_MAX 3 /* columns of figures in the table */

static double figure_of(const struct trials *trials, const struct trial *trial) {
    const struct runs_metric *metric = trials_headline(trials, trial);
    return metric && trials_has_result(trial) ? metric->value : NAN;
}

bool trials_lower_is_better(const char *name) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct metric metric;
    struct error ignored; /* an unknown metric is better the higher it is */
    bool lower =
        metrics_parse(&metric, name, scratch, &ignored) == STATUS_OK && metric.ops->lower_is_better;
    arena_reset(scratch, mark);
    return lower;
}

/* Whether a trial stands in front of another. */
static bool is_ahead(const struct trials *trials, const struct trial *a, const struct trial *b) {
    double value = figure_of(trials, a), other = figure_of(trials, b);
    if (isnan(value) || isnan(other))
        return !isnan(value);
    if (a->share != b->share)
        return a->share > b->share;
    return trials_lower_is_better(trials_headline(trials, a)->name) ? value < other : value > other;
}

size_t *trials_sorted(const struct trials *trials) {
    size_t *order = ARENA_ARRAY(trials->arguments->arena, size_t, trials->count + 1);
    for (size_t i = 0; i < trials->count; i++) {
        size_t at = i;
        for (; at > 0 && is_ahead(trials, &trials->list[i], &trials->list[order[at - 1]]); at--)
            order[at] = order[at - 1];
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
        if (trials_metric(any, usual[i]) && (count == 0 || strcmp(usual[i], names[0]) != 0))
            names[count++] = usual[i];
    return count;
}

static const char *figure_cell(const struct trial *trial, const char *name, struct arena *arena) {
    const struct runs_metric *metric = trials_metric(trial, name);
    if (!metric)
        return "";
    const struct metric_value value = {metric->name, metric->value, metric->low, metric->high};
    return figures_interval(&value, arena);
}

void trials_print(const struct trials *trials) {
    struct arena *arena = trials->arguments->arena;
    const char *names[FIGURES_MAX + 1], *cells[TABLE_COLUMNS_MAX] = {"run", "settings", "share"};
    size_t figures = choose_figures(trials, names), *order = trials_sorted(trials);
    char alignment[TABLE_COLUMNS_MAX + 1] = "rLr";
    for (size_t f = 0; f < figures; f++) {
        cells[3 + f] = names[f];
        alignment[3 + f] = 'l';
    }
    cells[3 + figures] = "fit";
    alignment[3 + figures] = 'r';
    struct table table;
    table_init(&table, alignment, arena);
    table_add(&table, cells);
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *trial = &trials->list[order[i]];
        bool has = trials_has_result(trial);
        cells[0] = trial->run ? arena_format(arena, "%lld", (long long)trial->run) : "";
        cells[1] = *trial->label ? trial->label : "as given";
        cells[2] = trial->share < 1 ? arena_format(arena, "%.0f %%", 100 * trial->share) : "";
        for (size_t f = 0; f < figures; f++)
            cells[3 + f] = has ? figure_cell(trial, names[f], arena) : "";
        cells[3 + figures] = has ? arena_copy(arena, style_seconds(trial->fit_seconds).text)
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
    return json_pack("{s:o, s:f, s:s, s:o, s:o, s:s?, s:s?}", "settings", settings, "share",
                     trial->share, "status", status, "run",
                     trial->run ? json_integer(trial->run) : json_null(), "metrics", metrics,
                     "error", trial->failure, "model_file", trial->model_file);
}

enum status trials_write_json(const struct trials *trials, const char *file, struct error *error) {
    json_t *list = json_array();
    const size_t *order = trials_sorted(trials);
    for (size_t i = 0; i < trials->count; i++)
        json_array_append_new(list, trial_json(&trials->list[order[i]]));
    return json_write(json_pack("{s:o}", "points", list), file, error);
}

enum status trials_check(const struct trials *trials, struct error *error) {
    const struct trial *failed = NULL;
    for (size_t i = 0; i < trials->count; i++) {
        if (trials_has_result(&trials->list[i]))
            return STATUS_OK;
        failed = trials->list[i].failure ? &trials->list[i] : failed;
    }
    if (!failed)
        return error_set(error, STATUS_LIMIT, "nothing came to an end in the time given");
    return error_set(error, STATUS_BAD_INPUT, "every one failed; the last: %s", failed->failure);
}

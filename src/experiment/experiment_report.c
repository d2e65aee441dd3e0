/* experiment_report.c: what came out, as a struct and as JSON. Members of the JSON come in a fixed
 * order, numbers with six digits; what there is not is null. Checked by
 * tests/experiment/test_experiment.c. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/parallel.h"
#include "base/settings_json.h"
#include "experiment/experiment_internal.h"
#include "experiment/shown.h"

#define DUMP_FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(6))

/* ---- The struct ------------------------------------------------------------------------------ */

/* The mean over runs; the mean of their intervals, because all measure the same people and so have
 * most of their error in common. */
static const struct metric_value *mean_of(const struct experiment_run *runs, size_t run_count,
                                          struct arena *arena) {
    struct metric_value *means = ARENA_ARRAY(arena, struct metric_value, runs[0].metric_count);
    for (size_t m = 0; m < runs[0].metric_count; m++) {
        means[m].name = runs[0].metrics[m].name;
        for (size_t r = 0; r < run_count; r++) {
            means[m].value += runs[r].metrics[m].value / (double)run_count;
            means[m].low += runs[r].metrics[m].low / (double)run_count;
            means[m].high += runs[r].metrics[m].high / (double)run_count;
        }
    }
    return means;
}

static const char *split_label(const struct experiment_job *job, const struct split *split) {
    return job->on_validation ? arena_format(job->arena, "%s (validation)", split->strategy)
                              : split->strategy;
}

static const char *candidates_label(const struct experiment_job *job, const struct split *split) {
    struct candidates candidates;
    struct error error;
    if (candidates_read(&candidates, job->settings, split, job->on_validation, job->arena,
                        &error) != STATUS_OK)
        return "all"; /* nothing was measured */
    return candidates.label;
}

struct experiment_report *experiment_report_make(const struct experiment_job *job,
                                                 const struct split *split,
                                                 const struct settings *settings,
                                                 const struct experiment_run *runs,
                                                 size_t run_count) {
    struct experiment_report *report = ARENA_NEW(job->arena, struct experiment_report);
    *report = (struct experiment_report){
        .model = job->ops->name,
        .data = arena_copy(job->arena, job->data->name),
        .split = split_label(job, split),
        .candidates = candidates_label(job, split),
        .order_aware = job->traits & MODEL_ORDER_AWARE,
        .seed = runs[0].seed,
        .fitted_on = arena_copy(job->arena, job->fitted_on),
        .threads = parallel_threads(),
        .settings = settings_copy(settings, job->arena),
        .metrics = mean_of(runs, run_count, job->arena),
        .metric_count = runs[0].metric_count,
        .runs = runs,
        .run_count = run_count,
        .peak_rss_bytes = alloc_peak_bytes(),
        .shown = runs[0].shown,
        .shown_count = runs[0].shown_count,
    };
    memcpy(report->data_checksum, job->data->checksum, sizeof report->data_checksum);
    for (size_t r = 0; r < run_count; r++) {
        report->fit_seconds += runs[r].fit_seconds;
        report->evaluate_seconds += runs[r].evaluate_seconds;
    }
    return report;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *metrics_json(const struct metric_value *metrics, size_t count) {
    json_t *object = json_object();
    for (size_t m = 0; m < count; m++)
        json_object_set_new(object, metrics[m].name, number(metrics[m].value));
    return object;
}

static json_t *intervals_json(const struct metric_value *metrics, size_t count) {
    json_t *object = json_object();
    for (size_t m = 0; m < count; m++)
        if (!isnan(metrics[m].low))
            json_object_set_new(
                object, metrics[m].name,
                json_pack("[o, o]", number(metrics[m].low), number(metrics[m].high)));
    return object;
}

/* "trainer.max_epochs=37" as a member of the kind that its setting has. */
static json_t *choices_json(const struct fit_report *fit, const struct settings *settings) {
    json_t *object = json_object();
    struct arena arena = {0};
    struct settings *chosen = settings_copy(settings, &arena);
    struct error error;
    for (size_t i = 0; i < fit->choice_count; i++) {
        char *key = arena_copy(&arena, fit->choices[i]);
        key[strcspn(key, "=")] = '\0';
        if (settings_set_pair(chosen, fit->choices[i], NULL, &error) != STATUS_OK)
            continue;
        struct setting_entry entry;
        for (size_t row = 0; settings_entry(chosen, row, &entry); row++)
            if (!strcmp(entry.spec->key, key))
                json_object_set_new(object, key, settings_json_value(chosen, &entry));
    }
    arena_release(&arena);
    return object;
}

static json_t *epochs_json(const struct fit_report *fit) {
    json_t *list = json_array();
    for (size_t i = 0; i < fit->epoch_count; i++) {
        const struct epoch_record *epoch = &fit->epochs[i];
        json_array_append_new(list, json_pack("{s:i, s:o, s:o, s:o}", "epoch", (int)epoch->epoch,
                                              "loss", number(epoch->loss), "validation",
                                              number(epoch->validation), "seconds",
                                              number(epoch->seconds)));
    }
    return list;
}

static json_t *best_epoch_json(const struct fit_report *fit) {
    return fit->best_epoch ? json_integer(fit->best_epoch) : json_null();
}

static json_t *run_json(const struct experiment_run *run, const struct settings *settings) {
    json_t *object = json_pack("{s:I}", "seed", (json_int_t)run->seed);
    if (run->fold)
        json_object_set_new(object, "fold", json_integer(run->fold));
    json_object_set_new(object, "choices", choices_json(&run->fit, settings));
    json_object_set_new(object, "best_epoch", best_epoch_json(&run->fit));
    json_object_set_new(object, "fit_seconds", number(run->fit_seconds));
    json_object_set_new(object, "evaluate_seconds", number(run->evaluate_seconds));
    json_object_set_new(object, "metrics", metrics_json(run->metrics, run->metric_count));
    json_object_set_new(object, "intervals", intervals_json(run->metrics, run->metric_count));
    return object;
}

/* The runs of one kind: with folds or without. */
static json_t *runs_json(const struct experiment_report *report, bool folds) {
    json_t *list = json_array();
    for (size_t r = 0; r < report->run_count; r++)
        if ((report->runs[r].fold > 0) == folds)
            json_array_append_new(list, run_json(&report->runs[r], report->settings));
    return list;
}

static char *dump(json_t *object, size_t flags, const char *end, struct arena *arena) {
    size_t length = json_dumpb(object, NULL, 0, flags);
    char *text = arena_alloc(arena, length + strlen(end) + 1);
    json_dumpb(object, text, length, flags);
    memcpy(text + length, end, strlen(end) + 1);
    json_decref(object);
    return text;
}

char *experiment_report_metrics(const struct experiment_report *report, struct arena *arena) {
    return dump(metrics_json(report->metrics, report->metric_count),
                JSON_COMPACT | JSON_REAL_PRECISION(6), "", arena);
}

static json_t *shown_json(const struct experiment_report *report) {
    json_t *list = json_array();
    for (size_t g = 0; g < report->shown_count; g++) {
        const struct shown_group *group = &report->shown[g];
        json_array_append_new(
            list, json_pack("{s:I, s:I, s:f, s:f, s:f}", "least", (json_int_t)group->least, "most",
                            (json_int_t)group->most, "items", group->items, "interactions",
                            group->interactions, "shown", group->shown));
    }
    return list;
}

static json_t *evolution_json(const struct experiment_evolution *evolution) {
    json_t *list = json_array();
    for (size_t i = 0; i < evolution->count; i++) {
        const struct experiment_evolution_point *point = &evolution->points[i];
        json_array_append_new(
            list, json_pack("{s:I, s:I, s:o, s:o}", "ratings", (json_int_t)point->ratings, "users",
                            (json_int_t)point->users, "metrics",
                            metrics_json(point->metrics, evolution->metric_count), "intervals",
                            intervals_json(point->metrics, evolution->metric_count)));
    }
    return list;
}

static json_t *interval_json(const struct interval *interval) {
    return json_pack("{s:o, s:o, s:o}", "mean", number(interval->mean), "low",
                     number(interval->low), "high", number(interval->high));
}

static json_t *tradeoff_json(const struct experiment_tradeoff *tradeoff) {
    json_t *list = json_array();
    for (size_t i = 0; i < tradeoff->count; i++) {
        const struct experiment_tradeoff_point *point = &tradeoff->points[i];
        json_array_append_new(list, json_pack("{s:s, s:f, s:o, s:o, s:o, s:o, s:o}", "method",
                                              diversity_name(tradeoff->method), "amount",
                                              point->amount, "ndcg@10", interval_json(&point->ndcg),
                                              "diversity@10", interval_json(&point->diversity),
                                              "novelty@10", interval_json(&point->novelty),
                                              "coverage@10", number(point->coverage),
                                              "relevance_kept", interval_json(&point->kept)));
    }
    return list;
}

char *experiment_report_json(const struct experiment_report *report, struct arena *arena) {
    const struct fit_report *fit = &report->runs[0].fit;
    json_t *object = json_object();
    json_object_set_new(object, "model", json_string(report->model));
    json_object_set_new(object, "data", json_string(report->data));
    json_object_set_new(object, "split", json_string(report->split));
    json_object_set_new(object, "candidates", json_string(report->candidates));
    json_object_set_new(object, "fitted_on", json_string(report->fitted_on));
    json_object_set_new(object, "order_aware", json_boolean(report->order_aware));
    json_object_set_new(object, "seed", json_integer((json_int_t)report->seed));
    json_object_set_new(object, "threads", json_integer((json_int_t)report->threads));
    json_object_set_new(object, "settings", settings_json(report->settings));
    json_object_set_new(object, "choices", choices_json(fit, report->settings));
    json_object_set_new(object, "epochs", epochs_json(fit));
    json_object_set_new(object, "best_epoch", best_epoch_json(fit));
    json_object_set_new(object, "fit_seconds", number(report->fit_seconds));
    json_object_set_new(object, "evaluate_seconds", number(report->evaluate_seconds));
    json_object_set_new(object, "peak_rss_bytes", json_integer((json_int_t)report->peak_rss_bytes));
    json_object_set_new(object, "parameters", json_integer((json_int_t)report->parameter_count));
    json_object_set_new(object, "users", json_integer((json_int_t)report->runs[0].measured_users));
    json_object_set_new(object, "metrics", metrics_json(report->metrics, report->metric_count));
    json_object_set_new(object, "intervals", intervals_json(report->metrics, report->metric_count));
    json_object_set_new(object, "runs", runs_json(report, false));
    json_object_set_new(object, "folds", runs_json(report, true));
    char checksum[DIGEST_TEXT_BYTES];
    digest_text(report->data_checksum, sizeof report->data_checksum, checksum);
    json_object_set_new(object, "data_checksum", json_string(checksum));
    json_object_set_new(object, "shown", shown_json(report));
    json_object_set_new(object, "evolution", evolution_json(&report->evolution));
    json_object_set_new(object, "diversity", tradeoff_json(&report->tradeoff));
    json_object_set_new(object, "model_file",
                        report->model_file ? json_string(report->model_file) : json_null());
    return dump(object, DUMP_FLAGS, "\n", arena);
}

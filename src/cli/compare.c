/* compare.c: `matinee compare`: several models on one split, with what of their differences is
 * noise.
 *
 * Idea     Every model is trained and measured by itself; one that fails is listed with its reason
 *          and does not stop the rest. Differences are tested pair by pair, user by user (paired
 *          Student test); since the best is chosen after the fact, a column's p-values are Holm's
 *          over all its pairs. Models that use the order of time are held against each other, the
 *          order-blind ones against each other.
 * Parts    Models that are made of others are trained last and are offered the files of the others:
 *          a part that was trained there in the same way is not trained again. Where files are not
 *          kept they lie in a scratch folder until the end.
 * Checked  tests/cli. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/names.h"
#include "base/scratch_folder.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/interrupt.h"
#include "cli/job.h"
#include "cli/json.h"
#include "cli/known.h"
#include "cli/paired.h"
#include "cli/record.h"
#include "cli/style.h"
#include "cli/table.h"
#include "experiment/experiment.h"
#include "metrics/interval.h"
#include "metrics/metrics.h"

#define MODELS_MAX 64
#define LEGEND_OF_ONE "± is half a 95 % interval over users."
#define LEGEND                                                                                     \
    LEGEND_OF_ONE                                                                                  \
    " * best of its column; ≈ not to be told from the best (paired tests over users, 5 % for a " \
    "column together, Holm)."
#define METRIC_COLUMNS 4 /* of the table for a person; files have all */

struct entry {
    const struct model_ops *ops;
    const char *model;
    struct experiment_report *report; /* NULL: failed */
    const char *failure;
};

struct comparison {
    struct entry entries[MODELS_MAX];
    size_t count;
    const struct settings *known;          /* what any of the models, or this command, knows */
    const struct experiment_report *first; /* any that did not fail */
    const char *folder;                    /* of the model files; NULL: none are written */
    bool keeps;                            /* the folder is the person's and stays */
    const char *trained[MODELS_MAX];       /* model files that are there already */
    size_t trained_count;
    struct arena *arena;
};

/* ---- Running ---- */

static bool is_entered(const struct comparison *comparison, const char *model) {
    for (size_t i = 0; i < comparison->count; i++)
        if (strcmp(comparison->entries[i].model, model) == 0)
            return true;
    return false;
}

/* A model that is named twice is compared once. */
static enum status read_models(struct comparison *to, const struct arguments *arguments,
                               struct error *error) {
    const char *value = NULL;
    for (size_t i = 0; i < arguments->pair_count; i++)
        if (strncmp(arguments->pairs[i], "models=", 7) == 0)
            value = arguments->pairs[i] + 7;
    if (!value)
        return error_set(error, STATUS_BAD_USAGE, "which models? models=a,b,c or models=all");
    static const struct setting_spec table[] = {
        {"models", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL, "what to compare"},
        {NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL},
    };
    struct settings *settings = settings_create(arguments->arena);
    settings_add(settings, table);
    TRY(settings_set(settings, "models", value, NULL, error));
    const char *const *names;
    size_t count = settings_text_list(settings, "models", &names);
    bool all = count == 1 && strcmp(names[0], "all") == 0;
    const struct model_ops *ops = NULL;
    for (size_t i = 0; all ? (ops = model_at(i)) != NULL : i < count; i++) {
        if (!all)
            TRY(model_find(&ops, names[i], error));
        if (is_entered(to, ops->name))
            continue;
        if (to->count == MODELS_MAX)
            return error_set(error, STATUS_LIMIT, "models names more than %d", MODELS_MAX);
        to->entries[to->count++] = (struct entry){.ops = ops, .model = ops->name};
        known_add(settings, experiment_settings_for(ops, arguments->arena), arguments->arena);
    }
    to->known = settings;
    if (to->count == 0)
        return error_set(error, STATUS_BAD_USAGE, "models is empty; models=a,b,c or models=all");
    return STATUS_OK;
}

static enum status train_one(struct comparison *comparison, struct entry *entry,
                             const struct job *job, const struct experiment_options *options,
                             const struct arguments *arguments, struct error *error) {
    struct recorder *recorder = record_begin(arguments, job);
    struct experiment_options watched = *options;
    watched.watch = recorder_watch(recorder);
    enum status status =
        experiment_train(job->settings, &watched, arguments->arena, &entry->report, error);
    if (status != STATUS_OK) {
        recorder_failed(recorder, error);
        return status;
    }
    if (options->out)
        comparison->trained[comparison->trained_count++] = options->out;
    if (!comparison->keeps)
        entry->report->model_file = NULL;
    recorder_done(recorder, entry->report);
    return STATUS_OK;
}

static enum status run_one(struct comparison *comparison, struct entry *entry,
                           const struct arguments *arguments, struct progress *progress,
                           struct error *error) {
    struct job job;
    TRY(job_make(&job, arguments, entry->model, comparison->known, error));
    /* So that all are compared on the same rows: what stops on validation has not learned from it.
     */
    if (settings_knows(job.settings, "trainer.refit"))
        settings_default(job.settings, "trainer.refit", "true");
    job_start(&job);
    /* What is not kept is not fitted on everything only to be saved. */
    const bool is_saved = comparison->folder &&
                          (comparison->keeps || !settings_bool(job.settings, "trainer.final_fit"));
    const char *name = arena_format(arguments->arena, "%s.safetensors", entry->model);
    const struct experiment_options options = {
        .shows = true,
        .out = is_saved ? files_join(arguments->arena, comparison->folder, name) : NULL,
        .trained = comparison->trained,
        .trained_count = comparison->trained_count,
        .progress = progress,
        .cancel = interrupt_flag(),
    };
    return train_one(comparison, entry, &job, &options, arguments, error);
}

/* The person's folder, or a scratch one where parts can be taken from files. */
static enum status make_folder(struct comparison *comparison, const struct arguments *arguments,
                               struct error *error) {
    bool shares = false;
    for (size_t i = 0; i < comparison->count; i++)
        shares |= comparison->count > 1 && comparison->entries[i].ops->traits & MODEL_OF_PARTS;
    comparison->folder = command_text(arguments, "--out");
    comparison->keeps = comparison->folder;
    if (comparison->keeps)
        return files_make_folder(comparison->folder, error);
    return shares ? scratch_folder_make(&comparison->folder, "compare", arguments->arena, error)
                  : STATUS_OK;
}

static enum status run_entry(struct comparison *comparison, struct entry *entry,
                             const struct arguments *arguments, struct progress *progress,
                             struct error *error) {
    enum status status = run_one(comparison, entry, arguments, progress, error);
    progress_end(progress);
    if (status == STATUS_CANCELLED)
        return status;
    if (status != STATUS_OK) {
        entry->report = NULL;
        entry->failure = arena_copy(arguments->arena, error->text);
    } else if (!comparison->first)
        comparison->first = entry->report;
    return STATUS_OK;
}

static enum status run_all(struct comparison *comparison, const struct arguments *arguments,
                           struct progress *progress, struct error *error) {
    const char *json = command_text(arguments, "--json");
    TRY(make_folder(comparison, arguments, error));
    if (json)
        TRY(json_check(json, error));
    for (unsigned made_of_parts = 0; made_of_parts < 2; made_of_parts++)
        for (size_t i = 0; i < comparison->count; i++)
            if (!!(comparison->entries[i].ops->traits & MODEL_OF_PARTS) == made_of_parts)
                TRY(run_entry(comparison, &comparison->entries[i], arguments, progress, error));
    /* The last reason is as good as any: each is in the list. */
    return comparison->first ? STATUS_OK
                             : error_prefix(error, "none of the models could be compared");
}

/* ---- Ranking ---- */

static double value_of(const struct entry *entry, const char *metric) {
    const struct metric_value *value = entry->report ? figures_find(entry->report, metric) : NULL;
    return value ? value->value : NAN;
}

static bool lower_is_better(const char *metric) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct metric parsed;
    struct error error;
    bool lower =
        metrics_parse(&parsed, metric, scratch, &error) == STATUS_OK && parsed.ops->lower_is_better;
    arena_reset(scratch, mark);
    return lower;
}

/* Entries of one kind that have a metric: the order-blind ones, or the order-aware. */
struct peers {
    size_t list[MODELS_MAX]; /* indices of entries */
    size_t count, best;      /* best: among the list */
};

static struct peers peers_of(const struct comparison *comparison, const char *metric,
                             bool order_aware) {
    struct peers peers = {.count = 0};
    bool lower = lower_is_better(metric);
    double held = NAN;
    for (size_t i = 0; i < comparison->count; i++) {
        const struct entry *entry = &comparison->entries[i];
        double value = value_of(entry, metric);
        if (isnan(value) || entry->report->order_aware != order_aware)
            continue;
        if (isnan(held) || (lower ? value < held : value > held)) {
            held = value;
            peers.best = peers.count;
        }
        peers.list[peers.count++] = i;
    }
    return peers;
}

/* marks[entry] of the peers: "*" the best, "≈" what cannot be told from it. */
static void mark_peers(const struct comparison *comparison, const struct peers *peers,
                       const char *metric, const char **marks) {
    struct arena *scratch = arena_scratch();
    struct arena_position place = arena_mark(scratch);
    size_t n = peers->count, pairs = 0;
    double *p = ARENA_ARRAY(scratch, double, n *n);
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++)
            p[pairs++] = paired_difference(comparison->entries[peers->list[a]].report,
                                           comparison->entries[peers->list[b]].report, metric)
                             .p;
    interval_holm(p, pairs);
    pairs = 0;
    for (size_t a = 0; a < n; a++)
        for (size_t b = a + 1; b < n; b++, pairs++)
            if ((a == peers->best || b == peers->best) && p[pairs] >= 0.05)
                marks[peers->list[a == peers->best ? b : a]] = "≈";
    if (n > 0)
        marks[peers->list[peers->best]] = "*";
    arena_reset(scratch, place);
}

/* marks[entry] for one metric; " ": worse than the best of its kind, or without the metric. */
static void mark_entries(const struct comparison *comparison, const char *metric,
                         const char **marks) {
    for (size_t i = 0; i < comparison->count; i++)
        marks[i] = " ";
    for (int order_aware = 0; order_aware < 2; order_aware++) {
        const struct peers peers = peers_of(comparison, metric, order_aware);
        mark_peers(comparison, &peers, metric, marks);
    }
}

/* By the headline metric, the best first; those that failed last, as they came. */
static void sort_entries(struct comparison *comparison, const char *metric) {
    bool lower = lower_is_better(metric);
    for (size_t i = 1; i < comparison->count; i++) {
        struct entry moving = comparison->entries[i];
        double value = value_of(&moving, metric);
        size_t at = i;
        for (; at > 0; at--) {
            double before = value_of(&comparison->entries[at - 1], metric);
            bool ahead =
                !isnan(value) && (isnan(before) || (lower ? value < before : value > before));
            if (!ahead)
                break;
            comparison->entries[at] = comparison->entries[at - 1];
        }
        comparison->entries[at] = moving;
    }
}

/* Metrics for the table, the one to sort by first: the usual ones at K = 10 where there are any,
 * then whatever was measured. */
static size_t headline(const struct comparison *comparison, const char **names) {
    static const char *const usual[] = {"ndcg@10",      "hit_rate@10", "recall@10",
                                        "precision@10", "rmse",        "mae"};
    const struct experiment_report *report = comparison->first;
    size_t count = 0;
    for (size_t i = 0; i < sizeof usual / sizeof usual[0] && count < METRIC_COLUMNS; i++)
        if (figures_find(report, usual[i]))
            names[count++] = figures_find(report, usual[i])->name;
    for (size_t i = 0; i < report->metric_count && count < METRIC_COLUMNS; i++)
        if (!names_have(names, count, report->metrics[i].name))
            names[count++] = report->metrics[i].name;
    return count;
}

/* ---- Output ---- */

static const char *marked_cell(const struct comparison *comparison, const struct entry *entry,
                               const char *metric, const char *mark) {
    const struct metric_value *value = entry->report ? figures_find(entry->report, metric) : NULL;
    if (!value)
        return "";
    return arena_format(comparison->arena, "%s %s", figures_interval(value, comparison->arena),
                        mark);
}

static const char *label_of(const struct entry *entry, struct arena *arena) {
    return entry->report && entry->report->order_aware
               ? arena_format(arena, "%s (order-aware)", entry->model)
               : entry->model;
}

static void print_person(const struct comparison *comparison) {
    const struct style *style = style_of(stdout);
    const char *names[METRIC_COLUMNS], *cells[TABLE_COLUMNS_MAX] = {"model"};
    const char *marks[METRIC_COLUMNS][MODELS_MAX];
    size_t count = headline(comparison, names);
    char alignment[TABLE_COLUMNS_MAX + 1] = "l";
    for (size_t c = 0; c < count; c++) {
        cells[c + 1] = names[c];
        alignment[c + 1] = 'l';
        mark_entries(comparison, names[c], marks[c]);
    }
    cells[count + 1] = "fit";
    alignment[count + 1] = 'r';
    struct table table;
    table_init(&table, alignment, comparison->arena);
    table_add(&table, cells);
    for (size_t i = 0; i < comparison->count; i++) {
        const struct entry *entry = &comparison->entries[i];
        cells[0] = label_of(entry, comparison->arena);
        for (size_t c = 0; c < count; c++)
            cells[c + 1] = marked_cell(comparison, entry, names[c], marks[c][i]);
        cells[count + 1] =
            entry->report
                ? arena_copy(comparison->arena, style_seconds(entry->report->fit_seconds).text)
                : "failed";
        table_add(&table, cells);
        if (entry->failure)
            table_note(&table, arena_format(comparison->arena, "failed: %s", entry->failure));
        if (i == 0)
            table_colour(&table, style->green);
    }
    printf("%s\n\n", figures_label(comparison->first, comparison->arena));
    table_print(&table, stdout);
    printf("\n");
    style_paragraph(stdout, comparison->count > 1 ? "  " LEGEND : "  " LEGEND_OF_ONE, 0, 2);
}

static const char *file_number(double value, struct arena *arena) {
    return isnan(value) ? "" : arena_format(arena, "%.6g", value);
}

/* One metric of every entry, in the form of the file; the first is the heading. */
static void add_metric(const struct comparison *comparison, const char *metric, bool markdown,
                       const char **rows) {
    struct arena *arena = comparison->arena;
    const char *marks[MODELS_MAX];
    mark_entries(comparison, metric, marks);
    rows[0] = markdown ? arena_format(arena, "%s %s |", rows[0], metric)
                       : arena_format(arena, "%s,%s,%s_low,%s_high,%s_mark", rows[0], metric,
                                      metric, metric, metric);
    for (size_t i = 0; i < comparison->count; i++) {
        const struct entry *entry = &comparison->entries[i];
        const struct metric_value *value =
            entry->report ? figures_find(entry->report, metric) : NULL;
        const char *cell = markdown ? "" : ",,,";
        if (value && markdown)
            cell = marked_cell(comparison, entry, metric, marks[i]);
        else if (value)
            cell = arena_format(arena, "%s,%s,%s,%s", file_number(value->value, arena),
                                file_number(value->low, arena), file_number(value->high, arena),
                                *marks[i] == ' ' ? "" : marks[i]);
        rows[i + 1] = arena_format(arena, markdown ? "%s %s |" : "%s,%s", rows[i + 1], cell);
    }
}

/* Which model, and what became of it. */
static void begin_rows(const struct comparison *comparison, bool markdown, const char **rows) {
    struct arena *arena = comparison->arena;
    rows[0] = markdown ? "| model | status | fit, s |" : "model,status,error,fit_seconds";
    for (size_t i = 0; i < comparison->count; i++) {
        const struct entry *entry = &comparison->entries[i];
        const char *status = entry->report ? "done" : "failed";
        const char *seconds =
            entry->report ? arena_format(arena, "%.3f", entry->report->fit_seconds) : "";
        const char *failure = entry->failure ? entry->failure : "";
        rows[i + 1] = markdown ? arena_format(arena, "| %s | %s%s%s | %s |", label_of(entry, arena),
                                              status, *failure ? ": " : "", failure, seconds)
                               : arena_format(arena, "%s,%s,%s,%s", entry->model, status,
                                              table_csv_field(failure, arena), seconds);
    }
}

static const char *file_text(const struct comparison *comparison, bool markdown) {
    struct arena *arena = comparison->arena;
    const char *rows[MODELS_MAX + 1], *rule = "|---|---|---:|", *text = "";
    begin_rows(comparison, markdown, rows);
    for (size_t m = 0; m < comparison->first->metric_count; m++) {
        add_metric(comparison, comparison->first->metrics[m].name, markdown, rows);
        rule = arena_format(arena, "%s---|", rule);
    }
    if (markdown)
        text = arena_format(arena, "%s\n\n", figures_label(comparison->first, arena));
    for (size_t i = 0; i <= comparison->count; i++) {
        text = arena_format(arena, "%s%s\n", text, rows[i]);
        if (i == 0 && markdown)
            text = arena_format(arena, "%s%s\n", text, rule);
    }
    return markdown ? arena_format(arena, "%s\n%s\n", text, LEGEND) : text;
}

static enum status write_files(const struct comparison *comparison, const char *folder,
                               struct error *error) {
    static const char *const names[] = {"comparison.csv", "comparison.md"};
    for (int markdown = 0; markdown < 2; markdown++) {
        const char *text = file_text(comparison, markdown);
        const char *path = files_join(comparison->arena, folder, names[markdown]);
        TRY(files_write(path, text, strlen(text), error));
    }
    return STATUS_OK;
}

static enum status write_reports(const struct comparison *comparison, const char *file,
                                 struct error *error) {
    json_t *list = json_array();
    for (size_t i = 0; i < comparison->count; i++) {
        const struct entry *entry = &comparison->entries[i];
        json_t *object =
            entry->report
                ? json_loads(experiment_report_json(entry->report, comparison->arena), 0, NULL)
                : json_pack("{s:s}", "model", entry->model);
        json_object_set_new(object, "status", json_string(entry->report ? "done" : "failed"));
        if (entry->failure)
            json_object_set_new(object, "error", json_string(entry->failure));
        json_array_append_new(list, object);
    }
    return json_write(json_pack("{s:o}", "models", list), file, error);
}

static enum status compare(struct comparison *comparison, const struct arguments *arguments,
                           struct progress *progress, struct error *error) {
    TRY(read_models(comparison, arguments, error));
    TRY(run_all(comparison, arguments, progress, error));
    const char *names[METRIC_COLUMNS];
    if (headline(comparison, names) > 0)
        sort_entries(comparison, names[0]);
    const char *folder = command_text(arguments, "--out");
    const char *json = command_text(arguments, "--json");
    if (folder)
        TRY(write_files(comparison, folder, error));
    if (json)
        TRY(write_reports(comparison, json, error));
    if (!json || strcmp(json, "-") != 0)
        print_person(comparison);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    struct comparison *comparison = ARENA_NEW(arguments->arena, struct comparison);
    comparison->arena = arguments->arena;
    struct progress progress;
    progress_init(&progress, settings_bool(arguments->options, "--quiet"));
    enum status status = compare(comparison, arguments, &progress, error);
    progress_end(&progress);
    struct error ignored; /* the figures are there; a scratch folder that stays harms nobody */
    if (comparison->folder && !comparison->keeps)
        files_remove_folder(comparison->folder, &ignored);
    return status;
}

static const struct command_option options[] = {
    {{"--config", SETTING_TEXT, "", 0, 0, NULL, NULL, "settings from a YAML file"},
     "FILE",
     "CONFIG_PATH",
     WORD_FILE},
    {{"--out", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "a folder for comparison.csv, comparison.md and the model files"},
     "DIR",
     NULL,
     WORD_FOLDER},
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "all reports as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    RECORD_OPTIONS,
    JOB_WORK_OPTIONS,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee compare models=popularity,item_knn,ease", "Three models on the built-in data."},
    {"matinee compare data=ml-1m models=all --out results",
     "Every model; tables and model files go to results/."},
    {NULL, NULL},
};

const struct command compare_command = {
    .name = "compare",
    .summary = "several models on one split, and which differences are noise",
    .usage = "models=a,b,c|all [data=NAME|PATH] [key=value ...] [OPTIONS]",
    .about =
        "Trains and measures each model on the same split and candidates. A difference that a "
        "paired test over users cannot tell from noise is marked; a model that fails is "
        "listed with its reason and does not stop the rest. A hybrid is trained last and takes "
        "from the others what they have trained in the same way.",
    .takes_settings = true,
    .options = options,
    .examples = examples,
    .run = run,
};

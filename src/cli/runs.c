/* runs.c: `matinee runs`: what was trained, kept in the store of runs. Checked by tests/cli/runs.t.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "base/files.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/json.h"
#include "cli/known.h"
#include "cli/plot.h"
#include "cli/record.h"
#include "cli/runs_record.h"
#include "cli/runs_settings.h"
#include "cli/style.h"
#include "cli/table.h"
#include "models/model_file.h"
#include "service/model_versions.h"

#define COMPARED_MAX (TABLE_COLUMNS_MAX - 1)

/* Every named run, read whole. */
struct chosen {
    struct runs_record_full *runs;
    size_t count;
};

static const char *or_empty(const char *text) { return text ? text : ""; }

static bool wants_json(const struct arguments *arguments) {
    return command_text(arguments, "--json") != NULL;
}

/* What was set otherwise than by default, and the command that repeats the run. */
static void add_command(json_t *run, const struct runs_record *record, struct arena *arena) {
    struct runs_setting *list;
    size_t count;
    struct error ignored; /* settings that do not read are there as they are */
    if (!record->settings || !record->model ||
        runs_settings_list(record, true, arena, &list, &count, &ignored) != STATUS_OK)
        return;
    json_t *changed = json_object();
    for (size_t i = 0; i < count; i++)
        json_object_set_new(changed, list[i].key, json_string(list[i].value));
    json_object_set_new(run, "changed", changed);
    json_object_set_new(run, "command",
                        json_string(runs_settings_command(record, list, count, arena)));
}

static enum status write_json(const struct arguments *arguments, const struct chosen *chosen,
                              struct error *error) {
    json_t *list = json_array();
    for (size_t i = 0; i < chosen->count; i++) {
        json_t *run = runs_record_json(&chosen->runs[i]);
        add_command(run, &chosen->runs[i].record, arguments->arena);
        json_array_append_new(list, run);
    }
    return json_write(json_pack("{s:o}", "runs", list), command_text(arguments, "--json"), error);
}

/* The operands behind the action. */
static enum status read_chosen(struct runs *runs, const struct arguments *arguments,
                               struct chosen *chosen, struct error *error) {
    chosen->count = arguments->operand_count - 1;
    chosen->runs = ARENA_ARRAY(arguments->arena, struct runs_record_full, chosen->count + 1);
    if (chosen->count == 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "which run? matinee runs %s NUMBER; matinee runs list shows them",
                         arguments->operands[0]);
    for (size_t i = 0; i < chosen->count; i++)
        TRY(runs_record_read(runs, arguments->operands[i + 1], arguments->arena, &chosen->runs[i],
                             error));
    return STATUS_OK;
}

/* ---- list ---- */

static void print_list(const struct chosen *chosen, struct arena *arena) {
    struct table table;
    table_init(&table, "rllLLlrl", arena);
    table_row(&table, "run", "status", "model", "data", "name", "figure", "fit", "started", NULL);
    for (size_t i = 0; i < chosen->count; i++) {
        const struct runs_record *record = &chosen->runs[i].record;
        const struct runs_metric *metric = runs_record_headline(&chosen->runs[i]);
        const char *figure = metric ? arena_format(arena, "%s %s", metric->name,
                                                   figures_number(metric->value, arena))
                                    : "";
        bool named = record->name && record->model && strcmp(record->name, record->model) != 0;
        table_row(&table, arena_format(arena, "%lld", (long long)record->id), record->status,
                  record->model ? record->model : record->kind, or_empty(record->data),
                  named ? record->name : "", figure,
                  isnan(record->fit_seconds)
                      ? ""
                      : arena_copy(arena, style_seconds(record->fit_seconds).text),
                  runs_record_time(record->started, arena), NULL);
        const struct style *style = style_of(stdout);
        if (strcmp(record->status, "done") != 0)
            table_colour(&table, strcmp(record->status, "running") == 0 ? style->cyan : style->dim);
    }
    table_print(&table, stdout);
}

static enum status list(struct runs *runs, const struct arguments *arguments, struct error *error) {
    struct arena *arena = arguments->arena;
    const struct runs_filter filter = {
        .experiment = command_text(arguments, "--experiment"),
        .model = command_text(arguments, "--model"),
        .data = command_text(arguments, "--data"),
        .status = command_text(arguments, "--status"),
        .limit = (size_t)settings_int(arguments->options, "--limit"),
    };
    struct runs_record *records;
    struct chosen chosen = {0};
    TRY(runs_list(runs, &filter, arena, &records, &chosen.count, error));
    chosen.runs = ARENA_ARRAY(arena, struct runs_record_full, chosen.count + 1);
    for (size_t i = 0; i < chosen.count; i++) {
        struct runs_record_full *full = &chosen.runs[i];
        full->record = records[i];
        TRY(runs_metrics(runs, records[i].id, arena, &full->metrics, &full->metric_count, error));
    }
    if (wants_json(arguments))
        return write_json(arguments, &chosen, error);
    if (chosen.count == 0)
        puts("No run is kept that fits.");
    else
        print_list(&chosen, arena);
    return STATUS_OK;
}

/* ---- show ---- */

static void print_word(const char *label, const char *text) {
    if (text && *text)
        printf("  %-11s %s\n", label, text);
}

/* {"cpu": "AMD EPYC", ...} as "AMD EPYC, 2 processors, 2 threads, avx2 kernels". */
static const char *machine_words(const char *machine, struct arena *arena) {
    json_t *object = machine ? json_loads(machine, 0, NULL) : NULL;
    const char *cpu, *kernels, *words = "";
    json_int_t processors, threads;
    if (object && json_unpack(object, "{s:s, s:I, s:I, s:s}", "cpu", &cpu, "processors",
                              &processors, "threads", &threads, "kernels", &kernels) == 0)
        words = arena_format(arena, "%s, %lld processors, %lld threads, %s kernels", cpu,
                             (long long)processors, (long long)threads, kernels);
    json_decref(object);
    return words;
}

static void print_run(const struct runs_record_full *full, struct arena *arena) {
    const struct runs_record *record = &full->record;
    const struct style *style = style_of(stdout);
    printf("%sRun %s%s: %s on %s\n", style->bold, runs_record_title(record, arena), style->off,
           record->status, or_empty(record->data));
    print_word("experiment", record->experiment);
    print_word("error", record->error);
    print_word("started", runs_record_time(record->started, arena));
    print_word("split", record->split);
    print_word("candidates", record->candidates);
    print_word("machine", machine_words(record->machine, arena));
    print_word("version", record->version);
    print_word("model file", record->model_file);
    if (record->parent)
        print_word("part of", arena_format(arena, "run %lld", (long long)record->parent));
    if (!isnan(record->fit_seconds))
        print_word("cost", arena_format(arena, "fit %s, evaluate %s, peak memory %s",
                                        style_seconds(record->fit_seconds).text,
                                        style_seconds(record->evaluate_seconds).text,
                                        style_bytes((size_t)record->peak_bytes).text));
    if (full->epoch_count > 0)
        print_word("epochs", arena_format(arena, "%zu; matinee runs plot %lld draws them",
                                          full->epoch_count, (long long)record->id));
    struct table table;
    table_init(&table, "lrl", arena);
    table_row(&table, "metric", "value", "95 % interval", NULL);
    for (size_t i = 0; i < full->metric_count; i++) {
        const struct runs_metric *metric = &full->metrics[i];
        table_row(&table, metric->name, figures_number(metric->value, arena),
                  isnan(metric->low)
                      ? ""
                      : arena_format(arena, "%s to %s", figures_number(metric->low, arena),
                                     figures_number(metric->high, arena)),
                  NULL);
    }
    if (full->metric_count > 0) {
        putchar('\n');
        table_print(&table, stdout);
    }
}

/* What was set otherwise than by default, or everything, and how the run is repeated. */
static enum status print_settings(const struct runs_record *record, bool all, struct arena *arena,
                                  struct error *error) {
    struct runs_setting *list;
    size_t count;
    struct table table;
    if (!record->settings || !record->model)
        return STATUS_OK;
    TRY(runs_settings_list(record, !all, arena, &list, &count, error));
    table_init(&table, "lLL", arena);
    table_row(&table, "setting", "value", "default", NULL);
    for (size_t i = 0; i < count; i++)
        table_row(&table, list[i].key, list[i].value, list[i].usual ? list[i].usual : "unknown",
                  NULL);
    putchar('\n');
    if (count > 0)
        table_print(&table, stdout);
    TRY(runs_settings_list(record, true, arena, &list, &count, error));
    const struct style *style = style_of(stdout);
    printf("\nTo repeat it: %s%s%s\n", style->bold,
           runs_settings_command(record, list, count, arena), style->off);
    return STATUS_OK;
}

static enum status show(struct runs *runs, const struct arguments *arguments, struct error *error) {
    struct chosen chosen;
    TRY(read_chosen(runs, arguments, &chosen, error));
    const char *yaml = command_text(arguments, "--yaml");
    const char *settings = or_empty(chosen.runs[0].record.settings);
    if (yaml)
        return json_write_text(settings, yaml, error);
    if (wants_json(arguments))
        return write_json(arguments, &chosen, error);
    for (size_t i = 0; i < chosen.count; i++) {
        if (i > 0)
            putchar('\n');
        print_run(&chosen.runs[i], arguments->arena);
        TRY(print_settings(&chosen.runs[i].record, settings_bool(arguments->options, "--all"),
                           arguments->arena, error));
    }
    return STATUS_OK;
}

/* ---- compare ---- */

static void add_row(struct table *table, const char *label, const char *const *cells,
                    size_t count) {
    const char *row[TABLE_COLUMNS_MAX] = {label};
    memcpy(row + 1, cells, count * sizeof *cells);
    table_add(table, row);
}

/* The settings that are not the same in all; what only one model has is no difference. */
static enum status add_settings(struct table *table, const struct chosen *chosen,
                                struct error *error) {
    struct config configs[COMPARED_MAX] = {{0}};
    for (size_t r = 0; r < chosen->count; r++) {
        const char *text = or_empty(chosen->runs[r].record.settings);
        TRY(config_parse(&configs[r], "a run's settings", text, strlen(text), table->arena, error));
    }
    for (size_t r = 0; r < chosen->count; r++)
        for (size_t i = 0; i < configs[r].count; i++) {
            const char *key = configs[r].entries[i].key, *cells[COMPARED_MAX];
            bool is_new = true, differs = false, is_common = true;
            for (size_t before = 0; before < r; before++)
                is_new = is_new && !config_find(&configs[before], key);
            for (size_t c = 0; c < chosen->count; c++) {
                const struct config_entry *entry = config_find(&configs[c], key);
                cells[c] = entry ? entry->value : "";
                differs = differs || strcmp(cells[c], cells[0]) != 0;
                is_common = is_common && (entry || !known_is_models(key));
            }
            if (is_new && differs && is_common)
                add_row(table, key, cells, chosen->count);
        }
    return STATUS_OK;
}

static void add_metrics(struct table *table, const struct chosen *chosen) {
    for (size_t r = 0; r < chosen->count; r++)
        for (size_t i = 0; i < chosen->runs[r].metric_count; i++) {
            const char *name = chosen->runs[r].metrics[i].name, *cells[COMPARED_MAX];
            bool is_new = true;
            for (size_t before = 0; before < r; before++)
                is_new = is_new && !runs_record_metric(&chosen->runs[before], name);
            for (size_t c = 0; c < chosen->count; c++) {
                const struct runs_metric *metric = runs_record_metric(&chosen->runs[c], name);
                cells[c] = metric ? figures_number(metric->value, table->arena) : "";
            }
            if (is_new)
                add_row(table, name, cells, chosen->count);
        }
}

static enum status compare(struct runs *runs, const struct arguments *arguments,
                           struct error *error) {
    struct arena *arena = arguments->arena;
    struct chosen chosen;
    TRY(read_chosen(runs, arguments, &chosen, error));
    if (wants_json(arguments))
        return write_json(arguments, &chosen, error);
    if (chosen.count > COMPARED_MAX)
        return error_set(error, STATUS_BAD_USAGE, "at most %d runs fit beside each other",
                         COMPARED_MAX);
    const char *cells[COMPARED_MAX];
    char alignment[TABLE_COLUMNS_MAX + 1] = "l";
    struct table table;
    for (size_t i = 0; i < chosen.count; i++) {
        cells[i] = runs_record_title(&chosen.runs[i].record, arena);
        alignment[i + 1] = 'L';
    }
    table_init(&table, alignment, arena);
    add_row(&table, "", cells, chosen.count);
    for (size_t i = 0; i < chosen.count; i++)
        cells[i] = chosen.runs[i].record.status;
    add_row(&table, "status", cells, chosen.count);
    TRY(add_settings(&table, &chosen, error));
    add_metrics(&table, &chosen);
    for (size_t i = 0; i < chosen.count; i++) {
        double seconds = chosen.runs[i].record.fit_seconds;
        cells[i] = isnan(seconds) ? "" : arena_copy(arena, style_seconds(seconds).text);
    }
    add_row(&table, "fit", cells, chosen.count);
    table_print(&table, stdout);
    return STATUS_OK;
}

/* ---- plot ---- */

/* The first fit's epochs of a run as a curve. */
static struct plot_series curve(const struct runs_record_full *full, bool validation,
                                struct arena *arena) {
    double *x = ARENA_ARRAY(arena, double, full->epoch_count + 1);
    double *y = ARENA_ARRAY(arena, double, full->epoch_count + 1);
    struct plot_series series = {runs_record_title(&full->record, arena), x, y, 0};
    const char *part = full->epoch_count > 0 ? full->epochs[0].part : "";
    for (size_t i = 0; i < full->epoch_count; i++) {
        const struct runs_epoch *epoch = &full->epochs[i];
        if (strcmp(epoch->part, part) != 0)
            continue;
        x[series.count] = epoch->epoch;
        y[series.count++] = validation ? epoch->validation : epoch->loss;
    }
    return series;
}

static enum status plot(struct runs *runs, const struct arguments *arguments, struct error *error) {
    struct chosen chosen;
    TRY(read_chosen(runs, arguments, &chosen, error));
    if (wants_json(arguments))
        return write_json(arguments, &chosen, error);
    if (chosen.count > PLOT_SERIES_MAX)
        return error_set(error, STATUS_BAD_USAGE, "at most %d runs can be told apart",
                         PLOT_SERIES_MAX);
    size_t epochs = 0;
    for (size_t i = 0; i < chosen.count; i++)
        epochs += chosen.runs[i].epoch_count;
    if (epochs == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "nothing to draw: models that are fitted in one go have no epochs");
    for (int validation = 0; validation < 2; validation++) {
        struct plot_series series[PLOT_SERIES_MAX];
        for (size_t i = 0; i < chosen.count; i++)
            series[i] = curve(&chosen.runs[i], validation, arguments->arena);
        if (validation)
            putchar('\n');
        plot_draw(validation ? "validation, by epoch" : "loss, by epoch", series, chosen.count,
                  stdout, arguments->arena);
    }
    return STATUS_OK;
}

/* ---- promote ---- */

static enum status promote(struct runs *runs, const struct arguments *arguments,
                           struct error *error) {
    struct arena *arena = arguments->arena;
    const char *file = command_text(arguments, "--file");
    struct chosen chosen;
    TRY(read_chosen(runs, arguments, &chosen, error));
    const struct runs_record *run = &chosen.runs[0].record;
    if (!file || chosen.count > 1)
        return error_set(error, STATUS_BAD_USAGE,
                         "one run, and the model file that it is to replace: matinee runs promote "
                         "%lld --file FILE",
                         (long long)run->id);
    if (!run->model_file || !files_is_regular(run->model_file))
        return error_set(error, STATUS_NOT_FOUND, "run %lld has left no model file",
                         (long long)run->id);
    struct model_file *opened;
    unsigned number;
    const char *kept;
    TRY(model_file_open(&opened, run->model_file, error));
    model_file_close(opened);
    if (files_exists(file)) {
        TRY(model_versions_keep(file, arena, &number, &kept, error));
        TRY(runs_move_file(runs, files_resolve(arena, file), files_resolve(arena, kept), error));
    }
    TRY(runs_get(runs, run->id, arena, &chosen.runs[0].record, error));
    TRY(model_versions_take(file, run->model_file, MODEL_VERSIONS_KEPT, &number, error));
    printf("%s is what run %lld made: version %u. A server that runs reads it with SIGHUP or "
           "POST /api/admin/reload.\n",
           file, (long long)run->id, number);
    return STATUS_OK;
}

/* ---- rm ---- */

static enum status rm(struct runs *runs, const struct arguments *arguments, struct error *error) {
    struct chosen chosen;
    TRY(read_chosen(runs, arguments, &chosen, error));
    for (size_t i = 0; i < chosen.count; i++)
        TRY(runs_remove(runs, chosen.runs[i].record.id, error));
    printf("%zu removed; model files stay where they are.\n", chosen.count);
    return STATUS_OK;
}

/* ---- The command ---- */

static const struct {
    const char *name;
    enum status (*run)(struct runs *runs, const struct arguments *arguments, struct error *error);
} actions[] = {
    {"list", list}, {"show", show},       {"compare", compare},
    {"plot", plot}, {"promote", promote}, {"rm", rm},
};
#define ACTIONS "list|show|compare|plot|promote|rm"

static enum status run(const struct arguments *arguments, struct error *error) {
    struct runs *runs;
    const char *name = command_operand(arguments, 0);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(name, actions[i].name) != 0)
            continue;
        TRY(runs_record_open(&runs, arguments, error));
        enum status status = actions[i].run(runs, arguments, error);
        runs_close(runs);
        return status;
    }
    return error_set(error, STATUS_BAD_USAGE,
                     "unknown action \"%.64s\"; expected list, show, compare, plot, promote or rm",
                     name);
}

static const struct command_operand operands[] = {
    {"ACTION", "list, show, compare, plot, promote or rm", WORD_CHOICE, ACTIONS},
    {"RUN", "the number of a run in the list; last is the newest", WORD_NONE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--experiment", SETTING_TEXT, "", 0, 0, NULL, NULL, "list: only of this experiment_name"},
     "NAME",
     NULL,
     WORD_NONE},
    {{"--model", SETTING_TEXT, "", 0, 0, NULL, NULL, "list: only of this model"},
     "MODEL",
     NULL,
     WORD_MODEL},
    {{"--data", SETTING_TEXT, "", 0, 0, NULL, NULL, "list: only on this data set"},
     "NAME",
     NULL,
     WORD_DATA},
    {{"--status", SETTING_TEXT, "", 0, 0, "running|done|failed|cancelled|killed", NULL,
      "list: only those that ended so"},
     "STATUS",
     NULL,
     WORD_CHOICE},
    {{"--limit", SETTING_INT, "30", 1, 1000000, NULL, NULL, "list: at most so many"},
     "N",
     NULL,
     WORD_NONE},
    {{"--all", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "show: every setting, not only those that differ from the defaults"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--yaml", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "show: the settings, as a file that matinee train --config repeats; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--file", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "promote: the model file that is served; what it was stays a version beside it"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "everything as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    RECORD_STORE_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee runs list --model neumf", "The newest runs of a model."},
    {"matinee runs compare 3 last", "What was set otherwise, and what came of it."},
    {"matinee runs show 3 --yaml again.yaml && matinee train --config again.yaml",
     "The same run again: the same bytes."},
    {"matinee runs promote last --file als.safetensors", "What the newest run made is served."},
    {NULL, NULL},
};

const struct command runs_command = {
    .name = "runs",
    .summary = "what was trained: settings, figures, curves",
    .usage = "list [OPTIONS]\nshow|compare|plot|rm RUN ... [OPTIONS]\npromote RUN --file FILE",
    .about = "Every training is kept, in matinee.db of the data folder: its settings, its figures "
             "by epoch and at the end, what it cost and on which machine. One that was killed is "
             "there with the epochs it had.",
    .operand_least = 1,
    .operand_repeats = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};

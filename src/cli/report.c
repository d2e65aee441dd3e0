/* report.c: `matinee report`: runs as a page for the browser, as Markdown and CSV. Checked by
 * tests/cli/report.t. */
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/record.h"
#include "cli/runs_record.h"
#include "experiment/page.h"

#define PAGE_NAME "report.html"

/* Reports are JSON values that have to be given back. */
struct reports {
    struct page_run runs[PAGE_RUNS_MAX];
    json_t *values[PAGE_RUNS_MAX];
    size_t count;
};

/* A run without a report (it failed, or was killed) has what the store has of it. */
static json_t *made_up(const struct runs_record_full *full) {
    json_t *report = runs_record_json(full);
    json_object_set_new(report, "metrics", json_object());
    json_object_del(report, "settings"); /* a text here, an object in a report */
    return report;
}

static enum status read_file(struct reports *reports, const char *path, struct arena *arena,
                             struct error *error) {
    json_error_t where;
    json_t *value = json_load_file(path, 0, &where);
    if (!json_is_object(value)) {
        json_decref(value);
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: expected a report as matinee train --json writes it: %s", path,
                         value ? "it is no object" : where.text);
    }
    reports->values[reports->count] = value;
    reports->runs[reports->count++] = (struct page_run){files_base_name(arena, path), value};
    return STATUS_OK;
}

static enum status read_run(struct reports *reports, struct runs **runs, const char *name,
                            const struct arguments *arguments, struct error *error) {
    struct runs_record_full full;
    if (!*runs)
        TRY(runs_record_open(runs, arguments, error));
    TRY(runs_record_read(*runs, name, arguments->arena, &full, error));
    json_t *value = full.record.report ? json_loads(full.record.report, 0, NULL) : NULL;
    value = value ? value : made_up(&full);
    reports->values[reports->count] = value;
    reports->runs[reports->count++] =
        (struct page_run){runs_record_title(&full.record, arguments->arena), value};
    return STATUS_OK;
}

static enum status read_all(struct reports *reports, struct runs **runs,
                            const struct arguments *arguments, struct error *error) {
    if (arguments->operand_count > PAGE_RUNS_MAX)
        return error_set(error, STATUS_BAD_USAGE, "at most %d runs fit on a page", PAGE_RUNS_MAX);
    for (size_t i = 0; i < arguments->operand_count; i++) {
        const char *name = arguments->operands[i];
        if (files_is_regular(name))
            TRY(read_file(reports, name, arguments->arena, error));
        else
            TRY(read_run(reports, runs, name, arguments, error));
    }
    return STATUS_OK;
}

static enum status write_one(const char *text, const char *path, struct error *error) {
    TRY(json_write_text(text, path, error));
    if (strcmp(path, "-") != 0)
        printf("%s\n", path);
    return STATUS_OK;
}

static enum status write_all(const struct reports *reports, const struct arguments *arguments,
                             struct error *error) {
    static const struct {
        const char *option, *name;
        const char *(*make)(const struct page_run *runs, size_t count, struct arena *arena);
    } kinds[] = {
        {"--html", PAGE_NAME, page_html},
        {"--markdown", "report.md", page_markdown},
        {"--csv", "report.csv", page_csv},
    };
    struct arena *arena = arguments->arena;
    const char *folder = command_text(arguments, "--out");
    bool any = false;
    if (folder)
        TRY(files_make_folder(folder, error));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *path = command_text(arguments, kinds[i].option);
        if (!path && folder)
            path = files_join(arena, folder, kinds[i].name);
        any = any || path;
        if (path)
            TRY(write_one(kinds[i].make(reports->runs, reports->count, arena), path, error));
    }
    if (any)
        return STATUS_OK;
    return write_one(page_html(reports->runs, reports->count, arena), PAGE_NAME, error);
}

static enum status run(const struct arguments *arguments, struct error *error) {
    struct reports reports = {.count = 0};
    struct runs *runs = NULL;
    enum status status = read_all(&reports, &runs, arguments, error);
    runs_close(runs);
    if (status == STATUS_OK)
        status = write_all(&reports, arguments, error);
    for (size_t i = 0; i < reports.count; i++)
        json_decref(reports.values[i]);
    return status;
}

static const struct command_operand operands[] = {
    {"RUN", "a run's number, last, or a report that --json wrote", WORD_FILE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--html", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "the page; " PAGE_NAME " if nothing is said; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--markdown", SETTING_TEXT, "", 0, 0, NULL, NULL, "the table of figures as Markdown"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--csv", SETTING_TEXT, "", 0, 0, NULL, NULL, "a line for each figure"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--out", SETTING_TEXT, "", 0, 0, NULL, NULL, "a folder for all three"},
     "DIR",
     NULL,
     WORD_FOLDER},
    RECORD_STORE_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee report 3 5 last", "Three runs beside each other, in report.html."},
    {"matinee report last --markdown -", "The newest run's figures, to paste somewhere."},
    {NULL, NULL},
};

const struct command report_command = {
    .name = "report",
    .summary = "runs as a page: figures, curves, costs, settings",
    .usage = "RUN ... [OPTIONS]",
    .about =
        "Writes one page that needs no network: figures with their intervals, curves of loss "
        "and validation, how popular what is shown is, the cold-start curve (of runs that were "
        "trained with --evolution), costs and settings; the table also as Markdown and CSV.",
    .operand_least = 1,
    .operand_repeats = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};

/* index.c: `matinee index`: an index of a model's film vectors. Checked by tests/cli. */
#include <stdio.h>

#include "ann/ann.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/model_folder.h"
#include "service/service.h"

static json_t *report_json(const struct service_index *report) {
    return json_pack("{s:s, s:s, s:s, s:I, s:f, s:f, s:I, s:I}", "index_file", report->path, "type",
                     report->type, "model", report->model, "items", (json_int_t)report->items,
                     "seconds", report->seconds, "recall", report->recall, "k",
                     (json_int_t)report->k, "queries", (json_int_t)report->queries);
}

static enum status read_settings(struct settings **out, const struct arguments *arguments,
                                 struct error *error) {
    struct settings *settings = settings_create(arguments->arena);
    settings_add(settings, ann_settings);
    for (size_t i = 0; i < arguments->pair_count; i++)
        TRY(settings_set_pair(settings, arguments->pairs[i], NULL, error));
    *out = settings;
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    struct settings *settings;
    const char *path;
    TRY(read_settings(&settings, arguments, error));
    TRY(model_folder_choose(&path, command_operand(arguments, 0), arguments, error));
    struct service_index report;
    TRY(service_index_build(path, settings, arguments->arena, &report, error));
    const char *json = command_text(arguments, "--json");
    if (json)
        return json_write(report_json(&report), json, error);
    printf("%s: %s over %zu films of %s, built in %.2f s\n"
           "It finds %.1f %% of the exact %zu nearest (%zu people asked).\n",
           report.path, report.type, report.items, report.model, report.seconds,
           100 * report.recall, report.k, report.queries);
    return STATUS_OK;
}

static const struct command_operand operands[] = {
    MODEL_FILE_OPERAND,
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "the report as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    MODEL_FOLDER_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee index model.safetensors ann.index_type=HNSW ann.m_hnsw=32",
     "A graph, for catalogues of millions."},
    {"matinee index model.safetensors ann.index_type=IVFFlat ann.nlist=100 ann.nprobe=10",
     "Lists, of which a search visits some."},
    {NULL, NULL},
};

const struct command index_command = {
    .name = "index",
    .summary = "an index of a model's film vectors, for large catalogues",
    .usage = "[FILE] [ann.KEY=VALUE ...] [OPTIONS]",
    .about =
        "Builds an index of the vectors of a model that has some (gmf, als, lightgcn and "
        "others), says how many of the exact nearest it finds, and saves it as FILE.ann, where "
        "recommend and serve find it. Without one all films are scanned, which at 100,000 films "
        "takes a few milliseconds and misses nothing.",
    .takes_settings = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};

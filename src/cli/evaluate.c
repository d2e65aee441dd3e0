/* evaluate.c: `matinee evaluate`: a model file measured again, perhaps otherwise. Checked by
 * tests/cli. */
#include <stdio.h>
#include <string.h>

#include "base/parallel.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/interrupt.h"
#include "cli/job.h"
#include "cli/json.h"
#include "cli/model_folder.h"
#include "experiment/experiment.h"
#include "rank/diversity.h"

static enum status evaluate(const struct arguments *arguments, struct progress *progress,
                            struct error *error) {
    const char *file;
    TRY(model_folder_choose(&file, command_operand(arguments, 0), arguments, error));
    const int64_t *lengths;
    size_t length_count = job_read_evolution(arguments, &lengths);
    enum diversity_method method;
    diversity_find(settings_text(arguments->options, "--diversity-method"), &method);
    const double *amounts;
    const size_t amount_count = settings_real_list(arguments->options, "--diversity", &amounts);
    const struct experiment_options options = {
        .diversity = amounts,
        .diversity_count = amount_count,
        .diversity_method = method,
        .evolution = lengths,
        .evolution_count = length_count,
        .shows = true,
        .overrides = arguments->pairs,
        .override_count = arguments->pair_count,
        .progress = progress,
        .cancel = interrupt_flag(),
    };
    struct experiment_report *report;
    TRY(experiment_evaluate(file, &options, arguments->arena, &report, error));
    const char *json = command_text(arguments, "--json");
    if (json)
        TRY(json_write_text(experiment_report_json(report, arguments->arena), json, error));
    if (!json || strcmp(json, "-") != 0)
        figures_print(report, NULL, stdout, arguments->arena);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *memory = command_text(arguments, "--max-memory");
    if (memory)
        TRY(job_limit_memory(memory, "--max-memory", error));
    parallel_set_threads((size_t)settings_int(arguments->options, "--threads"));
    struct progress progress;
    progress_init(&progress, settings_bool(arguments->options, "--quiet"));
    enum status status = evaluate(arguments, &progress, error);
    progress_end(&progress);
    return status;
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
    JOB_EVOLUTION_OPTION,
    {{"--diversity", SETTING_REAL_LIST, "[]", 0, 1, NULL, NULL,
      "what variety costs: lists put in order with so much of it, as in 0,0.1,0.3,0.5"},
     "LIST",
     NULL,
     WORD_NONE},
    {{"--diversity-method", SETTING_TEXT, "mmr", 0, 0, DIVERSITY_CHOICES, NULL,
      "variety of what kind"},
     "NAME",
     NULL,
     WORD_NONE},
    {{"--threads", SETTING_INT, "0", 0, 1024, NULL, NULL,
      "how many threads, 0 for all; the figures are the same"},
     "N",
     NULL,
     WORD_NONE},
    JOB_WORK_OPTIONS,
    MODEL_FOLDER_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee evaluate model.safetensors", "The figures of the split that it was trained on."},
    {"matinee evaluate model.safetensors evaluation.candidates=100 evaluation.k_values=[5,10]",
     "The same split, against 100 sampled candidates."},
    {"matinee evaluate model.safetensors --evolution 1,2,3,5,10,15,20",
     "How good lists are for somebody who has rated so few films."},
    {"matinee evaluate model.safetensors --diversity 0,0.2,0.4 --diversity-method calibrated",
     "What it costs to keep to the person's own mix of genres."},
    {NULL, NULL},
};

const struct command evaluate_command = {
    .name = "evaluate",
    .summary = "measure a trained model again",
    .usage = "[FILE] [evaluation.key=value ...] [OPTIONS]",
    .about = "Opens the model's data, makes the same split and measures on its test. A model that "
             "was fitted on everything (trainer.final_fit) has no test left and is refused.",
    .takes_settings = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};

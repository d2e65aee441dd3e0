/* train.c: `matinee train`: fits a model, measures it, keeps it. Checked by tests/cli. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/log.h"
#include "base/process.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/interrupt.h"
#include "cli/job.h"
#include "cli/json.h"
#include "cli/model_folder.h"
#include "cli/multirun.h"
#include "cli/record.h"
#include "experiment/experiment.h"

static const char *choose_out(const struct arguments *arguments, const struct job *job) {
    const char *out = command_text(arguments, "--out");
    if (out)
        return out;
    const char *folder = settings_text(job->places, "paths.output_dir");
    if (!*folder)
        folder = model_folder_default(arguments->arena);
    return model_folder_file(folder, job->ops->name, settings_text(job->settings, "data"),
                             arguments->arena);
}

/* Trains the model and the plain rival that --beside names (settings NULL: none), measured on the
 * same split and candidates. The model's report is written and shown whatever becomes of the
 * rival. */
static enum status train(const struct arguments *arguments, const struct job *job,
                         const struct settings *rival_settings, struct progress *progress,
                         struct error *error) {
    const char *json = command_text(arguments, "--json");
    bool silent = json && strcmp(json, "-") == 0;
    const char *out =
        settings_bool(arguments->options, "--save") ? choose_out(arguments, job) : NULL;
    if (!out && command_text(arguments, "--out"))
        return error_set(error, STATUS_BAD_USAGE, "--no-save and --out contradict each other");
    if (!out && settings_bool(arguments->options, "--resume"))
        return error_set(error, STATUS_BAD_USAGE, "--no-save keeps no checkpoint to resume from");
    if (command_text(arguments, "--out"))
        TRY(json_check(out, error));
    else if (out)
        TRY(files_make_parent(out, error));
    if (json)
        TRY(json_check(json, error));
    const char *checkpoints = settings_text(job->places, "paths.checkpoint_dir");
    if (*checkpoints)
        TRY(files_make_folder(checkpoints, error));
    struct recorder *recorder = record_begin(arguments, job);
    const int64_t *lengths;
    size_t length_count = job_read_evolution(arguments, &lengths);
    const struct experiment_options options = {
        .watch = recorder_watch(recorder),
        .shows = true,
        .evolution = lengths,
        .evolution_count = length_count,
        .out = out,
        .checkpoints = *checkpoints ? checkpoints : NULL,
        .resume = settings_bool(arguments->options, "--resume"),
        .progress = progress,
        .cancel = interrupt_flag(),
    };
    struct experiment_report *report, *rival = NULL;
    enum status status =
        experiment_train(job->settings, &options, arguments->arena, &report, error);
    if (status != STATUS_OK) {
        recorder_failed(recorder, error);
        return status;
    }
    progress_end(progress);
    record_tell(recorder_done(recorder, report), progress);
    if (json)
        TRY(json_write_text(experiment_report_json(report, arguments->arena), json, error));
    if (rival_settings) {
        const struct experiment_options bare = {.progress = progress, .cancel = interrupt_flag()};
        status = experiment_train(rival_settings, &bare, arguments->arena, &rival, error);
        progress_end(progress);
    }
    if (!silent)
        figures_print(report, status == STATUS_OK ? rival : NULL, stdout, arguments->arena);
    return status;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    struct job job;
    if (settings_bool(arguments->options, "--multirun"))
        return multirun_run(arguments, error);
    if (getenv("MATINEE_PARENT_RUN"))
        process_follow_parent();
    TRY(job_make(&job, arguments, command_operand(arguments, 0), NULL, error));
    if (command_text(arguments, "--cfg")) {
        job_print(&job, stdout);
        return STATUS_OK;
    }
    if (settings_bool(arguments->options, "--resume") && !(job.ops->traits & MODEL_TRAINED))
        log_warning("%s is fitted in one go; --resume has nothing to go on from", job.ops->name);
    struct job rival = {0};
    const char *beside = command_text(arguments, "--beside");
    if (beside)
        TRY(job_make_rival(&rival, &job, beside, arguments->arena, error));
    job_start(&job);
    struct progress progress;
    progress_init(&progress, settings_bool(arguments->options, "--quiet"));
    enum status status = train(arguments, &job, rival.settings, &progress, error);
    progress_end(&progress);
    return status;
}

static const struct command_operand operands[] = {
    {"MODEL", "what to train; item_knn if neither this nor a file says it", WORD_MODEL, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--config", SETTING_TEXT, "", 0, 0, NULL, NULL, "settings from a YAML file"},
     "FILE",
     "CONFIG_PATH",
     WORD_FILE},
    {{"--out", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "the model file; in the data folder if not said"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "the report as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--beside", SETTING_TEXT, "", 0, 0, NULL, NULL, "measure this model too, for comparison"},
     "MODEL",
     NULL,
     WORD_MODEL},
    {{"--cfg", SETTING_TEXT, "", 0, 0, "job", NULL,
      "only print the settings, as YAML, before defaults are suited to the data"},
     "job",
     NULL,
     WORD_CHOICE},
    {{"--resume", SETTING_BOOL, "false", 0, 0, NULL, NULL, "go on from the last checkpoint"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--save", SETTING_BOOL, "true", 0, 0, NULL, NULL,
      "keep the model in a file; --no-save only measures"},
     NULL,
     NULL,
     WORD_NONE},
    JOB_EVOLUTION_OPTION,
    RECORD_OPTIONS,
    {{"--multirun", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "train every combination of key=a,b,c words; --out is then a folder"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--jobs", SETTING_INT, "1", 1, 1024, NULL, NULL,
      "with --multirun: so many at a time, which share the threads"},
     "N",
     NULL,
     WORD_NONE},
    JOB_WORK_OPTIONS,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee train item_knn --beside popularity", "The built-in data, with a rival beside it."},
    {"matinee train ease data=ml-1m model.l2=200 evaluation.k_values=[10]",
     "A data set and settings of one's choice."},
    {"matinee train --config config/recipes/ml-1m-ncf/neumf.yaml --json -",
     "A published figure, reproduced."},
    {"matinee train item_knn model.k=10,20,40 model.shrinkage=0,100 --multirun --jobs 2",
     "All six combinations; what is done is not done again."},
    {"matinee train neumf trainer.final_fit=true --out neumf.safetensors",
     "Measured honestly, then fitted on everything, to be served."},
    {NULL, NULL},
};

const struct command train_command = {
    .name = "train",
    .summary = "fit a model, measure it, keep it",
    .usage = "[MODEL] [data=NAME|PATH] [key=value ...] [OPTIONS]",
    .about = "Splits the data, fits on train, chooses on validation, measures once on test and "
             "writes a model file that recommend, similar and serve need nothing else beside. "
             "Settings come from --config, then from the key=value words. Ctrl-C keeps a "
             "checkpoint where the model has one.",
    .takes_settings = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};

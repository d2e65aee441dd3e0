/* experiment_evaluate.c: a model file measured again: the same data, the same split, perhaps other
 * metrics or candidates. Checked by tests/experiment/test_experiment.c. */
#include <string.h>

#include "base/assert.h"
#include "base/digest.h"
#include "experiment/evolution.h"
#include "experiment/experiment_internal.h"
#include "experiment/tradeoff.h"
#include "models/model_file.h"

/* The settings of the fit, with the rows of all tables. */
static enum status take_settings(struct experiment_job *job, const struct model_file *file,
                                 struct error *error) {
    job->settings = experiment_settings_for(job->ops, job->arena);
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(file->settings, i, &entry); i++)
        if (settings_knows(job->settings, entry.spec->key) && *entry.value)
            TRY(settings_set(job->settings, entry.spec->key, entry.value, file->tensors.path,
                             error));
    return STATUS_OK;
}

static bool may_change(const char *key) {
    return !strncmp(key, "evaluation.", strlen("evaluation.")) || !strcmp(key, "data") ||
           !strcmp(key, "threads");
}

static enum status take_overrides(struct experiment_job *job, struct error *error) {
    struct settings *before = settings_copy(job->settings, job->arena);
    for (size_t i = 0; i < job->options->override_count; i++)
        TRY(settings_set_pair(job->settings, job->options->overrides[i], NULL, error));
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(job->settings, i, &entry); i++)
        if (!may_change(entry.spec->key) &&
            strcmp(entry.value, settings_show(before, entry.spec->key)) != 0)
            return error_set(error, STATUS_BAD_USAGE,
                             "%s is what the model was fitted with and cannot be changed "
                             "afterwards; evaluation.* can",
                             entry.spec->key);
    return STATUS_OK;
}

static enum status check_data(const struct experiment_job *job, const struct model_file *file,
                              struct error *error) {
    const struct dataset *data = job->data, *known = &file->catalogue;
    if (!memcmp(data->checksum, known->checksum, sizeof data->checksum) &&
        data->users.count == known->users.count && data->items.count == known->items.count)
        return STATUS_OK;
    char found[DIGEST_TEXT_BYTES], expected[DIGEST_TEXT_BYTES];
    digest_text(data->checksum, sizeof data->checksum, found);
    digest_text(known->checksum, sizeof known->checksum, expected);
    return error_set(error, STATUS_BAD_INPUT,
                     "%s was fitted on other data than %s: expected %s of %u users and %u items "
                     "with checksum %.12s, found %u users, %u items, %.12s; data=PATH names the "
                     "right data set",
                     file->tensors.path, data->source, known->name, known->users.count,
                     known->items.count, expected, data->users.count, data->items.count, found);
}

static enum status check_fit(const struct experiment_job *job, const struct model_file *file,
                             struct error *error) {
    if (!strcmp(file->fitted_on, "all"))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s was fitted on everything, the test too: nothing is left to measure it "
                         "with; train without trainer.final_fit",
                         file->tensors.path);
    if (!strcmp(file->fitted_on, MODEL_FILE_UPDATED))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s has learnt rows since its fit, perhaps those of the test; measure the "
                         "model from before its update",
                         file->tensors.path);
    if (job->on_validation && strcmp(file->fitted_on, "train") != 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s was fitted on %s: evaluation.part=validation would measure what it "
                         "has seen",
                         file->tensors.path, file->fitted_on);
    return STATUS_OK;
}

static enum status measure(struct experiment_job *job, const struct model_file *file,
                           struct arena *split_arena, struct experiment_report **report,
                           struct error *error) {
    struct split split;
    uint32_t fold = split_fold_count(job->data, job->settings) ? 1 : 0;
    TRY(split_make(&split, job->data, job->settings, fold, split_arena, error));
    struct interactions histories = split.train;
    if (strcmp(file->fitted_on, "train") != 0)
        histories = interactions_merge(&split.train, &split.validation, split_arena);
    struct experiment_run *run = ARENA_NEW(job->arena, struct experiment_run);
    run->seed = (uint64_t)settings_int(job->settings, "seed");
    run->fold = fold;
    TRY(experiment_measure(job, &split, &histories, file->model, run, error));
    job->fitted_on = file->fitted_on;
    *report = experiment_report_make(job, &split, job->settings, run, 1);
    (*report)->parameter_count = model_parameter_count(file->model);
    (*report)->model_file = arena_copy(job->arena, file->tensors.path);
    const struct experiment_options *options = job->options;
    if (options->diversity_count > 0)
        TRY(tradeoff_measure(job, &split, &histories, file->model, &(*report)->tradeoff, error));
    if (options->evolution_count == 0)
        return STATUS_OK;
    return evolution_measure(job, file->model, options->evolution, options->evolution_count,
                             &(*report)->evolution, error);
}

static enum status evaluate(struct experiment_job *job, const struct model_file *file,
                            struct experiment_report **report, struct error *error) {
    TRY(take_settings(job, file, error));
    TRY(take_overrides(job, error));
    const char *named = settings_text(job->settings, "data");
    bool is_named = *named;
    settings_default(job->settings, "data", file->data_name);
    settings_default(job->settings, "model", job->ops->name);
    enum status status = experiment_open(job, is_named ? named : file->data_name, error);
    if (status == STATUS_NOT_FOUND && !is_named)
        error_set(error, status,
                  "%s was fitted on a data set called %s, which is not found by that name; "
                  "data=PATH says where it lies",
                  file->tensors.path, file->data_name);
    struct arena split_arena = {0};
    if (status == STATUS_OK)
        status = check_fit(job, file, error);
    if (status == STATUS_OK)
        status = check_data(job, file, error);
    if (status == STATUS_OK)
        status = measure(job, file, &split_arena, report, error);
    arena_release(&split_arena);
    dataset_close(job->data);
    return status;
}

enum status experiment_evaluate(const char *model_file, const struct experiment_options *options,
                                struct arena *arena, struct experiment_report **report,
                                struct error *error) {
    ASSERT(arena != arena_scratch());
    struct model_file *file;
    TRY(model_file_open(&file, model_file, error));
    struct experiment_job job = {.ops = file->model->ops, .options = options, .arena = arena};
    enum status status = evaluate(&job, file, report, error);
    model_file_close(file);
    return status;
}

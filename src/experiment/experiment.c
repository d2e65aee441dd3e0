/* experiment.c: what an experiment begins with (data, settings, metrics) and measures with. The
 * chain itself is in experiment_train.c and experiment_evaluate.c.
 * Checked by tests/experiment/test_experiment.c. */
#include "experiment/experiment.h"

#include <math.h>
#include <string.h>

#include "base/digest.h"
#include "base/parallel.h"
#include "experiment/experiment_internal.h"
#include "experiment/shown.h"

static enum status check_needs(const struct experiment_job *job, struct error *error) {
    const struct dataset *data = job->data;
    const char *lacking = NULL;
    unsigned needs = job->needs;
    if ((needs & MODEL_NEEDS_RATINGS) && !data->has_ratings)
        lacking = "ratings";
    else if ((needs & MODEL_NEEDS_ORDER) && !data->has_order)
        lacking = "times or an order";
    else if ((needs & MODEL_NEEDS_GENRES) && !data->genre_count)
        lacking = "genres";
    if (!lacking)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT,
                     "%s %s needs %s, and data set %s has none; use another model or data set",
                     needs == job->ops->needs ? "model" : "a part of model", job->ops->name,
                     lacking, data->name);
}

enum evaluation_ratings experiment_ratings(const struct experiment_job *job) {
    if (!job->data->has_ratings)
        return EVALUATION_NO_RATINGS;
    if (job->scale == MODEL_SCALE_RATING)
        return EVALUATION_RATINGS;
    return job->scale == MODEL_SCALE_UNIT_RATING ? EVALUATION_SCALED_RATINGS
                                                 : EVALUATION_NO_RATINGS;
}

/* What scores will mean and what is needed is known to a model with these settings only. */
static enum status read_kind(struct experiment_job *job, struct error *error) {
    struct model *model;
    TRY(job->ops->create(&model, job->settings, error));
    job->scale = model->scale;
    job->needs = model->needs;
    job->traits = model->traits;
    model_destroy(model);
    return STATUS_OK;
}

/* Whether nobody said what to measure, or said the default. */
static bool asks_the_usual(const struct settings *settings) {
    static const char key[] = "evaluation.metrics";
    const struct setting_spec *spec = experiment_settings;
    while (strcmp(spec->key, key) != 0)
        spec++;
    return strcmp(settings_show(settings, key), spec->value) == 0;
}

/* Metrics of ratings go where there are none to hold against each other, and come unasked where
 * there are and the usual ones were asked for. */
static enum status read_metrics(struct experiment_job *job, struct error *error) {
    const char *const *asked;
    struct metric_request request = {0};
    size_t count = settings_text_list(job->settings, "evaluation.metrics", &asked);
    request.k_count = settings_int_list(job->settings, "evaluation.k_values", &request.k_values);
    const char **names = ARENA_ARRAY(job->arena, const char *, count + 2);
    memcpy(names, asked, count * sizeof *names);
    bool predicts = experiment_ratings(job) != EVALUATION_NO_RATINGS;
    if (predicts && asks_the_usual(job->settings)) {
        names[count++] = "rmse";
        names[count++] = "mae";
    }
    struct metric_list all;
    request.names = names;
    request.name_count = count;
    TRY(metrics_parse_list(&all, &request, job->arena, error));
    struct metric *metrics = ARENA_ARRAY(job->arena, struct metric, all.count);
    job->metrics = (struct metric_list){metrics, 0};
    for (size_t m = 0; m < all.count; m++) {
        if (predicts || all.metrics[m].ops->source != METRIC_RATINGS)
            metrics[job->metrics.count++] = all.metrics[m];
        else
            progress_line(job->options->progress, "%s is left out: %s predicts no ratings here",
                          all.metrics[m].name, job->ops->name);
    }
    if (job->metrics.count == 0)
        return error_set(error, STATUS_BAD_USAGE,
                         all.count ? "evaluation.metrics asks only for errors of ratings, and %s "
                                     "predicts none here; use ndcg, recall, ..."
                                   : "evaluation.metrics is empty; %s can be measured by ndcg, "
                                     "recall, ... (all: everything)",
                         job->ops->name);
    return STATUS_OK;
}

enum status experiment_open(struct experiment_job *job, const char *data_name,
                            struct error *error) {
    TRY(dataset_open(&job->data, data_name, error));
    TRY(dataset_prepare(job->data, job->settings, error));
    if (job->data->warnings)
        progress_line(job->options->progress, "%s", job->data->warnings);
    TRY(read_kind(job, error));
    TRY(check_needs(job, error));
    TRY(split_settle(job->settings, job->data, error));
    job->on_validation = !strcmp(settings_text(job->settings, "evaluation.part"), "validation");
    return read_metrics(job, error);
}

enum status experiment_measure(const struct experiment_job *job, const struct split *split,
                               const struct interactions *histories, const struct model *model,
                               struct experiment_run *run, struct error *error) {
    const struct evaluation_input input = {
        .data = job->data,
        .split = split,
        .settings = job->settings,
        .histories = histories,
        .metrics = &job->metrics,
        .validation = job->on_validation,
        .cancel = job->options->cancel,
        .ratings = experiment_ratings(job),
    };
    struct evaluation evaluation;
    struct sheet sheet;
    double started = progress_clock();
    TRY(evaluation_init(&evaluation, &input, job->arena, error));
    evaluation_run(&evaluation, model, &sheet, job->arena);
    if (evaluation.cancel && atomic_load(evaluation.cancel))
        return error_set(error, STATUS_CANCELLED, "%s: stopped while it was measured",
                         job->ops->name);
    struct metric_value *values = ARENA_ARRAY(job->arena, struct metric_value, job->metrics.count);
    for (size_t m = 0; m < job->metrics.count; m++)
        values[m] = sheet_value(&sheet, m);
    run->metrics = values;
    run->metric_count = job->metrics.count;
    run->user_values = sheet.values;
    run->user_count = sheet.user_count;
    run->measured_users = sheet_measured_users(&sheet);
    run->evaluate_seconds = progress_clock() - started;
    if (job->options->shows)
        run->shown_count = shown_measure(&evaluation, model, job->arena, &run->shown);
    return STATUS_OK;
}

const char *experiment_digest(const struct settings *settings, const uint8_t checksum[32],
                              const char *version, struct arena *arena) {
    static const char *const apart[] = {"threads", "data"};
    struct digest digest;
    digest_begin(&digest, DIGEST_SHA256);
    digest_update(&digest, version, strlen(version) + 1);
    digest_update(&digest, checksum, 32);
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(settings, i, &entry); i++) {
        if (!strcmp(entry.spec->key, apart[0]) || !strcmp(entry.spec->key, apart[1]))
            continue;
        digest_update(&digest, entry.spec->key, strlen(entry.spec->key) + 1);
        digest_update(&digest, entry.value, strlen(entry.value) + 1);
    }
    uint8_t sum[DIGEST_SHA256_BYTES];
    digest_end(&digest, sum);
    char text[DIGEST_TEXT_BYTES];
    digest_text(sum, sizeof sum, text);
    return arena_copy(arena, text);
}

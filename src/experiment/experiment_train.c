/* experiment_train.c: data, split, fits, one measurement, model file: see experiment_train in
 * experiment.h for which fit sees what.
 *
 * Traps: the measurement that stops a training looks at validation only, with validation's own
 * candidates; the test part is not handed to anything before the last fit has ended. The settings
 * that a refit uses are the first fit's choices put over the person's.
 * Checked by tests/experiment/test_experiment.c. */
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/files.h"
#include "dataset/catalogue.h"
#include "experiment/evolution.h"
#include "experiment/experiment_internal.h"
#include "experiment/item_text.h"
#include "models/model_file.h"
#include "models/trainer.h"
#include "models/trainer_checkpoint.h"

#define FITTED_TRAIN "train"
#define FITTED_BOTH "train+validation"
#define FITTED_ALL "all"

/* One seed or one fold while it is worked on. */
struct run {
    struct experiment_job *job;
    struct arena arena; /* of the split and of what is fitted on */
    struct split split;
    struct settings *settings; /* suggested defaults put in */
    struct settings *chosen;   /* with what the first fit chose put over them */
    struct interactions both;  /* train and validation together, once they are needed */
    const struct interactions *histories;
    const char *fitted_on;
    struct model *model; /* the one that is measured */
    struct experiment_run result;
    const char *tag; /* of its checkpoints: "", ".seed7", ".fold2" */
};

static void run_release(struct run *run) {
    model_destroy(run->model);
    arena_release(&run->arena);
}

static bool keeps_checkpoints(const struct experiment_job *job) {
    return job->options->out && (job->traits & MODEL_TRAINED) &&
           settings_bool(job->settings, "trainer.checkpoint.enabled") &&
           settings_bool(job->settings, "trainer.checkpoint.save_last");
}

static const char *checkpoint_path(const struct run *run, const char *stage, struct arena *arena) {
    const struct experiment_options *options = run->job->options;
    const char *out = options->out;
    if (options->checkpoints)
        out = files_join(arena, options->checkpoints, files_base_name(arena, out));
    return arena_format(arena, "%s%s%s.checkpoint", out, run->tag, stage);
}

static enum status check_cancel(const struct run *run, struct error *error) {
    const atomic_bool *cancel = run->job->options->cancel;
    if (!cancel || !atomic_load(cancel))
        return STATUS_OK;
    if (keeps_checkpoints(run->job))
        return error_set(error, STATUS_CANCELLED,
                         "%s: stopped; the same command with --resume goes on "
                         "from the checkpoints %s",
                         run->job->ops->name, checkpoint_path(run, "*", run->job->arena));
    return error_set(error, STATUS_CANCELLED, "%s: stopped; nothing was saved",
                     run->job->ops->name);
}

/* All that this run's fits have saved on the way, or those of an earlier run of the same name. */
static void remove_checkpoints(const struct run *run) {
    static const char *const stages[] = {"", ".refit", ".final"};
    if (!run->job->options->out || !(run->job->traits & MODEL_TRAINED))
        return;
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        trainer_checkpoint_remove(checkpoint_path(run, stages[i], run->job->arena));
}

/* ---- Fits ------------------------------------------------------------------------------------ */

/* One fit. */
struct fit_order {
    const struct settings *settings;
    const struct interactions *train, *validation; /* validation: NULL if it is not looked at */
    struct evaluation *watched;                    /* what stops it; NULL: nothing */
    const char *stage;                             /* of its checkpoint: "", ".refit", ".final" */
};

/* Tells whoever watches of an epoch. */
struct listening {
    const struct run *run;
    const struct fit_order *order;
};

/* "", "seed7", "refit", "fold2.refit": as in a checkpoint's name. */
static const char *part_name(const struct listening *listening, struct arena *arena) {
    const char *tag = listening->run->tag, *stage = listening->order->stage;
    return arena_format(arena, "%s%s", tag + (*tag == '.'), stage + (!*tag && *stage == '.'));
}

/* A figure that is better the lower it is comes negated. */
static bool is_negated(const struct evaluation *watched) {
    return watched && watched->metrics.metrics[0].ops->lower_is_better;
}

static void tell_epoch(void *context, const struct epoch_record *record) {
    const struct listening *listening = context;
    const struct experiment_watch *watch = listening->run->job->options->watch;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct epoch_record shown = *record;
    if (is_negated(listening->order->watched))
        shown.validation = -shown.validation;
    watch->epoch(watch->context, part_name(listening, scratch), &shown);
    arena_reset(scratch, mark);
}

static void tell_norms(void *context, uint32_t epoch, const struct epoch_norm *norms,
                       size_t count) {
    const struct listening *listening = context;
    const struct experiment_watch *watch = listening->run->job->options->watch;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    watch->norms(watch->context, part_name(listening, scratch), epoch, norms, count);
    arena_reset(scratch, mark);
}

static enum status fit(struct run *run, const struct fit_order *order, struct model **out,
                       struct error *error) {
    const struct experiment_job *job = run->job;
    const struct experiment_options *options = job->options;
    struct fit_input input = {
        .train = order->train,
        .validation = order->validation,
        .features = job->data->features,
        .feature_count = job->data->feature_count,
        .seed = run->result.seed,
        .progress = options->progress,
        .resume = options->resume,
        .trained = options->trained,
        .trained_count = options->trained_count,
        .cancel = options->cancel,
    };
    struct listening listening = {run, order};
    if (options->watch && options->watch->epoch) {
        input.epoch_done = tell_epoch;
        input.epoch_context = &listening;
    }
    if (options->watch && options->watch->norms) {
        input.norms_done = tell_norms;
        input.epoch_context = &listening;
    }
    TRY(check_cancel(run, error));
    memcpy(input.data_checksum, job->data->checksum, sizeof input.data_checksum);
    if (order->watched) {
        input.measure = evaluation_measure;
        input.measure_context = order->watched;
        input.measure_name = order->watched->metrics.metrics[0].name;
        input.measure_tie = arena_format(&run->arena, "%s among %s, relevant from %s",
                                         input.measure_name, order->watched->candidates.label,
                                         settings_show(order->settings, "evaluation.min_relevant"));
    }
    if (options->out)
        input.checkpoint_path = checkpoint_path(run, order->stage, &run->arena);
    TRY(job->ops->create(out, order->settings, error));
    double started = progress_clock();
    enum status status = job->ops->fit(*out, &input, error);
    run->result.fit_seconds += progress_clock() - started;
    if (status != STATUS_OK) {
        model_destroy(*out);
        *out = NULL;
    }
    return status;
}

static bool stops_early(const struct run *run) {
    return (run->job->traits & MODEL_TRAINED) &&
           settings_bool(run->settings, "trainer.early_stopping.enabled") &&
           run->split.validation.count > 0;
}

/* What early stopping watches; *watched is NULL where it watches the loss or nothing. */
static enum status make_watched(struct run *run, struct evaluation **watched, struct error *error) {
    *watched = NULL;
    if (!stops_early(run))
        return STATUS_OK;
    const char *monitor = settings_text(run->settings, "trainer.early_stopping.monitor");
    if (!strcmp(monitor, "val_loss"))
        return STATUS_OK;
    struct metric *metric = ARENA_NEW(&run->arena, struct metric);
    if (metrics_parse(metric, monitor, &run->arena, error) != STATUS_OK)
        return error_prefix(error, "trainer.early_stopping.monitor");
    const struct evaluation_input input = {
        .data = run->job->data,
        .split = &run->split,
        .settings = run->settings,
        .histories = &run->split.train,
        .metrics = &(struct metric_list){metric, 1},
        .validation = true,
        .ratings = experiment_ratings(run->job),
    };
    if (metric->ops->source == METRIC_RATINGS && !input.ratings)
        return error_set(error, STATUS_BAD_USAGE,
                         "trainer.early_stopping.monitor=%s: %s predicts no ratings here; watch "
                         "ndcg@10 or val_loss",
                         monitor, run->job->ops->name);
    TRY(trainer_check_mode(run->settings, metric->ops->lower_is_better, error));
    *watched = ARENA_NEW(&run->arena, struct evaluation);
    return evaluation_init(*watched, &input, &run->arena, error);
}

/* What a fit says of itself, copied; validation figures with the sign that people know. */
static struct fit_report copy_report(const struct fit_report *report, bool negated,
                                     struct arena *arena) {
    struct fit_report copy = *report;
    struct epoch_record *epochs = ARENA_ARRAY(arena, struct epoch_record, report->epoch_count);
    const char **choices = ARENA_ARRAY(arena, const char *, report->choice_count);
    for (size_t i = 0; i < report->epoch_count; i++) {
        epochs[i] = report->epochs[i];
        if (negated)
            epochs[i].validation = -epochs[i].validation;
    }
    for (size_t i = 0; i < report->choice_count; i++)
        choices[i] = arena_copy(arena, report->choices[i]);
    copy.epochs = epochs;
    copy.choices = choices;
    return copy;
}

static enum status apply_choices(struct run *run, struct error *error) {
    const struct fit_report *report = &run->result.fit;
    run->chosen = settings_copy(run->settings, &run->arena);
    for (size_t i = 0; i < report->choice_count; i++)
        TRY(settings_set_pair(run->chosen, report->choices[i], run->job->ops->name, error));
    return STATUS_OK;
}

/* Train and validation; without a validation part that is train. */
static const struct interactions *both_parts(struct run *run) {
    if (run->split.validation.count == 0)
        return &run->split.train;
    run->both = interactions_merge(&run->split.train, &run->split.validation, &run->arena);
    return &run->both;
}

/* The first fit: on train, looking at validation, or on both where validation is of no use. */
static enum status first_fit(struct run *run, struct error *error) {
    const struct experiment_job *job = run->job;
    bool chooses = job->traits & MODEL_CHOOSES, trained = job->traits & MODEL_TRAINED;
    bool looks = chooses ||
                 (trained && (stops_early(run) || !settings_bool(run->settings, "trainer.refit")));
    struct fit_order order = {.settings = run->settings, .stage = ""};
    if (looks || job->on_validation) {
        order.train = &run->split.train;
        order.validation =
            (chooses || trained) && run->split.validation.count ? &run->split.validation : NULL;
        TRY(make_watched(run, &order.watched, error));
        run->fitted_on = FITTED_TRAIN;
    } else {
        order.train = both_parts(run);
        run->fitted_on = FITTED_BOTH;
    }
    if (order.train->count == job->data->interactions.count)
        run->fitted_on = FITTED_ALL;
    run->histories = order.train;
    TRY(fit(run, &order, &run->model, error));
    run->result.fit = copy_report(&run->model->report, is_negated(order.watched), job->arena);
    return apply_choices(run, error);
}

static enum status refit(struct run *run, struct error *error) {
    bool wanted = (run->job->traits & (MODEL_TRAINED | MODEL_CHOOSES)) &&
                  settings_bool(run->settings, "trainer.refit") && !run->job->on_validation &&
                  !strcmp(run->fitted_on, FITTED_TRAIN);
    if (!wanted)
        return STATUS_OK;
    model_destroy(run->model);
    run->model = NULL;
    struct fit_order order = {.settings = run->chosen, .train = both_parts(run), .stage = ".refit"};
    run->histories = order.train;
    run->fitted_on = FITTED_BOTH;
    return fit(run, &order, &run->model, error);
}

/* ---- One run --------------------------------------------------------------------------------- */

static void say_what(const struct run *run) {
    const struct dataset *data = run->job->data;
    const struct split *split = &run->split;
    progress_line(run->job->options->progress,
                  "%s: %u users, %u items; split %s: %zu train, %zu validation, %zu test rows",
                  data->name, data->interactions.user_count, data->interactions.item_count,
                  split->strategy, split->train.count, split->validation.count, split->test.count);
}

static enum status work(struct run *run, bool first, struct error *error) {
    struct experiment_job *job = run->job;
    TRY(split_make(&run->split, job->data, job->settings, run->result.fold, &run->arena, error));
    if (first)
        say_what(run);
    if (job->on_validation && run->split.validation.count == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "evaluation.part=validation: the split %s of data set %s has no "
                         "validation rows",
                         run->split.strategy, job->data->name);
    run->settings = settings_copy(job->settings, &run->arena);
    TRY(settings_set(run->settings, "seed",
                     arena_format(&run->arena, "%llu", (unsigned long long)run->result.seed), NULL,
                     error));
    if (!job->options->resume)
        remove_checkpoints(run);
    if (job->ops->suggest)
        job->ops->suggest(run->settings, &run->split.train);
    const struct experiment_watch *watch = job->options->watch;
    if (first && watch && watch->begun)
        watch->begun(watch->context, job->data->name, job->data->checksum, run->settings);
    TRY(first_fit(run, error));
    TRY(refit(run, error));
    TRY(check_cancel(run, error));
    bool measures = job->on_validation || run->split.test.count > 0;
    if (!measures)
        return STATUS_OK;
    enum status status =
        experiment_measure(job, &run->split, run->histories, run->model, &run->result, error);
    return status == STATUS_CANCELLED ? check_cancel(run, error) : status;
}

/* ---- The model file -------------------------------------------------------------------------- */

static enum status save(struct run *run, struct experiment_report *report, struct error *error) {
    struct experiment_job *job = run->job;
    struct model *model = run->model, *final = NULL;
    const struct interactions *histories = run->histories;
    const char *fitted_on = run->fitted_on;
    report->peak_rss_bytes = alloc_peak_bytes();
    if (!job->options->out)
        return STATUS_OK;
    /* A model that was fitted on everything already would only be fitted again. */
    if (settings_bool(run->settings, "trainer.final_fit") && strcmp(fitted_on, FITTED_ALL) != 0) {
        const struct fit_order order = {
            .settings = run->chosen, .train = &job->data->interactions, .stage = ".final"};
        double before = run->result.fit_seconds;
        TRY(fit(run, &order, &final, error));
        report->fit_seconds += run->result.fit_seconds - before;
        model = final;
        histories = order.train;
        fitted_on = FITTED_ALL;
    }
    const struct model_file_content content = {
        .catalogue = job->data,
        .histories = histories,
        .settings = run->chosen,
        .fitted_on = fitted_on,
        .metrics = experiment_report_metrics(report, job->arena),
    };
    enum status status = model_file_save(job->options->out, model, &content, error);
    report->model_file = arena_copy(job->arena, job->options->out);
    report->peak_rss_bytes = alloc_peak_bytes();
    model_destroy(final);
    return status;
}

/* ---- All runs -------------------------------------------------------------------------------- */

/* What tells a run from the others. */
static void name_run(struct run *run, size_t index, uint32_t fold_count) {
    struct experiment_job *job = run->job;
    const int64_t *seeds;
    size_t seed_count = settings_int_list(job->settings, "seeds", &seeds);
    size_t seed_index = fold_count ? index / fold_count : index;
    run->result.fold = fold_count ? (uint32_t)(index % fold_count) + 1 : 0;
    run->result.seed =
        (uint64_t)(seed_count ? seeds[seed_index] : settings_int(job->settings, "seed"));
    run->tag = "";
    if (seed_count > 1)
        run->tag = arena_format(job->arena, ".seed%llu", (unsigned long long)run->result.seed);
    if (fold_count)
        run->tag = arena_format(job->arena, "%s.fold%u", run->tag, run->result.fold);
}

static enum status run_all(struct experiment_job *job, struct run *first,
                           struct experiment_report **report, struct error *error) {
    const int64_t *seeds;
    size_t seed_count = settings_int_list(job->settings, "seeds", &seeds);
    uint32_t fold_count = split_fold_count(job->data, job->settings);
    size_t count = (seed_count ? seed_count : 1) * (fold_count ? fold_count : 1);
    struct experiment_run *results = ARENA_ARRAY(job->arena, struct experiment_run, count);
    for (size_t i = 0; i < count; i++) {
        struct run later = {0};
        struct run *run = i == 0 ? first : &later;
        run->job = job;
        name_run(run, i, fold_count);
        enum status status = work(run, i == 0, error);
        results[i] = run->result;
        if (i > 0)
            run_release(run);
        TRY(status);
        if (count > 1 && results[i].metric_count)
            progress_line(job->options->progress, "%s%s: %s %.4f", job->ops->name, run->tag,
                          results[i].metrics[0].name, results[i].metrics[0].value);
    }
    job->fitted_on = first->fitted_on;
    *report = experiment_report_make(job, &first->split, first->settings, results, count);
    (*report)->parameter_count = model_parameter_count(first->model);
    if (job->options->evolution_count > 0)
        TRY(evolution_measure(job, first->model, job->options->evolution,
                              job->options->evolution_count, &(*report)->evolution, error));
    TRY(save(first, *report, error));
    bool keep =
        (job->traits & MODEL_TRAINED) && settings_bool(job->settings, "trainer.checkpoint.keep");
    for (size_t i = 0; i < count && !keep; i++) {
        struct run done = {.job = job};
        name_run(&done, i, fold_count);
        remove_checkpoints(&done);
    }
    return STATUS_OK;
}

enum status experiment_train(const struct settings *settings,
                             const struct experiment_options *options, struct arena *arena,
                             struct experiment_report **report, struct error *error) {
    ASSERT(arena != arena_scratch());
    struct experiment_job job = {
        .settings = settings_copy(settings, arena), .options = options, .arena = arena};
    const char *data_name = settings_text(settings, "data");
    TRY(model_find(&job.ops, settings_text(settings, "model"), error));
    enum status status = experiment_open(&job, *data_name ? data_name : catalogue_default(), error);
    if (status == STATUS_OK && job.needs & MODEL_NEEDS_TEXT)
        status = item_text_attach(job.data, job.settings, options->progress, error);
    struct run first = {0};
    if (status == STATUS_OK)
        status = run_all(&job, &first, report, error);
    run_release(&first);
    dataset_close(job.data);
    return status;
}

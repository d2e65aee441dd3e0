/* experiment_internal.h: what training and evaluating share; only for src/experiment/. */
#ifndef MATINEE_EXPERIMENT_EXPERIMENT_INTERNAL_H
#define MATINEE_EXPERIMENT_EXPERIMENT_INTERNAL_H

#include "dataset/dataset.h"
#include "experiment/evaluation.h"
#include "experiment/experiment.h"
#include "split/split.h"

/* An experiment while it runs. */
struct experiment_job {
    const struct model_ops *ops;
    struct settings *settings; /* a copy, settled for the data */
    const struct experiment_options *options;
    struct arena *arena; /* the report's */
    struct dataset *data;
    struct metric_list metrics;
    enum model_scale scale; /* of the scores that these settings make */
    unsigned needs, traits; /* of a model with these settings */
    bool on_validation;     /* evaluation.part=validation */
    const char *fitted_on;  /* what the measured model saw, as in a model file */
};

/* Opens and prepares the data, settles the settings, reads what is to be measured. The data set is
 * job->data, to be closed in any case. Errors: whatever is wrong with data or settings, data that
 * lack what the model needs. */
enum status experiment_open(struct experiment_job *job, const char *data_name, struct error *error);

/* Whether scores are predicted ratings that can be held against true ones. */
enum evaluation_ratings experiment_ratings(const struct experiment_job *job);

/* A model measured: fills metrics, user values and evaluate_seconds of the run. */
enum status experiment_measure(const struct experiment_job *job, const struct split *split,
                               const struct interactions *histories, const struct model *model,
                               struct experiment_run *run, struct error *error);

/* A report about the runs: labels, means, peak memory. `settings` is copied. */
struct experiment_report *experiment_report_make(const struct experiment_job *job,
                                                 const struct split *split,
                                                 const struct settings *settings,
                                                 const struct experiment_run *runs,
                                                 size_t run_count);

/* {"ndcg@10": 0.4312, ...} of the report's means; a string of the arena. */
char *experiment_report_metrics(const struct experiment_report *report, struct arena *arena);

#endif

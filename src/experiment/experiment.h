/* experiment.h: the whole offline chain: data, split, fit, evaluate, report, model file. What
 * `matinee train`, `evaluate` and `compare` do; nothing of it prints except through `progress`. */
#ifndef MATINEE_EXPERIMENT_EXPERIMENT_H
#define MATINEE_EXPERIMENT_EXPERIMENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/settings.h"
#include "metrics/interval.h"
#include "metrics/sheet.h"
#include "models/model.h"
#include "rank/diversity.h"

struct shown_group;

/* Settings of an experiment: model, data, seed, seeds, threads, evaluation.*; with data.*
 * (dataset/), data.split.* (split/), trainer.* (models/trainer.h) and the model's own they make up
 * what train accepts. */
extern const struct setting_spec experiment_settings[];

/* All tables that an experiment with this model reads, in one struct settings. */
struct settings *experiment_settings_for(const struct model_ops *ops, struct arena *arena);

/* One fit and its measurement: one seed or one fold. */
struct experiment_run {
    uint64_t seed;
    uint32_t fold; /* 0: no folds; 1 ... */
    const struct metric_value *metrics;
    size_t metric_count;
    struct fit_report fit; /* copied into the report's arena */
    double fit_seconds, evaluate_seconds;
    size_t measured_users; /* who have a test item */
    /* Per-user values of each metric for paired tests: user_values[m * user_count + u], NaN where
     * skipped or where the metric has none (coverage, gini). */
    const float *user_values;
    size_t user_count;
    struct shown_group *shown; /* with options->shows */
    size_t shown_count;
};

/* The cold-start curve: see evolution.h. */
struct experiment_evolution_point {
    uint32_t ratings; /* the length of the histories */
    size_t users;     /* who were measured */
    const struct metric_value *metrics;
};
struct experiment_evolution {
    const struct experiment_evolution_point *points;
    size_t count, metric_count; /* count 0: it was not asked for */
};

/* What variety costs: see tradeoff.h. */
struct experiment_tradeoff_point {
    double amount;
    struct interval ndcg, diversity, novelty; /* at 10 */
    struct interval kept;                     /* relevance that is left, see rank/diversity.h */
    double coverage;
};
struct experiment_tradeoff {
    const struct experiment_tradeoff_point *points;
    size_t count; /* 0: it was not asked for */
    enum diversity_method method;
    size_t users;
};

struct experiment_report {
    const char *model, *data;
    const char *split;      /* "leave_one_out"; "leave_one_out (validation)" */
    const char *candidates; /* "all", "given (99)", "100 sampled (seed 42)" */
    const char *fitted_on;  /* what was measured saw: "train", "train+validation", "all" */
    bool order_aware;
    uint64_t seed;
    size_t threads;
    const struct settings *settings;
    const struct metric_value *metrics; /* the mean over runs */
    size_t metric_count;
    const struct experiment_run *runs;
    size_t run_count;
    double fit_seconds, evaluate_seconds; /* sums over runs */
    size_t peak_rss_bytes;
    size_t parameter_count;
    const char *model_file; /* NULL if none was written */
    uint8_t data_checksum[32];
    const struct shown_group *shown; /* of the first run: see shown.h */
    size_t shown_count;              /* 0: not measured */
    struct experiment_evolution evolution;
    struct experiment_tradeoff tradeoff;
};

/* Who follows an experiment while it runs; any of the three may be NULL. */
struct experiment_watch {
    void *context;
    /* The first fit is about to begin: on which data, with which settings, defaults suited to the
     * data put in. */
    void (*begun)(void *context, const char *data, const uint8_t checksum[32],
                  const struct settings *settings);
    /* An epoch has ended. `part`: which fit, "" the first of one run, "seed7", "refit". */
    void (*epoch)(void *context, const char *part, const struct epoch_record *record);
    /* The same before it: how large its parameters and their gradients are. */
    void (*norms)(void *context, const char *part, uint32_t epoch, const struct epoch_norm *norms,
                  size_t count);
};

struct experiment_options {
    const char *out;              /* model file to write, or NULL: none */
    const char *const *overrides; /* experiment_evaluate: "key=value" pairs of evaluation.* */
    size_t override_count;
    const char *checkpoints; /* the folder of checkpoints; NULL: beside the model file */
    bool resume;
    const char *const *trained; /* model files that parts may be taken from: see fit_input */
    size_t trained_count;
    struct progress *progress;            /* never NULL */
    const atomic_bool *cancel;            /* or NULL */
    const struct experiment_watch *watch; /* or NULL */
    bool shows;                           /* measure how popular what is shown is: see shown.h */
    const int64_t *evolution; /* ascending lengths of history, for the cold-start curve; or NULL */
    size_t evolution_count;
    const double *diversity; /* amounts, 0 ... 1, for what variety costs; or NULL */
    size_t diversity_count;
    enum diversity_method diversity_method;
};

/* Trains and evaluates as `settings` say (made by experiment_settings_for):
 *
 *   - A model that is trained by gradients (MODEL_TRAINED) is fitted on train and stopped on
 *     validation; with trainer.refit it is fitted once more, on train and validation, with what the
 *     first fit chose. If it has nothing to choose (early stopping off) that is its only fit.
 *   - One that chooses on validation whatever the trainer does (MODEL_CHOOSES) is likewise fitted
 * on train first, and with trainer.refit once more.
 *   - Any other model has no use for validation and is fitted on train and validation at once.
 *   - It is measured on the test, once. With evaluation.part=validation it is fitted on train alone
 *     and measured on validation: that is how settings are found.
 *   - With trainer.final_fit it is at last fitted on everything, and that is what is saved.
 *
 * Several `seeds` or folds make several runs on one data set; the model file is the first run's.
 * The report lives in `arena`, which is not a scratch arena. */
enum status experiment_train(const struct settings *settings,
                             const struct experiment_options *options, struct arena *arena,
                             struct experiment_report **report, struct error *error);
/* Opens the model file and its data again, makes the same split, measures as options->overrides
 * say. Errors: other data than at the fit, a model fitted on all data. */
enum status experiment_evaluate(const char *model_file, const struct experiment_options *options,
                                struct arena *arena, struct experiment_report **report,
                                struct error *error);

/* How large an experiment will be. */
struct experiment_size {
    uint32_t users;     /* of the prepared data */
    int64_t max_epochs; /* 0: the model is fitted in one go */
};
/* Opens the data and looks, without a fit. Errors: whatever is wrong with data or settings. */
enum status experiment_probe(const struct settings *settings, struct progress *progress,
                             struct experiment_size *size, struct error *error);

/* SHA-256, as hexadecimal in `arena`, of all that makes a run what it is: settings (as they were
 * made, before defaults are suited to the data; not `threads`, nor what the data are called), data
 * and program. Two runs with the same one give the same figures. */
const char *experiment_digest(const struct settings *settings, const uint8_t checksum[32],
                              const char *version, struct arena *arena);

/* The report as JSON (docs/settings.md names its settings): a string of the arena, ending in a new
 * line. */
char *experiment_report_json(const struct experiment_report *report, struct arena *arena);

#endif

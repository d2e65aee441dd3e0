/* trainer.h: the one training loop of every model that learns by gradients.
 *
 * A model describes itself as a struct trainee: its parameters and how to add up the gradients of a
 * batch. The trainer does the rest: the order of an epoch, negatives, learning rate, clipping,
 * optimiser, progress, measuring on validation, early stopping that restores the best epoch,
 * checkpoints, cancelling, and the choices for a refit.
 *
 * Random  Each use has its own streams: the order of epoch e, the negatives of block b of epoch e,
 * the dropout of step s of epoch e. So a training that was stopped goes on with the same numbers,
 *         and the number of threads changes nothing.
 * Cost    beside the model's own work: 8 bytes for each training row, about 20 ns of one core a row
 *         for order and negatives.
 * Checked tests/models/test_trainer.c: stopping, best epoch, resuming to the same bytes,
 * cancelling, clipping, accumulation, threads. */
#ifndef MATINEE_MODELS_TRAINER_H
#define MATINEE_MODELS_TRAINER_H

#include <stdbool.h>

#include "base/settings.h"
#include "models/batch.h"
#include "models/model.h"
#include "models/sampler.h"
#include "nn/optimizer.h"
#include "nn/schedule.h"

/* The settings trainer.*, for the settings tables of models that are trained by gradients. */
extern const struct setting_spec trainer_settings[];

#define TRAINER_BATCH_ROWS_MAX (1 << 20)

struct trainer_options {
    uint32_t max_epochs;
    size_t batch_rows; /* rows of a step, negatives included; 0: auto */
    size_t accumulate; /* micro-batches of one step */
    struct optimizer optimizer;
    struct schedule schedule;
    double reg_weight;      /* L2 for each occurrence of an embedding row */
    double clip_norm;       /* 0: no clipping */
    uint32_t measure_every; /* epochs from one measurement to the next */
    bool stop_early;
    uint32_t patience; /* measurements in a row without a better one; 0 is as 1 */
    double min_delta;
    bool watch_loss; /* the validation loss is watched, not input->measure */
    bool checkpoint, checkpoint_last;
    uint32_t checkpoint_best; /* how many of the best epochs are kept as files */
    uint8_t
        digest[32]; /* of the settings that shape the training: a checkpoint must have the same */
};

/* Reads trainer.* (and digests model.*). Errors: combinations that make no sense. */
enum status trainer_settings_read(struct trainer_options *options, const struct settings *settings,
                                  struct error *error);

/* Refuses early_stopping.mode and checkpoint.mode that contradict what is watched: whether it
 * `falls` (is better the smaller it is). For a metric by name only the caller knows. */
enum status trainer_check_mode(const struct settings *settings, bool falls, struct error *error);

enum trainer_unit {
    TRAINER_POSITIVES, /* a batch is of training rows, each with its negatives */
    TRAINER_USERS,     /* a batch is of users; the model looks their histories up itself */
};

/* Called around epochs; each may be NULL. */
struct trainer_hook {
    void *context;
    void (*before_epoch)(void *context, uint32_t epoch, uint32_t max_epochs);
    void (*after_epoch)(void *context, const struct epoch_record *record);
};

/* A model that is to be trained. */
struct trainee {
    struct model *model;
    const char *name; /* for progress: "neumf", "gmf (pre-training)" */
    struct parameter *parameters;
    size_t parameter_count;
    enum trainer_unit unit;
    size_t negative_count;
    const char *negatives; /* words for the start line where the model draws its own; or NULL */
    enum sampler_strategy strategy;
    bool on_ratings;    /* batches carry ratings, mapped from the training range to 0 ... 1 */
    bool measure_first; /* the starting weights count as epoch 0: they may be the best */
    size_t group_max;   /* the largest batch that gradient() takes; see trainer_group_max */
    void *context;
    /* Adds the gradients of the batch to the parameters' (`first`: there are none yet) and returns
     * the sum of the losses. */
    double (*gradient)(void *context, const struct batch *batch, bool first);
    /* In place of gradient, for a model whose steps are of single rows: works off a whole epoch,
     * weights included, at this learning rate, and returns the sum of the losses. It brings its own
     * order, negatives and updates: trainer.optimizer.*, batch sizes and clipping are not looked
     * at, and cancelling waits for the epoch's end. */
    double (*whole_epoch)(void *context, uint32_t epoch, double rate);
    size_t epoch_groups; /* of whole_epoch: training rows that it goes through */
    double (*loss)(void *context, const struct batch *batch); /* without gradients; or NULL */
    void (*ready)(void *context); /* derives what score() needs from the weights; or NULL */
    struct trainer_hook hook;
};

/* Groups of a (micro-)batch: trainer.batch_size in groups; for auto as many as make steps long
 * enough to share out, within 64 MB at row_bytes of workspace a row. */
size_t trainer_group_max(const struct trainer_options *options, const struct fit_input *input,
                         size_t negative_count, size_t row_bytes);

/* Trains. Fills model->report. Without anything to train on (one user who has every item) the
 * starting weights stay. Errors: a loss that is no number or a thousand times what it was in the
 * first epoch (epoch, step and what to try are named), a measurement that is no number, a
 * checkpoint of other settings or data; STATUS_CANCELLED after saving the checkpoint. */
enum status trainer_fit(const struct trainer_options *options, const struct trainee *trainee,
                        const struct fit_input *input, struct error *error);

#endif

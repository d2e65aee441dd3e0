/* trainer_settings.c: the rows of trainer.* and their reading. See trainer.h. */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "models/trainer.h"

const struct setting_spec trainer_settings[] = {
    {"trainer.max_epochs", SETTING_INT, "20", 0, 100000, NULL, "epochs|trainer.epochs",
     "passes over the training rows at most"},
    {"trainer.batch_size", SETTING_TEXT, "auto", 0, 0, NULL, "batch_size",
     "rows of a batch, negatives included; auto: by memory"},
    {"trainer.accumulate_grad_batches", SETTING_INT, "1", 1, 1024, NULL, NULL,
     "batches whose gradients make one step"},
    {"trainer.learning_rate", SETTING_REAL, "0.001", 1e-8, 100, NULL,
     "lr|learning_rate|trainer.lr|trainer.optimizer.lr", "the learning rate"},
    {"trainer.optimizer.name", SETTING_TEXT, "adam", 0, 0, OPTIMIZER_KINDS, "optimizer",
     "how gradients change weights"},
    {"trainer.optimizer.sparse", SETTING_TEXT, "lazy", 0, 0, OPTIMIZER_SPARSE, NULL,
     "embedding rows without a gradient: lazy lets them be, dense moves them as dense Adam does"},
    {"trainer.optimizer.betas", SETTING_REAL_LIST, "[0.9,0.999]", 0, 0.999999, NULL, NULL,
     "decay of Adam's two moments"},
    {"trainer.optimizer.eps", SETTING_REAL, "1e-8", 1e-16, 1, NULL, NULL,
     "keeps divisions from zero"},
    {"trainer.optimizer.momentum", SETTING_REAL, "0.9", 0, 0.9999, NULL, NULL, "of sgd"},
    {"trainer.weight_decay", SETTING_REAL, "0", 0, 10, NULL, "weight_decay",
     "L2 on all weights but biases, each step (adamw: decoupled)"},
    {"trainer.reg_weight", SETTING_REAL, "1e-5", 0, 10, NULL, "reg_weight",
     "L2 on embedding rows, for each sample they occur in"},
    {"trainer.scheduler.name", SETTING_TEXT, "none", 0, 0, SCHEDULE_KINDS, "scheduler",
     "how the learning rate changes; constant is none"},
    {"trainer.scheduler.mode", SETTING_TEXT, "min", 0, 0, "min|max", NULL,
     "reduce_on_plateau: min watches the loss, max the validation metric"},
    {"trainer.scheduler.factor", SETTING_REAL, "0.5", 0.001, 1, NULL, NULL,
     "step, reduce_on_plateau: the rate is multiplied by it"},
    {"trainer.scheduler.patience", SETTING_INT, "5", 0, 10000, NULL, NULL,
     "reduce_on_plateau: epochs without improvement"},
    {"trainer.scheduler.min_lr", SETTING_REAL, "1e-6", 0, 1, NULL, NULL, "the least rate"},
    {"trainer.scheduler.step_size", SETTING_INT, "1", 1, 100000, NULL, NULL,
     "step: epochs from one reduction to the next"},
    {"trainer.scheduler.milestones", SETTING_INT_LIST, "[]", 1, 100000, NULL, NULL,
     "step: the epochs after which the rate is reduced, in place of step_size"},
    {"trainer.scheduler.epochs", SETTING_INT, "0", 0, 100000, NULL, NULL,
     "cosine: its length; 0: max_epochs"},
    {"trainer.scheduler.warmup_steps", SETTING_INT, "0", 0, 1e9, NULL, NULL,
     "steps in which the rate rises from 0"},
    {"trainer.early_stopping.enabled", SETTING_BOOL, "true", 0, 0, NULL, NULL,
     "stop when validation no longer improves, and restore the best epoch"},
    {"trainer.early_stopping.patience", SETTING_INT, "10", 0, 100000, NULL, "patience",
     "measurements in a row without a better one; 0 stops at the first, as 1 does"},
    {"trainer.early_stopping.min_delta", SETTING_REAL, "1e-4", 0, 1, NULL, NULL,
     "what counts as better"},
    {"trainer.early_stopping.monitor", SETTING_TEXT, "ndcg@10", 0, 0, NULL,
     "trainer.early_stopping.metric", "what is watched: a metric on validation, or val_loss"},
    {"trainer.early_stopping.mode", SETTING_TEXT, "auto", 0, 0, "auto|min|max", NULL,
     "whether what is watched shall fall or rise; auto: as it does"},
    {"trainer.eval_every_n_epochs", SETTING_INT, "5", 1, 100000, NULL, NULL,
     "epochs from one measurement of the validation metric to the next"},
    {"trainer.val_check_interval", SETTING_INT, "1", 1, 100000, NULL, NULL,
     "the same for val_loss"},
    {"trainer.checkpoint.enabled", SETTING_BOOL, "true", 0, 0, NULL, NULL,
     "save on the way where a checkpoint file is asked for"},
    {"trainer.checkpoint.save_top_k", SETTING_INT, "3", 0, 100, NULL, NULL,
     "how many of the best epochs are kept"},
    {"trainer.checkpoint.save_last", SETTING_BOOL, "true", 0, 0, NULL, NULL,
     "keep the last epoch, to resume from"},
    {"trainer.checkpoint.keep", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "leave the checkpoints where they are once the model file is saved"},
    {"trainer.checkpoint.monitor", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "what the best epochs are judged by: only what early_stopping.monitor watches"},
    {"trainer.checkpoint.mode", SETTING_TEXT, "auto", 0, 0, "auto|min|max", NULL,
     "as early_stopping.mode"},
    {"trainer.gradient_clip.enabled", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "scale gradients down whose norm is above max_norm"},
    {"trainer.gradient_clip.max_norm", SETTING_REAL, "1.0", 1e-9, 1e9, NULL, NULL,
     "norm over all parameters together"},
    {"trainer.detect_anomaly", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "accepted from other programs' files; the loss is looked at after every step anyway"},
    {"trainer.mixed_precision", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "this build trains in f32: true is an error, from a file it is passed over with a warning"},
    {"trainer.refit", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "once validation has chosen, fit train and validation together with the choices"},
    {"trainer.final_fit", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "after the measurement fit once more on everything, and save that"},
    {0},
};

static enum schedule_kind schedule_kind_of(const struct settings *settings) {
    static const enum schedule_kind kinds[] = {SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_COSINE,
                                               SCHEDULE_PLATEAU, SCHEDULE_CONSTANT};
    return kinds[settings_choice(settings, "trainer.scheduler.name")];
}

static enum status read_schedule(struct trainer_options *options, const struct settings *settings,
                                 struct error *error) {
    struct schedule *schedule = &options->schedule;
    *schedule = (struct schedule){
        .kind = schedule_kind_of(settings),
        .rate = settings_real(settings, "trainer.learning_rate"),
        .least = settings_real(settings, "trainer.scheduler.min_lr"),
        .factor = settings_real(settings, "trainer.scheduler.factor"),
        .epochs = (uint32_t)settings_int(settings, "trainer.scheduler.epochs"),
        .step_size = (uint32_t)settings_int(settings, "trainer.scheduler.step_size"),
        .patience = (uint32_t)settings_int(settings, "trainer.scheduler.patience"),
        .minimize = settings_choice(settings, "trainer.scheduler.mode") == 0,
        .warmup_steps = (uint64_t)settings_int(settings, "trainer.scheduler.warmup_steps"),
    };
    if (schedule->epochs == 0)
        schedule->epochs = options->max_epochs;
    const int64_t *milestones;
    size_t count = settings_int_list(settings, "trainer.scheduler.milestones", &milestones);
    if (count > SCHEDULE_MILESTONES_MAX)
        return error_set(error, STATUS_BAD_USAGE,
                         "trainer.scheduler.milestones: expected at most %d epochs, found %zu",
                         SCHEDULE_MILESTONES_MAX, count);
    if (schedule->kind == SCHEDULE_STEP)
        for (size_t i = 0; i < count; i++)
            schedule->milestones[schedule->milestone_count++] = (uint32_t)milestones[i];
    return STATUS_OK;
}

static enum status read_optimizer(struct optimizer *optimizer, const struct settings *settings,
                                  struct error *error) {
    const double *betas;
    size_t count = settings_real_list(settings, "trainer.optimizer.betas", &betas);
    if (count != 2)
        return error_set(error, STATUS_BAD_USAGE,
                         "trainer.optimizer.betas: expected two numbers, as in [0.9,0.999], found "
                         "%zu",
                         count);
    *optimizer = (struct optimizer){
        .kind = (enum optimizer_kind)settings_choice(settings, "trainer.optimizer.name"),
        .sparse = (enum optimizer_sparse)settings_choice(settings, "trainer.optimizer.sparse"),
        .beta1 = betas[0],
        .beta2 = betas[1],
        .epsilon = settings_real(settings, "trainer.optimizer.eps"),
        .momentum = settings_real(settings, "trainer.optimizer.momentum"),
        .weight_decay = settings_real(settings, "trainer.weight_decay"),
    };
    return STATUS_OK;
}

static enum status read_batch_size(struct trainer_options *options, const struct settings *settings,
                                   struct error *error) {
    const char *text = settings_text(settings, "trainer.batch_size");
    if (strcmp(text, "auto") == 0)
        return STATUS_OK;
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*end || end == text || *text == '-' || value < 1 || value > TRAINER_BATCH_ROWS_MAX)
        return error_set(error, STATUS_BAD_USAGE,
                         "trainer.batch_size: expected auto or a number from 1 to %d, found \"%s\"",
                         TRAINER_BATCH_ROWS_MAX, text);
    options->batch_rows = value;
    return STATUS_OK;
}

/* What may differ between a checkpoint and the run that resumes it. */
static bool shapes_training(const char *key) {
    static const char *const free_keys[] = {"trainer.max_epochs",
                                            "trainer.checkpoint.",
                                            "trainer.early_stopping.enabled",
                                            "trainer.early_stopping.patience",
                                            "trainer.early_stopping.min_delta",
                                            "trainer.final_fit",
                                            "trainer.refit"};
    for (size_t i = 0; i < sizeof free_keys / sizeof *free_keys; i++)
        if (strncmp(key, free_keys[i], strlen(free_keys[i])) == 0)
            return false;
    return strncmp(key, "trainer.", 8) == 0 || strncmp(key, "model.", 6) == 0 ||
           strncmp(key, "data.negative", 13) == 0;
}

static void digest_settings(uint8_t sum[32], const struct settings *settings) {
    struct digest digest;
    digest_begin(&digest, DIGEST_SHA256);
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(settings, i, &entry); i++)
        if (shapes_training(entry.spec->key)) {
            digest_update(&digest, entry.spec->key, strlen(entry.spec->key) + 1);
            digest_update(&digest, entry.value, strlen(entry.value) + 1);
        }
    digest_end(&digest, sum);
}

/* Settings that other programs let one choose and that follow from what is watched here. */
static enum status check_watched(const struct settings *settings, const char *monitor,
                                 struct error *error) {
    const char *judge = settings_text(settings, "trainer.checkpoint.monitor");
    if (*judge && strcmp(judge, monitor) != 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "trainer.checkpoint.monitor=%s: the best epochs are judged by what is "
                         "watched, trainer.early_stopping.monitor=%s; set that, or leave this out",
                         judge, monitor);
    if (strcmp(monitor, "val_loss") == 0)
        return trainer_check_mode(settings, true, error);
    return STATUS_OK;
}

enum status trainer_check_mode(const struct settings *settings, bool falls, struct error *error) {
    static const char *const keys[] = {"trainer.early_stopping.mode", "trainer.checkpoint.mode"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *mode = settings_text(settings, keys[i]);
        if (strcmp(mode, "auto") != 0 && strcmp(mode, falls ? "min" : "max") != 0)
            return error_set(error, STATUS_BAD_USAGE,
                             "%s=%s: trainer.early_stopping.monitor=%s is better the %s it is; "
                             "leave the mode out",
                             keys[i], mode,
                             settings_text(settings, "trainer.early_stopping.monitor"),
                             falls ? "smaller" : "larger");
    }
    return STATUS_OK;
}

enum status trainer_settings_read(struct trainer_options *options, const struct settings *settings,
                                  struct error *error) {
    const char *monitor = settings_text(settings, "trainer.early_stopping.monitor");
    bool watch_loss = strcmp(monitor, "val_loss") == 0;
    *options = (struct trainer_options){
        .max_epochs = (uint32_t)settings_int(settings, "trainer.max_epochs"),
        .accumulate = (size_t)settings_int(settings, "trainer.accumulate_grad_batches"),
        .reg_weight = settings_real(settings, "trainer.reg_weight"),
        .clip_norm = settings_bool(settings, "trainer.gradient_clip.enabled")
                         ? settings_real(settings, "trainer.gradient_clip.max_norm")
                         : 0,
        .watch_loss = watch_loss,
        .measure_every = (uint32_t)settings_int(
            settings, watch_loss ? "trainer.val_check_interval" : "trainer.eval_every_n_epochs"),
        .stop_early = settings_bool(settings, "trainer.early_stopping.enabled"),
        .patience = (uint32_t)settings_int(settings, "trainer.early_stopping.patience"),
        .min_delta = settings_real(settings, "trainer.early_stopping.min_delta"),
        .checkpoint = settings_bool(settings, "trainer.checkpoint.enabled"),
        .checkpoint_last = settings_bool(settings, "trainer.checkpoint.save_last"),
        .checkpoint_best = (uint32_t)settings_int(settings, "trainer.checkpoint.save_top_k"),
    };
    TRY(check_watched(settings, monitor, error));
    TRY(read_batch_size(options, settings, error));
    TRY(read_optimizer(&options->optimizer, settings, error));
    TRY(read_schedule(options, settings, error));
    digest_settings(options->digest, settings);
    return STATUS_OK;
}

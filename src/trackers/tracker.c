/* tracker.c: the list of trackers and their settings. See tracker.h. Checked by
 * tests/trackers/test_trackers.c and, against the real readers, by tools/check trackers. */
#include "trackers/tracker.h"

#include <string.h>

const struct setting_spec tracker_settings[] = {
    {"logger.use_csv", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "metrics.csv and settings.yaml in logger.save_dir"},
    {"logger.use_tensorboard", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "event files for TensorBoard in logger.save_dir"},
    {"logger.use_mlflow", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "log to an MLflow server, or into a folder as MLflow's file store"},
    {"logger.use_wandb", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "event files that the wandb client uploads, with WANDB_API_KEY from the environment or .env"},
    {"logger.use_rich", SETTING_BOOL, "true", 0, 0, NULL, NULL,
     "accepted from other programs' files; a terminal has its live line anyway"},
    {"logger.log_every_n_steps", SETTING_INT, "50", 1, 1000000, NULL, NULL,
     "accepted from other programs' files; every epoch is logged"},
    {"logger.save_dir", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "where csv and tensorboard write; the data folder's logs/ if not said"},
    {"logger.mlflow.tracking_uri", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "the server, or a folder; if not said MLFLOW_TRACKING_URI, paths.mlflow_dir, "
     "http://127.0.0.1:5000, the first that is there"},
    {"logger.mlflow.experiment_name", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "experiment_name if not said"},
    {"logger.mlflow.run_name", SETTING_TEXT, "", 0, 0, NULL, NULL, "run_name if not said"},
    {"logger.mlflow.log_model", SETTING_BOOL, "true", 0, 0, NULL, NULL,
     "upload the model file as an artifact"},
    {"logger.mlflow.register_model", SETTING_TEXT, "false", 0, 0, NULL, NULL,
     "register it: a name, or true for matinee-MODEL"},
    {"logger.wandb.project", SETTING_TEXT, "", 0, 0, NULL, NULL, "project_name if not said"},
    {"logger.wandb.entity", SETTING_TEXT, "", 0, 0, NULL, NULL, "the team or person"},
    {"logger.wandb.name", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "a text of the run, and WANDB_NAME for the client; run_name if not said"},
    {"logger.wandb.tags", SETTING_TEXT_LIST, "[]", 0, 0, NULL, NULL,
     "a text of the run, and WANDB_TAGS for the client"},
    {"logger.wandb.notes", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "a text of the run, and WANDB_NOTES for the client"},
    {"logger.wandb.mode", SETTING_TEXT, "online", 0, 0, "online|offline|disabled", NULL,
     "offline: only the files, to be uploaded later; disabled: not even those"},
    {"logger.wandb.watch_model", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "after each epoch how large every parameter and its gradient are: weights/*, gradients/*"},
    {"paths.mlflow_dir", SETTING_TEXT, "", 0, 0, NULL, NULL,
     "where use_mlflow writes MLflow's file store when no server is named"},
    {NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL},
};

const struct tracker_ops *tracker_at(size_t index) {
    static const struct tracker_ops *const all[] = {&tracker_csv, &tracker_tensorboard,
                                                    &tracker_mlflow, &tracker_wandb};
    return index < sizeof all / sizeof *all ? all[index] : NULL;
}

const char *tracker_metric_name(const char *metric, struct arena *arena) {
    const char *at = strchr(metric, '@');
    return at ? arena_format(arena, "%.*s_at_%s", (int)(at - metric), metric, at + 1) : metric;
}

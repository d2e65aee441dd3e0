/* experiment_settings.c: the settings of an experiment, and all tables that one reads together.
 * Checked by tests/experiment/test_experiment.c. */
#include "experiment/experiment.h"
#include "experiment/item_text.h"
#include "models/trainer.h"
#include "split/split.h"

const struct setting_spec experiment_settings[] = {
    {"model", SETTING_TEXT, "", 0, 0, NULL, "model.name", "what to train; `matinee models` lists"},
    {"data", SETTING_TEXT, "", 0, 0, NULL, "data.name|data.path",
     "a name from `matinee data list`, or a path"},
    {"seed", SETTING_INT, "42", 0, 9e15, NULL, "random_seed", "seed of the model's random numbers"},
    {"seeds", SETTING_INT_LIST, "[]", 0, 9e15, NULL, NULL,
     "several runs on one split; the report is their mean"},
    {"threads", SETTING_INT, "0", 0, 1024, NULL, NULL,
     "how many threads, 0 for all; changes nothing but the time"},
    {"evaluation.k_values", SETTING_INT_LIST, "[5,10,20]", 1, METRIC_K_MAX, NULL, "k_values|K",
     "the lengths of list at which metrics without @K are measured"},
    {"evaluation.metrics", SETTING_TEXT_LIST, "[precision,recall,ndcg,hit_rate]", 0, 0, NULL,
     "metrics", "what is measured, with or without @K; all: everything"},
    {"evaluation.candidates", SETTING_TEXT, "all", 0, 0, NULL, "candidates",
     "all, given (the lists that ship with the data), or a number to sample for each user"},
    {"evaluation.seed", SETTING_INT, "42", 0, 9e15, NULL, NULL, "seed of sampled candidates"},
    {"evaluation.min_relevant", SETTING_REAL, "", -1e9, 1e9, NULL, "min_relevant",
     "held-out items with a lower rating do not count as relevant"},
    {"evaluation.query", SETTING_TEXT, "known", 0, 0, "known|history", "query",
     "who asks: known users, or each as a bare history that the model has never met"},
    {"evaluation.part", SETTING_TEXT, "test", 0, 0, "test|validation", NULL,
     "what is measured; validation: to find settings without a look at the test"},
    {0}};

/* What of trainer.* applies to a model that is not trained by gradients. */
static const struct setting_spec fit_settings[] = {
    {"trainer.final_fit", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "after the measurement fit once more on everything, and save that"},
    {0}};

struct settings *experiment_settings_for(const struct model_ops *ops, struct arena *arena) {
    struct settings *settings = settings_create(arena);
    settings_add(settings, experiment_settings);
    settings_add(settings, ops->settings);
    settings_add(settings, dataset_settings);
    settings_add(settings, split_settings);
    settings_add(settings, ops->traits & MODEL_TRAINED ? trainer_settings : fit_settings);
    if (ops->needs & MODEL_NEEDS_TEXT || ops->traits & (MODEL_OF_PARTS | MODEL_READS_TEXT))
        settings_add(settings, item_text_settings);
    return settings;
}

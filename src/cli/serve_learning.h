/* serve_learning.h: when `matinee serve` trains its models again. */
#ifndef MATINEE_CLI_SERVE_LEARNING_H
#define MATINEE_CLI_SERVE_LEARNING_H

#include "cli/command.h"
#include "service/service.h"

/* As the options say; without them trainings are only those that are asked for (POST /api/train).
 * Error: what is no span of time. */
enum status serve_learning_begin(struct service *service, const struct arguments *arguments,
                                 struct error *error);

/* clang-format off */
#define SERVE_LEARNING_OPTIONS                                                                     \
    {{"--retrain-every", SETTING_TEXT, "", 0, 0, NULL, NULL,                                       \
      "train the models again so often, as in 30m, 6h or 1d"},                                     \
     "TIME",                                                                                       \
     NULL,                                                                                         \
     WORD_NONE},                                                                                   \
    {{"--retrain-after", SETTING_INT, "0", 0, 1e12, NULL, NULL,                                    \
      "train them again after so many events; 0 is never"},                                        \
     "N",                                                                                          \
     NULL,                                                                                         \
     WORD_NONE},                                                                                   \
    {{"--update-after", SETTING_INT, "0", 0, 1e12, NULL, NULL,                                     \
      "after so many events teach them to models that learn row by row; 0 is never"},              \
     "N",                                                                                          \
     NULL,                                                                                         \
     WORD_NONE},                                                                                   \
    {{"--retrain-tolerance", SETTING_REAL, "0.05", 0, 1, NULL, NULL,                               \
      "by which share a new model may be worse on the newest events and is served yet"},           \
     "X",                                                                                          \
     NULL,                                                                                         \
     WORD_NONE},                                                                                   \
    {{"--retrain-least", SETTING_INT, "20", 1, 1000, NULL, NULL,                                   \
      "by how many of the newest events two models are compared at least"},                        \
     "N",                                                                                          \
     NULL,                                                                                         \
     WORD_NONE},                                                                                   \
    {{"--train-memory", SETTING_TEXT, "", 0, 0, NULL, NULL,                                        \
      "what a training may take before it is ended, as in 500MB or 4GB; half of what is free"},    \
     "SIZE",                                                                                       \
     NULL,                                                                                         \
     WORD_NONE},                                                                                   \
    {{"--run-store", SETTING_TEXT, "", 0, 0, NULL, NULL,                                           \
      "the store of runs; matinee.db in the data folder if not said"},                             \
     "FILE",                                                                                       \
     "MATINEE_STORE",                                                                              \
     WORD_FILE}
/* clang-format on */

#endif

/* job.h: what an experiment is to do: files and command line put into one set of settings. */
#ifndef MATINEE_CLI_JOB_H
#define MATINEE_CLI_JOB_H

#include <stdio.h>

#include "base/config.h"
#include "base/error.h"
#include "base/settings.h"
#include "cli/command.h"
#include "models/model.h"

struct job {
    const struct model_ops *ops;
    struct settings *settings; /* of the experiment */
    struct settings *places;   /* job_settings: where things lie; nothing that shapes a model */
};

/* The rows of `places`: names, device, max_memory, paths.*. */
extern const struct setting_spec job_settings[];

/* Composes --config (or $CONFIG_PATH) and the key=value words. `model` NULL: the one that they
 * name, item_knn if none does. What the model does not know but `others` (may be NULL) do, words
 * and settings of the models that it is compared with, is passed over. Errors: what config_read and
 * settings_set say; an unknown model, or two; a device that is not there. */
enum status job_make(struct job *job, const struct arguments *arguments, const char *model,
                     const struct settings *others, struct error *error);
/* Another model on the same data, split and measurement: everything that was set for `like` but
 * what belongs to its model and trainer. Errors: an unknown model, the same one. */
enum status job_make_rival(struct job *job, const struct job *like, const char *model,
                           struct arena *arena, struct error *error);
/* Reads "500MB". `key` is named in the error. */
enum status job_read_memory(const char *text, const char *key, size_t *bytes, struct error *error);
/* The same as what the program may take in all. */
enum status job_limit_memory(const char *text, const char *key, struct error *error);
/* The rows of every command that works for long: --max-memory and --quiet. */
/* clang-format off */
#define JOB_WORK_OPTIONS                                                                           \
    {{"--max-memory", SETTING_TEXT, "", 0, 0, NULL, NULL,                                          \
      "refuse what would need more, as in 500MB or 4GB"},                                          \
     "SIZE",                                                                                       \
     NULL,                                                                                         \
     WORD_NONE},                                                                                   \
    {{"--quiet", SETTING_BOOL, "false", 0, 0, NULL, NULL, "no progress"}, NULL, NULL, WORD_NONE}
/* clang-format on */
/* The row --evolution, to be put into a command's table of options. */
#define JOB_EVOLUTION_OPTION                                                                       \
    {                                                                                              \
        {"--evolution",                                                                            \
         SETTING_INT_LIST,                                                                         \
         "[]",                                                                                     \
         1,                                                                                        \
         10000,                                                                                    \
         NULL,                                                                                     \
         NULL,                                                                                     \
         "the cold-start curve too: lists after so many ratings, as in 1,2,3,5,10,15,20, tested "  \
         "on the next five"},                                                                      \
            "LIST", NULL, WORD_NONE                                                                \
    }
/* What it says, ascending and without doubles, in the arena of the arguments; returns how many. */
size_t job_read_evolution(const struct arguments *arguments, const int64_t **lengths);
/* Takes what of the settings holds for the whole program: threads, where data sets lie. */
void job_start(const struct job *job);
/* The settings as YAML: `--cfg job`. */
void job_print(const struct job *job, FILE *out);

#endif

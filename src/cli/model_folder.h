/* model_folder.h: where trained models lie: DATA FOLDER/models/MODEL-DATA.safetensors. */
#ifndef MATINEE_CLI_MODEL_FOLDER_H
#define MATINEE_CLI_MODEL_FOLDER_H

#include <stddef.h>

#include "cli/command.h"

/* The user data folder's models/. */
const char *model_folder_default(struct arena *arena);
/* The file for a model of a data set in `folder`; `data` may be a path, of which the last part
 * counts. */
const char *model_folder_file(const char *folder, const char *model, const char *data,
                              struct arena *arena);
/* The model files of a folder, the newest first; none if there is no such folder. */
size_t model_folder_list(const char *folder, const char *const **paths, struct arena *arena);
/* `file` if it is not NULL, else $MODEL_PATH, else the newest of the data folder. models:/NAME/3 is
 * fetched from MLflow's registry. Errors: mlflow_registry_fetch's; STATUS_NOT_FOUND: there is none,
 * says how to train one. */
enum status model_folder_choose(const char **path, const char *file,
                                const struct arguments *arguments, struct error *error);
/* The row of every command that takes such a file; its alias is the setting of the tracker. */
/* clang-format off */
#define MODEL_FOLDER_OPTION                                                                        \
    {{"--tracking-uri", SETTING_TEXT, "", 0, 0, NULL, "logger.mlflow.tracking_uri",                \
      "the MLflow server that models:/NAME/VERSION in place of a file is fetched from"},           \
     "URI",                                                                                        \
     "MLFLOW_TRACKING_URI",                                                                        \
     WORD_NONE}
/* The row of their table of operands. */
#define MODEL_FILE_OPERAND                                                                         \
    {"FILE", "a model file, or models:/NAME/VERSION; without it the newest of the data folder",    \
     WORD_FILE, NULL}
/* clang-format on */

#endif

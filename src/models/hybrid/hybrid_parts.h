/* hybrid_parts.h: which models a hybrid is made of, and with which settings.
 *
 * model.models is a list of parts, each
 *     ease                       a registered model
 *     config/.../ease.yaml       a recipe: its model, and its model.* and trainer.* settings
 *     ease.safetensors           a trained model file: its model and settings, and, where it was
 *                                fitted on the same rows, its weights
 * with "LABEL:" in front where a part shall have another name than its model or file.
 * model.part_settings says more: "LABEL.model.l2=1000", "LABEL.trainer.max_epochs=22",
 * "LABEL.seed=7". Of what is said of a part, it holds before the recipe or file, that before what
 * is said of trainer.* for the whole hybrid, that before what the model suggests for the data.
 *
 * Recipes and files are read once: hybrid_parts_suggest writes what came of all that back as plain
 * names and part_settings, so that a run can be repeated from its stored settings alone. */
#ifndef MATINEE_MODELS_HYBRID_PARTS_H
#define MATINEE_MODELS_HYBRID_PARTS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"
#include "models/model.h"
#include "models/model_file.h"

#define HYBRID_PARTS_MAX MODEL_PARTS_MAX

struct hybrid_part {
    const char *label;
    const struct model_ops *ops;
    const char *file; /* a model file that it may be taken from; NULL: none */
    struct settings *settings;
    struct model *model;
    struct model_file *opened; /* where the model is the file's; NULL: the model is our own */
};

struct hybrid_parts {
    struct hybrid_part *list;
    size_t count;
};

/* Reads model.models, model.part_settings, model.part_files and trainer.*; no model is created. The
 * arena is not a scratch arena. Errors: no part or too many, a label twice, an unknown model,
 * setting or label (with the nearest), what config_read and model_file_open say. */
enum status hybrid_parts_read(struct hybrid_parts *parts, const struct settings *settings,
                              struct arena *arena, struct error *error);
/* Lets each part suggest what suits the data, and writes all back to the settings. What cannot be
 * read is left for hybrid_parts_read to refuse. */
void hybrid_parts_suggest(struct settings *settings, const struct interactions *train);

/* Creates the models. */
enum status hybrid_parts_create(struct hybrid_parts *parts, struct error *error);
void hybrid_parts_release(struct hybrid_parts *parts);
/* Fits them one by one, or takes them from their files. `scale` is the whole's: what is
 * measured on validation fits a part only if it means the same. */
enum status hybrid_parts_fit(struct hybrid_parts *parts, const struct fit_input *input,
                             enum model_scale scale, struct error *error);
/* "model.part_settings=[...]" with what the parts' fits chose put in; NULL if they chose nothing.
 */
const char *hybrid_parts_choice(const struct hybrid_parts *parts, struct arena *arena);

#endif

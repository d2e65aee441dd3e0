/* model_file.h: a fitted model on disk, self-contained: a safetensors file with the weights, and
 * beside them the id maps, titles, years, genres and the histories, so that `recommend` and `serve`
 * need nothing else. It is mapped into memory.
 *
 * Its metadata: format version, model name, every setting that shaped it (not paths, threads,
 * seconds, time or host: the same seed gives the same bytes), the data's name and checksum, and
 * what it was fitted on ("train", "train+validation", "all": the last has nothing held out and
 * `evaluate` refuses it). */
#ifndef MATINEE_MODELS_MODEL_FILE_H
#define MATINEE_MODELS_MODEL_FILE_H

#include "base/error.h"
#include "base/settings.h"
#include "dataset/dataset.h"
#include "models/model.h"
#include "nn/tensor.h"

#define MODEL_FILE_VERSION "1"
#define MODEL_FILE_UPDATED "updated" /* fitted_on of a model that has learnt rows since its fit */
#define MODEL_FILE_NEWEST "newest_events" /* measured_by: what people did most recently */

struct model_file {
    struct tensor_file tensors;
    struct model *model;
    struct dataset catalogue;  /* ids, movies, genres; `interactions` are the stored histories;
                                  borrowed from the mapping */
    struct settings *settings; /* as they were at the fit: model.*, data.*, trainer.*, seed */
    const char *data_name;     /* to open the data again for `evaluate` */
    const char *fitted_on;     /* "train", "train+validation", "all", "updated" */
    /* The report's metrics as a JSON object, for /api/models; "{}" if not evaluated. */
    const char *metrics;
    const char *measured_by; /* on what, where it is not the split of the settings; NULL: that */
};

/* What goes into a file beside the model. */
struct model_file_content {
    const struct dataset *catalogue;
    const struct interactions *histories; /* over the catalogue's users and items */
    const struct settings *settings;
    const char *fitted_on;
    const char *metrics; /* NULL: "{}" */
};

enum status model_file_save(const char *path, struct model *model,
                            const struct model_file_content *content, struct error *error);
/* The same file with what it was measured by, and on what, after the fit. */
enum status model_file_measured(const char *path, const char *metrics, const char *measured_by,
                                struct error *error);
/* Errors: not ours, truncated, another version, an unknown model, tensors that do not fit the
 * model. */
enum status model_file_open(struct model_file **out, const char *path, struct error *error);
void model_file_close(struct model_file *file); /* NULL is fine */

#endif

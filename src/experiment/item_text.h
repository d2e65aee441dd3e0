/* item_text.h: what is written of the films, made into features of the items for those models that
 * ask for them (MODEL_NEEDS_TEXT).
 *
 *   "text"   dense: an encoder's vector of title, genres and most used tags
 *   "terms"  compressed: TF-IDF of title, genres and tags */
#ifndef MATINEE_EXPERIMENT_ITEM_TEXT_H
#define MATINEE_EXPERIMENT_ITEM_TEXT_H

#include "base/error.h"
#include "base/progress.h"
#include "base/settings.h"
#include "dataset/dataset.h"

/* The settings text.*. */
extern const struct setting_spec item_text_settings[];

/* Adds the features to the data set, once it is prepared: rows are of its items as they are
 * numbered now. Vectors come from where they are kept (text_vectors.h). Errors: those of
 * encoder_open. */
enum status item_text_attach(struct dataset *data, const struct settings *settings,
                             struct progress *progress, struct error *error);

#endif

/* known.h: every setting that some model, or the experiment around it, knows. */
#ifndef MATINEE_CLI_KNOWN_H
#define MATINEE_CLI_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"
#include "models/model.h"

/* All rows of all models and of the experiment around them, those of `first` before the others
 * (NULL: in the models' order). */
struct settings *known_settings(const struct model_ops *first, struct arena *arena);
/* Adds what `from` has and `to` has not. */
void known_add(struct settings *to, const struct settings *from, struct arena *arena);
/* Whether a row belongs to a model and not to the experiment: "model.k". */
bool known_is_models(const char *key);
/* What may be said, in words: "whole number, 1 to 100", "cosine, pearson"; a text of the arena. */
const char *known_values(const struct setting_spec *spec, struct arena *arena);
/* The refusal of a key that `own`, all that a model and the command with it read, has not
 * (STATUS_BAD_USAGE): names the models that know it, or the nearest key where `own` has it. */
enum status known_refuse(const struct model_ops *ops, const char *key, struct settings *own,
                         struct error *error);

#endif

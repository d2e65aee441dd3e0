/* hybrid_weights.h: how much each part of a hybrid counts, by how many ratings a person has.
 *
 * model.user_thresholds=[5,10] makes three tiers: below 5 ratings, below 10, and the rest.
 * model.weights says what counts there, one number for all tiers or one for each:
 *     [0.7,0.3]                              in the order of model.models
 *     [ease:0.7,popularity:0.3]              by part
 *     [item_knn:.2/.35/.6,popularity:.8/.65/.4]
 *     [content:.7/.5/.3,collaborative:.2/.35/.6,popularity:.1/.15/.1]   by role
 * A role is shared equally by its parts that are not named themselves: models of the family
 * content, of the family baseline (popularity), and all others. */
#ifndef MATINEE_MODELS_HYBRID_WEIGHTS_H
#define MATINEE_MODELS_HYBRID_WEIGHTS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"
#include "models/hybrid/hybrid_parts.h"

#define HYBRID_TIERS_MAX 16

struct hybrid_weights {
    size_t tier_count, part_count;
    double thresholds[HYBRID_TIERS_MAX]; /* [tier_count - 1], ascending */
    double *values; /* [tier_count][part_count]; the absolute values of a tier sum to 1 */
};

/* Reads model.user_thresholds and model.weights. Without weights parts count by their roles
 * (`by_role`), or all the same. Errors: a name that is neither a part nor a role, as many numbers
 * as there are neither parts nor tiers, a tier without any weight. */
enum status hybrid_weights_read(struct hybrid_weights *weights, const struct settings *settings,
                                const struct hybrid_parts *parts, bool by_role, struct arena *arena,
                                struct error *error);

/* The weights [part_count] of a person with so many ratings. */
const double *hybrid_weights_of(const struct hybrid_weights *weights, size_t ratings);
size_t hybrid_weights_tier(const struct hybrid_weights *weights, size_t ratings);

/* Makes the weights those that hybrid_weights_text will say. Error: a tier without any weight. */
enum status hybrid_weights_round(struct hybrid_weights *weights, struct error *error);
/* What hybrid_weights_number says of a number. */
double hybrid_weights_rounded(double value);
/* A number between -1e6 and 1e6 as a setting's text, with nine digits behind the point. */
const char *hybrid_weights_number(double value, struct arena *arena);
/* "model.weights=[a:0.5/0.4,b:0.5/0.6]": what hybrid_weights_read reads as the same weights if they
 * were rounded. */
const char *hybrid_weights_text(const struct hybrid_weights *weights,
                                const struct hybrid_parts *parts, struct arena *arena);

#endif

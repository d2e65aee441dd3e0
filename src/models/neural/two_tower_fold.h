/* two_tower_fold.h: the learned embedding of a user who is not known: a linear map of what the
 * history says.
 *
 * Idea    After the training each user has a summary [mean of the vectors of the history's items |
 *         the user's features | 1] and a learned embedding; a ridge regression of the one on the
 *         other gives the map. Features alone would do without; this adds what the embedding knew.
 * Shapes  map [width + features + 1][embedding].
 * Cost    users * (width + features)^2 once; a fold-in reads the history's item vectors.
 * Checked tests/models/test_two_tower.c, and by evaluation.query=history. */
#ifndef MATINEE_MODELS_NEURAL_TWO_TOWER_FOLD_H
#define MATINEE_MODELS_NEURAL_TWO_TOWER_FOLD_H

#include <stdbool.h>

#include "dataset/interactions.h"
#include "models/neural/two_tower_features.h"
#include "models/neural/two_tower_network.h"

struct two_tower_fold {
    const struct two_tower_network *network;
    const struct two_tower_features *features;
    const float *item_vectors; /* [items][width] */
};

size_t two_tower_fold_rows(const struct two_tower_network *network); /* of the map */
/* False if the equations cannot be solved. */
bool two_tower_fold_fit(const struct two_tower_fold *fold, const struct interactions *train,
                        float *map);
/* embedding[.] for a history whose row of features is there. */
void two_tower_fold_in(const struct two_tower_fold *fold, const float *map,
                       const struct history *history, const float *features, float *embedding);
/* shares[history.count] += what each row adds to slope[embedding] . the embedding by way of its
 * item's vector; features[.] += how that product sees the row of features. */
void two_tower_fold_shares(const struct two_tower_fold *fold, const float *map,
                           const struct history *history, const float *slope, float *features,
                           float *shares);

#endif

/* neumf_fold.h: the map that folds new people into GMF and MLP (models/fold_map.h), over the
 * network's tables.
 *
 * Shapes  map [2 * (mf_dim + mlp_dim) + 2][mf_dim + mlp_dim].
 * Checked tests/models/test_neumf.c: bare histories of known users score within reach of them. */
#ifndef MATINEE_MODELS_NEURAL_NEUMF_FOLD_H
#define MATINEE_MODELS_NEURAL_NEUMF_FOLD_H

#include "models/fold_map.h"
#include "models/neural/neumf_network.h"

/* GMF's tables, then the tower's, those that the network has. */
struct fold_map neumf_fold(const struct neumf_network *network);

#endif

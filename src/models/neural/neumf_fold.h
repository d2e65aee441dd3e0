/* neumf_fold.h: user vectors for somebody whom the fit has not seen, from his history alone.
 *
 * Idea    User and item vectors of GMF and MLP do not share a space, so an average of item vectors
 *         says nothing. What the two have in common is learned: once the weights are final, a ridge
 *         regression from what a history sums up to (item vectors over the square root of their
 *         number) to the user vectors that training found for the same histories.
 * Shapes  summary [2 * (mf_dim + mlp_dim) + 2]: the sum of the history's item vectors /
 * sqrt(count), their mean, then 1 and sqrt(count) / 10. map [summary][mf_dim + mlp_dim]. Figures
 * NDCG@10 from bare histories of known users over that from their own vectors, on validation rows
 * of ml-100k: gmf 0.99, mlp 0.95 to 0.99, neumf 0.99; of ml-1m: gmf 1.00. Without the mean mlp
 * comes to 0.92 only. Cost    fit: users * (summary^2 + history * width) operations and one
 * Cholesky factorization; a fold-in: history * width + summary * width. Checked
 * tests/models/test_neumf.c: bare histories of known users score within reach of them. */
#ifndef MATINEE_MODELS_NEURAL_NEUMF_FOLD_H
#define MATINEE_MODELS_NEURAL_NEUMF_FOLD_H

#include <stdbool.h>

#include "dataset/interactions.h"
#include "models/neural/neumf_network.h"

size_t neumf_fold_rows(const struct neumf_network *network);    /* of the map */
size_t neumf_fold_columns(const struct neumf_network *network); /* mf_dim + mlp_dim */

/* Fills map from the histories that the network was trained on. False: the weights are no numbers
 * that could be solved for; the map is then undefined. */
bool neumf_fold_fit(const struct neumf_network *network, const struct interactions *train,
                    real *map);
/* vectors[mf_dim + mlp_dim]: the GMF part, then the tower's. An empty history gives the vectors of
 * nobody in particular. Items outside the network are passed over. */
void neumf_fold_in(const struct neumf_network *network, const real *map,
                   const struct history *history, real *vectors);

#endif

/* fold_map.h: user vectors for somebody whom the fit has not seen, from his history alone.
 *
 * Idea    The user and item vectors of a factor model do not share a space, so an average of item
 *         vectors says nothing. What the two have in common is learned: once the vectors are final,
 *         a ridge regression from what a history sums up to (item vectors over the square root of
 *         their number) to the user vectors that training found for the same histories.
 * Parts   A model may have several pairs of tables (NeuMF: GMF's and the tower's); columns below is
 *         the sum of their dimensions.
 * Shapes  summary [2 * columns + 2]: the sum of the history's item vectors / sqrt(count), their
 *         mean, then 1 and sqrt(count) / 10. map [summary][columns].
 * Figures NDCG@10 from bare histories of known users over that from their own vectors, on
 *         validation rows of ml-100k: gmf 0.99, mlp 0.95 to 0.99, neumf 0.99; of ml-1m: gmf and bpr
 *         1.00; of gowalla: lightgcn 0.99. Without the mean mlp comes to 0.92 only.
 * Cost    fit: users * (summary^2 + history * columns) operations and one Cholesky factorization;
 *         a fold-in: history * columns + summary * columns.
 * Checked tests/models/test_neumf.c, test_lightgcn.c, conformance: bare histories of known users
 *         score within reach of them. */
#ifndef MATINEE_MODELS_FOLD_MAP_H
#define MATINEE_MODELS_FOLD_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/interactions.h"

#define FOLD_MAP_PARTS_MAX 2

/* A pair of tables, borrowed. */
struct fold_map_part {
    const float *users; /* [users][dimension]; looked at by fold_map_fit alone */
    const float *items; /* [items][dimension] */
    size_t dimension;
};
struct fold_map {
    size_t item_count, part_count;
    struct fold_map_part parts[FOLD_MAP_PARTS_MAX];
};

size_t fold_map_rows(const struct fold_map *fold); /* of the map */
size_t fold_map_columns(const struct fold_map *fold);

/* Fills map from the histories that the vectors were trained on. False: the vectors are no numbers
 * that could be solved for; the map is then undefined. */
bool fold_map_fit(const struct fold_map *fold, const struct interactions *train, float *map);
/* vectors[columns]: the parts one after another. An empty history gives the vectors of nobody in
 * particular. Items outside the tables are passed over. */
void fold_map_apply(const struct fold_map *fold, const float *map, const struct history *history,
                    float *vectors);
/* shares[history.count]: what each row adds to direction[columns] . vectors; what they sum to is
 * that less what an empty history gives. That there are so many rows counts for all alike. */
void fold_map_shares(const struct fold_map *fold, const float *map, const struct history *history,
                     const float *direction, float *shares);

#endif

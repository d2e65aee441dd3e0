/* item_weights.h: sparse weights of items on items as the state of a model: kept, scored and
 * explained the same way wherever they come from (slim, rp3beta).
 *
 * Idea    score = history row times the weights; where nothing in the history has a weight, the
 *         popularity of the items. A history is all that is asked for, so known users and new ones
 *         are the same.
 * State   compressed rows by item of the history: offsets [items + 1] uint64, items [entries]
 *         uint32, weights [entries] float32; popularity [items] float32.
 * Checked tests/models/test_slim.c, test_rp3beta.c, conformance. */
#ifndef MATINEE_MODELS_ITEM_WEIGHTS_H
#define MATINEE_MODELS_ITEM_WEIGHTS_H

#include <stdbool.h>

#include "models/model.h"
#include "sparse/csr.h"

struct item_weights {
    struct tensor offsets, items, weights, popularity;
    bool use_ratings; /* an item of the history counts by its rating */
};

/* For create(): the names of the tensors. */
void item_weights_init(struct item_weights *weights, bool use_ratings);
/* For fit(): row i of `into` [items][items] lists which items of a history weigh on item i. Copies
 * into memory of the arena, and takes the popularity from train. */
void item_weights_take(struct item_weights *weights, const struct csr *into,
                       const struct interactions *train, struct arena *arena);
/* The functions of struct model_ops. Shares are exact: they sum to the score, except where the
 * score is popularity. */
void item_weights_score(const struct item_weights *weights, const struct query *queries,
                        size_t query_count, const uint32_t *items, size_t item_count,
                        float *scores);
void item_weights_explain(const struct item_weights *weights, const struct query *query,
                          uint32_t item, float *shares);
size_t item_weights_tensors(struct item_weights *weights, struct tensor **list);
enum status item_weights_attach(const struct item_weights *weights, const struct model *model,
                                struct error *error);

#endif

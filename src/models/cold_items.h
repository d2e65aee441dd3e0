/* cold_items.h: a fitted model with items that it was not fitted to, each of which stands near some
 * that it was.
 *
 * Idea     Of a cold item nobody's taste is known. Its score is the mean of the scores of the items
 *          that it is most alike, by their weights; where it is in a history, the nearest of them
 *          that is not there itself speaks in its place. So every model takes cold items, by its
 *          interface alone.
 * Cost     score: that of the model, and a sum of a few numbers for each cold item; a history with
 *          none of them is handed on as it is.
 * Traps    The vectors of cold items (item_vectors) are means too, which of a model that scores by
 *          more than products of vectors say less than its scores. It is neither updated nor saved:
 *          the model itself is.
 * Checked  tests/models/test_cold_items.c. */
#ifndef MATINEE_MODELS_COLD_ITEMS_H
#define MATINEE_MODELS_COLD_ITEMS_H

#include "models/model.h"

struct cold_items {
    uint32_t count;          /* their indices follow those of the model's items */
    const uint64_t *offsets; /* [count + 1] into the next two; each has at least one */
    const uint32_t *near;    /* items of the model, the most alike first */
    const float *weights;    /* of each cold item they sum to 1 */
};

/* Both are borrowed and outlive what is returned, which model_destroy frees. */
struct model *cold_items_create(const struct model *model, const struct cold_items *cold);

/* The mean of row[items of the model] over what the cold item is near. */
float cold_items_mean(const struct cold_items *cold, uint32_t index, const float *row);

#endif

/* rating_prediction.c: see rating_prediction.h.
 *
 * Idea     r_ui = mean + b_u + b_i + sum_j s_ij (r_uj - mean - b_u - b_j) / (damping + sum_j s_ij)
 *          over the neighbours j of i in the history.
 * Source   Koren, TKDD 2010, equation (3), with the baseline of its section 2.1; the damping as in
 *          Bell & Koren, ICDM 2007: few or weak neighbours do not move a prediction far.
 * Cost     two additions for each neighbour of each row of the history.
 * Checked  tests/models/test_rating_prediction.c, written out pair by pair. */
#include "models/neighbor/rating_prediction.h"

#include "models/neighbor/weighting.h"
#include "sparse/csr.h"

float rating_prediction_level(const struct rating_prediction *how, const struct history *history) {
    const struct csr_row row = {history->count, history->items, history->ratings};
    if (!history->ratings)
        return (float)how->mean;
    return (float)(how->mean + weighting_user_bias(&row, how->mean, how->item_bias));
}

float rating_prediction_deviation(const struct rating_prediction *how,
                                  const struct history *history, float level, size_t h) {
    return history->ratings ? history->ratings[h] - level - how->item_bias[history->items[h]] : 0;
}

void rating_prediction_finish(const struct rating_prediction *how, float level,
                              const float *similarities, float *sums, size_t item_count) {
    const float damping = (float)how->damping;
    for (size_t i = 0; i < item_count; i++) {
        const float below = similarities[i] + damping;
        sums[i] = level + how->item_bias[i] + (below > 0 ? sums[i] / below : 0);
    }
}

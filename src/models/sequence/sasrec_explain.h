/* sasrec_explain.h: which events of a history speak for an item in SASRec's eyes.
 *
 * Idea    Integrated gradients (shares.h) over what the events' items bring to the first layer,
 *         from nothing to sqrt(dim) * item; positions stay as they are. A share is its event's part
 *         of the line times the mean gradient there.
 * Sum     within 1 % of the score less that of as many events of which nothing is known. That is
 *         not the score of an empty history, which is how popular the item is.
 * Cost    a forward and a backward pass over the whole history for each point
 *         of the path.
 * Checked conformance, tests/models/test_shares.c. */
#ifndef MATINEE_MODELS_SEQUENCE_SASREC_EXPLAIN_H
#define MATINEE_MODELS_SEQUENCE_SASREC_EXPLAIN_H

#include "dataset/interactions.h"
#include "models/sequence/sasrec_network.h"

/* shares[history.count]; what is before the last max_length events has none. */
void sasrec_explain(const struct sasrec_network *network, const struct history *history,
                    uint32_t item, float *shares);

#endif

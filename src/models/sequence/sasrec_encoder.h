/* sasrec_encoder.h: histories to hidden states: what scoring needs of SASRec's network.
 *
 * Idea    Only the state after the last event is asked for, so the uppermost block works out keys
 *         and values for all rows, and everything else for one row of each history. Short histories
 *         share a chunk. Of a long history the last max_length events count.
 * Cost    a history of 200 events at dim 64, 2 blocks: 20 million multiply-adds.
 * Checked tests/models/test_sasrec.c: against numpy, and against the training's forward pass. */
#ifndef MATINEE_MODELS_SEQUENCE_SASREC_ENCODER_H
#define MATINEE_MODELS_SEQUENCE_SASREC_ENCODER_H

#include "models/model.h"
#include "models/sequence/sasrec_forward.h"

/* hidden[query_count][dim]; of an empty history: zeros. Takes scratch from arena_scratch(). */
void sasrec_encoder_run(const struct sasrec_network *network, const struct query *queries,
                        size_t query_count, float *hidden);

#endif

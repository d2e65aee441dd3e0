/* update_rows.h: what updates of models that learn by gradients have in common.
 *
 * They go on from what the fit found, for a few epochs over the whole histories of those who have
 * new rows: with their old rows among them, what is drawn as a negative is none of theirs, and what
 * was learnt of them is not forgotten. Items that are new begin where their raters put them, and
 * users who are new where fold-in does, to whom those items count already. */
#ifndef MATINEE_MODELS_UPDATE_ROWS_H
#define MATINEE_MODELS_UPDATE_ROWS_H

#include "models/model.h"

#define UPDATE_ROWS_EPOCHS 3
#define UPDATE_ROWS_RATE 0.2 /* of the rate that a fit begins with */

/* Known and fresh rows of the users who have fresh ones; nobody else has any. Memory of the arena.
 */
struct interactions update_rows(const struct model_events *events, struct arena *arena);
/* A slot of [rows] or [rows][columns] gets room for `rows`; those beyond are 0. */
void update_rows_widen(struct tensor *tensor, size_t rows, struct arena *arena);

#endif

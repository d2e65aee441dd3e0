/* evolution.h: the cold-start curve: how good a list is after so many ratings.
 *
 * Of each user who has enough, the first k interactions are a bare history, and the next five are
 * what is to be found. All points of the curve are of the same users: those who have as many as the
 * longest history asks for, so that the curve is about k alone.
 *
 * Trap     The model was fitted on most of these rows. Within one model the points are comparable,
 *          and roughly so between models; the figures are not those of people it has never met, and
 *          the report says so. */
#ifndef MATINEE_EXPERIMENT_EVOLUTION_H
#define MATINEE_EXPERIMENT_EVOLUTION_H

#include "experiment/experiment_internal.h"

#define EVOLUTION_NEXT 5

/* Measures a model of the job's data at lengths[count] of history (ascending, 1 or more); points in
 * the job's arena. Lengths that no user has are left out. Error: no length is left. */
enum status evolution_measure(const struct experiment_job *job, const struct model *model,
                              const int64_t *lengths, size_t count,
                              struct experiment_evolution *evolution, struct error *error);

#endif

/* tradeoff.h: what variety costs: lists of TRADEOFF_K put in order with more and more diversity
 * (rank/diversity.h), each measured for how well it finds the test and for how varied it is.
 *
 * Lists are what people would be shown: among all items, without what train and validation have of
 * the person. The first point is usually amount 0, the plain list. */
#ifndef MATINEE_EXPERIMENT_TRADEOFF_H
#define MATINEE_EXPERIMENT_TRADEOFF_H

#include "experiment/experiment_internal.h"

#define TRADEOFF_K 10

/* Measures a model of the job's data at amounts[count] of a method; points in the job's arena.
 * Errors: those of evaluation_init. */
enum status tradeoff_measure(const struct experiment_job *job, const struct split *split,
                             const struct interactions *histories, const struct model *model,
                             struct experiment_tradeoff *tradeoff, struct error *error);

#endif

/* figures.h: an experiment's figures for a person. */
#ifndef MATINEE_CLI_FIGURES_H
#define MATINEE_CLI_FIGURES_H

#include <stdio.h>

#include "base/arena.h"
#include "experiment/experiment.h"

/* Metrics with their 95 % intervals, labelled with data, split, candidates and seed; beside them a
 * rival of the same split (or NULL), with what of the difference is more than noise. */
void figures_print(const struct experiment_report *report, const struct experiment_report *rival,
                   FILE *out, struct arena *arena);

/* "0.3981", or four digits that suit a large value; "" for NaN. */
const char *figures_number(double value, struct arena *arena);
/* "0.3981 ±0.0121" */
const char *figures_interval(const struct metric_value *value, struct arena *arena);
/* The metric of that name, or NULL. */
const struct metric_value *figures_find(const struct experiment_report *report, const char *name);
/* "ml-100k, leave_one_out, candidates all, seed 42, order-blind" */
const char *figures_label(const struct experiment_report *report, struct arena *arena);

#endif

/* shown.h: how popular the items are that a model shows, beside what the catalogue and the people's
 * own choices look like.
 *
 * Items are sorted into groups by the number of users who have them in the rows that the model was
 * fitted on: none, 1, 2 to 3, 4 to 7, 8 to 15 ... The lists are the first ten of at most 500 users,
 * evenly chosen among those who are measured, out of all items that they do not have: whatever the
 * candidates of the measurement. A model that shows only what everybody knows has its weight at the
 * right end, and one that finds things further left. */
#ifndef MATINEE_EXPERIMENT_SHOWN_H
#define MATINEE_EXPERIMENT_SHOWN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "experiment/evaluation.h"
#include "models/model.h"

#define SHOWN_K 10
#define SHOWN_USERS 500

struct shown_group {
    uint32_t least, most; /* users who have an item of it */
    double items;         /* share of the catalogue */
    double interactions;  /* share of the rows */
    double shown;         /* share of the places in lists */
};

/* The groups up to the most popular item, in `arena`; returns their number. */
size_t shown_measure(const struct evaluation *evaluation, const struct model *model,
                     struct arena *arena, struct shown_group **groups);

#endif

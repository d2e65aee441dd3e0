/* update.h: new rows for a model file: the model learns them without a fit from the start. */
#ifndef MATINEE_EXPERIMENT_UPDATE_H
#define MATINEE_EXPERIMENT_UPDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What became of the rows. */
struct update_report {
    size_t rows, applied;
    /* Why the others were passed over. */
    size_t unknown;            /* of an item that the model does not know, and is not to learn */
    size_t known;              /* the user has the item already */
    size_t low;                /* rated below data.min_rating of the fit */
    size_t out_of_range;       /* rated outside the scale of the data of the fit */
    size_t repeated;           /* the pair comes again later in the file */
    uint32_t users, new_users; /* who have applied rows; how many of them the model did not know */
    uint32_t new_items;        /* of applied rows, that the model did not know */
    float min_rating, rating_min, rating_max;
};

struct update_order {
    const char *file, *rows, *out;
    /* Which items that are new to a model are learnt by one that can: those of which the rows'
     * files say a title, a year or genres; all: every one. Those with fewer rows than
     * data.min_item_interactions wait. */
    bool all_items;
};

/* Reads rows (a file or folder of any form that a data set may have), updates the model of `file`
 * and writes it to `out`, which may be `file` itself and is replaced only when all is written.
 * Nothing is written where no row can be applied and `out` is `file`. Errors: a model that cannot
 * be updated (names those that can), rows without ratings for a model of ratings. */
enum status update_file(const struct update_order *order, struct update_report *report,
                        struct error *error);

#endif

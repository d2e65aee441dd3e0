/* split.h: a data set cut into train, validation and test, by one of the protocols of splits.def.
 *
 *   given          the test that ships with the data
 *   leave_one_out  the last interactions of each user (without order: random ones)
 *   random         shares of all rows, or of each user's
 *   temporal       one global instant (or shares of each user's history in order)
 *   cold_items     shares of the items, each with all its rows
 *   folds          the folds that ship with the data, or k random ones
 *   none           everything is train: nothing is measured
 *
 * `auto`, the default: given if the data ship a test; else leave_one_out if times order each
 * user's rows; else random.
 *
 * The three parts have no row in common and, but for `given` and shipped folds, make up the data
 * set. Validation is carved out of train: what may be looked at while a model is being made. The
 * same settings give the same parts, for any seed of the model: data.split.seed is its own. */
#ifndef MATINEE_SPLIT_SPLIT_H
#define MATINEE_SPLIT_SPLIT_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"
#include "dataset/dataset.h"
#include "dataset/interactions.h"

/* The settings data.split.* and data.leave_one_out.*. */
extern const struct setting_spec split_settings[];

struct split {
    const char *strategy; /* "leave_one_out" */
    /* Over the users and items of the data set; an empty part has count 0. */
    struct interactions train, validation, test;
    /* The candidates that ship with the test, as in struct given_split; or NULL. */
    const uint64_t *candidate_offsets;
    const uint32_t *candidates;
};

/* Puts in what `auto` and shares that were not set come to for these data, as defaults: so that the
 * settings alone tell the split, in a report and in a model file. Error: shares that do not make up
 * 1. */
enum status split_settle(struct settings *settings, const struct dataset *data,
                         struct error *error);

/* How many folds the settings ask of the data: 0 if the strategy is not `folds`. */
uint32_t split_fold_count(const struct dataset *data, const struct settings *settings);

/* Cuts. `fold` is 1 ... split_fold_count, or 0 where there are none. New arrays live in `arena`;
 * shipped parts are borrowed from the data set. The arena is not a scratch arena. Errors: one user
 * only, no user left with a test item, nothing left to train on, a protocol that the data cannot
 * serve, shares that do not make up 1. */
enum status split_make(struct split *split, const struct dataset *data,
                       const struct settings *settings, uint32_t fold, struct arena *arena,
                       struct error *error);

/* How many users have a row. */
uint32_t split_users_with_rows(const struct interactions *interactions);

#endif

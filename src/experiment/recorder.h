/* recorder.h: an experiment written down while it runs: in the run store and by the trackers that
 * the settings name.
 *
 * Nothing here fails: what cannot be written, because a disk is full, a store is locked or damaged,
 * a server is down, costs one warning and the rest of that one's record, never the run. */
#ifndef MATINEE_EXPERIMENT_RECORDER_H
#define MATINEE_EXPERIMENT_RECORDER_H

#include <stdint.h>

#include "experiment/experiment.h"

struct recorder; /* lives in the arena that it was made in */

struct recorder_options {
    const char *store;   /* the file of the run store; NULL: none is kept */
    const char *kind;    /* "train", "compare" */
    int64_t parent;      /* the run of the store that this one belongs to, or 0 */
    int64_t run;         /* what whoever started this process has written down already, or 0 */
    const char *version; /* of the program */
    /* What experiment_train gets, and the rows project_name, experiment_name, run_name, logger.*.
     */
    const struct settings *settings, *places;
};

/* Begins; everything is borrowed until the end. */
struct recorder *recorder_create(const struct recorder_options *options, struct arena *arena);
/* For the options of experiment_train. */
const struct experiment_watch *recorder_watch(struct recorder *recorder);
/* Ends it, with a report or with what went wrong. Returns the number in the store, 0: none. */
int64_t recorder_done(struct recorder *recorder, const struct experiment_report *report);
int64_t recorder_failed(struct recorder *recorder, const struct error *error);

#endif

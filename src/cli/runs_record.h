/* runs_record.h: a run of the store for a person: its words, its figures, which one is meant. */
#ifndef MATINEE_CLI_RUNS_RECORD_H
#define MATINEE_CLI_RUNS_RECORD_H

#include <jansson.h>
#include <stdint.h>

#include "cli/command.h"
#include "store/runs.h"

/* A run with everything that the store has of it. */
struct runs_record_full {
    struct runs_record record;
    struct runs_metric *metrics;
    size_t metric_count;
    struct runs_epoch *epochs;
    size_t epoch_count;
};

/* Opens the store that --store names. Error: there is none, nothing was trained yet. */
enum status runs_record_open(struct runs **out, const struct arguments *arguments,
                             struct error *error);
/* The number of a run that is named as "12" or "last". Errors: neither, no run yet. */
enum status runs_record_named(struct runs *runs, const char *name, int64_t *id,
                              struct error *error);
/* The run of that name with its figures and epochs, in `arena`. */
enum status runs_record_read(struct runs *runs, const char *name, struct arena *arena,
                             struct runs_record_full *full, struct error *error);
/* The metric of that name; NULL: the run has it not. */
const struct runs_metric *runs_record_metric(const struct runs_record_full *full, const char *name);
/* The figure that a list shows: ndcg@10, else rmse, else the first; NULL: there is none. */
const struct runs_metric *runs_record_headline(const struct runs_record_full *full);
/* "7 item_knn", or "7 warm-up" where it has a name of its own. */
const char *runs_record_title(const struct runs_record *record, struct arena *arena);
/* Seconds since 1970 as "2026-11-24 15:22". */
const char *runs_record_time(double seconds, struct arena *arena);
/* Everything, as JSON. */
json_t *runs_record_json(const struct runs_record_full *full);

#endif

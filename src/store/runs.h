/* runs.h: the run store: what was trained, with which settings, what came out, on which machine.
 *
 * A run is written down when it begins, after every epoch and when it ends, so that one that was
 * killed is there with the epochs it had: whoever opens the store next finds that its process is
 * gone and marks it `killed`. Numbers of runs are not used again.
 *
 * Strings that go in are borrowed for the call; those that come out live in the arena given. */
#ifndef MATINEE_STORE_RUNS_H
#define MATINEE_STORE_RUNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

struct runs; /* an open store */

/* A run; texts that there are not are NULL, numbers NaN or 0. */
struct runs_record {
    int64_t id, parent;     /* parent: the sweep that it belongs to, or 0 */
    const char *kind;       /* "train", "multirun", "sweep" */
    const char *status;     /* "running", "done", "failed", "cancelled", "killed" */
    const char *experiment; /* experiment_name */
    const char *name;       /* run_name */
    const char *model, *data;
    const char *split, *candidates;
    const char *digest; /* of settings, data and program: two runs with the same one are the same */
    const char *settings;  /* resolved, as YAML that repeats the run */
    const char *version;   /* of the program */
    const char *machine;   /* {"cpu": ..., "processors": ..., "threads": ..., "kernels": ...} */
    double started, ended; /* seconds since 1970 */
    double fit_seconds, evaluate_seconds;
    int64_t peak_bytes, parameters;
    const char *model_file;
    const char *error;  /* why it failed */
    const char *report; /* the whole report as JSON */
};

struct runs_metric {
    const char *name; /* "ndcg@10" */
    double value, low, high;
};

struct runs_epoch {
    const char *part; /* which fit of the run: "" the first, "refit", "seed7", "fold2.final" */
    uint32_t epoch;
    double loss, validation, seconds;
};

/* The file in the user's data folder, or what $MATINEE_STORE says. */
const char *runs_default_path(struct arena *arena);
/* Opens or makes a store, and marks as killed what no process works on any more. `path` is copied.
 * Errors: database_open's. */
enum status runs_open(struct runs **out, const char *path, struct error *error);
void runs_close(struct runs *runs); /* NULL is fine */

/* Writes a run down as running, by this process; *id is its number. */
enum status runs_begin(struct runs *runs, const struct runs_record *record, int64_t *id,
                       struct error *error);
/* A run that another process has written down as running becomes this one's, with what is said of
 * it here. Error (STATUS_NOT_FOUND): there is no such run, or it is over. */
enum status runs_adopt(struct runs *runs, int64_t id, const struct runs_record *record,
                       struct error *error);
/* What became known of a run: data, digest, settings, split, model_file, report (those that are not
 * NULL; a model_file of "" is none any more). */
enum status runs_describe(struct runs *runs, int64_t id, const struct runs_record *record,
                          struct error *error);
/* Figures of a run that has none. */
enum status runs_add_metrics(struct runs *runs, int64_t id, const struct runs_metric *metrics,
                             size_t count, struct error *error);
/* The run whose model file is `from` has it at `to` now. */
enum status runs_move_file(struct runs *runs, const char *from, const char *to,
                           struct error *error);
enum status runs_add_epoch(struct runs *runs, int64_t id, const struct runs_epoch *epoch,
                           struct error *error);
/* How a run ended: status, ended, costs, report, and its metrics; all at once or not at all. A run
 * whose model file this one has overwritten has none any more. */
enum status runs_end(struct runs *runs, int64_t id, const struct runs_record *record,
                     const struct runs_metric *metrics, size_t metric_count, struct error *error);
/* Takes a run, its epochs and those that belong to it out of the store. Error: no such run. */
enum status runs_remove(struct runs *runs, int64_t id, struct error *error);

/* What is to be listed; NULL and 0: whatever. */
struct runs_filter {
    const char *experiment, *model, *data, *status, *digest;
    int64_t parent;
    size_t limit;
};
/* The newest first. */
enum status runs_list(struct runs *runs, const struct runs_filter *filter, struct arena *arena,
                      struct runs_record **list, size_t *count, struct error *error);
/* Error (STATUS_NOT_FOUND): no such run. */
enum status runs_get(struct runs *runs, int64_t id, struct arena *arena, struct runs_record *record,
                     struct error *error);
enum status runs_metrics(struct runs *runs, int64_t id, struct arena *arena,
                         struct runs_metric **list, size_t *count, struct error *error);
enum status runs_epochs(struct runs *runs, int64_t id, struct arena *arena,
                        struct runs_epoch **list, size_t *count, struct error *error);

#endif

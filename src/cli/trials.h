/* trials.h: many trainings, each a process of its own: what --multirun and sweep are made of.
 *
 * A process for each, because one that runs out of memory or is killed must not take the others
 * with it. Each writes its own run into the store; one that is there already, done, with the same
 * settings, data and program, is not trained again, so that a sweep that was killed goes on where
 * it was. Trials see the threads that are left for them (all threads / jobs): results do not depend
 * on their number. */
#ifndef MATINEE_CLI_TRIALS_H
#define MATINEE_CLI_TRIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/command.h"
#include "store/runs.h"

enum trial_state {
    TRIAL_WAITING,
    TRIAL_RUNNING,
    TRIAL_DONE,
    TRIAL_KEPT, /* done by an earlier program */
    TRIAL_FAILED,
    TRIAL_STOPPED, /* by Ctrl-C, or because time is over */
};

struct trial {
    const char *const *words; /* "key=value", NULL at the end: beside those of the command line */
    const char *label;        /* what a person is shown of them */
    double share;             /* of the epochs or ratings that it has; 1: all */
    enum trial_state state;
    int64_t run; /* in the store; 0: not there */
    struct runs_metric *metrics;
    size_t metric_count;
    double fit_seconds;
    const char *failure, *model_file, *digest;
    pid_t process;
    double started; /* clock, then: */
    double seconds;
};

struct trials {
    const struct arguments *arguments; /* --config, --store, --max-memory, --record, and: */
    const char *const *words;          /* "key=value" of all trials, NULL at the end */
    const char *kind;                  /* of the parent in the store: "multirun", "sweep" */
    const char *metric;                /* the figure that is shown; NULL: the usual one */
    const char *out;                   /* a folder for model files; NULL: none are kept */
    size_t jobs;
    double deadline; /* progress_clock() after which nothing is started or goes on; 0: none */
    bool quiet;
    struct trial *list;
    size_t count;
    /* private */
    struct runs *runs;
    const char *store, *folder;
    int64_t parent;
    size_t drawn_lines, finished;
};

/* Opens the store (or warns) and a scratch folder, writes the parent down. */
enum status trials_begin(struct trials *trials, struct error *error);
/* Checks all settings before anything is started, then runs what is waiting. One that fails does
 * not stop the rest. Errors: settings or data that no trial can have; STATUS_CANCELLED after
 * Ctrl-C. */
enum status trials_run(struct trials *trials, struct error *error);
/* Ends the parent's record and gives everything back; also after a failed begin. */
void trials_end(struct trials *trials, enum status status);

/* The figure of that name; NULL: there is none. */
const struct runs_metric *trials_metric(const struct trial *trial, const char *name);
/* The figure that is shown of a trial. */
const struct runs_metric *trials_headline(const struct trials *trials, const struct trial *trial);
/* Whether it was measured, now or earlier. */
bool trials_has_result(const struct trial *trial);

/* ---- trials_table.c ---- */

/* Whether a figure of that name is better the lower it is. */
bool trials_lower_is_better(const char *metric);
/* Indices of all trials, the best first: those with the largest share before others, those without
 * a figure last; in the arena of the arguments. */
size_t *trials_sorted(const struct trials *trials);
/* The results as a table on standard output, the best first. */
void trials_print(const struct trials *trials);
/* {"points": [{"settings", "share", "status", "run", "metrics", "error", "model_file"}, ...]} */
enum status trials_write_json(const struct trials *trials, const char *file, struct error *error);
/* Error: none has a result; names the last failure. */
enum status trials_check(const struct trials *trials, struct error *error);

/* ---- trials_show.c ---- */

/* Draws the live table again at a terminal; elsewhere, with `ended`, a line for that trial. */
void trials_show(struct trials *trials, const struct trial *ended);
/* Wipes the live table. */
void trials_show_end(struct trials *trials);

#endif

/* progress.h: how far a long task has come: a live bar for a person at a terminal, nothing for
 * anyone else. */
#ifndef MATINEE_BASE_PROGRESS_H
#define MATINEE_BASE_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct progress {
    bool live;         /* standard error is a terminal: one line is drawn again and again */
    bool quiet;        /* says nothing at all */
    const char *label; /* borrowed; the current task */
    double done, total;
    double started_s, drawn_s; /* monotonic seconds */
    char note[128];            /* shown behind the bar: "loss 0.243  ndcg@10 0.4312" */
};

/* Live if standard error is a terminal and `quiet` is false. One thread at a time uses a struct
 * progress. */
void progress_init(struct progress *progress, bool quiet);
/* Begins a task of `total` units (0: unknown). */
void progress_begin(struct progress *progress, const char *label, double total);
/* Sets how much is done; draws at most ten times a second: bar, rate, time left, note. */
void progress_update(struct progress *progress, double done);
__attribute__((format(printf, 2, 3))) void progress_note(struct progress *progress,
                                                         const char *format, ...);
/* Wipes the live line. */
void progress_end(struct progress *progress);
/* Prints a line that stays (above the bar), on standard error, live or not; nothing if quiet. */
__attribute__((format(printf, 2, 3))) void progress_line(struct progress *progress,
                                                         const char *format, ...);
/* Seconds of the monotonic clock. */
double progress_clock(void);

#endif

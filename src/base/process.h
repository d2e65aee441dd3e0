/* process.h: other programs, and this one once more, as child processes (posix_spawn: never a bare
 * fork of a process with threads). */
#ifndef MATINEE_BASE_PROCESS_H
#define MATINEE_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

struct process_start {
    const char *program;      /* a path, or a name that is looked for in $PATH */
    const char *const *words; /* what follows the name; ends with NULL */
    const char *const
        *environment;   /* "NAME=value" beside the present ones; ends with NULL; or NULL */
    const char *output; /* a file for what it says on both streams; NULL: thrown away */
};

/* This very program, as a path that can be started. */
const char *process_self(struct arena *arena);
/* Starts a process of its own group, so that Ctrl-C at the terminal is this process's to pass on.
 * Error: the program is not there. */
enum status process_start(pid_t *process, const struct process_start *start, struct error *error);
/* Whether it has ended; then *code is its exit code, or 128 + the signal that ended it. */
bool process_ended(pid_t process, int *code);
int process_wait(pid_t process);  /* its exit code as above */
void process_stop(pid_t process); /* asks it to end (SIGTERM) */
void process_kill(pid_t process); /* ends it */
/* Memory of its own, in bytes: without what it has mapped from files; 0: it has ended. */
size_t process_resident_bytes(pid_t process);
/* Where memory runs out, the kernel ends it before this one. */
void process_yield(pid_t process);
/* For a child: to be asked to end, too, when its parent does, however that ends. */
void process_follow_parent(void);

#endif

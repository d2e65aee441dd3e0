/* reader.h: what a reader offers. To add one: a file reader_NAME.c whose only exported symbol is
 * `const struct reader_ops reader_NAME`, one line in readers.def, a fuzz target. */
#ifndef MATINEE_DATASET_READER_H
#define MATINEE_DATASET_READER_H

#include "base/error.h"
#include "dataset/assembly.h"
#include "dataset/volume.h"

struct reader_ops {
    const char *name;    /* "movielens_csv": dataset->reader */
    const char *summary; /* what it reads, for messages and `matinee data list` */
    /* How sure it is that the volume is of its kind, by looking at the content: 0 not, 100 surely.
     * Changes nothing. */
    int (*probe)(const struct volume *volume);
    /* Puts the data set together, assembly_finish included. */
    enum status (*read)(struct assembly *assembly, struct error *error);
};

/* The rows of readers.def; NULL after the last. */
const struct reader_ops *reader_at(size_t index);
const struct reader_ops *reader_find(const char *name); /* NULL: there is none */
/* The surest reader of a volume with its confidence, or NULL. */
const struct reader_ops *reader_for(const struct volume *volume, int *confidence);

/* Reads a volume with one reader into a new data set. memory_bytes bounds what the interactions may
 * take; 0: what is available. Also the entry for fuzzing. */
enum status reader_read(const struct reader_ops *ops, const struct volume *volume,
                        size_t memory_bytes, struct dataset **out, struct error *error);

#endif

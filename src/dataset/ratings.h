/* ratings.h: reads a file with one interaction a line into rows. What all readers of such files
 * share. */
#ifndef MATINEE_DATASET_RATINGS_H
#define MATINEE_DATASET_RATINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dataset/assembly.h"
#include "dataset/fields.h"

#define RATINGS_COLUMNS_MAX 16

struct ratings_format {
    enum fields_separator separator;
    bool quotes;                  /* CSV */
    bool header;                  /* the first line holds names */
    int user, item, rating, time; /* columns from 0; rating and time may be -1: absent */
    size_t column_count;          /* a line with fewer is an error; further ones are ignored */
    const char *columns;          /* for messages: "user, item, rating, time" */
};

/* Fills `rows` (which it begins). Ratings that are all 1 are dropped: the data are implicit. */
enum status ratings_read(struct assembly *assembly, const struct volume_member *member,
                         const struct ratings_format *format, struct rows *rows,
                         struct error *error);

#endif

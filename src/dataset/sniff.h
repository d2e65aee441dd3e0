/* sniff.h: a look at the first lines of a file, for deciding what it is. */
#ifndef MATINEE_DATASET_SNIFF_H
#define MATINEE_DATASET_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "dataset/dataset.h"
#include "dataset/ratings.h"
#include "dataset/volume.h"

#define SNIFF_BYTES 16384
#define SNIFF_LINES_MAX 24

struct sniff {
    char bytes[SNIFF_BYTES];
    size_t length;
    bool is_text; /* no zero bytes and hardly any control characters; false if empty */
    size_t line_count;
    struct text_slice lines[SNIFF_LINES_MAX]; /* whole, not blank, without line ends */
};

void sniff_member(struct sniff *sniff, const struct volume_member *member);

/* How a file with one interaction a line is laid out: separator, header, columns. `strict`: the
 * lines must agree, as is asked of a file that nobody named. False: it is no such file. */
bool sniff_table(const struct sniff *sniff, bool strict, struct ratings_format *format);

/* Lines "user item item ..." of whole numbers between blanks, of changing length. */
bool sniff_lists(const struct sniff *sniff);

/* Whether the first line has at least `columns` fields, the first `numbers` of them numbers. */
bool sniff_columns(const struct sniff *sniff, enum fields_separator separator, size_t columns,
                   size_t numbers);

#endif

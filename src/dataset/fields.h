/* fields.h: from a line to its fields, and from a field to a number. */
#ifndef MATINEE_DATASET_FIELDS_H
#define MATINEE_DATASET_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "dataset/dataset.h"
#include "dataset/lines.h"

/* What stands between two fields. FIELDS_BLANKS: any run of blanks and tabs; FIELDS_COLONS: "::".
 */
enum fields_separator {
    FIELDS_COMMA = ',',
    FIELDS_TAB = '\t',
    FIELDS_SEMICOLON = ';',
    FIELDS_PIPE = '|',
    FIELDS_BLANKS = ' ',
    FIELDS_COLONS = ':',
};

/* Cuts a text into at most `max` fields without copying; returns how many there are in it (perhaps
 * more than max). */
size_t fields_split(const char *text, size_t length, enum fields_separator separator,
                    struct text_slice *fields, size_t max);

/* Cuts the present line as CSV (RFC 4180): a field in double quotes may hold separators, doubled
 * quotes and line ends (then lines_extend is used). Unquoted copies live in `scratch`, which the
 * caller resets. Returns how many fields there are; 0: a quote is not closed, or stands where none
 * may. */
size_t fields_split_csv(struct lines *lines, char separator, struct arena *scratch,
                        struct text_slice *fields, size_t max);

enum field_fault {
    FIELD_OK,
    FIELD_NOT_NUMBER,
    FIELD_NOT_FINITE, /* nan, inf, 1e999 */
    FIELD_NEGATIVE,
    FIELD_TOO_LARGE,
};
/* A finite decimal number, with exponent if need be. */
enum field_fault fields_rating(struct text_slice field, float *rating);
/* A whole number of seconds or a position, at least 0; a fraction is cut off. */
enum field_fault fields_time(struct text_slice field, int64_t *time);
/* Why a field is refused, for messages: "a finite number". */
const char *fields_expected(enum field_fault fault, bool is_time);

static inline bool field_is_blank(char c) { return c == ' ' || c == '\t'; }

/* The field without blanks at both ends. */
static inline struct text_slice fields_trimmed(struct text_slice field) {
    while (field.length > 0 && field_is_blank(field.start[0]))
        field.start++, field.length--;
    while (field.length > 0 && field_is_blank(field.start[field.length - 1]))
        field.length--;
    return field;
}

bool fields_is(struct text_slice field, const char *text); /* case forgiven */
bool fields_is_number(struct text_slice field);

/* A piece of a file as it may be shown in a message: at most 40 bytes in double quotes, what is not
 * printable as '?', but tabs and line ends as \t, \n, \r. Lives in the calling thread until the
 * next call but three. */
const char *fields_shown(struct text_slice field);

#endif

/* lines.h: the lines of a member, one after another, in a buffer that does not grow with the file.
 *
 *     TRY(lines_open(&lines, member, digest, error));
 *     while (lines_next(&lines))
 *         ... lines.text, lines.length, lines.number ...
 *     TRY(lines_close(&lines, error));       reports what stopped the reading, if anything did
 *
 * A line ends with LF or CR LF, which do not belong to it; the last one may lack it. A byte order
 * mark at the beginning is passed over. A line of more than LINES_LENGTH_MAX bytes is an error. */
#ifndef MATINEE_DATASET_LINES_H
#define MATINEE_DATASET_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "dataset/source.h"

#define LINES_LENGTH_MAX ((size_t)4 << 20)

struct lines {
    const char *text; /* the present line, not terminated; good until the next lines_next */
    size_t length;
    size_t number; /* 1 is the first; of a record of several lines, its first */
    const char *shown;

    struct source source;
    char *buffer; /* owned */
    size_t capacity, begin, end;
    uint64_t moved_out; /* bytes of the file that stood before buffer[0] */
    size_t last_number;
    bool at_end; /* of the source */
    enum status status;
    struct error error; /* if status is not STATUS_OK */
};

enum status lines_open(struct lines *lines, const struct volume_member *member,
                       struct digest *digest, struct error *error);
/* Gives everything back. Returns the error that ended lines_next, if one did. */
enum status lines_close(struct lines *lines, struct error *error);
/* Gives everything back without a word: after an error of the caller's own. */
void lines_discard(struct lines *lines);

/* The slow path of lines_next: reads more; false at the end and on errors. */
bool lines_next_refill(struct lines *lines);
/* Joins the next line to the present one, for a quoted field that goes on there: `text` then spans
 * both, with the line end between. False if there is none. */
bool lines_extend(struct lines *lines);

static inline void lines_take(struct lines *lines, size_t length, size_t step) {
    const char *text = lines->buffer + lines->begin;
    lines->begin += step;
    lines->text = text;
    lines->length = length > 0 && text[length - 1] == '\r' ? length - 1 : length;
    lines->number = ++lines->last_number;
}

static inline bool lines_next(struct lines *lines) {
    const char *text = lines->buffer + lines->begin;
    const char *newline = memchr(text, '\n', lines->end - lines->begin);
    if (!newline)
        return lines_next_refill(lines);
    size_t length = (size_t)(newline - text);
    lines_take(lines, length, length + 1);
    return true;
}

/* Bytes of the (unpacked) file up to the end of the present line. */
static inline uint64_t lines_position(const struct lines *lines) {
    return lines->moved_out + lines->begin;
}

/* Whether nothing but blanks stands in the line. */
static inline bool lines_is_blank(const struct lines *lines) {
    for (size_t i = 0; i < lines->length; i++)
        if (lines->text[i] != ' ' && lines->text[i] != '\t')
            return false;
    return true;
}

/* The first `size` bytes of a member (fewer if it is shorter) for a look at its kind; they do not
 * enter a digest. Returns how many; 0 also if it cannot be read. */
size_t lines_head(const struct volume_member *member, char *buffer, size_t size);

#endif

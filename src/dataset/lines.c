/* lines.c: lines out of blocks. See lines.h.
 *
 * The buffer starts at 64 KiB (small enough to leave the id tables in the L2 cache) and doubles
 * only for a line that does not fit, up to LINES_LENGTH_MAX. What is left of the last line moves to
 * the front before each read. */
#include "dataset/lines.h"

#include "base/alloc.h"
#include "base/assert.h"

#define BUFFER_BYTES ((size_t)64 << 10)

/* Reads more bytes behind `end`; false if none came. */
static bool fill(struct lines *lines) {
    if (lines->at_end)
        return false;
    if (lines->begin > 0) {
        memmove(lines->buffer, lines->buffer + lines->begin, lines->end - lines->begin);
        lines->moved_out += lines->begin;
        lines->end -= lines->begin;
        lines->begin = 0;
    }
    if (lines->end == lines->capacity) {
        if (lines->capacity >= LINES_LENGTH_MAX) {
            lines->at_end = true;
            lines->status = error_set(
                &lines->error, STATUS_BAD_INPUT,
                "%s:%zu: the line has more than %zu bytes; expected a text file with one record a "
                "line; is this the right file?",
                lines->shown, lines->last_number + 1, LINES_LENGTH_MAX);
            return false;
        }
        lines->capacity *= 2;
        lines->buffer = alloc_resize(lines->buffer, lines->capacity);
    }
    size_t got;
    lines->status = source_read(&lines->source, lines->buffer + lines->end,
                                lines->capacity - lines->end, &got, &lines->error);
    lines->end += got;
    lines->at_end = got == 0 || lines->status != STATUS_OK;
    return !lines->at_end;
}

enum status lines_open(struct lines *lines, const struct volume_member *member,
                       struct digest *digest, struct error *error) {
    *lines = (struct lines){.shown = member->shown, .capacity = BUFFER_BYTES};
    TRY(source_open(&lines->source, member, digest, error));
    lines->buffer = alloc_bytes(lines->capacity);
    fill(lines);
    if (lines->end >= 3 && memcmp(lines->buffer, "\xef\xbb\xbf", 3) == 0)
        lines->begin = 3;
    return STATUS_OK;
}

void lines_discard(struct lines *lines) {
    source_close(&lines->source);
    alloc_free(lines->buffer);
    lines->buffer = NULL;
}

enum status lines_close(struct lines *lines, struct error *error) {
    lines_discard(lines);
    if (lines->status != STATUS_OK)
        *error = lines->error;
    return lines->status;
}

bool lines_next_refill(struct lines *lines) {
    size_t searched = lines->end - lines->begin;
    while (fill(lines)) {
        const char *text = lines->buffer + lines->begin;
        const char *newline = memchr(text + searched, '\n', lines->end - lines->begin - searched);
        if (newline) {
            size_t length = (size_t)(newline - text);
            lines_take(lines, length, length + 1);
            return true;
        }
        searched = lines->end - lines->begin;
    }
    if (lines->status != STATUS_OK || lines->begin == lines->end)
        return false;
    lines_take(lines, lines->end - lines->begin, lines->end - lines->begin);
    return true;
}

bool lines_extend(struct lines *lines) {
    /* Back to the line's begin, then on to the line end after the one that stands at `begin`. */
    size_t joined = (size_t)(lines->buffer + lines->begin - lines->text);
    size_t start = lines->begin - joined;
    const char *newline = memchr(lines->buffer + lines->begin, '\n', lines->end - lines->begin);
    lines->begin = start;
    while (!newline) {
        size_t searched = lines->end - lines->begin;
        if (!fill(lines))
            break;
        newline = memchr(lines->buffer + lines->begin + searched, '\n',
                         lines->end - lines->begin - searched);
    }
    size_t whole =
        newline ? (size_t)(newline - lines->buffer) - lines->begin : lines->end - lines->begin;
    bool grew = lines->status == STATUS_OK && whole + (newline != NULL) > joined;
    size_t number = lines->number;
    lines_take(lines, whole, whole + (newline != NULL));
    lines->number = number;
    return grew;
}

size_t lines_head(const struct volume_member *member, char *buffer, size_t size) {
    struct source source;
    struct error ignored;
    if (source_open(&source, member, NULL, &ignored) != STATUS_OK)
        return 0;
    size_t used = 0, got;
    while (used < size &&
           source_read(&source, buffer + used, size - used, &got, &ignored) == STATUS_OK && got > 0)
        used += got;
    source_close(&source);
    return used;
}

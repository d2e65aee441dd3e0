/* buffer.h: bytes or text that grow at the end: pages, messages, records of files.
 *
 * The content lives in an arena and doubles when it is full, so that n bytes cost O(n) time and at
 * most 3n of the arena. A '\0' always stands behind the last byte. */
#ifndef MATINEE_BASE_BUFFER_H
#define MATINEE_BASE_BUFFER_H

#include <stddef.h>

#include "base/arena.h"

struct buffer {
    struct arena *arena;
    char *bytes; /* never NULL after buffer_init */
    size_t size, capacity;
};

void buffer_init(struct buffer *buffer, struct arena *arena);
void buffer_bytes(struct buffer *buffer, const void *bytes, size_t size);
void buffer_text(struct buffer *buffer, const char *text);
__attribute__((format(printf, 2, 3))) void buffer_format(struct buffer *buffer, const char *format,
                                                         ...);

#endif

/* buffer.c: see buffer.h. Checked by tests/base/test_buffer.c. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

#define BYTES_FIRST 256

void buffer_init(struct buffer *buffer, struct arena *arena) {
    *buffer = (struct buffer){.arena = arena, .capacity = BYTES_FIRST};
    buffer->bytes = arena_alloc_raw(arena, BYTES_FIRST);
    buffer->bytes[0] = '\0';
}

/* Room for `more` bytes and the '\0'. */
static void reserve(struct buffer *buffer, size_t more) {
    size_t needed = buffer->size + more + 1;
    if (needed <= buffer->capacity)
        return;
    while (buffer->capacity < needed)
        buffer->capacity *= 2;
    char *larger = arena_alloc_raw(buffer->arena, buffer->capacity);
    memcpy(larger, buffer->bytes, buffer->size + 1);
    buffer->bytes = larger;
}

void buffer_bytes(struct buffer *buffer, const void *bytes, size_t size) {
    if (size == 0)
        return;
    reserve(buffer, size);
    memcpy(buffer->bytes + buffer->size, bytes, size);
    buffer->size += size;
    buffer->bytes[buffer->size] = '\0';
}

void buffer_text(struct buffer *buffer, const char *text) {
    buffer_bytes(buffer, text, strlen(text));
}

void buffer_format(struct buffer *buffer, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    ASSERT(length >= 0);
    reserve(buffer, (size_t)length);
    vsnprintf(buffer->bytes + buffer->size, (size_t)length + 1, format, again);
    va_end(again);
    buffer->size += (size_t)length;
}

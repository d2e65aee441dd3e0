/* stream.h: an answer that is made while it is sent, piece by piece, so that ten thousand lists or
 * an endless row of events take the memory of one piece.
 *
 *     static enum stream_state next(void *context, struct buffer *piece) {
 *         ... buffer_format(piece, "%s\n", line);              some kilobytes at most
 *         return is_last ? STREAM_END : STREAM_MORE;           with the last piece
 *     }
 *     response_stream(response, request, "application/x-ndjson",
 *                     &(struct stream_source){next, close_job, job});
 *
 * `next` is called by one thread at a time, not always the same; it may not block: where there is
 * nothing to say yet it returns STREAM_WAIT and is asked again within half a second. What it reads
 * must live until `close`, which is called once, however the answer ends: sent, cut, client gone. A
 * snapshot of the service is taken by the handler and released in `close`. */
#ifndef MATINEE_HTTP_STREAM_H
#define MATINEE_HTTP_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum stream_state {
    STREAM_MORE,
    STREAM_WAIT, /* nothing yet; ask again soon. A server that stops takes it for the end */
    STREAM_END,
    STREAM_FAIL, /* something went wrong: the connection is cut, so that nobody takes it for whole
                  */
};

struct stream_source {
    enum stream_state (*next)(void *context, struct buffer *piece);
    void (*close)(void *context); /* NULL: nothing to do */
    void *context;
};

struct stream;

struct stream *stream_create(const struct stream_source *source, struct arena *arena);
/* Bytes to send: > 0 how many were written to `to`, else one of these. */
enum { STREAM_READ_WAIT = 0, STREAM_READ_END = -1, STREAM_READ_FAIL = -2 };
long stream_read(struct stream *stream, char *to, size_t size);
/* Calls the source's `close`; NULL is fine. */
void stream_close(struct stream *stream);

#endif

/* stream.c: see stream.h.
 *
 * Idea     The source fills a buffer, the connection empties it in whatever portions it has room
 *          for, and the buffer is filled again when it is empty: memory is that of one piece.
 * Checked  tests/http/test_http_stream.c over real sockets. */
#include "http/stream.h"

#include <string.h>

struct stream {
    struct stream_source source;
    struct buffer piece;
    size_t sent; /* bytes of the piece */
    enum stream_state state;
};

struct stream *stream_create(const struct stream_source *source, struct arena *arena) {
    struct stream *stream = ARENA_NEW(arena, struct stream);
    stream->source = *source;
    buffer_init(&stream->piece, arena);
    return stream;
}

long stream_read(struct stream *stream, char *to, size_t size) {
    struct buffer *piece = &stream->piece;
    while (stream->sent == piece->size) {
        if (stream->state == STREAM_END)
            return STREAM_READ_END;
        if (stream->state == STREAM_FAIL)
            return STREAM_READ_FAIL;
        stream->sent = piece->size = 0;
        stream->state = stream->source.next(stream->source.context, piece);
        if (piece->size == 0 && stream->state == STREAM_WAIT)
            return STREAM_READ_WAIT;
    }
    const size_t left = piece->size - stream->sent, portion = left < size ? left : size;
    memcpy(to, piece->bytes + stream->sent, portion);
    stream->sent += portion;
    return (long)portion;
}

void stream_close(struct stream *stream) {
    if (stream && stream->source.close)
        stream->source.close(stream->source.context);
    if (stream)
        stream->source.close = NULL;
}

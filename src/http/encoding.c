/* encoding.c: see encoding.h.
 *
 * Idea     A weak ETag is made from the bytes before compression, so that it is the same for every
 *          coding. Levels are low: brotli 3 and gzip 3 take about 0.1 ms for 10 KB of films, more
 *          would cost more time than the wire saves.
 * Traps    Compressed answers of different people to one address must not be mixed up by caches:
 *          Vary names the header. A body with secrets beside what a stranger can choose would show
 *          them in its length (BREACH); answers here have none.
 * Checked  tests/http/test_http_encoding.c. */
#include "http/encoding.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>
#ifdef MATINEE_BROTLI
#include <brotli/encode.h>
#endif

#define COMPRESS_BYTES_LEAST 1400 /* what fits into one packet gains nothing */
#define BROTLI_LEVEL 3
#define GZIP_LEVEL 3
#define GZIP_WINDOW (15 + 16) /* zlib's way to ask for gzip's head */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9fb21c651e98df25u;
    return hash ^ hash >> 32;
}

static uint64_t hash_of(const char *bytes, size_t size) {
    uint64_t hash = 0x2545f4914f6cdd1du + size, word;
    for (; size >= sizeof word; bytes += sizeof word, size -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, bytes, size);
    return mix(mix(hash, word), size);
}

/* Whether a list such as `"a", W/"b"` has the tag; what stands before the quotes makes no
 * difference (weak comparison). */
static bool names_tag(const char *list, const char *tag) {
    if (strcmp(list, "*") == 0)
        return true;
    const char *quoted = strchr(tag, '"');
    return strstr(list, quoted) != NULL;
}

void encoding_revalidate(struct response *response, const struct request *request) {
    if (!response->is_stable || (response->status && response->status != 200) || response->stream)
        return;
    const uint64_t hash = hash_of(response->body ? response->body : "", response->body_size);
    const char *tag = arena_format(request->arena, "W/\"%016llx\"", (unsigned long long)hash);
    response_set_header(response, "ETag", tag);
    if (!response_get_header(response, "Cache-Control"))
        response_set_header(response, "Cache-Control", "no-cache");
    const char *known = request_header(request, "If-None-Match");
    if (!known || !names_tag(known, tag))
        return;
    response->status = 304; /* the body stays, for its length: the server leaves its bytes out */
}

bool encoding_accepts(const char *accepted, const char *coding) {
    const size_t wanted = strlen(coding);
    for (const char *at = accepted; at && *at;) {
        at += strspn(at, " \t,");
        const size_t length = strcspn(at, ",");
        const bool is_it = length >= wanted && strncasecmp(at, coding, wanted) == 0 &&
                           (length == wanted || strchr(" \t;", at[wanted]));
        if (is_it)
            return !memchr(at, '=', length) || strcspn(at, "123456789") < length;
        at += length;
    }
    return false;
}

static bool is_text(const char *type) {
    return type && (strncmp(type, "text/", 5) == 0 || strstr(type, "json") ||
                    strstr(type, "javascript") || strstr(type, "xml"));
}

static bool gzip(struct response *response, const struct request *request) {
    z_stream stream = {0};
    if (deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    const size_t room = deflateBound(&stream, response->body_size);
    char *to = arena_alloc_raw(request->arena, room);
    stream.next_in = (unsigned char *)(uintptr_t)response->body;
    stream.avail_in = (unsigned)response->body_size;
    stream.next_out = (unsigned char *)to;
    stream.avail_out = (unsigned)room;
    const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    if (done) {
        response->body = to;
        response->body_size = stream.total_out;
        response_set_header(response, "Content-Encoding", "gzip");
    }
    deflateEnd(&stream);
    return done;
}

#ifdef MATINEE_BROTLI
static bool brotli(struct response *response, const struct request *request) {
    size_t size = BrotliEncoderMaxCompressedSize(response->body_size);
    char *to = arena_alloc_raw(request->arena, size);
    if (!BrotliEncoderCompress(BROTLI_LEVEL, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT,
                               response->body_size, (const uint8_t *)response->body, &size,
                               (uint8_t *)to))
        return false;
    response->body = to;
    response->body_size = size;
    response_set_header(response, "Content-Encoding", "br");
    return true;
}
#endif

void encoding_compress(struct response *response, const struct request *request) {
    const char *accepted = request_header(request, "Accept-Encoding");
    if (response->stream || response->body_size < COMPRESS_BYTES_LEAST ||
        response->body_size > UINT32_MAX / 2 || response_get_header(response, "Content-Encoding") ||
        !is_text(response_get_header(response, "Content-Type")))
        return;
    const char *vary = response_get_header(response, "Vary");
    response_set_header(response, "Vary",
                        vary ? arena_format(request->arena, "%s, Accept-Encoding", vary)
                             : "Accept-Encoding");
#ifdef MATINEE_BROTLI
    if (encoding_accepts(accepted, "br") && brotli(response, request))
        return;
#endif
    if (encoding_accepts(accepted, "gzip"))
        gzip(response, request);
}

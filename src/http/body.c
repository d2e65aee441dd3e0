/* body.c: see body.h.
 *
 * Idea     The announced length is taken from the arena at once; one that is not announced doubles.
 *          A file begins when memory's limit is passed, with what memory has of it.
 * Traps    A disk that is full is told at the end, when an answer can be sent: until then the bytes
 *          are read and thrown away.
 * Checked  tests/http/test_http_server.c, tests/api/test_api_imports.c. */
#include "http/body.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/files.h"

#define PATIENCE 8 /* times the limit of memory: bytes of a body that is too long */
#define BYTES_FIRST 4096

void body_begin(struct body *body, size_t memory_max, size_t file_max, size_t announced) {
    *body = (struct body){.memory_max = memory_max,
                          .file_max = file_max,
                          .capacity = announced <= memory_max ? announced : 0};
}

size_t body_limit(const struct body *body) {
    return body->file_max > body->memory_max ? body->file_max : body->memory_max;
}

static void keep(struct body *body, const char *bytes, size_t size, struct arena *arena) {
    if (!body->bytes || body->size + size > body->capacity) {
        /* The announced length first, which one allocation then holds. */
        const size_t grown = 2 * body->size + BYTES_FIRST;
        const bool is_first = !body->bytes && size <= body->capacity;
        if (!is_first)
            body->capacity = grown > body->size + size ? grown : body->size + size;
        char *larger = arena_alloc_raw(arena, body->capacity + 1);
        if (body->size > 0)
            memcpy(larger, body->bytes, body->size);
        body->bytes = larger;
    }
    memcpy(body->bytes + body->size, bytes, size);
}

static void append(struct body *body, const char *bytes, size_t size) {
    for (size_t done = 0; done < size && body->status == STATUS_OK;) {
        const ssize_t count = write(body->descriptor, bytes + done, size - done);
        if (count > 0)
            done += (size_t)count;
        else if (errno != EINTR)
            body->status = error_set(&body->error, STATUS_IO,
                                     "the body cannot be kept while it comes in: %s; TMPDIR names "
                                     "another folder",
                                     strerror(errno));
    }
}

static void move_to_file(struct body *body) {
    body->status = files_make_temporary(&body->path, &body->descriptor, &body->error);
    if (body->bytes)
        append(body, body->bytes, body->size);
    body->bytes = NULL;
}

bool body_take(struct body *body, const char *bytes, size_t size, struct arena *arena) {
    if (body->discarded > 0 || body->size + size > body_limit(body)) {
        body->discarded += size;
        return body->discarded < PATIENCE * body->memory_max;
    }
    const bool is_long = body->size + size > body->memory_max;
    if (is_long && !body->path && body->status == STATUS_OK)
        move_to_file(body);
    if (is_long)
        append(body, bytes, size);
    else
        keep(body, bytes, size, arena);
    body->size += size;
    return true;
}

void body_end(struct body *body) {
    if (!body->path)
        return;
    close(body->descriptor);
    unlink(body->path);
    alloc_free(body->path);
    body->path = NULL;
}

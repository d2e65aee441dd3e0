/* body.h: the body of a request while it comes in: in memory, and where a route takes files, beyond
 * the limit of memory in a file of its own. */
#ifndef MATINEE_HTTP_BODY_H
#define MATINEE_HTTP_BODY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

/* A zeroed one has no bytes and no file. */
struct body {
    char *bytes; /* of the arena; `size` of them, room for one more; NULL: none, or in a file */
    size_t size, capacity;
    char *path; /* the file; NULL: none */
    int descriptor;
    size_t memory_max, file_max; /* file_max 0: no file */
    size_t discarded;            /* bytes beyond the limit, which are thrown away */
    enum status status;          /* of writing the file, with `error` */
    struct error error;
};

/* `announced`: how long it says it is; 0: it does not. */
void body_begin(struct body *body, size_t memory_max, size_t file_max, size_t announced);
/* The next bytes. False: so many more than are taken that the connection is to be cut. */
bool body_take(struct body *body, const char *bytes, size_t size, struct arena *arena);
size_t body_limit(const struct body *body);
/* Closes the file and removes it. */
void body_end(struct body *body);

#endif

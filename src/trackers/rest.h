/* rest.h: JSON over HTTP, as a client, by libcurl. */
#ifndef MATINEE_TRACKERS_REST_H
#define MATINEE_TRACKERS_REST_H

#include <jansson.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "base/error.h"

struct rest; /* a connection that is kept */

/* `base` ("http://127.0.0.1:5000") is borrowed; user and token may be NULL: they are sent and never
 * printed. */
struct rest *rest_create(const char *base, const char *user, const char *password,
                         const char *token);
void rest_destroy(struct rest *rest); /* NULL is fine */

/* Sends `body` (its reference is taken; NULL: none) and reads the answer into *answer (NULL: not
 * wanted), which the caller decrefs. Errors: STATUS_IO: no connection, no answer in time;
 * STATUS_NOT_FOUND: 404; STATUS_BAD_INPUT: any other refusal, with the server's words. */
enum status rest_call(struct rest *rest, const char *method, const char *path, json_t *body,
                      json_t **answer, struct error *error);
/* Puts a file's bytes to `path`. */
enum status rest_upload(struct rest *rest, const char *path, const char *file, struct error *error);
/* Writes the bytes at `path` into a file that is there when they are complete. `cancel` may be
 * NULL. Errors: as rest_call's; STATUS_CANCELLED; a full disk. */
enum status rest_download(struct rest *rest, const char *path, const char *file,
                          const atomic_bool *cancel, struct error *error);
/* A text as a part of an address: "a b" is "a%20b"; in `arena`. */
const char *rest_escape(struct rest *rest, const char *text, struct arena *arena);

#endif

/* fetch.h: downloads of a file over http(s) by libcurl, resumed where they stopped.
 *
 * The bytes go to "PATH.part" and become PATH when they are complete and their checksum agrees. An
 * interrupted download leaves PATH.part, and the next fetch of the same PATH goes on from there. */
#ifndef MATINEE_BASE_FETCH_H
#define MATINEE_BASE_FETCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/progress.h"

struct fetch_request {
    const char *url;
    const char *path;     /* where the file is to lie; its folder is made */
    const char *checksum; /* hexadecimal: 64 digits are SHA-256, 32 are MD5; NULL: not checked */
    uint64_t size; /* expected bytes, 0: unknown; for the bar, and a bound on what is taken */
    struct progress *progress; /* never NULL */
    const atomic_bool *cancel; /* or NULL */
};

/* Errors: the host cannot be reached, an HTTP answer that is not 200 or 206, a full disk, a wrong
 * checksum (the bytes are thrown away), STATUS_CANCELLED (the part is kept). */
enum status fetch_file(const struct fetch_request *request, struct error *error);

/* A small text (at most `limit` bytes) in `text` with a '\0'; `text` holds limit + 1 bytes. */
enum status fetch_text(const char *url, char *text, size_t limit, struct error *error);

#endif

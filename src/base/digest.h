/* digest.h: SHA-256 and MD5 of bytes that come in pieces, by OpenSSL's libcrypto. MD5 only because
 * data sets are published with it. */
#ifndef MATINEE_BASE_DIGEST_H
#define MATINEE_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define DIGEST_SHA256_BYTES 32
#define DIGEST_MD5_BYTES 16
#define DIGEST_TEXT_BYTES (2 * DIGEST_SHA256_BYTES + 1)

enum digest_kind { DIGEST_SHA256, DIGEST_MD5 };

struct digest {
    void *context; /* owned; NULL after digest_end */
};

void digest_begin(struct digest *digest, enum digest_kind kind);
void digest_update(struct digest *digest, const void *bytes, size_t size);
/* Writes the sum (32 or 16 bytes) and gives everything back; `sum` may be NULL: just give back. A
 * zeroed digest is fine then. */
void digest_end(struct digest *digest, uint8_t *sum);

void digest_sha256(const void *bytes, size_t size, uint8_t sum[DIGEST_SHA256_BYTES]);
/* Of a whole file, read in blocks. */
enum status digest_file(const char *path, enum digest_kind kind, uint8_t *sum, struct error *error);

/* Lower-case hexadecimal with '\0'; `text` holds at least 2 * size + 1 bytes. */
void digest_text(const uint8_t *sum, size_t size, char *text);
/* A SHA-256 as base64 with '\0'. */
#define DIGEST_BASE64_BYTES 45
void digest_base64(const uint8_t sum[DIGEST_SHA256_BYTES], char text[DIGEST_BASE64_BYTES]);

#endif

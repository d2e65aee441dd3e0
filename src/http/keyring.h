/* keyring.h: the keys that callers may show, in memory: their SHA-256, never themselves. */
#ifndef MATINEE_HTTP_KEYRING_H
#define MATINEE_HTTP_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "http/router.h"

#define KEYRING_NAME_BYTES 32

struct keyring_key {
    uint8_t digest[DIGEST_SHA256_BYTES];
    enum route_scope scope;
    char name[KEYRING_NAME_BYTES]; /* what logs call it */
};

struct keyring;

struct keyring *keyring_create(void);
void keyring_destroy(struct keyring *keyring); /* NULL is fine */
/* From now on these and no others; copied. Any thread, while others look. `is_closed`: keys are
 * demanded even if there is none, since there were some. */
void keyring_replace(struct keyring *keyring, const struct keyring_key *keys, size_t count,
                     bool is_closed);
size_t keyring_count(struct keyring *keyring);
bool keyring_is_closed(struct keyring *keyring);
/* Whether somebody may call with `key`; the time it takes does not tell how much of a key was
 * right. */
bool keyring_find(struct keyring *keyring, const char *key, struct keyring_key *found);

#endif

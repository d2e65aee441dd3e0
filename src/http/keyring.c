/* keyring.c: see keyring.h.
 *
 * Idea     What is compared are digests, of which nobody can choose a prefix, and every key's is
 *          compared to its end: neither where two differ nor which key it was shows in the time.
 * Checked  tests/http/test_http_gate.c. */
#include "http/keyring.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"

struct keyring {
    pthread_rwlock_t lock;
    struct keyring_key *keys;
    size_t count;
    bool is_closed;
};

struct keyring *keyring_create(void) {
    struct keyring *keyring = alloc_zeroed(1, sizeof *keyring);
    pthread_rwlock_init(&keyring->lock, NULL);
    return keyring;
}

void keyring_destroy(struct keyring *keyring) {
    if (!keyring)
        return;
    pthread_rwlock_destroy(&keyring->lock);
    alloc_free(keyring->keys);
    alloc_free(keyring);
}

void keyring_replace(struct keyring *keyring, const struct keyring_key *keys, size_t count,
                     bool is_closed) {
    struct keyring_key *copy = alloc_zeroed(count + 1, sizeof *copy);
    if (count > 0)
        memcpy(copy, keys, count * sizeof *copy);
    pthread_rwlock_wrlock(&keyring->lock);
    struct keyring_key *before = keyring->keys;
    keyring->keys = copy;
    keyring->count = count;
    keyring->is_closed = is_closed || count > 0;
    pthread_rwlock_unlock(&keyring->lock);
    alloc_free(before);
}

size_t keyring_count(struct keyring *keyring) {
    pthread_rwlock_rdlock(&keyring->lock);
    const size_t count = keyring->count;
    pthread_rwlock_unlock(&keyring->lock);
    return count;
}

bool keyring_is_closed(struct keyring *keyring) {
    pthread_rwlock_rdlock(&keyring->lock);
    const bool is_closed = keyring->is_closed;
    pthread_rwlock_unlock(&keyring->lock);
    return is_closed;
}

/* 1 if all bytes are the same, else 0, without a branch. */
static unsigned same(const uint8_t *a, const uint8_t *b) {
    unsigned different = 0;
    for (size_t i = 0; i < DIGEST_SHA256_BYTES; i++)
        different |= (unsigned)(a[i] ^ b[i]);
    return ((different - 1) >> 8) & 1;
}

bool keyring_find(struct keyring *keyring, const char *key, struct keyring_key *found) {
    uint8_t digest[DIGEST_SHA256_BYTES];
    digest_sha256(key, strlen(key), digest);
    size_t place = 0;
    unsigned is_there = 0;
    pthread_rwlock_rdlock(&keyring->lock);
    for (size_t i = 0; i < keyring->count; i++) {
        const unsigned hit = same(digest, keyring->keys[i].digest);
        place |= i & (0 - (size_t)hit);
        is_there |= hit;
    }
    if (is_there)
        *found = keyring->keys[place];
    pthread_rwlock_unlock(&keyring->lock);
    return is_there;
}

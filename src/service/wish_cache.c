/* wish_cache.c: see wish_cache.h.
 *
 * Idea     Sets of eight places by the hash of the key, one mutex over all: it is held for the time
 *          of eight comparisons.
 * Checked  tests/service/test_service_search.c; ThreadSanitizer by tests/service. */
#include "service/wish_cache.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

#define WAYS 8
#define SETS (WISH_CACHE_ENTRIES / WAYS)

struct place {
    struct wish_entry *entry;
    uint64_t used; /* when it was asked for last */
};

struct wish_cache {
    pthread_mutex_t mutex;
    uint64_t clock;
    struct place places[SETS][WAYS];
};

static uint64_t hash_of(const struct wish_key *key) {
    uint64_t hash = 14695981039346656037u ^ (key->pool * 2 + key->strict);
    for (size_t i = 0; i < key->length; i++)
        hash = (hash ^ (unsigned char)key->text[i]) * 1099511628211u;
    hash ^= hash >> 29;
    return hash * 0xbf58476d1ce4e5b9u;
}

static bool is_same(const struct wish_entry *entry, const struct wish_key *key, uint64_t hash) {
    return entry && entry->hash == hash && entry->key.length == key->length &&
           entry->key.pool == key->pool && entry->key.strict == key->strict &&
           memcmp(entry->key.text, key->text, key->length) == 0;
}

struct wish_cache *wish_cache_create(void) {
    struct wish_cache *cache = alloc_zeroed(1, sizeof *cache);
    pthread_mutex_init(&cache->mutex, NULL);
    return cache;
}

void wish_cache_destroy(struct wish_cache *cache) {
    if (!cache)
        return;
    for (size_t s = 0; s < SETS; s++)
        for (size_t w = 0; w < WAYS; w++)
            wish_cache_release(cache->places[s][w].entry);
    pthread_mutex_destroy(&cache->mutex);
    alloc_free(cache);
}

struct wish_entry *wish_cache_entry(const struct wish_key *key) {
    struct wish_entry *entry = alloc_zeroed(1, sizeof *entry);
    atomic_init(&entry->references, 1);
    entry->hash = hash_of(key);
    entry->key = *key;
    entry->key.text = arena_copy_length(&entry->arena, key->text, key->length);
    return entry;
}

static struct wish_entry *keep(struct wish_entry *entry) {
    const unsigned before = atomic_fetch_add_explicit(&entry->references, 1, memory_order_relaxed);
    ASSERT(before > 0);
    return entry;
}

void wish_cache_release(struct wish_entry *entry) {
    if (!entry || atomic_fetch_sub_explicit(&entry->references, 1, memory_order_acq_rel) > 1)
        return;
    arena_release(&entry->arena);
    alloc_free(entry);
}

struct wish_entry *wish_cache_find(struct wish_cache *cache, const struct wish_key *key) {
    const uint64_t hash = hash_of(key);
    struct place *set = cache->places[hash % SETS];
    struct wish_entry *found = NULL;
    pthread_mutex_lock(&cache->mutex);
    for (size_t w = 0; w < WAYS && !found; w++)
        if (is_same(set[w].entry, key, hash)) {
            found = keep(set[w].entry);
            set[w].used = ++cache->clock;
        }
    pthread_mutex_unlock(&cache->mutex);
    return found;
}

void wish_cache_keep(struct wish_cache *cache, struct wish_entry *entry) {
    struct place *set = cache->places[entry->hash % SETS];
    pthread_mutex_lock(&cache->mutex);
    size_t oldest = 0;
    for (size_t w = 0; w < WAYS; w++) {
        if (is_same(set[w].entry, &entry->key, entry->hash)) {
            oldest = w;
            break;
        }
        if (set[w].used < set[oldest].used)
            oldest = w;
    }
    struct wish_entry *gone = set[oldest].entry;
    set[oldest] = (struct place){keep(entry), ++cache->clock};
    pthread_mutex_unlock(&cache->mutex);
    wish_cache_release(gone);
}

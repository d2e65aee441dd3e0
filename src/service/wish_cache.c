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
#define SET_BYTES (WISH_CACHE_BYTES / SETS)

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
    for (size_t r = 0; r < key->removed_count; r++)
        for (const char *at = key->removed[r]; *at; at++)
            hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    hash ^= hash >> 29;
    return hash * 0xbf58476d1ce4e5b9u;
}

static bool is_same(const struct wish_entry *entry, const struct wish_key *key, uint64_t hash) {
    if (!entry || entry->hash != hash || entry->key.length != key->length ||
        entry->key.pool != key->pool || entry->key.strict != key->strict ||
        entry->key.removed_count != key->removed_count ||
        memcmp(entry->key.text, key->text, key->length) != 0)
        return false;
    for (size_t i = 0; i < key->removed_count; i++)
        if (strcmp(entry->key.removed[i], key->removed[i]) != 0)
            return false;
    return true;
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
    const char **removed = ARENA_ARRAY(&entry->arena, const char *, key->removed_count);
    for (size_t i = 0; i < key->removed_count; i++)
        removed[i] = arena_copy(&entry->arena, key->removed[i]);
    entry->key.removed = removed;
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

static size_t bytes_of(const struct wish_entry *entry) {
    return entry ? sizeof *entry + arena_bytes(&entry->arena) : 0;
}

/* The place that is free, has the same wish, or was asked for longest ago. */
static size_t place_for(const struct place *set, const struct wish_entry *entry) {
    size_t oldest = 0;
    for (size_t w = 0; w < WAYS; w++) {
        if (is_same(set[w].entry, &entry->key, entry->hash))
            return w;
        if (set[w].used < set[oldest].used)
            oldest = w;
    }
    return oldest;
}

/* Empties places, the oldest first, until a set is no larger than its share; returns what was in
 * them. */
static size_t shrink(struct place *set, struct wish_entry *gone[WAYS]) {
    size_t bytes = 0, count = 0;
    for (size_t w = 0; w < WAYS; w++)
        bytes += bytes_of(set[w].entry);
    while (bytes > SET_BYTES) {
        size_t oldest = WAYS;
        for (size_t w = 0; w < WAYS; w++)
            if (set[w].entry && (oldest == WAYS || set[w].used < set[oldest].used))
                oldest = w;
        bytes -= bytes_of(set[oldest].entry);
        gone[count++] = set[oldest].entry;
        set[oldest] = (struct place){0};
    }
    return count;
}

void wish_cache_keep(struct wish_cache *cache, struct wish_entry *entry) {
    struct place *set = cache->places[entry->hash % SETS];
    struct wish_entry *gone[WAYS];
    if (bytes_of(entry) > SET_BYTES)
        return;
    pthread_mutex_lock(&cache->mutex);
    const size_t at = place_for(set, entry);
    struct wish_entry *replaced = set[at].entry;
    set[at] = (struct place){keep(entry), ++cache->clock};
    const size_t count = shrink(set, gone);
    pthread_mutex_unlock(&cache->mutex);
    wish_cache_release(replaced);
    for (size_t i = 0; i < count; i++)
        wish_cache_release(gone[i]);
}

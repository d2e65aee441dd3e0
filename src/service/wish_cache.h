/* wish_cache.h: wishes that were read before: what was found in the words, and the films nearest to
 * them. Bounded in number and bytes: of a set that is full the one that was asked for longest ago
 * goes. */
#ifndef MATINEE_SERVICE_WISH_CACHE_H
#define MATINEE_SERVICE_WISH_CACHE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "intent/intent.h"

/* What a wish is read for; the same text with another pool or fewer chips is another wish. */
struct wish_key {
    const char *text;
    size_t length;
    size_t pool;
    bool strict;
    const char *const *removed; /* labels of chips that were taken back */
    size_t removed_count;
};

/* A wish that was read. Immutable and counted, so that one may be used while it leaves the cache.
 */
struct wish_entry {
    atomic_uint references;
    struct arena arena; /* everything below */
    struct wish_key key;
    uint64_t hash;
    struct rules_found rules;
    struct wish wish; /* without alphas: those are the request's */
    size_t count;
    uint32_t *items; /* [count] neighbours or the nearest first; all are allowed by the words */
    float *cosines;  /* [count] with the wish */
    float *texts;    /* [count] by TF-IDF */
    bool is_whole;   /* there are no other allowed ones */
};

struct wish_cache;

#define WISH_CACHE_ENTRIES 1024
/* As arenas hold them; of the 68 KiB of a common entry 30 are used. */
#define WISH_CACHE_BYTES ((size_t)96 << 20)

struct wish_cache *wish_cache_create(void);
void wish_cache_destroy(struct wish_cache *cache); /* NULL is fine */

/* A new entry with one reference, the caller's; its key is a copy. */
struct wish_entry *wish_cache_entry(const struct wish_key *key);
void wish_cache_release(struct wish_entry *entry); /* one reference less; NULL is fine */

/* The entry of that key, with a reference for the caller; NULL: none. */
struct wish_entry *wish_cache_find(struct wish_cache *cache, const struct wish_key *key);
/* Keeps an entry for others, unless it is as large as a set; the caller's reference stays his. */
void wish_cache_keep(struct wish_cache *cache, struct wish_entry *entry);

#endif

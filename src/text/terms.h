/* terms.h: words get numbers in the order in which they come: the table behind TF-IDF and BM25.
 *
 * Open addressing by hash, doubled when it is half full. Memory of the arena, at most three times
 * what the words take. */
#ifndef MATINEE_TEXT_TERMS_H
#define MATINEE_TEXT_TERMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define TERMS_NONE UINT32_MAX

struct term {
    const char *bytes; /* '\0' behind them */
    uint32_t length;
    uint32_t hash;
};

struct terms {
    struct arena *arena;
    struct term *list; /* [count] */
    uint32_t count, capacity;
    uint32_t *slots; /* [2 * capacity] number + 1, or 0 */
};

void terms_init(struct terms *terms, struct arena *arena);
/* The word's number; a new one is copied. */
uint32_t terms_add(struct terms *terms, const char *bytes, size_t length);
/* TERMS_NONE if it is not there. */
uint32_t terms_find(const struct terms *terms, const char *bytes, size_t length);

#endif

/* genres.h: arithmetic on sets of genres, one bit each (struct movie's `genres`). */
#ifndef MATINEE_DATASET_GENRES_H
#define MATINEE_DATASET_GENRES_H

#include <math.h>
#include <stdint.h>

/* Cosine of two multi-hot genre vectors; 0 if either has none. */
static inline double genres_cosine(uint64_t a, uint64_t b) {
    if (!a || !b)
        return 0;
    return __builtin_popcountll(a & b) /
           sqrt((double)__builtin_popcountll(a) * __builtin_popcountll(b));
}

#endif

/* largest.h: the k largest of a list of (index, value), as when a row of a similarity matrix is cut
 * to its nearest neighbours. */
#ifndef MATINEE_SPARSE_LARGEST_H
#define MATINEE_SPARSE_LARGEST_H

#include <stddef.h>
#include <stdint.h>

struct entry {
    uint32_t index;
    float value;
};

/* Moves the k largest entries to the front, largest first, equal values by ascending index, and
 * returns how many that are (k, or `count` if there are fewer). The order of the others is
 * unspecified. The result depends on the set of entries only, not on their order. No value may be
 * NaN. Time O(count + k log k) on average. */
size_t largest_select(struct entry *entries, size_t count, size_t k);

#endif

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

/* The same while entries come one by one in ascending order of index, in little memory: what can no
 * longer be among the k largest is turned away at the door. `room` is [LARGEST_ROOM(k)], the
 * caller's. */
#define LARGEST_ROOM(k) (2 * (size_t)(k) + 64)

struct largest {
    struct entry *room;
    size_t k, count;
    float floor; /* entries must exceed it */
};

/* Only values above `floor` will count. */
static inline struct largest largest_begin(struct entry *room, size_t k, float floor) {
    return (struct largest){room, k, 0, floor};
}

/* For largest_offer: cuts a full room to the k largest and raises the floor to the last of them. */
void largest_cut(struct largest *largest);

static inline void largest_offer(struct largest *largest, uint32_t index, float value) {
    if (value > largest->floor) {
        largest->room[largest->count++] = (struct entry){index, value};
        if (largest->count == LARGEST_ROOM(largest->k))
            largest_cut(largest);
    }
}

/* Puts the result at the front of the room as largest_select does; returns how many. */
static inline size_t largest_end(struct largest *largest) {
    return largest_select(largest->room, largest->count, largest->k);
}

#endif

/* layout.h: many vectors as points of a plane, so that what is near among the vectors is near on
 * the page: a map of all films.
 *
 * Idea    Principal components first (at most LAYOUT_COMPONENTS), which keeps what matters and
 *         makes all else cheap. Then each point's LAYOUT_NEIGHBORS nearest; then the
 *         plane, from the first two components on: neighbours pull each other by how close they
 *         are, random others push.
 * Source  McInnes, Healy & Melville 2018, "UMAP": the smoothed distances, their fuzzy union and
 *         the forces. Other than there all points move at once in each of the turns, by the mean of
 *         what pulls them, so that the result is the same for any number of threads.
 * Cost    count^2 * components for the neighbours, LAYOUT_TURNS * count * 30 forces: 0.37 s of
 *         processor time for 3,706 vectors of 64, 1.2 s for 9,742. Of more than LAYOUT_EXACT_MOST
 *         (layout_internal.h) neighbours are looked for in cells, and LAYOUT_TURNS_OF_MANY do:
 *         4.3 s for 62,423, where it was 15.0 s, with 12.1 % of the neighbours in place of 12.4 %
 *         (bench/layout.c). Memory count * components floats.
 * Checked tests/layout/test_layout.c: clusters stay apart and whole, the same bits for 1, 2 and 4
 *         threads. */
#ifndef MATINEE_LAYOUT_LAYOUT_H
#define MATINEE_LAYOUT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define LAYOUT_COMPONENTS 32
#define LAYOUT_NEIGHBORS 15
#define LAYOUT_TURNS 300
#define LAYOUT_TURNS_OF_MANY 150

struct layout_vectors {
    const float *values; /* [count][dimension] */
    size_t count, dimension;
    bool by_direction; /* lengths do not matter (cosine) */
};

/* points[count][2] in the arena, each coordinate within -1 ... 1, the middle of all at 0. Fewer
 * than three vectors lie on a line. */
float *layout_points(const struct layout_vectors *vectors, struct arena *arena);

#endif

/* layout_hues.h: a hue for each column of a matrix by who has it, so that what the same rows have
 * is of neighbouring colours: films of those who watch the same.
 *
 * Idea    The second and third singular vectors of the scaled matrix put every column into a plane
 *         (the first says how often a column occurs). A column's angle there is its hue, after
 *         the circle was stretched where much is: a column takes as much of it as the square of how
 *         often it occurs, so that those that are seen most, together, are of all colours.
 * Source  Spectral co-clustering (Dhillon 2001), with the mean length added to the lengths that are
 *         divided by (Qin & Rohe 2013): without it, what few have would take the plane.
 * Cost    LAYOUT_HUES_TURNS * 2 * 8 * entries multiply-adds, of the first rows alone where there
 *         are more than LAYOUT_HUES_ENTRIES_MAX entries: at most 0.6 s of processor time.
 * Traps   A hue says nothing by itself: more data turns all of them.
 * Checked tests/layout/test_layout_hues.c. */
#ifndef MATINEE_LAYOUT_LAYOUT_HUES_H
#define MATINEE_LAYOUT_LAYOUT_HUES_H

#include <stdint.h>

#include "base/arena.h"
#include "sparse/csr.h"

#define LAYOUT_HUES_TURNS 12
#define LAYOUT_HUES_ENTRIES_MAX 2000000
#define LAYOUT_HUES_NONE UINT16_MAX

/* hues[columns] in the arena: 0 ... 359; LAYOUT_HUES_NONE for a column that no row has. Values of
 * the matrix are not looked at. The same bits for any number of threads. */
uint16_t *layout_hues(const struct csr *matrix, struct arena *arena);

#endif

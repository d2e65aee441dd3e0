/* layout_internal.h: the steps of a layout; only for src/layout/. */
#ifndef MATINEE_LAYOUT_LAYOUT_INTERNAL_H
#define MATINEE_LAYOUT_LAYOUT_INTERNAL_H

#include "layout/layout.h"

/* Rows of principal components, the largest first. */
struct layout_rows {
    size_t count, dimension;
    const float *values; /* [count][dimension] */
};
struct layout_rows layout_reduce(const struct layout_vectors *vectors, struct arena *arena);

/* Above this neighbours are looked for in cells, and points move in fewer turns. */
#define LAYOUT_EXACT_MOST 16384

/* Points in cells, and the cells whose points are near to a cell's. */
struct layout_cells {
    size_t count;
    const uint32_t *offsets, *points; /* [count + 1], [points] */
    const uint32_t *near;        /* [count][count], of which the first near_counts are filled */
    const uint32_t *near_counts; /* [count] */
};
struct layout_cells layout_cells_make(const struct layout_rows *rows, size_t k,
                                      struct arena *arena);

/* Who pulls whom: both ways, each weight 0 ... 1. */
struct layout_graph {
    size_t count;
    const uint64_t *offsets; /* [count + 1] */
    const uint32_t *columns;
    const float *weights;
};
struct layout_graph layout_connect(const struct layout_rows *rows, struct arena *arena);

/* Moves points[count][2] by the graph's forces. */
void layout_settle(const struct layout_graph *graph, float *points, struct arena *arena);

#endif

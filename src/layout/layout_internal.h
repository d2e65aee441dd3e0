/* layout_internal.h: the three steps of a layout; only for src/layout/. */
#ifndef MATINEE_LAYOUT_LAYOUT_INTERNAL_H
#define MATINEE_LAYOUT_LAYOUT_INTERNAL_H

#include "layout/layout.h"

/* Rows of principal components, the largest first. */
struct layout_rows {
    size_t count, dimension;
    const float *values; /* [count][dimension] */
};
struct layout_rows layout_reduce(const struct layout_vectors *vectors, struct arena *arena);

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

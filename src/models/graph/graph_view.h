/* graph_view.h: the graph as a training step sees it: without the edges that dropout takes, and
 * without those that the step is to predict.
 *
 *     const struct bipartite *graph = graph_view_begin(&view, step);
 *     ... forward and backward over graph ...
 *     graph_view_end(&view);
 *
 * A graph that has the edges it predicts gives its targets away, and will lack those that are asked
 * for later. */
#ifndef MATINEE_MODELS_GRAPH_GRAPH_VIEW_H
#define MATINEE_MODELS_GRAPH_GRAPH_VIEW_H

#include "graph/bipartite.h"
#include "models/graph/graph_encoder.h"

struct graph_view {
    struct bipartite whole, thinned;
    double dropout; /* share of the edges that a step leaves out */
    bool hides;     /* the step's own edges too */
    struct arena *arena;
    struct bipartite *used;
    struct bipartite_hidden hidden;
    size_t hidden_max; /* edges that hidden.weights has room for */
};

/* After `whole` and the options are set. Memory of the arena. */
void graph_view_init(struct graph_view *view, struct arena *arena);
/* The graph of a step; NULL: the whole one. Valid until graph_view_end, or the next begin. */
const struct bipartite *graph_view_begin(struct graph_view *view, const struct graph_step *step);
void graph_view_end(struct graph_view *view);

#endif

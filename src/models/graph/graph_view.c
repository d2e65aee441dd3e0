/* graph_view.c: see graph_view.h. */
#include "models/graph/graph_view.h"

void graph_view_init(struct graph_view *view, struct arena *arena) {
    view->arena = arena;
    if (view->dropout > 0)
        bipartite_reserve(&view->thinned, &view->whole, arena);
}

static void hide(struct graph_view *view, const struct graph_step *step) {
    struct bipartite_hidden *hidden = &view->hidden;
    hidden->count = step && view->hides ? step->count : 0;
    if (hidden->count == 0)
        return;
    if (hidden->count > view->hidden_max) {
        view->hidden_max = hidden->count;
        hidden->weights = ARENA_ARRAY_RAW(view->arena, real, 2 * hidden->count);
    }
    hidden->users = step->users;
    hidden->items = step->items;
    bipartite_hide(view->used, hidden);
}

const struct bipartite *graph_view_begin(struct graph_view *view, const struct graph_step *step) {
    if (view->used)
        graph_view_end(view);
    view->used = &view->whole;
    if (step && view->dropout > 0) {
        bipartite_drop(&view->thinned, &view->whole,
                       &(struct bipartite_dropout){view->dropout, step->seed, step->stream});
        view->used = &view->thinned;
    }
    hide(view, step);
    return view->used;
}

void graph_view_end(struct graph_view *view) {
    bipartite_show(view->used, &view->hidden);
    view->hidden.count = 0;
}

/* bipartite.h: the graph of users and items, and how vectors spread over it.
 *
 * Idea    Nodes are the users, then the items; every interaction is an edge. The adjacency A is
 *         scaled on both sides, S = D^-1/2 A D^-1/2 with the nodes' degrees D: an edge of user u
 *         and item i weighs 1 / sqrt(d_u d_i) (Kipf & Welling 2017; He et al. 2020, equation 3).
 *         S is symmetric, so spreading a gradient back is spreading it.
 * Shapes  by_user: for each user his items and weights; by_item: the transpose. Vectors of nodes:
 *         [users + items][width], users first.
 * Loops   With self-loops every node has an edge to itself of weight 1 / d, and counts it in d.
 * Dropout  Each edge stays or goes for a step by a number that is made of (seed, stream, user,
 *          item), so both directions agree and no thread draws before another; what stays weighs 1
 *          / (1 - rate) times as much.
 * Cost     a spread: 2 * edges * width multiply-adds, as many reads of rows. 64 columns over
 *          Gowalla (0.8 million edges): bench/graph.c. Memory: 8 bytes for each edge and
 *          direction.
 * Threads  A row of the result is one sum in the order of its edges: any cutting gives the same
 *          bits.
 * Checked  tests/graph/test_bipartite.c against dense products. */
#ifndef MATINEE_GRAPH_BIPARTITE_H
#define MATINEE_GRAPH_BIPARTITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "kernels/real.h"
#include "sparse/csr.h"

/* One direction: the rows of users or of items. */
struct bipartite_side {
    uint32_t row_count;
    uint64_t *offsets; /* [row_count + 1] */
    uint32_t *columns; /* of the other side, ascending */
    real *values;
    uint32_t *cuts; /* [shard_count + 1] shards of rows with about as many edges each */
    size_t shard_count;
};

struct bipartite {
    uint32_t user_count, item_count;
    struct bipartite_side by_user, by_item;
    real *loops; /* [users + items] weights of the self-loops; NULL: none */
};

enum bipartite_form {
    BIPARTITE_LOOPS = 1, /* with self-loops */
    BIPARTITE_PLAIN = 2, /* every edge weighs 1 */
};
/* The graph of `edges` [users][items] (values are not looked at); form: 0 or a sum of the above.
 * Memory of the arena. */
void bipartite_init(struct bipartite *graph, const struct csr *edges, unsigned form,
                    struct arena *arena);
static inline size_t bipartite_nodes(const struct bipartite *graph) {
    return (size_t)graph->user_count + graph->item_count;
}

/* An empty graph that has room for any part of `whole`. */
void bipartite_reserve(struct bipartite *part, const struct bipartite *whole, struct arena *arena);
/* What is left of `whole` when each edge goes with probability `rate` < 1; loops stay as they are.
 */
struct bipartite_dropout {
    double rate;
    uint64_t seed, stream;
};
void bipartite_drop(struct bipartite *part, const struct bipartite *whole,
                    const struct bipartite_dropout *dropout);

/* Edges that weigh nothing for a while, those between users[i] and items[i]; an edge that the graph
 * does not have is passed over. weights [2 * count]: what they weighed, for bipartite_show. */
struct bipartite_hidden {
    const uint32_t *users, *items;
    size_t count;
    real *weights;
};
void bipartite_hide(struct bipartite *graph, const struct bipartite_hidden *edges);
void bipartite_show(struct bipartite *graph, const struct bipartite_hidden *edges);

/* out = S in + start, [nodes][width]. start NULL: nothing; it may be out, not in.
 *
 *   wanted   [nodes] which rows of out are worked out, the others are left as they are; NULL: all
 *   nonzero  [nodes] which rows of in are not all zeros; NULL: any may be */
struct bipartite_spread {
    const real *in, *start;
    real *out;
    size_t width;
    const uint8_t *wanted, *nonzero;
};
void bipartite_spread(const struct bipartite *graph, const struct bipartite_spread *job);

/* out = (x + S x + ... + S^layers x) / (layers + 1), [nodes][width]: LightGCN's convolution
 * (equation 8), and its own transpose. room: as large as out; neither may be x. By Horner's rule:
 * x + S (x + S (x + ...)). wanted rows of out, nonzero rows of x: as above. */
struct bipartite_mean {
    const real *x;
    real *out, *room;
    size_t width, layers;
    const uint8_t *wanted, *nonzero;
};
void bipartite_layer_mean(const struct bipartite *graph, const struct bipartite_mean *job);

#endif

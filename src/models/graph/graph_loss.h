/* graph_loss.h: the loss of a batch of positives on the final vectors of all nodes, and its
 * gradient with respect to them: what graph models share between their convolutions.
 *
 * Scores  s(u, i) = x_u . x_i / temperature, of the vectors as they are or (cosine) of length 1.
 * Losses  bpr      log(1 + e^-(s(u, i) - s(u, j))), summed over each positive's own negatives j
 *                  (Rendle et al. 2009; He et al. 2020, equation 15)
 *         softmax  -log of the positive's share of e^s among itself and negatives that the whole
 *                  batch shares (Wu et al. 2022, "On the Effectiveness of Sampled Softmax Loss for
 *                  Item Recommendation", equation 4). A negative that a user has does not count for
 *                  him; the others stand for all that he has not, each by its weight, so that the
 *                  loss is that of all items but for the noise.
 *         squares  ((s(u, i) - 1)^2 + unobserved / |items of u| * sum over all items j of
 *                  s(u, j)^2) / 2: over an epoch each pair of a user and an item once, which is
 *                  what als minimises (Hu et al. 2008; Rendle et al. 2022, equation 1). The sums
 *                  over all items are worked out from Gram matrices (Chen et al., "Efficient
 *                  Neural Matrix Factorization without Sampling", TOIS 2020, theorem 4.2).
 * Shapes   vectors and gradient [users + items][width], users first. Only rows that the batch
 *          touches have a gradient; the others are 0.
 * Idea     Places are users, positives, negatives, one after another. Their vectors are copied
 *          side by side, so that all scores of a chunk of the batch against the shared negatives
 *          are one product, as are the sums that lead back. Then each touched node sums up its
 *          places.
 * Cost     softmax: 6 * batch * negatives * width operations, one e^x for each score; memory for
 *          GRAPH_LOSS_CHUNK * negatives scores and 2 * places * width numbers. squares:
 *          4 * (batch + items) * width^2 operations; negatives are all items.
 * Threads  Every element is one sum in an order that the batch gives.
 * Checked tests/models/check_graph.c: finite differences in double. */
#ifndef MATINEE_MODELS_GRAPH_GRAPH_LOSS_H
#define MATINEE_MODELS_GRAPH_GRAPH_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/real.h"
#include "nn/row_index.h"

#define GRAPH_LOSS_CHUNK 1024 /* positives whose scores are held at once */

enum graph_loss_kind { GRAPH_SOFTMAX, GRAPH_BPR, GRAPH_SQUARES };
#define GRAPH_LOSSES "softmax|bpr|squares"

struct graph_loss_options {
    enum graph_loss_kind kind;
    size_t negative_count; /* softmax: shared by the batch; bpr: of each positive; squares: all */
    real temperature;
    real unobserved; /* squares: weight of a pair in the sum over all pairs */
    bool cosine;
    uint32_t user_count, item_count;
    size_t width, batch_max;
};

/* What a batch is: positives, and negatives [negative_count] or [count][negative_count]. Shared
 * negatives differ from each other; `histories` are the users' items. */
struct graph_batch {
    size_t count, negative_count;
    const uint32_t *users, *items, *negatives;
    const uint64_t *offsets; /* [users + 1] of histories; not for bpr */
    const uint32_t *histories;
    const real *weights; /* [negative_count] softmax: items that each stands for, up to a common
                            factor; NULL: all as many */
    real scale;          /* of the gradient */
};

struct graph_loss {
    struct graph_loss_options options;
    struct row_index touched; /* of nodes, by the batch that was added last */
    size_t place_max;
    uint32_t *nodes;    /* [place_max] */
    real *x, *dx;       /* [place_max][width] vectors as they are scored, and their gradients */
    real *lengths;      /* [place_max] before they were made 1; cosine alone */
    real *columns;      /* softmax: [width][negatives] of the shared negatives' x; squares: the Gram
                           matrices [width][width] of the items' x and of the users' */
    real *logarithms;   /* [negatives] of the shared negatives' weights */
    double weight;      /* their sum */
    real *scores;       /* softmax [chunk][negatives]; bpr [batch][1 + negatives] twice: and errors;
                           squares [batch][width] */
    uint32_t *place_of; /* [items] where a shared negative stands, else ROW_INDEX_NONE */
    double *losses;     /* [batch_max] */
    /* Of the call. */
    const struct graph_batch *batch;
    const real *vectors;
    real *gradient;
    size_t chunk, chunk_count;
    size_t place_count;
};

void graph_loss_init(struct graph_loss *loss, const struct graph_loss_options *options,
                     struct arena *arena);
/* Bytes of workspace for each positive of a batch. */
size_t graph_loss_row_bytes(const struct graph_loss_options *options);
/* Returns the sum of the losses; gradient must be 0 but where the last call left something. NULL:
 * the loss alone. */
double graph_loss_run(struct graph_loss *loss, const struct graph_batch *batch, const real *vectors,
                      real *gradient);

#endif

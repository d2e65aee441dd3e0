/* similarity.h: the nearest rows of a matrix: which items (or users) resemble one another, judged
 * by who has met them. Names, sources and formulas of the similarities are in similarity.c. */
#ifndef MATINEE_MODELS_NEIGHBOR_SIMILARITY_H
#define MATINEE_MODELS_NEIGHBOR_SIMILARITY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"
#include "models/neighbor/weighting.h"
#include "sparse/csr.h"
#include "sparse/largest.h"

/* In the order of SIMILARITY_CHOICES, so that settings_choice gives one. */
enum similarity_kind {
    SIMILARITY_COSINE,
    SIMILARITY_ASYMMETRIC,
    SIMILARITY_TVERSKY,
    SIMILARITY_ADJUSTED_COSINE,
    SIMILARITY_PEARSON,
    SIMILARITY_PEARSON_BASELINE,
    SIMILARITY_MSD,
};
#define SIMILARITY_CHOICES "cosine|asymmetric|tversky|adjusted_cosine|pearson|pearson_baseline|msd"

struct similarity {
    enum similarity_kind kind;
    enum weighting weighting; /* of cosine, asymmetric and tversky */
    size_t k;                 /* neighbours that a row keeps at most */
    double shrinkage;         /* >= 0; see similarity.c */
    double alpha, beta;       /* >= 0; asymmetric and tversky */
    double amplification;     /* power that they are raised to (Breese et al. 1998); 0: 1 */
};

/* Reads model.similarity, weighting, k, shrinkage, alpha, beta and amplification. Error: an alpha
 * above 1 with asymmetric. */
enum status similarity_read(struct similarity *similarity, const struct settings *settings,
                            struct error *error);

/* True for the similarities that compare ratings: without ratings they say nothing. */
bool similarity_needs_values(enum similarity_kind kind);

/* For each item its at most k most similar other items with a similarity above 0.
 *   by_user  [users][items]; its values, if any, are ratings
 * Returns [items][items] in memory of the arena: row i lists the neighbours of item i in ascending
 * order with their similarities. Equal similarities: the lower index is nearer. Works on all
 * threads; the same bits for any number of them. Cannot fail.
 * Time: the sum of the squared lengths of users' rows. Memory: three copies of by_user, one row of
 * items for each shard, the result. */
struct csr similarity_nearest(const struct csr *by_user, const struct similarity *similarity,
                              struct arena *arena);
/* The memory that it takes at most for neighbours: the room in which they are found, the result. */
size_t similarity_bytes(size_t item_count, size_t k);

#define SIMILARITY_NOBODY UINT32_MAX

/* What a row that is not among the items is compared with: the items after weighting. */
struct similarity_index {
    const struct similarity *how; /* the caller's */
    struct weights weights;       /* for further rows */
    struct csr by_user, by_item;  /* weighted or centred values */
    float *left, *right;          /* [items] what the norms of i and j contribute below the line */
    size_t keep;                  /* neighbours at most */
};

/* by_user as above; it, `how` and the arena must live as long as the index. */
void similarity_index_init(struct similarity_index *index, const struct csr *by_user,
                           const struct similarity *how, struct arena *arena);
/* The same similarities for one more row, of users and (where ratings are compared or used) values:
 * its nearest items at the front of room[LARGEST_ROOM(keep)], nearest first. Returns how many.
 *   self  an item that is left out because it is the row itself, or SIMILARITY_NOBODY
 * Runs on the calling thread. */
size_t similarity_index_nearest(const struct similarity_index *index, const struct csr_row *row,
                                uint32_t self, struct entry *room);
/* Shares out what neighbours of that row say over the row's entries: parts[row->count] gets, of
 * each weights[n] for neighbours[n], as much as the entry has of what makes the two alike: its
 * product above the line (pearson: of the deviations from the means of what they have in common;
 * msd: the same for each entry in common). The parts sum to the weights. */
struct similarity_neighbours {
    const struct entry *list;
    const float *weights;
    size_t count;
};
void similarity_index_parts(const struct similarity_index *index, const struct csr_row *row,
                            const struct similarity_neighbours *neighbours, float *parts);

#endif

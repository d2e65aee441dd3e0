/* weighting.h: what the entries of a users x items matrix count for before items are compared. */
#ifndef MATINEE_MODELS_NEIGHBOR_WEIGHTING_H
#define MATINEE_MODELS_NEIGHBOR_WEIGHTING_H

#include "base/arena.h"
#include "sparse/csr.h"

/* In the order of the choices of model.weighting. */
enum weighting { WEIGHTING_NONE, WEIGHTING_TFIDF, WEIGHTING_BM25 };
#define WEIGHTING_CHOICES "none|tfidf|bm25"

/* What is taken off each rating before ratings are compared. */
enum centring { CENTRING_NONE, CENTRING_USER, CENTRING_ITEM, CENTRING_BASELINE };

/* What was done to the entries of a matrix, for one more item's row that comes later. */
struct weights {
    enum weighting weighting;
    enum centring centring;
    const double *by_user; /* [users] the idf, or what is taken off; NULL: nothing */
    double mean_length;    /* BM25: of the items */
};

/* by_user with other values: weighted as a text is, items being the documents and users the terms.
 * WEIGHTING_NONE returns by_user itself. New values live in the arena, the rest is shared; so does
 * what *weights points to. */
struct csr weighting_apply(const struct csr *by_user, enum weighting weighting,
                           struct weights *weights, struct arena *arena);

/* by_user with its ratings less the mean of the user, the mean of the item, or the baseline mean +
 * b_u + b_i. Memory as above. */
struct csr weighting_centre(const struct csr *by_user, enum centring centring,
                            struct weights *weights, struct arena *arena);

/* values[row->count] = the entries of an item's row, of users, as that would have made them. */
void weighting_row(const struct weights *weights, const struct csr_row *row, float *values);

/* The baseline rating mean + b_u + b_i by the same sweeps: fills item_bias[columns], returns the
 * mean. Values are ratings. */
double weighting_baseline(const struct csr *by_user, float *item_bias);
/* The b_u that goes with it, of a row that may be a new one. */
double weighting_user_bias(const struct csr_row *row, double mean, const float *item_bias);

#endif

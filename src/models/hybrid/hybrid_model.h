/* hybrid_model.h: what the files of the hybrid share; hybrid.c is where to begin. */
#ifndef MATINEE_MODELS_HYBRID_HYBRID_MODEL_H
#define MATINEE_MODELS_HYBRID_HYBRID_MODEL_H

#include "models/hybrid/fusion.h"
#include "models/hybrid/hybrid_parts.h"
#include "models/hybrid/hybrid_weights.h"
#include "models/model.h"

enum hybrid_method {
    HYBRID_WEIGHTED_AVERAGE,
    HYBRID_RRF,
    HYBRID_BORDA,
    HYBRID_LEARNED, /* becomes a weighted average once its weights are found */
    HYBRID_STACKED,
};
#define HYBRID_METHODS "weighted_average|rrf|borda|learned|stacked"

struct hybrid {
    struct model base;
    struct hybrid_parts parts;
    enum hybrid_method method;
    enum fusion_normalization normalization;
    float k_rrf;
    struct hybrid_weights weights;
    bool falls_back;  /* an empty history is answered with what is popular */
    double *combiner; /* [hybrid_features_count], stacked; NULL: to be found */
    double l2;        /* of what is found on validation */
    size_t negative_count;
    struct tensor popularity; /* [items] the share of the users who have it */
    struct tensor mean;       /* [1] the mean rating of the rows */
    /* Derived by hybrid_features_derive. */
    float *fame;            /* [items] log of how many have the item, less the mean over rows */
    double activity;        /* mean rows of a user */
    struct tensor *proxies; /* the parts' tensors under prefixed names */
};

static inline bool hybrid_rates(const struct hybrid *self) {
    return self->base.scale == MODEL_SCALE_RATING;
}

/* ---- hybrid_features.c ----------------------------------------------------------------------- */

/* What is known beside the parts' scores: from self->popularity. */
void hybrid_features_derive(struct hybrid *self);
/* How active a person with so many rows is: log, 0 for the mean. */
float hybrid_features_activity(const struct hybrid *self, size_t rows);
size_t hybrid_features_count(const struct hybrid *self);
/* features[hybrid_features_count] of one item for one person: values[parts] are the parts'
 * normalised scores, or ratings less the mean. */
void hybrid_features_fill(const struct hybrid *self, const float *values, float activity,
                          uint32_t item, float *features);
/* The combiner's sums for one person: values[p * stride + i] of items[i] (NULL: every item). */
struct hybrid_features_job {
    const float *values;
    size_t stride;
    const uint32_t *items;
    size_t item_count;
    float activity;
    float *sums;
};
void hybrid_features_combine(const struct hybrid *self, const struct hybrid_features_job *job);
/* By how much the combiner's sum grows with part p's value. */
float hybrid_features_slope(const struct hybrid *self, size_t part, float value, float activity,
                            uint32_t item);

/* ---- hybrid_score.c -------------------------------------------------------------------------- */

void hybrid_score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores);
size_t hybrid_score_parts(const struct model *base, const struct query *query,
                          const uint32_t *items, size_t item_count, const char **names,
                          float *amounts);
void hybrid_score_explain(const struct model *base, const struct query *query, uint32_t item,
                          float *shares);
void hybrid_score_similar(const struct model *base, uint32_t item, float *similarities);
/* values[p][q][item]: the parts' scores of all items for some people, normalised. */
void hybrid_score_lists(const struct hybrid *self, const struct query *queries, size_t query_count,
                        float *values);
/* values[p][i]: the ratings that the parts predict of items[i] (NULL: of all), less the mean. */
void hybrid_score_ratings(const struct hybrid *self, const struct query *query,
                          const uint32_t *items, size_t item_count, float *values);

/* ---- hybrid_learn.c -------------------------------------------------------------------------- */

/* Finds weights or combiner on the validation rows, with parts fitted on train. Errors: no rows to
 * learn from. */
enum status hybrid_learn(struct hybrid *self, const struct fit_input *input, struct error *error);

#endif

/* rating_prediction.h: ratings predicted from neighbours: a baseline and what the neighbours
 * deviate from theirs. For models that compare items, or users. */
#ifndef MATINEE_MODELS_NEIGHBOR_RATING_PREDICTION_H
#define MATINEE_MODELS_NEIGHBOR_RATING_PREDICTION_H

#include <stddef.h>
#include <stdint.h>

#include "dataset/interactions.h"

/* In the order of the choices of model.predict. */
enum prediction { PREDICTION_SCORE, PREDICTION_RATING };
#define PREDICTION_CHOICES "score|rating"

struct rating_prediction {
    double mean;
    const float *item_bias; /* [items]; both by weighting_baseline; borrowed */
    double damping;         /* >= 0: added to the sum of the neighbours' similarities */
};

/* mean + b_u of a history; without ratings the mean. */
float rating_prediction_level(const struct rating_prediction *how, const struct history *history);
/* How far row h of the history is from its baseline level + b_i; 0 without ratings. */
float rating_prediction_deviation(const struct rating_prediction *how,
                                  const struct history *history, float level, size_t h);
/* sums[items] of similarity times deviation become ratings, given the sums of similarities. An item
 * that nobody speaks for gets its baseline. */
void rating_prediction_finish(const struct rating_prediction *how, float level,
                              const float *similarities, float *sums, size_t item_count);

#endif

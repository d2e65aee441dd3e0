/* affects.h: which moods a wish is of, what genres they stand for and which they damp. */
#ifndef MATINEE_INTENT_AFFECTS_H
#define MATINEE_INTENT_AFFECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "intent/intent_values.h"
#include "text/encoder.h"

/* scores[AFFECT_COUNT]: the cosine of the vector with each mood's anchor (anchors
 * [AFFECT_COUNT][dimension]), on MiniLM's scale. All are of length 1, or zeros. */
void affects_score(const float *vector, const float *anchors, size_t dimension,
                   struct encoder_calibration calibration, float scores[AFFECT_COUNT]);

/* The mood with the highest score, the first among equals. */
enum affect affects_strongest(const float scores[AFFECT_COUNT]);

/* prior[genre_count] = sum over moods of positive score of score / (sum of those) * P(g | mood);
 * shares [AFFECT_COUNT][genre_count]. Zeros if no score is positive. */
void affects_prior(const float scores[AFFECT_COUNT], const float *shares, size_t genre_count,
                   float *prior);

/* For the steering: a wish with a word of action is exciting rather than scary. Multiplies
 * exciting's score by action_gain where scary is above action_share of it. */
void affects_raise_action(const struct intent_values *values, float scores[AFFECT_COUNT]);

#endif

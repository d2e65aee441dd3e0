/* fusion.h: scores of several models for one person made comparable: normalised, or as places.
 *
 * Everything is over all items that the person does not have (seen[i] == 0), whichever items are
 * asked for: so a score does not depend on what else is scored with it. What the person has is
 * placed by the same map. */
#ifndef MATINEE_MODELS_HYBRID_FUSION_H
#define MATINEE_MODELS_HYBRID_FUSION_H

#include <stddef.h>
#include <stdint.h>

enum fusion_normalization { FUSION_MIN_MAX, FUSION_Z_SCORE, FUSION_LOG_PLACE };
#define FUSION_NORMALIZATIONS "min_max|z_score|log_place"

/* normalised = scale * score + shift. Scores that are all the same become 0. */
struct fusion_map {
    float scale, shift;
};
/* min_max: the unseen scores from 0 to 1; z_score: mean 0 and deviation 1. */
struct fusion_map fusion_map(enum fusion_normalization normalization, const float *scores,
                             const uint8_t *seen, size_t count);

/* Normalises in place: by fusion_map, or log_place: minus the log of the place (below). */
void fusion_normalize(enum fusion_normalization normalization, float *scores, const uint8_t *seen,
                      size_t count);

/* places[count]: 1 is the best of the unseen; equal scores share their mean place. Returns how
 * many are unseen. Sorts by radix: about 10 ns an item. */
size_t fusion_places(const float *scores, const uint8_t *seen, size_t count, float *places);

/* Adds weight / (k + place) to each sum: reciprocal rank fusion. */
void fusion_add_rrf(float *sums, const float *places, size_t count, float weight, float k);
/* Adds weight times the Borda points, from 1 for the first of `unseen` to 0 for the last. */
void fusion_add_borda(float *sums, const float *places, size_t count, float weight, size_t unseen);

#endif

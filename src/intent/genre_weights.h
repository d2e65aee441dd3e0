/* genre_weights.h: how much a wish asks for each genre. */
#ifndef MATINEE_INTENT_GENRE_WEIGHTS_H
#define MATINEE_INTENT_GENRE_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

/* weights[g] = similarity_weight * (similarity[g] where it is at least `threshold`) + prior_weight
 * * prior[g], times `damping` for the genres of `damped`, + typed_weight for those of `typed`; 0
 * for `excluded`. */
struct genre_weights {
    const float *similarity, *prior; /* [genre_count] */
    size_t genre_count;
    float similarity_weight, threshold, prior_weight;
    uint64_t damped, typed, excluded;
    float damping, typed_weight;
};
/* Fills weights[genre_count], which then sum to 1; all 0 if nothing speaks for any genre. */
void genre_weights_of(const struct genre_weights *from, float *weights);

/* The `count` genres of positive weight that weigh most, as a set; the first among equals. */
uint64_t genre_weights_strongest(const float *weights, size_t genre_count, size_t count);

/* Of `among`, the `count` genres with the highest (or lowest) value, in that order; returns how
 * many there are. */
size_t genre_weights_extreme(const float *values, uint64_t among, size_t count, int lowest,
                             uint32_t *genres);

#endif

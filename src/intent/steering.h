/* steering.h: the vector of a wish pulled towards the genres that it is nearest to. */
#ifndef MATINEE_INTENT_STEERING_H
#define MATINEE_INTENT_STEERING_H

#include <stddef.h>
#include <stdint.h>

/* vector / its length; zeros stay. Returns the length. */
float steering_unit(float *vector, size_t dimension);

/* centroids[genre_count][dimension]: the mean vector of each genre's films, of length 1; zeros for
 * a genre without films. genres[item_count] are bit sets, films [item_count][dimension] of length
 * 1. Returns the set of genres that have films. */
uint64_t steering_centroids(const float *films, const uint64_t *genres, size_t item_count,
                            size_t dimension, size_t genre_count, float *centroids);

/* q' = q + alpha_pos * mean(positive genres) - alpha_neg * mean(negative), of length 1. */
struct steering {
    const float *centroids;
    size_t dimension;
    const uint32_t *positive, *negative; /* genres */
    size_t positive_count, negative_count;
    float alpha_pos, alpha_neg;
};
void steering_apply(const struct steering *steering, const float *vector, float *steered);

#endif

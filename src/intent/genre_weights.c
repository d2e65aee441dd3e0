/* genre_weights.c: see genre_weights.h. Checked by tests/intent/test_chain.c. */
#include "intent/genre_weights.h"

static int has(uint64_t set, size_t genre) { return (int)(set >> genre & 1); }

void genre_weights_of(const struct genre_weights *from, float *weights) {
    float sum = 0;
    for (size_t g = 0; g < from->genre_count; g++) {
        const float similarity = from->similarity[g];
        weights[g] = (similarity >= from->threshold ? from->similarity_weight * similarity : 0) +
                     from->prior_weight * from->prior[g];
        weights[g] *= has(from->damped, g) ? from->damping : 1;
        weights[g] += has(from->typed, g) ? from->typed_weight : 0;
        weights[g] = has(from->excluded, g) ? 0 : weights[g];
        sum += weights[g];
    }
    for (size_t g = 0; g < from->genre_count && sum > 0; g++)
        weights[g] /= sum;
}

size_t genre_weights_extreme(const float *values, uint64_t among, size_t count, int lowest,
                             uint32_t *genres) {
    size_t found = 0;
    for (; among && found < count; found++) {
        uint32_t best = (uint32_t)__builtin_ctzll(among);
        for (uint64_t rest = among & (among - 1); rest; rest &= rest - 1) {
            const uint32_t genre = (uint32_t)__builtin_ctzll(rest);
            if (lowest ? values[genre] < values[best] : values[genre] > values[best])
                best = genre;
        }
        genres[found] = best;
        among &= ~((uint64_t)1 << best);
    }
    return found;
}

uint64_t genre_weights_strongest(const float *weights, size_t genre_count, size_t count) {
    uint64_t positive = 0, strongest = 0;
    uint32_t genres[64];
    for (size_t g = 0; g < genre_count; g++)
        positive |= weights[g] > 0 ? (uint64_t)1 << g : 0;
    const size_t found =
        genre_weights_extreme(weights, positive, count < 64 ? count : 64, 0, genres);
    for (size_t i = 0; i < found; i++)
        strongest |= (uint64_t)1 << genres[i];
    return strongest;
}

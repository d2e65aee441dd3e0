/* affects.c: see affects.h. A mood is an anchor phrase; a wish is of it as far as their vectors
 * agree. Checked by tests/intent/test_chain.c. */
#include "intent/affects.h"

#include <string.h>

#include "kernels/kernels.h"

void affects_score(const float *vector, const float *anchors, size_t dimension,
                   struct encoder_calibration calibration, float scores[AFFECT_COUNT]) {
    for (size_t a = 0; a < AFFECT_COUNT; a++) {
        const float cosine = kernels()->dot(vector, anchors + a * dimension, dimension);
        scores[a] = calibration.scale * cosine + calibration.offset;
    }
}

enum affect affects_strongest(const float scores[AFFECT_COUNT]) {
    size_t best = 0;
    for (size_t a = 1; a < AFFECT_COUNT; a++)
        if (scores[a] > scores[best])
            best = a;
    return (enum affect)best;
}

void affects_prior(const float scores[AFFECT_COUNT], const float *shares, size_t genre_count,
                   float *prior) {
    float sum = 0;
    memset(prior, 0, genre_count * sizeof *prior);
    for (size_t a = 0; a < AFFECT_COUNT; a++)
        sum += scores[a] > 0 ? scores[a] : 0;
    for (size_t a = 0; a < AFFECT_COUNT; a++)
        for (size_t g = 0; scores[a] > 0 && g < genre_count; g++)
            prior[g] += scores[a] / sum * shares[a * genre_count + g];
}

void affects_raise_action(const struct intent_values *values, float scores[AFFECT_COUNT]) {
    if (scores[AFFECT_SCARY] > values->action_share * scores[AFFECT_EXCITING])
        scores[AFFECT_EXCITING] *= values->action_gain;
}

/* steering.c: see steering.h. Checked by tests/intent/test_chain.c. */
#include "intent/steering.h"

#include <math.h>
#include <string.h>

#include "kernels/kernels.h"

float steering_unit(float *vector, size_t dimension) {
    const float length = sqrtf(kernels()->dot(vector, vector, dimension));
    if (length > 0)
        kernels()->scale(vector, 1 / length, dimension);
    return length;
}

uint64_t steering_centroids(const float *films, const uint64_t *genres, size_t item_count,
                            size_t dimension, size_t genre_count, float *centroids) {
    uint64_t present = 0;
    memset(centroids, 0, genre_count * dimension * sizeof *centroids);
    for (size_t i = 0; i < item_count; i++) {
        present |= genres[i];
        for (uint64_t rest = genres[i]; rest; rest &= rest - 1) {
            const size_t genre = (size_t)__builtin_ctzll(rest);
            kernels()->axpy(centroids + genre * dimension, 1, films + i * dimension, dimension);
        }
    }
    for (size_t g = 0; g < genre_count; g++)
        steering_unit(centroids + g * dimension, dimension);
    return present;
}

static void add_mean(const struct steering *steering, const uint32_t *genres, size_t count,
                     float alpha, float *to) {
    for (size_t i = 0; i < count; i++)
        kernels()->axpy(to, alpha / (float)count,
                        steering->centroids + genres[i] * steering->dimension, steering->dimension);
}

void steering_apply(const struct steering *steering, const float *vector, float *steered) {
    memcpy(steered, vector, steering->dimension * sizeof *steered);
    add_mean(steering, steering->positive, steering->positive_count, steering->alpha_pos, steered);
    add_mean(steering, steering->negative, steering->negative_count, -steering->alpha_neg, steered);
    steering_unit(steered, steering->dimension);
}

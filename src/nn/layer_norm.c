/* layer_norm.c: see layer_norm.h.
 *
 * With n = (x - mean) * inverse and g = dy * gain:
 *   dx = inverse * (g - mean of g - n * mean of g n) */
#include "nn/layer_norm.h"

#include <math.h>

#include "kernels/kernels.h"

#define EPSILON 1e-5

void layer_norm_forward(const struct layer_norm *job, real *y) {
    const size_t width = job->width;
    for (size_t row = 0; row < job->rows; row++, y += width) {
        const real *x = job->x + row * width;
        const real mean = kernels()->sum(x, width) / (real)width;
        for (size_t i = 0; i < width; i++)
            y[i] = x[i] - mean;
        const double variance = (double)kernels()->dot(y, y, width) / (double)width;
        const real inverse = (real)(1 / sqrt(variance + EPSILON));
        for (size_t i = 0; i < width; i++)
            y[i] = y[i] * inverse * job->gain[i] + job->bias[i];
        job->moments[2 * row] = mean;
        job->moments[2 * row + 1] = inverse;
    }
}

/* What a row's gradient loses: its mean, and its mean along the normalised row. */
static void means(const struct layer_norm *job, size_t row, const real *dy, real out[2]) {
    const real *x = job->x + row * job->width, mean = job->moments[2 * row];
    real plain = 0, along = 0;
    for (size_t i = 0; i < job->width; i++) {
        const real g = dy[i] * job->gain[i];
        plain += g;
        along += g * (x[i] - mean);
    }
    out[0] = plain / (real)job->width;
    out[1] = along * job->moments[2 * row + 1] / (real)job->width;
}

void layer_norm_backward(const struct layer_norm *job, const real *dy, real *dx) {
    const size_t width = job->width;
    for (size_t row = 0; row < job->rows; row++, dy += width, dx += width) {
        const real *x = job->x + row * width;
        const real mean = job->moments[2 * row], inverse = job->moments[2 * row + 1];
        real lost[2];
        means(job, row, dy, lost);
        for (size_t i = 0; i < width; i++)
            dx[i] += inverse * (dy[i] * job->gain[i] - lost[0] - (x[i] - mean) * inverse * lost[1]);
    }
}

void layer_norm_backward_weights(const struct layer_norm *job, const real *dy, real *dgain,
                                 real *dbias) {
    const size_t width = job->width;
    for (size_t row = 0; row < job->rows; row++, dy += width) {
        const real *x = job->x + row * width;
        const real mean = job->moments[2 * row], inverse = job->moments[2 * row + 1];
        for (size_t i = 0; i < width; i++) {
            dgain[i] += dy[i] * (x[i] - mean) * inverse;
            dbias[i] += dy[i];
        }
    }
}

/* normalize.c: see normalize.h. */
#include "nn/normalize.h"

#include <math.h>

#include "kernels/kernels.h"

#define SHORTEST 1e-12

void normalize_forward(const real *x, size_t rows, size_t columns, real *y, real *lengths) {
    for (size_t r = 0; r < rows; r++) {
        const real *from = x + r * columns;
        real *to = y + r * columns;
        double length = sqrt((double)kernels()->dot(from, from, columns));
        real scale = length < SHORTEST ? 0 : (real)(1 / length);
        for (size_t k = 0; k < columns; k++)
            to[k] = from[k] * scale;
        if (lengths)
            lengths[r] = (real)length;
    }
}

void normalize_backward(const struct normalize_gradient *job) {
    for (size_t r = 0; r < job->rows; r++) {
        const real *y = job->y + r * job->columns, *dy = job->dy + r * job->columns;
        real *dx = job->dx + r * job->columns;
        real along = kernels()->dot(y, dy, job->columns), length = job->lengths[r];
        real scale = (double)length < SHORTEST ? 0 : 1 / length;
        for (size_t k = 0; k < job->columns; k++)
            dx[k] = (dy[k] - y[k] * along) * scale;
    }
}

/* shares.c: see shares.h. */
#include "models/shares.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernels/kernels.h"
#include "sparse/spd.h"

enum { FIRST_STEPS = 8, LAST_STEPS = 512 };

#define LEAST_DIFFERENCE 1e-5 /* of both ends: below it is rounding */

bool shares_ridge(const struct shares_ridge *ridge, float *shares) {
    const size_t d = ridge->dimension;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    double *right = ARENA_ARRAY_RAW(scratch, double, d);
    for (size_t k = 0; k < d; k++)
        right[k] = (double)ridge->item[k];
    const bool solved = spd_solve(ridge->matrix, d, right, 1);
    for (size_t h = 0; h < ridge->count; h++) {
        const float *row = ridge->rows + h * d;
        double share = 0;
        for (size_t k = 0; k < d && solved; k++)
            share += (double)row[k] * right[k];
        shares[h] = (float)(ridge->wanted ? share * (double)ridge->wanted[h] : share);
    }
    arena_reset(scratch, mark);
    return solved;
}

void shares_settle(float *shares, size_t count, double sum) {
    for (size_t h = 0; h < count; h++)
        sum -= (double)shares[h];
    for (size_t h = 0; h < count; h++)
        shares[h] += (float)(sum / (double)count);
}

/* The mean at the middles of `steps` steps; `point` and `here` are room for [dimension]. */
static void mean_gradient(const struct shares_path *path, size_t steps, float *gradient,
                          float *point, float *here) {
    const size_t d = path->dimension;
    memset(gradient, 0, d * sizeof *gradient);
    for (size_t s = 0; s < steps; s++) {
        const float share = (float)(((double)s + 0.5) / (double)steps);
        for (size_t k = 0; k < d; k++)
            point[k] = path->from[k] + share * (path->to[k] - path->from[k]);
        path->at(path->context, point, here);
        kernels()->axpy(gradient, 1 / (float)steps, here, d);
    }
}

static double product(const struct shares_path *path, const float *gradient) {
    double sum = 0;
    for (size_t k = 0; k < path->dimension; k++)
        sum += (double)gradient[k] * ((double)path->to[k] - (double)path->from[k]);
    return sum;
}

void shares_path(const struct shares_path *path, float *gradient) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *point = ARENA_ARRAY_RAW(scratch, float, path->dimension);
    float *here = ARENA_ARRAY_RAW(scratch, float, path->dimension);
    const double from = path->at(path->context, path->from, NULL),
                 to = path->at(path->context, path->to, NULL);
    const double near = SHARES_NEAR * fabs(to - from) + LEAST_DIFFERENCE * fabs(to);
    size_t steps = FIRST_STEPS;
    mean_gradient(path, steps, gradient, point, here);
    while (steps < LAST_STEPS && !(fabs(product(path, gradient) - (to - from)) <= near)) {
        steps *= 2;
        mean_gradient(path, steps, gradient, point, here);
    }
    arena_reset(scratch, mark);
}

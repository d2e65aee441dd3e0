/* gate.c: see gate.h. */
#include "nn/gate.h"

#include <math.h>

size_t gate_columns(const struct gate *gate) {
    size_t columns = 0;
    for (size_t g = 0; g < gate->group_count; g++)
        columns += gate->widths[g];
    return columns;
}

void gate_shares(const struct gate *gate, const real *logits, real *shares) {
    double highest = -INFINITY, sum = 0, values[GATE_GROUPS_MAX];
    for (size_t g = 0; g < gate->group_count; g++)
        highest = (double)logits[g] > highest ? (double)logits[g] : highest;
    for (size_t g = 0; g < gate->group_count; g++)
        sum += values[g] = exp((double)logits[g] - highest);
    for (size_t g = 0; g < gate->group_count; g++)
        shares[g] = (real)(values[g] / sum);
}

void gate_forward(const struct gate *gate, const real *shares, const real *x, size_t rows,
                  real *y) {
    for (size_t r = 0; r < rows; r++)
        for (size_t g = 0; g < gate->group_count; g++) {
            real factor = (real)gate->group_count * shares[g];
            for (size_t k = 0; k < gate->widths[g]; k++)
                *y++ = *x++ * factor;
        }
}

void gate_backward_input(const struct gate *gate, const real *shares, real *dy, size_t rows) {
    gate_forward(gate, shares, dy, rows, dy);
}

void gate_backward_logits(const struct gate *gate, const struct gate_gradient *job, real *dlogits) {
    /* With s_g = x_g . dx_g = share_g * d loss / d share_g: d logit_g = s_g - share_g * sum of s.
     */
    double sums[GATE_GROUPS_MAX] = {0}, total = 0;
    const real *x = job->x, *dx = job->dx;
    for (size_t r = 0; r < job->rows; r++)
        for (size_t g = 0; g < gate->group_count; g++)
            for (size_t k = 0; k < gate->widths[g]; k++)
                sums[g] += (double)*x++ * (double)*dx++;
    for (size_t g = 0; g < gate->group_count; g++)
        total += sums[g];
    for (size_t g = 0; g < gate->group_count; g++)
        dlogits[g] =
            (job->accumulate ? dlogits[g] : 0) + (real)(sums[g] - (double)job->shares[g] * total);
}

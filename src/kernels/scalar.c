/* scalar.c: the kernels in plain C: the reference that every other table is tested against, the
 * only table on processors without AVX2, and, compiled with -DMATINEE_REAL_DOUBLE, the one that
 * gradient checks use. See kernels.h for what each does.
 *
 * Built without vectorisation and without contraction to fused multiply-add, so that it stays
 * scalar. Written to be read: one loop a kernel, no blocking. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"

static real dot(const real *a, const real *b, size_t n) {
    real total = 0;
    for (size_t i = 0; i < n; i++)
        total += a[i] * b[i];
    return total;
}

static real squared_distance(const real *a, const real *b, size_t n) {
    real total = 0;
    for (size_t i = 0; i < n; i++)
        total += (a[i] - b[i]) * (a[i] - b[i]);
    return total;
}

static real sum(const real *a, size_t n) {
    real total = 0;
    for (size_t i = 0; i < n; i++)
        total += a[i];
    return total;
}

static real maximum(const real *a, size_t n) {
    real best = (real)-INFINITY;
    for (size_t i = 0; i < n; i++)
        best = a[i] > best ? a[i] : best;
    return best;
}

static void axpy(real *y, real alpha, const real *x, size_t n) {
    for (size_t i = 0; i < n; i++)
        y[i] += alpha * x[i];
}

static void scale(real *y, real alpha, size_t n) {
    for (size_t i = 0; i < n; i++)
        y[i] *= alpha;
}

static void multiply(real *y, const real *a, const real *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        y[i] = a[i] * b[i];
}

static void multiply_add(real *y, const real *a, const real *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        y[i] += a[i] * b[i];
}

static void gemm(const struct kernel_gemm *job) {
    if (job->n == 0)
        return; /* then a and b may be NULL */
    for (size_t i = 0; i < job->m; i++) {
        real *c = job->c + i * job->c_row;
        if (!job->accumulate)
            for (size_t j = 0; j < job->n; j++)
                c[j] = 0;
        /* k outside and j inside: each c[j] still sums over ascending k, and b is read in rows. */
        for (size_t l = 0; l < job->k; l++)
            axpy(c, job->a[i * job->a_row + l * job->a_column], job->b + l * job->b_row, job->n);
        for (size_t j = 0; j < job->n && job->bias; j++)
            c[j] += job->bias[j];
        for (size_t j = 0; j < job->n && job->activation == KERNEL_RELU; j++)
            c[j] = c[j] > 0 ? c[j] : 0;
    }
}

static void gather_dot(real *scores, const real *query, const real *vectors, size_t stride,
                       size_t n, const uint32_t *rows, size_t row_count) {
    for (size_t i = 0; i < row_count; i++)
        scores[i] = dot(query, vectors + (rows ? rows[i] : i) * stride, n);
}

static void gather_axpy(real *y, const real *values, const real *vectors, size_t stride, size_t n,
                        const uint32_t *rows, size_t row_count) {
    for (size_t i = 0; i < row_count; i++)
        axpy(y, values ? values[i] : 1, vectors + (rows ? rows[i] : i) * stride, n);
}

static void scatter_axpy(real *y, real alpha, const uint32_t *columns, const real *values,
                         size_t count) {
    for (size_t i = 0; i < count; i++)
        y[columns[i]] += values ? alpha * values[i] : alpha;
}

static real exponentials(real *y, const real *x, real shift, size_t n) {
    real total = 0;
    for (size_t i = 0; i < n; i++) {
        real power = x[i] - shift;
        y[i] = (real)exp(power < -87 ? -87 : (double)power);
        total += y[i];
    }
    return total;
}

static void gelu(real *y, size_t n) {
    for (size_t i = 0; i < n; i++)
        y[i] = (real)(0.5 * (double)y[i] * erfc(-(double)y[i] * 0.70710678118654752));
}

static void layer_norm(real *y, const real *x, const struct kernel_layer_norm *job, size_t n) {
    const real mean = sum(x, n) / (real)n;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] - mean;
    const double variance = (double)dot(y, y, n) / (double)n;
    const real inverse = (real)(1 / sqrt(variance + (double)job->epsilon));
    for (size_t i = 0; i < n; i++)
        y[i] = y[i] * inverse * job->gain[i] + job->bias[i];
}

static void pull_apart(real *x, real *a, real *b, real step, real kept, size_t n) {
    for (size_t i = 0; i < n; i++) {
        real old = x[i];
        x[i] = kept * old + step * (a[i] - b[i]);
        a[i] = kept * a[i] + step * old;
        b[i] = kept * b[i] - step * old;
    }
}

static void adam(const struct kernel_adam *step, real *weight, real *first, real *second,
                 const real *gradient, size_t count) {
    const real rate = step->rate / step->correction1;
    const real root_scale = 1 / (real)sqrt((double)step->correction2);
    const real kept = 1 - step->rate * step->decay;
    for (size_t i = 0; i < count; i++) {
        real g = gradient[i] * step->gradient_scale + step->l2 * weight[i];
        first[i] = step->beta1 * first[i] + (1 - step->beta1) * g;
        second[i] = step->beta2 * second[i] + (1 - step->beta2) * (g * g);
        real root = (real)sqrt((double)second[i]) * root_scale + step->epsilon;
        weight[i] = kept * weight[i] - rate * first[i] / root;
    }
}

/* The gap is walked step by step while it still moves the weight. Then nothing is left to do but
 * the decay of the moments, which is a power. That the updates only shrink needs
 * beta1 < sqrt(beta2) and no weight decay; otherwise every step is walked. */
static void adam_idle(const struct kernel_adam *step, real *weight, real *first, real *second,
                      size_t count, size_t gap) {
    const double beta1 = (double)step->beta1, beta2 = (double)step->beta2;
    const int may_stop = step->decay == 0 && beta1 * beta1 < beta2;
    const real root_decay = (real)sqrt(beta2), kept = 1 - step->rate * step->decay;
    for (size_t i = 0; i < count; i++) {
        double power1 = 1 - (double)step->correction1, power2 = 1 - (double)step->correction2;
        real w = weight[i], m = first[i], root = (real)sqrt((double)second[i]);
        size_t done = 0;
        while (done < gap) {
            power1 *= beta1;
            power2 *= beta2;
            m *= step->beta1;
            root *= root_decay;
            real rate = (real)((double)step->rate / (1 - power1));
            real root_scale = (real)(1 / sqrt(1 - power2));
            real next = kept * w - rate * m / (root * root_scale + step->epsilon);
            int moved = next != w;
            w = next;
            done++;
            if (!moved && may_stop)
                break;
        }
        weight[i] = w;
        first[i] = m * (real)pow(beta1, (double)(gap - done));
        second[i] *= (real)pow(beta2, (double)gap);
    }
}

static void factor_step(const struct kernel_factor_step *step, real *p, real *q, real *z,
                        size_t n) {
    for (size_t i = 0; i < n; i++) {
        const real old_p = p[i], old_q = q[i], old_z = z ? z[i] : 0;
        p[i] = step->kept_p * old_p + step->rate_p * old_q;
        q[i] = step->kept_q * old_q + step->rate_q * (old_p + old_z);
        if (z)
            z[i] = old_z + step->rate_z * old_q;
    }
}

static void count_above(const real *values, size_t n, real x, size_t *greater, size_t *equal) {
    size_t above = 0, same = 0;
    for (size_t i = 0; i < n; i++) {
        above += values[i] > x;
        same += values[i] == x;
    }
    *greater = above;
    *equal = same;
}

static void add_relu(real *out, const real *item_half, const real *user_half, size_t features,
                     size_t items, size_t stride) {
    for (size_t f = 0; f < features; f++)
        for (size_t i = 0; i < items; i++) {
            real x = item_half[f * stride + i] + user_half[f];
            out[f * stride + i] = x > 0 ? x : 0;
        }
}

extern const struct kernel_table scalar_table;
const struct kernel_table scalar_table = {
    .name = "scalar",
    .dot = dot,
    .squared_distance = squared_distance,
    .sum = sum,
    .maximum = maximum,
    .axpy = axpy,
    .scale = scale,
    .multiply = multiply,
    .multiply_add = multiply_add,
    .gemm = gemm,
    .gather_dot = gather_dot,
    .gather_axpy = gather_axpy,
    .scatter_axpy = scatter_axpy,
    .exponentials = exponentials,
    .gelu = gelu,
    .layer_norm = layer_norm,
    .pull_apart = pull_apart,
    .adam = adam,
    .adam_idle = adam_idle,
    .factor_step = factor_step,
    .count_above = count_above,
    .add_relu = add_relu,
};

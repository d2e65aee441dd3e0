/* kernels.h: dense arithmetic on `real`, one table of functions for each instruction set.
 *
 * scalar.c is the reference: every other table must agree with it (tests/kernels). The table is
 * chosen once, by CPUID, the first time it is asked for; MATINEE_KERNELS=scalar|avx2|avx512
 * overrides. Results are bit-identical from run to run on one table; between tables they may differ
 * in the last bits.
 *
 * Determinism that callers rely on: every element that gemm writes is one sum over k in ascending
 * order in one accumulator that starts at 0, or at c when it accumulates (fused multiply-add where
 * the table has it), so its bits do not depend on how rows, columns or k are cut into blocks,
 * shards or batches. The AVX2 and AVX-512 tables share their bodies and give the same bits.
 *
 * Why gemm is ours rather than the BLAS's: that promise, and training steps that multiply matrices
 * of 50 to 250 rows with bias and activation. Measured with bench/kernels.c on Zen 4 (peak 118
 * GFLOPS a core): 112-116 for layers of 64 to 256, 85-107 for 8 and 16. Large matrices that are
 * factored go to LAPACK (sparse/, models/linear).
 *
 * NaN: reductions, updates and gemm pass it on; maximum passes over it; relu makes it 0.
 *
 * Nothing here fails or allocates. Pointers need no alignment. Arrays may not overlap unless said.
 */
#ifndef MATINEE_KERNELS_KERNELS_H
#define MATINEE_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/real.h"

enum kernel_activation { KERNEL_NONE, KERNEL_RELU };

/* c[m][n] (+)= a[m][k] * b[k][n], then + bias[n], then the activation. Any extent may be 0.
 *
 *   a           element (i, l) at a[i * a_row + l * a_column]; of a transposed a, a_row is 1 and
 *               a_column its leading dimension
 *   b           element (l, j) at b[l * b_row + j]
 *   c           element (i, j) at c[i * c_row + j]
 *   bias        [n] or NULL
 *   accumulate  0: c is overwritten; 1: the product is added to what c holds */
struct kernel_gemm {
    size_t m, n, k;
    const real *a;
    size_t a_row, a_column;
    const real *b;
    size_t b_row;
    real *c;
    size_t c_row;
    const real *bias;
    int accumulate;
    enum kernel_activation activation;
};

/* One step of Adam (Kingma & Ba 2015; decoupled decay: Loshchilov & Hutter 2019).
 *
 *   correction1, correction2  1 - beta1^t and 1 - beta2^t of the step t = 1, 2, ...
 *   l2                        added to the gradient times the weight, after gradient_scale
 *   decay                     AdamW's: the weight shrinks by rate * decay */
struct kernel_adam {
    real rate, beta1, beta2, epsilon, correction1, correction2, l2, decay, gradient_scale;
};

/* One step of gradient descent on what a user's factors p, an item's factors q and a further part z
 * of the user make of one rating: (p + z) . q. */
struct kernel_factor_step {
    real kept_p, rate_p, kept_q, rate_q, rate_z;
};

/* Learned scale and shift [n] of layer_norm, and what is added to the variance. */
struct kernel_layer_norm {
    const real *gain, *bias;
    real epsilon;
};

struct kernel_table {
    const char *name; /* "scalar", "avx2", "avx512" */

    real (*dot)(const real *a, const real *b, size_t n);
    real (*squared_distance)(const real *a, const real *b, size_t n);
    real (*sum)(const real *a, size_t n);
    real (*maximum)(const real *a, size_t n);                   /* of nothing: -infinity */
    void (*axpy)(real *y, real alpha, const real *x, size_t n); /* y += alpha * x */
    void (*scale)(real *y, real alpha, size_t n);               /* y *= alpha */
    void (*multiply)(real *y, const real *a, const real *b,
                     size_t n); /* y = a * b; y may be a or b */
    void (*multiply_add)(real *y, const real *a, const real *b, size_t n); /* y += a * b */
    void (*gemm)(const struct kernel_gemm *job);

    /* scores[i] = dot(query, vectors + rows[i] * stride); rows NULL means 0, 1, 2, ... */
    void (*gather_dot)(real *scores, const real *query, const real *vectors, size_t stride,
                       size_t n, const uint32_t *rows, size_t row_count);
    /* y[n] += sum over i of values[i] * (vectors + rows[i] * stride), one after the other as axpy
     * would; values NULL means all 1, rows as above. */
    void (*gather_axpy)(real *y, const real *values, const real *vectors, size_t stride, size_t n,
                        const uint32_t *rows, size_t row_count);
    /* y[columns[i]] += alpha * values[i]; values NULL means all 1; no column twice in one call */
    void (*scatter_axpy)(real *y, real alpha, const uint32_t *columns, const real *values,
                         size_t count);
    /* y[i] = e^(x[i] - shift), and their sum; y may be x. x[i] - shift must be at most 88; below
     * -87 it counts as -87 */
    real (*exponentials)(real *y, const real *x, real shift, size_t n);
    /* y = x times the share of the normal distribution below x, in place: the GELU with erf
     * (Hendrycks & Gimpel 2016), to 1e-7 */
    void (*gelu)(real *y, size_t n);
    /* y = (x - mean) / sqrt(mean of (x - mean)^2 + epsilon) * gain + bias over the n of x, n > 0; y
     * may be x */
    void (*layer_norm)(real *y, const real *x, const struct kernel_layer_norm *job, size_t n);

    /* A step of BPR's gradient: with the old x in all three, x = kept * x + step * (a - b),
     * a = kept * a + step * x, b = kept * b - step * x. */
    void (*pull_apart)(real *x, real *a, real *b, real step, real kept, size_t n);

    /* weight, first and second (the moments) move by one step along `count` gradients. */
    void (*adam)(const struct kernel_adam *step, real *weight, real *first, real *second,
                 const real *gradient, size_t count);
    /* What `gap` steps of adam with a zero gradient would have done, up to rounding: the catch-up
     * of a row that is used again. step's corrections are those of the last step done; further ones
     * follow from beta1 and beta2. l2 must be 0. Costs little more for a long gap than for a short
     * one: b1^i soon counts for nothing. */
    void (*adam_idle)(const struct kernel_adam *step, real *weight, real *first, real *second,
                      size_t count, size_t gap);

    /* With what is old on the right: p = kept_p p + rate_p q, q = kept_q q + rate_q (p + z),
     * z = z + rate_z q. z NULL: 0, and stays so. */
    void (*factor_step)(const struct kernel_factor_step *step, real *p, real *q, real *z, size_t n);

    /* How many of values[0..n) are greater than, and how many equal to, x. NaN is neither. */
    void (*count_above)(const real *values, size_t n, real x, size_t *greater, size_t *equal);
    /* The hidden state of the scoring of one user against many items, feature-major so that items
     * fill the lanes: out[f][i] = relu(item_half[f][i] + user_half[f]) for f < features, i < items;
     * rows are `stride` apart. */
    void (*add_relu)(real *out, const real *item_half, const real *user_half, size_t features,
                     size_t items, size_t stride);
};

/* The table in use. */
const struct kernel_table *kernels(void);
/* A table by name, or NULL if it is not built in or this processor cannot run it. For tests and
 * benchmarks. */
const struct kernel_table *kernels_named(const char *name);

#endif

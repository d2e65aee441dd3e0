/* attention.c: see attention.h. */
#include "nn/attention.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "kernels/kernels.h"

/* y[rows][width] (+)= x W. */
static void product(const struct attention *job, const real *x, const real *weight, real *y,
                    int accumulate) {
    kernels()->gemm(&(struct kernel_gemm){
        .m = job->samples * job->tokens,
        .n = job->width,
        .k = job->width,
        .a = x,
        .a_row = job->width,
        .a_column = 1,
        .b = weight,
        .b_row = job->width,
        .c = y,
        .c_row = job->width,
        .accumulate = accumulate,
    });
}

static void softmax(real *row, size_t count) {
    real highest = kernels()->maximum(row, count), sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += row[i] = (real)exp((double)(row[i] - highest));
    for (size_t i = 0; i < count; i++)
        row[i] /= sum;
}

/* One head of one sample; `at` is where its first token's part of a row begins. */
static void mix(const struct attention *job, size_t at, real *shares) {
    size_t tokens = job->tokens, width = job->width, part = width / job->heads;
    const real scale = (real)(1 / sqrt((double)part));
    for (size_t i = 0; i < tokens; i++) {
        real *share = shares + i * tokens, *mixed = job->mixed + at + i * width;
        for (size_t j = 0; j < tokens; j++)
            share[j] =
                scale * kernels()->dot(job->q + at + i * width, job->k + at + j * width, part);
        softmax(share, tokens);
        memset(mixed, 0, part * sizeof *mixed);
        for (size_t j = 0; j < tokens; j++)
            kernels()->axpy(mixed, share[j], job->v + at + j * width, part);
    }
}

void attention_forward(const struct attention *job, real *y) {
    ASSERT(job->tokens <= ATTENTION_TOKENS_MAX && job->width % job->heads == 0);
    size_t tokens = job->tokens, part = job->width / job->heads;
    product(job, job->x, job->query, job->q, 0);
    product(job, job->x, job->key, job->k, 0);
    product(job, job->x, job->value, job->v, 0);
    for (size_t s = 0; s < job->samples; s++)
        for (size_t h = 0; h < job->heads; h++)
            mix(job, s * tokens * job->width + h * part,
                job->shares + (s * job->heads + h) * tokens * tokens);
    memcpy(y, job->x, job->samples * tokens * job->width * sizeof *y);
    product(job, job->mixed, job->merge, y, 1);
}

static void mix_backward(const struct attention *job, const struct attention_gradient *gradient,
                         size_t at, const real *shares) {
    size_t tokens = job->tokens, width = job->width, part = width / job->heads;
    const real scale = (real)(1 / sqrt((double)part));
    for (size_t i = 0; i < tokens; i++) {
        const real *share = shares + i * tokens, *dmixed = gradient->dmixed + at + i * width;
        real dshare[ATTENTION_TOKENS_MAX], mean = 0;
        for (size_t j = 0; j < tokens; j++) {
            dshare[j] = kernels()->dot(dmixed, job->v + at + j * width, part);
            mean += share[j] * dshare[j];
            kernels()->axpy(gradient->dv + at + j * width, share[j], dmixed, part);
        }
        for (size_t j = 0; j < tokens; j++) {
            real dlogit = scale * share[j] * (dshare[j] - mean);
            kernels()->axpy(gradient->dq + at + i * width, dlogit, job->k + at + j * width, part);
            kernels()->axpy(gradient->dk + at + j * width, dlogit, job->q + at + i * width, part);
        }
    }
}

void attention_backward(const struct attention *job, const struct attention_gradient *gradient) {
    size_t tokens = job->tokens, part = job->width / job->heads;
    size_t bytes = job->samples * tokens * job->width * sizeof *job->q;
    product(job, gradient->dy, job->merge, gradient->dmixed, 0);
    memset(gradient->dq, 0, bytes);
    memset(gradient->dk, 0, bytes);
    memset(gradient->dv, 0, bytes);
    for (size_t s = 0; s < job->samples; s++)
        for (size_t h = 0; h < job->heads; h++)
            mix_backward(job, gradient, s * tokens * job->width + h * part,
                         job->shares + (s * job->heads + h) * tokens * tokens);
    memcpy(gradient->dx, gradient->dy, bytes);
    product(job, gradient->dq, job->query, gradient->dx, 1);
    product(job, gradient->dk, job->key, gradient->dx, 1);
    product(job, gradient->dv, job->value, gradient->dx, 1);
}

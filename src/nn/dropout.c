/* dropout.c: see dropout.h. */
#include "nn/dropout.h"

#include "base/assert.h"

void dropout_forward(real *x, size_t count, double rate, struct rng *rng) {
    ASSERT(rate >= 0 && rate < 1);
    const uint32_t limit = (uint32_t)(rate * 65536);
    const real scale = (real)(1 / (1 - rate));
    uint64_t bits = 0;
    for (size_t i = 0; i < count; i++) {
        bits = i % 4 == 0 ? rng_next(rng) : bits >> 16;
        x[i] = (uint32_t)(bits & 0xffff) < limit ? 0 : x[i] * scale;
    }
}

void dropout_backward(real *dx, const real *x, size_t count, double rate) {
    const real scale = (real)(1 / (1 - rate));
    for (size_t i = 0; i < count; i++)
        dx[i] = x[i] == 0 ? 0 : dx[i] * scale;
}

/* dropout.c: see dropout.h. */
#include "nn/dropout.h"

#include "base/assert.h"

enum { RUN = 64, WORDS = RUN / 4 };

void dropout_forward(real *x, size_t count, double rate, struct rng *rng) {
    ASSERT(rate >= 0 && rate < 1);
    const uint32_t limit = (uint32_t)(rate * 65536);
    const real scale = (real)(1 / (1 - rate));
    for (size_t begin = 0; begin < count; begin += RUN) {
        const size_t left = count - begin, size = left < RUN ? left : RUN;
        uint32_t draws[RUN];
        for (size_t word = 0; word < WORDS && 4 * word < size; word++) {
            const uint64_t bits = rng_next(rng);
            for (size_t k = 0; k < 4; k++)
                draws[4 * word + k] = (uint32_t)(bits >> 16 * k & 0xffff);
        }
        /* Apart from the draws, so that it becomes vectors. */
        for (size_t i = 0; i < size; i++)
            x[begin + i] *= draws[i] < limit ? 0 : scale;
    }
}

void dropout_backward(real *dx, const real *x, size_t count, double rate) {
    const real scale = (real)(1 / (1 - rate));
    for (size_t i = 0; i < count; i++)
        dx[i] = x[i] == 0 ? 0 : dx[i] * scale;
}

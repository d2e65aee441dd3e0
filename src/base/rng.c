/* rng.c: xoshiro256++ and what is drawn from it. See rng.h. */
#include "base/rng.h"

#include <math.h>

#include "base/assert.h"

static uint64_t splitmix(uint64_t *state) {
    const uint64_t mixed = rng_mix(*state);
    *state += 0x9e3779b97f4a7c15u;
    return mixed;
}

void rng_init(struct rng *rng, uint64_t seed, uint64_t stream) {
    uint64_t state = seed;
    uint64_t mixed = splitmix(&state) ^ (stream * 0xd1342543de82ef95ULL + 1);
    for (int i = 0; i < 4; i++)
        rng->state[i] = splitmix(&mixed);
}

static uint64_t rotate(uint64_t value, int bits) {
    return (value << bits) | (value >> (64 - bits));
}

uint64_t rng_next(struct rng *rng) {
    uint64_t *s = rng->state, result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint32_t rng_below(struct rng *rng, uint32_t bound) {
    ASSERT(bound > 0);
    uint64_t product = (rng_next(rng) >> 32) * bound;
    if ((uint32_t)product < bound) {
        uint32_t threshold = -bound % bound;
        while ((uint32_t)product < threshold)
            product = (rng_next(rng) >> 32) * bound;
    }
    return (uint32_t)(product >> 32);
}

double rng_uniform(struct rng *rng) { return (double)(rng_next(rng) >> 11) * 0x1p-53; }

double rng_normal(struct rng *rng) {
    for (;;) {
        double x = 2 * rng_uniform(rng) - 1, y = 2 * rng_uniform(rng) - 1, s = x * x + y * y;
        if (s > 0 && s < 1)
            return x * sqrt(-2 * log(s) / s);
    }
}

void rng_shuffle(struct rng *rng, uint32_t *values, uint32_t count) {
    for (uint32_t i = count; i > 1; i--) {
        uint32_t j = rng_below(rng, i), value = values[i - 1];
        values[i - 1] = values[j];
        values[j] = value;
    }
}

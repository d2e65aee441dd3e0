/* rng.h: random numbers that are the same on every machine. xoshiro256++ (Blackman & Vigna 2019)
 * seeded by splitmix64.
 *
 * A stream is named by (seed, stream): shards and epochs take streams of their own, so that results
 * do not depend on which thread draws. Not for secrets. */
#ifndef MATINEE_BASE_RNG_H
#define MATINEE_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state[4];
};

/* A number of 64 bits, each of which depends on every bit of `x`: one round of splitmix64 (Steele
 * et al. 2014). */
static inline uint64_t rng_mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

void rng_init(struct rng *rng, uint64_t seed, uint64_t stream);
uint64_t rng_next(struct rng *rng); /* 64 random bits */
uint32_t rng_below(struct rng *rng,
                   uint32_t bound);  /* uniform in [0, bound); bound > 0; unbiased (Lemire 2019) */
double rng_uniform(struct rng *rng); /* uniform in [0, 1), 53 bits */
double rng_normal(struct rng *rng);  /* mean 0, deviation 1 (polar method) */
/* Puts values into a random order (Fisher-Yates). */
void rng_shuffle(struct rng *rng, uint32_t *values, uint32_t count);

#endif

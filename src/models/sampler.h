/* sampler.h: draws negatives: items that a user does not have.
 *
 * Idea     Drawn when they are needed and never stored for an epoch. Uniform over all items, or by
 *          popularity to the power 0.75 (Mikolov et al. 2013) through Walker's alias table; an
 *          item that the user has is drawn again.
 * Lookup   one bit for each user and item while that is at most SAMPLER_BITS_MAX bytes, else a
 *          binary search in the user's sorted items.
 * Threads  drawing changes nothing; each caller brings its own stream of random numbers.
 * Checked  tests/models/test_sampler.c. */
#ifndef MATINEE_MODELS_SAMPLER_H
#define MATINEE_MODELS_SAMPLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rng.h"
#include "dataset/interactions.h"
#include "kernels/real.h"

#define SAMPLER_BITS_MAX ((size_t)32 << 20)

enum sampler_strategy { SAMPLER_UNIFORM, SAMPLER_POPULARITY };
#define SAMPLER_STRATEGIES "uniform|popularity"

struct sampler {
    uint32_t user_count, item_count;
    uint64_t *bits; /* [user_count][words]; NULL: binary search */
    size_t words;
    const uint64_t *offsets; /* rows of `sorted` */
    uint32_t *sorted;        /* NULL: bits */
    float *keep;             /* alias table: column i yields i with this probability, */
    uint32_t *alias;         /* else alias[i]; NULL: uniform */
};

/* Borrows nothing but `offsets`; memory of the arena. */
void sampler_init(struct sampler *sampler, const struct interactions *interactions,
                  enum sampler_strategy strategy, struct arena *arena);
bool sampler_has(const struct sampler *sampler, uint32_t user, uint32_t item);
/* Whether there is any item that the user does not have. */
bool sampler_can_draw(const struct sampler *sampler, uint32_t user);
/* items[count], all different, whoever has them; count is at most item_count. marks[item_count] is
 * all 0 before and after. */
void sampler_draw_shared(const struct sampler *sampler, struct rng *rng, uint8_t *marks,
                         uint32_t *items, size_t count);
/* weights[item_count]: how many items each stands for when it is among `count` shared ones: 1 / the
 * probability that it is (Horvitz & Thompson 1952). Drawing until all differ takes an item of share
 * s with probability 1 - e^(-t s) or nearly so, with the t that makes `count` of them. */
void sampler_stand_for(const struct sampler *sampler, size_t count, real *weights);
/* items[count]: none of them the user's. The user must be one that sampler_can_draw for. */
void sampler_draw(const struct sampler *sampler, uint32_t user, struct rng *rng, uint32_t *items,
                  size_t count);

#endif

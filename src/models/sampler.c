/* sampler.c: see sampler.h. */
#include "models/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* A user who has almost everything would be drawn for in vain; after this many vain draws the next
 * free item after the last one drawn is taken. */
#define VAIN_DRAWS_MAX 200

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void set_bits(struct sampler *sampler, const struct interactions *interactions) {
    for (uint32_t user = 0; user < interactions->user_count; user++)
        for (uint64_t row = interactions->offsets[user]; row < interactions->offsets[user + 1];
             row++) {
            uint32_t item = interactions->items[row];
            sampler->bits[user * sampler->words + item / 64] |= (uint64_t)1 << (item % 64);
        }
}

static void sort_rows(struct sampler *sampler, const struct interactions *interactions) {
    memcpy(sampler->sorted, interactions->items, interactions->count * sizeof *sampler->sorted);
    for (uint32_t user = 0; user < interactions->user_count; user++)
        qsort(sampler->sorted + sampler->offsets[user],
              (size_t)(sampler->offsets[user + 1] - sampler->offsets[user]), sizeof(uint32_t),
              ascending);
}

/* Vose 1991: columns below the average are filled up by columns above it. */
static void make_alias(struct sampler *sampler, const struct interactions *interactions,
                       struct arena *arena) {
    uint32_t count = sampler->item_count;
    sampler->keep = ARENA_ARRAY_RAW(arena, float, count);
    sampler->alias = ARENA_ARRAY_RAW(arena, uint32_t, count);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    double *share = ARENA_ARRAY(scratch, double, count), total = 0;
    uint32_t *low = ARENA_ARRAY_RAW(scratch, uint32_t, count), low_count = 0;
    uint32_t *high = ARENA_ARRAY_RAW(scratch, uint32_t, count), high_count = 0;
    for (size_t row = 0; row < interactions->count; row++)
        share[interactions->items[row]] += 1;
    for (uint32_t i = 0; i < count; i++)
        total += share[i] = pow(share[i], 0.75);
    for (uint32_t i = 0; i < count; i++) {
        share[i] = total > 0 ? share[i] * count / total : 1;
        if (share[i] < 1)
            low[low_count++] = i;
        else
            high[high_count++] = i;
    }
    while (low_count && high_count) {
        uint32_t small = low[--low_count], large = high[high_count - 1];
        sampler->keep[small] = (float)share[small];
        sampler->alias[small] = large;
        share[large] -= 1 - share[small];
        if (share[large] < 1) {
            high_count--;
            low[low_count++] = large;
        }
    }
    while (low_count + high_count) {
        uint32_t rest = low_count ? low[--low_count] : high[--high_count];
        sampler->keep[rest] = 1;
        sampler->alias[rest] = rest;
    }
    arena_reset(scratch, mark);
}

void sampler_init(struct sampler *sampler, const struct interactions *interactions,
                  enum sampler_strategy strategy, struct arena *arena) {
    *sampler = (struct sampler){.user_count = interactions->user_count,
                                .item_count = interactions->item_count,
                                .words = ((size_t)interactions->item_count + 63) / 64,
                                .offsets = interactions->offsets};
    size_t words = sampler->words * interactions->user_count;
    if (words * sizeof(uint64_t) <= SAMPLER_BITS_MAX) {
        sampler->bits = ARENA_ARRAY(arena, uint64_t, words);
        set_bits(sampler, interactions);
    } else {
        sampler->sorted = ARENA_ARRAY_RAW(arena, uint32_t, interactions->count);
        sort_rows(sampler, interactions);
    }
    if (strategy == SAMPLER_POPULARITY)
        make_alias(sampler, interactions, arena);
}

bool sampler_has(const struct sampler *sampler, uint32_t user, uint32_t item) {
    if (sampler->bits)
        return sampler->bits[user * sampler->words + item / 64] >> (item % 64) & 1;
    uint64_t low = sampler->offsets[user], high = sampler->offsets[user + 1];
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (sampler->sorted[middle] < item)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sampler->offsets[user + 1] && sampler->sorted[low] == item;
}

bool sampler_can_draw(const struct sampler *sampler, uint32_t user) {
    return sampler->offsets[user + 1] - sampler->offsets[user] < sampler->item_count;
}

static uint32_t propose(const struct sampler *sampler, struct rng *rng) {
    uint32_t item = rng_below(rng, sampler->item_count);
    if (sampler->alias && (float)rng_uniform(rng) >= sampler->keep[item])
        item = sampler->alias[item];
    return item;
}

void sampler_draw(const struct sampler *sampler, uint32_t user, struct rng *rng, uint32_t *items,
                  size_t count) {
    ASSERT(sampler_can_draw(sampler, user));
    for (size_t i = 0; i < count; i++) {
        uint32_t item = propose(sampler, rng);
        for (int vain = 0; vain < VAIN_DRAWS_MAX && sampler_has(sampler, user, item); vain++)
            item = propose(sampler, rng);
        while (sampler_has(sampler, user, item))
            item = item + 1 < sampler->item_count ? item + 1 : 0;
        items[i] = item;
    }
}

void sampler_draw_shared(const struct sampler *sampler, struct rng *rng, uint8_t *marks,
                         uint32_t *items, size_t count) {
    ASSERT(count <= sampler->item_count);
    for (size_t i = 0; i < count; i++) {
        uint32_t item = count < sampler->item_count ? propose(sampler, rng) : (uint32_t)i;
        for (int vain = 0; vain < VAIN_DRAWS_MAX && marks[item]; vain++)
            item = propose(sampler, rng);
        while (marks[item])
            item = item + 1 < sampler->item_count ? item + 1 : 0;
        marks[item] = 1;
        items[i] = item;
    }
    for (size_t i = 0; i < count; i++)
        marks[items[i]] = 0;
}

/* The share of each item in what propose() yields. */
static void shares(const struct sampler *sampler, double *share) {
    uint32_t count = sampler->item_count;
    for (uint32_t i = 0; i < count; i++)
        share[i] = sampler->alias ? 0 : 1.0 / count;
    for (uint32_t i = 0; sampler->alias && i < count; i++) {
        share[i] += (double)sampler->keep[i] / count;
        share[sampler->alias[i]] += (1 - (double)sampler->keep[i]) / count;
    }
}

/* Expected number of different items after t draws. */
static double different(const double *share, uint32_t count, double t) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum -= expm1(-t * share[i]);
    return sum;
}

void sampler_stand_for(const struct sampler *sampler, size_t count, real *weights) {
    uint32_t items = sampler->item_count;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    double *share = ARENA_ARRAY_RAW(scratch, double, items);
    shares(sampler, share);
    double low = 0, high = (double)count;
    while (count < items && high < 1e12 && different(share, items, high) < (double)count)
        high *= 2;
    for (int round = 0; count < items && round < 60; round++) {
        double middle = low + (high - low) / 2;
        if (different(share, items, middle) < (double)count)
            low = middle;
        else
            high = middle;
    }
    for (uint32_t i = 0; i < items; i++) {
        double taken = count < items ? -expm1(-high * share[i]) : 1;
        weights[i] = (real)(taken > 1e-9 ? 1 / taken : 1);
    }
    arena_reset(scratch, mark);
}

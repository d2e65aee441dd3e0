/* layout.c: seconds of a map of COUNT vectors of 64, and what it keeps: of 1,000 vectors, the share
 * of each one's 15 nearest that are among its 30 nearest on the map.
 *
 * The vectors are blends of 3 of 200 directions with noise, as films of a catalogue are of tastes.
 *
 * Usage: layout [COUNT] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/progress.h"
#include "base/rng.h"
#include "layout/layout.h"
#include "sparse/largest.h"

enum { DIMENSION = 64, TASTES = 200, ASKED = 1000, NEAR = 15, SHOWN = 30 };

static float *vectors(size_t count, struct arena *arena) {
    float *values = ARENA_ARRAY(arena, float, count *DIMENSION);
    float *tastes = ARENA_ARRAY(arena, float, TASTES *DIMENSION);
    struct rng rng;
    rng_init(&rng, 7, 0);
    for (size_t i = 0; i < (size_t)TASTES * DIMENSION; i++)
        tastes[i] = (float)rng_normal(&rng);
    for (size_t i = 0; i < count; i++) {
        for (int part = 0; part < 3; part++) {
            const size_t taste = rng_below(&rng, part == 0 ? TASTES / 4 : TASTES);
            const float share = (float)rng_uniform(&rng) + (part == 0);
            for (size_t d = 0; d < DIMENSION; d++)
                values[i * DIMENSION + d] += share * tastes[taste * DIMENSION + d];
        }
        for (size_t d = 0; d < DIMENSION; d++)
            values[i * DIMENSION + d] += 0.3f * (float)rng_normal(&rng);
    }
    return values;
}

static size_t nearest(const float *rows, size_t count, size_t dimension, size_t from, size_t k,
                      struct entry *entries) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        float squared = 0;
        for (size_t d = 0; d < dimension; d++) {
            const float apart = rows[i * dimension + d] - rows[from * dimension + d];
            squared += apart * apart;
        }
        if (i != from)
            entries[used++] = (struct entry){(uint32_t)i, -squared};
    }
    return largest_select(entries, used, k);
}

static double kept(const float *values, const float *points, size_t count, struct arena *arena) {
    struct entry *near = ARENA_ARRAY(arena, struct entry, count);
    struct entry *shown = ARENA_ARRAY(arena, struct entry, count);
    size_t hits = 0, asked = 0;
    for (size_t i = 0; i < count; i += count / ASKED + 1, asked++) {
        const size_t a = nearest(values, count, DIMENSION, i, NEAR, near);
        const size_t b = nearest(points, count, 2, i, SHOWN, shown);
        for (size_t n = 0; n < a; n++)
            for (size_t m = 0; m < b; m++)
                hits += near[n].index == shown[m].index;
    }
    return (double)hits / (double)(asked * NEAR);
}

int main(int argument_count, char **arguments) {
    const size_t count = argument_count > 1 ? strtoul(arguments[1], NULL, 10) : 62423;
    struct arena arena = {0};
    const float *values = vectors(count, &arena);
    const double start = progress_clock();
    const clock_t processor = clock();
    const float *points =
        layout_points(&(struct layout_vectors){values, count, DIMENSION, false}, &arena);
    printf("%zu vectors: %.2f s, %.2f s of processor time", count, progress_clock() - start,
           (double)(clock() - processor) / CLOCKS_PER_SEC);
    printf("; kept %.3f\n", kept(values, points, count, &arena));
    arena_release(&arena);
    return 0;
}

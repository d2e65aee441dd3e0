/* test_layout.c: clusters in many dimensions are clusters in the plane; neighbours stay neighbours;
 * the same bits for any number of threads; small and degenerate sets of vectors. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "layout/layout.h"

enum { CLUSTERS = 8, SIZE = 60, DIMENSION = 40, COUNT = CLUSTERS * SIZE };

/* Points around centres that are as far apart as the points of a cluster are wide. */
static float *clusters(struct arena *arena) {
    float *values = ARENA_ARRAY(arena, float, COUNT *DIMENSION);
    float centres[CLUSTERS][DIMENSION];
    struct rng rng;
    rng_init(&rng, 5, 0);
    for (int c = 0; c < CLUSTERS; c++)
        for (int d = 0; d < DIMENSION; d++)
            centres[c][d] = (float)rng_normal(&rng);
    for (int i = 0; i < COUNT; i++)
        for (int d = 0; d < DIMENSION; d++)
            values[i * DIMENSION + d] = centres[i % CLUSTERS][d] + 0.6f * (float)rng_normal(&rng);
    return values;
}

static float *lay_out(const float *values, size_t count, size_t dimension, struct arena *arena) {
    return layout_points(&(struct layout_vectors){values, count, dimension, false}, arena);
}

static size_t nearest_of(const float *points, size_t count, size_t i) {
    size_t best = i;
    float least = INFINITY;
    for (size_t j = 0; j < count; j++) {
        const float dx = points[2 * i] - points[2 * j], dy = points[2 * i + 1] - points[2 * j + 1];
        if (j != i && dx * dx + dy * dy < least) {
            least = dx * dx + dy * dy;
            best = j;
        }
    }
    return best;
}

static void clusters_stay_whole(void **state) {
    (void)state;
    struct arena arena = {0};
    const float *points = lay_out(clusters(&arena), COUNT, DIMENSION, &arena);
    size_t kept = 0;
    for (size_t i = 0; i < COUNT; i++)
        kept += nearest_of(points, COUNT, i) % CLUSTERS == i % CLUSTERS;
    assert_true(kept >= COUNT * 98 / 100);
    float most = 0;
    double middle = 0;
    for (size_t i = 0; i < 2 * COUNT; i++) {
        assert_true(isfinite(points[i]));
        most = fmaxf(most, fabsf(points[i]));
        middle += (double)points[i];
    }
    assert_true(most == 1 && fabs(middle / COUNT) < 1e-3);
    arena_release(&arena);
}

/* So many that neighbours are looked for in cells. */
static void many_points(void **state) {
    enum { MANY = 17000, WIDE = 8 };
    (void)state;
    struct arena arena = {0};
    float *values = ARENA_ARRAY(&arena, float, MANY *WIDE);
    struct rng rng;
    rng_init(&rng, 6, 0);
    for (int i = 0; i < MANY; i++)
        for (int d = 0; d < WIDE; d++)
            values[i * WIDE + d] = (i % WIDE == d ? 4 : 0) + 0.5f * (float)rng_normal(&rng);
    parallel_set_threads(1);
    const float *alone = lay_out(values, MANY, WIDE, &arena);
    parallel_set_threads(3);
    const float *points = lay_out(values, MANY, WIDE, &arena);
    parallel_set_threads(0);
    assert_memory_equal(points, alone, 2 * MANY * sizeof *points);
    size_t kept = 0;
    for (size_t i = 0; i < 200; i++)
        kept += nearest_of(points, MANY, i) % WIDE == i % WIDE;
    assert_true(kept >= 195);
    arena_release(&arena);
}

static void threads_change_nothing(void **state) {
    (void)state;
    struct arena arena = {0};
    const float *values = clusters(&arena);
    parallel_set_threads(1);
    const float *alone = lay_out(values, COUNT, DIMENSION, &arena);
    for (size_t threads = 2; threads <= 4; threads += 2) {
        parallel_set_threads(threads);
        const float *points = lay_out(values, COUNT, DIMENSION, &arena);
        assert_memory_equal(points, alone, 2 * COUNT * sizeof *points);
    }
    parallel_set_threads(0);
    arena_release(&arena);
}

static void few_and_equal_vectors(void **state) {
    (void)state;
    struct arena arena = {0};
    static const float same[20] = {1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2};
    for (size_t count = 0; count <= 10; count++) {
        const float *points = lay_out(same, count, 2, &arena);
        for (size_t i = 0; i < 2 * count; i++)
            assert_true(isfinite(points[i]));
    }
    static const float line[] = {0, 1, 2, 3, 4, 5};
    const float *points = lay_out(line, 6, 1, &arena);
    for (size_t i = 0; i < 12; i++)
        assert_true(isfinite(points[i]));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clusters_stay_whole),
        cmocka_unit_test(many_points),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(few_and_equal_vectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_layout_hues.c: groups of columns that the same rows have lie on arcs of their own; all parts
 * of the circle are used; nothing for a column that nobody has; the same for any number of threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "layout/layout_hues.h"

enum { GROUPS = 3, SIZE = 60, COLUMNS = GROUPS * SIZE + 1, ROWS = 600, EACH = 12 };

/* Rows have most of what they have from one group; nobody has the last column. */
static struct csr groups(struct arena *arena) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, ROWS + 1);
    uint32_t *columns = ARENA_ARRAY(arena, uint32_t, ROWS * EACH);
    struct rng rng;
    rng_init(&rng, 3, 0);
    for (uint32_t r = 0; r < ROWS; r++) {
        offsets[r + 1] = offsets[r] + EACH;
        /* One of five in steps of five: no column twice. */
        for (uint32_t e = 0; e < EACH; e++) {
            const uint32_t group = rng_below(&rng, 6) == 0 ? rng_below(&rng, GROUPS) : r % GROUPS;
            columns[r * EACH + e] = group * SIZE + e * 5 + rng_below(&rng, 5);
        }
    }
    return (struct csr){ROWS, COLUMNS, offsets, columns, NULL};
}

/* How far apart on the circle. */
static int apart(int a, int b) {
    const int far = abs(a - b);
    return far > 180 ? 360 - far : far;
}

static void groups_have_arcs(void **state) {
    (void)state;
    struct arena arena = {0};
    const struct csr matrix = groups(&arena);
    const uint16_t *hues = layout_hues(&matrix, &arena);
    int used[12] = {0}, near = 0, all = 0;
    for (int a = 0; a < COLUMNS - 1; a++) {
        assert_true(hues[a] < 360);
        used[hues[a] / 30]++;
        for (int b = a - a % SIZE; b < a; b++, all++)
            near += apart(hues[a], hues[b]) <= 120;
    }
    assert_true(near > all * 95 / 100);
    for (int arc = 0; arc < 12; arc++)
        assert_in_range(used[arc], 10, 20);
    assert_int_equal(hues[COLUMNS - 1], LAYOUT_HUES_NONE);
    arena_release(&arena);
}

static void threads_do_not_matter(void **state) {
    (void)state;
    struct arena arena = {0};
    const struct csr matrix = groups(&arena);
    const uint16_t *before = NULL;
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        const uint16_t *hues = layout_hues(&matrix, &arena);
        if (before)
            assert_memory_equal(hues, before, COLUMNS * sizeof *hues);
        before = hues;
    }
    arena_release(&arena);
}

static void little_is_fine(void **state) {
    (void)state;
    struct arena arena = {0};
    const uint64_t nothing[] = {0, 0, 0}, two[] = {0, 1, 2};
    const uint32_t same[] = {1, 1};
    const uint16_t *none = layout_hues(&(struct csr){2, 3, nothing, same, NULL}, &arena);
    for (int i = 0; i < 3; i++)
        assert_int_equal(none[i], LAYOUT_HUES_NONE);
    const uint16_t *one = layout_hues(&(struct csr){2, 2, two, same, NULL}, &arena);
    assert_int_equal(one[0], LAYOUT_HUES_NONE);
    assert_int_equal(one[1], 0);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_have_arcs),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(little_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

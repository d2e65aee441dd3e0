/* positions.c: places by counting.
 *
 * Let x_1 >= x_2 >= ... be the test items' scores. All candidates that score at least x_j, less
 * the test items among them, stand before test item j, and so do the j - 1 better test items:
 *     p_j = j + |{candidates with score >= x_j}| - |{i : x_i >= x_j}|
 * For one test item that is 1 + (others that score at least as high). Counting a row of 3,706
 * scores takes a quarter of a microsecond; a row is sorted in about two hundred.
 * Trap: NaN is neither above nor below anything, so a model that has diverged would count as
 * perfect; its items go last instead.
 * Checked by tests/metrics/test_positions.c against a sort. */
#include "metrics/positions.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "kernels/kernels.h"

enum { PART = 4096 };

struct own_score {
    float score;
    uint32_t index;
};

static int best_first(const void *left, const void *right) {
    const struct own_score *a = left, *b = right;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return (a->index > b->index) - (a->index < b->index);
}

/* ahead[own_count]: how many scores reach each of the own ones, which descend; equal ones are
 * counted once, at the last. A part of the scores stays in the cache while all are counted in it.
 */
static void count_ahead(const float *scores, size_t count, const struct own_score *own,
                        size_t own_count, size_t *ahead) {
    for (size_t begin = 0; begin < count; begin += PART) {
        size_t part = count - begin < PART ? count - begin : PART;
        for (size_t i = 0; i < own_count; i++) {
            if (i + 1 < own_count && own[i + 1].score == own[i].score)
                continue;
            size_t greater, equal;
            kernels()->count_above(scores + begin, part, own[i].score, &greater, &equal);
            ahead[i] += greater + equal;
        }
    }
}

void positions_count(const float *scores, size_t count, const float *own, size_t test_count,
                     uint32_t *positions, uint32_t *order) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct own_score *sorted = ARENA_ARRAY_RAW(scratch, struct own_score, test_count);
    for (size_t i = 0; i < test_count; i++)
        sorted[i] = (struct own_score){isnan(own[i]) ? -INFINITY : own[i], (uint32_t)i};
    if (test_count > 1)
        qsort(sorted, test_count, sizeof *sorted, best_first);
    size_t *ahead = ARENA_ARRAY(scratch, size_t, test_count);
    count_ahead(scores, count, sorted, test_count, ahead);
    for (size_t begin = 0, end; begin < test_count; begin = end) {
        float x = sorted[begin].score;
        for (end = begin + 1; end < test_count && sorted[end].score == x;)
            end++;
        size_t before = x == -INFINITY ? count : ahead[end - 1];
        for (size_t j = begin; j < end; j++) {
            positions[j] = (uint32_t)(j + 1 + before - end);
            order[j] = sorted[j].index;
        }
    }
    arena_reset(scratch, mark);
}

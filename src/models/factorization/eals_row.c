/* eals_row.c: see eals_row.h.
 *
 * Idea     With all but one coordinate held, the loss is a parabola in it. With the predictions
 *          s_i of the row's entries carried along, and the cache S of all pairs,
 *              above = sum w_i x_if - sum (w_i - c_i) (s_i - p_f x_if) x_if
 *                      - c (S_f . p - p_f S_ff)
 *              below = sum (w_i - c_i) x_if^2 + c S_ff + reg
 *              p_f   = above / below
 *          over the row's entries; for a user c = 1, for an item c = c_i, its own.
 * Source   He, Zhang, Kan, Chua, SIGIR 2016, equations 12 and 13, algorithm 1.
 * Shapes   The other side's vectors are gathered feature-major [dimension][entries]: entries fill
 *          the lanes.
 * Cost     5 entries dimension + dimension^2.
 * Traps    c_i may exceed w_i: then (w_i - c_i) is negative, but a sum over all pairs is not.
 * Checked  tests/models/test_eals.c: each coordinate against the lowest point of the plain loss.
 */
#include "models/factorization/eals_row.h"

#include <string.h>

#include "base/arena.h"
#include "kernels/kernels.h"

enum { GATHER = 8 };

struct sweep {
    float *columns;   /* [dimension][entries] */
    float *excess;    /* [entries] w_i - c_i */
    float *weighted;  /* [entries] excess times the column at hand */
    float *predicted; /* [entries] s_i */
};

static void gather(const struct eals_side *side, const struct csr_row *row, float *columns) {
    size_t d = side->dimension, n = row->count;
    for (size_t begin = 0; begin < n; begin += GATHER) {
        size_t end = begin + GATHER < n ? begin + GATHER : n;
        for (size_t k = 0; k < d; k++)
            for (size_t i = begin; i < end; i++)
                columns[k * n + i] = side->vectors[row->columns[i] * d + k];
    }
}

static struct sweep sweep_of(const struct eals_side *side, const struct csr_row *row, float own,
                             struct arena *scratch) {
    size_t n = row->count;
    struct sweep sweep = {.columns = ARENA_ARRAY_RAW(scratch, float, n * side->dimension),
                          .excess = ARENA_ARRAY_RAW(scratch, float, n),
                          .weighted = ARENA_ARRAY_RAW(scratch, float, n),
                          .predicted = ARENA_ARRAY(scratch, float, n)};
    gather(side, row, sweep.columns);
    for (size_t i = 0; i < n; i++)
        sweep.excess[i] =
            csr_row_value(row, i) - (side->confidence ? side->confidence[row->columns[i]] : own);
    return sweep;
}

void eals_row(const struct eals_side *side, const struct csr_row *row, float own, float *vector) {
    const struct kernel_table *table = kernels();
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t d = side->dimension, n = row->count;
    struct sweep sweep = sweep_of(side, row, own, scratch);
    float factor = side->confidence ? 1 : own;
    for (size_t f = 0; f < d; f++)
        table->axpy(sweep.predicted, vector[f], sweep.columns + f * n, n);
    for (size_t f = 0; f < d; f++) {
        const float *column = sweep.columns + f * n, *cache = side->cache + f * d;
        float old = vector[f];
        table->multiply(sweep.weighted, sweep.excess, column, n);
        float square = table->dot(sweep.weighted, column, n);
        float wanted = row->values ? table->dot(row->values, column, n) : table->sum(column, n);
        float others = table->dot(sweep.weighted, sweep.predicted, n) - old * square;
        float unseen = factor * (table->dot(cache, vector, d) - old * cache[f]);
        float below = square + factor * cache[f] + side->regularization;
        vector[f] = below > 0 ? (wanted - others - unseen) / below : 0;
        table->axpy(sweep.predicted, vector[f] - old, column, n);
    }
    arena_reset(scratch, mark);
}

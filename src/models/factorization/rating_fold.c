/* rating_fold.c: fold-in by ridge regression.
 *
 * Idea     With the items as they are, what descent looks for in a user is the minimum over (b, p)
 *          of sum over the ratings of (r - mean - b_i - q_i . z - b - q_i . p)^2
 *                   + count * weight * (penalty_b b^2 + penalty_p |p|^2),
 *          weight = rating_factors_penalty: the same terms as in rating_sgd.c. It is solved
 * exactly: one symmetric system of width + 1. z comes from the history through y, without ratings.
 * Without  ratings nothing is known of how much above or below the usual an item was liked: each
 *          counts as rated as expected, b and p are 0, and only y speaks.
 * Cost     count * (width + 1)^2 + (width + 1)^3 / 3 multiply-adds: 0.3 ms with 100 factors.
 * Traps    A penalty of 0 leaves the system singular for short histories: the diagonal gets a
 *          millionth of the count at least.
 * Checked  tests/models/test_ratings_by_factors.c: the gradient at the solution is 0; conformance.
 */
#include "models/factorization/rating_fold.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "kernels/kernels.h"
#include "models/shares.h"
#include "sparse/spd.h"

#define LEAST_PENALTY 1e-6

struct system {
    size_t n, count; /* unknowns: the bias, then the factors; ratings */
    float *rows;     /* [count][n]: 1 (0 if not biased) and the item's factors */
    float *wanted;   /* [count] what is to be explained */
    double *matrix;  /* [n][n] = rows^T rows + penalties */
    double *right;   /* [n] = rows^T wanted */
};

static void lay_out(const struct system *system, const struct rating_factors *factors,
                    const struct rating_options *options, const struct history *history,
                    const float *z) {
    const size_t width = factors->width;
    for (size_t h = 0; h < system->count; h++) {
        const uint32_t item = history->items[h];
        const float *q = factors->item_factors + item * width;
        float *row = system->rows + h * system->n;
        row[0] = options->biased ? 1 : 0;
        memcpy(row + 1, q, width * sizeof *q);
        system->wanted[h] = history->ratings[h] - (float)factors->mean - factors->item_bias[item] -
                            kernels()->dot(z, q, width);
    }
}

static void sum_up(const struct system *system) {
    const size_t n = system->n;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *gram = ARENA_ARRAY_RAW(scratch, float, n *n);
    float *sums = ARENA_ARRAY(scratch, float, n);
    kernels()->gemm(&(struct kernel_gemm){.m = n,
                                          .n = n,
                                          .k = system->count,
                                          .a = system->rows,
                                          .a_row = 1,
                                          .a_column = n,
                                          .b = system->rows,
                                          .b_row = n,
                                          .c = gram,
                                          .c_row = n});
    for (size_t h = 0; h < system->count; h++)
        kernels()->axpy(sums, system->wanted[h], system->rows + h * n, n);
    for (size_t i = 0; i < n * n; i++)
        system->matrix[i] = (double)gram[i];
    for (size_t i = 0; i < n; i++)
        system->right[i] = (double)sums[i];
    arena_reset(scratch, mark);
}

static void penalise(const struct system *system, const struct rating_factors *factors,
                     const struct rating_options *options) {
    const double count = (double)system->count;
    const double weight =
        rating_factors_penalty(factors->mean_count, count, options->penalty_frequency);
    for (size_t i = 0; i < system->n; i++) {
        const double penalty = options->penalty[i == 0 ? RATING_USER_BIAS : RATING_USER_FACTORS];
        system->matrix[i * system->n + i] += count * (weight * penalty + LEAST_PENALTY);
    }
}

static struct system make_system(const struct rating_factors *factors,
                                 const struct rating_options *options,
                                 const struct history *history, const float *z,
                                 struct arena *scratch) {
    const size_t n = factors->width + 1, count = history->count;
    const struct system system = {
        .n = n,
        .count = count,
        .rows = ARENA_ARRAY_RAW(scratch, float, count *n),
        .wanted = ARENA_ARRAY_RAW(scratch, float, count),
        .matrix = ARENA_ARRAY_RAW(scratch, double, n *n),
        .right = ARENA_ARRAY_RAW(scratch, double, n),
    };
    lay_out(&system, factors, options, history, z);
    sum_up(&system);
    penalise(&system, factors, options);
    return system;
}

float rating_fold_in(const struct rating_factors *factors, const struct rating_options *options,
                     const struct history *history, const float *z, float *vector) {
    const size_t width = factors->width;
    memset(vector, 0, width * sizeof *vector);
    if (history->count == 0 || !history->ratings)
        return 0;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const struct system system = make_system(factors, options, history, z, scratch);
    float bias = 0;
    if (spd_solve(system.matrix, system.n, system.right, 1)) {
        bias = (float)system.right[0];
        for (size_t f = 0; f < width; f++)
            vector[f] = (float)system.right[f + 1];
    }
    arena_reset(scratch, mark);
    return bias;
}

/* shares[h] += q . y_h / root of the count. */
static void add_implicit(const struct rating_factors *factors, const struct history *history,
                         const float *q, float *shares) {
    const float root = sqrtf((float)history->count);
    for (size_t h = 0; h < history->count && factors->implicit; h++)
        shares[h] += kernels()->dot(q, factors->implicit + history->items[h] * factors->width,
                                    factors->width) /
                     root;
}

/* The shares of b + q . p, and to `seen` what z counts for in the end: q, less what the ratings say
 * the less because z has said it. */
static void share_ratings(const struct rating_factors *factors,
                          const struct rating_options *options, const struct history *history,
                          float *seen, float *shares) {
    const size_t width = factors->width;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const float *none = ARENA_ARRAY(scratch, float, width);
    float *own = ARENA_ARRAY_RAW(scratch, float, width + 1);
    const struct system system = make_system(factors, options, history, none, scratch);
    own[0] = 1;
    memcpy(own + 1, seen, width * sizeof *seen);
    shares_ridge(
        &(struct shares_ridge){system.n, system.count, system.matrix, own, system.rows, NULL},
        shares);
    for (size_t h = 0; h < system.count; h++) {
        kernels()->axpy(seen, -shares[h], system.rows + h * system.n + 1, width);
        shares[h] *= system.wanted[h];
    }
    arena_reset(scratch, mark);
}

void rating_fold_shares(const struct rating_factors *factors, const struct rating_options *options,
                        const struct history *history, uint32_t item, float *shares) {
    const size_t width = factors->width;
    memset(shares, 0, history->count * sizeof *shares);
    if (history->count == 0)
        return;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *seen = ARENA_ARRAY_RAW(scratch, float, width);
    memcpy(seen, factors->item_factors + item * width, width * sizeof *seen);
    if (history->ratings)
        share_ratings(factors, options, history, seen, shares);
    add_implicit(factors, history, seen, shares);
    arena_reset(scratch, mark);
}

/* als_fit.c: see als_fit.h.
 *
 * Idea     With one side held, every vector of the other is a ridge regression by itself. Before
 *          each half the vectors held are turned by the eigenvectors of their Gram matrix, which
 * changes no score and makes what is not observed a diagonal (als_solve.c); what the other side
 *          starts from is turned along.
 * Source   Hu, Koren, Volinsky, ICDM 2008; Zhou et al., AAIM 2008 (explicit).
 * Cost     each half: als_solve for each row; count d^2 for Gram and turn each, 9 d^3 for the
 *          eigenvectors.
 * Traps    A row's solution depends on the other side only, so that threads change nothing; the
 *          Gram matrix is cut by its own rows. The start draws one stream for each shard of rows.
 * Checked  tests/models/test_als.c, conformance. */
#include "models/factorization/als_fit.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "kernels/kernels.h"
#include "models/factorization/factor_gram.h"
#include "sparse/spd.h"

#define GREW "als: the vectors grew beyond what a float holds; set model.reg higher"

enum { TURN_ROWS = 128, SOLVE_ROWS = 16, START_ROWS = 1024 };

/* One side's vectors, and the entries that each is solved from. */
struct factors {
    size_t count, dimension;
    const struct csr *rows;
    float *vectors; /* [count][dimension] */
    float *bias;    /* [count] explicit, else NULL */
};

static size_t shards_of(size_t count, size_t rows) { return (count + rows - 1) / rows; }
static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* ---- The start ------------------------------------------------------------------------------- */

struct start {
    struct factors *factors;
    double deviation;
    uint64_t seed;
};

static void start_shard(void *context, size_t shard) {
    const struct start *start = context;
    const struct factors *factors = start->factors;
    size_t d = factors->dimension, end = smaller((shard + 1) * START_ROWS, factors->count);
    struct rng rng;
    rng_init(&rng, start->seed, shard);
    for (size_t i = shard * START_ROWS; i < end; i++) {
        float *vector = factors->vectors + i * d;
        for (size_t k = 0; k < d; k++)
            vector[k] = (float)(start->deviation * rng_normal(&rng));
        if (factors->bias)
            vector[d - 1] = 1;
    }
}

/* ---- The turn -------------------------------------------------------------------------------- */

struct turn {
    const struct factors *factors;
    float *axes; /* [dimension][dimension] eigenvectors in the columns */
};

static void turn_shard(void *context, size_t shard) {
    const struct turn *turn = context;
    const struct factors *factors = turn->factors;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t d = factors->dimension, begin = shard * TURN_ROWS;
    size_t rows = smaller(TURN_ROWS, factors->count - begin);
    float *vectors = factors->vectors + begin * d;
    float *turned = ARENA_ARRAY_RAW(scratch, float, rows *d);
    kernels()->gemm(&(struct kernel_gemm){.m = rows,
                                          .n = d,
                                          .k = d,
                                          .a = vectors,
                                          .a_row = d,
                                          .a_column = 1,
                                          .b = turn->axes,
                                          .b_row = d,
                                          .c = turned,
                                          .c_row = d});
    memcpy(vectors, turned, rows * d * sizeof *vectors);
    arena_reset(scratch, mark);
}

static void turn_factors(struct turn *turn, const struct factors *factors) {
    turn->factors = factors;
    parallel_for(shards_of(factors->count, TURN_ROWS), turn_shard, turn);
}

/* Turns `from` into the axes of its Gram matrix, and `to` along; gram[d]: a0 times the diagonal. */
static bool turn_into_axes(const struct factors *from, const struct factors *to, double unobserved,
                           float *gram) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t d = from->dimension;
    double *matrix = ARENA_ARRAY_RAW(scratch, double, d *d);
    double *values = ARENA_ARRAY_RAW(scratch, double, d);
    struct turn turn = {from, ARENA_ARRAY_RAW(scratch, float, d *d)};
    factor_gram(turn.axes, from->vectors, NULL, from->count, d);
    bool finite = true;
    for (size_t i = 0; i < d * d; i++) {
        matrix[i] = turn.axes[i];
        finite &= (bool)isfinite(matrix[i]);
    }
    bool solved = finite && spd_eigen(matrix, d, values);
    for (size_t i = 0; solved && i < d; i++) {
        gram[i] = (float)(unobserved * fmax(values[i], 0));
        for (size_t k = 0; k < d; k++)
            turn.axes[k * d + i] = (float)matrix[i * d + k];
    }
    if (solved) {
        turn_factors(&turn, from);
        turn_factors(&turn, to);
    }
    arena_reset(scratch, mark);
    return solved;
}

/* ---- The alternation ------------------------------------------------------------------------- */

struct half {
    struct als_side side;
    const struct factors *to;
};

static void solve_shard(void *context, size_t shard) {
    const struct half *half = context;
    const struct factors *to = half->to;
    size_t last = to->dimension - 1, end = smaller((shard + 1) * SOLVE_ROWS, to->count);
    for (size_t i = shard * SOLVE_ROWS; i < end; i++) {
        float *vector = to->vectors + i * to->dimension;
        struct csr_row row = csr_row(to->rows, (uint32_t)i);
        if (to->bias)
            vector[last] = to->bias[i];
        als_solve(&half->side, &row, vector);
        if (to->bias) {
            to->bias[i] = vector[last];
            vector[last] = 1;
        }
    }
}

static void solve_half(const struct als_fit *fit, const struct factors *from,
                       const struct factors *to, const float *gram) {
    struct half half = {.side = {.weights = fit->weights,
                                 .count = from->count,
                                 .dimension = from->dimension,
                                 .vectors = from->vectors,
                                 .gram = gram,
                                 .bias = from->bias,
                                 .mean = fit->mean},
                        .to = to};
    parallel_for(shards_of(to->count, SOLVE_ROWS), solve_shard, &half);
}

/* The vectors of `to` against those of `from`; gram[dimension] is filled. */
static enum status run_half(const struct als_fit *fit, const struct factors *from,
                            const struct factors *to, float *gram, struct error *error) {
    const struct fit_input *input = fit->input;
    if (input->cancel && atomic_load(input->cancel))
        return error_set(error, STATUS_CANCELLED, "stopped; nothing was kept");
    if (gram && !turn_into_axes(from, to, fit->weights.unobserved, gram))
        return error_set(error, STATUS_BAD_INPUT, GREW);
    solve_half(fit, from, to, gram);
    return STATUS_OK;
}

static enum status alternate(const struct als_fit *fit, struct factors *users,
                             struct factors *items, float *gram, struct error *error) {
    struct progress *progress = fit->input->progress;
    progress_begin(progress, "fitting als", (double)fit->iterations);
    for (size_t i = 0; i < fit->iterations; i++) {
        TRY(run_half(fit, items, users, gram, error));
        TRY(run_half(fit, users, items, gram, error));
        progress_update(progress, (double)(i + 1));
    }
    if (gram && !turn_into_axes(items, users, fit->weights.unobserved, gram))
        return error_set(error, STATUS_BAD_INPUT, GREW);
    return STATUS_OK;
}

enum status als_fit_run(const struct als_fit *fit, float *vectors, float *gram, float *bias,
                        struct error *error) {
    struct arena arena = {0};
    size_t d = fit->dimension, user_count = fit->by_user->row_count;
    struct factors items = {fit->by_item->row_count, d, fit->by_item, vectors, bias};
    struct factors users = {user_count, d, fit->by_user, ARENA_ARRAY(&arena, float, user_count *d),
                            bias ? ARENA_ARRAY(&arena, float, user_count) : NULL};
    struct start start = {&items, fit->deviation / sqrt((double)d), fit->input->seed};
    parallel_for(shards_of(items.count, START_ROWS), start_shard, &start);
    enum status status = alternate(fit, &users, &items, gram, error);
    progress_end(fit->input->progress);
    arena_release(&arena);
    return status;
}

enum status als_fit_new_items(const struct als_fit *fit, size_t first, float *vectors, float *gram,
                              float *bias, struct error *error) {
    struct arena arena = {0};
    const size_t d = fit->dimension, users_count = fit->by_user->row_count;
    const struct csr rows = {.row_count = fit->by_item->row_count - (uint32_t)first,
                             .column_count = fit->by_item->column_count,
                             .offsets = fit->by_item->offsets + first,
                             .columns = fit->by_item->columns,
                             .values = fit->by_item->values};
    struct factors known = {first, d, NULL, vectors, bias};
    struct factors new = {rows.row_count, d, &rows, vectors + first * d,
                          bias ? bias + first : NULL};
    struct factors all = {first + rows.row_count, d, NULL, vectors, bias};
    struct factors users = {users_count, d, fit->by_user,
                            ARENA_ARRAY(&arena, float, users_count *d),
                            bias ? ARENA_ARRAY(&arena, float, users_count) : NULL};
    solve_half(fit, &known, &users, gram);
    enum status status = STATUS_OK;
    if (gram && !turn_into_axes(&users, &all, fit->weights.unobserved, gram))
        status = error_set(error, STATUS_BAD_INPUT, GREW);
    if (status == STATUS_OK)
        solve_half(fit, &users, &new, gram);
    if (status == STATUS_OK && gram && !turn_into_axes(&all, &users, fit->weights.unobserved, gram))
        status = error_set(error, STATUS_BAD_INPUT, GREW);
    arena_release(&arena);
    return status;
}

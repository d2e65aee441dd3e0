/* neumf_fold.c: see neumf_fold.h. */
#include "models/neural/neumf_fold.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "sparse/spd.h"

#define RIDGE                                                                                      \
    1.0          /* in users: the penalty is that many times the mean square of a summary's entry */
#define SHARDS 8 /* of the rows of the normal equations */

size_t neumf_fold_columns(const struct neumf_network *network) {
    return network->shape.mf_dim + network->shape.mlp_dim;
}

size_t neumf_fold_rows(const struct neumf_network *network) {
    return 2 * neumf_fold_columns(network) + 2;
}

static void summarize(const struct neumf_network *network, const struct history *history,
                      real *summary) {
    size_t mf_dim = network->shape.mf_dim, d = network->shape.mlp_dim, columns = mf_dim + d;
    memset(summary, 0, (2 * columns + 2) * sizeof *summary);
    size_t count = 0;
    for (size_t i = 0; i < history->count; i++) {
        size_t item = history->items[i];
        if (item >= network->shape.item_count)
            continue;
        count++;
        if (mf_dim)
            kernels()->axpy(summary, 1, network->mf_item->weight + item * mf_dim, mf_dim);
        if (d)
            kernels()->axpy(summary + mf_dim, 1, network->mlp_item->weight + item * d, d);
    }
    const double root = sqrt((double)count);
    for (size_t k = 0; k < columns && count > 0; k++) {
        summary[columns + k] = summary[k] / (real)count;
        summary[k] /= (real)root;
    }
    summary[2 * columns] = 1;
    summary[2 * columns + 1] = (real)(root / 10);
}

/* The normal equations A map = B, A [rows][rows], B [rows][columns], in double. */
struct equations {
    const struct neumf_network *network;
    const struct interactions *train;
    real *summaries; /* [users][rows] */
    double *left, *right;
};

static void summarize_shard(void *context, size_t shard) {
    struct equations *equations = context;
    size_t rows = neumf_fold_rows(equations->network);
    struct parallel_range users = parallel_range(equations->train->user_count, SHARDS, shard);
    for (size_t user = users.begin; user < users.end; user++) {
        struct history history = interactions_history(equations->train, (uint32_t)user);
        summarize(equations->network, &history, equations->summaries + user * rows);
    }
}

/* A block of rows of A and B: each entry one sum over the users in order. */
static void add_shard(void *context, size_t shard) {
    struct equations *equations = context;
    const struct neumf_network *network = equations->network;
    size_t rows = neumf_fold_rows(network), columns = neumf_fold_columns(network);
    size_t mf_dim = network->shape.mf_dim, d = network->shape.mlp_dim;
    struct parallel_range block = parallel_range(rows, SHARDS, shard);
    for (size_t user = 0; user < equations->train->user_count; user++) {
        if (equations->train->offsets[user] == equations->train->offsets[user + 1])
            continue;
        const real *summary = equations->summaries + user * rows;
        for (size_t i = block.begin; i < block.end; i++) {
            double *left = equations->left + i * rows, *right = equations->right + i * columns;
            double x = (double)summary[i];
            for (size_t j = 0; j < rows; j++)
                left[j] += x * (double)summary[j];
            for (size_t j = 0; j < mf_dim; j++)
                right[j] += x * (double)network->mf_user->weight[user * mf_dim + j];
            for (size_t j = 0; j < d; j++)
                right[mf_dim + j] += x * (double)network->mlp_user->weight[user * d + j];
        }
    }
}

static bool solve(struct equations *equations, real *map) {
    size_t rows = neumf_fold_rows(equations->network);
    size_t columns = neumf_fold_columns(equations->network);
    double users = equations->train->user_count;
    for (size_t i = 0; i < rows; i++) {
        double *diagonal = &equations->left[i * rows + i];
        /* The tiny constant keeps what never occurs solvable: an item table that is all zero. */
        *diagonal += RIDGE * (*diagonal / users) + 1e-12 * users;
    }
    if (!spd_solve(equations->left, rows, equations->right, columns))
        return false;
    for (size_t i = 0; i < rows * columns; i++)
        map[i] = (real)equations->right[i];
    return true;
}

bool neumf_fold_fit(const struct neumf_network *network, const struct interactions *train,
                    real *map) {
    ASSERT(train->user_count == network->shape.user_count);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t rows = neumf_fold_rows(network), columns = neumf_fold_columns(network);
    struct equations equations = {
        .network = network,
        .train = train,
        .summaries = ARENA_ARRAY_RAW(scratch, real, train->user_count * rows),
        .left = ARENA_ARRAY(scratch, double, rows *rows),
        .right = ARENA_ARRAY(scratch, double, rows *columns),
    };
    parallel_for(SHARDS, summarize_shard, &equations);
    parallel_for(SHARDS, add_shard, &equations);
    bool solved = solve(&equations, map);
    arena_reset(scratch, mark);
    return solved;
}

void neumf_fold_in(const struct neumf_network *network, const real *map,
                   const struct history *history, real *vectors) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t rows = neumf_fold_rows(network), columns = neumf_fold_columns(network);
    real *summary = ARENA_ARRAY_RAW(scratch, real, rows);
    summarize(network, history, summary);
    memset(vectors, 0, columns * sizeof *vectors);
    for (size_t i = 0; i < rows; i++)
        kernels()->axpy(vectors, summary[i], map + i * columns, columns);
    arena_reset(scratch, mark);
}

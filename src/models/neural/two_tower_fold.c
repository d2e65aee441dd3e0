/* two_tower_fold.c: see two_tower_fold.h. */
#include "models/neural/two_tower_fold.h"

#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "sparse/spd.h"

#define RIDGE                                                                                      \
    1.0          /* in users: the penalty is that many times the mean square of a summary's entry */
#define SHARDS 8 /* of the rows of the normal equations */

size_t two_tower_fold_rows(const struct two_tower_network *network) {
    return two_tower_network_width(network) + network->sides[TWO_TOWER_USER].features + 1;
}

static void summarize(const struct two_tower_fold *fold, const struct history *history,
                      const float *features, float *summary) {
    size_t width = two_tower_network_width(fold->network);
    size_t columns = fold->network->sides[TWO_TOWER_USER].features;
    memset(summary, 0, width * sizeof *summary);
    for (size_t i = 0; i < history->count; i++)
        kernels()->axpy(summary, 1 / (float)history->count,
                        fold->item_vectors + history->items[i] * width, width);
    memcpy(summary + width, features, columns * sizeof *summary);
    summary[width + columns] = 1;
}

/* The normal equations A map = B, A [rows][rows], B [rows][columns], in double. */
struct equations {
    const struct two_tower_fold *fold;
    const struct interactions *train;
    size_t rows, columns;
    float *summaries; /* [users][rows] */
    double *left, *right;
};

static void summarize_shard(void *context, size_t shard) {
    struct equations *equations = context;
    const struct two_tower_fold *fold = equations->fold;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *row = ARENA_ARRAY_RAW(scratch, float, fold->network->sides[TWO_TOWER_USER].features);
    struct parallel_range users = parallel_range(equations->train->user_count, SHARDS, shard);
    for (size_t user = users.begin; user < users.end; user++) {
        struct history history = interactions_history(equations->train, (uint32_t)user);
        two_tower_features_of_history(fold->features, &history, NULL, row);
        summarize(fold, &history, row, equations->summaries + user * equations->rows);
    }
    arena_reset(scratch, mark);
}

/* A block of rows of A and B: each entry one sum over the users in order. */
static void add_shard(void *context, size_t shard) {
    struct equations *equations = context;
    size_t rows = equations->rows, columns = equations->columns;
    const float *table = equations->fold->network->sides[TWO_TOWER_USER].table->weight;
    struct parallel_range block = parallel_range(rows, SHARDS, shard);
    for (size_t user = 0; user < equations->train->user_count; user++) {
        const float *summary = equations->summaries + user * rows;
        if (equations->train->offsets[user] == equations->train->offsets[user + 1])
            continue;
        for (size_t i = block.begin; i < block.end; i++) {
            for (size_t j = 0; j < rows; j++)
                equations->left[i * rows + j] += (double)summary[i] * (double)summary[j];
            for (size_t j = 0; j < columns; j++)
                equations->right[i * columns + j] +=
                    (double)summary[i] * (double)table[user * columns + j];
        }
    }
}

bool two_tower_fold_fit(const struct two_tower_fold *fold, const struct interactions *train,
                        float *map) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t rows = two_tower_fold_rows(fold->network);
    size_t columns = fold->network->sides[TWO_TOWER_USER].embedding;
    struct equations equations = {
        .fold = fold,
        .train = train,
        .rows = rows,
        .columns = columns,
        .summaries = ARENA_ARRAY_RAW(scratch, float, train->user_count *rows),
        .left = ARENA_ARRAY(scratch, double, rows *rows),
        .right = ARENA_ARRAY(scratch, double, rows *columns),
    };
    parallel_for(SHARDS, summarize_shard, &equations);
    parallel_for(SHARDS, add_shard, &equations);
    for (size_t i = 0; i < rows; i++) {
        double *diagonal = &equations.left[i * rows + i];
        /* The tiny constant keeps what never occurs solvable: a feature that is always 0. */
        *diagonal += RIDGE * (*diagonal / train->user_count) + 1e-12 * train->user_count;
    }
    bool solved = spd_solve(equations.left, rows, equations.right, columns);
    for (size_t i = 0; i < rows * columns && solved; i++)
        map[i] = (float)equations.right[i];
    arena_reset(scratch, mark);
    return solved;
}

void two_tower_fold_in(const struct two_tower_fold *fold, const float *map,
                       const struct history *history, const float *features, float *embedding) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t rows = two_tower_fold_rows(fold->network);
    size_t columns = fold->network->sides[TWO_TOWER_USER].embedding;
    float *summary = ARENA_ARRAY_RAW(scratch, float, rows);
    summarize(fold, history, features, summary);
    memset(embedding, 0, columns * sizeof *embedding);
    for (size_t i = 0; i < rows; i++)
        kernels()->axpy(embedding, summary[i], map + i * columns, columns);
    arena_reset(scratch, mark);
}

void two_tower_fold_shares(const struct two_tower_fold *fold, const float *map,
                           const struct history *history, const float *slope, float *features,
                           float *shares) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t width = two_tower_network_width(fold->network);
    const struct two_tower_side *side = &fold->network->sides[TWO_TOWER_USER];
    float *along = ARENA_ARRAY_RAW(scratch, float, width + side->features);
    for (size_t i = 0; i < width + side->features; i++)
        along[i] = kernels()->dot(map + i * side->embedding, slope, side->embedding);
    for (size_t h = 0; h < history->count; h++)
        shares[h] += kernels()->dot(along, fold->item_vectors + history->items[h] * width, width) /
                     (float)history->count;
    kernels()->axpy(features, 1, along + width, side->features);
    arena_reset(scratch, mark);
}

/* fold_map.c: see fold_map.h. */
#include "models/fold_map.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "sparse/spd.h"

#define RIDGE                                                                                      \
    1.0          /* in users: the penalty is that many times the mean square of a summary's entry */
#define SHARDS 8 /* of the rows of the normal equations */

size_t fold_map_columns(const struct fold_map *fold) {
    size_t columns = 0;
    for (size_t p = 0; p < fold->part_count; p++)
        columns += fold->parts[p].dimension;
    return columns;
}

size_t fold_map_rows(const struct fold_map *fold) { return 2 * fold_map_columns(fold) + 2; }

static void summarize(const struct fold_map *fold, const struct history *history, float *summary) {
    size_t columns = fold_map_columns(fold), count = 0;
    memset(summary, 0, (2 * columns + 2) * sizeof *summary);
    for (size_t i = 0; i < history->count; i++) {
        size_t item = history->items[i];
        if (item >= fold->item_count)
            continue;
        count++;
        float *sum = summary;
        for (size_t p = 0; p < fold->part_count; p++) {
            const struct fold_map_part *part = &fold->parts[p];
            kernels()->axpy(sum, 1, part->items + item * part->dimension, part->dimension);
            sum += part->dimension;
        }
    }
    const double root = sqrt((double)count);
    for (size_t k = 0; k < columns && count > 0; k++) {
        summary[columns + k] = summary[k] / (float)count;
        summary[k] /= (float)root;
    }
    summary[2 * columns] = 1;
    summary[2 * columns + 1] = (float)(root / 10);
}

/* The normal equations A map = B, A [rows][rows], B [rows][columns], in double. */
struct equations {
    const struct fold_map *fold;
    const struct interactions *train;
    float *summaries; /* [users][rows] */
    double *left, *right;
};

static void summarize_shard(void *context, size_t shard) {
    struct equations *equations = context;
    size_t rows = fold_map_rows(equations->fold);
    struct parallel_range users = parallel_range(equations->train->user_count, SHARDS, shard);
    for (size_t user = users.begin; user < users.end; user++) {
        struct history history = interactions_history(equations->train, (uint32_t)user);
        summarize(equations->fold, &history, equations->summaries + user * rows);
    }
}

static void add_user(const struct fold_map *fold, size_t user, double x, double *right) {
    for (size_t p = 0; p < fold->part_count; p++) {
        size_t dimension = fold->parts[p].dimension;
        const float *vector = fold->parts[p].users + user * dimension;
        for (size_t j = 0; j < dimension; j++)
            right[j] += x * (double)vector[j];
        right += dimension;
    }
}

/* A block of rows of A and B: each entry one sum over the users in order. */
static void add_shard(void *context, size_t shard) {
    struct equations *equations = context;
    const struct interactions *train = equations->train;
    size_t rows = fold_map_rows(equations->fold), columns = fold_map_columns(equations->fold);
    struct parallel_range block = parallel_range(rows, SHARDS, shard);
    for (size_t user = 0; user < train->user_count; user++) {
        if (train->offsets[user] == train->offsets[user + 1])
            continue;
        const float *summary = equations->summaries + user * rows;
        for (size_t i = block.begin; i < block.end; i++) {
            double *left = equations->left + i * rows, x = (double)summary[i];
            for (size_t j = 0; j < rows; j++)
                left[j] += x * (double)summary[j];
            add_user(equations->fold, user, x, equations->right + i * columns);
        }
    }
}

static bool solve(struct equations *equations, float *map) {
    size_t rows = fold_map_rows(equations->fold), columns = fold_map_columns(equations->fold);
    double users = equations->train->user_count;
    for (size_t i = 0; i < rows; i++) {
        double *diagonal = &equations->left[i * rows + i];
        /* The tiny constant keeps what never occurs solvable: an item table that is all zero. */
        *diagonal += RIDGE * (*diagonal / users) + 1e-12 * users;
    }
    if (!spd_solve(equations->left, rows, equations->right, columns))
        return false;
    for (size_t i = 0; i < rows * columns; i++)
        map[i] = (float)equations->right[i];
    return true;
}

bool fold_map_fit(const struct fold_map *fold, const struct interactions *train, float *map) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t rows = fold_map_rows(fold), columns = fold_map_columns(fold);
    struct equations equations = {
        .fold = fold,
        .train = train,
        .summaries = ARENA_ARRAY_RAW(scratch, float, train->user_count *rows),
        .left = ARENA_ARRAY(scratch, double, rows *rows),
        .right = ARENA_ARRAY(scratch, double, rows *columns),
    };
    parallel_for(SHARDS, summarize_shard, &equations);
    parallel_for(SHARDS, add_shard, &equations);
    bool solved = solve(&equations, map);
    arena_reset(scratch, mark);
    return solved;
}

void fold_map_apply(const struct fold_map *fold, const float *map, const struct history *history,
                    float *vectors) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t rows = fold_map_rows(fold), columns = fold_map_columns(fold);
    float *summary = ARENA_ARRAY_RAW(scratch, float, rows);
    summarize(fold, history, summary);
    memset(vectors, 0, columns * sizeof *vectors);
    for (size_t i = 0; i < rows; i++)
        kernels()->axpy(vectors, summary[i], map + i * columns, columns);
    arena_reset(scratch, mark);
}

/* What one row adds to `direction` times the vectors: along[2 * columns] is how the direction sees
 * the entries of a summary. */
static double row_share(const struct fold_map *fold, const double *along, size_t item,
                        double count) {
    const size_t columns = fold_map_columns(fold);
    const double root = sqrt(count);
    double share = 0;
    size_t k = 0;
    for (size_t p = 0; p < fold->part_count; p++) {
        const struct fold_map_part *part = &fold->parts[p];
        const float *vector = part->items + item * part->dimension;
        for (size_t j = 0; j < part->dimension; j++, k++)
            share += (double)vector[j] * (along[k] / root + along[columns + k] / count);
    }
    return share;
}

void fold_map_shares(const struct fold_map *fold, const float *map, const struct history *history,
                     const float *direction, float *shares) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t rows = fold_map_rows(fold), columns = fold_map_columns(fold);
    double *along = ARENA_ARRAY(scratch, double, rows), count = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < columns; k++)
            along[i] += (double)map[i * columns + k] * (double)direction[k];
    for (size_t h = 0; h < history->count; h++)
        count += history->items[h] < fold->item_count;
    for (size_t h = 0; h < history->count; h++)
        shares[h] = history->items[h] < fold->item_count
                        ? (float)(row_share(fold, along, history->items[h], count) +
                                  along[rows - 1] / (10 * sqrt(count)))
                        : 0;
    arena_reset(scratch, mark);
}

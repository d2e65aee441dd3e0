/* sasrec_bce.c: see sasrec_bce.h. */
#include "models/sequence/sasrec_bce.h"

#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "nn/embedding.h"
#include "nn/loss.h"

#define SHARD_ROWS 128
#define WIDTH_MAX 1025

void sasrec_bce_init(struct sasrec_bce *bce, struct parameter *item, size_t negatives,
                     const struct sampler *sampler, size_t row_max, struct arena *arena) {
    const size_t width = 1 + negatives, places = row_max * width;
    ASSERT(width <= WIDTH_MAX);
    *bce = (struct sasrec_bce){
        .item = item,
        .sampler = sampler,
        .width = width,
        .items = ARENA_ARRAY_RAW(arena, uint32_t, places),
        .shares = ARENA_ARRAY_RAW(arena, real, places),
        .losses = ARENA_ARRAY(arena, double, row_max / SHARD_ROWS + 1),
        .room = ARENA_ARRAY_RAW(arena, uint32_t, places),
        .weight_room = ARENA_ARRAY_RAW(arena, real, places),
    };
    row_index_init(&bce->index, item->rows, places, arena);
}

struct run {
    struct sasrec_bce *bce;
    const struct sasrec_rows *rows;
};

static double run_row(const struct run *run, size_t row, struct rng *rng) {
    static const real targets[WIDTH_MAX] = {1};
    struct sasrec_bce *bce = run->bce;
    const struct sasrec_rows *rows = run->rows;
    const size_t width = bce->width, dim = bce->item->columns;
    uint32_t *items = bce->items + row * width;
    real *shares = bce->shares + row * width;
    for (size_t j = 0; j < width; j++)
        items[j] = rows->targets[row];
    if (!sampler_can_draw(bce->sampler, rows->users[row])) {
        memset(shares, 0, width * sizeof *shares);
        if (rows->dh)
            memset(rows->dh + row * dim, 0, dim * sizeof *shares);
        return 0;
    }
    sampler_draw(bce->sampler, rows->users[row], rng, items + 1, width - 1);
    kernels()->gather_dot(shares, rows->h + row * dim, bce->item->weight, dim, dim, items, width);
    const double loss =
        loss_bce(shares, targets, width, rows->scale / (real)width, shares) / (double)width;
    if (rows->dh) {
        memset(rows->dh + row * dim, 0, dim * sizeof *shares);
        kernels()->gather_axpy(rows->dh + row * dim, shares, bce->item->weight, dim, dim, items,
                               width);
    }
    return loss;
}

static void run_shard(void *context, size_t shard) {
    const struct run *run = context;
    const size_t begin = shard * SHARD_ROWS;
    struct rng rng;
    rng_init(&rng, run->rows->seed, run->rows->stream + shard);
    double loss = 0;
    for (size_t row = begin; row < run->rows->count && row < begin + SHARD_ROWS; row++)
        loss += run_row(run, row, &rng);
    run->bce->losses[shard] = loss;
}

double sasrec_bce_run(struct sasrec_bce *bce, const struct sasrec_rows *rows) {
    struct run run = {bce, rows};
    const size_t shards = (rows->count + SHARD_ROWS - 1) / SHARD_ROWS;
    parallel_for(shards, run_shard, &run);
    if (rows->dh) {
        row_index_clear(&bce->index);
        row_index_add(&bce->index, bce->items, rows->count * bce->width);
        embedding_backward(&(struct embedding_gradient){.table = bce->item,
                                                        .index = &bce->index,
                                                        .from = rows->h,
                                                        .weights = bce->shares,
                                                        .width = bce->width,
                                                        .room = bce->room,
                                                        .weight_room = bce->weight_room});
    }
    double loss = 0;
    for (size_t shard = 0; shard < shards; shard++)
        loss += bce->losses[shard];
    return loss;
}

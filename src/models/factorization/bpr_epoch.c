/* bpr_epoch.c: see bpr_epoch.h. */
#include "models/factorization/bpr_epoch.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"

#define SHARD_NODES 64 /* users, and items, that a shard must have to be worth it */
#define DRAWS_MAX 20   /* for one negative; then the row is left out of this epoch */
#define AHEAD 4

/* The uses of random numbers within an epoch. */
enum { STREAM_NODES, STREAM_ROWS, STREAM_STEPS };

static void begin_stream(struct rng *rng, const struct bpr_epoch *epoch, unsigned use,
                         size_t index) {
    rng_init(rng, epoch->seed,
             (uint64_t)1 << 63 | (uint64_t)use << 60 | (uint64_t)epoch->number << 24 | index);
}

static size_t shards_for(const struct interactions *train) {
    uint32_t fewest = train->user_count < train->item_count ? train->user_count : train->item_count;
    size_t count = fewest / SHARD_NODES;
    return count < 1 ? 1 : count > BPR_SHARDS_MAX ? BPR_SHARDS_MAX : count;
}

void bpr_epoch_init(struct bpr_epoch *epoch, const struct bpr_weights *weights,
                    const struct interactions *train, const struct bpr_options *options,
                    uint64_t seed, struct arena *arena) {
    size_t shards = shards_for(train), items = train->item_count;
    *epoch = (struct bpr_epoch){
        .weights = *weights,
        .train = train,
        .seed = seed,
        .candidates = options->candidates,
        .l2 = (float)options->l2,
        .l2_bias = (float)options->l2_bias,
        .shard_count = shards,
        .users = ARENA_ARRAY_RAW(arena, uint32_t, train->user_count),
        .items = ARENA_ARRAY_RAW(arena, uint32_t, items),
        .block_of = ARENA_ARRAY_RAW(arena, uint8_t, items),
        .shares = ARENA_ARRAY_RAW(arena, double, items),
        .rows = ARENA_ARRAY_RAW(arena, struct bpr_row, train->count),
        .row_begins = ARENA_ARRAY(arena, size_t, shards * shards + 1),
        .losses = ARENA_ARRAY(arena, double, shards),
        .by_popularity = options->strategy == SAMPLER_POPULARITY,
    };
    sampler_init(&epoch->sampler, train, SAMPLER_UNIFORM, arena);
    double *popularity = ARENA_ARRAY(arena, double, items);
    for (size_t row = 0; row < train->count; row++)
        popularity[train->items[row]] += 1;
    for (size_t item = 0; item < items; item++)
        popularity[item] = pow(popularity[item], 0.75);
    epoch->popularity = popularity;
}

/* ---- Who works where ------------------------------------------------------------------------- */

static void deal_nodes(struct bpr_epoch *epoch) {
    struct rng rng;
    uint32_t users = epoch->train->user_count, items = epoch->train->item_count;
    begin_stream(&rng, epoch, STREAM_NODES, 0);
    for (uint32_t user = 0; user < users; user++)
        epoch->users[user] = user;
    for (uint32_t item = 0; item < items; item++)
        epoch->items[item] = item;
    rng_shuffle(&rng, epoch->users, users);
    rng_shuffle(&rng, epoch->items, items);
    for (size_t block = 0; block < epoch->shard_count; block++) {
        struct parallel_range range = parallel_range(items, epoch->shard_count, block);
        double total = 0;
        for (size_t i = range.begin; i < range.end; i++) {
            epoch->block_of[epoch->items[i]] = (uint8_t)block;
            epoch->shares[i] = total += epoch->popularity[epoch->items[i]];
        }
    }
}

static void count_shard(void *context, size_t shard) {
    struct bpr_epoch *epoch = context;
    const struct interactions *train = epoch->train;
    size_t *counts = epoch->row_begins + shard * epoch->shard_count + 1;
    struct parallel_range users = parallel_range(train->user_count, epoch->shard_count, shard);
    memset(counts, 0, epoch->shard_count * sizeof *counts);
    for (size_t u = users.begin; u < users.end; u++)
        for (uint64_t row = train->offsets[epoch->users[u]];
             row < train->offsets[epoch->users[u] + 1]; row++)
            counts[epoch->block_of[train->items[row]]]++;
}

static void shuffle_rows(struct bpr_row *rows, size_t count, struct rng *rng) {
    for (size_t i = count; i > 1; i--) {
        size_t j = rng_below(rng, (uint32_t)i);
        struct bpr_row row = rows[j];
        rows[j] = rows[i - 1];
        rows[i - 1] = row;
    }
}

static void deal_shard(void *context, size_t shard) {
    struct bpr_epoch *epoch = context;
    const struct interactions *train = epoch->train;
    size_t next[BPR_SHARDS_MAX];
    const size_t *begins = epoch->row_begins + shard * epoch->shard_count;
    memcpy(next, begins, epoch->shard_count * sizeof *next);
    struct parallel_range users = parallel_range(train->user_count, epoch->shard_count, shard);
    for (size_t u = users.begin; u < users.end; u++) {
        uint32_t user = epoch->users[u];
        for (uint64_t row = train->offsets[user]; row < train->offsets[user + 1]; row++)
            epoch->rows[next[epoch->block_of[train->items[row]]]++] =
                (struct bpr_row){user, train->items[row]};
    }
    struct rng rng;
    begin_stream(&rng, epoch, STREAM_ROWS, shard);
    for (size_t block = 0; block < epoch->shard_count; block++)
        shuffle_rows(epoch->rows + begins[block], begins[block + 1] - begins[block], &rng);
}

static void deal(struct bpr_epoch *epoch) {
    size_t cells = epoch->shard_count * epoch->shard_count;
    deal_nodes(epoch);
    epoch->row_begins[0] = 0;
    parallel_for(epoch->shard_count, count_shard, epoch);
    for (size_t cell = 0; cell < cells; cell++)
        epoch->row_begins[cell + 1] += epoch->row_begins[cell];
    parallel_for(epoch->shard_count, deal_shard, epoch);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static uint32_t propose(const struct bpr_epoch *epoch, struct parallel_range block,
                        struct rng *rng) {
    if (!epoch->by_popularity)
        return epoch->items[block.begin + rng_below(rng, (uint32_t)(block.end - block.begin))];
    double target = rng_uniform(rng) * epoch->shares[block.end - 1];
    size_t low = block.begin, high = block.end - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (epoch->shares[middle] > target)
            high = middle;
        else
            low = middle + 1;
    }
    return epoch->items[low];
}

/* An item of the block that the user does not have; UINT32_MAX: none was found. */
static uint32_t draw(const struct bpr_epoch *epoch, uint32_t user, struct parallel_range block,
                     struct rng *rng) {
    for (int draws = 0; draws < DRAWS_MAX; draws++) {
        uint32_t item = propose(epoch, block, rng);
        if (!sampler_has(&epoch->sampler, user, item))
            return item;
    }
    return UINT32_MAX;
}

static float score(const struct bpr_weights *weights, const float *user, uint32_t item) {
    return kernels()->dot(user, weights->items + item * weights->dimension, weights->dimension) +
           (weights->bias ? weights->bias[item] : 0);
}

/* The candidate that scores highest; UINT32_MAX: none was found. */
static uint32_t choose(const struct bpr_epoch *epoch, uint32_t user, struct parallel_range block,
                       struct rng *rng, float *highest) {
    const float *vector = epoch->weights.users + user * epoch->weights.dimension;
    uint32_t best = UINT32_MAX;
    for (size_t c = 0; c < epoch->candidates; c++) {
        uint32_t item = draw(epoch, user, block, rng);
        if (item == UINT32_MAX)
            continue;
        float found = score(&epoch->weights, vector, item);
        if (best == UINT32_MAX || found > *highest) {
            best = item;
            *highest = found;
        }
    }
    return best;
}

static double step(struct bpr_epoch *epoch, const struct bpr_row *row, struct parallel_range block,
                   struct rng *rng) {
    const struct bpr_weights *weights = &epoch->weights;
    size_t dimension = weights->dimension;
    float *user = weights->users + row->user * dimension, high = 0;
    uint32_t negative = choose(epoch, row->user, block, rng, &high);
    if (negative == UINT32_MAX)
        return 0;
    const float x = score(weights, user, row->item) - high;
    const float e = 1 / (1 + expf(x)), rate = epoch->rate;
    kernels()->pull_apart(user, weights->items + row->item * dimension,
                          weights->items + negative * dimension, rate * e, 1 - rate * epoch->l2,
                          dimension);
    if (weights->bias) {
        float *up = &weights->bias[row->item], *down = &weights->bias[negative];
        *up += rate * (e - epoch->l2_bias * *up);
        *down -= rate * (e + epoch->l2_bias * *down);
    }
    return x > 0 ? (double)log1pf(expf(-x)) : (double)(log1pf(expf(x)) - x);
}

static void work_shard(void *context, size_t shard) {
    struct bpr_epoch *epoch = context;
    const struct bpr_weights *weights = &epoch->weights;
    size_t count = epoch->shard_count, block = (shard + epoch->round) % count;
    size_t cell = shard * count + block;
    struct parallel_range items = parallel_range(epoch->train->item_count, count, block);
    struct rng rng;
    begin_stream(&rng, epoch, STREAM_STEPS, cell);
    double total = 0;
    for (size_t r = epoch->row_begins[cell]; r < epoch->row_begins[cell + 1]; r++) {
        if (r + AHEAD < epoch->row_begins[cell + 1]) {
            const struct bpr_row *next = &epoch->rows[r + AHEAD];
            __builtin_prefetch(weights->users + next->user * weights->dimension, 1);
            __builtin_prefetch(weights->items + next->item * weights->dimension, 1);
        }
        total += step(epoch, &epoch->rows[r], items, &rng);
    }
    epoch->losses[shard] += total;
}

double bpr_epoch_run(struct bpr_epoch *epoch, uint32_t number, double rate) {
    epoch->number = number;
    epoch->rate = (float)rate;
    memset(epoch->losses, 0, epoch->shard_count * sizeof *epoch->losses);
    deal(epoch);
    for (epoch->round = 0; epoch->round < epoch->shard_count; epoch->round++)
        parallel_for(epoch->shard_count, work_shard, epoch);
    double total = 0;
    for (size_t shard = 0; shard < epoch->shard_count; shard++)
        total += epoch->losses[shard];
    return total;
}

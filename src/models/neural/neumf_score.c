/* neumf_score.c: see neumf_score.h. */
#include "models/neural/neumf_score.h"

#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "models/neural/neumf_step.h"
#include "nn/linear.h"

#define TILE NEUMF_TILE

static bool has_tower(const struct neumf_network *network) { return network->shape.mlp_dim > 0; }

void neumf_score_init(struct neumf_scorer *scorer, const struct neumf_network *network,
                      struct arena *arena) {
    const struct neumf_shape *shape = &network->shape;
    *scorer = (struct neumf_scorer){.network = network,
                                    .tile_count = (shape->item_count + TILE - 1) / TILE};
    if (shape->heads)
        return;
    scorer->mf_tiles = ARENA_ARRAY(arena, real, scorer->tile_count * shape->mf_dim * TILE);
    scorer->output = ARENA_ARRAY(arena, real, neumf_network_tower_width(network) + 1);
    if (!has_tower(network))
        return;
    size_t first = network->layers[0].out;
    scorer->half_tiles = ARENA_ARRAY(arena, real, scorer->tile_count * first * TILE);
    scorer->half_rows = ARENA_ARRAY(arena, real, shape->item_count * first);
    for (size_t l = 1; l < shape->layer_count; l++)
        scorer->weights[l] =
            ARENA_ARRAY(arena, real, (network->layers[l].in + 1) * network->layers[l].out);
}

/* tile[feature][i] = rows[i][feature] */
static void turn(real *tile, const real *rows, size_t count, size_t features) {
    for (size_t i = 0; i < count; i++)
        for (size_t f = 0; f < features; f++)
            tile[f * TILE + i] = rows[i * features + f];
}

/* rows[i] = the items' share of layer 1, its bias included. */
static void item_halves(const struct neumf_network *network, size_t begin, size_t count,
                        real *rows) {
    const struct neumf_layer *layer = &network->layers[0];
    size_t d = network->shape.mlp_dim, genre_dim = network->shape.genre_dim;
    struct linear_job job = {
        .rows = count,
        .in = d,
        .out = layer->out,
        .x = {network->mlp_item->weight + begin * d, d},
        .y = {rows, layer->out},
        .weight = layer->weight->weight + d * layer->out,
        .bias = layer->bias->weight,
    };
    linear_forward(&job);
    if (genre_dim == 0)
        return;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    uint32_t items[TILE];
    for (size_t i = 0; i < count; i++)
        items[i] = (uint32_t)(begin + i);
    real *genres = ARENA_ARRAY_RAW(scratch, real, count * genre_dim);
    neumf_network_genres(network, items, count, genres);
    job.in = genre_dim;
    job.x = (struct linear_matrix){genres, genre_dim};
    job.weight = layer->weight->weight + 2 * d * layer->out;
    job.bias = NULL;
    job.accumulate = 1;
    linear_forward(&job);
    arena_reset(scratch, mark);
}

static void prepare_tile(void *context, size_t tile) {
    struct neumf_scorer *scorer = context;
    const struct neumf_network *network = scorer->network;
    size_t begin = tile * TILE, left = network->shape.item_count - begin;
    size_t count = left < TILE ? left : TILE, mf_dim = network->shape.mf_dim;
    if (mf_dim)
        turn(scorer->mf_tiles + tile * mf_dim * TILE, network->mf_item->weight + begin * mf_dim,
             count, mf_dim);
    if (!has_tower(network))
        return;
    size_t first = network->layers[0].out;
    item_halves(network, begin, count, scorer->half_rows + begin * first);
    turn(scorer->half_tiles + tile * first * TILE, scorer->half_rows + begin * first, count, first);
}

void neumf_score_prepare(struct neumf_scorer *scorer) {
    const struct neumf_network *network = scorer->network;
    if (network->shape.heads)
        return;
    for (size_t l = 1; l < network->shape.layer_count; l++) {
        const struct neumf_layer *layer = &network->layers[l];
        memcpy(scorer->weights[l], layer->weight->weight, layer->in * layer->out * sizeof(real));
        memcpy(scorer->weights[l] + layer->in * layer->out, layer->bias->weight,
               layer->out * sizeof(real));
    }
    size_t last = neumf_network_tower_width(network);
    memcpy(scorer->output, network->output->weight + network->shape.mf_dim, last * sizeof(real));
    scorer->output[last] = network->output_bias->weight[0];
    parallel_for(scorer->tile_count, prepare_tile, scorer);
}

/* to[first width] += the wish's share of layer 1. */
static void add_intent(const struct neumf_network *network, const real *intent, real *to) {
    const struct neumf_layer *layer = &network->layers[0];
    const size_t in = neumf_network_intent_width(network);
    linear_forward(&(struct linear_job){.rows = 1,
                                        .in = in,
                                        .out = layer->out,
                                        .x = {(real *)(uintptr_t)intent, in}, /* only read */
                                        .y = {to, layer->out},
                                        .weight = layer->weight->weight +
                                                  neumf_network_intent_row(network) * layer->out,
                                        .accumulate = 1});
}

/* Scratch of one call, and the tile that it works on. */
struct work {
    real *scaled;              /* [query_count][mf_dim]: p_u * output */
    real *user_half;           /* [query_count][first width] */
    real *hidden[2];           /* [widest + 1][TILE]: input and output of a layer, in turn */
    real *mf_tile, *half_tile; /* gathered, for lists of items */
    size_t count;              /* items of the tile */
};

static void prepare_queries(const struct neumf_scorer *scorer, const struct neumf_score_job *job,
                            struct work *work) {
    const struct neumf_network *network = scorer->network;
    size_t mf_dim = network->shape.mf_dim, d = network->shape.mlp_dim;
    for (size_t q = 0; q < job->query_count && mf_dim; q++)
        kernels()->multiply(work->scaled + q * mf_dim, job->queries[q].mf, network->output->weight,
                            mf_dim);
    for (size_t q = 0; q < job->query_count && d; q++)
        kernels()->gemm(&(struct kernel_gemm){.m = 1,
                                              .n = network->layers[0].out,
                                              .k = d,
                                              .a = job->queries[q].mlp,
                                              .a_row = d,
                                              .a_column = 1,
                                              .b = network->layers[0].weight->weight,
                                              .b_row = network->layers[0].out,
                                              .c = work->user_half + q * network->layers[0].out,
                                              .c_row = network->layers[0].out});
    for (size_t q = 0; q < job->query_count && network->shape.intent_in; q++)
        add_intent(network, job->queries[q].intent, work->user_half + q * network->layers[0].out);
}

static void fill(real *row, real value, size_t count) {
    for (size_t i = 0; i < count; i++)
        row[i] = value;
}

/* y[out][TILE] (+)= W^T x for x [in][TILE]. */
static void product(const real *weight, size_t in, size_t out, const real *x,
                    struct kernel_gemm form) {
    form.m = out;
    form.k = in;
    form.a = weight;
    form.a_row = 1;
    form.a_column = out;
    form.b = x;
    form.b_row = TILE;
    kernels()->gemm(&form);
}

/* The tower of one query over one tile; scores[count] (+)= output . h_L + bias. */
static void tower(const struct neumf_scorer *scorer, struct work *work, const real *user_half,
                  const real *half_tile, float *scores) {
    const struct neumf_network *network = scorer->network;
    real *x = work->hidden[0], *y = work->hidden[1];
    size_t width = network->layers[0].out;
    kernels()->add_relu(x, half_tile, user_half, width, work->count, TILE);
    for (size_t l = 1; l < network->shape.layer_count; l++) {
        const struct neumf_layer *layer = &network->layers[l];
        fill(x + layer->in * TILE, 1, work->count);
        product(scorer->weights[l], layer->in + 1, layer->out, x,
                (struct kernel_gemm){
                    .n = work->count, .c = y, .c_row = TILE, .activation = KERNEL_RELU});
        if (layer->skip)
            product(layer->skip->weight, layer->in, layer->out, x,
                    (struct kernel_gemm){.n = work->count, .c = y, .c_row = TILE, .accumulate = 1});
        else if (layer->adds_input)
            kernels()->axpy(y, 1, x, layer->out * TILE);
        real *free = x;
        x = y;
        y = free;
        width = layer->out;
    }
    fill(x + width * TILE, 1, work->count);
    product(
        scorer->output, width + 1, 1, x,
        (struct kernel_gemm){
            .n = work->count, .c = scores, .c_row = TILE, .accumulate = network->shape.mf_dim > 0});
}

/* The tiles of a list of items, gathered. */
static void gather_tile(const struct neumf_scorer *scorer, struct work *work,
                        const uint32_t *items) {
    const struct neumf_network *network = scorer->network;
    size_t mf_dim = network->shape.mf_dim, first = has_tower(network) ? network->layers[0].out : 0;
    for (size_t i = 0; i < work->count; i++) {
        const real *mf = mf_dim ? network->mf_item->weight + items[i] * mf_dim : NULL;
        const real *half = first ? scorer->half_rows + items[i] * first : NULL;
        for (size_t f = 0; f < mf_dim; f++)
            work->mf_tile[f * TILE + i] = mf[f];
        for (size_t f = 0; f < first; f++)
            work->half_tile[f * TILE + i] = half[f];
    }
}

static void score_tile(const struct neumf_scorer *scorer, const struct neumf_score_job *job,
                       struct work *work, size_t tile) {
    const struct neumf_network *network = scorer->network;
    size_t mf_dim = network->shape.mf_dim, begin = tile * TILE;
    size_t first = has_tower(network) ? network->layers[0].out : 0;
    work->count = job->item_count - begin < TILE ? job->item_count - begin : TILE;
    const real *mf_tile = work->mf_tile, *half_tile = work->half_tile;
    if (job->items) {
        gather_tile(scorer, work, job->items + begin);
    } else {
        mf_tile = scorer->mf_tiles + tile * mf_dim * TILE;
        half_tile = first ? scorer->half_tiles + tile * first * TILE : NULL;
    }
    float *scores = job->scores + begin;
    if (mf_dim)
        kernels()->gemm(&(struct kernel_gemm){.m = job->query_count,
                                              .n = work->count,
                                              .k = mf_dim,
                                              .a = work->scaled,
                                              .a_row = mf_dim,
                                              .a_column = 1,
                                              .b = mf_tile,
                                              .b_row = TILE,
                                              .c = scores,
                                              .c_row = job->item_count});
    for (size_t q = 0; q < job->query_count; q++) {
        float *row = scores + q * job->item_count;
        if (first)
            tower(scorer, work, work->user_half + q * first, half_tile, row);
        else
            for (size_t i = 0; i < work->count; i++)
                row[i] += scorer->output[0];
    }
}

/* One user against the items through the network of the training step: he becomes the only row of
 * the user tables, and the items his group. */
static void score_pairs(const struct neumf_scorer *scorer, const struct neumf_score_job *job,
                        size_t q) {
    struct neumf_network network = *scorer->network;
    struct parameter mf_user = {0}, mlp_user = *network.mlp_user;
    mlp_user.weight = (real *)(uintptr_t)job->queries[q].mlp; /* only read */
    network.mlp_user = &mlp_user;
    if (network.mf_user) {
        mf_user = *network.mf_user;
        mf_user.weight = (real *)(uintptr_t)job->queries[q].mf;
        network.mf_user = &mf_user;
    }
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct neumf_step step;
    neumf_step_init(&step, &network,
                    &(struct neumf_step_options){.group_max = 1, .negative_count = TILE - 1},
                    scratch);
    static const uint32_t user = 0;
    uint32_t items[TILE];
    for (size_t begin = 0; begin < job->item_count; begin += TILE) {
        size_t left = job->item_count - begin, count = left < TILE ? left : TILE;
        for (size_t i = 0; i < count; i++)
            items[i] = job->items ? job->items[begin + i] : (uint32_t)(begin + i);
        neumf_step_loss(&step, &(struct batch){.group_count = 1,
                                               .negative_count = count - 1,
                                               .users = &user,
                                               .items = items});
        for (size_t i = 0; i < count; i++)
            job->scores[q * job->item_count + begin + i] = (float)step.scores[i];
    }
    arena_reset(scratch, mark);
}

static struct work take_work(const struct neumf_scorer *scorer, const struct neumf_score_job *job,
                             struct arena *scratch) {
    const struct neumf_network *network = scorer->network;
    size_t mf_dim = network->shape.mf_dim, first = has_tower(network) ? network->layers[0].out : 0;
    size_t widest = 0;
    for (size_t l = 0; l < network->shape.layer_count; l++)
        widest = network->layers[l].out > widest ? network->layers[l].out : widest;
    return (struct work){
        .scaled = ARENA_ARRAY_RAW(scratch, real, job->query_count * mf_dim),
        .user_half = ARENA_ARRAY_RAW(scratch, real, job->query_count * first),
        .hidden = {ARENA_ARRAY(scratch, real, (widest + 1) * TILE),
                   ARENA_ARRAY(scratch, real, (widest + 1) * TILE)},
        .mf_tile = ARENA_ARRAY_RAW(scratch, real, job->items ? mf_dim * TILE : 0),
        .half_tile = ARENA_ARRAY_RAW(scratch, real, job->items ? first * TILE : 0),
    };
}

void neumf_score(const struct neumf_scorer *scorer, const struct neumf_score_job *job) {
    if (scorer->network->shape.heads) {
        for (size_t q = 0; q < job->query_count; q++)
            score_pairs(scorer, job, q);
        return;
    }
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct work work = take_work(scorer, job, scratch);
    prepare_queries(scorer, job, &work);
    for (size_t tile = 0; tile * TILE < job->item_count; tile++)
        score_tile(scorer, job, &work, tile);
    arena_reset(scratch, mark);
}

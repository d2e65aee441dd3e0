/* bipartite.c: see bipartite.h. */
#include "graph/bipartite.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "kernels/kernels.h"

#define SHARD_EDGES 16384 /* a row counts as ROW_EDGES edges more than it has */
#define ROW_EDGES 4
#define FEW_EDGES 256 /* picked out at a time */

/* ---- Building -------------------------------------------------------------------------------- */

static size_t row_length(const struct bipartite_side *side, size_t row) {
    return (size_t)(side->offsets[row + 1] - side->offsets[row]);
}

static void cut(struct bipartite_side *side, struct arena *arena) {
    size_t weight = 0;
    for (uint32_t row = 0; row < side->row_count; row++)
        weight += row_length(side, row) + ROW_EDGES;
    side->cuts = ARENA_ARRAY(arena, uint32_t, weight / SHARD_EDGES + 3);
    weight = 0;
    for (uint32_t row = 0; row < side->row_count; row++) {
        weight += row_length(side, row) + ROW_EDGES;
        if (weight >= SHARD_EDGES || row + 1 == side->row_count) {
            side->cuts[++side->shard_count] = row + 1;
            weight = 0;
        }
    }
}

/* What a node's edges weigh is 1 / sqrt of this for both ends. */
static double degree(const struct bipartite_side *side, size_t row, unsigned form) {
    if (form & BIPARTITE_PLAIN)
        return 1;
    return (double)row_length(side, row) + (form & BIPARTITE_LOOPS ? 1 : 0);
}

static void weigh(struct bipartite_side *side, const struct bipartite_side *other, unsigned form) {
    for (uint32_t row = 0; row < side->row_count; row++)
        for (uint64_t i = side->offsets[row]; i < side->offsets[row + 1]; i++)
            side->values[i] =
                (real)(1 / sqrt(degree(side, row, form) * degree(other, side->columns[i], form)));
}

static struct bipartite_side room_for(uint32_t row_count, size_t edge_count, struct arena *arena) {
    return (struct bipartite_side){
        .row_count = row_count,
        .offsets = ARENA_ARRAY(arena, uint64_t, (size_t)row_count + 1),
        .columns = ARENA_ARRAY_RAW(arena, uint32_t, edge_count),
        .values = ARENA_ARRAY_RAW(arena, real, edge_count),
    };
}

static void copy_pattern(struct bipartite_side *side, const struct csr *edges,
                         struct arena *arena) {
    *side = room_for(edges->row_count, csr_count(edges), arena);
    memcpy(side->offsets, edges->offsets, ((size_t)edges->row_count + 1) * sizeof(uint64_t));
    memcpy(side->columns, edges->columns, csr_count(edges) * sizeof(uint32_t));
    cut(side, arena);
}

void bipartite_init(struct bipartite *graph, const struct csr *edges, unsigned form,
                    struct arena *arena) {
    *graph = (struct bipartite){.user_count = edges->row_count, .item_count = edges->column_count};
    struct arena *scratch = arena_scratch();
    ASSERT(arena != scratch);
    struct arena_position mark = arena_mark(scratch);
    struct csr pattern = *edges;
    pattern.values = NULL;
    struct csr by_item = csr_transpose(&pattern, scratch);
    struct csr by_user = csr_transpose(&by_item, scratch); /* columns ascend now */
    copy_pattern(&graph->by_user, &by_user, arena);
    copy_pattern(&graph->by_item, &by_item, arena);
    arena_reset(scratch, mark);
    weigh(&graph->by_user, &graph->by_item, form);
    weigh(&graph->by_item, &graph->by_user, form);
    if (!(form & BIPARTITE_LOOPS))
        return;
    graph->loops = ARENA_ARRAY_RAW(arena, real, bipartite_nodes(graph));
    for (uint32_t user = 0; user < graph->user_count; user++)
        graph->loops[user] = (real)(1 / degree(&graph->by_user, user, form));
    for (uint32_t item = 0; item < graph->item_count; item++)
        graph->loops[graph->user_count + item] = (real)(1 / degree(&graph->by_item, item, form));
}

/* ---- Dropout --------------------------------------------------------------------------------- */

void bipartite_reserve(struct bipartite *part, const struct bipartite *whole, struct arena *arena) {
    *part = *whole;
    size_t edges = (size_t)whole->by_user.offsets[whole->user_count];
    struct bipartite_side *sides[] = {&part->by_user, &part->by_item};
    for (size_t i = 0; i < 2; i++) {
        struct bipartite_side shape = *sides[i];
        *sides[i] = room_for(shape.row_count, edges, arena);
        sides[i]->cuts = shape.cuts;
        sides[i]->shard_count = shape.shard_count;
    }
}

struct thinning {
    const struct bipartite_side *whole;
    struct bipartite_side *part;
    uint64_t key, limit; /* an edge stays whose number is below the limit */
    uint64_t row_step, column_step;
    real scale;
};

static bool stays(const struct thinning *job, uint64_t row, uint64_t column) {
    return rng_mix(job->key ^ (row * job->row_step + column * job->column_step)) < job->limit;
}

static void count_shard(void *context, size_t shard) {
    const struct thinning *job = context;
    for (uint32_t row = job->whole->cuts[shard]; row < job->whole->cuts[shard + 1]; row++) {
        uint64_t count = 0;
        for (uint64_t i = job->whole->offsets[row]; i < job->whole->offsets[row + 1]; i++)
            count += stays(job, row, job->whole->columns[i]);
        job->part->offsets[row + 1] = count;
    }
}

static void copy_shard(void *context, size_t shard) {
    const struct thinning *job = context;
    for (uint32_t row = job->whole->cuts[shard]; row < job->whole->cuts[shard + 1]; row++) {
        uint64_t to = job->part->offsets[row];
        for (uint64_t i = job->whole->offsets[row]; i < job->whole->offsets[row + 1]; i++)
            if (stays(job, row, job->whole->columns[i])) {
                job->part->columns[to] = job->whole->columns[i];
                job->part->values[to++] = job->scale * job->whole->values[i];
            }
    }
}

void bipartite_drop(struct bipartite *part, const struct bipartite *whole,
                    const struct bipartite_dropout *dropout) {
    ASSERT(dropout->rate >= 0 && dropout->rate < 1);
    struct thinning job = {
        .key = rng_mix(dropout->seed ^ rng_mix(dropout->stream)),
        .limit = (uint64_t)ldexp(1 - dropout->rate, 63) * 2 - 1,
        .scale = (real)(1 / (1 - dropout->rate)),
    };
    for (size_t i = 0; i < 2; i++) {
        job.whole = i == 0 ? &whole->by_user : &whole->by_item;
        job.part = i == 0 ? &part->by_user : &part->by_item;
        job.row_step = i == 0 ? whole->item_count : 1;
        job.column_step = i == 0 ? 1 : whole->item_count;
        parallel_for(job.whole->shard_count, count_shard, &job);
        for (uint32_t row = 0; row < job.whole->row_count; row++)
            job.part->offsets[row + 1] += job.part->offsets[row];
        parallel_for(job.whole->shard_count, copy_shard, &job);
    }
}

/* ---- Hiding ---------------------------------------------------------------------------------- */

/* The weight of an edge; NULL: there is none. */
static real *edge_at(const struct bipartite_side *side, uint32_t row, uint32_t column) {
    uint64_t low = side->offsets[row], high = side->offsets[row + 1];
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (side->columns[middle] < column)
            low = middle + 1;
        else
            high = middle;
    }
    return low < side->offsets[row + 1] && side->columns[low] == column ? side->values + low : NULL;
}

void bipartite_hide(struct bipartite *graph, const struct bipartite_hidden *edges) {
    for (size_t i = 0; i < edges->count; i++) {
        real *there = edge_at(&graph->by_user, edges->users[i], edges->items[i]);
        real *back = edge_at(&graph->by_item, edges->items[i], edges->users[i]);
        if (!there)
            continue;
        edges->weights[2 * i] = *there;
        edges->weights[2 * i + 1] = *back;
        *there = *back = 0;
    }
}

/* From the last to the first: an edge that is named twice weighed nothing the second time. */
void bipartite_show(struct bipartite *graph, const struct bipartite_hidden *edges) {
    for (size_t i = edges->count; i-- > 0;) {
        real *there = edge_at(&graph->by_user, edges->users[i], edges->items[i]);
        if (!there)
            continue;
        *there = edges->weights[2 * i];
        *edge_at(&graph->by_item, edges->items[i], edges->users[i]) = edges->weights[2 * i + 1];
    }
}

/* ---- Spreading ------------------------------------------------------------------------------- */

struct spreading {
    const struct bipartite *graph;
    const struct bipartite_spread *job;
    real scale; /* of the whole result */
};

/* A run of edges of one row. */
struct edges {
    const uint32_t *columns;
    const real *values;
    size_t count;
};

/* out += the edges' sum; `in` and `nonzero` are those of the other side. */
static void gather(const struct bipartite_spread *job, const struct edges *edges, const real *in,
                   const uint8_t *nonzero, real *out) {
    const struct kernel_table *table = kernels();
    size_t width = job->width;
    if (!nonzero) {
        table->gather_axpy(out, edges->values, in, width, width, edges->columns, edges->count);
        return;
    }
    uint32_t columns[FEW_EDGES];
    real values[FEW_EDGES];
    for (size_t begin = 0; begin < edges->count; begin += FEW_EDGES) {
        size_t end = begin + FEW_EDGES < edges->count ? begin + FEW_EDGES : edges->count, count = 0;
        for (size_t i = begin; i < end; i++) {
            columns[count] = edges->columns[i];
            values[count] = edges->values[i];
            count += nonzero[edges->columns[i]] != 0;
        }
        table->gather_axpy(out, values, in, width, width, columns, count);
    }
}

static void spread_shard(void *context, size_t shard) {
    const struct spreading *spreading = context;
    const struct bipartite *graph = spreading->graph;
    const struct bipartite_spread *job = spreading->job;
    const struct kernel_table *table = kernels();
    bool users = shard < graph->by_user.shard_count;
    const struct bipartite_side *side = users ? &graph->by_user : &graph->by_item;
    size_t width = job->width, cut_at = users ? shard : shard - graph->by_user.shard_count;
    size_t first = users ? 0 : graph->user_count, other = users ? graph->user_count : 0;
    const uint8_t *nonzero = job->nonzero ? job->nonzero + other : NULL;
    for (size_t row = side->cuts[cut_at]; row < side->cuts[cut_at + 1]; row++) {
        size_t at = (first + row) * width;
        real *out = job->out + at;
        if (job->wanted && !job->wanted[first + row])
            continue;
        if (!job->start)
            memset(out, 0, width * sizeof *out);
        else if (job->start != job->out)
            memcpy(out, job->start + at, width * sizeof *out);
        if (graph->loops)
            table->axpy(out, graph->loops[first + row], job->in + at, width);
        const struct edges edges = {side->columns + side->offsets[row],
                                    side->values + side->offsets[row], row_length(side, row)};
        gather(job, &edges, job->in + other * width, nonzero, out);
        if (spreading->scale != 1)
            table->scale(out, spreading->scale, width);
    }
}

static void spread(const struct bipartite *graph, const struct bipartite_spread *job, real scale) {
    ASSERT(job->out != job->in);
    struct spreading spreading = {graph, job, scale};
    parallel_for(graph->by_user.shard_count + graph->by_item.shard_count, spread_shard, &spreading);
}

void bipartite_spread(const struct bipartite *graph, const struct bipartite_spread *job) {
    spread(graph, job, 1);
}

void bipartite_layer_mean(const struct bipartite *graph, const struct bipartite_mean *job) {
    ASSERT(job->out != job->x && job->room != job->x);
    if (job->layers == 0) {
        memcpy(job->out, job->x, bipartite_nodes(graph) * job->width * sizeof *job->out);
        return;
    }
    const real *in = job->x;
    for (size_t layer = 1; layer <= job->layers; layer++) {
        /* The last one ends in out. */
        real *to = (job->layers - layer) % 2 == 0 ? job->out : job->room;
        bool last = layer == job->layers;
        spread(graph,
               &(struct bipartite_spread){.in = in,
                                          .start = job->x,
                                          .out = to,
                                          .width = job->width,
                                          .wanted = last ? job->wanted : NULL,
                                          .nonzero = layer == 1 ? job->nonzero : NULL},
               last ? (real)(1 / (double)(job->layers + 1)) : 1);
        in = to;
    }
}

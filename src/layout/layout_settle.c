/* layout_settle.c: points find their places. See layout.h.
 *
 * Idea     Points pull and push along the curve 1 / (1 + A d^2) of their distance d. In each
 *          turn every point moves by the weighted mean of its neighbours' pulls and by the pushes
 *          of PUSHES random others, all from where the points were before the turn; steps become
 *          shorter from turn to turn. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "layout/layout_internal.h"

/* UMAP's A for min_dist 0.1; its exponent, there 0.895, is 1 here: no power to work out. */
#define A 1.577f
#define PUSHES 8
#define PUSH_WEIGHT 0.25f
#define STEP_MOST 4.0f
#define SHARD 512

struct settle {
    const struct layout_graph *graph;
    const float *from;
    float *to;
    float rate;
    uint64_t turn;
};

static float limited(float step) { return fminf(fmaxf(step, -STEP_MOST), STEP_MOST); }

/* What the neighbours make of a point's place. */
static void add_pulls(const struct settle *job, size_t i, float step[2]) {
    const struct layout_graph *graph = job->graph;
    const float x = job->from[2 * i], y = job->from[2 * i + 1];
    float sum[2] = {0, 0}, weights = 0;
    for (uint64_t e = graph->offsets[i]; e < graph->offsets[i + 1]; e++) {
        const float *other = job->from + 2 * graph->columns[e];
        const float dx = x - other[0], dy = y - other[1], squared = dx * dx + dy * dy;
        const float weight = graph->weights[e];
        weights += weight;
        const float pull = -2 * A / (1 + A * squared) * weight;
        sum[0] += limited(pull * dx);
        sum[1] += limited(pull * dy);
    }
    if (weights > 0) {
        step[0] += sum[0] / weights;
        step[1] += sum[1] / weights;
    }
}

static void add_pushes(const struct settle *job, size_t i, struct rng *rng, float step[2]) {
    const float x = job->from[2 * i], y = job->from[2 * i + 1];
    for (int n = 0; n < PUSHES; n++) {
        const float *other = job->from + 2 * (size_t)rng_below(rng, (uint32_t)job->graph->count);
        const float dx = x - other[0], dy = y - other[1], squared = dx * dx + dy * dy;
        if (squared <= 0)
            continue;
        const float push = 2 / ((0.001f + squared) * (1 + A * squared));
        step[0] += PUSH_WEIGHT * limited(push * dx);
        step[1] += PUSH_WEIGHT * limited(push * dy);
    }
}

static void settle_shard(void *context, size_t shard) {
    const struct settle *job = context;
    const size_t begin = shard * SHARD;
    const size_t end = begin + SHARD < job->graph->count ? begin + SHARD : job->graph->count;
    struct rng rng;
    rng_init(&rng, job->turn, shard);
    for (size_t i = begin; i < end; i++) {
        float step[2] = {0, 0};
        add_pulls(job, i, step);
        add_pushes(job, i, &rng, step);
        job->to[2 * i] = job->from[2 * i] + job->rate * step[0];
        job->to[2 * i + 1] = job->from[2 * i + 1] + job->rate * step[1];
    }
}

void layout_settle(const struct layout_graph *graph, float *points, struct arena *arena) {
    float *next = ARENA_ARRAY_RAW(arena, float, 2 * graph->count);
    const uint64_t turns = graph->count > LAYOUT_EXACT_MOST ? LAYOUT_TURNS_OF_MANY : LAYOUT_TURNS;
    for (uint64_t turn = 0; turn < turns; turn++) {
        struct settle job = {graph, points, next, 1 - (float)turn / (float)turns, turn};
        parallel_for((graph->count + SHARD - 1) / SHARD, settle_shard, &job);
        memcpy(points, next, 2 * graph->count * sizeof *points);
    }
}

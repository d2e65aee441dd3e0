/* slim.c: SLIM, sparse linear weights of items on items under an elastic net.
 *
 * Idea     Each item's column of the history matrix X is rebuilt from the columns of other items by
 *          few weights, non-negative unless asked otherwise:
 *            min 1/2 |x_j - X w|^2 + l1 |w|_1 + l2/2 |w|^2,  w_j = 0,  w >= 0
 *          score = history row times W. Only the Gram matrix G = X^T X is needed: coordinate
 *          descent with c = G_j - G w (the correlations with what is left) moves one weight to
 *            w_i = S(c_i + G_ii w_i, l1) / (G_ii + l2),  S(z, l1) = sign(z) max(|z| - l1, 0)
 *          and takes (change) G_i off c.
 * Source   Ning & Karypis, "SLIM: Sparse Linear Methods for Top-N Recommender Systems", ICDM 2011,
 *          equation (4); covariance updates: Friedman, Hastie & Tibshirani, J. Stat. Software 2010,
 *          section 2.2. fsSLIM (their section 4.4) is neighbors > 0: only the k items of the
 *          largest cosine may have a weight.
 * State    weights in compressed rows by item of the history: offsets [items + 1] uint64, items
 *          [entries] uint32, weights [entries] float32; popularity [items] float32.
 * Cost     each item by itself, so all threads: a sweep visits the candidates and adds n numbers
 *          for each weight that moves; after the first, sweeps go over the weights above 0 until
 *          they rest, and over all to end. n x n floats for G (ml-1m: 55 MB).
 * Bare     A history is all that is asked for: known users and new ones are the same.
 * Traps    The weights depend on the order of coordinates only within `tolerance`.
 * Checked  tests/models/test_slim.c (scikit-learn's ElasticNet), conformance,
 *          config/recipes/ml-1m-ncf/slim.yaml. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "models/item_weights.h"
#include "sparse/csr.h"
#include "sparse/largest.h"
#include "sparse/spd.h"

#define SHARD_ITEMS 16

extern const struct model_ops model_slim;

struct slim {
    struct model base;
    double l1, l2, tolerance;
    size_t neighbors, max_sweeps;
    bool positive;
    struct item_weights weights;
};

static const struct setting_spec settings_table[] = {
    {"model.l1", SETTING_REAL, "5", 0, 1e9, NULL, "model.l1_reg",
     "lasso: higher for fewer weights; in interactions, not divided by the users"},
    {"model.l2", SETTING_REAL, "100", 0, 1e9, NULL, "model.l2_reg",
     "ridge: higher for smaller weights"},
    {"model.positive", SETTING_BOOL, "true", 0, 0, NULL, "model.positive_only|model.non_negative",
     "whether weights below 0 are ruled out"},
    {"model.neighbors", SETTING_INT, "0", 0, 100000, NULL, "model.k|model.topK",
     "only so many nearest items by cosine may have a weight; 0: all"},
    {"model.max_iter", SETTING_INT, "100", 1, 10000, NULL, "model.n_epochs",
     "most sweeps over the weights of an item"},
    {"model.tolerance", SETTING_REAL, "1e-5", 0, 1, NULL, "model.tol",
     "an item is done when no weight moves further in a sweep"},
    {"model.use_ratings", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "whether an item counts by its rating, or the same however it was rated"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    (void)error;
    struct slim *model = model_allocate(&model_slim, sizeof *model);
    model->l1 = settings_real(settings, "model.l1");
    model->l2 = settings_real(settings, "model.l2");
    model->positive = settings_bool(settings, "model.positive");
    model->neighbors = (size_t)settings_int(settings, "model.neighbors");
    model->max_sweeps = (size_t)settings_int(settings, "model.max_iter");
    model->tolerance = settings_real(settings, "model.tolerance");
    item_weights_init(&model->weights, settings_bool(settings, "model.use_ratings"));
    *out = &model->base;
    return STATUS_OK;
}

/* W by item of the history. */
/* ---- Fit ------------------------------------------------------------------------------------- */

struct weight {
    uint32_t item;
    float value;
};

struct fit_job {
    const struct slim *model;
    const float *gram; /* [n][n] */
    size_t n;
    struct weight **columns; /* [n] the weights of each item, in the shard's arena */
    size_t *counts;          /* [n] */
    struct arena *arenas;    /* [shards] */
    const struct fit_input *input;
};

/* What one item is worked out with. */
struct desk {
    float *rest;          /* [n] c */
    float *weights;       /* [n] w */
    uint32_t *candidates; /* [n] items that may have a weight, ascending */
    uint32_t *active;     /* [n] those that have one */
    size_t candidate_count, active_count;
};

/* Moves one weight; returns by how much. */
static float move(const struct fit_job *job, const struct desk *desk, uint32_t i) {
    const struct slim *model = job->model;
    const float *row = job->gram + i * job->n;
    const float old = desk->weights[i], l1 = (float)model->l1;
    const float z = desk->rest[i] + row[i] * old, below = row[i] + (float)model->l2;
    float now = z > l1 ? (z - l1) / below : 0;
    if (!model->positive && z < -l1)
        now = (z + l1) / below;
    if (now == old)
        return 0;
    desk->weights[i] = now;
    kernels()->axpy(desk->rest, old - now, row, job->n);
    return fabsf(now - old);
}

static float sweep(const struct fit_job *job, const struct desk *desk, const uint32_t *items,
                   size_t count) {
    float furthest = 0;
    for (size_t i = 0; i < count; i++)
        furthest = fmaxf(furthest, move(job, desk, items[i]));
    return furthest;
}

static void list_active(struct desk *desk) {
    desk->active_count = 0;
    for (size_t i = 0; i < desk->candidate_count; i++)
        if (desk->weights[desk->candidates[i]] != 0)
            desk->active[desk->active_count++] = desk->candidates[i];
}

/* Who may have a weight for item j: those it shares somebody with (no other weight can rise above
 * 0; below it, any can fall), or the nearest of them. */
static void list_candidates(const struct fit_job *job, struct desk *desk, uint32_t j) {
    const float *row = job->gram + j * job->n;
    const size_t keep = job->model->neighbors;
    const bool narrow = job->model->positive || keep > 0;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct entry *room = ARENA_ARRAY_RAW(scratch, struct entry, LARGEST_ROOM(keep));
    struct largest nearest = largest_begin(room, keep, 0);
    desk->candidate_count = 0;
    memset(desk->weights, 0, job->n * sizeof *desk->weights);
    for (uint32_t i = 0; i < job->n; i++) {
        if (i == j || (row[i] <= 0 && narrow))
            continue;
        if (keep == 0)
            desk->candidates[desk->candidate_count++] = i;
        else
            largest_offer(&nearest, i, row[i] / sqrtf(job->gram[i * job->n + i]));
    }
    if (keep > 0) {
        const size_t count = largest_end(&nearest);
        for (size_t i = 0; i < count; i++)
            desk->weights[room[i].index] = 1; /* for a moment: marks */
        for (uint32_t i = 0; i < job->n; i++)
            if (desk->weights[i] > 0)
                desk->candidates[desk->candidate_count++] = i;
        memset(desk->weights, 0, job->n * sizeof *desk->weights);
    }
    arena_reset(scratch, mark);
}

static void descend(const struct fit_job *job, struct desk *desk, uint32_t j) {
    const float tolerance = (float)job->model->tolerance;
    list_candidates(job, desk, j);
    memcpy(desk->rest, job->gram + j * job->n, job->n * sizeof *desk->rest);
    size_t sweeps = 0;
    while (sweeps++ < job->model->max_sweeps) {
        if (sweep(job, desk, desk->candidates, desk->candidate_count) <= tolerance)
            break;
        list_active(desk);
        while (sweeps < job->model->max_sweeps &&
               sweep(job, desk, desk->active, desk->active_count) > tolerance)
            sweeps++;
    }
    list_active(desk);
}

static void fit_shard(void *context, size_t shard) {
    struct fit_job *job = context;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct desk desk = {.rest = ARENA_ARRAY_RAW(scratch, float, job->n),
                        .weights = ARENA_ARRAY_RAW(scratch, float, job->n),
                        .candidates = ARENA_ARRAY_RAW(scratch, uint32_t, job->n),
                        .active = ARENA_ARRAY_RAW(scratch, uint32_t, job->n)};
    const size_t end = (shard + 1) * SHARD_ITEMS;
    for (size_t j = shard * SHARD_ITEMS; j < job->n && j < end; j++) {
        if (job->input->cancel && atomic_load(job->input->cancel))
            break;
        descend(job, &desk, (uint32_t)j);
        struct weight *column =
            ARENA_ARRAY_RAW(&job->arenas[shard], struct weight, desk.active_count);
        for (size_t i = 0; i < desk.active_count; i++)
            column[i] = (struct weight){desk.active[i], desk.weights[desk.active[i]]};
        job->columns[j] = column;
        job->counts[j] = desk.active_count;
    }
    arena_reset(scratch, mark);
}

/* The columns as the model's tensors, turned into rows by item of the history. */
static void collect(struct slim *model, const struct fit_job *job, struct arena *scratch) {
    uint64_t *offsets = ARENA_ARRAY(scratch, uint64_t, job->n + 1);
    for (size_t j = 0; j < job->n; j++)
        offsets[j + 1] = offsets[j] + job->counts[j];
    const size_t count = (size_t)offsets[job->n];
    uint32_t *items = ARENA_ARRAY_RAW(scratch, uint32_t, count);
    float *values = ARENA_ARRAY_RAW(scratch, float, count);
    for (size_t j = 0; j < job->n; j++)
        for (size_t i = 0; i < job->counts[j]; i++) {
            items[offsets[j] + i] = job->columns[j][i].item;
            values[offsets[j] + i] = job->columns[j][i].value;
        }
    const uint32_t n = (uint32_t)job->n;
    const struct csr columns = {n, n, offsets, items, values};
    item_weights_take(&model->weights, &columns, job->input->train, &model->base.arena);
}

static enum status fit_weights(struct slim *model, const struct fit_input *input,
                               struct arena *scratch, struct error *error) {
    const struct interactions *train = input->train;
    const struct csr by_user = {train->user_count, train->item_count, train->offsets, train->items,
                                model->weights.use_ratings ? train->ratings : NULL};
    const struct csr by_item = csr_transpose(&by_user, scratch);
    const size_t n = train->item_count, shards = (n + SHARD_ITEMS - 1) / SHARD_ITEMS;
    float *gram = ARENA_ARRAY_RAW(scratch, float, n *n);
    csr_gram(gram, &by_user, &by_item);
    spd_mirror(gram, n);
    struct fit_job job = {.model = model,
                          .gram = gram,
                          .n = n,
                          .columns = ARENA_ARRAY(scratch, struct weight *, n),
                          .counts = ARENA_ARRAY(scratch, size_t, n),
                          .arenas = ARENA_ARRAY(scratch, struct arena, shards),
                          .input = input};
    parallel_for(shards, fit_shard, &job);
    const bool stopped = input->cancel && atomic_load(input->cancel);
    if (!stopped)
        collect(model, &job, scratch);
    for (size_t s = 0; s < shards; s++)
        arena_release(&job.arenas[s]);
    return stopped ? error_set(error, STATUS_CANCELLED, "stopped; nothing was kept") : STATUS_OK;
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct slim *model = (struct slim *)base;
    const struct interactions *train = input->train;
    model_describe(base, train);
    TRY(model_expect_memory(
        (size_t)train->item_count * train->item_count * sizeof(float), "the matrix of slim",
        "use fewer items (data.min_item_interactions), or another model", error));
    struct arena scratch = {0};
    const enum status status = fit_weights(model, input, &scratch, error);
    arena_release(&scratch);
    if (status != STATUS_OK)
        return status;
    return STATUS_OK;
}

/* ---- Score ----------------------------------------------------------------------------------- */

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    item_weights_score(&((const struct slim *)base)->weights, queries, query_count, items,
                       item_count, scores);
}

static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    item_weights_explain(&((const struct slim *)base)->weights, query, item, shares);
}

static size_t tensors(struct model *base, struct tensor **list) {
    return item_weights_tensors(&((struct slim *)base)->weights, list);
}

static enum status attach(struct model *base, struct error *error) {
    return item_weights_attach(&((const struct slim *)base)->weights, base, error);
}

/* As for ease: many rows an item allow more of the ridge. */
static void suggest(struct settings *settings, const struct interactions *train) {
    const bool many = train->count >= (size_t)train->item_count * 100;
    settings_default(settings, "model.l2", many ? "500" : "100");
}

const struct model_ops model_slim = {
    .name = "slim",
    .family = "linear",
    .summary = "sparse linear weights of items on items under an elastic net",
    .source = "Ning & Karypis, ICDM 2011",
    .settings = settings_table,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .suggest = suggest,
};

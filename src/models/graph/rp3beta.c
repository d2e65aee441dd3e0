/* rp3beta.c: three steps of a random walk over the graph of users and items.
 *
 * Idea     From a person to an item of the history, to somebody who has it too, to an item of
 *          theirs. The walk ends at popular items more often than taste explains: what arrives is
 *          divided by the item's popularity to the power beta.
 *            w_ij = sum over users u of i and j of (1 / n_i)^alpha (1 / n_u)^alpha  /  n_j^beta
 *          score(j) = sum over the items i of the history of w_ij, for the k heaviest ways into j.
 * Source   Paudel, Christoffel, Newell & Bernstein, "Updatable, Accurate, Diverse, and Scalable
 *          Recommendations for Interactive Applications", TiiS 2017, section 3.3 (RP3beta); alpha
 *          of P3alpha: Cooper et al., WWW 2014. The first step is the same for all items of a
 *          history and left out.
 * State    walks in compressed rows by item of the history: offsets [items + 1] uint64, items
 *          [entries] uint32, weights [entries] float32; popularity [items] float32.
 * Cost     fit: the sum of the squared history lengths. score: k additions for each item of the
 *          history.
 * Bare     A history is all that is asked for: known users and new ones are the same.
 * Differs  The k ways kept are those into an item, as in item_knn, not those out of one: on a
 *          validation part of ml-1m-ncf NDCG@10 .414 against .395.
 * Traps    Equal weights at the cut go to the lower index.
 * Checked  tests/models/test_rp3beta.c (numpy), conformance, config/recipes/ml-1m-ncf/rp3beta.yaml.
 */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "models/item_weights.h"
#include "sparse/csr.h"
#include "sparse/largest.h"

#define SHARD_ITEMS 64

extern const struct model_ops model_rp3beta;

struct rp3beta {
    struct model base;
    double alpha, beta;
    size_t k;
    bool normalize;
    struct item_weights weights;
};

static const struct setting_spec settings_table[] = {
    {"model.alpha", SETTING_REAL, "0.6", 0, 4, NULL, NULL,
     "power of the steps' probabilities; below 1 popular steps count for more"},
    {"model.beta", SETTING_REAL, "0.6", 0, 4, NULL, NULL,
     "power of the popularity that an item's weights are divided by"},
    {"model.k", SETTING_INT, "100", 1, 100000, NULL, "model.topK",
     "walks into an item that count, the heaviest"},
    {"model.normalize", SETTING_BOOL, "false", 0, 0, NULL, "model.normalize_similarity",
     "whether the weights into an item sum to 1"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    (void)error;
    struct rp3beta *model = model_allocate(&model_rp3beta, sizeof *model);
    model->alpha = settings_real(settings, "model.alpha");
    model->beta = settings_real(settings, "model.beta");
    model->k = (size_t)settings_int(settings, "model.k");
    model->normalize = settings_bool(settings, "model.normalize");
    item_weights_init(&model->weights, false);
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Fit ------------------------------------------------------------------------------------- */

struct fit_job {
    const struct rp3beta *model;
    struct csr by_user, by_item;
    float *user_steps, *item_steps, *ends; /* n_u^-alpha, n_i^-alpha, n_j^-beta */
    size_t keep;
    struct entry *ways; /* [items][keep] */
    size_t *counts;     /* [items] */
};

static int by_index(const void *a, const void *b) {
    const uint32_t x = ((const struct entry *)a)->index, y = ((const struct entry *)b)->index;
    return x < y ? -1 : x > y;
}

/* The k heaviest ways into item i, ascending by where they come from. The sums over users are the
 * same in both directions. */
static void walk_into(const struct fit_job *job, uint32_t i, float *sums, struct entry *room) {
    const uint32_t n = job->by_item.row_count;
    memset(sums, 0, n * sizeof *sums);
    const struct csr_row users = csr_row(&job->by_item, i);
    for (size_t u = 0; u < users.count; u++) {
        const struct csr_row row = csr_row(&job->by_user, users.columns[u]);
        kernels()->scatter_axpy(sums, job->user_steps[users.columns[u]], row.columns, NULL,
                                row.count);
    }
    sums[i] = 0;
    struct largest heaviest = largest_begin(room, job->keep, 0);
    for (uint32_t j = 0; j < n; j++)
        largest_offer(&heaviest, j, sums[j] * job->item_steps[j] * job->ends[i]);
    const size_t count = largest_end(&heaviest);
    qsort(room, count, sizeof *room, by_index);
    double total = 0;
    for (size_t w = 0; w < count; w++)
        total += (double)room[w].value;
    for (size_t w = 0; job->model->normalize && w < count; w++)
        room[w].value = (float)((double)room[w].value / total);
    memcpy(job->ways + i * job->keep, room, count * sizeof *room);
    job->counts[i] = count;
}

static void walk_shard(void *context, size_t shard) {
    const struct fit_job *job = context;
    const size_t n = job->by_item.row_count, end = (shard + 1) * SHARD_ITEMS;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *sums = ARENA_ARRAY_RAW(scratch, float, n);
    struct entry *room = ARENA_ARRAY_RAW(scratch, struct entry, LARGEST_ROOM(job->keep));
    for (size_t i = shard * SHARD_ITEMS; i < n && i < end; i++)
        walk_into(job, (uint32_t)i, sums, room);
    arena_reset(scratch, mark);
}

/* The ways into each item side by side, in rows by item that they lead into. */
static struct csr collect(const struct fit_job *job, struct arena *scratch) {
    const uint32_t n = job->by_item.row_count;
    uint64_t *offsets = ARENA_ARRAY(scratch, uint64_t, (size_t)n + 1);
    for (uint32_t i = 0; i < n; i++)
        offsets[i + 1] = offsets[i] + job->counts[i];
    const size_t count = (size_t)offsets[n];
    uint32_t *items = ARENA_ARRAY_RAW(scratch, uint32_t, count);
    float *values = ARENA_ARRAY_RAW(scratch, float, count);
    for (uint32_t i = 0; i < n; i++)
        for (size_t w = 0; w < job->counts[i]; w++) {
            items[offsets[i] + w] = job->ways[i * job->keep + w].index;
            values[offsets[i] + w] = job->ways[i * job->keep + w].value;
        }
    return (struct csr){n, n, offsets, items, values};
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct rp3beta *model = (struct rp3beta *)base;
    const struct interactions *train = input->train;
    model_describe(base, train);
    const size_t n = train->item_count, keep = model->k < n ? model->k : n;
    TRY(model_expect_memory(2 * n * keep * sizeof(struct entry), "rp3beta with this model.k",
                            "lower model.k, or use fewer items (data.min_item_interactions)",
                            error));
    struct arena scratch = {0};
    const size_t bytes = n * keep * sizeof(struct entry);
    struct fit_job job = {
        .model = model,
        .by_user = {train->user_count, train->item_count, train->offsets, train->items, NULL},
        .keep = keep,
        .ways = alloc_reserve(bytes),
        .counts = ARENA_ARRAY(&scratch, size_t, n)};
    job.by_item = csr_transpose(&job.by_user, &scratch);
    job.user_steps = csr_length_powers(&job.by_user, model->alpha, &scratch);
    job.item_steps = csr_length_powers(&job.by_item, model->alpha, &scratch);
    job.ends = csr_length_powers(&job.by_item, model->beta, &scratch);
    parallel_for((n + SHARD_ITEMS - 1) / SHARD_ITEMS, walk_shard, &job);
    const struct csr into = collect(&job, &scratch);
    alloc_unreserve(job.ways, bytes); /* before as much again is taken */
    item_weights_take(&model->weights, &into, train, &model->base.arena);
    arena_release(&scratch);
    return STATUS_OK;
}

/* ---- Score ----------------------------------------------------------------------------------- */

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    item_weights_score(&((const struct rp3beta *)base)->weights, queries, query_count, items,
                       item_count, scores);
}

static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    item_weights_explain(&((const struct rp3beta *)base)->weights, query, item, shares);
}

static size_t tensors(struct model *base, struct tensor **list) {
    return item_weights_tensors(&((struct rp3beta *)base)->weights, list);
}

static enum status attach(struct model *base, struct error *error) {
    return item_weights_attach(&((const struct rp3beta *)base)->weights, base, error);
}

/* The table's defaults are for many rows an item (ml-1m-ncf: 267). Sparse data (gowalla: 20) want
 * longer lists and less taken off what is popular. */
static void suggest(struct settings *settings, const struct interactions *train) {
    if (train->count >= (size_t)train->item_count * 100)
        return;
    settings_default(settings, "model.beta", "0.3");
    settings_default(settings, "model.k", "300");
}

const struct model_ops model_rp3beta = {
    .name = "rp3beta",
    .family = "graph",
    .summary = "three steps of a random walk, less popularity",
    .source = "Paudel et al., TiiS 2017",
    .settings = settings_table,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .suggest = suggest,
};

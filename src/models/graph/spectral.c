/* spectral.c: graph filters: what a history looks like after it has been smoothed over the graph of
 * users and items. Nothing is trained.
 *
 * Idea     R~ = D_U^-a R D_I^-b is the graph, P = R~^T R~ says which items share users. A history r
 *          is a signal on the items. Two filters are added up: P itself (what the nearest
 *          neighbours have), and a low pass of its spectrum (what whole groups have):
 *            score = r (P + D_I^-(1-o) V g(L) V^T D_I^o),   P ~ V L V^T
 *          with V the leading singular vectors of R~ and g = alpha on all of them (the ideal low
 *          pass; o = 1/2 in the papers), or falling from alpha to 0 at the last one (softness p >
 * 0): g(l) = l_first alpha ((l - l_last) / (l_first - l_last))^p
 *                   - sharpening l^2 / l_first
 *          The last term is the step of sharpening: what two blurs have made of r is taken away.
 * Source   Shen et al., "How Powerful is Graph Convolution for Recommendation?", CIKM 2021, section
 *          4 (GF-CF: p = 0, sharpening 0); Choi et al., "Blurring-Sharpening Process Models for
 *          Collaborative Filtering", SIGIR 2023, equations (6) to (9): one Euler step each. P^2 is
 *          taken on the leading vectors only, where nearly all of it lies.
 * State    who has which item: offsets [items + 1] uint64, users [entries] uint32; factors
 *          [items][k] = V D_I^o; filter [k] = g; popularity [items]. float32.
 * Cost     fit: sparse/svd.h. score: for a history the entries of all users that it meets, and
 *          2 k items. Memory 8 k items bytes; the matrix items x items never exists.
 * Bare     A history is all that the filters ask for: known users and new ones are the same.
 * Traps    With p = 0 equal singular values at the cut are told apart by rounding; p > 0 has none
 *          of that. An item without users has no weight.
 * Checked  tests/models/test_spectral.c (numpy), conformance, config/recipes/gowalla/spectral.yaml.
 */
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"
#include "models/baseline/item_share.h"
#include "models/dot_items.h"
#include "models/model.h"
#include "sparse/csr.h"
#include "sparse/svd.h"

#define QUERY_BLOCK 64
#define ITEM_BLOCK 64

extern const struct model_ops model_spectral;

struct spectral {
    struct model base;
    size_t components;
    double user_power, item_power, low_pass_power, alpha, softness, sharpening;
    struct tensor offsets, users, factors, filter, popularity;
    /* Derived. */
    struct csr by_item, by_user; /* who has what; no values */
    float *user_weights;         /* [users] count^-2a */
    float *item_weights;         /* [items] count^-b: into and out of P */
    float *entry_weights;        /* [items] 1 / count: from a history into the low pass */
    struct dot_items dot;
};

static const struct setting_spec settings_table[] = {
    {"model.n_components", SETTING_INT, "512", 0, 4096, NULL, "model.k|model.n_factors",
     "singular vectors of the low pass; 0: the neighbours alone"},
    {"model.alpha", SETTING_REAL, "0.3", 0, 1000, NULL, "model.idl_beta",
     "weight of the low pass beside the neighbours"},
    {"model.softness", SETTING_REAL, "0", 0, 8, NULL, NULL,
     "how the low pass falls towards its last vector; 0: it does not, and ends there"},
    {"model.sharpening", SETTING_REAL, "0", 0, 1000, NULL, NULL,
     "how much of what is blurred twice is taken away again"},
    {"model.user_power", SETTING_REAL, "0.5", 0, 2, NULL, NULL,
     "users' rows are divided by their length to this power"},
    {"model.item_power", SETTING_REAL, "0.5", 0, 2, NULL, NULL,
     "items' columns are divided by their length to this power"},
    {"model.low_pass_power", SETTING_REAL, "0.5", 0, 1, NULL, NULL,
     "power of an item's count in what the low pass says of it; an entry of a history has 1 less"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    (void)error;
    struct spectral *model = model_allocate(&model_spectral, sizeof *model);
    model->components = (size_t)settings_int(settings, "model.n_components");
    model->alpha = settings_real(settings, "model.alpha");
    model->softness = settings_real(settings, "model.softness");
    model->sharpening = settings_real(settings, "model.sharpening");
    model->user_power = settings_real(settings, "model.user_power");
    model->item_power = settings_real(settings, "model.item_power");
    model->low_pass_power = settings_real(settings, "model.low_pass_power");
    model->offsets.name = "offsets";
    model->users.name = "users";
    model->factors.name = "factors";
    model->filter.name = "filter";
    model->popularity.name = "popularity";
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Fit ------------------------------------------------------------------------------------- */

/* What follows from who has what; dot is the caller's. */
static void derive(struct spectral *model) {
    struct arena *arena = &model->base.arena;
    model->by_item = (struct csr){model->base.item_count, model->base.user_count,
                                  model->offsets.data, model->users.data, NULL};
    model->by_user = csr_transpose(&model->by_item, arena);
    model->user_weights = csr_length_powers(&model->by_user, 2 * model->user_power, arena);
    model->item_weights = csr_length_powers(&model->by_item, model->item_power, arena);
    model->entry_weights = csr_length_powers(&model->by_item, 1, arena);
}

/* g of each vector. */
static void fill_filter(const struct spectral *model, const struct svd *svd) {
    float *filter = tensor_floats(&model->filter);
    if (svd->count == 0)
        return;
    const double first = pow((double)svd->values[0], 2);
    const double last = pow((double)svd->values[svd->count - 1], 2);
    for (size_t c = 0; c < svd->count; c++) {
        const double l = pow((double)svd->values[c], 2);
        double height = 1;
        if (model->softness > 0)
            height = first > last ? pow((l - last) / (first - last), model->softness) : 0;
        filter[c] = (float)(model->alpha * first * height - model->sharpening * l * l / first);
    }
}

static void fill_factors(const struct spectral *model, const struct svd *svd) {
    float *factors = tensor_floats(&model->factors);
    for (uint32_t i = 0; i < model->base.item_count; i++) {
        const double users = (double)csr_row(&model->by_item, i).count;
        const float power = (float)pow(users, model->low_pass_power);
        for (size_t c = 0; c < svd->count; c++)
            factors[i * svd->count + c] = svd->right[i * svd->count + c] * power;
    }
}

static enum status fit_low_pass(struct spectral *model, struct error *error) {
    struct arena scratch = {0};
    struct csr graph = model->by_user;
    const size_t fewer =
        graph.row_count < graph.column_count ? graph.row_count : graph.column_count;
    const size_t components = model->components < fewer ? model->components : fewer;
    TRY(model_expect_memory(svd_bytes(&graph, components, SVD_RIGHT) +
                                2 * components * graph.column_count * sizeof(float),
                            "the spectrum of these data", "lower model.n_components", error));
    const float *users = csr_length_powers(&graph, model->user_power, &scratch);
    graph.values = csr_weighted(&graph, users, model->item_weights, &scratch);
    const struct csr turned = csr_transpose(&graph, &scratch);
    const struct svd svd = svd_truncated(&graph, &turned, components, SVD_RIGHT, &scratch);
    struct arena *arena = &model->base.arena;
    tensor_make(&model->factors, TENSOR_F32, model->base.item_count, svd.count, arena);
    tensor_make(&model->filter, TENSOR_F32, svd.count, 0, arena);
    fill_factors(model, &svd);
    fill_filter(model, &svd);
    arena_release(&scratch);
    return STATUS_OK;
}

static void prepare_dot(struct spectral *model) {
    dot_items_init(&model->dot, tensor_floats(&model->factors), model->base.item_count,
                   tensor_count(&model->filter), NULL, &model->base.arena);
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct spectral *model = (struct spectral *)base;
    const struct interactions *train = input->train;
    model_describe(base, train);
    const struct csr by_user = {train->user_count, train->item_count, train->offsets, train->items,
                                NULL};
    struct arena scratch = {0};
    const struct csr by_item = csr_transpose(&by_user, &scratch);
    tensor_make_copy(&model->offsets, TENSOR_U64, (size_t)train->item_count + 1, by_item.offsets,
                     &base->arena);
    tensor_make_copy(&model->users, TENSOR_U32, train->count, by_item.columns, &base->arena);
    arena_release(&scratch);
    tensor_make(&model->popularity, TENSOR_F32, train->item_count, 0, &base->arena);
    item_share_fill(tensor_floats(&model->popularity), train);
    derive(model);
    if (model->components > 0) {
        TRY(fit_low_pass(model, error));
        prepare_dot(model);
    }
    return STATUS_OK;
}

/* ---- Score ----------------------------------------------------------------------------------- */

/* [k]: the history's part along each singular vector, times the filter. */
static void pass_low(const struct spectral *model, const struct history *history, float *vector) {
    const size_t k = model->dot.dimension;
    memset(vector, 0, k * sizeof *vector);
    for (size_t h = 0; h < history->count; h++)
        kernels()->axpy(vector, model->entry_weights[history->items[h]],
                        model->dot.vectors + history->items[h] * k, k);
    kernels()->multiply(vector, vector, tensor_floats(&model->filter), k);
}

/* users[users] with steps of `stride` += D_U^-2a R D_I^-b r. Whether anybody is met. */
static bool meet_users(const struct spectral *model, const struct history *history, float *users,
                       size_t stride) {
    bool met = false;
    for (size_t h = 0; h < history->count; h++) {
        const struct csr_row row = csr_row(&model->by_item, history->items[h]);
        const float weight = model->item_weights[history->items[h]];
        for (size_t u = 0; u < row.count; u++)
            users[row.columns[u] * stride] += weight * model->user_weights[row.columns[u]];
        met |= row.count > 0;
    }
    return met;
}

/* scores[count][items] += P times what `users` [users][count] met: items' rows by the dozen, so
 * that the queries fill the lanes. */
static void add_neighbours(const struct spectral *model, const float *users, size_t count,
                           float *scores) {
    struct csr_row rows[ITEM_BLOCK];
    float sums[ITEM_BLOCK * QUERY_BLOCK];
    const uint32_t items = model->base.item_count;
    for (uint32_t from = 0; from < items; from += ITEM_BLOCK) {
        const uint32_t width = items - from < ITEM_BLOCK ? items - from : ITEM_BLOCK;
        for (uint32_t i = 0; i < width; i++)
            rows[i] = csr_row(&model->by_item, from + i);
        csr_multiply(sums, rows, width, users, count);
        for (size_t q = 0; q < count; q++)
            for (uint32_t i = 0; i < width; i++)
                scores[q * items + from + i] += sums[i * count + q] * model->item_weights[from + i];
    }
}

/* The same for the listed items of one query: each asks its own users. */
static void add_listed(const struct spectral *model, const float *users, size_t stride,
                       const struct dot_items_job *job, float *scores) {
    for (size_t i = 0; i < job->item_count; i++) {
        const struct csr_row row = csr_row(&model->by_item, job->items[i]);
        float sum = 0;
        for (size_t u = 0; u < row.count; u++)
            sum += users[row.columns[u] * stride];
        scores[i] += sum * model->item_weights[job->items[i]];
    }
}

/* The low pass of all queries at once. */
static void score_low_pass(const struct spectral *model, const struct query *queries,
                           struct dot_items_job *job) {
    const size_t k = model->dot.dimension;
    if (k == 0) {
        memset(job->scores, 0, job->query_count * job->item_count * sizeof *job->scores);
        return;
    }
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *vectors = ARENA_ARRAY_RAW(scratch, float, job->query_count *k);
    for (size_t q = 0; q < job->query_count; q++)
        pass_low(model, &queries[q].history, vectors + q * k);
    job->queries = vectors;
    dot_items_score(&model->dot, job);
    arena_reset(scratch, mark);
}

/* At most QUERY_BLOCK queries; users[user_count * query_count] is scratch. */
static void score_block(const struct spectral *model, const struct query *queries,
                        struct dot_items_job *job, float *users) {
    const size_t count = job->query_count, width = job->item_count;
    bool met[QUERY_BLOCK];
    score_low_pass(model, queries, job);
    memset(users, 0, count * model->base.user_count * sizeof *users);
    for (size_t q = 0; q < count; q++)
        met[q] = meet_users(model, &queries[q].history, users + q, count);
    if (!job->items)
        add_neighbours(model, users, count, job->scores);
    for (size_t q = 0; q < count; q++)
        if (!met[q])
            item_share_scores(job->scores + q * width, tensor_floats(&model->popularity),
                              job->items, width);
        else if (job->items)
            add_listed(model, users + q, count, job, job->scores + q * width);
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct spectral *model = (const struct spectral *)base;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t block = query_count < QUERY_BLOCK ? query_count : QUERY_BLOCK;
    float *users = ARENA_ARRAY_RAW(scratch, float, block * base->user_count);
    for (size_t from = 0; from < query_count; from += block) {
        const size_t count = query_count - from < block ? query_count - from : block;
        struct dot_items_job job = {NULL, count, items, item_count, scores + from * item_count};
        score_block(model, queries + from, &job, users);
    }
    arena_reset(scratch, mark);
}

/* Exact: both filters are linear in the history; the shares sum to the score unless that is
 * popularity. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct spectral *model = (const struct spectral *)base;
    const size_t k = model->dot.dimension;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *users = ARENA_ARRAY(scratch, float, base->user_count);
    float *vector = ARENA_ARRAY_RAW(scratch, float, k);
    const struct csr_row own = csr_row(&model->by_item, item);
    for (size_t u = 0; u < own.count; u++)
        users[own.columns[u]] = model->user_weights[own.columns[u]] * model->item_weights[item];
    if (k > 0)
        kernels()->multiply(vector, model->dot.vectors + item * k, tensor_floats(&model->filter),
                            k);
    for (size_t h = 0; h < query->history.count; h++) {
        const uint32_t from = query->history.items[h];
        const struct csr_row row = csr_row(&model->by_item, from);
        float sum = 0;
        for (size_t u = 0; u < row.count; u++)
            sum += users[row.columns[u]];
        shares[h] = sum * model->item_weights[from];
        if (k > 0)
            shares[h] += model->entry_weights[from] *
                         kernels()->dot(vector, model->dot.vectors + from * k, k);
    }
    arena_reset(scratch, mark);
}

static size_t tensors(struct model *base, struct tensor **list) {
    struct spectral *model = (struct spectral *)base;
    list[0] = &model->offsets;
    list[1] = &model->users;
    list[2] = &model->factors;
    list[3] = &model->filter;
    list[4] = &model->popularity;
    return 5;
}

static enum status attach(struct model *base, struct error *error) {
    struct spectral *model = (struct spectral *)base;
    const size_t entries = tensor_count(&model->users), k = tensor_count(&model->filter);
    TRY(model_expect(&model->offsets, TENSOR_U64, (size_t)base->item_count + 1, 0, error));
    TRY(model_expect(&model->users, TENSOR_U32, entries, 0, error));
    TRY(model_expect(&model->popularity, TENSOR_F32, base->item_count, 0, error));
    const struct csr by_item = {base->item_count, base->user_count, model->offsets.data,
                                model->users.data, NULL};
    if (!csr_is_valid(&by_item, entries))
        return error_set(error, STATUS_BAD_INPUT,
                         "spectral: the lists of users are damaged; train the model again");
    derive(model);
    if (model->components == 0)
        return STATUS_OK;
    TRY(model_expect(&model->filter, TENSOR_F32, k, 0, error));
    TRY(model_expect(&model->factors, TENSOR_F32, base->item_count, k, error));
    prepare_dot(model);
    return STATUS_OK;
}

/* The table's defaults are the papers', for sparse data (gowalla: 20 rows an item). Where items
 * have many rows (ml-1m-ncf: 267), fewer groups say more. */
static void suggest(struct settings *settings, const struct interactions *train) {
    if (train->count < (size_t)train->item_count * 100)
        return;
    settings_default(settings, "model.n_components", "256");
    settings_default(settings, "model.alpha", "0.6");
    settings_default(settings, "model.sharpening", "0.3");
    settings_default(settings, "model.user_power", "0.3");
}

const struct model_ops model_spectral = {
    .name = "spectral",
    .aliases = "gf_cf|bspm",
    .family = "graph",
    .summary = "graph filters: neighbours and a low pass of the spectrum, nothing is trained",
    .source = "Shen et al., CIKM 2021; Choi et al., SIGIR 2023",
    .settings = settings_table,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .suggest = suggest,
};

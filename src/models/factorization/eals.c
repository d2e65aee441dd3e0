/* eals.c: element-wise alternating least squares with missing data weighted by popularity; learns
 * new interactions as they come.
 *
 * Idea     A pair that was not seen counts as a 0 with weight c_i: what everybody knows and
 *          somebody has not taken is more likely not wanted.
 *              min sum over seen (1 - s)^2 + sum over unseen c_i s^2 + reg (|P|^2 + |Q|^2)
 *              c_i = c0 f_i^a / sum over j of f_j^a,   f_i = item i's share of the rows
 *          One coordinate at a time; all pairs enter through the caches S^q = sum c_i q_i q_i^T
 *          and S^p = P^T P.
 * Source   He, Zhang, Kan, Chua, "Fast Matrix Factorization for Online Recommendation with
 *          Implicit Feedback", SIGIR 2016, equations 7, 8, 12, 13, algorithm 1; the update:
 *          section 4.4.
 * Queries  A known user is the vector of the fit. A bare history starts at 0 and is swept
 *          FOLD_SWEEPS times as a user is in the fit. Nothing known: the popular items.
 * Update   For each new pair, users in turn and each one's oldest first, the user's vector, then
 *          the item's: online_sweeps over all their rows with weight model.online_weight on the
 *          new pair, of which later pairs count 1; the c_i stay. Somebody new starts at 0; an item
 *          that is new at FOLD_SWEEPS over those of its users whom the fit knew, with the c_i of
 *          its share of the users on the fit's scale.
 * State    user_vectors [users][d], item_vectors [items][d], confidence [items], cache [d][d] =
 *          S^q, popularity [items].
 * Cost     an iteration: 10 rows d + (users + items) d^2. An update: copies of the state, S^p, the
 *          rows by item, and for each new pair d (rows of the user and of the item) + d^2.
 * Traps    A row depends on the other side and on itself: threads change nothing.
 * Checked  tests/models/test_eals.c, conformance; numpy beside it: tools/reference/eals.py,
 *          config/recipes/ml-1m-ncf/eals.yaml. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "kernels/kernels.h"
#include "models/baseline/item_share.h"
#include "models/dot_items.h"
#include "models/factorization/eals_row.h"
#include "models/factorization/factor_gram.h"
#include "models/model.h"
#include "models/shares.h"
#include "models/update_rows.h"

extern const struct model_ops model_eals;

enum { ROWS = 16, START_ROWS = 1024, FOLD_SWEEPS = 12 };

struct eals {
    struct model base;
    size_t dimension, iterations, online_sweeps;
    double c0, exponent, deviation;
    float regularization, online_weight;
    struct tensor users, items, confidence, cache, popularity;
    struct dot_items dot;
};

static const struct setting_spec settings_table[] = {
    {"model.embedding_dim", SETTING_INT, "64", 1, 2048, NULL,
     "factors|n_factors|model.factors|model.n_factors", "length of a vector"},
    {"model.iterations", SETTING_INT, "25", 1, 10000, NULL,
     "max_iter|model.max_iter|model.n_iterations", "sweeps over all users and all items"},
    {"model.c0", SETTING_REAL, "256", 0, 1e9, NULL, "model.w0",
     "weight of all that was not seen by a user, in sum over the items"},
    {"model.popularity_exponent", SETTING_REAL, "0.5", 0, 10, NULL, "model.alpha",
     "how popular items count among what was not seen: 0 all alike, 1 by their rows"},
    {"model.reg", SETTING_REAL, "1", 0, 1e9, NULL, "model.regularization",
     "L2 penalty on each vector"},
    {"model.init_deviation", SETTING_REAL, "0.01", 1e-9, 100, NULL, "model.init_std",
     "deviation of the start"},
    {"model.online_weight", SETTING_REAL, "4", 1e-6, 1e6, NULL, "model.w_new",
     "an update: weight of a new pair"},
    {"model.online_sweeps", SETTING_INT, "1", 1, 1000, NULL, NULL,
     "an update: sweeps over the vectors of a new pair"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static struct eals *allocate(void) {
    struct eals *model = model_allocate(&model_eals, sizeof *model);
    model->users.name = "user_vectors";
    model->items.name = "item_vectors";
    model->confidence.name = "confidence";
    model->cache.name = "cache";
    model->popularity.name = "popularity";
    return model;
}

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    (void)error;
    struct eals *model = allocate();
    model->dimension = (size_t)settings_int(settings, "model.embedding_dim");
    model->iterations = (size_t)settings_int(settings, "model.iterations");
    model->c0 = settings_real(settings, "model.c0");
    model->exponent = settings_real(settings, "model.popularity_exponent");
    model->regularization = (float)settings_real(settings, "model.reg");
    model->deviation = settings_real(settings, "model.init_deviation");
    model->online_weight = (float)settings_real(settings, "model.online_weight");
    model->online_sweeps = (size_t)settings_int(settings, "model.online_sweeps");
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Fit ------------------------------------------------------------------------------------- */

/* One side in a sweep: its vectors against the other's. */
struct half {
    struct eals_side side;
    const struct csr *rows;
    float *vectors;   /* [rows][dimension] */
    const float *own; /* [rows] c_i of items, NULL for users */
};

static void sweep_shard(void *context, size_t shard) {
    const struct half *half = context;
    size_t end = (shard + 1) * ROWS;
    for (size_t i = shard * ROWS; i < half->rows->row_count && i < end; i++) {
        struct csr_row row = csr_row(half->rows, (uint32_t)i);
        eals_row(&half->side, &row, half->own ? half->own[i] : 1,
                 half->vectors + i * half->side.dimension);
    }
}

static struct eals_side user_side(const struct eals *model) {
    return (struct eals_side){.vectors = tensor_floats(&model->items),
                              .cache = tensor_floats(&model->cache),
                              .confidence = tensor_floats(&model->confidence),
                              .dimension = model->dimension,
                              .regularization = model->regularization};
}

static struct eals_side item_side(const struct eals *model, const float *cache) {
    return (struct eals_side){.vectors = tensor_floats(&model->users),
                              .cache = cache,
                              .dimension = model->dimension,
                              .regularization = model->regularization};
}

static void fill_cache(struct eals *model) {
    factor_gram(tensor_floats(&model->cache), tensor_floats(&model->items),
                tensor_floats(&model->confidence), model->base.item_count, model->dimension);
}

/* S^p, in memory of the arena. */
static float *user_cache(const struct eals *model, struct arena *arena) {
    float *cache = ARENA_ARRAY_RAW(arena, float, model->dimension * model->dimension);
    factor_gram(cache, tensor_floats(&model->users), NULL, model->base.user_count,
                model->dimension);
    return cache;
}

static void sweep(struct eals *model, const struct csr *by_user, const struct csr *by_item) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct half users = {user_side(model), by_user, tensor_floats(&model->users), NULL};
    parallel_for((by_user->row_count + ROWS - 1) / ROWS, sweep_shard, &users);
    struct half items = {item_side(model, user_cache(model, scratch)), by_item,
                         tensor_floats(&model->items), tensor_floats(&model->confidence)};
    parallel_for((by_item->row_count + ROWS - 1) / ROWS, sweep_shard, &items);
    fill_cache(model);
    arena_reset(scratch, mark);
}

struct start {
    float *values;
    size_t count;
    double deviation;
    uint64_t seed, stream;
};

static void start_shard(void *context, size_t shard) {
    const struct start *start = context;
    size_t end = (shard + 1) * START_ROWS;
    struct rng rng;
    rng_init(&rng, start->seed, start->stream + 2 * shard);
    for (size_t i = shard * START_ROWS; i < start->count && i < end; i++)
        start->values[i] = (float)(start->deviation * rng_normal(&rng));
}

static void fill_start(const struct eals *model, const struct tensor *tensor, uint64_t seed,
                       uint64_t stream) {
    struct start start = {tensor_floats(tensor), tensor_count(tensor), model->deviation, seed,
                          stream};
    parallel_for((start.count + START_ROWS - 1) / START_ROWS, start_shard, &start);
}

static void fill_confidence(const struct eals *model) {
    const float *popularity = tensor_floats(&model->popularity);
    float *confidence = tensor_floats(&model->confidence);
    size_t count = model->base.item_count;
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pow((double)popularity[i], model->exponent);
    for (size_t i = 0; i < count; i++)
        confidence[i] =
            sum > 0 ? (float)(model->c0 * pow((double)popularity[i], model->exponent) / sum) : 0;
}

static void make_tensors(struct eals *model, const struct interactions *train, uint64_t seed) {
    struct arena *arena = &model->base.arena;
    size_t d = model->dimension;
    tensor_make(&model->users, TENSOR_F32, train->user_count, d, arena);
    tensor_make(&model->items, TENSOR_F32, train->item_count, d, arena);
    tensor_make(&model->confidence, TENSOR_F32, train->item_count, 0, arena);
    tensor_make(&model->cache, TENSOR_F32, d, d, arena);
    tensor_make(&model->popularity, TENSOR_F32, train->item_count, 0, arena);
    item_share_fill(tensor_floats(&model->popularity), train);
    fill_confidence(model);
    fill_start(model, &model->users, seed, 0);
    fill_start(model, &model->items, seed, 1);
    fill_cache(model);
}

static void derive(struct eals *model) {
    dot_items_init(&model->dot, tensor_floats(&model->items), model->base.item_count,
                   model->dimension, NULL, &model->base.arena);
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct eals *model = (struct eals *)base;
    const struct interactions *train = input->train;
    model_describe(base, train);
    size_t rows = (size_t)train->user_count + 3 * (size_t)train->item_count;
    TRY(model_expect_memory(rows * model->dimension * sizeof(float), "the vectors of eals",
                            "lower model.embedding_dim", error));
    make_tensors(model, train, input->seed);
    struct arena scratch = {0};
    struct csr by_user = {train->user_count, train->item_count, train->offsets, train->items, NULL};
    struct csr by_item = csr_transpose(&by_user, &scratch);
    enum status status = STATUS_OK;
    progress_begin(input->progress, "fitting eals", (double)model->iterations);
    for (size_t i = 0; i < model->iterations && status == STATUS_OK; i++) {
        if (input->cancel && atomic_load(input->cancel))
            status = error_set(error, STATUS_CANCELLED, "stopped; nothing was kept");
        else
            sweep(model, &by_user, &by_item);
        progress_update(input->progress, (double)(i + 1));
    }
    progress_end(input->progress);
    arena_release(&scratch);
    if (status == STATUS_OK)
        derive(model);
    return status;
}

/* ---- Score ----------------------------------------------------------------------------------- */

static void query_vectors(const struct model *base, const struct query *queries, size_t query_count,
                          float *vectors) {
    const struct eals *model = (const struct eals *)base;
    size_t d = model->dimension;
    struct eals_side side = user_side(model);
    for (size_t q = 0; q < query_count; q++) {
        float *vector = vectors + q * d;
        const struct history *history = &queries[q].history;
        if (queries[q].user < base->user_count) {
            memcpy(vector, tensor_floats(&model->users) + queries[q].user * d, d * sizeof *vector);
            continue;
        }
        struct csr_row row = {history->count, history->items, NULL};
        memset(vector, 0, d * sizeof *vector);
        for (size_t i = 0; row.count > 0 && i < FOLD_SWEEPS; i++)
            eals_row(&side, &row, 1, vector);
    }
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct eals *model = (const struct eals *)base;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t d = model->dimension;
    float *vectors = ARENA_ARRAY_RAW(scratch, float, query_count *d);
    query_vectors(base, queries, query_count, vectors);
    dot_items_score(&model->dot,
                    &(struct dot_items_job){vectors, query_count, items, item_count, scores});
    for (size_t q = 0; q < query_count; q++)
        if (kernels()->dot(vectors + q * d, vectors + q * d, d) == 0)
            item_share_scores(scores + q * item_count, tensor_floats(&model->popularity), items,
                              item_count);
    arena_reset(scratch, mark);
}

/* The bare history's vector is A^-1 sum of its items' vectors, A = S^q + reg I + sum of (1 - c_h)
 * x_h x_h^T, but for what the sweeps leave undone; that is dealt out equally, so that the shares
 * sum to the score of the bare history. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct eals *model = (const struct eals *)base;
    const struct history *history = &query->history;
    const size_t d = model->dimension, count = history->count;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    double *matrix = ARENA_ARRAY_RAW(scratch, double, d *d);
    float *rows = ARENA_ARRAY_RAW(scratch, float, count *d);
    const float *cache = tensor_floats(&model->cache), *items = tensor_floats(&model->items);
    for (size_t k = 0; k < d * d; k++)
        matrix[k] = (double)cache[k] + (k % (d + 1) == 0 ? (double)model->regularization : 0);
    for (size_t h = 0; h < count; h++) {
        const float *row = items + history->items[h] * d;
        const double excess = 1 - (double)tensor_floats(&model->confidence)[history->items[h]];
        memcpy(rows + h * d, row, d * sizeof *row);
        for (size_t k = 0; k < d; k++)
            for (size_t l = 0; l < d; l++)
                matrix[k * d + l] += excess * (double)row[k] * (double)row[l];
    }
    shares_ridge(&(struct shares_ridge){d, count, matrix, items + item * d, rows, NULL}, shares);
    const struct query bare = {.user = MODEL_NO_USER, .history = *history};
    float sum;
    score(base, &bare, 1, &item, 1, &sum);
    shares_settle(shares, count, (double)sum);
    arena_reset(scratch, mark);
}

/* ---- Update ---------------------------------------------------------------------------------- */

/* A row of the known entries with one new one, which has model.online_weight. */
static struct csr_row row_with(const struct eals *model, const uint32_t *known, size_t count,
                               uint32_t added, struct arena *arena) {
    uint32_t *columns = ARENA_ARRAY_RAW(arena, uint32_t, count + 1);
    float *weights = ARENA_ARRAY_RAW(arena, float, count + 1);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (known[i] != added) {
            columns[kept] = known[i];
            weights[kept++] = 1;
        }
    columns[kept] = added;
    weights[kept++] = model->online_weight;
    return (struct csr_row){kept, columns, weights};
}

/* cache += factor * vector vector^T */
static void add_outer(float *cache, float factor, const float *vector, size_t d) {
    for (size_t k = 0; k < d; k++)
        kernels()->axpy(cache + k * d, factor * vector[k], vector, d);
}

struct learning {
    struct eals *model;
    float *user_cache;                         /* S^p */
    struct interactions all;                   /* known and new */
    struct interactions_by_item known, learnt; /* `learnt`: all */
    uint32_t *items;                           /* the user's, known and then learnt */
    size_t item_count;
    uint32_t old_users, old_items; /* of the fit */
};

/* Who has the item, of the known rows and of those that were learnt before this user's, among which
 * are those that an item which is new began with. */
static size_t users_of(const struct learning *learning, uint32_t item, uint32_t user,
                       uint32_t *users) {
    const struct interactions_by_item *known = &learning->known, *all = &learning->learnt;
    size_t count = 0, k = known->offsets[item];
    for (size_t i = all->offsets[item]; i < all->offsets[item + 1]; i++) {
        const bool is_known = k < known->offsets[item + 1] && known->users[k] == all->users[i];
        k += is_known;
        const bool is_begun = item >= learning->old_items && all->users[i] < learning->old_users;
        if (is_known || is_begun || all->users[i] < user)
            users[count++] = all->users[i];
    }
    return count;
}

static void learn(struct learning *learning, uint32_t user, uint32_t item) {
    struct eals *model = learning->model;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t d = model->dimension;
    float *user_vector = tensor_floats(&model->users) + user * d;
    float *item_vector = tensor_floats(&model->items) + item * d;
    float confidence = tensor_floats(&model->confidence)[item];
    float *cache = tensor_floats(&model->cache);
    uint32_t *users = ARENA_ARRAY_RAW(scratch, uint32_t, model->base.user_count);
    size_t user_count = users_of(learning, item, user, users);
    struct csr_row by_user = row_with(model, learning->items, learning->item_count, item, scratch);
    struct csr_row by_item = row_with(model, users, user_count, user, scratch);
    struct eals_side of_user = user_side(model), of_item = item_side(model, learning->user_cache);
    add_outer(learning->user_cache, -1, user_vector, d);
    for (size_t i = 0; i < model->online_sweeps; i++)
        eals_row(&of_user, &by_user, 1, user_vector);
    add_outer(learning->user_cache, 1, user_vector, d);
    add_outer(cache, -confidence, item_vector, d);
    for (size_t i = 0; i < model->online_sweeps; i++)
        eals_row(&of_item, &by_item, confidence, item_vector);
    add_outer(cache, confidence, item_vector, d);
    learning->items[learning->item_count++] = item;
    arena_reset(scratch, mark);
}

/* A copy with room for new users and items, whose vectors are 0. */
static struct eals *copy_for(const struct model *base, const struct interactions *rows) {
    struct eals *model = model_copy(base, sizeof *model);
    struct arena *arena = &model->base.arena;
    model->base.user_count = rows->user_count;
    model->base.item_count = rows->item_count;
    update_rows_widen(&model->users, rows->user_count, arena);
    update_rows_widen(&model->items, rows->item_count, arena);
    update_rows_widen(&model->confidence, rows->item_count, arena);
    update_rows_widen(&model->popularity, rows->item_count, arena);
    return model;
}

/* c_i = scale f_i^a, with the scale that the known items have. */
static void weigh_new_items(const struct eals *model, uint32_t first,
                            const struct interactions_by_item *rows) {
    float *popularity = tensor_floats(&model->popularity);
    float *confidence = tensor_floats(&model->confidence);
    double scale = 0;
    for (uint32_t i = 0; i < first && scale == 0; i++)
        if (popularity[i] > 0)
            scale = (double)confidence[i] / pow((double)popularity[i], model->exponent);
    for (uint32_t i = first; i < model->base.item_count; i++) {
        popularity[i] =
            (float)(rows->offsets[i + 1] - rows->offsets[i]) / (float)model->base.user_count;
        confidence[i] = (float)(scale * pow((double)popularity[i], model->exponent));
    }
}

static void take_in_new_items(struct learning *learning) {
    struct eals *model = learning->model;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct interactions_by_item *all = &learning->learnt;
    const struct eals_side side = item_side(model, learning->user_cache);
    uint32_t *users = ARENA_ARRAY_RAW(scratch, uint32_t, model->base.user_count);
    weigh_new_items(model, learning->old_items, all);
    for (uint32_t item = learning->old_items; item < model->base.item_count; item++) {
        const float confidence = tensor_floats(&model->confidence)[item];
        float *vector = tensor_floats(&model->items) + item * model->dimension;
        struct csr_row row = {.columns = users};
        for (size_t i = all->offsets[item]; i < all->offsets[item + 1]; i++)
            if (all->users[i] < learning->old_users)
                users[row.count++] = all->users[i];
        for (size_t i = 0; row.count > 0 && i < FOLD_SWEEPS; i++)
            eals_row(&side, &row, confidence, vector);
        add_outer(tensor_floats(&model->cache), confidence, vector, model->dimension);
    }
    arena_reset(scratch, mark);
}

static void learn_user(struct learning *learning, const struct model_events *events,
                       uint32_t user) {
    const struct history known = interactions_history(events->known, user),
                         fresh = interactions_history(events->fresh, user);
    memcpy(learning->items, known.items, known.count * sizeof *known.items);
    learning->item_count = known.count;
    for (size_t i = 0; i < fresh.count; i++)
        learn(learning, user, fresh.items[i]);
}

static enum status update(struct model **out, const struct model *base,
                          const struct model_events *events, struct error *error) {
    TRY(model_check_events(base, events, error));
    struct eals *model = copy_for(base, events->fresh);
    struct arena scratch = {0};
    struct learning learning = {.model = model,
                                .user_cache = user_cache(model, &scratch),
                                .all = interactions_merge(events->known, events->fresh, &scratch),
                                .known = interactions_by_item(events->known, &scratch),
                                .old_users = base->user_count,
                                .old_items = base->item_count,
                                .items =
                                    ARENA_ARRAY_RAW(&scratch, uint32_t, model->base.item_count)};
    learning.learnt = interactions_by_item(&learning.all, &scratch);
    take_in_new_items(&learning);
    for (uint32_t user = 0; user < model->base.user_count; user++)
        if (interactions_history(events->fresh, user).count > 0)
            learn_user(&learning, events, user);
    arena_release(&scratch);
    derive(model);
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Tensors --------------------------------------------------------------------------------- */

static const float *item_vectors(const struct model *base, size_t *dimension,
                                 enum vector_metric *metric) {
    const struct eals *model = (const struct eals *)base;
    *dimension = model->dimension;
    *metric = VECTOR_DOT;
    return tensor_floats(&model->items);
}

static size_t tensors(struct model *base, struct tensor **list) {
    struct eals *model = (struct eals *)base;
    list[0] = &model->users;
    list[1] = &model->items;
    list[2] = &model->confidence;
    list[3] = &model->cache;
    list[4] = &model->popularity;
    return 5;
}

static enum status attach(struct model *base, struct error *error) {
    struct eals *model = (struct eals *)base;
    size_t d = model->dimension;
    TRY(model_expect(&model->users, TENSOR_F32, base->user_count, d, error));
    TRY(model_expect(&model->items, TENSOR_F32, base->item_count, d, error));
    TRY(model_expect(&model->confidence, TENSOR_F32, base->item_count, 0, error));
    TRY(model_expect(&model->cache, TENSOR_F32, d, d, error));
    TRY(model_expect(&model->popularity, TENSOR_F32, base->item_count, 0, error));
    derive(model);
    return STATUS_OK;
}

/* The penalty does not grow with a row: on validation parts of ml-1m-ncf (267 rows an item) 10 was
 * ahead of 1, 4, 15 and 20. */
static void suggest(struct settings *settings, const struct interactions *train) {
    if (train->count >= (size_t)train->item_count * 100)
        settings_default(settings, "model.reg", "10");
}

const struct model_ops model_eals = {
    .name = "eals",
    .family = "factorization",
    .summary = "vectors one element at a time, the unseen weighted by popularity; learns online",
    .source = "He et al., SIGIR 2016",
    .settings = settings_table,
    .traits = MODEL_LEARNS_ITEMS | MODEL_RANDOM,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .item_vectors = item_vectors,
    .query_vectors = query_vectors,
    .explain = explain,
    .update = update,
    .suggest = suggest,
};

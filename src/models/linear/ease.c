/* ease.c: EASE, a linear model of items on items with a closed form.
 *
 * Idea     The weights B with a zero diagonal that best rebuild the matrix X (users x items) from
 *          itself under a ridge: min |X - X B|^2 + l2 |B|^2.  score = history row times B.
 * Source   Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, equation (8):
 *          P = (X^T X + l2 I)^-1,  B_ij = -P_ij / P_jj.
 * Dual     With fewer users than items, by Woodbury: K = (X X^T + l2 I)^-1 (users x users), so that
 *          l2 P = I - X^T K X. With z_j = K x_j for the column x_j of item j:
 *          B_ij = x_i . z_j / d_j for i != j,  d_j = 1 - x_j . z_j = l2 P_jj.
 *          B is never formed: the history row h gives y = K X h, and score_j = (x_j . y - h_j (1 -
 *          d_j)) / d_j.
 * State    primal: weights [items][items]. dual: weights [users][users] = K, pivots [items] = d,
 *          and X in compressed rows by item: offsets, users, values (values with use_ratings
 *          only). Both: popularity [items]. All float32 but offsets (uint64) and users (uint32).
 * Cost     n = min(users, items): fit n^3 multiply-adds in place on one n x n matrix and half the
 *          sum of squared row lengths (ml-1m: n = 3,706, 55 MB). score: primal items x history,
 *          dual n^2 + entries of X; with a list of items only what those need.
 * Traps    The diagonal counts in the inverse, not in B: the dual has to take its own item off
 *          again.
 * Checked  tests/models/test_ease.c: numpy, dual against primal, shares against scores.
 *          Conformance, config/recipes/ml-1m-ncf/ease.yaml. */
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "models/baseline/item_share.h"
#include "models/model.h"
#include "sparse/csr.h"
#include "sparse/spd.h"

#define QUERY_BLOCK 32 /* queries whose users' weights are worked out together */
#define SHARD_ROWS 32

extern const struct model_ops model_ease;

enum form { FORM_AUTO, FORM_PRIMAL, FORM_DUAL };

struct ease {
    struct model base;
    enum form form; /* as asked for; after a fit or a load primal or dual */
    double l2;
    bool use_ratings;
    struct tensor weights, popularity;
    struct tensor pivots, offsets, users, values; /* dual only */
};

static const struct setting_spec settings_table[] = {
    {"model.l2", SETTING_REAL, "500", 1e-3, 1e9, NULL, "model.lambda|model.reg",
     "ridge: higher for fewer or noisier data"},
    {"model.form", SETTING_TEXT, "auto", 0, 0, "auto|primal|dual", NULL,
     "items x items or users x users; auto takes the smaller"},
    {"model.use_ratings", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "whether an item counts by its rating, or the same however it was rated"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    (void)error;
    struct ease *model = model_allocate(&model_ease, sizeof *model);
    model->form = (enum form)settings_choice(settings, "model.form");
    model->l2 = settings_real(settings, "model.l2");
    model->use_ratings = settings_bool(settings, "model.use_ratings");
    model->weights.name = "weights";
    model->popularity.name = "popularity";
    model->pivots.name = "pivots";
    model->offsets.name = "offsets";
    model->users.name = "users";
    model->values.name = "values";
    *out = &model->base;
    return STATUS_OK;
}

/* X by item: what the dual keeps. */
static struct csr by_item(const struct ease *model) {
    return (struct csr){model->base.item_count, model->base.user_count, model->offsets.data,
                        model->users.data, model->values.data};
}

static struct csr_row history_row(const struct ease *model, const struct history *history) {
    return (struct csr_row){history->count, history->items,
                            model->use_ratings ? history->ratings : NULL};
}

/* ---- Fit ------------------------------------------------------------------------------------- */

struct fit_job {
    float *weights; /* [n][n] */
    size_t n;
    const float *diagonal; /* [n] of the inverse */
    struct csr by_item;
    float *pivots;
};

/* Replaces weights by (A^T A + l2 I)^-1 as a whole symmetric matrix. */
static enum status invert_gram(struct ease *model, const struct csr *matrix,
                               const struct csr *transposed, const struct fit_input *input,
                               struct error *error) {
    size_t n = matrix->column_count;
    TRY(model_expect_memory(n * n * sizeof(float), "the matrix of ease",
                            "use fewer items (data.min_item_interactions), or another model",
                            error));
    tensor_make(&model->weights, TENSOR_F32, n, n, &model->base.arena);
    float *weights = tensor_floats(&model->weights);
    csr_gram(weights, matrix, transposed);
    for (size_t i = 0; i < n; i++)
        weights[i * n + i] += (float)model->l2;
    if (input->cancel && atomic_load(input->cancel))
        return error_set(error, STATUS_CANCELLED, "stopped; nothing was kept");
    if (!spd_invert(weights, n))
        return error_set(error, STATUS_BAD_INPUT,
                         "model.l2=%g is too small for these data: the matrix cannot be inverted "
                         "in single precision; try ten times as much",
                         model->l2);
    spd_mirror(weights, n);
    return STATUS_OK;
}

/* P becomes B. */
static void scale_rows(void *context, size_t shard) {
    const struct fit_job *job = context;
    size_t end = (shard + 1) * SHARD_ROWS;
    for (size_t i = shard * SHARD_ROWS; i < job->n && i < end; i++) {
        float *row = job->weights + i * job->n;
        for (size_t j = 0; j < job->n; j++)
            row[j] = -row[j] / job->diagonal[j];
        row[i] = 0;
    }
}

static enum status fit_primal(struct ease *model, const struct csr *by_user,
                              const struct csr *transposed, const struct fit_input *input,
                              struct error *error) {
    TRY(invert_gram(model, by_user, transposed, input, error));
    size_t n = by_user->column_count;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *diagonal = ARENA_ARRAY_RAW(scratch, float, n);
    struct fit_job job = {.weights = tensor_floats(&model->weights), .n = n, .diagonal = diagonal};
    for (size_t i = 0; i < n; i++)
        diagonal[i] = job.weights[i * n + i];
    parallel_for((n + SHARD_ROWS - 1) / SHARD_ROWS, scale_rows, &job);
    arena_reset(scratch, mark);
    return STATUS_OK;
}

/* sum over the entries of a column of X of weight[user] * value. */
static double column_dot(const struct csr_row *column, const float *weights) {
    double sum = 0;
    for (size_t i = 0; i < column->count; i++)
        sum += (double)weights[column->columns[i]] * (double)csr_row_value(column, i);
    return sum;
}

static void fill_pivots(void *context, size_t shard) {
    const struct fit_job *job = context;
    size_t end = (shard + 1) * SHARD_ROWS;
    for (size_t j = shard * SHARD_ROWS; j < job->by_item.row_count && j < end; j++) {
        struct csr_row column = csr_row(&job->by_item, (uint32_t)j);
        double sum = 0;
        for (size_t u = 0; u < column.count; u++)
            sum += (double)csr_row_value(&column, u) *
                   column_dot(&column, job->weights + column.columns[u] * job->n);
        job->pivots[j] = (float)(1 - sum);
    }
}

static enum status fit_dual(struct ease *model, const struct csr *by_user,
                            const struct csr *transposed, const struct fit_input *input,
                            struct error *error) {
    TRY(invert_gram(model, transposed, by_user, input, error));
    struct arena *arena = &model->base.arena;
    size_t count = csr_count(transposed), items = by_user->column_count;
    tensor_make_copy(&model->offsets, TENSOR_U64, items + 1, transposed->offsets, arena);
    tensor_make_copy(&model->users, TENSOR_U32, count, transposed->columns, arena);
    if (transposed->values)
        tensor_make_copy(&model->values, TENSOR_F32, count, transposed->values, arena);
    tensor_make(&model->pivots, TENSOR_F32, items, 0, arena);
    struct fit_job job = {.weights = tensor_floats(&model->weights),
                          .n = by_user->row_count,
                          .by_item = *transposed,
                          .pivots = tensor_floats(&model->pivots)};
    parallel_for((items + SHARD_ROWS - 1) / SHARD_ROWS, fill_pivots, &job);
    return STATUS_OK;
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct ease *model = (struct ease *)base;
    const struct interactions *train = input->train;
    model_describe(base, train);
    if (model->form == FORM_AUTO)
        model->form = train->user_count < train->item_count ? FORM_DUAL : FORM_PRIMAL;
    struct csr by_user = {train->user_count, train->item_count, train->offsets, train->items,
                          model->use_ratings ? train->ratings : NULL};
    struct arena scratch = {0};
    struct csr transposed = csr_transpose(&by_user, &scratch);
    enum status status = model->form == FORM_DUAL
                             ? fit_dual(model, &by_user, &transposed, input, error)
                             : fit_primal(model, &by_user, &transposed, input, error);
    arena_release(&scratch);
    if (status != STATUS_OK)
        return status;
    tensor_make(&model->popularity, TENSOR_F32, train->item_count, 0, &base->arena);
    item_share_fill(tensor_floats(&model->popularity), train);
    return STATUS_OK;
}

/* ---- Score ----------------------------------------------------------------------------------- */

/* Whether the history has anything that somebody in the training rows had too. */
static bool says_something(const struct ease *model, const struct history *history) {
    const float *popularity = tensor_floats(&model->popularity);
    for (size_t i = 0; i < history->count; i++)
        if (popularity[history->items[i]] > 0)
            return true;
    return false;
}

static void score_primal(const struct ease *model, const struct csr_row *rows, size_t row_count,
                         const uint32_t *items, size_t item_count, float *scores) {
    const float *weights = tensor_floats(&model->weights);
    size_t n = model->base.item_count;
    if (!items) {
        csr_multiply(scores, rows, row_count, weights, n);
        return;
    }
    memset(scores, 0, row_count * item_count * sizeof *scores);
    for (size_t q = 0; q < row_count; q++)
        for (size_t h = 0; h < rows[q].count; h++) {
            float value = csr_row_value(&rows[q], h);
            const float *row = weights + rows[q].columns[h] * n;
            for (size_t i = 0; i < item_count; i++)
                scores[q * item_count + i] += value * row[items[i]];
        }
}

/* What users' weights y = K X h [users] make of each item. */
static void score_by_users(const struct ease *model, const struct csr_row *row, const float *y,
                           const uint32_t *items, size_t item_count, float *scores) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const struct csr matrix = by_item(model);
    const float *pivots = tensor_floats(&model->pivots);
    float *own = ARENA_ARRAY(scratch, float, model->base.item_count);
    for (size_t h = 0; h < row->count; h++)
        own[row->columns[h]] = csr_row_value(row, h);
    for (size_t i = 0; i < item_count; i++) {
        uint32_t j = items ? items[i] : (uint32_t)i;
        struct csr_row column = csr_row(&matrix, j);
        scores[i] = ((float)column_dot(&column, y) - own[j] * (1 - pivots[j])) / pivots[j];
    }
    arena_reset(scratch, mark);
}

/* y[users] = X h for one history. */
static void meet_users(const struct ease *model, const struct csr_row *row, float *y) {
    const struct csr matrix = by_item(model);
    memset(y, 0, matrix.column_count * sizeof *y);
    for (size_t h = 0; h < row->count; h++) {
        struct csr_row column = csr_row(&matrix, row->columns[h]);
        kernels()->scatter_axpy(y, csr_row_value(row, h), column.columns, column.values,
                                column.count);
    }
}

/* At most QUERY_BLOCK rows. */
static void score_dual(const struct ease *model, const struct csr_row *rows, size_t row_count,
                       const uint32_t *items, size_t item_count, float *scores) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t users = model->base.user_count;
    float *met = ARENA_ARRAY_RAW(scratch, float, row_count *users);
    float *y = ARENA_ARRAY_RAW(scratch, float, row_count *users);
    for (size_t q = 0; q < row_count; q++)
        meet_users(model, &rows[q], met + q * users);
    kernels()->gemm(&(struct kernel_gemm){.m = row_count,
                                          .n = users,
                                          .k = users,
                                          .a = met,
                                          .a_row = users,
                                          .a_column = 1,
                                          .b = tensor_floats(&model->weights),
                                          .b_row = users,
                                          .c = y,
                                          .c_row = users});
    for (size_t q = 0; q < row_count; q++)
        score_by_users(model, &rows[q], y + q * users, items, item_count, scores + q * item_count);
    arena_reset(scratch, mark);
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct ease *model = (const struct ease *)base;
    struct csr_row rows[QUERY_BLOCK];
    for (size_t begin = 0; begin < query_count; begin += QUERY_BLOCK) {
        size_t count = query_count - begin < QUERY_BLOCK ? query_count - begin : QUERY_BLOCK;
        float *out = scores + begin * item_count;
        for (size_t q = 0; q < count; q++)
            rows[q] = history_row(model, &queries[begin + q].history);
        (model->form == FORM_DUAL ? score_dual : score_primal)(model, rows, count, items,
                                                               item_count, out);
        for (size_t q = 0; q < count; q++)
            if (!says_something(model, &queries[begin + q].history))
                item_share_scores(out + q * item_count, tensor_floats(&model->popularity), items,
                                  item_count);
    }
}

/* ---- Explain, tensors ------------------------------------------------------------------------ */

/* z[users] = K x_item. */
static void weigh_users(const struct ease *model, uint32_t item, float *z) {
    const struct csr matrix = by_item(model);
    size_t users = model->base.user_count;
    struct csr_row column = csr_row(&matrix, item);
    csr_multiply(z, &column, 1, tensor_floats(&model->weights), users);
}

/* Exact: the shares sum to the score, except where the score is popularity. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct ease *model = (const struct ease *)base;
    struct csr_row row = history_row(model, &query->history);
    if (model->form == FORM_PRIMAL) {
        for (size_t h = 0; h < row.count; h++)
            shares[h] = csr_row_value(&row, h) *
                        tensor_floats(&model->weights)[row.columns[h] * base->item_count + item];
        return;
    }
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const struct csr matrix = by_item(model);
    float *z = ARENA_ARRAY_RAW(scratch, float, base->user_count);
    float pivot = tensor_floats(&model->pivots)[item];
    weigh_users(model, item, z);
    for (size_t h = 0; h < row.count; h++) {
        struct csr_row column = csr_row(&matrix, row.columns[h]);
        shares[h] = row.columns[h] == item
                        ? 0
                        : csr_row_value(&row, h) * (float)column_dot(&column, z) / pivot;
    }
    arena_reset(scratch, mark);
}

static size_t tensors(struct model *base, struct tensor **list) {
    struct ease *model = (struct ease *)base;
    list[0] = &model->weights;
    list[1] = &model->popularity;
    list[2] = &model->pivots;
    list[3] = &model->offsets;
    list[4] = &model->users;
    list[5] = &model->values;
    return 6;
}

static enum status attach_dual(struct ease *model, struct error *error) {
    size_t users = model->base.user_count, items = model->base.item_count;
    size_t entries = tensor_count(&model->users);
    TRY(model_expect(&model->weights, TENSOR_F32, users, users, error));
    TRY(model_expect(&model->offsets, TENSOR_U64, items + 1, 0, error));
    TRY(model_expect(&model->users, TENSOR_U32, entries, 0, error));
    if (model->values.data)
        TRY(model_expect(&model->values, TENSOR_F32, entries, 0, error));
    struct csr matrix = by_item(model);
    if (!csr_is_valid(&matrix, entries))
        return error_set(error, STATUS_BAD_INPUT,
                         "ease: the rows of the training data are damaged; train the model again");
    return STATUS_OK;
}

static enum status attach(struct model *base, struct error *error) {
    struct ease *model = (struct ease *)base;
    TRY(model_expect(&model->popularity, TENSOR_F32, base->item_count, 0, error));
    model->form = model->pivots.data ? FORM_DUAL : FORM_PRIMAL;
    if (model->form == FORM_PRIMAL)
        return model_expect(&model->weights, TENSOR_F32, base->item_count, base->item_count, error);
    TRY(model_expect(&model->pivots, TENSOR_F32, base->item_count, 0, error));
    return attach_dual(model, error);
}

/* On validation parts ml-latest-small (10 rows an item) and ml-100k (59) asked for 200, ml-1m-ncf
 * (267) for 1000. */
static void suggest(struct settings *settings, const struct interactions *train) {
    bool many = train->count >= (size_t)train->item_count * 100;
    settings_default(settings, "model.l2", many ? "1000" : "200");
}

const struct model_ops model_ease = {
    .name = "ease",
    .family = "linear",
    .summary = "linear weights of items on items in closed form",
    .source = "Steck, WWW 2019; users x users where there are fewer users",
    .settings = settings_table,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .suggest = suggest,
};

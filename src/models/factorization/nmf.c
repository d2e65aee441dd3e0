/* nmf.c: non-negative matrix factorisation: tastes that only add up.
 *
 * Idea     X ~ W H^T with W, H >= 0, all that was not seen a 0:
 *              min |X - W H^T|^2 / 2 + l1 (sum W + sum H) + l2 (|W|^2 + |H|^2) / 2
 *          With H held, a row of W is a non-negative least squares problem, improved one
 *          coordinate at a time:
 *              w_f = max(0, w_f - (S_f . w - p_f + l1 + l2 w_f) / (S_ff + l2))
 *              S = H^T H,  p = x H
 * Source   Lee & Seung, NIPS 2001 (the loss); coordinate descent, HALS: Cichocki & Phan 2009; the
 *          order of steps and the end are scikit-learn's solver="cd".
 * Ends     after max_iter sweeps over both sides, or when the sum of projected gradients has
 *          fallen to tol times that of the first sweep.
 * Queries  A history's vector is its non-negative least squares solution against H, by the same
 *          steps from 0, so there is no table of users. Nothing known: the popular items.
 * State    item_vectors [items][d] = H, gram [d][d] = S, popularity [items].
 * Cost     a sweep: 2 rows d + (users + items) d^2; a query d^2 for each of its steps.
 * Traps    Sums of projected gradients are added in the order of shards.
 * Checked  tests/models/test_nmf.c, conformance; scikit-learn beside it: tools/reference/nmf.py,
 *          config/recipes/ml-1m-ncf/nmf.yaml. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "models/baseline/item_share.h"
#include "models/dot_items.h"
#include "models/factorization/factor_gram.h"
#include "models/factorization/nmf_start.h"
#include "models/model.h"
#include "models/shares.h"
#include "sparse/svd.h"

extern const struct model_ops model_nmf;

#define FOLD_END 1e-4 /* of the first sum of projected gradients */

enum { ROWS = 32, FOLD_STEPS = 200 };

enum start { START_SVD, START_RANDOM };

struct nmf {
    struct model base;
    size_t dimension, max_iter;
    enum start start;
    double tolerance;
    float l1, l2;
    bool use_ratings;
    struct tensor items, gram, popularity;
    struct dot_items dot;
};

static const struct setting_spec settings_table[] = {
    {"model.n_components", SETTING_INT, "64", 1, 2048, NULL,
     "n_components|factors|n_factors|model.factors|model.n_factors|model.embedding_dim",
     "length of a vector"},
    {"model.init", SETTING_TEXT, "nndsvda", 0, 0, "nndsvda|random", NULL,
     "start from the singular vectors, or by lot"},
    {"model.max_iter", SETTING_INT, "200", 1, 100000, NULL,
     "max_iter|model.iterations|model.n_iterations", "sweeps over users and items at most"},
    {"model.tol", SETTING_REAL, "0.0001", 0, 1, NULL, "tol",
     "end when the gradients have fallen to this part of the first ones"},
    {"model.l1", SETTING_REAL, "0", 0, 1e9, NULL, NULL, "penalty on the sum of all elements"},
    {"model.l2", SETTING_REAL, "0", 0, 1e9, NULL, "model.reg", "penalty on their squares"},
    {"model.use_ratings", SETTING_BOOL, "false", 0, 0, NULL, NULL,
     "whether the matrix holds the ratings, or 1 for everything seen"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    (void)error;
    struct nmf *model = model_allocate(&model_nmf, sizeof *model);
    model->dimension = (size_t)settings_int(settings, "model.n_components");
    model->max_iter = (size_t)settings_int(settings, "model.max_iter");
    model->start = (enum start)settings_choice(settings, "model.init");
    model->tolerance = settings_real(settings, "model.tol");
    model->l1 = (float)settings_real(settings, "model.l1");
    model->l2 = (float)settings_real(settings, "model.l2");
    model->use_ratings = settings_bool(settings, "model.use_ratings");
    model->items.name = "item_vectors";
    model->gram.name = "gram";
    model->popularity.name = "popularity";
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Fit ------------------------------------------------------------------------------------- */

/* One pass over the coordinates of w[d]; product[d] = p. Returns the sum of projected gradients
 * before each step. */
static double step(const struct nmf *model, const float *gram, const float *product, float *w) {
    size_t d = model->dimension;
    double sum = 0;
    for (size_t f = 0; f < d; f++) {
        float gradient =
            kernels()->dot(gram + f * d, w, d) - product[f] + model->l1 + model->l2 * w[f];
        float curvature = gram[f * d + f] + model->l2;
        sum += w[f] > 0 || gradient < 0 ? fabs((double)gradient) : 0;
        if (curvature > 0) {
            float moved = w[f] - gradient / curvature;
            w[f] = moved > 0 ? moved : 0;
        }
    }
    return sum;
}

/* One side in a sweep. */
struct half {
    const struct nmf *model;
    const struct csr *rows;
    const float *others, *gram; /* the other side's vectors, and S of them */
    float *vectors;
    double *sums; /* [shards] projected gradients */
};

static void sweep_shard(void *context, size_t shard) {
    const struct half *half = context;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t d = half->model->dimension, end = (shard + 1) * ROWS;
    float *product = ARENA_ARRAY_RAW(scratch, float, d);
    half->sums[shard] = 0;
    for (size_t i = shard * ROWS; i < half->rows->row_count && i < end; i++) {
        struct csr_row row = csr_row(half->rows, (uint32_t)i);
        memset(product, 0, d * sizeof *product);
        kernels()->gather_axpy(product, row.values, half->others, d, d, row.columns, row.count);
        half->sums[shard] += step(half->model, half->gram, product, half->vectors + i * d);
    }
    arena_reset(scratch, mark);
}

/* The vectors of one side against those of the other; returns the sum of projected gradients. */
static double sweep(const struct nmf *model, const struct csr *rows, const float *others,
                    float *vectors, float *gram) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t shards = ((size_t)rows->row_count + ROWS - 1) / ROWS;
    struct half half = {model, rows,    others,
                        gram,  vectors, ARENA_ARRAY_RAW(scratch, double, shards)};
    factor_gram(gram, others, NULL, rows->column_count, model->dimension);
    parallel_for(shards, sweep_shard, &half);
    double sum = 0;
    for (size_t i = 0; i < shards; i++)
        sum += half.sums[i];
    arena_reset(scratch, mark);
    return sum;
}

static enum status run(struct nmf *model, const struct nmf_start *start,
                       const struct fit_input *input, struct error *error) {
    float *gram = tensor_floats(&model->gram);
    double first = 0;
    progress_begin(input->progress, "fitting nmf", (double)model->max_iter);
    for (size_t i = 0; i < model->max_iter; i++) {
        if (input->cancel && atomic_load(input->cancel))
            return error_set(error, STATUS_CANCELLED, "stopped; nothing was kept");
        double sum = sweep(model, start->matrix, start->items, start->users, gram);
        sum += sweep(model, start->transposed, start->users, start->items, gram);
        first = i == 0 ? sum : first;
        progress_note(input->progress, "gradients %.2g", first > 0 ? sum / first : 0);
        progress_update(input->progress, (double)(i + 1));
        if (sum <= model->tolerance * first)
            break;
    }
    factor_gram(gram, start->items, NULL, start->matrix->column_count, model->dimension);
    return STATUS_OK;
}

static void derive(struct nmf *model) {
    dot_items_init(&model->dot, tensor_floats(&model->items), model->base.item_count,
                   model->dimension, NULL, &model->base.arena);
}

static enum status check(const struct nmf *model, const struct csr *by_user, struct error *error) {
    size_t vectors = ((size_t)by_user->row_count + by_user->column_count) * model->dimension;
    size_t bytes = vectors * sizeof(float);
    if (model->start == START_SVD)
        bytes += svd_bytes(by_user, model->dimension, SVD_LEFT | SVD_RIGHT);
    TRY(model_expect_memory(bytes, "the start and the vectors of nmf",
                            "lower model.n_components, or set model.init=random", error));
    for (size_t i = 0; by_user->values && i < csr_count(by_user); i++)
        if (by_user->values[i] < 0)
            return error_set(error, STATUS_BAD_INPUT,
                             "model.use_ratings=true needs ratings of at least 0, and there is "
                             "%g among them: leave it false",
                             (double)by_user->values[i]);
    return STATUS_OK;
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct nmf *model = (struct nmf *)base;
    const struct interactions *train = input->train;
    size_t d = model->dimension;
    model_describe(base, train);
    struct csr by_user = {train->user_count, train->item_count, train->offsets, train->items,
                          model->use_ratings ? train->ratings : NULL};
    TRY(check(model, &by_user, error));
    tensor_make(&model->items, TENSOR_F32, train->item_count, d, &base->arena);
    tensor_make(&model->gram, TENSOR_F32, d, d, &base->arena);
    tensor_make(&model->popularity, TENSOR_F32, train->item_count, 0, &base->arena);
    item_share_fill(tensor_floats(&model->popularity), train);
    struct arena scratch = {0};
    struct csr by_item = csr_transpose(&by_user, &scratch);
    struct nmf_start start = {&by_user, &by_item, d,
                              ARENA_ARRAY_RAW(&scratch, float, (size_t)train->user_count *d),
                              tensor_floats(&model->items)};
    if (model->start == START_SVD)
        nmf_start_svd(&start, input->seed);
    else
        nmf_start_random(&start, input->seed);
    enum status status = run(model, &start, input, error);
    progress_end(input->progress);
    arena_release(&scratch);
    if (status == STATUS_OK)
        derive(model);
    return status;
}

/* ---- Score ----------------------------------------------------------------------------------- */

static void fold_in(const struct nmf *model, const struct history *history, float *product,
                    float *vector) {
    size_t d = model->dimension;
    memset(product, 0, d * sizeof *product);
    memset(vector, 0, d * sizeof *vector);
    kernels()->gather_axpy(product, model->use_ratings ? history->ratings : NULL,
                           tensor_floats(&model->items), d, d, history->items, history->count);
    double first = step(model, tensor_floats(&model->gram), product, vector), sum = first;
    for (size_t i = 1; i < FOLD_STEPS && sum > FOLD_END * first; i++)
        sum = step(model, tensor_floats(&model->gram), product, vector);
}

static void query_vectors(const struct model *base, const struct query *queries, size_t query_count,
                          float *vectors) {
    const struct nmf *model = (const struct nmf *)base;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *product = ARENA_ARRAY_RAW(scratch, float, model->dimension);
    for (size_t q = 0; q < query_count; q++)
        fold_in(model, &queries[q].history, product, vectors + q * model->dimension);
    arena_reset(scratch, mark);
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct nmf *model = (const struct nmf *)base;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t d = model->dimension;
    float *vectors = ARENA_ARRAY_RAW(scratch, float, query_count *d);
    query_vectors(base, queries, query_count, vectors);
    dot_items_score(&model->dot,
                    &(struct dot_items_job){vectors, query_count, items, item_count, scores});
    for (size_t q = 0; q < query_count; q++)
        if (kernels()->sum(vectors + q * d, d) == 0)
            item_share_scores(scores + q * item_count, tensor_floats(&model->popularity), items,
                              item_count);
    arena_reset(scratch, mark);
}

/* The system that the coordinates above 0 of a history's vector solve, S_F w = p_F - l1: those of
 * the query, then its rows in them. Returns how many coordinates that are. */
static size_t above_zero(const struct nmf *model, const float *vector, size_t *kept,
                         double *matrix) {
    const size_t d = model->dimension;
    const float *gram = tensor_floats(&model->gram);
    size_t count = 0;
    for (size_t f = 0; f < d; f++)
        if (vector[f] > 0)
            kept[count++] = f;
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++)
            matrix[a * count + b] = (double)gram[kept[a] * d + kept[b]];
    for (size_t a = 0; a < count; a++) /* a little more than l2 where columns are alike */
        matrix[a * count + a] = matrix[a * count + a] * (1 + 1e-6) + (double)model->l2;
    return count;
}

static void choose(const float *vector, const size_t *kept, size_t count, float *to) {
    for (size_t a = 0; a < count; a++)
        to[a] = vector[kept[a]];
}

/* Which coordinates are 0 is taken as given: the others solve a linear system, which shares itself
 * out. What l1 takes off and the steps leave undone is dealt out equally, so that the shares sum to
 * the score, except where that is popularity. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct nmf *model = (const struct nmf *)base;
    const struct history *history = &query->history;
    const size_t d = model->dimension, rows = history->count;
    const float *items = tensor_floats(&model->items);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *vector = ARENA_ARRAY_RAW(scratch, float, d);
    size_t *kept = ARENA_ARRAY_RAW(scratch, size_t, d);
    double *matrix = ARENA_ARRAY_RAW(scratch, double, d *d);
    query_vectors(base, query, 1, vector);
    const size_t count = above_zero(model, vector, kept, matrix);
    float *own = ARENA_ARRAY_RAW(scratch, float, count);
    float *past = ARENA_ARRAY_RAW(scratch, float, rows *count);
    choose(items + item * d, kept, count, own);
    for (size_t h = 0; h < rows; h++)
        choose(items + history->items[h] * d, kept, count, past + h * count);
    shares_ridge(&(struct shares_ridge){count, rows, matrix, own, past,
                                        model->use_ratings ? history->ratings : NULL},
                 shares);
    shares_settle(shares, rows, (double)kernels()->dot(items + item * d, vector, d));
    arena_reset(scratch, mark);
}

/* ---- Tensors --------------------------------------------------------------------------------- */

static const float *item_vectors(const struct model *base, size_t *dimension,
                                 enum vector_metric *metric) {
    const struct nmf *model = (const struct nmf *)base;
    *dimension = model->dimension;
    *metric = VECTOR_DOT;
    return tensor_floats(&model->items);
}

static size_t tensors(struct model *base, struct tensor **list) {
    struct nmf *model = (struct nmf *)base;
    list[0] = &model->items;
    list[1] = &model->gram;
    list[2] = &model->popularity;
    return 3;
}

static enum status attach(struct model *base, struct error *error) {
    struct nmf *model = (struct nmf *)base;
    size_t d = model->dimension;
    TRY(model_expect(&model->items, TENSOR_F32, base->item_count, d, error));
    TRY(model_expect(&model->gram, TENSOR_F32, d, d, error));
    TRY(model_expect(&model->popularity, TENSOR_F32, base->item_count, 0, error));
    derive(model);
    return STATUS_OK;
}

const struct model_ops model_nmf = {
    .name = "nmf",
    .aliases = "nmf_ann",
    .family = "factorization",
    .summary = "non-negative matrix factorisation: tastes that only add up",
    .source = "Lee & Seung, NIPS 2001; Cichocki & Phan 2009; nndsvda",
    .settings = settings_table,
    .traits = MODEL_RANDOM,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .item_vectors = item_vectors,
    .query_vectors = query_vectors,
    .explain = explain,
};

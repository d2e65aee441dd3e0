/* next_item.c: a linear regression of what comes next on what came before, in closed form.
 *
 * Idea     Before each event of each history stands x, the items before it, the nearer the heavier;
 *          behind it stands y, the event itself and, more lightly, those that follow (who rates a
 *          dozen items in a minute means no order by it). One matrix of items on items maps x to y
 *          in the least squares:
 *            min |X B - Y|^2 + l2 |B|^2    B = (X^T X + l2 I)^-1 X^T Y
 *            x of gap g (0: the event just before)   (1 + g)^-decay,  g < window
 *            y of gap g (0: the event itself)        target_decay^g,  g < targets
 *          score = x of the whole history times B.
 * Source   Choi et al., "Session-aware Linear Item-Item Models for Session-based Recommendation",
 *          WWW 2021, section 4.2 (SLIT), with all later items for targets there, and decay by a
 *          power here: it keeps the far past alive, which exponential decay forgets.
 * State    weights [items][items], popularity [items]; float32.
 * Cost     n items, m events: m window^2 / 2 + m window targets additions, 2 n^3 multiply-adds,
 *          three n x n matrices while fitting (ml-1m: 165 MB). score: window x items.
 * Bare     A history in the order of time is all that is asked for; the user is not looked at.
 * Traps    Rows of an interaction with unknown time stand first and count as the oldest. The
 *          diagonal is kept: an item of the history does not come again anyway.
 * Checked  tests/models/test_next_item.c (numpy), conformance,
 *          config/recipes/ml-1m-ncf/next_item.yaml. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"
#include "models/baseline/item_share.h"
#include "models/model.h"
#include "sparse/csr.h"
#include "sparse/spd.h"

#define WINDOW_MAX 512
#define TARGETS_MAX 64
#define SHARD_ROWS 32
#define CHUNK_ENTRIES                                                                              \
    ((size_t)4 << 20) /* of X that are there at a time: 64 MB with its transpose */
#define QUERY_BLOCK 64

extern const struct model_ops model_next_item;

struct next_item {
    struct model base;
    double l2, decay, target_decay;
    size_t window, targets;
    float nearness[WINDOW_MAX]; /* of x, by gap; derived from the settings */
    struct tensor weights, popularity;
};

static const struct setting_spec settings_table[] = {
    {"model.l2", SETTING_REAL, "1000", 1e-3, 1e9, NULL, "model.lambda|model.reg",
     "ridge: higher for fewer or noisier data"},
    {"model.decay", SETTING_REAL, "1", 0, 8, NULL, NULL,
     "power by which an event of the past counts less the longer ago it is"},
    {"model.window", SETTING_INT, "50", 1, WINDOW_MAX, NULL, NULL,
     "how many of the latest events count"},
    {"model.targets", SETTING_INT, "8", 1, TARGETS_MAX, NULL, NULL,
     "how many of the following events are predicted"},
    {"model.target_decay", SETTING_REAL, "0.7", 0, 1, NULL, NULL,
     "by how much each further one of them counts less"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    (void)error;
    struct next_item *model = model_allocate(&model_next_item, sizeof *model);
    model->l2 = settings_real(settings, "model.l2");
    model->decay = settings_real(settings, "model.decay");
    model->target_decay = settings_real(settings, "model.target_decay");
    model->window = (size_t)settings_int(settings, "model.window");
    model->targets = (size_t)settings_int(settings, "model.targets");
    for (size_t g = 0; g < model->window; g++)
        model->nearness[g] = (float)pow((double)(g + 1), -model->decay);
    model->weights.name = "weights";
    model->popularity.name = "popularity";
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Fit ------------------------------------------------------------------------------------- */

/* Some users' events as rows: X and Y, and X by item. */
struct chunk {
    struct csr x, y, x_by_item;
    float *gram, *target; /* [items][items] that they are added to */
};

/* Row i += sum over the events of x_i times the row of X or Y, for a shard of items. */
static void add_shard(void *context, size_t shard) {
    const struct chunk *chunk = context;
    const struct kernel_table *table = kernels();
    const size_t n = chunk->x_by_item.row_count, end = (shard + 1) * SHARD_ROWS;
    for (size_t i = shard * SHARD_ROWS; i < n && i < end; i++) {
        const struct csr_row events = csr_row(&chunk->x_by_item, (uint32_t)i);
        for (size_t e = 0; e < events.count; e++) {
            const struct csr_row x = csr_row(&chunk->x, events.columns[e]);
            const struct csr_row y = csr_row(&chunk->y, events.columns[e]);
            table->scatter_axpy(chunk->gram + i * n, events.values[e], x.columns, x.values,
                                x.count);
            table->scatter_axpy(chunk->target + i * n, events.values[e], y.columns, y.values,
                                y.count);
        }
    }
}

/* Rows of a csr matrix while it is written. */
struct rows {
    uint64_t *offsets;
    uint32_t *columns;
    float *values;
    size_t row_count, count;
};

static struct rows rows_begin(size_t rows, size_t entries, struct arena *arena) {
    return (struct rows){.offsets = ARENA_ARRAY(arena, uint64_t, rows + 1),
                         .columns = ARENA_ARRAY_RAW(arena, uint32_t, entries),
                         .values = ARENA_ARRAY_RAW(arena, float, entries)};
}

static void rows_put(struct rows *rows, uint32_t column, float value) {
    rows->columns[rows->count] = column;
    rows->values[rows->count++] = value;
}

static void rows_end_row(struct rows *rows) { rows->offsets[++rows->row_count] = rows->count; }

static struct csr rows_matrix(const struct rows *rows, uint32_t columns) {
    return (struct csr){(uint32_t)rows->row_count, columns, rows->offsets, rows->columns,
                        rows->values};
}

/* Every event of a history but the first. */
static void put_events(const struct next_item *model, const struct history *history, struct rows *x,
                       struct rows *y) {
    for (size_t t = 1; t < history->count; t++) {
        for (size_t g = 0; g < model->window && g < t; g++)
            rows_put(x, history->items[t - 1 - g], model->nearness[g]);
        rows_end_row(x);
        float weight = 1;
        for (size_t g = 0; g < model->targets && t + g < history->count && weight > 0; g++) {
            rows_put(y, history->items[t + g], weight);
            weight *= (float)model->target_decay;
        }
        rows_end_row(y);
    }
}

/* Adds the events of users `begin` ... to gram and target; returns the first user that is left. */
static uint32_t add_chunk(const struct next_item *model, const struct interactions *train,
                          uint32_t begin, struct chunk *chunk) {
    struct arena scratch = {0};
    uint32_t end = begin;
    size_t events = 0;
    while (end < train->user_count && (events == 0 || events * model->window < CHUNK_ENTRIES))
        events += interactions_history(train, end++).count;
    struct rows x = rows_begin(events, events * model->window, &scratch);
    struct rows y = rows_begin(events, events * model->targets, &scratch);
    for (uint32_t u = begin; u < end; u++) {
        const struct history history = interactions_history(train, u);
        put_events(model, &history, &x, &y);
    }
    chunk->x = rows_matrix(&x, train->item_count);
    chunk->y = rows_matrix(&y, train->item_count);
    chunk->x_by_item = csr_transpose(&chunk->x, &scratch);
    parallel_for((train->item_count + SHARD_ROWS - 1) / SHARD_ROWS, add_shard, chunk);
    arena_release(&scratch);
    return end;
}

struct solving {
    size_t n;
    const float *inverse, *target;
    float *weights;
};

static void multiply_shard(void *context, size_t shard) {
    const struct solving *solving = context;
    const size_t n = solving->n, begin = shard * SHARD_ROWS;
    const size_t rows = n - begin < SHARD_ROWS ? n - begin : SHARD_ROWS;
    kernels()->gemm(&(struct kernel_gemm){.m = rows,
                                          .n = n,
                                          .k = n,
                                          .a = solving->inverse + begin * n,
                                          .a_row = n,
                                          .a_column = 1,
                                          .b = solving->target,
                                          .b_row = n,
                                          .c = solving->weights + begin * n,
                                          .c_row = n});
}

/* weights = (gram + l2 I)^-1 target; gram is lost. */
static enum status solve(struct next_item *model, float *gram, const float *target,
                         struct error *error) {
    const size_t n = model->base.item_count;
    for (size_t i = 0; i < n; i++)
        gram[i * n + i] += (float)model->l2;
    if (!spd_invert(gram, n))
        return error_set(error, STATUS_BAD_INPUT,
                         "model.l2=%g is too small for these data: the matrix cannot be inverted "
                         "in single precision; try ten times as much",
                         model->l2);
    spd_mirror(gram, n);
    tensor_make(&model->weights, TENSOR_F32, n, n, &model->base.arena);
    struct solving solving = {n, gram, target, tensor_floats(&model->weights)};
    parallel_for((n + SHARD_ROWS - 1) / SHARD_ROWS, multiply_shard, &solving);
    return STATUS_OK;
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct next_item *model = (struct next_item *)base;
    const struct interactions *train = input->train;
    model_describe(base, train);
    const size_t n = train->item_count;
    TRY(model_expect_memory(
        3 * n * n * sizeof(float) + CHUNK_ENTRIES * 16, "the matrices of next_item",
        "use fewer items (data.min_item_interactions), or another model", error));
    struct arena scratch = {0};
    struct chunk chunk = {.gram = ARENA_ARRAY(&scratch, float, n *n),
                          .target = ARENA_ARRAY(&scratch, float, n *n)};
    enum status status = STATUS_OK;
    for (uint32_t user = 0; user < train->user_count && status == STATUS_OK;) {
        user = add_chunk(model, train, user, &chunk);
        if (input->cancel && atomic_load(input->cancel))
            status = error_set(error, STATUS_CANCELLED, "stopped; nothing was kept");
    }
    if (status == STATUS_OK)
        status = solve(model, chunk.gram, chunk.target, error);
    arena_release(&scratch);
    if (status != STATUS_OK)
        return status;
    tensor_make(&model->popularity, TENSOR_F32, n, 0, &base->arena);
    item_share_fill(tensor_floats(&model->popularity), train);
    return STATUS_OK;
}

/* ---- Score ----------------------------------------------------------------------------------- */

/* The latest events of a history, oldest first, with their nearness in values[window]. */
static struct csr_row latest(const struct next_item *model, const struct history *history,
                             float *values) {
    const size_t count = history->count < model->window ? history->count : model->window;
    for (size_t g = 0; g < count; g++)
        values[count - 1 - g] = model->nearness[g];
    return (struct csr_row){count, history->items + history->count - count, values};
}

static void score_listed(const struct next_item *model, const struct csr_row *row,
                         const uint32_t *items, size_t item_count, float *scores) {
    memset(scores, 0, item_count * sizeof *scores);
    for (size_t h = 0; h < row->count; h++) {
        const float *weights =
            tensor_floats(&model->weights) + row->columns[h] * (size_t)model->base.item_count;
        for (size_t i = 0; i < item_count; i++)
            scores[i] += row->values[h] * weights[items[i]];
    }
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct next_item *model = (const struct next_item *)base;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct csr_row *rows = ARENA_ARRAY_RAW(scratch, struct csr_row, query_count);
    float *values = ARENA_ARRAY_RAW(scratch, float, query_count * model->window);
    for (size_t q = 0; q < query_count; q++)
        rows[q] = latest(model, &queries[q].history, values + q * model->window);
    for (size_t q = 0; !items && q < query_count; q += QUERY_BLOCK)
        csr_multiply(scores + q * item_count, rows + q,
                     query_count - q < QUERY_BLOCK ? query_count - q : QUERY_BLOCK,
                     tensor_floats(&model->weights), item_count);
    for (size_t q = 0; q < query_count; q++)
        if (rows[q].count == 0)
            item_share_scores(scores + q * item_count, tensor_floats(&model->popularity), items,
                              item_count);
        else if (items)
            score_listed(model, &rows[q], items, item_count, scores + q * item_count);
    arena_reset(scratch, mark);
}

/* Exact: the shares sum to the score. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct next_item *model = (const struct next_item *)base;
    float values[WINDOW_MAX];
    const struct csr_row row = latest(model, &query->history, values);
    const size_t old = query->history.count - row.count;
    memset(shares, 0, old * sizeof *shares);
    for (size_t h = 0; h < row.count; h++)
        shares[old + h] =
            values[h] *
            tensor_floats(&model->weights)[row.columns[h] * (size_t)base->item_count + item];
}

static size_t tensors(struct model *base, struct tensor **list) {
    struct next_item *model = (struct next_item *)base;
    list[0] = &model->weights;
    list[1] = &model->popularity;
    return 2;
}

static enum status attach(struct model *base, struct error *error) {
    const struct next_item *model = (const struct next_item *)base;
    TRY(model_expect(&model->popularity, TENSOR_F32, base->item_count, 0, error));
    return model_expect(&model->weights, TENSOR_F32, base->item_count, base->item_count, error);
}

/* On a validation part of ml-1m-ncf (267 rows an item) 1000 was best of 100 to 2500; fewer rows ask
 * for less, as in ease. */
static void suggest(struct settings *settings, const struct interactions *train) {
    if (train->count < (size_t)train->item_count * 100)
        settings_default(settings, "model.l2", "200");
}

const struct model_ops model_next_item = {
    .name = "next_item",
    .family = "sequence",
    .summary = "linear regression of the next item on the latest ones, in closed form",
    .source = "Choi et al., WWW 2021 (SLIT), with decay by a power",
    .settings = settings_table,
    .needs = MODEL_NEEDS_ORDER,
    .traits = MODEL_ORDER_AWARE,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .suggest = suggest,
};

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
 * Sums     Both matrices are sums over pairs of one history, and what a pair adds depends on its
 *          distance d alone, and for X^T X on how many events follow the later one:
 *            X^T X   C[d][n] = sum over g < n of x(g) x(g + d)
 *            X^T Y   D[d]    = sum over g + h = d - 1 of x(g) y(h)
 *          so no event is written down, and a row costs window additions instead of window^2.
 * Sources  Weights are solved from the model.sources most frequent items; what is rarer is
 *          predicted, but says nothing of what follows. Where that leaves items out, a history of
 *          rare items alone gets the popular ones.
 * State    weights [sources][items], rows [items] uint32: an item's row in them, or UINT32_MAX;
 *          popularity [items]. float32.
 * Cost     n items, s sources, m rows: m (2 window + targets) additions, s^3 / 6 + s^2 n
 *          multiply-adds; s (s + n) floats and 8 m bytes while fitting. score: window x items.
 * Bare     A history in the order of time is all that is asked for; the user is not looked at.
 * Traps    Rows of an interaction with unknown time stand first and count as the oldest. The
 *          diagonal is kept: an item of the history does not come again anyway.
 * Checked  tests/models/test_next_item.c (numpy, sources left out), conformance,
 *          config/recipes/ml-1m-ncf/next_item.yaml. */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "models/baseline/item_share.h"
#include "models/model.h"
#include "sparse/csr.h"
#include "sparse/largest.h"
#include "sparse/spd.h"

#define WINDOW_MAX 512
#define TARGETS_MAX 64
#define SHARD_ROWS 32
#define QUERY_BLOCK 64
#define NO_ROW UINT32_MAX

extern const struct model_ops model_next_item;

struct next_item {
    struct model base;
    double l2, decay, target_decay;
    size_t window, targets, sources;
    float nearness[WINDOW_MAX]; /* of x, by gap; derived from the settings */
    struct tensor weights, rows, popularity;
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
    {"model.sources", SETTING_INT, "4096", 1, 1e6, NULL, NULL,
     "how many items, the most frequent, say what comes next: memory and time grow with them"},
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
    model->sources = (size_t)settings_int(settings, "model.sources");
    model->weights.name = "weights";
    model->rows.name = "rows";
    model->popularity.name = "popularity";
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Fit ------------------------------------------------------------------------------------- */

struct fitting {
    const struct next_item *model;
    const struct interactions *train;
    size_t sources;
    const uint32_t *row_of;  /* [items] among the sources, or NO_ROW */
    uint32_t *user_of;       /* [rows of train] */
    const uint64_t *offsets; /* [sources + 1] into places */
    const uint32_t *places;  /* the rows of train that are of each source, ascending */
    float *both;             /* C: [window][window + 1] */
    float *after;            /* D: [window + targets]; after[0] is 0 */
    float *gram, *target;    /* [sources][sources], its lower triangle, and [sources][items] */
};

static void fill_sums(const struct fitting *fitting) {
    const struct next_item *model = fitting->model;
    const size_t window = model->window;
    const double decay = model->target_decay;
    for (size_t d = 0; d < window; d++) {
        double sum = 0;
        for (size_t g = 0; g < window; g++) {
            fitting->both[d * (window + 1) + g] = (float)sum;
            if (g + d < window)
                sum += (double)model->nearness[g] * (double)model->nearness[g + d];
        }
        fitting->both[d * (window + 1) + window] = (float)sum;
    }
    for (size_t d = 1; d < window + model->targets; d++) {
        double sum = 0;
        for (size_t h = 0; h < model->targets && h < d; h++)
            if (d - 1 - h < window)
                sum += pow(decay, (double)h) * (double)model->nearness[d - 1 - h];
        fitting->after[d] = (float)sum;
    }
}

/* What one event of a history, the row `at` of train, adds to row `source` of both matrices. */
static void add_event(const struct fitting *fitting, size_t source, size_t at) {
    const struct interactions *train = fitting->train;
    const size_t window = fitting->model->window;
    const uint32_t user = fitting->user_of[at];
    const size_t begin = train->offsets[user], end = train->offsets[user + 1];
    float *gram = fitting->gram + source * fitting->sources;
    float *target = fitting->target + source * train->item_count;
    for (size_t i = at - begin < window ? begin : at - window + 1; i < end && i < at + window;
         i++) {
        const size_t row = fitting->row_of[train->items[i]];
        const size_t gap = i < at ? at - i : i - at, later = i < at ? at : i;
        const size_t events = end - 1 - later < window ? end - 1 - later : window;
        if (row <= source)
            gram[row] += fitting->both[gap * (window + 1) + events];
    }
    for (size_t i = at + 1; i < end && i - at < window + fitting->model->targets; i++)
        target[train->items[i]] += fitting->after[i - at];
}

static void add_shard(void *context, size_t shard) {
    const struct fitting *fitting = context;
    const size_t end = (shard + 1) * SHARD_ROWS;
    for (size_t source = shard * SHARD_ROWS; source < fitting->sources && source < end; source++)
        for (size_t e = fitting->offsets[source]; e < fitting->offsets[source + 1]; e++)
            add_event(fitting, source, fitting->places[e]);
}

/* The most frequent items, among equals those that come first, in the order of items. */
static void choose_sources(const struct fitting *fitting, uint32_t *row_of, struct arena *scratch) {
    const size_t items = fitting->train->item_count;
    uint32_t *counts = ARENA_ARRAY(scratch, uint32_t, items);
    struct entry *often = ARENA_ARRAY_RAW(scratch, struct entry, items);
    interactions_item_counts(fitting->train, counts);
    for (uint32_t i = 0; i < items; i++) {
        often[i] = (struct entry){i, (float)counts[i]};
        row_of[i] = NO_ROW;
    }
    largest_select(often, items, fitting->sources);
    for (size_t s = 0; s < fitting->sources; s++)
        row_of[often[s].index] = 0;
    for (uint32_t i = 0, row = 0; i < items; i++)
        if (row_of[i] != NO_ROW)
            row_of[i] = row++;
}

/* Where each source occurs. */
static void find_places(struct fitting *fitting, struct arena *scratch) {
    const struct interactions *train = fitting->train;
    uint64_t *offsets = ARENA_ARRAY(scratch, uint64_t, fitting->sources + 2);
    uint32_t *places = ARENA_ARRAY_RAW(scratch, uint32_t, train->count);
    fitting->user_of = ARENA_ARRAY_RAW(scratch, uint32_t, train->count);
    for (uint32_t user = 0; user < train->user_count; user++)
        for (size_t row = train->offsets[user]; row < train->offsets[user + 1]; row++)
            fitting->user_of[row] = user;
    /* One further on, so that filling moves each to where it belongs. */
    for (size_t row = 0; row < train->count; row++)
        if (fitting->row_of[train->items[row]] != NO_ROW)
            offsets[fitting->row_of[train->items[row]] + 2]++;
    for (size_t s = 0; s < fitting->sources; s++)
        offsets[s + 2] += offsets[s + 1];
    for (size_t row = 0; row < train->count; row++)
        if (fitting->row_of[train->items[row]] != NO_ROW)
            places[offsets[fitting->row_of[train->items[row]] + 1]++] = (uint32_t)row;
    fitting->offsets = offsets;
    fitting->places = places;
}

/* target becomes (gram + l2 I)^-1 target; gram is lost. */
static enum status solve(const struct fitting *fitting, struct error *error) {
    const size_t n = fitting->sources;
    for (size_t i = 0; i < n; i++)
        fitting->gram[i * n + i] += (float)fitting->model->l2;
    if (!spd_factor(fitting->gram, n))
        return error_set(error, STATUS_BAD_INPUT,
                         "model.l2=%g is too small for these data: the matrix cannot be factored "
                         "in single precision; try ten times as much",
                         fitting->model->l2);
    spd_substitute(fitting->gram, n, fitting->target, fitting->train->item_count);
    return STATUS_OK;
}

static enum status fit_weights(struct fitting *fitting, struct next_item *model,
                               const struct fit_input *input, struct arena *scratch,
                               struct error *error) {
    const size_t n = fitting->train->item_count, window = model->window;
    tensor_make(&model->rows, TENSOR_U32, n, 0, &model->base.arena);
    choose_sources(fitting, model->rows.data, scratch);
    fitting->row_of = model->rows.data;
    tensor_make(&model->weights, TENSOR_F32, fitting->sources, n, &model->base.arena);
    fitting->target = tensor_floats(&model->weights);
    fitting->gram = ARENA_ARRAY(scratch, float, fitting->sources * fitting->sources);
    fitting->both = ARENA_ARRAY(scratch, float, window *(window + 1));
    fitting->after = ARENA_ARRAY(scratch, float, window + model->targets);
    fill_sums(fitting);
    find_places(fitting, scratch);
    parallel_for((fitting->sources + SHARD_ROWS - 1) / SHARD_ROWS, add_shard, fitting);
    if (input->cancel && atomic_load(input->cancel))
        return error_set(error, STATUS_CANCELLED, "stopped; nothing was kept");
    return solve(fitting, error);
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct next_item *model = (struct next_item *)base;
    const struct interactions *train = input->train;
    model_describe(base, train);
    const size_t n = train->item_count, sources = model->sources < n ? model->sources : n;
    TRY(model_expect_memory(sources * (sources + n) * sizeof(float) + train->count * 8,
                            "the matrices of next_item",
                            "lower model.sources, use fewer items (data.min_item_interactions), or "
                            "another model",
                            error));
    struct arena scratch = {0};
    struct fitting fitting = {.model = model, .train = train, .sources = sources};
    enum status status = fit_weights(&fitting, model, input, &scratch, error);
    arena_release(&scratch);
    if (status != STATUS_OK)
        return status;
    tensor_make(&model->popularity, TENSOR_F32, n, 0, &base->arena);
    item_share_fill(tensor_floats(&model->popularity), train);
    return STATUS_OK;
}

/* ---- Score ----------------------------------------------------------------------------------- */

/* The latest events of a history that are sources, oldest first, as rows of the weights in
 * columns[window], with their nearness in values[window]. */
static struct csr_row latest(const struct next_item *model, const struct history *history,
                             uint32_t *columns, float *values) {
    const uint32_t *rows = model->rows.data;
    const size_t first = history->count < model->window ? 0 : history->count - model->window;
    size_t count = 0;
    for (size_t h = first; h < history->count; h++) {
        if (rows[history->items[h]] == NO_ROW)
            continue;
        columns[count] = rows[history->items[h]];
        values[count++] = model->nearness[history->count - 1 - h];
    }
    return (struct csr_row){count, columns, values};
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
    uint32_t *columns = ARENA_ARRAY_RAW(scratch, uint32_t, query_count * model->window);
    float *values = ARENA_ARRAY_RAW(scratch, float, query_count * model->window);
    for (size_t q = 0; q < query_count; q++)
        rows[q] = latest(model, &queries[q].history, columns + q * model->window,
                         values + q * model->window);
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

/* Exact: the shares sum to the score, except where the score is popularity. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct next_item *model = (const struct next_item *)base;
    const struct history *history = &query->history;
    const uint32_t *rows = model->rows.data;
    for (size_t h = 0; h < history->count; h++) {
        const size_t gap = history->count - 1 - h, row = rows[history->items[h]];
        shares[h] = gap < model->window && row != NO_ROW
                        ? model->nearness[gap] *
                              tensor_floats(&model->weights)[row * base->item_count + item]
                        : 0;
    }
}

static size_t tensors(struct model *base, struct tensor **list) {
    struct next_item *model = (struct next_item *)base;
    list[0] = &model->weights;
    list[1] = &model->rows;
    list[2] = &model->popularity;
    return 3;
}

static enum status attach(struct model *base, struct error *error) {
    const struct next_item *model = (const struct next_item *)base;
    const size_t items = base->item_count,
                 sources = items < model->sources ? items : model->sources;
    TRY(model_expect(&model->popularity, TENSOR_F32, items, 0, error));
    TRY(model_expect(&model->rows, TENSOR_U32, items, 0, error));
    TRY(model_expect(&model->weights, TENSOR_F32, sources, items, error));
    const uint32_t *rows = model->rows.data;
    for (size_t i = 0; i < items; i++)
        if (rows[i] >= sources && rows[i] != NO_ROW)
            return error_set(error, STATUS_BAD_INPUT,
                             "next_item: the rows of its items are damaged; train the model again");
    return STATUS_OK;
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

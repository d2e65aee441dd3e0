/* item_weights.c: see item_weights.h. */
#include "models/item_weights.h"

#include <string.h>

#include "kernels/kernels.h"
#include "models/baseline/item_share.h"

void item_weights_init(struct item_weights *weights, bool use_ratings) {
    weights->offsets.name = "offsets";
    weights->items.name = "items";
    weights->weights.name = "weights";
    weights->popularity.name = "popularity";
    weights->use_ratings = use_ratings;
}

static struct csr by_history(const struct item_weights *weights) {
    const uint32_t n = (uint32_t)tensor_count(&weights->popularity);
    return (struct csr){n, n, weights->offsets.data, weights->items.data, weights->weights.data};
}

/* What is in the model's arena already. */
static void keep(struct tensor *tensor, enum tensor_type type, size_t count, const void *data) {
    *tensor = (struct tensor){tensor->name, type, 1, {count}, (void *)(uintptr_t)data};
}

void item_weights_take(struct item_weights *weights, const struct csr *into,
                       const struct interactions *train, struct arena *arena) {
    const struct csr rows = csr_transpose(into, arena);
    const size_t count = csr_count(&rows);
    keep(&weights->offsets, TENSOR_U64, (size_t)rows.row_count + 1, rows.offsets);
    keep(&weights->items, TENSOR_U32, count, rows.columns);
    keep(&weights->weights, TENSOR_F32, count, rows.values);
    tensor_make(&weights->popularity, TENSOR_F32, train->item_count, 0, arena);
    item_share_fill(tensor_floats(&weights->popularity), train);
}

static void score_all(const struct item_weights *weights, const struct history *history,
                      float *scores) {
    const struct csr matrix = by_history(weights);
    size_t entries = 0;
    memset(scores, 0, matrix.column_count * sizeof *scores);
    for (size_t h = 0; h < history->count; h++) {
        const struct csr_row row = csr_row(&matrix, history->items[h]);
        kernels()->scatter_axpy(scores, history_strength(history, h, weights->use_ratings),
                                row.columns, row.values, row.count);
        entries += row.count;
    }
    if (entries == 0)
        item_share_scores(scores, tensor_floats(&weights->popularity), NULL, matrix.column_count);
}

void item_weights_score(const struct item_weights *weights, const struct query *queries,
                        size_t query_count, const uint32_t *items, size_t item_count,
                        float *scores) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t all_count = tensor_count(&weights->popularity);
    float *all = items ? ARENA_ARRAY_RAW(scratch, float, all_count) : NULL;
    for (size_t q = 0; q < query_count; q++) {
        float *out = scores + q * item_count;
        score_all(weights, &queries[q].history, items ? all : out);
        if (items)
            item_share_scores(out, all, items, item_count);
    }
    arena_reset(scratch, mark);
}

void item_weights_explain(const struct item_weights *weights, const struct query *query,
                          uint32_t item, float *shares) {
    const struct csr matrix = by_history(weights);
    for (size_t h = 0; h < query->history.count; h++) {
        const struct csr_row row = csr_row(&matrix, query->history.items[h]);
        const size_t entry = csr_row_find(&row, item);
        shares[h] = entry < row.count ? history_strength(&query->history, h, weights->use_ratings) *
                                            csr_row_value(&row, entry)
                                      : 0.0f;
    }
}

size_t item_weights_tensors(struct item_weights *weights, struct tensor **list) {
    list[0] = &weights->offsets;
    list[1] = &weights->items;
    list[2] = &weights->weights;
    list[3] = &weights->popularity;
    return 4;
}

enum status item_weights_attach(const struct item_weights *weights, const struct model *model,
                                struct error *error) {
    const size_t entries = tensor_count(&weights->items);
    TRY(model_expect(&weights->offsets, TENSOR_U64, (size_t)model->item_count + 1, 0, error));
    TRY(model_expect(&weights->items, TENSOR_U32, entries, 0, error));
    TRY(model_expect(&weights->weights, TENSOR_F32, entries, 0, error));
    TRY(model_expect(&weights->popularity, TENSOR_F32, model->item_count, 0, error));
    const struct csr matrix = by_history(weights);
    if (!csr_is_valid(&matrix, entries))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: the lists of weights are damaged; train the model again",
                         model->ops->name);
    return STATUS_OK;
}

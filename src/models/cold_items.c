/* cold_items.c: see cold_items.h. */
#include "models/cold_items.h"

#include <string.h>

struct extended {
    struct model base;
    struct model_ops ops; /* the model's, with what is done here in its place */
    const struct model *model;
    const struct cold_items *cold;
    const float *vectors; /* [items][dimension]; NULL: none */
    size_t dimension;
    enum vector_metric metric;
};

static const struct extended *extended_of(const struct model *model) {
    return (const struct extended *)model;
}

float cold_items_mean(const struct cold_items *cold, uint32_t index, const float *row) {
    float sum = 0;
    for (uint64_t n = cold->offsets[index]; n < cold->offsets[index + 1]; n++)
        sum += cold->weights[n] * row[cold->near[n]];
    return sum;
}

/* ---- Histories of known items ---- */

static bool has_cold(const struct extended *extended, const struct history *history) {
    bool found = false;
    for (size_t h = 0; h < history->count; h++)
        found |= history->items[h] >= extended->model->item_count;
    return found;
}

/* The nearest item that is not taken yet; the model's item_count: all are. */
static uint32_t free_near(const struct extended *extended, uint32_t item, const bool *is_taken) {
    const struct cold_items *cold = extended->cold;
    const uint32_t index = item - extended->model->item_count;
    for (uint64_t n = cold->offsets[index]; n < cold->offsets[index + 1]; n++)
        if (!is_taken[cold->near[n]])
            return cold->near[n];
    return extended->model->item_count;
}

/* The history as the model knows its items; rows[its count] says which row of the given one each
 * is, where that is asked for. */
static struct history known_history(const struct extended *extended, const struct history *history,
                                    struct arena *scratch, size_t *rows) {
    const uint32_t known = extended->model->item_count;
    bool *is_taken = ARENA_ARRAY(scratch, bool, known);
    uint32_t *items = ARENA_ARRAY(scratch, uint32_t, history->count);
    float *ratings = history->ratings ? ARENA_ARRAY(scratch, float, history->count) : NULL;
    int64_t *times = history->times ? ARENA_ARRAY(scratch, int64_t, history->count) : NULL;
    size_t count = 0;
    for (size_t h = 0; h < history->count; h++)
        if (history->items[h] < known)
            is_taken[history->items[h]] = true;
    for (size_t h = 0; h < history->count; h++) {
        const bool is_cold = history->items[h] >= known;
        const uint32_t item =
            is_cold ? free_near(extended, history->items[h], is_taken) : history->items[h];
        if (item == known)
            continue;
        is_taken[item] = true;
        items[count] = item;
        if (ratings)
            ratings[count] = history->ratings[h];
        if (times)
            times[count] = history->times[h];
        if (rows)
            rows[count] = h;
        count++;
    }
    return (struct history){count, items, ratings, times};
}

static const struct query *known_queries(const struct extended *extended,
                                         const struct query *queries, size_t count,
                                         struct arena *scratch) {
    struct query *own = NULL;
    for (size_t q = 0; q < count; q++) {
        if (!has_cold(extended, &queries[q].history))
            continue;
        if (!own) {
            own = ARENA_ARRAY(scratch, struct query, count);
            memcpy(own, queries, count * sizeof *own);
        }
        own[q].history = known_history(extended, &queries[q].history, scratch, NULL);
    }
    return own ? own : queries;
}

/* ---- Scores ---- */

/* Rows of all items: the model writes them one behind the other, and the last is moved first. */
static void score_all(const struct extended *extended, const struct query *queries,
                      size_t query_count, float *scores) {
    const size_t known = extended->model->item_count, all = extended->base.item_count;
    extended->model->ops->score(extended->model, queries, query_count, NULL, known, scores);
    for (size_t q = query_count; q-- > 0;) {
        float *row = scores + q * all;
        memmove(row, scores + q * known, known * sizeof *row);
        for (uint32_t c = 0; c < extended->cold->count; c++)
            row[known + c] = cold_items_mean(extended->cold, c, row);
    }
}

/* The items to ask the model for in place of those that were asked for: a cold one's neighbours.
 */
static size_t expand(const struct extended *extended, const uint32_t *items, size_t count,
                     uint32_t *asked) {
    const struct cold_items *cold = extended->cold;
    const uint32_t known = extended->model->item_count;
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i] < known) {
            if (asked)
                asked[total] = items[i];
            total++;
            continue;
        }
        const uint64_t begin = cold->offsets[items[i] - known],
                       end = cold->offsets[items[i] - known + 1];
        if (asked)
            memcpy(asked + total, cold->near + begin, (end - begin) * sizeof *asked);
        total += end - begin;
    }
    return total;
}

/* values[those of expand()], each of `width` numbers, back to what was asked for. */
static void reduce(const struct extended *extended, const uint32_t *items, size_t count,
                   const float *values, size_t width, float *out) {
    const struct cold_items *cold = extended->cold;
    const uint32_t known = extended->model->item_count;
    for (size_t i = 0; i < count; i++, out += width) {
        if (items[i] < known) {
            memcpy(out, values, width * sizeof *out);
            values += width;
            continue;
        }
        const uint32_t index = items[i] - known;
        memset(out, 0, width * sizeof *out);
        for (uint64_t n = cold->offsets[index]; n < cold->offsets[index + 1]; n++, values += width)
            for (size_t w = 0; w < width; w++)
                out[w] += cold->weights[n] * values[w];
    }
}

static void score(const struct model *model, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct extended *extended = extended_of(model);
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct query *own = known_queries(extended, queries, query_count, scratch);
    if (!items) {
        score_all(extended, own, query_count, scores);
    } else {
        const size_t total = expand(extended, items, item_count, NULL);
        uint32_t *asked = ARENA_ARRAY(scratch, uint32_t, total);
        float *values = ARENA_ARRAY(scratch, float, query_count *total);
        expand(extended, items, item_count, asked);
        extended->model->ops->score(extended->model, own, query_count, asked, total, values);
        for (size_t q = 0; q < query_count; q++)
            reduce(extended, items, item_count, values + q * total, 1, scores + q * item_count);
    }
    arena_reset(scratch, mark);
}

static size_t parts(const struct model *model, const struct query *query, const uint32_t *items,
                    size_t item_count, const char **names, float *amounts) {
    const struct extended *extended = extended_of(model);
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct query *own = known_queries(extended, query, 1, scratch);
    const size_t total = expand(extended, items, item_count, NULL);
    uint32_t *asked = ARENA_ARRAY(scratch, uint32_t, total);
    float *values = ARENA_ARRAY(scratch, float, total *MODEL_PARTS_MAX);
    expand(extended, items, item_count, asked);
    const size_t count =
        extended->model->ops->parts(extended->model, own, asked, total, names, values);
    reduce(extended, items, item_count, values, MODEL_PARTS_MAX, amounts);
    arena_reset(scratch, mark);
    return count;
}

/* ---- Reasons ---- */

static void explain(const struct model *model, const struct query *query, uint32_t item,
                    float *shares) {
    const struct extended *extended = extended_of(model);
    const uint32_t known = extended->model->item_count;
    const size_t given = query->history.count;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    size_t *rows = ARENA_ARRAY(scratch, size_t, given);
    struct query own = *query;
    own.history = known_history(extended, &query->history, scratch, rows);
    float *values = ARENA_ARRAY(scratch, float, own.history.count);
    const uint32_t index = item - known;
    const uint64_t begin = item < known ? 0 : extended->cold->offsets[index];
    const uint64_t end = item < known ? 1 : extended->cold->offsets[index + 1];
    for (size_t h = 0; h < given; h++)
        shares[h] = 0;
    for (uint64_t n = begin; n < end; n++) {
        extended->model->ops->explain(extended->model, &own,
                                      item < known ? item : extended->cold->near[n], values);
        const float weight = item < known ? 1 : extended->cold->weights[n];
        for (size_t h = 0; h < own.history.count; h++)
            shares[rows[h]] += weight * values[h];
    }
    arena_reset(scratch, mark);
}

/* ---- Likeness ---- */

/* The model's similarities to one of its items, which itself is as alike as the next one. */
static void similar_known(const struct model *model, uint32_t item, float *row) {
    float most = 0;
    model->ops->similar(model, item, row);
    for (uint32_t i = 0; i < model->item_count; i++)
        most = i != item && row[i] > most ? row[i] : most;
    row[item] = most;
}

static void similar(const struct model *model, uint32_t item, float *similarities) {
    const struct extended *extended = extended_of(model);
    const struct cold_items *cold = extended->cold;
    const uint32_t known = extended->model->item_count;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    if (item < known) {
        similar_known(extended->model, item, similarities);
    } else {
        float *row = ARENA_ARRAY(scratch, float, known);
        memset(similarities, 0, known * sizeof *similarities);
        for (uint64_t n = cold->offsets[item - known]; n < cold->offsets[item - known + 1]; n++) {
            similar_known(extended->model, cold->near[n], row);
            for (uint32_t i = 0; i < known; i++)
                similarities[i] += cold->weights[n] * row[i];
        }
    }
    for (uint32_t c = 0; c < cold->count; c++)
        similarities[known + c] = cold_items_mean(cold, c, similarities);
    arena_reset(scratch, mark);
}

/* ---- Vectors ---- */

static const float *item_vectors(const struct model *model, size_t *dimension,
                                 enum vector_metric *metric) {
    const struct extended *extended = extended_of(model);
    *dimension = extended->dimension;
    *metric = extended->metric;
    return extended->vectors;
}

static void query_vectors(const struct model *model, const struct query *queries,
                          size_t query_count, float *vectors) {
    const struct extended *extended = extended_of(model);
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct query *own = known_queries(extended, queries, query_count, scratch);
    extended->model->ops->query_vectors(extended->model, own, query_count, vectors);
    arena_reset(scratch, mark);
}

static void derive_vectors(struct extended *extended) {
    const struct model *model = extended->model;
    const struct cold_items *cold = extended->cold;
    if (!model->ops->item_vectors)
        return;
    const float *own = model->ops->item_vectors(model, &extended->dimension, &extended->metric);
    const size_t dimension = extended->dimension;
    if (!own)
        return;
    float *all = ARENA_ARRAY(&extended->base.arena, float, extended->base.item_count *dimension);
    memcpy(all, own, model->item_count * dimension * sizeof *all);
    float *vector = all + model->item_count * dimension;
    for (uint32_t c = 0; c < cold->count; c++, vector += dimension)
        for (uint64_t n = cold->offsets[c]; n < cold->offsets[c + 1]; n++)
            for (size_t d = 0; d < dimension; d++)
                vector[d] += cold->weights[n] * own[cold->near[n] * dimension + d];
    extended->vectors = all;
}

/* ---- All of it ---- */

struct model *cold_items_create(const struct model *model, const struct cold_items *cold) {
    struct extended *extended = model_allocate(model->ops, sizeof *extended);
    struct model *base = &extended->base;
    *base = *model;
    base->arena = (struct arena){0};
    base->item_count += cold->count;
    extended->model = model;
    extended->cold = cold;
    extended->ops = *model->ops;
    extended->ops.create = NULL;
    extended->ops.fit = NULL;
    extended->ops.tensors = NULL;
    extended->ops.attach = NULL;
    extended->ops.release = NULL;
    extended->ops.update = NULL;
    extended->ops.score = score;
    extended->ops.parts = model->ops->parts ? parts : NULL;
    extended->ops.explain = model->ops->explain ? explain : NULL;
    extended->ops.similar = model->ops->similar ? similar : NULL;
    extended->ops.item_vectors = model->ops->item_vectors ? item_vectors : NULL;
    extended->ops.query_vectors = model->ops->query_vectors ? query_vectors : NULL;
    base->ops = &extended->ops;
    derive_vectors(extended);
    return base;
}

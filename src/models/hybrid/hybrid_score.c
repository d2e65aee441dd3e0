/* hybrid_score.c: the parts' scores of a person put together; see hybrid.c.
 *
 * Idea     Lists: every part scores all items, because normalising and placing need them all; so a
 *          score is the same whichever items are asked for. Ratings: only what is asked for.
 * Cost     the parts' own, of all items, and some nanoseconds an item and part (places: 10).
 * Traps    Blocks are cut so that the parts' scores stay within SCORES_MAX numbers.
 *          The shares of explain(): each part's own, times what its scores count for; what no part
 *          can trace (its offset, a part without reasons) is dealt out equally to all rows, so that
 *          they sum to the score and no row gains on another by it.
 * Checked  tests/models/test_hybrid.c, conformance. */
#include <math.h>
#include <string.h>

#include "models/baseline/item_share.h"
#include "models/hybrid/hybrid_model.h"

#define SCORES_MAX ((size_t)1 << 22)

/* ---- Lists ----------------------------------------------------------------------------------- */

/* One person's row: values[p][items] as the parts have them, then normalised. */
struct desk {
    const struct hybrid *self;
    float **rows;  /* [parts] */
    uint8_t *seen; /* [items] zero between two persons */
    float *sums;   /* [items] */
    float *places; /* [items], or NULL */
};

static void mark_seen(const struct query *query, uint8_t *seen, uint8_t value) {
    for (size_t h = 0; h < query->history.count; h++)
        seen[query->history.items[h]] = value;
}

static void add_places(struct desk *desk, size_t part, float weight) {
    const struct hybrid *self = desk->self;
    const size_t n = self->base.item_count;
    size_t unseen = fusion_places(desk->rows[part], desk->seen, n, desk->places);
    if (self->method == HYBRID_RRF)
        fusion_add_rrf(desk->sums, desk->places, n, weight, self->k_rrf);
    else
        fusion_add_borda(desk->sums, desk->places, n, weight, unseen);
}

static void add_normalised(struct desk *desk, size_t part, float weight) {
    const size_t n = desk->self->base.item_count;
    float *scores = desk->rows[part];
    fusion_normalize(desk->self->normalization, scores, desk->seen, n);
    for (size_t i = 0; i < n; i++)
        desk->sums[i] += weight * scores[i];
}

static void normalise(struct desk *desk) {
    for (size_t p = 0; p < desk->self->parts.count; p++)
        fusion_normalize(desk->self->normalization, desk->rows[p], desk->seen,
                         desk->self->base.item_count);
}

/* The fused scores of all items into desk->sums. rows[p] are n apart for a combiner's `stride`. */
static void fuse(struct desk *desk, const struct query *query, size_t stride) {
    const struct hybrid *self = desk->self;
    const size_t n = self->base.item_count, rows = query->history.count;
    mark_seen(query, desk->seen, 1);
    if (self->method == HYBRID_STACKED && self->combiner) {
        normalise(desk);
        hybrid_features_combine(
            self, &(struct hybrid_features_job){.values = desk->rows[0],
                                                .stride = stride,
                                                .item_count = n,
                                                .activity = hybrid_features_activity(self, rows),
                                                .sums = desk->sums});
    } else {
        const double *weights = hybrid_weights_of(&self->weights, rows);
        memset(desk->sums, 0, n * sizeof *desk->sums);
        for (size_t p = 0; p < self->parts.count; p++)
            if (self->method == HYBRID_RRF || self->method == HYBRID_BORDA)
                add_places(desk, p, (float)weights[p]);
            else
                add_normalised(desk, p, (float)weights[p]);
    }
    mark_seen(query, desk->seen, 0);
}

static struct desk make_desk(const struct hybrid *self, struct arena *scratch) {
    const size_t n = self->base.item_count;
    bool places = self->method == HYBRID_RRF || self->method == HYBRID_BORDA;
    return (struct desk){.self = self,
                         .rows = ARENA_ARRAY(scratch, float *, self->parts.count),
                         .seen = ARENA_ARRAY(scratch, uint8_t, n),
                         .sums = ARENA_ARRAY_RAW(scratch, float, n),
                         .places = places ? ARENA_ARRAY_RAW(scratch, float, n) : NULL};
}

/* values[p][q][item] as the parts have them. */
static void ask_parts(const struct hybrid *self, const struct query *queries, size_t query_count,
                      float *values) {
    const size_t n = self->base.item_count;
    for (size_t p = 0; p < self->parts.count; p++) {
        const struct model *part = self->parts.list[p].model;
        part->ops->score(part, queries, query_count, NULL, n, values + p * query_count * n);
    }
}

void hybrid_score_lists(const struct hybrid *self, const struct query *queries, size_t query_count,
                        float *values) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct desk desk = make_desk(self, scratch);
    ask_parts(self, queries, query_count, values);
    for (size_t q = 0; q < query_count; q++) {
        for (size_t p = 0; p < self->parts.count; p++)
            desk.rows[p] = values + (p * query_count + q) * self->base.item_count;
        mark_seen(&queries[q], desk.seen, 1);
        normalise(&desk);
        mark_seen(&queries[q], desk.seen, 0);
    }
    arena_reset(scratch, mark);
}

/* Nothing is known of who asks, or nothing that a part has a use for. */
static bool falls_back(const struct hybrid *self, const struct query *query) {
    const bool wishes = query->genre_preference && self->base.traits & MODEL_READS_GENRES;
    return self->falls_back && query->history.count == 0 && !wishes;
}

static void score_list(const struct hybrid *self, const struct query *queries, size_t query_count,
                       const uint32_t *items, size_t item_count, float *scores) {
    struct arena *scratch = arena_scratch();
    const size_t n = self->base.item_count, parts = self->parts.count;
    struct desk desk = make_desk(self, scratch);
    float *values = ARENA_ARRAY_RAW(scratch, float, parts *query_count *n);
    ask_parts(self, queries, query_count, values);
    for (size_t q = 0; q < query_count; q++) {
        float *out = scores + q * item_count;
        if (falls_back(self, &queries[q])) {
            item_share_scores(out, tensor_floats(&self->popularity), items, item_count);
            continue;
        }
        for (size_t p = 0; p < parts; p++)
            desk.rows[p] = values + (p * query_count + q) * n;
        fuse(&desk, &queries[q], query_count * n);
        item_share_scores(out, desk.sums, items, item_count);
    }
}

/* ---- Ratings --------------------------------------------------------------------------------- */

/* The part's scores as ratings less `center`. */
static void to_ratings(const struct model *part, float *scores, size_t count, float center) {
    const bool unit = part->scale == MODEL_SCALE_UNIT_RATING;
    const float low = unit ? part->rating_min : 0,
                width = unit ? part->rating_max - part->rating_min : 1;
    for (size_t i = 0; i < count; i++)
        scores[i] = low + width * scores[i] - center;
}

static void score_ratings(const struct hybrid *self, const struct query *query,
                          const uint32_t *items, size_t item_count, float *scores) {
    struct arena *scratch = arena_scratch();
    const float center = tensor_floats(&self->mean)[0];
    const bool combined = self->method == HYBRID_STACKED && self->combiner;
    float *values = ARENA_ARRAY_RAW(scratch, float, self->parts.count *item_count);
    hybrid_score_ratings(self, query, items, item_count, values);
    if (combined)
        hybrid_features_combine(
            self, &(struct hybrid_features_job){
                      .values = values,
                      .stride = item_count,
                      .items = items,
                      .item_count = item_count,
                      .activity = hybrid_features_activity(self, query->history.count),
                      .sums = scores});
    const double *weights = hybrid_weights_of(&self->weights, query->history.count);
    for (size_t i = 0; i < item_count; i++) {
        float sum = combined ? scores[i] : 0;
        for (size_t p = 0; p < self->parts.count && !combined; p++)
            sum += (float)weights[p] * values[p * item_count + i];
        scores[i] = sum + center;
    }
}

void hybrid_score_ratings(const struct hybrid *self, const struct query *query,
                          const uint32_t *items, size_t item_count, float *values) {
    for (size_t p = 0; p < self->parts.count; p++) {
        const struct model *part = self->parts.list[p].model;
        float *row = values + p * item_count;
        part->ops->score(part, query, 1, items, item_count, row);
        to_ratings(part, row, item_count, tensor_floats(&self->mean)[0]);
    }
}

/* ---- Either ---------------------------------------------------------------------------------- */

void hybrid_score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct hybrid *self = (const struct hybrid *)base;
    struct arena *scratch = arena_scratch();
    size_t block = hybrid_rates(self) ? 1 : SCORES_MAX / (self->parts.count * base->item_count + 1);
    block = block ? block : 1;
    for (size_t first = 0; first < query_count; first += block) {
        struct arena_position mark = arena_mark(scratch);
        size_t count = query_count - first < block ? query_count - first : block;
        float *out = scores + first * item_count;
        if (hybrid_rates(self))
            score_ratings(self, queries + first, items, item_count, out);
        else
            score_list(self, queries + first, count, items, item_count, out);
        arena_reset(scratch, mark);
    }
}

/* ---- Reasons --------------------------------------------------------------------------------- */

/* What a unit of the part's own score is worth in the hybrid's for this item; 0: not linear. */
static float worth(const struct hybrid *self, size_t part, const struct query *query,
                   uint32_t item) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const size_t n = self->base.item_count, rows = query->history.count;
    const bool combined = self->method == HYBRID_STACKED && self->combiner;
    const struct model *model = self->parts.list[part].model;
    float unit = 1, value = 0;
    if (!hybrid_rates(self)) {
        uint8_t *seen = ARENA_ARRAY(scratch, uint8_t, n);
        float *scores = ARENA_ARRAY_RAW(scratch, float, n);
        mark_seen(query, seen, 1);
        model->ops->score(model, query, 1, NULL, n, scores);
        struct fusion_map map = fusion_map(self->normalization, scores, seen, n);
        unit = map.scale;
        value = map.scale * scores[item] + map.shift;
    } else if (model->scale == MODEL_SCALE_UNIT_RATING) {
        unit = model->rating_max - model->rating_min;
    }
    arena_reset(scratch, mark);
    const float weight =
        combined
            ? hybrid_features_slope(self, part, value, hybrid_features_activity(self, rows), item)
            : (float)hybrid_weights_of(&self->weights, rows)[part];
    return unit * weight;
}

void hybrid_score_explain(const struct model *base, const struct query *query, uint32_t item,
                          float *shares) {
    const struct hybrid *self = (const struct hybrid *)base;
    const size_t rows = query->history.count;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *own = ARENA_ARRAY_RAW(scratch, float, rows), score;
    memset(shares, 0, rows * sizeof *shares);
    for (size_t p = 0; p < self->parts.count; p++) {
        const struct model *part = self->parts.list[p].model;
        if (!part->ops->explain || part->traits & MODEL_NO_EXPLAIN)
            continue;
        const float unit = worth(self, p, query, item);
        part->ops->explain(part, query, item, own);
        for (size_t h = 0; h < rows; h++)
            shares[h] += unit * own[h];
    }
    base->ops->score(base, query, 1, &item, 1, &score);
    double rest = (double)score;
    for (size_t h = 0; h < rows; h++)
        rest -= (double)shares[h];
    for (size_t h = 0; h < rows; h++)
        shares[h] += (float)(rest / (double)rows);
    arena_reset(scratch, mark);
}

/* amounts[item][part]: what the part adds to a list's score. */
static void list_parts(const struct hybrid *self, const struct query *query, const uint32_t *items,
                       size_t item_count, float *amounts) {
    struct arena *scratch = arena_scratch();
    const size_t n = self->base.item_count, rows = query->history.count;
    const bool combined = self->method == HYBRID_STACKED && self->combiner;
    const float activity = hybrid_features_activity(self, rows);
    const double *weights = hybrid_weights_of(&self->weights, rows);
    struct desk desk = make_desk(self, scratch);
    float *values = ARENA_ARRAY_RAW(scratch, float, self->parts.count *n);
    ask_parts(self, query, 1, values);
    mark_seen(query, desk.seen, 1);
    for (size_t p = 0; p < self->parts.count; p++) {
        desk.rows[p] = values + p * n;
        memset(desk.sums, 0, n * sizeof *desk.sums);
        if (self->method == HYBRID_RRF || self->method == HYBRID_BORDA)
            add_places(&desk, p, (float)weights[p]);
        else
            add_normalised(&desk, p, combined ? 1 : (float)weights[p]);
        for (size_t i = 0; i < item_count; i++) {
            const float value = desk.sums[items[i]];
            amounts[i * MODEL_PARTS_MAX + p] =
                combined ? value * hybrid_features_slope(self, p, value, activity, items[i])
                         : value;
        }
    }
}

/* The same of ratings: how far each part draws the prediction from the mean. */
static void rating_parts(const struct hybrid *self, const struct query *query,
                         const uint32_t *items, size_t item_count, float *amounts) {
    const size_t rows = query->history.count;
    const bool combined = self->method == HYBRID_STACKED && self->combiner;
    const float activity = hybrid_features_activity(self, rows);
    const double *weights = hybrid_weights_of(&self->weights, rows);
    float *values = ARENA_ARRAY_RAW(arena_scratch(), float, self->parts.count *item_count);
    hybrid_score_ratings(self, query, items, item_count, values);
    for (size_t p = 0; p < self->parts.count; p++)
        for (size_t i = 0; i < item_count; i++) {
            const float value = values[p * item_count + i];
            amounts[i * MODEL_PARTS_MAX + p] =
                value * (combined ? hybrid_features_slope(self, p, value, activity, items[i])
                                  : (float)weights[p]);
        }
}

size_t hybrid_score_parts(const struct model *base, const struct query *query,
                          const uint32_t *items, size_t item_count, const char **names,
                          float *amounts) {
    const struct hybrid *self = (const struct hybrid *)base;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    for (size_t p = 0; p < self->parts.count; p++)
        names[p] = self->parts.list[p].label;
    (hybrid_rates(self) ? rating_parts : list_parts)(self, query, items, item_count, amounts);
    arena_reset(scratch, mark);
    return self->parts.count;
}

/* Each part's likeness beside its largest, by the weights of the last tier. */
void hybrid_score_similar(const struct model *base, uint32_t item, float *similarities) {
    const struct hybrid *self = (const struct hybrid *)base;
    const size_t n = base->item_count;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *own = ARENA_ARRAY_RAW(scratch, float, n);
    memset(similarities, 0, n * sizeof *similarities);
    for (size_t p = 0; p < self->parts.count; p++) {
        const struct model *part = self->parts.list[p].model;
        if (!part->ops->similar || part->traits & MODEL_NO_SIMILAR)
            continue;
        part->ops->similar(part, item, own);
        float largest = 0;
        for (size_t i = 0; i < n; i++)
            largest = i != item && own[i] > largest ? own[i] : largest;
        const double weight = hybrid_weights_of(&self->weights, SIZE_MAX)[p];
        for (size_t i = 0; i < n && largest > 0; i++)
            similarities[i] += (float)fmax(weight, 0) * own[i] / largest;
    }
    arena_reset(scratch, mark);
}

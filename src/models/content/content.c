/* content.c: items like those that the person liked, by what is written of them.
 *
 * Idea     An item's score is the mean of its likeness (item_likeness.h) to the rows of the
 *          history, weighted by how much each counts: its rating, more if it is recent
 *          (model.half_life). Nothing is learnt from who else has an item, so that items without
 *          any rating are recommended like others.
 * Source   Lops, de Gemmis & Semeraro, Recommender Systems Handbook 2011; sentence vectors instead
 *          of key words alone: Reimers & Gurevych, EMNLP 2019.
 * State    vectors [items][dimension] float32 of length 1 (the feature "text"); the rows of TF-IDF
 *          (feature "terms"): term_offsets [items + 1], terms, term_weights; genres [items] bit
 *          sets; popularity [items]. The model is served from these, without an encoder.
 * Folds in by itself: the history is all that a score is made of.
 * Cost     fit: copies. score: item_likeness.c.
 * Update   Popularity is counted anew; nothing else depends on the rows.
 * Chosen   on validation rows of ml-latest-small with new items held out, recall@20 among all
 *          items: with ten tags liked .032, rating .028, all .026; liked with three tags .037.
 * Traps    A history of which nothing counts is taken with all its rows the same; an empty one is
 *          answered with what is popular.
 * Checked  tests/models/test_content.c, conformance. */
#include <math.h>
#include <string.h>

#include "kernels/kernels.h"
#include "models/baseline/item_share.h"
#include "models/content/item_likeness.h"
#include "models/model.h"

extern const struct model_ops model_content;

#define TERMS_MAX ((uint32_t)1 << 20) /* what a query takes memory for, in a file that lies */

enum counting { COUNT_LIKED, COUNT_RATING, COUNT_ALL };

struct content {
    struct model base;
    enum counting counting;
    double half_life;
    struct tensor vectors, term_offsets, terms, term_weights, genres, popularity;
    struct item_likeness likeness; /* on the tensors */
};

static const struct setting_spec settings_table[] = {
    {"model.text_weight", SETTING_REAL, "0.7", 0, 1e3, NULL, NULL,
     "what the likeness of the encoder's vectors counts for"},
    {"model.tfidf_weight", SETTING_REAL, "0.3", 0, 1e3, NULL, NULL,
     "what the likeness of words counts for"},
    {"model.genre_boost", SETTING_REAL, "1.2", 0, 100, NULL, NULL,
     "how many times as alike items of the same genres are"},
    {"model.ratings", SETTING_TEXT, "liked", 0, 0, "liked|rating|all", NULL,
     "what a row of the history counts for: its rating if that is the person's mean or more, else "
     "nothing; its rating; all the same"},
    {"model.half_life", SETTING_REAL, "0", 0, 1e6, NULL, NULL,
     "after how many later rows a row counts half; 0: old ones count like new ones"},
    {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    const double text = settings_real(settings, "model.text_weight"),
                 words = settings_real(settings, "model.tfidf_weight");
    if (!(text + words > 0))
        return error_set(error, STATUS_BAD_USAGE,
                         "model.text_weight and model.tfidf_weight are both 0: nothing is left to "
                         "tell items by");
    struct content *model = model_allocate(&model_content, sizeof *model);
    model->counting = (enum counting)settings_choice(settings, "model.ratings");
    model->half_life = settings_real(settings, "model.half_life");
    model->likeness.vector_weight = (float)(text / (text + words));
    model->likeness.term_weight = (float)(words / (text + words));
    model->likeness.genre_boost = (float)settings_real(settings, "model.genre_boost");
    if (model->half_life > 0)
        model->base.traits |= MODEL_ORDER_AWARE;
    model->vectors.name = "vectors";
    model->term_offsets.name = "term_offsets";
    model->terms.name = "terms";
    model->term_weights.name = "term_weights";
    model->genres.name = "genres";
    model->popularity.name = "popularity";
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Fit ------------------------------------------------------------------------------------- */

/* What is derived from the tensors. */
static void derive(struct content *model) {
    struct item_likeness *likeness = &model->likeness;
    const uint32_t *terms = model->terms.data;
    const size_t entries = tensor_count(&model->terms);
    uint32_t columns = 0;
    for (size_t e = 0; e < entries; e++)
        columns = terms[e] >= columns ? terms[e] + 1 : columns;
    likeness->item_count = model->base.item_count;
    likeness->dimension = model->vectors.shape[1];
    likeness->vectors = tensor_floats(&model->vectors);
    likeness->terms = (struct csr){model->base.item_count, columns, model->term_offsets.data, terms,
                                   tensor_floats(&model->term_weights)};
    likeness->genres = model->genres.data;
    item_likeness_derive(likeness, &model->base.arena);
}

/* Rows of length 1; without vectors one column of zeroes. */
static void take_vectors(struct content *model, const struct item_feature *text) {
    const size_t items = model->base.item_count, columns = text ? text->columns : 1;
    tensor_make(&model->vectors, TENSOR_F32, items, columns, &model->base.arena);
    for (size_t i = 0; text && i < items; i++) {
        float *to = tensor_floats(&model->vectors) + i * columns;
        const float *from = text->dense + i * columns;
        const float length = sqrtf(kernels()->dot(from, from, columns));
        if (length > 0)
            kernels()->axpy(to, 1 / length, from, columns);
    }
}

static void take_terms(struct content *model, const struct item_feature *terms) {
    const size_t items = model->base.item_count;
    const size_t entries = terms ? (size_t)terms->offsets[items] : 0;
    struct arena *arena = &model->base.arena;
    tensor_make(&model->term_offsets, TENSOR_U64, items + 1, 0, arena);
    if (terms)
        memcpy(model->term_offsets.data, terms->offsets, (items + 1) * sizeof *terms->offsets);
    tensor_make_copy(&model->terms, TENSOR_U32, entries, terms ? terms->indices : NULL, arena);
    tensor_make_copy(&model->term_weights, TENSOR_F32, entries, terms ? terms->values : NULL,
                     arena);
}

static void take_genres(struct content *model, const struct item_feature *genres) {
    const size_t items = model->base.item_count;
    tensor_make(&model->genres, TENSOR_U64, items, 0, &model->base.arena);
    uint64_t *sets = model->genres.data;
    for (size_t i = 0; genres && i < items; i++)
        for (uint32_t g = 0; g < genres->columns; g++)
            if (genres->dense[i * genres->columns + g] > 0)
                sets[i] |= (uint64_t)1 << g;
}

static enum status fit(struct model *base, const struct fit_input *input, struct error *error) {
    struct content *model = (struct content *)base;
    const struct item_feature *text = model_feature(input, "text"),
                              *terms = model_feature(input, "terms");
    if (!text && !terms)
        return error_set(error, STATUS_BAD_INPUT,
                         "content needs what is written of the items, and these data have nothing: "
                         "use a model of pairs, such as item_knn");
    model_describe(base, input->train);
    take_vectors(model, text);
    take_terms(model, terms);
    take_genres(model, model_feature(input, "genres"));
    tensor_make(&model->popularity, TENSOR_F32, base->item_count, 0, &base->arena);
    item_share_fill(tensor_floats(&model->popularity), input->train);
    derive(model);
    return STATUS_OK;
}

static enum status update(struct model **out, const struct model *base,
                          const struct model_events *events, struct error *error) {
    TRY(model_check_events(base, events, error));
    struct content *model = model_copy(base, sizeof *model);
    struct arena scratch = {0};
    const struct interactions all = interactions_merge(events->known, events->fresh, &scratch);
    model_describe(&model->base, &all);
    item_share_fill(tensor_floats(&model->popularity), &all);
    arena_release(&scratch);
    derive(model);
    *out = &model->base;
    return STATUS_OK;
}

/* ---- Score ----------------------------------------------------------------------------------- */

static float mean_rating(const struct history *history) {
    double sum = 0;
    for (size_t h = 0; h < history->count; h++)
        sum += (double)history->ratings[h];
    return (float)(sum / (double)history->count);
}

/* weights[count] of which the absolute values sum to 1. */
static void weigh(const struct content *model, const struct history *history, float *weights) {
    const size_t count = history->count;
    const bool rated = history->ratings && model->counting != COUNT_ALL;
    const float least =
        rated && model->counting == COUNT_LIKED ? mean_rating(history) - 1e-4f : -INFINITY;
    double sum = 0;
    for (size_t h = 0; h < count; h++) {
        weights[h] = rated ? history->ratings[h] : 1;
        if (rated && history->ratings[h] < least)
            weights[h] = 0;
        if (model->half_life > 0)
            weights[h] *= (float)exp2(-(double)(count - 1 - h) / model->half_life);
        sum += fabs((double)weights[h]);
    }
    for (size_t h = 0; h < count; h++)
        weights[h] = sum > 0 ? (float)((double)weights[h] / sum) : 1 / (float)count;
}

/* The rows of the query, weighed; scratch. */
static struct item_likeness_rows rows_of(const struct content *model, const struct query *query,
                                         struct arena *scratch) {
    float *weights = ARENA_ARRAY_RAW(scratch, float, query->history.count);
    weigh(model, &query->history, weights);
    return (struct item_likeness_rows){query->history.items, weights, query->history.count};
}

enum { BLOCK = 12 };

static void score_block(const struct content *model, const struct query *queries, size_t count,
                        float *all) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const size_t items = model->base.item_count;
    struct item_likeness_rows rows[BLOCK];
    for (size_t q = 0; q < count; q++)
        rows[q] = rows_of(model, &queries[q], scratch);
    item_likeness_sums(&model->likeness, rows, count, all);
    for (size_t q = 0; q < count; q++)
        if (queries[q].history.count == 0)
            memcpy(all + q * items, tensor_floats(&model->popularity), items * sizeof *all);
    arena_reset(scratch, mark);
}

static void score(const struct model *base, const struct query *queries, size_t query_count,
                  const uint32_t *items, size_t item_count, float *scores) {
    const struct content *model = (const struct content *)base;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const size_t n = base->item_count;
    float *all = items ? ARENA_ARRAY_RAW(scratch, float, BLOCK *n) : NULL;
    for (size_t first = 0; first < query_count; first += BLOCK) {
        const size_t count = query_count - first < BLOCK ? query_count - first : BLOCK;
        float *out = scores + first * item_count;
        score_block(model, queries + first, count, items ? all : out);
        for (size_t q = 0; items && q < count; q++)
            item_share_scores(out + q * item_count, all + q * n, items, item_count);
    }
    arena_reset(scratch, mark);
}

/* Exact: the shares sum to the score. */
static void explain(const struct model *base, const struct query *query, uint32_t item,
                    float *shares) {
    const struct content *model = (const struct content *)base;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const struct item_likeness_rows rows = rows_of(model, query, scratch);
    for (size_t h = 0; h < rows.count; h++)
        shares[h] = rows.weights[h] * item_likeness_of(&model->likeness, item, rows.items[h]);
    arena_reset(scratch, mark);
}

/* The likeness itself. */
static void similar(const struct model *base, uint32_t item, float *similarities) {
    const struct content *model = (const struct content *)base;
    const float one = 1;
    const struct item_likeness_rows row = {&item, &one, 1};
    item_likeness_sums(&model->likeness, &row, 1, similarities);
    /* A film of the same genres is boosted above 1. */
    const float most = model->likeness.genre_boost;
    if (most > 1)
        kernels()->scale(similarities, 1 / most, base->item_count);
}

/* ---- State ----------------------------------------------------------------------------------- */

static size_t tensors(struct model *base, struct tensor **list) {
    struct content *model = (struct content *)base;
    list[0] = &model->vectors;
    list[1] = &model->term_offsets;
    list[2] = &model->terms;
    list[3] = &model->term_weights;
    list[4] = &model->genres;
    list[5] = &model->popularity;
    return 6;
}

static enum status attach(struct model *base, struct error *error) {
    struct content *model = (struct content *)base;
    const size_t items = base->item_count, entries = tensor_count(&model->terms),
                 columns = model->vectors.rank == 2 ? model->vectors.shape[1] : 1;
    TRY(model_expect(&model->vectors, TENSOR_F32, items, columns, error));
    TRY(model_expect(&model->term_offsets, TENSOR_U64, items + 1, 0, error));
    TRY(model_expect(&model->terms, TENSOR_U32, entries, 0, error));
    TRY(model_expect(&model->term_weights, TENSOR_F32, entries, 0, error));
    TRY(model_expect(&model->genres, TENSOR_U64, items, 0, error));
    TRY(model_expect(&model->popularity, TENSOR_F32, items, 0, error));
    const struct csr terms = {(uint32_t)items, UINT32_MAX, model->term_offsets.data,
                              model->terms.data, tensor_floats(&model->term_weights)};
    bool good = csr_is_valid(&terms, entries);
    for (size_t e = 0; e < entries; e++)
        good &= terms.columns[e] < TERMS_MAX;
    if (!good)
        return error_set(error, STATUS_BAD_INPUT,
                         "content: the items' words are damaged; train the model again");
    derive(model);
    return STATUS_OK;
}

const struct model_ops model_content = {
    .name = "content",
    .family = "content",
    .summary = "items like those in the history, by what is written of them",
    .source = "Lops et al. 2011; sentence vectors: Reimers & Gurevych, EMNLP 2019",
    .settings = settings_table,
    .needs = MODEL_NEEDS_TEXT,
    .create = create,
    .fit = fit,
    .score = score,
    .tensors = tensors,
    .attach = attach,
    .explain = explain,
    .similar = similar,
    .update = update,
};

/* test_content.c: likeness pair by pair, what rows count for, new items, edges. */
#include "models/classic.h"

#include "base/rng.h"
#include "conformance/tiny.h"
#include "models/content/item_likeness.h"

extern const struct model_ops model_content;

enum { ITEMS = 40, COLUMNS = 5, TERMS = 9, QUERIES = 30 };

static struct arena memory;

/* Items at random; some have no words, no genres or no vector. */
static struct item_likeness random_items(struct rng *rng) {
    float *vectors = ARENA_ARRAY(&memory, float, ITEMS *COLUMNS);
    uint64_t *offsets = ARENA_ARRAY(&memory, uint64_t, ITEMS + 1),
             *genres = ARENA_ARRAY(&memory, uint64_t, ITEMS);
    uint32_t *columns = ARENA_ARRAY(&memory, uint32_t, ITEMS * TERMS);
    float *values = ARENA_ARRAY(&memory, float, ITEMS *TERMS);
    for (size_t i = 0; i < ITEMS; i++) {
        for (size_t c = 0; c < COLUMNS && i % 11; c++)
            vectors[i * COLUMNS + c] = (float)rng_normal(rng);
        offsets[i + 1] = offsets[i];
        for (uint32_t t = 0; t < TERMS && i % 5; t++)
            if (rng_below(rng, 3) == 0) {
                columns[offsets[i + 1]] = t;
                values[offsets[i + 1]++] = (float)rng_uniform(rng);
            }
        genres[i] = i % 7 ? (uint64_t)rng_below(rng, 16) | (uint64_t)rng_below(rng, 2) << 63 : 0;
    }
    return (struct item_likeness){.item_count = ITEMS,
                                  .dimension = COLUMNS,
                                  .vectors = vectors,
                                  .terms = {ITEMS, TERMS, offsets, columns, values},
                                  .genres = genres,
                                  .vector_weight = 0.6f,
                                  .term_weight = 0.4f};
}

static void sums_agree_pair_by_pair(void **state) {
    (void)state;
    static const float boosts[] = {1, 1.2f, 3, 0};
    struct rng rng;
    rng_init(&rng, 5, 0);
    struct item_likeness likeness = random_items(&rng);
    item_likeness_derive(&likeness, &memory);
    struct item_likeness_rows rows[QUERIES];
    static float scores[QUERIES * ITEMS];
    for (size_t q = 0; q < QUERIES; q++) {
        const size_t count = q % 9;
        uint32_t *items = ARENA_ARRAY(&memory, uint32_t, count);
        float *weights = ARENA_ARRAY(&memory, float, count);
        for (size_t h = 0; h < count; h++) {
            items[h] = rng_below(&rng, ITEMS);
            weights[h] = h % 4 ? (float)rng_normal(&rng) : 0;
        }
        rows[q] = (struct item_likeness_rows){items, weights, count};
    }
    for (size_t b = 0; b < sizeof boosts / sizeof *boosts; b++) {
        likeness.genre_boost = boosts[b];
        item_likeness_sums(&likeness, rows, QUERIES, scores);
        for (size_t q = 0; q < QUERIES; q++)
            for (uint32_t i = 0; i < ITEMS; i++) {
                double sum = 0;
                for (size_t h = 0; h < rows[q].count; h++)
                    sum += (double)rows[q].weights[h] *
                           (double)item_likeness_of(&likeness, i, rows[q].items[h]);
                assert_near(scores[q * ITEMS + i], sum, 1e-4);
            }
    }
}

/* Two items share one of two genres each: cosine 1/2. */
static void a_pair_by_hand(void **state) {
    (void)state;
    static const float vectors[] = {1, 0, 0.6f, 0.8f}, values[] = {1, 0.6f, 0.8f};
    static const uint64_t offsets[] = {0, 1, 3}, genres[] = {3, 6};
    static const uint32_t columns[] = {1, 0, 1};
    struct item_likeness likeness = {.item_count = 2,
                                     .dimension = 2,
                                     .vectors = vectors,
                                     .terms = {2, 2, offsets, columns, values},
                                     .genres = genres,
                                     .vector_weight = 0.7f,
                                     .term_weight = 0.3f,
                                     .genre_boost = 1.2f};
    assert_near(item_likeness_of(&likeness, 0, 1), (0.7 * 0.6 + 0.3 * 0.8) * 1.1, 1e-6);
    assert_near(item_likeness_of(&likeness, 1, 1), 1.2, 1e-6);
}

/* ---- The model ------------------------------------------------------------------------------- */

static enum status fit(struct model **out, const struct tiny *tiny, const char *const *pairs,
                       const struct item_feature *features, size_t feature_count) {
    struct settings *settings = settings_create(&memory);
    struct error error;
    static struct progress silent;
    progress_init(&silent, true);
    settings_add(settings, model_content.settings);
    for (; pairs && *pairs; pairs++)
        assert_int_equal(settings_set_pair(settings, *pairs, NULL, &error), STATUS_OK);
    const enum status created = model_content.create(out, settings, &error);
    if (created != STATUS_OK)
        return created;
    const struct fit_input input = {.train = &tiny->train,
                                    .features = features,
                                    .feature_count = feature_count,
                                    .progress = &silent};
    const enum status fitted = model_content.fit(*out, &input, &error);
    if (fitted != STATUS_OK) {
        model_destroy(*out);
        *out = NULL;
    }
    return fitted;
}

/* Shares of a history of three rows, divided by what each row's item alone would give. */
static void check_weights(const struct tiny *tiny, const char *const *pairs,
                          const float expected[3]) {
    static const uint32_t items[] = {2, 4, 6};
    static const float ratings[] = {1, 5, 3};
    struct model *model;
    assert_int_equal(fit(&model, tiny, pairs, tiny->features, TINY_FEATURES), STATUS_OK);
    const struct query query = {.user = MODEL_NO_USER, .history = {3, items, ratings, NULL}};
    float shares[3], alone[ITEMS];
    model_content.explain(model, &query, 8, shares);
    for (size_t h = 0; h < 3; h++) {
        model_content.similar(model, items[h], alone);
        /* Films are alike by 1 at most, shares go up to the boost of genres. */
        assert_near(shares[h] / (1.2f * alone[8]), expected[h], 1e-5);
    }
    model_destroy(model);
}

static void rows_count_as_is_said(void **state) {
    (void)state;
    struct tiny tiny;
    tiny_make(&tiny, 20, 21, TINY_RATED);
    check_weights(&tiny, (const char *const[]){"model.ratings=rating", NULL},
                  (const float[]){1 / 9.0f, 5 / 9.0f, 3 / 9.0f});
    check_weights(&tiny, (const char *const[]){"model.ratings=all", NULL},
                  (const float[]){1 / 3.0f, 1 / 3.0f, 1 / 3.0f});
    check_weights(&tiny, NULL, (const float[]){0, 5 / 8.0f, 3 / 8.0f});
    check_weights(&tiny, (const char *const[]){"model.ratings=all", "model.half_life=1", NULL},
                  (const float[]){1 / 7.0f, 2 / 7.0f, 4 / 7.0f});
    struct model *model;
    assert_int_equal(fit(&model, &tiny, (const char *const[]){"model.half_life=1", NULL},
                         tiny.features, TINY_FEATURES),
                     STATUS_OK);
    assert_true(model->traits & MODEL_ORDER_AWARE);
    model_destroy(model);
    tiny_release(&tiny);
}

/* Nobody has the last item, and it is found like any other of its kind. */
static void items_that_nobody_has_are_scored(void **state) {
    (void)state;
    struct tiny tiny;
    tiny_make(&tiny, 20, 31, TINY_IMPLICIT);
    struct model *model;
    assert_int_equal(fit(&model, &tiny, NULL, tiny.features, TINY_FEATURES), STATUS_OK);
    const struct query query = {.user = 2, .history = interactions_history(&tiny.train, 2)};
    float scores[31];
    model_content.score(model, &query, 1, NULL, 31, scores);
    for (uint32_t i = 1; i < 31; i += 2)
        assert_true(scores[30] > scores[i]);
    model_destroy(model);
    tiny_release(&tiny);
}

static void words_or_vectors_are_enough(void **state) {
    (void)state;
    struct tiny tiny;
    tiny_make(&tiny, 20, 21, TINY_IMPLICIT);
    struct model *model;
    for (size_t f = 0; f < TINY_FEATURES; f++) {
        const enum status status = fit(&model, &tiny, NULL, &tiny.features[f], 1);
        assert_int_equal(status, f == 0 ? STATUS_BAD_INPUT : STATUS_OK);
        if (status == STATUS_OK) {
            float alike[21];
            model_content.similar(model, 4, alike);
            assert_true(alike[6] > alike[7]);
            model_destroy(model);
        }
    }
    assert_int_equal(fit(&model, &tiny,
                         (const char *const[]){"model.text_weight=0", "model.tfidf_weight=0", NULL},
                         tiny.features, TINY_FEATURES),
                     STATUS_BAD_USAGE);
    tiny_release(&tiny);
}

static void an_update_changes_nothing_but_popularity(void **state) {
    (void)state;
    struct tiny tiny;
    tiny_make(&tiny, 20, 21, TINY_RATED);
    struct model *model, *updated;
    struct error error;
    assert_int_equal(fit(&model, &tiny, NULL, tiny.features, TINY_FEATURES), STATUS_OK);
    uint64_t *offsets = ARENA_ARRAY(&memory, uint64_t, 21);
    static const uint32_t item = 20;
    static const float rating = 4;
    static const int64_t time = 1;
    for (size_t u = 1; u <= 20; u++)
        offsets[u] = 1;
    const struct interactions fresh = {20, 21, 1, offsets, &item, &rating, &time};
    const struct model_events events = {&tiny.train, &fresh};
    assert_int_equal(model_content.update(&updated, model, &events, &error), STATUS_OK);
    const struct query query = {.user = 2, .history = interactions_history(&tiny.train, 2)},
                       nobody = {.user = MODEL_NO_USER};
    float before[21], after[21];
    model_content.score(model, &query, 1, NULL, 21, before);
    model_content.score(updated, &query, 1, NULL, 21, after);
    assert_memory_equal(before, after, sizeof before);
    model_content.score(model, &nobody, 1, &item, 1, before);
    model_content.score(updated, &nobody, 1, &item, 1, after);
    assert_near(before[0], 0, 0);
    assert_near(after[0], 1 / 20.0, 1e-6);
    model_destroy(model);
    model_destroy(updated);
    tiny_release(&tiny);
}

static void damaged_words_are_refused(void **state) {
    (void)state;
    struct tiny tiny;
    tiny_make(&tiny, 20, 21, TINY_RATED);
    struct model *model;
    struct error error;
    struct tensor *list[MODEL_TENSORS_MAX];
    assert_int_equal(fit(&model, &tiny, NULL, tiny.features, TINY_FEATURES), STATUS_OK);
    assert_int_equal(model_tensors(model, list), 6);
    assert_int_equal(model_content.attach(model, &error), STATUS_OK);
    uint32_t *words = list[2]->data;
    words[3] = UINT32_MAX - 1;
    assert_int_equal(model_content.attach(model, &error), STATUS_BAD_INPUT);
    words[3] = words[2];
    assert_int_equal(model_content.attach(model, &error), STATUS_BAD_INPUT);
    model_destroy(model);
    tiny_release(&tiny);
}

static int release(void **state) {
    (void)state;
    arena_release(&memory);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_agree_pair_by_pair),
        cmocka_unit_test(a_pair_by_hand),
        cmocka_unit_test(rows_count_as_is_said),
        cmocka_unit_test(items_that_nobody_has_are_scored),
        cmocka_unit_test(words_or_vectors_are_enough),
        cmocka_unit_test(an_update_changes_nothing_but_popularity),
        cmocka_unit_test(damaged_words_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, release);
}

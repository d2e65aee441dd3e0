/* test_hybrid.c: fusion by hand, tiers, weights that are found again, ratings, parts from recipes
 * and files, what a run can be repeated from. */
#include "models/classic.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/files.h"
#include "base/rng.h"
#include "conformance/tiny.h"
#include "models/hybrid/combiner.h"
#include "models/hybrid/hybrid_model.h"

extern const struct model_ops model_hybrid;

/* ---- Formulas -------------------------------------------------------------------------------- */

/* Items 1 and 4 are seen; of the others 7 > 5 = 5 > 1. */
static const float scores6[] = {5, 6, 7, 1, 0, 5};
static const uint8_t seen6[] = {0, 1, 0, 0, 1, 0};

static void places_are_among_the_unseen(void **state) {
    (void)state;
    static const float expected[] = {2.5f, 2, 1, 4, 5, 2.5f};
    float places[6];
    assert_int_equal(fusion_places(scores6, seen6, 6, places), 4);
    for (size_t i = 0; i < 6; i++)
        assert_near(places[i], expected[i], 0);
}

static void places_of_many_agree_with_counting(void **state) {
    (void)state;
    enum { N = 3000 };
    static float scores[N], places[N];
    static uint8_t seen[N];
    struct rng rng;
    rng_init(&rng, 3, 0);
    for (size_t i = 0; i < N; i++) {
        scores[i] = (float)rng_normal(&rng) * 1000;
        scores[i] = i % 3 ? scores[i] : rintf(scores[i] / 500);
        seen[i] = rng_below(&rng, 10) == 0;
    }
    fusion_places(scores, seen, N, places);
    for (size_t i = 0; i < N; i++) {
        size_t above = 0, same = 0;
        for (size_t j = 0; j < N; j++) {
            above += !seen[j] && scores[j] > scores[i];
            same += !seen[j] && j != i && scores[j] == scores[i];
        }
        assert_near(places[i], 1 + (double)above + (double)same / 2, 0);
    }
}

static void normalising_by_hand(void **state) {
    (void)state;
    struct fusion_map map = fusion_map(FUSION_MIN_MAX, scores6, seen6, 6);
    assert_near(map.scale * 5 + map.shift, 4.0 / 6, 1e-6);
    assert_near(map.scale * 7 + map.shift, 1, 1e-6);
    map = fusion_map(FUSION_Z_SCORE, scores6, seen6, 6); /* of 5 7 1 5: mean 4.5, variance 4.75 */
    assert_near(map.scale * 7 + map.shift, 2.5 / sqrt(4.75), 1e-6);
    static const float flat[] = {2, 2, 9, 2};
    static const uint8_t third[] = {0, 0, 1, 0};
    map = fusion_map(FUSION_Z_SCORE, flat, third, 4);
    assert_near(map.scale, 0, 0);
    float values[6];
    memcpy(values, scores6, sizeof values);
    fusion_normalize(FUSION_LOG_PLACE, values, seen6, 6);
    assert_near(values[2], 0, 0);
    assert_near(values[4], -log(5), 1e-6);
}

static void rrf_and_borda_by_hand(void **state) {
    (void)state;
    float places[] = {1, 2.5f, 2.5f, 4}, sums[] = {0, 0, 1, 0};
    fusion_add_rrf(sums, places, 4, 2, 60);
    assert_near(sums[0], 2.0 / 61, 1e-7);
    assert_near(sums[2], 1 + 2 / 62.5, 1e-6);
    memset(sums, 0, sizeof sums);
    fusion_add_borda(sums, places, 4, 3, 4);
    assert_near(sums[0], 3, 1e-6);
    assert_near(sums[1], 1.5, 1e-6);
    assert_near(sums[3], 0, 1e-6);
}

/* ---- The combiner ---------------------------------------------------------------------------- */

enum { GROUPS = 4000, CHOICES = 6, FEATURES = 3 };

/* Choices drawn from a softmax of known weights. */
static struct combiner_problem choices_of(const double *weights, struct arena *arena) {
    float *features = ARENA_ARRAY(arena, float, GROUPS *CHOICES *FEATURES);
    size_t *groups = ARENA_ARRAY(arena, size_t, GROUPS + 1);
    struct rng rng;
    rng_init(&rng, 9, 0);
    for (size_t g = 0; g < GROUPS; g++) {
        float *rows = features + g * CHOICES * FEATURES;
        double chances[CHOICES], total = 0;
        groups[g + 1] = groups[g] + CHOICES;
        for (size_t i = 0; i < CHOICES; i++) {
            double sum = 0;
            for (size_t k = 0; k < FEATURES; k++) {
                rows[i * FEATURES + k] = (float)rng_normal(&rng);
                sum += weights[k] * (double)rows[i * FEATURES + k];
            }
            chances[i] = exp(sum);
            total += chances[i];
        }
        double draw = rng_uniform(&rng) * total;
        size_t chosen = 0;
        while (chosen + 1 < CHOICES && (draw -= chances[chosen]) > 0)
            chosen++;
        for (size_t k = 0; k < FEATURES; k++) {
            float first = rows[k];
            rows[k] = rows[chosen * FEATURES + k];
            rows[chosen * FEATURES + k] = first;
        }
    }
    return (struct combiner_problem){.feature_count = FEATURES,
                                     .group_count = GROUPS,
                                     .groups = groups,
                                     .features = features,
                                     .l2 = 1e-6};
}

static void a_known_mixture_is_found_again(void **state) {
    (void)state;
    static const double weights[] = {1.2, 0.5, -0.4};
    struct arena arena = {0};
    struct combiner_problem problem = choices_of(weights, &arena);
    double found[FEATURES];
    combiner_listwise(&problem, found);
    for (size_t k = 0; k < FEATURES; k++)
        assert_near(found[k], weights[k], 0.06);
    combiner_listwise_positive(&problem, found);
    assert_near(found[2], 0, 0);
    assert_true(found[0] > 1 && found[1] > 0.4);
    static const double prior[] = {0.1, 0.2, 0.3};
    problem.prior = prior;
    problem.l2 = 1e6;
    combiner_listwise(&problem, found);
    for (size_t k = 0; k < FEATURES; k++)
        assert_near(found[k], prior[k], 1e-4);
    arena_release(&arena);
}

/* Two features, four rows: the normal equations with the penalty 4 * 0.25 by hand. */
static void ridge_by_hand(void **state) {
    (void)state;
    static const float features[] = {1, 0, 0, 1, 1, 1, 2, 0};
    static const float targets[] = {1, 2, 3, 3};
    struct combiner_problem problem = {
        .feature_count = 2, .group_count = 4, .features = features, .targets = targets, .l2 = 0.25};
    double found[2];
    combiner_ridge(&problem, found); /* [7 1; 1 3] w = [10 5] */
    assert_near(found[0], 25.0 / 20, 1e-8);
    assert_near(found[1], 25.0 / 20, 1e-8);
    problem.l2 = 1e-9;
    combiner_mean(&problem, found); /* w, 1 - w: least (w - 1)^2 + (w + 1)^2 + 4 + (2 w - 3)^2 */
    assert_near(found[0], 1, 1e-6);
    assert_near(found[1], 0, 1e-6);
}

/* ---- A hybrid of two ------------------------------------------------------------------------- */

static struct model *hybrid_of(const struct interactions *rows, const char *const *pairs) {
    return classic_fitted(&model_hybrid, rows, pairs);
}

/* What the parts say of a user, each by itself. */
static void parts_say(const struct model *model, const struct query *query, float *first,
                      float *second) {
    const struct hybrid_parts *parts = &((const struct hybrid *)model)->parts;
    const struct model *a = parts->list[0].model, *b = parts->list[1].model;
    a->ops->score(a, query, 1, NULL, model->item_count, first);
    b->ops->score(b, query, 1, NULL, model->item_count, second);
}

static size_t place_in(const float *scores, const struct query *query, size_t count, size_t item) {
    size_t place = 1;
    for (size_t i = 0; i < count; i++) {
        bool seen = false;
        for (size_t h = 0; h < query->history.count; h++)
            seen |= query->history.items[h] == i;
        place += !seen && scores[i] > scores[item];
    }
    return place;
}

static void a_hybrid_by_places(void **state) {
    (void)state;
    static const char *const pairs[] = {"model.models=[ease,item_knn]", "model.fusion_method=rrf",
                                        "model.weights=[ease:2,item_knn:1]", NULL};
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = hybrid_of(&rows, pairs);
    assert_true(model->traits & MODEL_NO_EXPLAIN);
    struct query query = classic_query(&rows, 3);
    float scores[9], first[9], second[9];
    model->ops->score(model, &query, 1, NULL, 9, scores);
    parts_say(model, &query, first, second);
    for (size_t i = 0; i < 9; i++) {
        double a = (double)place_in(first, &query, 9, i),
               b = (double)place_in(second, &query, 9, i);
        assert_near(scores[i], 2.0 / 3 / (60 + a) + 1.0 / 3 / (60 + b), 1e-6);
    }
    model_destroy(model);
    arena_release(&arena);
}

static void a_weighted_average_by_hand(void **state) {
    (void)state;
    static const char *const pairs[] = {"model.models=[ease,item_knn]",
                                        "model.normalization=min_max", "model.user_thresholds=[4]",
                                        "model.weights=[ease:.25/1,item_knn:.75/0]", NULL};
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = hybrid_of(&rows, pairs);
    for (uint32_t u = 0; u < rows.user_count; u++) {
        struct query query = classic_query(&rows, u);
        bool few = query.history.count < 4;
        float scores[9], first[9], second[9];
        uint8_t seen[9] = {0};
        for (size_t h = 0; h < query.history.count; h++)
            seen[query.history.items[h]] = 1;
        if (query.history.count == 0)
            continue;
        model->ops->score(model, &query, 1, NULL, 9, scores);
        parts_say(model, &query, first, second);
        struct fusion_map a = fusion_map(FUSION_MIN_MAX, first, seen, 9),
                          b = fusion_map(FUSION_MIN_MAX, second, seen, 9);
        for (size_t i = 0; i < 9; i++)
            assert_near(scores[i],
                        (few ? 0.25f : 1) * (a.scale * first[i] + a.shift) +
                            (few ? 0.75f : 0) * (b.scale * second[i] + b.shift),
                        1e-5);
    }
    classic_check_queries(model, &rows);
    classic_check_shares(model, &rows);
    classic_check_empty(model, &rows);
    model_destroy(model);
    arena_release(&arena);
}

static void tiers_and_roles(void **state) {
    (void)state;
    static const char *const pairs[] = {"model.models=[ease,item_knn,popularity]", NULL};
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = hybrid_of(&rows, pairs);
    const struct hybrid_weights *weights = &((struct hybrid *)model)->weights;
    /* Nobody has the role content: 20 and 10 of 30, 35 and 15 of 50, 60 and 10 of 70. */
    assert_near(hybrid_weights_of(weights, 4)[0], 0.1 / 0.3, 1e-9);
    assert_near(hybrid_weights_of(weights, 4)[2], 0.1 / 0.3, 1e-9);
    assert_near(hybrid_weights_of(weights, 5)[1], 0.175 / 0.5, 1e-9);
    assert_near(hybrid_weights_of(weights, 10)[1], 0.3 / 0.7, 1e-9);
    model_destroy(model);
    static const char *const mixed[] = {"model.models=[ease,item_knn,popularity]",
                                        "model.weights=[item_knn:1,collaborative:2/2/4]", NULL};
    model = hybrid_of(&rows, mixed);
    weights = &((struct hybrid *)model)->weights;
    assert_near(hybrid_weights_of(weights, 99)[0], 0.8, 1e-9);
    assert_near(hybrid_weights_of(weights, 99)[1], 0.2, 1e-9);
    assert_near(hybrid_weights_of(weights, 99)[2], 0, 0);
    model_destroy(model);
    arena_release(&arena);
}

/* ---- What is found on validation ------------------------------------------------------------- */

struct lesson_case {
    struct arena arena;
    struct tiny tiny;
    struct interactions validation;
    struct settings *settings;
    struct model *model;
};

/* One of each user's withheld items as validation. */
static void make_case(struct lesson_case *one, enum tiny_ratings ratings) {
    *one = (struct lesson_case){0};
    tiny_make(&one->tiny, 60, 31, ratings);
    const uint32_t users = one->tiny.train.user_count;
    uint64_t *offsets = ARENA_ARRAY(&one->arena, uint64_t, (size_t)users + 1);
    uint32_t *items = ARENA_ARRAY(&one->arena, uint32_t, users);
    float *values = ARENA_ARRAY(&one->arena, float, users);
    for (uint32_t u = 0; u < users; u++) {
        offsets[u + 1] = offsets[u] + (u > 0);
        if (u > 0) {
            items[offsets[u]] = one->tiny.withheld[u];
            values[offsets[u]] = (float)(1 + u % 5);
        }
    }
    one->validation = one->tiny.train;
    one->validation.count = (size_t)offsets[users];
    one->validation.offsets = offsets;
    one->validation.items = items;
    one->validation.ratings = ratings == TINY_RATED ? values : NULL;
    one->validation.times = NULL;
    one->settings = settings_create(&one->arena);
    settings_add(one->settings, model_hybrid.settings);
}

static void set(struct lesson_case *one, const char *pair) {
    struct error error;
    if (settings_set_pair(one->settings, pair, "test", &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static enum status fit_case(struct lesson_case *one, bool validation, struct error *error) {
    struct progress progress;
    progress_init(&progress, true);
    struct fit_input input = {.train = &one->tiny.train,
                              .validation = validation ? &one->validation : NULL,
                              .seed = 5,
                              .progress = &progress};
    model_destroy(one->model);
    one->model = NULL;
    enum status status = model_hybrid.create(&one->model, one->settings, error);
    return status == STATUS_OK ? model_hybrid.fit(one->model, &input, error) : status;
}

static void must_fit(struct lesson_case *one, bool validation) {
    struct error error = {0};
    if (fit_case(one, validation, &error) != STATUS_OK)
        fail_msg("%s", error.text);
}

static float *score_case(const struct lesson_case *one, struct arena *arena) {
    const uint32_t users = one->tiny.train.user_count, items = one->tiny.train.item_count;
    float *scores = ARENA_ARRAY(arena, float, (size_t)users *items);
    for (uint32_t u = 0; u < users; u++) {
        struct query query = classic_query(&one->tiny.train, u);
        model_hybrid.score(one->model, &query, 1, NULL, items, scores + (size_t)u * items);
    }
    return scores;
}

static void apply_choices(struct lesson_case *one) {
    const struct fit_report *report = &one->model->report;
    for (size_t c = 0; c < report->choice_count; c++)
        set(one, report->choices[c]);
}

static void release_case(struct lesson_case *one) {
    model_destroy(one->model);
    tiny_release(&one->tiny);
    arena_release(&one->arena);
}

/* What was found, put into the settings, makes the same scores without validation. */
static void what_is_found_can_be_repeated(void **state) {
    (void)state;
    static const char *const methods[] = {"learned", "stacked"};
    for (size_t m = 0; m < 2; m++) {
        struct lesson_case one;
        struct error error;
        make_case(&one, TINY_IMPLICIT);
        set(&one, "model.num_negatives=10");
        set(&one, m ? "model.fusion_method=stacked" : "model.fusion_method=learned");
        assert_int_equal(fit_case(&one, false, &error), STATUS_BAD_INPUT);
        assert_non_null(strstr(error.text, methods[m]));
        must_fit(&one, true);
        assert_true(one.model->traits & MODEL_CHOOSES);
        if (m == 0) { /* everybody's taste is plain to ease; to be popular says nothing here */
            const double *weights = hybrid_weights_of(&((struct hybrid *)one.model)->weights, 20);
            assert_true(weights[2] < 0.2 && weights[0] + weights[1] > 0.8);
        }
        const float *found = score_case(&one, &one.arena);
        apply_choices(&one);
        must_fit(&one, false);
        assert_false(one.model->traits & MODEL_CHOOSES);
        const float *again = score_case(&one, &one.arena);
        assert_memory_equal(found, again, sizeof *found * 60 * 31);
        release_case(&one);
    }
}

static void looking_for_weights_can_be_stopped(void **state) {
    (void)state;
    struct lesson_case one;
    struct error error;
    atomic_bool cancel = true;
    make_case(&one, TINY_IMPLICIT);
    set(&one, "model.fusion_method=learned");
    must_fit(&one, true);
    const struct fit_input input = {
        .train = &one.tiny.train, .validation = &one.validation, .cancel = &cancel};
    assert_int_equal(hybrid_learn((struct hybrid *)one.model, &input, &error), STATUS_CANCELLED);
    release_case(&one);
}

/* Of few items 200, of many an eighth, and what is said is left. */
static void negatives_suit_the_items(void **state) {
    (void)state;
    static const struct {
        const char *pair;
        uint32_t items;
        int64_t negatives;
    } cases[] = {{"model.fusion_method=stacked", 10000, 200},
                 {"model.fusion_method=stacked", 40981, 5122},
                 {"model.fusion_method=stacked", 4000000, 100000},
                 {"model.num_negatives=300", 40981, 300}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct lesson_case one;
        make_case(&one, TINY_IMPLICIT);
        set(&one, "model.fusion_method=stacked");
        set(&one, "model.models=[popularity]");
        set(&one, cases[c].pair);
        struct interactions many = one.tiny.train;
        many.item_count = cases[c].items;
        model_hybrid.suggest(one.settings, &many);
        assert_int_equal(settings_int(one.settings, "model.num_negatives"), cases[c].negatives);
        release_case(&one);
    }
}

/* Parts that predict ratings make a hybrid that does; its average is the parts', and the combiner
 * comes nearer to the validation ratings than that. */
static void ratings_stay_ratings(void **state) {
    (void)state;
    struct lesson_case one;
    make_case(&one, TINY_RATED);
    set(&one, "model.models=[a:mlp,b:mlp]");
    set(&one, "model.part_settings=[a.model.loss_type=mse,b.model.loss_type=mse,b.seed=8,"
              "a.trainer.max_epochs=2,b.trainer.max_epochs=2]");
    set(&one, "model.weights=[a:1,b:3]");
    must_fit(&one, false);
    assert_int_equal(one.model->scale, MODEL_SCALE_RATING);
    struct query query = classic_query(&one.tiny.train, 7);
    float scores[31], first[31], second[31];
    model_hybrid.score(one.model, &query, 1, NULL, 31, scores);
    parts_say(one.model, &query, first, second);
    const float low = one.model->rating_min, width = one.model->rating_max - low;
    assert_true(first[3] != second[3]);
    for (size_t i = 0; i < 31; i++)
        assert_near(scores[i], low + width * (first[i] + 3 * second[i]) / 4, 1e-4);
    double errors[2] = {0};
    for (int stacked = 0; stacked < 2; stacked++) {
        set(&one, stacked ? "model.fusion_method=stacked" : "model.fusion_method=learned");
        must_fit(&one, true);
        for (uint32_t u = 1; u < 60; u++) {
            query = classic_query(&one.tiny.train, u);
            uint32_t item = one.tiny.withheld[u];
            float score;
            model_hybrid.score(one.model, &query, 1, &item, 1, &score);
            errors[stacked] += pow((double)score - (double)(1 + u % 5), 2);
        }
    }
    assert_true(errors[1] < errors[0]);
    release_case(&one);
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static void recipes_are_written_back(void **state) {
    (void)state;
    static const char recipe[] = "model: ease\ndata: ml-100k\nseeds: [1,2]\nmodel.l2: 77\n"
                                 "trainer.refit: true\nevaluation.candidates: 99\n";
    char path[] = "/tmp/matinee-test-hybrid-XXXXXX.yaml";
    struct error error;
    int descriptor = mkstemps(path, 5);
    assert_true(descriptor >= 0);
    close(descriptor);
    assert_int_equal(files_write(path, recipe, strlen(recipe), &error), STATUS_OK);
    struct lesson_case one;
    make_case(&one, TINY_IMPLICIT);
    char pair[128];
    snprintf(pair, sizeof pair, "model.models=[e:%s,item_knn]", path);
    set(&one, pair);
    set(&one, "model.part_settings=[item_knn.model.k=7]");
    model_hybrid.suggest(one.settings, &one.tiny.train);
    assert_string_equal(settings_show(one.settings, "model.models"), "[e:ease,item_knn]");
    const char *settings = settings_show(one.settings, "model.part_settings");
    assert_non_null(strstr(settings, "e.model.l2=77"));
    assert_non_null(strstr(settings, "item_knn.model.k=7"));
    assert_non_null(strstr(settings, "item_knn.model.weighting=tfidf")); /* suggested */
    assert_null(strstr(settings, "refit"));
    const char *before = arena_copy(&one.arena, settings);
    model_hybrid.suggest(one.settings, &one.tiny.train);
    assert_string_equal(settings_show(one.settings, "model.part_settings"), before);
    unlink(path);
    must_fit(&one, false);
    release_case(&one);
}

static void save_part(const char *name, const char *path, struct lesson_case *one) {
    const struct model_ops *ops;
    struct error error;
    struct progress progress;
    progress_init(&progress, true);
    struct settings *settings = settings_create(&one->arena);
    assert_int_equal(model_find(&ops, name, &error), STATUS_OK);
    settings_add(settings, ops->settings);
    assert_int_equal(settings_set(settings, "model.l2", "33", NULL, &error), STATUS_OK);
    struct model *part;
    struct fit_input input = {.train = &one->tiny.train, .seed = 5, .progress = &progress};
    assert_int_equal(ops->create(&part, settings, &error), STATUS_OK);
    assert_int_equal(ops->fit(part, &input, &error), STATUS_OK);
    const struct model_file_content content = {.catalogue = &one->tiny.catalogue,
                                               .histories = &one->tiny.train,
                                               .settings = settings,
                                               .fitted_on = "train"};
    assert_int_equal(model_file_save(path, part, &content, &error), STATUS_OK);
    model_destroy(part);
}

static void trained_files_are_taken_if_they_fit(void **state) {
    (void)state;
    char folder[] = "/tmp/matinee-test-hybrid-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct lesson_case one;
    struct error error;
    make_case(&one, TINY_IMPLICIT);
    const char *path = arena_format(&one.arena, "%s/ease.safetensors", folder);
    save_part("ease", path, &one);
    set(&one, arena_format(&one.arena, "model.models=[%s,popularity]", path));
    model_hybrid.suggest(one.settings, &one.tiny.train);
    assert_string_equal(settings_show(one.settings, "model.models"), "[ease,popularity]");
    must_fit(&one, false);
    const struct hybrid *self = (struct hybrid *)one.model;
    assert_non_null(self->parts.list[0].opened);
    const float *taken = score_case(&one, &one.arena);
    set(&one, "model.part_files=[]");
    must_fit(&one, false);
    self = (struct hybrid *)one.model;
    assert_null(self->parts.list[0].opened);
    assert_memory_equal(taken, score_case(&one, &one.arena), sizeof *taken * 60 * 31);
    /* Other settings, and then other rows: the part is fitted anew. */
    set(&one, arena_format(&one.arena, "model.part_files=[ease:%s]", path));
    set(&one, "model.part_settings=[ease.model.l2=34]");
    must_fit(&one, false);
    assert_null(((struct hybrid *)one.model)->parts.list[0].opened);
    set(&one, "model.part_settings=[ease.model.l2=33]");
    one.tiny.train = interactions_merge(&one.tiny.train, &one.validation, &one.arena);
    must_fit(&one, false);
    assert_null(((struct hybrid *)one.model)->parts.list[0].opened);
    release_case(&one);
    assert_int_equal(files_remove_folder(folder, &error), STATUS_OK);
}

static void assert_refused(const char *pair, const char *says) {
    struct lesson_case one;
    struct error error = {0};
    make_case(&one, TINY_IMPLICIT);
    set(&one, pair);
    if (fit_case(&one, false, &error) == STATUS_OK)
        fail_msg("%s is not refused", pair);
    if (!strstr(error.text, says))
        fail_msg("\"%s\" does not say \"%s\"", error.text, says);
    release_case(&one);
}

static void mistakes_are_named(void **state) {
    (void)state;
    assert_refused("model.models=[]", "1 to 32");
    assert_refused("model.models=[eas]", "did you mean \"ease\"");
    assert_refused("model.models=[ease,ease]", "small:ease");
    assert_refused("model.models=[none.yaml]", "none.yaml");
    assert_refused("model.part_settings=[eas.model.l2=1]", "did you mean \"ease\"");
    assert_refused("model.part_settings=[ease.model.l3=1]", "did you mean \"model.l2\"");
    assert_refused("model.part_settings=[ease.model.l2=-1]", "model.l2");
    assert_refused("model.part_settings=[ease]", "key=value");
    assert_refused("model.weights=[1,2]", "3 numbers");
    assert_refused("model.weights=[ease:1,4,5]", "named");
    assert_refused("model.weights=[ease:1/2]", "3 tiers");
    assert_refused("model.weights=[easy:1]", "easy:1");
    assert_refused("model.weights=[ease:0,item_knn:0]", "nothing counts");
    assert_refused("model.user_thresholds=[10,5]", "rise");
    assert_refused("model.user_thresholds=[1,2,3]", "4 tiers");
}

static void traits_follow_from_the_parts(void **state) {
    (void)state;
    struct lesson_case one;
    struct error error;
    make_case(&one, TINY_IMPLICIT);
    set(&one, "model.models=[popularity]");
    assert_int_equal(model_hybrid.create(&one.model, one.settings, &error), STATUS_OK);
    assert_int_equal(one.model->traits, MODEL_IMPERSONAL | MODEL_NO_EXPLAIN | MODEL_NO_SIMILAR);
    model_destroy(one.model);
    set(&one, "model.models=[gmf,item_knn]");
    assert_int_equal(model_hybrid.create(&one.model, one.settings, &error), STATUS_OK);
    assert_int_equal(one.model->traits, MODEL_RANDOM | MODEL_TRAINED);
    release_case(&one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_are_among_the_unseen),
        cmocka_unit_test(places_of_many_agree_with_counting),
        cmocka_unit_test(normalising_by_hand),
        cmocka_unit_test(rrf_and_borda_by_hand),
        cmocka_unit_test(a_known_mixture_is_found_again),
        cmocka_unit_test(ridge_by_hand),
        cmocka_unit_test(a_hybrid_by_places),
        cmocka_unit_test(a_weighted_average_by_hand),
        cmocka_unit_test(tiers_and_roles),
        cmocka_unit_test(what_is_found_can_be_repeated),
        cmocka_unit_test(looking_for_weights_can_be_stopped),
        cmocka_unit_test(negatives_suit_the_items),
        cmocka_unit_test(ratings_stay_ratings),
        cmocka_unit_test(recipes_are_written_back),
        cmocka_unit_test(trained_files_are_taken_if_they_fit),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(traits_follow_from_the_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_conformance.c: what every registered model must do, whichever it is. A model that is added
 * to models.def is tested here without a line of its own.
 *
 * Each property is a function of one model; each model runs all of them, under the name
 * "MODEL: property". The data are in tiny.h. What a property asks for and a model does not offer
 * passes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/parallel.h"
#include "dataset/dataset.h"
#include "models/model.h"
#include "models/model_file.h"
#include "models/trainer.h"
#include "nn/tensor.h"
#include "tiny.h"

enum { USERS = 60, ITEMS = 31 };

static char folder[64];
static struct progress silent;

/* A fitted model with its settings. */
struct fitted {
    struct arena arena;
    struct settings *settings;
    struct model *model;
};

static void must(enum status status, const struct error *error) {
    if (status != STATUS_OK)
        fail_msg("%s", error->text);
}

static void set_if_known(struct settings *settings, const char *key, const char *value) {
    struct error error;
    if (settings_knows(settings, key))
        must(settings_set(settings, key, value, "test", &error), &error);
}

/* The settings of a short fit: enough epochs for so little data to be learnt. */
static struct settings *settings_for(const struct model_ops *ops, const struct interactions *train,
                                     struct arena *arena) {
    struct settings *settings = settings_create(arena);
    settings_add(settings, ops->settings);
    settings_add(settings, dataset_settings);
    settings_add(settings, trainer_settings);
    if (ops->suggest)
        ops->suggest(settings, train);
    set_if_known(settings, "trainer.max_epochs", "60");
    set_if_known(settings, "trainer.learning_rate", "0.01");
    set_if_known(settings, "trainer.batch_size", "64");
    set_if_known(settings, "trainer.checkpoint.enabled", "false");
    return settings;
}

static struct fitted fit_with(const struct model_ops *ops, const struct tiny *tiny, uint64_t seed,
                              const char *key, const char *value) {
    struct fitted fitted = {0};
    struct error error;
    fitted.settings = settings_for(ops, &tiny->train, &fitted.arena);
    if (key)
        set_if_known(fitted.settings, key, value);
    must(ops->create(&fitted.model, fitted.settings, &error), &error);
    const struct fit_input input = {.train = &tiny->train,
                                    .features = tiny->features,
                                    .feature_count = TINY_FEATURES,
                                    .seed = seed,
                                    .progress = &silent};
    must(ops->fit(fitted.model, &input, &error), &error);
    assert_int_equal(fitted.model->user_count, tiny->train.user_count);
    assert_int_equal(fitted.model->item_count, tiny->train.item_count);
    return fitted;
}

static struct fitted fit(const struct model_ops *ops, const struct tiny *tiny, uint64_t seed) {
    return fit_with(ops, tiny, seed, NULL, NULL);
}

static void fitted_release(struct fitted *fitted) {
    model_destroy(fitted->model);
    arena_release(&fitted->arena);
}

/* Some models cannot do without ratings; the others are tested without, unless said otherwise. */
static enum tiny_ratings ratings_for(const struct model_ops *ops) {
    return ops->needs & MODEL_NEEDS_RATINGS ? TINY_RATED : TINY_IMPLICIT;
}

static struct query known(const struct interactions *train, uint32_t user) {
    return (struct query){.user = user, .history = interactions_history(train, user)};
}

/* scores[users][items] of all known users at once. */
static float *score_all(const struct model *model, const struct interactions *train,
                        struct arena *arena) {
    const uint32_t users = train->user_count, items = train->item_count;
    struct query *queries = ARENA_ARRAY(arena, struct query, users);
    for (uint32_t u = 0; u < users; u++)
        queries[u] = known(train, u);
    float *scores = ARENA_ARRAY(arena, float, (size_t)users *items);
    for (size_t i = 0; i < (size_t)users * items; i++)
        scores[i] = NAN;
    model->ops->score(model, queries, users, NULL, items, scores);
    return scores;
}

static void assert_finite(const float *scores, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!isfinite(scores[i]))
            fail_msg("score %zu is %g", i, (double)scores[i]);
}

static void scores_are_finite(const struct model_ops *ops) {
    for (int rated = ratings_for(ops) == TINY_RATED; rated < 2; rated++) {
        struct tiny tiny;
        tiny_make(&tiny, USERS, ITEMS, rated ? TINY_RATED : TINY_IMPLICIT);
        struct fitted fitted = fit(ops, &tiny, 1);
        assert_finite(score_all(fitted.model, &tiny.train, &fitted.arena), USERS * ITEMS);
        fitted_release(&fitted);
        tiny_release(&tiny);
    }
}

/* Nobody with nothing, nobody with a history, somebody without one, wishes. */
static void unknown_users_get_scores(const struct model_ops *ops) {
    struct tiny tiny;
    tiny_make(&tiny, USERS, ITEMS, ratings_for(ops));
    struct fitted fitted = fit(ops, &tiny, 1);
    const struct history one = interactions_history(&tiny.train, 5);
    const float preference[] = {5, 1};
    const struct query queries[] = {
        {.user = MODEL_NO_USER},
        {.user = MODEL_NO_USER, .history = one},
        {.user = MODEL_NO_USER,
         .history = {.count = 1, .items = one.items, .ratings = one.ratings}},
        {.user = 7},
        {.user = MODEL_NO_USER, .genre_preference = preference},
        known(&tiny.train, 0),
    };
    enum { QUERIES = sizeof queries / sizeof *queries };
    float scores[QUERIES * ITEMS];
    ops->score(fitted.model, queries, QUERIES, NULL, ITEMS, scores);
    assert_finite(scores, QUERIES * ITEMS);
    ops->score(fitted.model, queries, 0, NULL, ITEMS, scores);
    fitted_release(&fitted);
    tiny_release(&tiny);
}

static void the_smallest_data_are_enough(const struct model_ops *ops) {
    static const uint32_t shapes[][2] = {{1, 1}, {1, 9},   {2, 2},  {9, 1},
                                         {3, 3}, {1, 200}, {200, 3}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct tiny tiny;
        tiny_make(&tiny, shapes[i][0], shapes[i][1], ratings_for(ops));
        struct fitted fitted = fit(ops, &tiny, 1);
        assert_finite(score_all(fitted.model, &tiny.train, &fitted.arena),
                      (size_t)shapes[i][0] * shapes[i][1]);
        fitted_release(&fitted);
        tiny_release(&tiny);
    }
}

static void more_neighbours_than_items_are_fine(const struct model_ops *ops) {
    struct tiny tiny;
    tiny_make(&tiny, USERS, ITEMS, ratings_for(ops));
    struct fitted fitted = fit_with(ops, &tiny, 1, "model.k", "1000");
    assert_finite(score_all(fitted.model, &tiny.train, &fitted.arena), USERS * ITEMS);
    fitted_release(&fitted);
    tiny_release(&tiny);
}

/* The model file of a fit on that many threads, as bytes. A few epochs show as much as many: under
 * a sanitizer handing out the work of a step is most of the time. */
static char *file_of_fit(const struct model_ops *ops, const struct tiny *tiny, size_t threads,
                         struct arena *arena, size_t *size) {
    parallel_set_threads(threads);
    struct fitted fitted = fit_with(ops, tiny, 42, "trainer.max_epochs", "4");
    char path[128], *bytes = NULL;
    struct error error;
    snprintf(path, sizeof path, "%s/%s-%zu", folder, ops->name, threads);
    const struct model_file_content content = {.catalogue = &tiny->catalogue,
                                               .histories = &tiny->train,
                                               .settings = fitted.settings,
                                               .fitted_on = "train"};
    must(model_file_save(path, fitted.model, &content, &error), &error);
    must(files_read(path, (size_t)1 << 30, arena, &bytes, size, &error), &error);
    fitted_release(&fitted);
    parallel_set_threads(0);
    return bytes;
}

static void same_seed_gives_same_bytes_for_any_threads(const struct model_ops *ops) {
    for (int rated = ratings_for(ops) == TINY_RATED; rated < 2; rated++) {
        struct tiny tiny;
        tiny_make(&tiny, 2 * USERS, 3 * ITEMS, rated ? TINY_RATED : TINY_IMPLICIT);
        size_t size, again;
        const char *bytes = file_of_fit(ops, &tiny, 1, &tiny.arena, &size);
        for (size_t threads = 2; threads <= 4; threads *= 2) {
            const char *other = file_of_fit(ops, &tiny, threads, &tiny.arena, &again);
            assert_int_equal(size, again);
            assert_memory_equal(bytes, other, size);
        }
        tiny_release(&tiny);
    }
}

static void another_seed_matters_only_if_random(const struct model_ops *ops) {
    struct tiny tiny;
    tiny_make(&tiny, USERS, ITEMS, ratings_for(ops));
    struct fitted one = fit(ops, &tiny, 1), two = fit(ops, &tiny, 2);
    uint8_t first[32], second[32];
    model_checksum(one.model, first);
    model_checksum(two.model, second);
    assert_int_equal(memcmp(first, second, sizeof first) != 0,
                     (one.model->traits & MODEL_RANDOM) != 0);
    fitted_release(&one);
    fitted_release(&two);
    tiny_release(&tiny);
}

/* What is opened scores as what was saved, and saved again has the same bytes. */
static void a_saved_model_is_the_same_model(const struct model_ops *ops) {
    struct tiny tiny;
    tiny_make(&tiny, USERS, ITEMS, ratings_for(ops));
    struct fitted fitted = fit(ops, &tiny, 3);
    char path[128], again[128], *bytes = NULL, *others = NULL;
    struct error error;
    snprintf(path, sizeof path, "%s/%s-saved", folder, ops->name);
    snprintf(again, sizeof again, "%s/%s-again", folder, ops->name);
    const struct model_file_content content = {.catalogue = &tiny.catalogue,
                                               .histories = &tiny.train,
                                               .settings = fitted.settings,
                                               .fitted_on = "train"};
    must(model_file_save(path, fitted.model, &content, &error), &error);
    struct model_file *file;
    must(model_file_open(&file, path, &error), &error);
    assert_ptr_equal(file->model->ops, ops);
    uint8_t first[32], second[32];
    model_checksum(fitted.model, first);
    model_checksum(file->model, second);
    assert_memory_equal(first, second, sizeof first);
    const float *before = score_all(fitted.model, &tiny.train, &tiny.arena),
                *after = score_all(file->model, &file->catalogue.interactions, &tiny.arena);
    assert_memory_equal(before, after, USERS * ITEMS * sizeof(float));
    const struct model_file_content reopened = {.catalogue = &file->catalogue,
                                                .histories = &file->catalogue.interactions,
                                                .settings = file->settings,
                                                .fitted_on = file->fitted_on,
                                                .metrics = file->metrics};
    must(model_file_save(again, file->model, &reopened, &error), &error);
    size_t size, other_size;
    must(files_read(path, (size_t)1 << 30, &tiny.arena, &bytes, &size, &error), &error);
    must(files_read(again, (size_t)1 << 30, &tiny.arena, &others, &other_size, &error), &error);
    assert_int_equal(size, other_size);
    assert_memory_equal(bytes, others, size);
    model_file_close(file);
    fitted_release(&fitted);
    tiny_release(&tiny);
}

static void assert_close(float found, float expected, double tolerance) {
    if (fabs((double)found - (double)expected) > tolerance * (1 + fabs((double)expected)))
        fail_msg("%.9g is not near %.9g", (double)found, (double)expected);
}

/* One query or many, all items or a list: the same scores; and scoring changes nothing. */
static void scores_do_not_depend_on_the_batch(const struct model_ops *ops) {
    struct tiny tiny;
    tiny_make(&tiny, USERS, ITEMS, ratings_for(ops));
    struct fitted fitted = fit(ops, &tiny, 1);
    uint8_t before[32], after[32];
    model_checksum(fitted.model, before);
    const float *all = score_all(fitted.model, &tiny.train, &fitted.arena);
    const uint32_t items[] = {17, 3, 3, 30, 0};
    for (uint32_t u = 0; u < USERS; u++) {
        const struct query query = known(&tiny.train, u);
        float alone[ITEMS], listed[5];
        ops->score(fitted.model, &query, 1, NULL, ITEMS, alone);
        ops->score(fitted.model, &query, 1, items, 5, listed);
        for (size_t i = 0; i < ITEMS; i++)
            assert_close(alone[i], all[u * ITEMS + i], 1e-6);
        for (size_t i = 0; i < 5; i++)
            assert_close(listed[i], all[u * ITEMS + items[i]], 1e-6);
    }
    model_checksum(fitted.model, after);
    assert_memory_equal(before, after, sizeof before);
    fitted_release(&fitted);
    tiny_release(&tiny);
}

struct shared_scoring {
    const struct model *model;
    const struct interactions *train;
    float *scores;
};

static void score_shard(void *context, size_t shard) {
    const struct shared_scoring *shared = context;
    const struct query query = known(shared->train, (uint32_t)shard);
    const uint32_t items = shared->train->item_count;
    shared->model->ops->score(shared->model, &query, 1, NULL, items,
                              shared->scores + shard * items);
}

static void many_threads_may_score(const struct model_ops *ops) {
    struct tiny tiny;
    tiny_make(&tiny, USERS, ITEMS, ratings_for(ops));
    struct fitted fitted = fit(ops, &tiny, 1);
    const float *all = score_all(fitted.model, &tiny.train, &fitted.arena);
    struct shared_scoring shared = {fitted.model, &tiny.train,
                                    ARENA_ARRAY(&fitted.arena, float, USERS *ITEMS)};
    parallel_set_threads(4);
    for (int round = 0; round < 5; round++) {
        parallel_for(USERS, score_shard, &shared);
        for (size_t i = 0; i < USERS * ITEMS; i++)
            assert_close(shared.scores[i], all[i], 1e-6);
    }
    parallel_set_threads(0);
    fitted_release(&fitted);
    tiny_release(&tiny);
}

static double correlation(const float *x, const float *y, size_t n) {
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mx += (double)x[i] / (double)n;
        my += (double)y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        const double a = (double)x[i] - mx, b = (double)y[i] - my;
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : xx == yy;
}

/* Who comes with the history of a known user is served nearly as he is. */
static void a_bare_history_scores_like_its_user(const struct model_ops *ops) {
    if (strcmp(ops->name, "random") == 0)
        return;
    struct tiny tiny;
    tiny_make(&tiny, USERS, ITEMS, ratings_for(ops));
    struct fitted fitted = fit(ops, &tiny, 1);
    double sum = 0;
    for (uint32_t u = 1; u < USERS; u++) {
        struct query query = known(&tiny.train, u);
        float user[ITEMS], bare[ITEMS];
        ops->score(fitted.model, &query, 1, NULL, ITEMS, user);
        query.user = MODEL_NO_USER;
        ops->score(fitted.model, &query, 1, NULL, ITEMS, bare);
        sum += correlation(user, bare, ITEMS) / (USERS - 1);
    }
    if (sum < 0.7)
        fail_msg("mean correlation of bare histories with their users: %.3f", sum);
    fitted_release(&fitted);
    tiny_release(&tiny);
}

static void renumbering_only_renumbers(const struct model_ops *ops) {
    if (ops->traits & MODEL_RANDOM)
        return;
    struct tiny tiny, other;
    tiny_make(&tiny, USERS, ITEMS, ratings_for(ops));
    uint32_t user_of[USERS], item_of[ITEMS];
    struct rng rng;
    rng_init(&rng, 8, 0);
    for (uint32_t u = 0; u < USERS; u++)
        user_of[u] = u;
    for (uint32_t i = 0; i < ITEMS; i++)
        item_of[i] = i;
    rng_shuffle(&rng, user_of, USERS);
    rng_shuffle(&rng, item_of, ITEMS);
    tiny_renumber(&other, &tiny, user_of, item_of);
    struct fitted one = fit(ops, &tiny, 1), two = fit(ops, &other, 1);
    const float *first = score_all(one.model, &tiny.train, &one.arena),
                *second = score_all(two.model, &other.train, &two.arena);
    for (uint32_t u = 0; u < USERS; u++)
        for (uint32_t i = 0; i < ITEMS; i++)
            assert_close(second[user_of[u] * ITEMS + item_of[i]], first[u * ITEMS + i], 1e-5);
    fitted_release(&one);
    fitted_release(&two);
    tiny_release(&tiny);
    tiny_release(&other);
}

/* The share of users whose withheld item stands above everything that they do not have. */
static double withheld_found(const struct model *model, const struct tiny *tiny,
                             struct arena *arena) {
    const float *scores = score_all(model, &tiny->train, arena);
    size_t found = 0;
    for (uint32_t u = 1; u < USERS; u++) {
        const float *row = scores + u * ITEMS;
        bool first = true;
        for (uint32_t i = 0; i < ITEMS; i++)
            first &= i == tiny->withheld[u] || row[i] < row[tiny->withheld[u]] ||
                     interactions_contains(&tiny->train, u, i);
        found += first;
    }
    return (double)found / (USERS - 1);
}

/* What predicts ratings looks for taste in the ratings, and finds none in what is merely had. */
static void it_beats_popularity(const struct model_ops *ops) {
    if (strcmp(ops->family, "baseline") == 0)
        return;
    const bool predicts = ops->traits & MODEL_PREDICTS_RATINGS;
    const struct model_ops *popularity;
    struct error error;
    must(model_find(&popularity, "popularity", &error), &error);
    struct tiny tiny;
    tiny_make(&tiny, USERS, ITEMS, predicts ? TINY_TASTES : ratings_for(ops));
    struct fitted ours = fit(ops, &tiny, 1), base = fit(popularity, &tiny, 1);
    const double found = withheld_found(ours.model, &tiny, &ours.arena),
                 usual = withheld_found(base.model, &tiny, &base.arena);
    if (found < 0.5 || found < usual + 0.2)
        fail_msg("finds %.2f of the withheld items, popularity %.2f", found, usual);
    fitted_release(&ours);
    fitted_release(&base);
    tiny_release(&tiny);
}

/* What is left of scores when the shares of their histories are taken off. */
struct rest {
    double any;                         /* the first that was seen */
    float nobody[ITEMS];                /* the scores of somebody without a history */
    double of_length[ITEMS][ITEMS + 1]; /* by item and length of the history; NaN: not seen */
    bool one, empty, length;
};

/* `slack` is what the sum of shares may be wrong by. */
static void compare_rest(struct rest *rest, uint32_t item, size_t length, double left,
                         double slack) {
    double *same = &rest->of_length[item][length];
    rest->any = isnan(rest->any) ? left : rest->any;
    *same = isnan(*same) ? left : *same;
    rest->one = rest->one && fabs(left - rest->any) <= slack;
    rest->empty = rest->empty && fabs(left - (double)rest->nobody[item]) <= slack;
    rest->length = rest->length && fabs(left - *same) <= 2 * slack;
}

/* Of the score of a bare history the shares leave one constant of the model, or what somebody
 * without a history is told of the item; where the order counts, what so many events of which
 * nothing is known are told. With MODEL_INTEGRATES the sum may be wrong by 1 %. */
static void shares_make_up_the_score(const struct model *model, const struct interactions *train) {
    struct rest rest = {.any = NAN, .one = true, .empty = true, .length = true};
    const struct query nobody = {.user = MODEL_NO_USER};
    model->ops->score(model, &nobody, 1, NULL, ITEMS, rest.nobody);
    for (size_t i = 0; i < ITEMS; i++)
        for (size_t n = 0; n <= ITEMS; n++)
            rest.of_length[i][n] = NAN;
    for (uint32_t u = 0; u < train->user_count; u++) {
        struct query query = known(train, u);
        query.user = MODEL_NO_USER;
        if (query.history.count == 0)
            continue;
        float scores[ITEMS], shares[ITEMS];
        model->ops->score(model, &query, 1, NULL, ITEMS, scores);
        for (uint32_t i = 0; i < ITEMS; i++) {
            model->ops->explain(model, &query, i, shares);
            assert_finite(shares, query.history.count);
            double sum = 0;
            for (size_t h = 0; h < query.history.count; h++)
                sum += (double)shares[h];
            const double near = model->traits & MODEL_INTEGRATES ? 0.01 * fabs(sum) : 0;
            compare_rest(&rest, i, query.history.count, (double)scores[i] - sum, 1e-4 + near);
        }
    }
    assert_true(rest.any == rest.any); /* somebody has a history */
    if (!rest.one && !rest.empty && !(model->traits & MODEL_ORDER_AWARE && rest.length))
        fail_msg("scores less shares are no constant, and not the scores of an empty history");
}

/* What the parts of a model add makes up its scores, but for one constant. */
static void parts_make_up_the_score(const struct model *model, const struct interactions *train) {
    const char *names[MODEL_PARTS_MAX];
    float scores[ITEMS], amounts[ITEMS * MODEL_PARTS_MAX];
    uint32_t items[ITEMS];
    for (uint32_t i = 0; i < ITEMS; i++)
        items[i] = i;
    const struct query query = known(train, 7);
    const size_t parts = model->ops->parts(model, &query, items, ITEMS, names, amounts);
    model->ops->score(model, &query, 1, NULL, ITEMS, scores);
    assert_true(parts > 0 && parts <= MODEL_PARTS_MAX);
    for (size_t i = 0; i < ITEMS; i++) {
        double left = (double)scores[i], first = (double)scores[0];
        for (size_t p = 0; p < parts; p++) {
            left -= (double)amounts[i * MODEL_PARTS_MAX + p];
            first -= (double)amounts[p];
        }
        if (fabs(left - first) > 1e-4)
            fail_msg("score less parts is %g, elsewhere %g", left, first);
    }
}

/* Reasons, item vectors and parameters are numbers where they are offered. */
static void what_is_offered_is_sound(const struct model_ops *ops) {
    struct tiny tiny;
    tiny_make(&tiny, USERS, ITEMS, ratings_for(ops));
    struct fitted fitted = fit(ops, &tiny, 1);
    if (ops->explain && !(fitted.model->traits & MODEL_NO_EXPLAIN))
        shares_make_up_the_score(fitted.model, &tiny.train);
    if (ops->parts)
        parts_make_up_the_score(fitted.model, &tiny.train);
    if (ops->item_vectors) {
        size_t dimension = 0;
        enum vector_metric metric;
        const float *vectors = ops->item_vectors(fitted.model, &dimension, &metric);
        assert_true(dimension > 0);
        assert_finite(vectors, dimension * ITEMS);
    }
    assert_true(model_parameter_count(fitted.model) > 0 || strcmp(ops->name, "random") == 0);
    assert_non_null(ops->summary);
    assert_non_null(ops->source);
    assert_non_null(ops->family);
    fitted_release(&fitted);
    tiny_release(&tiny);
}

static void it_is_found_by_its_names(const struct model_ops *ops) {
    const struct model_ops *found;
    struct error error;
    must(model_find(&found, ops->name, &error), &error);
    assert_ptr_equal(found, ops);
    for (const char *at = ops->aliases; at && *at;) {
        char alias[64] = {0};
        const size_t length = strcspn(at, "|");
        assert_true(length < sizeof alias);
        memcpy(alias, at, length);
        must(model_find(&found, alias, &error), &error);
        assert_ptr_equal(found, ops);
        at += length;
        at += *at == '|';
    }
}

static const struct {
    const char *name;
    void (*check)(const struct model_ops *ops);
} properties[] = {
#define PROPERTY(name)                                                                             \
    { #name, name }
    PROPERTY(it_is_found_by_its_names),
    PROPERTY(scores_are_finite),
    PROPERTY(unknown_users_get_scores),
    PROPERTY(the_smallest_data_are_enough),
    PROPERTY(more_neighbours_than_items_are_fine),
    PROPERTY(same_seed_gives_same_bytes_for_any_threads),
    PROPERTY(another_seed_matters_only_if_random),
    PROPERTY(a_saved_model_is_the_same_model),
    PROPERTY(scores_do_not_depend_on_the_batch),
    PROPERTY(many_threads_may_score),
    PROPERTY(a_bare_history_scores_like_its_user),
    PROPERTY(renumbering_only_renumbers),
    PROPERTY(it_beats_popularity),
    PROPERTY(what_is_offered_is_sound),
#undef PROPERTY
};

enum { PROPERTIES = sizeof properties / sizeof *properties };

/* A test's state is its place in models x properties. */
static void run(void **state) {
    const size_t index = (size_t)(uintptr_t)*state;
    properties[index % PROPERTIES].check(model_at(index / PROPERTIES));
}

static int make_folder(void **state) {
    (void)state;
    progress_init(&silent, true);
    snprintf(folder, sizeof folder, "/tmp/matinee-test-conformance-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    struct error error;
    return files_remove_folder(folder, &error) != STATUS_OK;
}

int main(int count, char **arguments) {
    /* The argument names one model to test alone. */
    const char *only = count > 1 ? arguments[1] : NULL;
    struct arena arena = {0};
    size_t models = 0, tests = 0;
    while (model_at(models))
        models++;
    struct CMUnitTest *list = ARENA_ARRAY(&arena, struct CMUnitTest, models * PROPERTIES);
    for (size_t i = 0; i < models * PROPERTIES; i++) {
        const char *model = model_at(i / PROPERTIES)->name;
        if (!only || strcmp(only, model) == 0)
            list[tests++] = (struct CMUnitTest){
                .name = arena_format(&arena, "%s: %s", model, properties[i % PROPERTIES].name),
                .test_func = run,
                .initial_state = (void *)(uintptr_t)i};
    }
    const int failed =
        _cmocka_run_group_tests("conformance", list, tests, make_folder, remove_folder);
    arena_release(&arena);
    return failed;
}

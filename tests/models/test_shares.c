/* test_shares.c: what explain() of the models says, held against Shapley values of the score; and
 * the two ways of sharing out by themselves.
 *
 * Shapley  The exact values of a game whose players are the rows of a bare history and whose worth
 *          is the model's score for the rows that play (Shapley 1953; Lundberg & Lee, NIPS 2017):
 *          all subsets are scored. They are another way of sharing out, which takes rows away
 *          where ours hold their number, so the two agree in order and sign, not in figures.
 * Data     tiny.h: users of two tastes; the histories here are of both, some of each. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/tiny.h"
#include "models/model.h"
#include "models/shares.h"
#include "models/trainer.h"

enum { USERS = 60, ITEMS = 31, ROWS = 8, SUBSETS = 1 << ROWS, CASES = 6 };

static struct progress silent;

struct fitted {
    struct arena arena;
    struct tiny tiny;
    struct model *model;
};

static void must(enum status status, const struct error *error) {
    if (status != STATUS_OK)
        fail_msg("%s", error->text);
}

static void set(struct settings *settings, const char *key, const char *value) {
    struct error error;
    if (settings_knows(settings, key))
        must(settings_set(settings, key, value, "test", &error), &error);
}

/* settings: pairs of key and value, NULL after the last. */
static void fit(struct fitted *fitted, const char *name, const char *const *extra) {
    const struct model_ops *ops;
    struct error error;
    memset(fitted, 0, sizeof *fitted);
    must(model_find(&ops, name, &error), &error);
    tiny_make(&fitted->tiny, USERS, ITEMS, TINY_TASTES);
    struct settings *settings = settings_create(&fitted->arena);
    settings_add(settings, ops->settings);
    settings_add(settings, trainer_settings);
    if (ops->suggest)
        ops->suggest(settings, &fitted->tiny.train);
    set(settings, "trainer.max_epochs", "60");
    set(settings, "trainer.learning_rate", "0.01");
    set(settings, "trainer.batch_size", "64");
    set(settings, "trainer.checkpoint.enabled", "false");
    for (size_t i = 0; extra && extra[i]; i += 2)
        set(settings, extra[i], extra[i + 1]);
    must(ops->create(&fitted->model, settings, &error), &error);
    const struct fit_input input = {.train = &fitted->tiny.train,
                                    .features = fitted->tiny.features,
                                    .feature_count = TINY_FEATURES,
                                    .seed = 1,
                                    .progress = &silent};
    must(ops->fit(fitted->model, &input, &error), &error);
}

static void release(struct fitted *fitted) {
    model_destroy(fitted->model);
    tiny_release(&fitted->tiny);
    arena_release(&fitted->arena);
}

/* A history of five films of one taste and three of the other, liked and not. */
struct past {
    uint32_t items[ROWS];
    float ratings[ROWS];
    int64_t times[ROWS];
};

static struct past past_of(uint32_t number) {
    struct past past;
    for (uint32_t h = 0; h < ROWS; h++) {
        const uint32_t taste = (number + (h % 3 == 2 ? 1 : 0)) % 2;
        past.items[h] = (2 * (h + number) + taste) % (ITEMS - 1);
        past.ratings[h] = h % 3 == 2 ? 1.5f : 4.5f;
        past.times[h] = (int64_t)h + 1;
    }
    return past;
}

/* The rows of a subset, in their order, at `room`; the others are left out, or keep their place as
 * an item of which nothing is known. */
static struct query subset_query(const struct past *past, size_t subset, uint32_t unknown,
                                 struct past *room) {
    size_t count = 0;
    for (size_t h = 0; h < ROWS; h++)
        if (subset >> h & 1 || unknown != DATASET_NONE) {
            room->items[count] = subset >> h & 1 ? past->items[h] : unknown;
            room->ratings[count] = past->ratings[h];
            room->times[count++] = past->times[h];
        }
    return (struct query){
        .user = MODEL_NO_USER,
        .history = {
            .count = count, .items = room->items, .ratings = room->ratings, .times = room->times}};
}

/* values[ROWS] from the worth of every subset. */
static void shapley(const float *worth, double *values) {
    double weights[ROWS];
    for (size_t size = 0; size < ROWS; size++)
        weights[size] = exp(lgamma((double)size + 1) + lgamma((double)(ROWS - size)) -
                            lgamma((double)ROWS + 1));
    for (size_t h = 0; h < ROWS; h++) {
        values[h] = 0;
        for (size_t subset = 0; subset < SUBSETS; subset++)
            if (!(subset >> h & 1))
                values[h] += weights[__builtin_popcountl(subset)] *
                             ((double)worth[subset | (size_t)1 << h] - (double)worth[subset]);
    }
}

/* Over all rows, films and histories of a model: what a correlation of shares with Shapley values
 * needs, and how often the row with the largest share is one that speaks for the film in both. */
struct agreement {
    double n, x, y, xx, yy, xy, same, cases;
};

static void add_pair(struct agreement *sum, double x, double y) {
    sum->n++;
    sum->x += x;
    sum->y += y;
    sum->xx += x * x;
    sum->yy += y * y;
    sum->xy += x * y;
}

static double correlation(const struct agreement *sum) {
    const double xx = sum->xx - sum->x * sum->x / sum->n, yy = sum->yy - sum->y * sum->y / sum->n;
    return (sum->xy - sum->x * sum->y / sum->n) / sqrt(xx * yy);
}

static void add_case(const struct model *model, const struct past *past, uint32_t unknown,
                     struct agreement *sum) {
    static struct past rooms[SUBSETS];
    static float scores[SUBSETS * ITEMS];
    struct query queries[SUBSETS];
    for (size_t subset = 0; subset < SUBSETS; subset++)
        queries[subset] = subset_query(past, subset, unknown, &rooms[subset]);
    model->ops->score(model, queries, SUBSETS, NULL, ITEMS, scores);
    for (uint32_t item = 0; item < ITEMS - 1; item++) {
        float worth[SUBSETS], shares[ROWS];
        double values[ROWS];
        size_t top = 0;
        for (size_t subset = 0; subset < SUBSETS; subset++)
            worth[subset] = scores[subset * ITEMS + item];
        model->ops->explain(model, &queries[SUBSETS - 1], item, shares);
        worth[0] = worth[SUBSETS - 1];
        for (size_t h = 0; h < ROWS; h++)
            worth[0] -= shares[h];
        shapley(worth, values);
        for (size_t h = 0; h < ROWS; h++) {
            add_pair(sum, (double)shares[h], values[h]);
            top = shares[h] > shares[top] ? h : top;
        }
        sum->same += values[top] > 0 || shares[top] <= 0;
        sum->cases++;
    }
}

/* An order-aware model counts positions: leaving a row out moves the others. There the last item,
 * which no history has, becomes one of which nothing is known. */
static uint32_t make_unknown(struct model *model) {
    struct tensor *list[MODEL_TENSORS_MAX];
    const size_t count = model_tensors(model, list);
    for (size_t t = 0; t < count; t++)
        if (strcmp(list[t]->name, "item.weight") == 0) {
            const size_t width = list[t]->shape[1];
            memset(tensor_floats(list[t]) + (ITEMS - 1) * width, 0, width * sizeof(float));
            return ITEMS - 1;
        }
    return DATASET_NONE;
}

static struct agreement agreement(const char *name, const char *const *extra) {
    struct fitted fitted;
    struct agreement sum = {0};
    fit(&fitted, name, extra);
    const uint32_t unknown =
        strcmp(name, "sasrec") == 0 ? make_unknown(fitted.model) : DATASET_NONE;
    for (uint32_t number = 0; number < CASES; number++) {
        const struct past past = past_of(number);
        add_case(fitted.model, &past, unknown, &sum);
    }
    release(&fitted);
    return sum;
}

#define WITH(...)                                                                                  \
    (const char *const[]) { __VA_ARGS__, NULL }

static void agrees(const char *name, const char *const *extra) {
    const struct agreement found = agreement(name, extra);
    if (!(correlation(&found) > 0.7) || found.same / found.cases < 0.85)
        fail_msg("%s: shares correlate with Shapley values by %.3f; the largest agrees in %.3f",
                 name, correlation(&found), found.same / found.cases);
}

static void test_shapley_values_agree(void **state) {
    (void)state;
    static const char *const names[] = {
        "item_knn", "user_knn", "ease",    "slim",     "als",       "svd",    "svdpp",
        "nmf",      "bpr",      "eals",    "lightgcn", "ngcf",      "gmf",    "mlp",
        "neumf",    "vae",      "rp3beta", "spectral", "two_tower", "sasrec", "next_item"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        agrees(names[i], NULL);
    agrees("mlp", WITH("model.attention_heads", "2"));
    agrees("neumf", WITH("model.attention_heads", "4"));
}

/* That scores less shares are those of an empty history (or nothing at all: `from_nothing`). */
static void sums(const char *name, bool from_nothing, const char *const *extra) {
    struct fitted fitted;
    fit(&fitted, name, extra);
    const struct model *model = fitted.model;
    const struct query nobody = {.user = MODEL_NO_USER};
    float base[ITEMS] = {0}, scores[ITEMS], shares[ROWS];
    if (!from_nothing)
        model->ops->score(model, &nobody, 1, NULL, ITEMS, base);
    for (uint32_t number = 0; number < CASES; number++) {
        const struct past past = past_of(number);
        struct past room;
        const struct query query = subset_query(&past, SUBSETS - 1, DATASET_NONE, &room);
        model->ops->score(model, &query, 1, NULL, ITEMS, scores);
        for (uint32_t item = 0; item < ITEMS; item++) {
            double sum = 0;
            model->ops->explain(model, &query, item, shares);
            for (size_t h = 0; h < ROWS; h++)
                sum += (double)shares[h];
            const double wanted = (double)scores[item] - (double)base[item];
            if (!(fabs(sum - wanted) <=
                  2e-4 * (1 + fabs((double)scores[item])) + 0.01 * fabs(wanted)))
                fail_msg("%s, item %u: shares sum to %g, not to %g", name, item, sum, wanted);
        }
    }
    release(&fitted);
}

static void test_sums_whatever_the_settings(void **state) {
    (void)state;
    static const char *const kinds[] = {"tversky", "asymmetric",       "adjusted_cosine",
                                        "pearson", "pearson_baseline", "msd"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        sums("user_knn", true,
             WITH("model.similarity", kinds[k], "model.use_ratings", "true", "model.amplification",
                  "2"));
    sums("user_knn", true, WITH("model.weighting", "bm25"));
    sums("nmf", true, WITH("model.use_ratings", "true", "model.l1", "0.1", "model.l2", "0.5"));
    sums("eals", true, WITH("model.reg", "0.01", "model.embedding_dim", "8"));
    sums("svd", false, WITH("model.biased", "false"));
    sums("svdpp", false, WITH("model.reg_frequency", "0.5"));
    sums("lightgcn", false, WITH("model.ranking", "cosine"));
    sums("mlp", false, WITH("model.residual", "true", "model.genre_dim", "4"));
    sums("neumf", false, WITH("model.mf_weights", "learned", "model.residual", "true"));
    sums("mlp", false, WITH("model.attention_heads", "2", "model.genre_dim", "4"));
    sums("neumf", false, WITH("model.attention_heads", "4", "model.residual", "true"));
    sums("vae", false, WITH("model.variational", "false", "model.hidden_dims", "[32,16]"));
    sums("two_tower", false,
         WITH("model.loss_type", "softmax", "model.user_embedding_dim", "8",
              "model.item_embedding_dim", "8", "model.feature_attention", "true"));
    sums("two_tower", false, WITH("model.time_decay", "3"));
}

/* 3 a b + |a|: a product, whose part is dealt out equally, and a kink at a third of the way. */
static double product_and_kink(void *context, const float *at, float *gradient) {
    (void)context;
    if (gradient) {
        gradient[0] = 3 * at[1] + (at[0] > 0 ? 1 : -1);
        gradient[1] = 3 * at[0];
    }
    return 3 * (double)at[0] * (double)at[1] + fabs((double)at[0]);
}

static void test_a_path_by_hand(void **state) {
    (void)state;
    const float from[] = {-1, 0}, to[] = {2, 2};
    float gradient[2];
    shares_path(&(struct shares_path){2, from, to, product_and_kink, NULL}, gradient);
    /* Along (-1 + 3 t, 2 t): the mean of 6 t + sign is 3 + 1/3, of 3 (-1 + 3 t) it is 1.5. */
    assert_true(fabs((double)gradient[0] - (3 + 1.0 / 3)) < 0.01);
    assert_true(fabs((double)gradient[1] - 1.5) < 0.01);
}

static void test_a_ridge_by_hand(void **state) {
    (void)state;
    double matrix[] = {2, 0, 0, 4};
    const float item[] = {2, 4}, rows[] = {1, 1, 3, -1}, wanted[] = {1, 2};
    float shares[2];
    assert_true(shares_ridge(&(struct shares_ridge){2, 2, matrix, item, rows, wanted}, shares));
    assert_true(shares[0] == 2 && shares[1] == 4); /* A^-1 item = (1, 1) */
    shares_settle(shares, 2, 7);
    assert_true(shares[0] == 2.5f && shares[1] == 4.5f);
    double singular[] = {1, 1, 1, 1};
    assert_false(shares_ridge(&(struct shares_ridge){2, 2, singular, item, rows, NULL}, shares));
    assert_true(shares[0] == 0 && shares[1] == 0);
}

int main(void) {
    progress_init(&silent, true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_path_by_hand),
        cmocka_unit_test(test_a_ridge_by_hand),
        cmocka_unit_test(test_sums_whatever_the_settings),
        cmocka_unit_test(test_shapley_values_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

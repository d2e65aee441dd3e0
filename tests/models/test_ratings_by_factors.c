/* test_ratings_by_factors.c: svd and svdpp: an epoch against Koren's loops as they are written, the
 * start, the fold-in, what is refused. */
#include "models/classic.h"

extern const struct model_ops model_svd, model_svdpp;

enum { USERS = 3, ITEMS = 5, ROWS = 5, WIDTH = 3 };

/* User 2 and item 4 have nothing. */
static const uint64_t offsets[] = {0, 3, 5, 5};
static const uint32_t items[] = {0, 1, 3, 1, 2};
static const float ratings[] = {5, 3, 1, 4, 2};
static const struct interactions train = {.user_count = USERS,
                                          .item_count = ITEMS,
                                          .count = ROWS,
                                          .offsets = offsets,
                                          .items = items,
                                          .ratings = ratings};

static const double rates[] = {0.05, 0.04, 0.03, 0.02, 0.06}; /* bu bi pu qi yj */
static const double penalties[] = {0.1, 0.2, 0.3, 0.4, 0.5};
#define PARTS                                                                                      \
    "model.n_factors=3", "model.lr_bu=0.05", "model.lr_bi=0.04", "model.lr_pu=0.03",               \
        "model.lr_qi=0.02", "model.reg_bu=0.1", "model.reg_bi=0.2", "model.reg_pu=0.3",            \
        "model.reg_qi=0.4", "model.reg_frequency=0.5"

static const float *values(struct model *model, const char *name) {
    struct tensor *list[MODEL_TENSORS_MAX];
    const size_t count = model_tensors(model, list);
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i]->name, name) == 0)
            return tensor_floats(list[i]);
    return NULL;
}

/* ---- The reference --------------------------------------------------------------------------- */

struct state {
    double bu[USERS], bi[ITEMS], p[USERS][WIDTH], q[ITEMS][WIDTH], y[ITEMS][WIDTH];
};

static struct state state_of(struct model *model) {
    struct state s = {{0}, {0}, {{0}}, {{0}}, {{0}}};
    const float *y = values(model, "implicit_factors");
    for (size_t u = 0; u < USERS; u++) {
        s.bu[u] = (double)values(model, "user_bias")[u];
        for (size_t f = 0; f < WIDTH; f++)
            s.p[u][f] = (double)values(model, "user_factors")[u * WIDTH + f];
    }
    for (size_t i = 0; i < ITEMS; i++) {
        s.bi[i] = (double)values(model, "item_bias")[i];
        for (size_t f = 0; f < WIDTH; f++) {
            s.q[i][f] = (double)values(model, "item_factors")[i * WIDTH + f];
            s.y[i][f] = y ? (double)y[i * WIDTH + f] : 0;
        }
    }
    return s;
}

static double weight_of(size_t count, size_t rows) {
    return sqrt((double)ROWS / (double)rows / (double)count);
}

/* One rating: y moves at once, all |N| of them. */
static void one_step(struct state *s, size_t user, size_t row, bool with_y) {
    static const size_t item_counts[ITEMS] = {1, 2, 1, 1, 0};
    const size_t first = offsets[user], count = offsets[user + 1] - first, i = items[row];
    const double root = 1 / sqrt((double)count), wu = weight_of(count, USERS),
                 wi = weight_of(item_counts[i], ITEMS);
    double z[WIDTH] = {0}, e = (double)ratings[row] - 3 - s->bu[user] - s->bi[i];
    for (size_t f = 0; f < WIDTH; f++) {
        for (size_t j = first; j < first + count; j++)
            z[f] += root * s->y[items[j]][f];
        e -= s->q[i][f] * (s->p[user][f] + z[f]);
    }
    s->bu[user] += rates[0] * (e - penalties[0] * wu * s->bu[user]);
    s->bi[i] += rates[1] * (e - penalties[1] * wi * s->bi[i]);
    for (size_t f = 0; f < WIDTH; f++) {
        const double p = s->p[user][f], q = s->q[i][f];
        s->p[user][f] += rates[2] * (e * q - penalties[2] * wu * p);
        s->q[i][f] += rates[3] * (e * (p + z[f]) - penalties[3] * wi * q);
        for (size_t j = first; with_y && j < first + count; j++)
            s->y[items[j]][f] += rates[4] * e * root * q;
    }
}

/* A user's ratings in the order `rows`; the y are shrunk once, by what they were before. */
static void one_user(struct state *s, size_t user, const size_t *rows, bool with_y) {
    static const size_t item_counts[ITEMS] = {1, 2, 1, 1, 0};
    const struct state before = *s;
    for (size_t j = 0; j < offsets[user + 1] - offsets[user]; j++)
        one_step(s, user, rows[j], with_y);
    for (size_t j = offsets[user]; with_y && j < offsets[user + 1]; j++)
        for (size_t f = 0; f < WIDTH; f++)
            s->y[items[j]][f] -= rates[4] * penalties[4] * weight_of(item_counts[items[j]], ITEMS) *
                                 before.y[items[j]][f];
}

static double distance(const struct state *a, const struct state *b) {
    const double *x = (const double *)a, *y = (const double *)b;
    double most = 0;
    for (size_t i = 0; i < sizeof *a / sizeof *x; i++)
        most = fmax(most, fabs(x[i] - y[i]));
    return most;
}

/* The order of an epoch is random: one of the 24 has to be the one that was taken. */
static void check_epoch(const struct model_ops *ops, bool with_y) {
    static const size_t first[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                      {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const size_t second[][2] = {{3, 4}, {4, 3}};
    const char *const y_pairs[] = {with_y ? "model.lr_yj=0.06" : NULL, "model.reg_yj=0.5"};
    const char *const none[] = {PARTS, "model.n_epochs=0", y_pairs[0], y_pairs[1], NULL};
    const char *const one[] = {PARTS, "model.n_epochs=1", y_pairs[0], y_pairs[1], NULL};
    struct model *start = classic_fitted(ops, &train, none);
    struct model *model = classic_fitted(ops, &train, one);
    const struct state found = state_of(model);
    double nearest = 1;
    for (size_t way = 0; way < 24; way++) {
        struct state expected = state_of(start);
        for (size_t turn = 0; turn < 2; turn++)
            if ((way / 12 + turn) % 2 == 0)
                one_user(&expected, 0, first[way % 6], with_y);
            else
                one_user(&expected, 1, second[way / 6 % 2], with_y);
        nearest = fmin(nearest, distance(&found, &expected));
    }
    assert_near(nearest, 0, 1e-6);
    model_destroy(start);
    model_destroy(model);
}

static void an_epoch_is_that_of_the_equations(void **state) {
    (void)state;
    check_epoch(&model_svd, false);
    check_epoch(&model_svdpp, true);
}

/* ---- The rest -------------------------------------------------------------------------------- */

static void who_has_nothing_stays_at_zero(void **state) {
    (void)state;
    const char *const pairs[] = {PARTS, NULL};
    struct model *model = classic_fitted(&model_svdpp, &train, pairs);
    const struct state s = state_of(model);
    for (size_t f = 0; f < WIDTH; f++) {
        assert_true(s.p[2][f] == 0 && s.q[4][f] == 0 && s.y[4][f] == 0);
        assert_true(s.p[0][f] != 0 && s.q[0][f] != 0 && s.y[0][f] != 0);
    }
    float score;
    const struct query nobody = {.user = MODEL_NO_USER};
    const uint32_t unknown = 4;
    model->ops->score(model, &nobody, 1, &unknown, 1, &score);
    assert_near(score, 3, 1e-6);
    model_destroy(model);
}

static void without_biases_only_factors_are_left(void **state) {
    (void)state;
    const char *const pairs[] = {PARTS, "model.biased=false", NULL};
    struct model *model = classic_fitted(&model_svd, &train, pairs);
    const struct query known = classic_query(&train, 0);
    const struct state s = state_of(model);
    float scores[ITEMS];
    model->ops->score(model, &known, 1, NULL, ITEMS, scores);
    for (size_t i = 0; i < ITEMS; i++) {
        double expected = 0;
        for (size_t f = 0; f < WIDTH; f++)
            expected += s.p[0][f] * s.q[i][f];
        assert_near(scores[i], expected, 1e-6);
        assert_true(s.bi[i] == 0);
    }
    model_destroy(model);
}

/* At the minimum of the fold-in its gradient is 0: errors against penalties. */
static void a_fold_in_is_the_minimum(void **state) {
    (void)state;
    const char *const pairs[] = {PARTS, "model.n_epochs=30", NULL};
    struct model *model = classic_fitted(&model_svd, &train, pairs);
    const struct state s = state_of(model);
    struct query query = classic_query(&train, 0);
    query.user = MODEL_NO_USER;
    float p[WIDTH], scores[3];
    model->ops->query_vectors(model, &query, 1, p);
    model->ops->score(model, &query, 1, items, 3, scores);
    const double whole = 3 * weight_of(3, USERS);
    double bias = (double)scores[0] - 3 - s.bi[0], slope = 0, slopes[WIDTH];
    for (size_t f = 0; f < WIDTH; f++) {
        bias -= (double)p[f] * s.q[0][f];
        slopes[f] = whole * penalties[2] * (double)p[f];
    }
    slope = whole * penalties[0] * bias;
    for (size_t h = 0; h < 3; h++) {
        const double error = (double)ratings[h] - (double)scores[h];
        slope -= error;
        for (size_t f = 0; f < WIDTH; f++)
            slopes[f] -= error * s.q[items[h]][f];
    }
    assert_near(slope, 0, 1e-4);
    for (size_t f = 0; f < WIDTH; f++)
        assert_near(slopes[f], 0, 1e-4);
    model_destroy(model);
}

/* Without ratings only what was seen at all speaks. */
static void a_history_without_ratings_speaks_through_y(void **state) {
    (void)state;
    const char *const pairs[] = {PARTS, NULL};
    struct model *model = classic_fitted(&model_svdpp, &train, pairs);
    const struct state s = state_of(model);
    const struct query query = {.user = MODEL_NO_USER, .history = {.count = 2, .items = items}};
    float vector[WIDTH];
    model->ops->query_vectors(model, &query, 1, vector);
    for (size_t f = 0; f < WIDTH; f++)
        assert_near(vector[f], (s.y[0][f] + s.y[1][f]) / sqrt(2), 1e-6);
    model_destroy(model);
}

static void what_cannot_be_fitted_is_refused(void **state) {
    (void)state;
    struct error error = {0};
    struct model *model = NULL;
    struct interactions implicit = train;
    implicit.ratings = NULL;
    assert_int_equal(classic_fit(&model, &model_svd, &implicit, NULL, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "these data have none"));
    const char *const wild[] = {"model.lr_all=9", "model.n_epochs=200", NULL};
    assert_int_equal(classic_fit(&model, &model_svd, &train, wild, &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "model.lr_all"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_epoch_is_that_of_the_equations),
        cmocka_unit_test(who_has_nothing_stays_at_zero),
        cmocka_unit_test(without_biases_only_factors_are_left),
        cmocka_unit_test(a_fold_in_is_the_minimum),
        cmocka_unit_test(a_history_without_ratings_speaks_through_y),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

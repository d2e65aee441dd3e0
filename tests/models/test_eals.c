/* test_eals.c: a sweep against the plain loss, one coordinate after the other; the loss falls; an
 * update learns, leaves the old model alone and takes somebody new; threads. */
#include "models/classic.h"

#include "base/parallel.h"
#include "base/rng.h"
#include "models/factorization/eals_row.h"
#include "models/factorization/factor_gram.h"

extern const struct model_ops model_eals;

enum { D = 5, OTHERS = 17, SEEN = 6 };

struct problem {
    float vectors[OTHERS * D], confidence[OTHERS], cache[D * D], weights[SEEN];
    uint32_t columns[SEEN];
    bool is_item;
    float own; /* of an item: its c_i */
};

static struct problem make_problem(bool is_item) {
    struct problem p = {.is_item = is_item, .own = is_item ? 0.3f : 1};
    struct rng rng;
    rng_init(&rng, 6, is_item);
    for (size_t i = 0; i < OTHERS * D; i++)
        p.vectors[i] = (float)rng_normal(&rng);
    for (size_t i = 0; i < OTHERS; i++)
        p.confidence[i] = (float)rng_uniform(&rng);
    for (uint32_t i = 0; i < SEEN; i++) {
        p.columns[i] = (i * 5 + 1) % OTHERS;
        p.weights[i] = i % 2 ? 1 : 2.5f;
    }
    factor_gram(p.cache, p.vectors, is_item ? NULL : p.confidence, OTHERS, D);
    return p;
}

static double loss_of(const struct problem *p, const double *w) {
    double loss = 0;
    for (uint32_t i = 0; i < OTHERS; i++) {
        double s = 0, weight = p->is_item ? (double)p->own : (double)p->confidence[i], target = 0;
        for (size_t k = 0; k < D; k++)
            s += w[k] * (double)p->vectors[i * D + k];
        for (size_t j = 0; j < SEEN; j++)
            if (p->columns[j] == i) {
                weight = (double)p->weights[j];
                target = 1;
            }
        loss += weight * (target - s) * (target - s);
    }
    for (size_t k = 0; k < D; k++)
        loss += 0.25 * w[k] * w[k];
    return loss;
}

/* The loss is a parabola in w[f]: three values tell its lowest point. */
static void minimise(const struct problem *p, double *w, size_t f) {
    double at = w[f], middle = loss_of(p, w);
    w[f] = at + 1;
    double right = loss_of(p, w);
    w[f] = at - 1;
    double left = loss_of(p, w);
    w[f] = at + (left - right) / (2 * (left - 2 * middle + right));
}

static void a_sweep_minimises_each_coordinate(void **state) {
    (void)state;
    for (int is_item = 0; is_item < 2; is_item++) {
        struct problem p = make_problem(is_item);
        struct eals_side side = {p.vectors, p.cache, is_item ? NULL : p.confidence, D, 0.25f};
        struct csr_row row = {SEEN, p.columns, p.weights};
        float w[D] = {0.5f, -1, 0, 2, 0.1f};
        double expected[D];
        for (size_t k = 0; k < D; k++)
            expected[k] = w[k];
        for (int sweep = 0; sweep < 3; sweep++) {
            eals_row(&side, &row, p.own, w);
            for (size_t f = 0; f < D; f++)
                minimise(&p, expected, f);
            for (size_t f = 0; f < D; f++)
                assert_near(w[f], expected[f], 1e-4);
        }
    }
}

static const char *const small[] = {"model.embedding_dim=4", "model.c0=2", "model.reg=0.05", NULL};

static void score_of(const struct model *model, struct query query, float *scores) {
    model->ops->score(model, &query, 1, NULL, model->item_count, scores);
}

static void an_update_learns(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = classic_fitted(&model_eals, &rows, small);
    uint8_t before[32], after[32];
    model_checksum(model, before);
    for (uint32_t user = 0; user <= rows.user_count; user++) {
        uint32_t item = 0;
        while (user < rows.user_count && interactions_contains(&rows, user, item))
            item++;
        struct model *other = classic_updated(model, &rows, user, &item, 1, &arena);
        assert_int_equal(other->user_count, rows.user_count + (user == rows.user_count));
        float was[CLASSIC_MAX], is[CLASSIC_MAX];
        score_of(other, (struct query){.user = user}, is);
        if (user < rows.user_count) {
            score_of(model, (struct query){.user = user}, was);
            assert_true(is[item] > was[item]);
        }
        assert_true(is[item] > 0.3f);
        model_destroy(other);
        model_checksum(model, after);
        assert_memory_equal(before, after, 32);
    }
    model_destroy(model);
    arena_release(&arena);
}

/* Two tastes: users 0 to 5 have items 0 to 3, users 6 to 11 have items 4 to 7. */
static struct table two_tastes(void) {
    struct table table = {12, 8, {{0}}};
    for (uint32_t u = 0; u < 12; u++)
        for (uint32_t i = 0; i < 8; i++)
            table.at[u][i] = u / 6 == i / 4 && (u + i) % 4 != 0;
    return table;
}

/* What goes with a new item rises in the person's list, and what does not stays. */
static void what_goes_with_a_new_item_rises(void **state) {
    (void)state;
    struct table table = two_tastes();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = classic_fitted(&model_eals, &rows, small);
    const uint32_t items[] = {4, 5};
    struct model *other = classic_updated(model, &rows, 0, items, 2, &arena);
    float was[CLASSIC_MAX], is[CLASSIC_MAX];
    score_of(model, (struct query){.user = 0}, was);
    score_of(other, (struct query){.user = 0}, is);
    for (size_t i = 6; i < 8; i++)
        assert_true(is[i] > was[i] + 0.1f);
    model_destroy(other);
    model_destroy(model);
    arena_release(&arena);
}

/* Rows of several users at once are those of each in turn. */
static void users_are_learnt_in_turn(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = classic_fitted(&model_eals, &rows, small), *at_once = NULL;
    const uint32_t item = 8;
    uint32_t users[2] = {0, 0}, found = 0;
    for (uint32_t u = 0; u < rows.user_count && found < 2; u++)
        if (!interactions_contains(&rows, u, item))
            users[found++] = u;
    assert_int_equal(found, 2);
    struct interactions first = classic_new_rows(&rows, users[0], &item, 1, &arena),
                        second = classic_new_rows(&rows, users[1], &item, 1, &arena),
                        both = interactions_merge(&first, &second, &arena),
                        then = interactions_merge(&rows, &first, &arena);
    struct model_events events = {&rows, &both};
    struct error error;
    assert_int_equal(model_eals.update(&at_once, model, &events, &error), STATUS_OK);
    struct model *one = classic_updated(model, &rows, users[0], &item, 1, &arena);
    struct model *two = classic_updated(one, &then, users[1], &item, 1, &arena);
    struct tensor *expected[MODEL_TENSORS_MAX], *list[MODEL_TENSORS_MAX];
    model_tensors(two, expected);
    model_tensors(at_once, list);
    for (size_t t = 0; t < 2; t++)
        for (size_t i = 0; i < tensor_count(list[t]); i++)
            assert_near(tensor_floats(list[t])[i], tensor_floats(expected[t])[i], 1e-5);
    model_destroy(one);
    model_destroy(two);
    model_destroy(at_once);
    model_destroy(model);
    arena_release(&arena);
}

/* The caches that an update carries along are those of its vectors. */
static void an_update_keeps_its_cache(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = classic_fitted(&model_eals, &rows, small);
    const uint32_t items[] = {8, 2, 5};
    struct model *other = classic_updated(model, &rows, 3, items, 3, &arena);
    struct tensor *list[MODEL_TENSORS_MAX];
    model_tensors(other, list);
    float cache[4 * 4];
    factor_gram(cache, tensor_floats(list[1]), tensor_floats(list[2]), rows.item_count, 4);
    for (size_t i = 0; i < 16; i++)
        assert_near(tensor_floats(list[3])[i], cache[i], 1e-5);
    model_destroy(other);
    model_destroy(model);
    arena_release(&arena);
}

static void events_that_do_not_fit_are_refused(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    struct model *model = classic_fitted(&model_eals, &rows, small), *other = NULL;
    uint32_t item = rows.item_count;
    struct interactions fresh = classic_new_rows(&rows, 0, &item, 1, &arena);
    struct model_events events = {&rows, &fresh};
    struct error error;
    assert_int_equal(model_eals.update(&other, model, &events, &error), STATUS_BAD_INPUT);
    item = 0;
    fresh.user_count--;
    assert_int_equal(model_eals.update(&other, model, &events, &error), STATUS_BAD_INPUT);
    assert_null(other);
    model_destroy(model);
    arena_release(&arena);
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    struct table table = classic_ratings();
    struct arena arena = {0};
    struct interactions rows = classic_rows(&table, false, &arena);
    uint8_t sums[3][32];
    for (size_t i = 0; i < 3; i++) {
        parallel_set_threads((size_t)1 << i);
        struct model *model = classic_fitted(&model_eals, &rows, NULL);
        model_checksum(model, sums[i]);
        assert_memory_equal(sums[i], sums[0], 32);
        model_destroy(model);
    }
    parallel_set_threads(0);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sweep_minimises_each_coordinate),
        cmocka_unit_test(an_update_learns),
        cmocka_unit_test(what_goes_with_a_new_item_rises),
        cmocka_unit_test(users_are_learnt_in_turn),
        cmocka_unit_test(an_update_keeps_its_cache),
        cmocka_unit_test(events_that_do_not_fit_are_refused),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

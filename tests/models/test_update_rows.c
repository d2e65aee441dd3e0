/* test_update_rows.c: updates of the models that learn by gradients: bpr, svd, svdpp, gmf, mlp,
 * neumf, on people of four circles who like the films of theirs: what is new is learnt, by known
 * and new people; the old model stays as it is; the same events give the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/update_rows.h"
#include "models/updating.h"

enum { USERS = 120, ITEMS = 80, CIRCLES = 4, ROWS = 10 };

/* Everybody has ten films of his circle's twenty; rated 4 and 5, and two of others, rated 1. */
static struct interactions make_known(uint32_t users, struct arena *arena) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, users + 1);
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, users * (ROWS + 2));
    float *ratings = ARENA_ARRAY(arena, float, users *(ROWS + 2));
    size_t count = 0;
    for (uint32_t user = 0; user < users; user++) {
        const uint32_t circle = user % CIRCLES;
        for (uint32_t n = 0; user < USERS && n < ROWS + 2; n++) {
            const bool is_own = n < ROWS;
            items[count] = is_own ? circle * 20 + (user / CIRCLES + 2 * n) % 20
                                  : (circle + n - ROWS + 1) % CIRCLES * 20 + user / CIRCLES % 20;
            ratings[count++] = is_own ? (float)(4 + n % 2) : 1;
        }
        offsets[user + 1] = count;
    }
    return (struct interactions){.user_count = users,
                                 .item_count = ITEMS,
                                 .count = count,
                                 .offsets = offsets,
                                 .items = items,
                                 .ratings = ratings};
}

/* User 0 has turned to circle 2, and so do the newcomers. */
static struct interactions make_fresh(uint32_t users, struct arena *arena) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, users + 1);
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, users * ROWS);
    float *ratings = ARENA_ARRAY(arena, float, users *ROWS);
    size_t count = 0;
    for (uint32_t user = 0; user < users; user++) {
        for (uint32_t n = 0; n < ROWS && (user == 0 || user >= USERS); n++) {
            items[count] = 40 + (user + 2 * n) % 20;
            ratings[count++] = 5;
        }
        offsets[user + 1] = count;
    }
    return (struct interactions){.user_count = users,
                                 .item_count = ITEMS,
                                 .count = count,
                                 .offsets = offsets,
                                 .items = items,
                                 .ratings = ratings};
}

/* By how much the films of circle 2 that are not among the fresh rows are above those of circle 3,
 * which the user does not know either. */
static double lead(const struct model *model, uint32_t user, const struct interactions *rows) {
    float scores[ITEMS];
    const struct query query = {.user = user, .history = interactions_history(rows, user)};
    double sum = 0;
    model->ops->score(model, &query, 1, NULL, ITEMS, scores);
    for (uint32_t i = 0; i < 20; i++)
        sum += (double)(scores[40 + i] - scores[60 + i]);
    return sum / 20;
}

static void assert_same(struct model *a, struct model *b, bool same) {
    uint8_t left[32], right[32];
    model_checksum(a, left);
    model_checksum(b, right);
    assert_true((memcmp(left, right, 32) == 0) == same);
}

static void check(const char *name) {
    struct arena arena = {0};
    struct error error;
    const struct model_ops *ops;
    assert_int_equal(model_find(&ops, name, &error), STATUS_OK);
    const struct interactions train = make_known(USERS, &arena);
    const struct interactions known = make_known(USERS + 3, &arena);
    const struct interactions fresh = make_fresh(USERS + 3, &arena);
    const struct interactions all = interactions_merge(&known, &fresh, &arena);
    const struct model_events events = {&known, &fresh};
    struct model *before = fitted(ops, &train, NULL), *twin = fitted(ops, &train, NULL);
    struct model *after = updated(before, &events), *again = updated(before, &events);
    assert_same(before, twin, true);
    assert_same(after, again, true);
    assert_same(after, before, false);
    assert_int_equal(after->user_count, USERS + 3);
    assert_int_equal(before->user_count, USERS);
    assert_true(lead(after, 0, &all) > lead(before, 0, &train) + 0.02);
    assert_true(lead(after, USERS + 1, &all) > 0.1);
    /* Who did nothing new keeps his taste: user 3 is of circle 3. */
    assert_true(lead(after, 3, &all) < 0.6 * lead(before, 3, &train));
    model_destroy(before); /* they share no memory */
    assert_true(lead(after, USERS + 1, &all) > 0.1);
    struct model *next = updated(after, &events);
    model_destroy(next);
    model_destroy(twin);
    model_destroy(after);
    model_destroy(again);
    arena_release(&arena);
}

static void bpr_learns(void **state) {
    (void)state;
    check("bpr");
}
static void svd_learns(void **state) {
    (void)state;
    check("svd");
}
static void svdpp_learns(void **state) {
    (void)state;
    check("svdpp");
}
static void gmf_learns(void **state) {
    (void)state;
    check("gmf");
}
static void mlp_learns(void **state) {
    (void)state;
    check("mlp");
}
static void neumf_learns(void **state) {
    (void)state;
    check("neumf");
}

static void rows_of_others_stay_out(void **state) {
    (void)state;
    struct arena arena = {0};
    const struct interactions known = make_known(USERS + 3, &arena);
    const struct interactions fresh = make_fresh(USERS + 3, &arena);
    const struct model_events events = {&known, &fresh};
    const struct interactions rows = update_rows(&events, &arena);
    assert_int_equal(rows.user_count, USERS + 3);
    assert_int_equal(rows.count, ROWS + 2 + 4 * ROWS);
    assert_int_equal(interactions_history(&rows, 0).count, 2 * ROWS + 2);
    assert_int_equal(interactions_history(&rows, 1).count, 0);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_others_stay_out),
        cmocka_unit_test(bpr_learns),
        cmocka_unit_test(svd_learns),
        cmocka_unit_test(svdpp_learns),
        cmocka_unit_test(gmf_learns),
        cmocka_unit_test(mlp_learns),
        cmocka_unit_test(neumf_learns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

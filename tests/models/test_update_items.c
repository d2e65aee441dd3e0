/* test_update_items.c: updates with items that the fit has not seen, of every model that takes them
 * in: such an item comes near the films of its users, at least half as near as in a fit of all rows
 * from the start, for people of the fit and for bare histories; the other items keep their order,
 * but for some that descent goes on over; the same events give the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "models/updating.h"

enum { USERS = 160, ITEMS = 80, CIRCLES = 4, EACH = 20, ROWS = 10, NEW = 2, NEWCOMERS = 2 };
/* The new items: one for circle 1 and one for circle 2. */
enum { FIRST = ITEMS, SECOND = ITEMS + 1 };

struct rows {
    uint64_t *offsets;
    uint32_t *items;
    float *ratings;
    size_t count;
};

static struct rows begin(uint32_t users, struct arena *arena) {
    return (struct rows){.offsets = ARENA_ARRAY(arena, uint64_t, users + 1),
                         .items = ARENA_ARRAY(arena, uint32_t, users * ITEMS),
                         .ratings = ARENA_ARRAY(arena, float, users *ITEMS)};
}

static void add(struct rows *rows, uint32_t item, float rating) {
    rows->items[rows->count] = item;
    rows->ratings[rows->count++] = rating;
}

static struct interactions end(const struct rows *rows, uint32_t users, uint32_t items) {
    return (struct interactions){users,       items,         rows->count, rows->offsets,
                                 rows->items, rows->ratings, NULL};
}

/* Everybody has ten films of his circle's twenty, rated 4 and 5, and two of others, rated 1. */
static struct interactions make_known(uint32_t users, uint32_t items, struct arena *arena) {
    struct rows rows = begin(users, arena);
    for (uint32_t user = 0; user < users; user++) {
        const uint32_t circle = user % CIRCLES, place = user / CIRCLES;
        for (uint32_t n = 0; user < USERS && n < ROWS; n++)
            add(&rows, circle * EACH + (place + 2 * n) % EACH, (float)(4 + n % 2));
        for (uint32_t n = 1; user < USERS && n <= 2; n++)
            add(&rows, (circle + n) % CIRCLES * EACH + place % EACH, 1);
        rows.offsets[user + 1] = rows.count;
    }
    return end(&rows, users, items);
}

/* Half of circle 1 has met the first new item, half of circle 2 the second; some of the others did
 * not like it. Two newcomers of circle 1 have met it as well. */
static struct interactions make_fresh(struct arena *arena) {
    const uint32_t users = USERS + NEWCOMERS;
    struct rows rows = begin(users, arena);
    for (uint32_t user = 0; user < users; user++) {
        const uint32_t circle = user % CIRCLES, place = user / CIRCLES;
        if (user >= USERS) {
            for (uint32_t n = 0; n < 5; n++)
                add(&rows, EACH + 3 * n + user % 2, 5);
            add(&rows, FIRST, 5);
        } else if (circle == 1 && place / 2 % 2 == 0)
            add(&rows, FIRST, 5);
        else if (circle == 2 && place / 2 % 2 == 0)
            add(&rows, SECOND, 5);
        else if (circle == 3 && place % 8 == 0)
            add(&rows, FIRST, 1);
        rows.offsets[user + 1] = rows.count;
    }
    return end(&rows, users, ITEMS + NEW);
}

static void score(const struct model *model, const struct interactions *rows, uint32_t user,
                  bool is_bare, float *scores) {
    const struct query query = {.user = is_bare ? MODEL_NO_USER : user,
                                .history = interactions_history(rows, user)};
    model->ops->score(model, &query, 1, NULL, model->item_count, scores);
}

static double mean_of_circle(const float *scores, uint32_t circle) {
    double sum = 0;
    for (uint32_t i = 0; i < EACH; i++)
        sum += (double)scores[circle * EACH + i] / EACH;
    return sum;
}

/* How far the item is on the way from what another circle's films score to what its own do, over
 * those of its circle who have not met it. */
static double nearness(const struct model *model, const struct interactions *rows, uint32_t item,
                       uint32_t circle, bool is_bare) {
    float scores[ITEMS + NEW];
    double sum = 0, count = 0;
    for (uint32_t user = circle; user < USERS; user += CIRCLES) {
        if (user / CIRCLES / 2 % 2 == 0)
            continue;
        score(model, rows, user, is_bare, scores);
        const double own = mean_of_circle(scores, circle), other = mean_of_circle(scores, 0);
        sum += ((double)scores[item] - other) / (own - other);
        count++;
    }
    return sum / count;
}

/* How many pairs of known films, of those that the fit told well apart, have changed their order
 * for people who did nothing. */
static double changed_order(const struct model *before, const struct model *after,
                            const struct interactions *rows) {
    float old[ITEMS], new[ITEMS + NEW];
    double changed = 0, count = 0;
    for (uint32_t user = 0; user < USERS; user += CIRCLES) {
        score(before, rows, user, true, old);
        score(after, rows, user, true, new);
        const double apart = 0.1 * (mean_of_circle(old, 0) - mean_of_circle(old, 2));
        for (uint32_t i = 0; i < ITEMS; i++)
            for (uint32_t k = 0; k < ITEMS; k++)
                if ((double)(old[i] - old[k]) > fabs(apart)) {
                    changed += new[i] <= new[k];
                    count++;
                }
    }
    return changed / count;
}

static void assert_same(struct model *a, struct model *b) {
    uint8_t left[32], right[32];
    model_checksum(a, left);
    model_checksum(b, right);
    assert_memory_equal(left, right, 32);
}

static void check(const char *name, const char *more) {
    struct arena arena = {0};
    struct error error;
    const struct model_ops *ops;
    assert_int_equal(model_find(&ops, name, &error), STATUS_OK);
    assert_true(ops->traits & MODEL_LEARNS_ITEMS);
    const struct interactions train = make_known(USERS, ITEMS, &arena);
    const struct interactions known = make_known(USERS + NEWCOMERS, ITEMS + NEW, &arena);
    const struct interactions fresh = make_fresh(&arena);
    const struct interactions all = interactions_merge(&known, &fresh, &arena);
    const struct model_events events = {&known, &fresh};
    struct model *before = fitted(ops, &train, more);
    struct model *after = updated(before, &events), *again = updated(before, &events);
    assert_same(after, again);
    assert_int_equal(after->item_count, ITEMS + NEW);
    assert_int_equal(after->user_count, USERS + NEWCOMERS);
    struct model *whole = fitted(ops, &all, more);
    const double first_of_fit = nearness(whole, &all, FIRST, 1, false),
                 second_of_fit = nearness(whole, &all, SECOND, 2, false);
    model_destroy(whole);
    const double first = nearness(after, &all, FIRST, 1, false),
                 second = nearness(after, &all, SECOND, 2, false),
                 folded = nearness(after, &all, FIRST, 1, true),
                 changed = changed_order(before, after, &known);
    float scores[ITEMS + NEW];
    score(after, &all, USERS, false, scores);
    const double lead = mean_of_circle(scores, 1) - mean_of_circle(scores, 0);
    const bool is_near =
        first > 0.5 * first_of_fit && second > 0.5 * second_of_fit && folded > 0.5 * first_of_fit;
    if (!is_near || changed > (ops->traits & MODEL_TRAINED ? 0.12 : 0.01))
        fail_msg("%s: near %.2f %.2f, in a fit %.2f %.2f, bare %.2f; changed %.4f", name, first,
                 second, first_of_fit, second_of_fit, folded, changed);
    assert_true(lead > 0);
    model_destroy(before); /* they share no memory */
    struct model *next = updated(after, &events);
    assert_int_equal(next->item_count, ITEMS + NEW);
    model_destroy(next);
    model_destroy(after);
    model_destroy(again);
    arena_release(&arena);
}

static void als_takes_them(void **state) {
    (void)state;
    check("als", NULL);
    check("als", "model.use_ratings=true");
    check("als", "model.explicit=true");
}
static void eals_takes_them(void **state) {
    (void)state;
    check("eals", "model.c0=16"); /* of 80 films what is unseen would weigh more than what is not */
}
static void bpr_takes_them(void **state) {
    (void)state;
    check("bpr", NULL);
    check("bpr", "model.bias=false");
}
static void svd_takes_them(void **state) {
    (void)state;
    check("svd", NULL);
    check("svd", "model.biased=false");
}
static void svdpp_takes_them(void **state) {
    (void)state;
    check("svdpp", NULL);
}
static void gmf_takes_them(void **state) {
    (void)state;
    check("gmf", NULL);
}
static void mlp_takes_them(void **state) {
    (void)state;
    check("mlp", NULL);
}
static void neumf_takes_them(void **state) {
    (void)state;
    check("neumf", NULL);
}

/* Popularity is counted anew; content knows nothing of what is written of an item that is new. */
static void others(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error;
    const struct model_ops *ops;
    const struct interactions train = make_known(USERS, ITEMS, &arena);
    const struct interactions known = make_known(USERS + NEWCOMERS, ITEMS + NEW, &arena);
    const struct interactions fresh = make_fresh(&arena);
    const struct model_events events = {&known, &fresh};
    assert_int_equal(model_find(&ops, "popularity", &error), STATUS_OK);
    struct model *before = fitted(ops, &train, NULL), *after = updated(before, &events), *never;
    float scores[ITEMS + NEW];
    score(after, &fresh, 0, true, scores);
    assert_true(fabs((double)scores[FIRST] - 27.0 / (USERS + NEWCOMERS)) < 1e-6);
    after->traits &= ~(unsigned)MODEL_LEARNS_ITEMS;
    const struct interactions wider = make_known(USERS + NEWCOMERS, ITEMS + 3 * NEW, &arena);
    struct interactions more = fresh;
    more.item_count = wider.item_count;
    const struct model_events too_many = {&wider, &more};
    assert_int_equal(ops->update(&never, after, &too_many, &error), STATUS_BAD_INPUT);
    model_destroy(before);
    model_destroy(after);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(als_takes_them),   cmocka_unit_test(eals_takes_them),
        cmocka_unit_test(bpr_takes_them),   cmocka_unit_test(svd_takes_them),
        cmocka_unit_test(svdpp_takes_them), cmocka_unit_test(gmf_takes_them),
        cmocka_unit_test(mlp_takes_them),   cmocka_unit_test(neumf_takes_them),
        cmocka_unit_test(others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

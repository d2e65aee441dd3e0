/* test_split.c: every protocol: parts are disjoint and complete, in order, the same for the same
 * seed; the cases by hand; and what is refused, with its words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "split/split.h"

#define USERS 40
#define ITEMS 60

struct fixture {
    struct arena arena;
    struct dataset data;
    struct settings *settings;
};

/* User u has 1 + u rows, times with ties: row r of user u happened at 10 * (r / 2) + u. */
static void fill(struct fixture *fixture, uint32_t users) {
    struct arena *arena = &fixture->arena;
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, users + 1);
    for (uint32_t u = 0; u < users; u++)
        offsets[u + 1] = offsets[u] + 1 + u;
    size_t count = offsets[users];
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, count);
    int64_t *times = ARENA_ARRAY(arena, int64_t, count);
    for (uint32_t u = 0; u < users; u++)
        for (uint32_t r = 0; r <= u; r++) {
            items[offsets[u] + r] = (r * 7 + u) % ITEMS;
            times[offsets[u] + r] = 10 * (r / 2) + u;
        }
    fixture->data = (struct dataset){
        .name = "made",
        .interactions = {users, ITEMS, count, offsets, items, NULL, times},
        .has_order = true,
        .times_are_seconds = true,
    };
}

static int set_up(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){0};
    fill(&fixture, USERS);
    fixture.settings = settings_create(&fixture.arena);
    settings_add(fixture.settings, split_settings);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    arena_release(&fixture->arena);
    return 0;
}

static void set(struct fixture *fixture, const char *pair) {
    struct error error;
    assert_int_equal(settings_set_pair(fixture->settings, pair, NULL, &error), STATUS_OK);
}

static struct split make(struct fixture *fixture, uint32_t fold) {
    struct split split;
    struct error error = {0};
    enum status status =
        split_make(&split, &fixture->data, fixture->settings, fold, &fixture->arena, &error);
    assert_string_equal(error.text, "");
    assert_int_equal(status, STATUS_OK);
    return split;
}

static void check_refused(struct fixture *fixture, enum status expected, const char *words) {
    struct split split;
    struct error error = {0};
    assert_int_equal(
        split_make(&split, &fixture->data, fixture->settings, 0, &fixture->arena, &error),
        expected);
    if (!strstr(error.text, words))
        fail_msg("\"%s\" lacks \"%s\"", error.text, words);
}

/* Every row of the whole is in exactly one part; each part keeps each user's order of time. */
static void check_complete(const struct interactions *all, const struct split *split) {
    const struct interactions *parts[] = {&split->train, &split->validation, &split->test};
    assert_int_equal(split->train.count + split->validation.count + split->test.count, all->count);
    for (uint32_t u = 0; u < all->user_count; u++) {
        uint8_t seen[ITEMS] = {0};
        size_t rows = 0;
        for (size_t p = 0; p < 3; p++) {
            struct history part = interactions_history(parts[p], u);
            rows += part.count;
            for (size_t i = 0; i < part.count; i++) {
                assert_int_equal(seen[part.items[i]]++, 0);
                assert_true(interactions_contains(all, u, part.items[i]));
                assert_true(i == 0 || part.times[i - 1] <= part.times[i]);
            }
        }
        assert_int_equal(rows, all->offsets[u + 1] - all->offsets[u]);
    }
}

static void check_equal(const struct split *a, const struct split *b, bool expected) {
    bool equal = a->test.count == b->test.count && a->train.count == b->train.count &&
                 !memcmp(a->test.items, b->test.items, a->test.count * sizeof(uint32_t)) &&
                 !memcmp(a->test.offsets, b->test.offsets, (USERS + 1) * sizeof(uint64_t)) &&
                 !memcmp(a->train.items, b->train.items, a->train.count * sizeof(uint32_t));
    assert_int_equal(equal, expected);
}

static void test_every_protocol_is_complete_and_seeded(void **state) {
    struct fixture *fixture = *state;
    static const char *const pairs[] = {
        "data.split.strategy=leave_one_out", "data.split.strategy=random",
        "data.split.strategy=temporal",      "data.split.strategy=folds",
        "data.split.strategy=none",          "data.split.strategy=cold_items",
    };
    for (size_t per_user = 0; per_user < 2; per_user++)
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
            set(fixture, per_user ? "data.split.per_user=true" : "data.split.per_user=false");
            set(fixture, pairs[i]);
            uint32_t folds = split_fold_count(&fixture->data, fixture->settings);
            assert_int_equal(folds, i == 3 ? 5 : 0);
            struct split split = make(fixture, folds ? 2 : 0);
            check_complete(&fixture->data.interactions, &split);
            struct split again = make(fixture, folds ? 2 : 0);
            check_equal(&split, &again, true);
            set(fixture, "data.split.seed=43");
            again = make(fixture, folds ? 2 : 0);
            check_equal(&split, &again, i != 1 && i != 3 && i != 5);
            set(fixture, "data.split.seed=42");
        }
}

/* User 0 has one row: train. User 1 has two: the last is test. User 2 has three: one each. */
static void test_leave_one_out_by_hand(void **state) {
    struct fixture *fixture = *state;
    struct split split = make(fixture, 0);
    assert_string_equal(split.strategy, "leave_one_out");
    assert_int_equal(interactions_history(&split.test, 0).count, 0);
    assert_int_equal(interactions_history(&split.train, 0).count, 1);
    assert_int_equal(interactions_history(&split.test, 1).items[0], 8);
    assert_int_equal(interactions_history(&split.validation, 1).count, 0);
    /* Rows of user 2: items 2, 9, 16 at 2, 2, 12. */
    assert_int_equal(interactions_history(&split.train, 2).items[0], 2);
    assert_int_equal(interactions_history(&split.validation, 2).items[0], 9);
    assert_int_equal(interactions_history(&split.test, 2).items[0], 16);
    /* Rows of user 3: items 3, 10, 17, 24 at 3, 3, 13, 13: the tie goes by the order of rows. */
    assert_int_equal(interactions_history(&split.test, 3).items[0], 24);
    assert_int_equal(split.validation.count, USERS - 2);
    assert_int_equal(split.test.count, USERS - 1);

    set(fixture, "data.leave_one_out.num_test_items=3");
    set(fixture, "data.leave_one_out.num_val_items=2");
    split = make(fixture, 0);
    assert_int_equal(interactions_history(&split.test, 2).count, 0); /* 3 rows: train keeps them */
    assert_int_equal(interactions_history(&split.test, 3).count, 3); /* 4 rows: 1 + 0 + 3 */
    assert_int_equal(interactions_history(&split.validation, 4).count, 0); /* 5 rows: 2 + 0 + 3 */
    assert_int_equal(interactions_history(&split.validation, 5).count, 2); /* 6 rows: 1 + 2 + 3 */
}

static void test_leave_one_out_without_order_draws(void **state) {
    struct fixture *fixture = *state;
    fixture->data.has_order = false;
    set(fixture, "data.split.strategy=leave_one_out");
    struct split split = make(fixture, 0);
    check_complete(&fixture->data.interactions, &split);
    size_t last = 0;
    for (uint32_t u = 1; u < USERS; u++) {
        struct history all = interactions_history(&fixture->data.interactions, u);
        last += interactions_history(&split.test, u).items[0] == all.items[all.count - 1];
    }
    assert_true(last < USERS / 2);
}

/* 820 rows: 82 test, 82 validation; a third of each user's rows, but never the last one left. */
static void test_random_shares(void **state) {
    struct fixture *fixture = *state;
    set(fixture, "data.split.strategy=random");
    struct split split = make(fixture, 0);
    assert_int_equal(split.test.count, 82);
    assert_int_equal(split.validation.count, 82);
    set(fixture, "data.split.test_ratio=0.333");
    set(fixture, "data.split.val_ratio=0");
    set(fixture, "data.split.per_user=true");
    split = make(fixture, 0);
    assert_int_equal(split.validation.count, 0);
    for (uint32_t u = 0; u < USERS; u++) {
        size_t expected = (size_t)(0.333 * (1 + u) + 0.5);
        assert_int_equal(interactions_history(&split.test, u).count, expected);
    }
}

/* All 60 items have rows: 6 are test, 6 validation, and a user's candidates are the other ones of
 * the test. */
static void test_cold_items_are_in_one_part(void **state) {
    struct fixture *fixture = *state;
    set(fixture, "data.split.strategy=cold_items");
    const struct split split = make(fixture, 0);
    const struct interactions *parts[] = {&split.train, &split.validation, &split.test};
    uint8_t part_of[ITEMS] = {0};
    for (uint8_t p = 0; p < 3; p++)
        for (size_t row = 0; row < parts[p]->count; row++) {
            uint8_t *part = &part_of[parts[p]->items[row]];
            assert_true(*part == 0 || *part == p + 1);
            *part = p + 1;
        }
    size_t counts[4] = {0};
    for (size_t i = 0; i < ITEMS; i++)
        counts[part_of[i]]++;
    assert_int_equal(counts[0], 0);
    assert_int_equal(counts[2], 6);
    assert_int_equal(counts[3], 6);
    for (uint32_t u = 0; u < USERS; u++) {
        const size_t own = interactions_history(&split.test, u).count;
        assert_int_equal(split.candidate_offsets[u + 1] - split.candidate_offsets[u],
                         own ? 6 - own : 0);
        for (uint64_t c = split.candidate_offsets[u]; c < split.candidate_offsets[u + 1]; c++) {
            assert_int_equal(part_of[split.candidates[c]], 3);
            assert_false(interactions_contains(&split.test, u, split.candidates[c]));
        }
    }
}

static void test_temporal_cuts_at_one_instant(void **state) {
    struct fixture *fixture = *state;
    set(fixture, "data.split.strategy=temporal");
    struct split split = make(fixture, 0);
    int64_t latest_train = 0, earliest_validation = INT64_MAX, latest_validation = 0;
    for (size_t i = 0; i < split.train.count; i++)
        if (split.train.times[i] > latest_train)
            latest_train = split.train.times[i];
    for (size_t i = 0; i < split.validation.count; i++) {
        if (split.validation.times[i] < earliest_validation)
            earliest_validation = split.validation.times[i];
        if (split.validation.times[i] > latest_validation)
            latest_validation = split.validation.times[i];
    }
    assert_true(latest_train < earliest_validation);
    for (size_t i = 0; i < split.test.count; i++)
        assert_true(split.test.times[i] > latest_validation);
    assert_in_range(split.test.count, 82, 100); /* more than a tenth only by rows of equal time */
    assert_in_range(split.train.count, 620, 656);

    set(fixture, "data.split.per_user=true");
    split = make(fixture, 0);
    struct history test = interactions_history(&split.test, 39); /* 40 rows: 4 test, 4 validation */
    assert_int_equal(test.count, 4);
    assert_int_equal(test.items[3], (39 * 7 + 39) % ITEMS);
    assert_int_equal(interactions_history(&split.validation, 39).count, 4);
}

static void test_folds_cover_everything_once(void **state) {
    struct fixture *fixture = *state;
    set(fixture, "data.split.strategy=folds");
    set(fixture, "data.split.folds=7");
    uint8_t tested[USERS][ITEMS] = {0};
    size_t total = 0;
    for (uint32_t fold = 1; fold <= 7; fold++) {
        struct split split = make(fixture, fold);
        total += split.test.count;
        for (uint32_t u = 0; u < USERS; u++) {
            struct history test = interactions_history(&split.test, u);
            for (size_t i = 0; i < test.count; i++)
                assert_int_equal(tested[u][test.items[i]]++, 0);
        }
    }
    assert_int_equal(total, fixture->data.interactions.count);
}

static void test_given_carves_validation_from_train(void **state) {
    struct fixture *fixture = *state;
    struct split whole = make(fixture, 0); /* any cut serves as what ships */
    struct interactions shipped =
        interactions_merge(&whole.train, &whole.validation, &fixture->arena);
    fixture->data.given = (struct given_split){.train = &shipped, .test = &whole.test};
    struct split split = make(fixture, 0);
    assert_string_equal(split.strategy, "given");
    check_equal(&split, &whole, true); /* leave_one_out leaves what it leaves */

    fixture->data.has_order = false;
    split = make(fixture, 0);
    check_complete(&fixture->data.interactions, &split);
    /* User 39 has 39 rows in the shipped train: a tenth is 4. */
    assert_int_equal(interactions_history(&split.validation, 39).count, 4);
    assert_int_equal(interactions_history(&split.validation, 3).count, 0); /* 3 rows: 0.3 */

    set(fixture, "data.split.strategy=folds"); /* shipped folds */
    fixture->data.folds = (struct given_folds){1, &shipped, &whole.test};
    assert_int_equal(split_fold_count(&fixture->data, fixture->settings), 1);
    split = make(fixture, 1);
    assert_int_equal(split.test.count, whole.test.count);
    assert_int_equal(split.validation.count, (shipped.count + 5) / 10);
}

static void test_refusals(void **state) {
    struct fixture *fixture = *state;
    set(fixture, "data.split.strategy=given");
    check_refused(fixture, STATUS_BAD_INPUT, "ships no test");
    set(fixture, "data.split.strategy=random");
    set(fixture, "data.split.train_ratio=0.5");
    set(fixture, "data.split.test_ratio=0.7");
    check_refused(fixture, STATUS_BAD_USAGE, "must be 1, found 0.5 + 0 + 0.7");
    set(fixture, "data.split.strategy=temporal");
    set(fixture, "data.split.test_ratio=0.5");
    fixture->data.times_are_seconds = false;
    check_refused(fixture, STATUS_BAD_INPUT, "positions in each user's history, not seconds");
    fixture->data.has_order = false;
    check_refused(fixture, STATUS_BAD_INPUT, "has no times");
    set(fixture, "data.split.strategy=leave_one_out");
    set(fixture, "data.leave_one_out.num_test_items=40");
    check_refused(fixture, STATUS_BAD_INPUT, "leaves no user with a test item");
    fill(fixture, 1);
    check_refused(fixture, STATUS_BAD_INPUT, "has 1 user only");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_protocol_is_complete_and_seeded, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_leave_one_out_by_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_leave_one_out_without_order_draws, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_random_shares, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cold_items_are_in_one_part, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_temporal_cuts_at_one_instant, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_folds_cover_everything_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_given_carves_validation_from_train, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

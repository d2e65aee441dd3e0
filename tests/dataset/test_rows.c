/* test_rows.c: rows in file order -> rows of users, against a plain stable sort. */
#include "data_files.h"

#include "base/rng.h"
#include "dataset/rows.h"

struct plain {
    uint32_t user, item;
    float rating;
    int64_t time;
    size_t place;
};

static int by_user_time_place(const void *a, const void *b) {
    const struct plain *x = a, *y = b;
    if (x->user != y->user)
        return x->user < y->user ? -1 : 1;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Leaves the last of each pair and sorts; returns how many. */
static size_t sort_plainly(struct plain *rows, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool later = false;
        for (size_t j = i + 1; j < count; j++)
            later |= rows[j].user == rows[i].user && rows[j].item == rows[i].item;
        if (!later)
            rows[kept++] = rows[i];
    }
    qsort(rows, kept, sizeof *rows, by_user_time_place);
    return kept;
}

static void check_case(struct rng *rng, size_t count, uint32_t users, uint32_t items, bool sorted) {
    struct arena arena = {0};
    struct rows rows;
    struct plain *plain = test_calloc(count, sizeof *plain);
    rows_begin(&rows, count + 5, true, true, &arena);
    for (size_t i = 0; i < count; i++) {
        plain[i] =
            (struct plain){sorted ? (uint32_t)(i * users / count) : rng_below(rng, users),
                           rng_below(rng, items), (float)rng_below(rng, 10), rng_below(rng, 20), i};
        rows_add(&rows, plain[i].user, plain[i].item, plain[i].rating, plain[i].time);
    }
    size_t duplicates = 0, kept = sort_plainly(plain, count);
    struct interactions all = rows_finish(&rows, users, items, &arena, &duplicates);
    assert_int_equal(all.count, kept);
    assert_int_equal(duplicates, count - kept);
    check_rows(&all);
    for (uint32_t user = 0, row = 0; user < users; user++)
        for (; row < all.offsets[user + 1]; row++) {
            assert_int_equal(plain[row].user, user);
            assert_int_equal(plain[row].item, all.items[row]);
            assert_true(plain[row].rating == all.ratings[row]);
            assert_int_equal(plain[row].time, all.times[row]);
        }
    test_free(plain);
    arena_release(&arena);
}

static void test_against_a_plain_sort(void **state) {
    (void)state;
    struct rng rng;
    rng_init(&rng, 7, 0);
    for (int round = 0; round < 60; round++)
        check_case(&rng, 1 + rng_below(&rng, 700), 1 + rng_below(&rng, 20),
                   1 + rng_below(&rng, 300), round % 3 == 0);
}

static void test_without_ratings_and_times(void **state) {
    (void)state;
    struct rows rows;
    struct arena arena = {0};
    rows_begin(&rows, 10, true, false, &arena);
    static const uint32_t users[] = {2, 0, 2, 0}, items[] = {3, 1, 0, 2};
    for (size_t i = 0; i < 4; i++)
        rows_add(&rows, users[i], items[i], 1, 0);
    rows_drop_ratings(&rows, &arena);
    size_t duplicates = 0;
    struct interactions all = rows_finish(&rows, 3, 4, &arena, &duplicates);
    static const uint32_t expected[] = {1, 2, 3, 0};
    static const uint64_t offsets[] = {0, 2, 2, 4};
    assert_memory_equal(all.items, expected, sizeof expected);
    assert_memory_equal(all.offsets, offsets, sizeof offsets);
    assert_null(all.ratings);
    assert_null(all.times);
    arena_release(&arena);
}

static void test_renumbering(void **state) {
    (void)state;
    struct rows rows;
    struct arena arena = {0};
    rows_begin(&rows, 2, false, false, &arena);
    rows_add(&rows, 0, 1, 1, 0);
    rows_add(&rows, 1, 0, 1, 0);
    static const uint32_t user_rank[] = {1, 0}, item_rank[] = {5, 2};
    rows_renumber(&rows, user_rank, item_rank);
    assert_int_equal(rows.users[0], 1);
    assert_int_equal(rows.items[0], 2);
    assert_int_equal(rows.items[1], 5);
    rows_release(&rows);
    arena_release(&arena);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_against_a_plain_sort),
        TEST(test_without_ratings_and_times),
        TEST(test_renumbering),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_prepare.c: minimum rating, k-core, sample, implicit use: by hand, against a plain
 * implementation, and over everything that hangs on the numbering (films, tags, splits,
 * candidates). */
#include "data_files.h"

#include "base/settings.h"

static enum status prepare(struct dataset *data, struct error *error, const char *const *pairs) {
    struct settings *settings = settings_create(&test_arena);
    settings_add(settings, dataset_settings);
    for (size_t i = 0; pairs[i]; i++)
        assert_int_equal(settings_set_pair(settings, pairs[i], "test", error), STATUS_OK);
    return dataset_prepare(data, settings, error);
}

#define PREPARE(data, error, ...) prepare((data), (error), (const char *const[]){__VA_ARGS__, NULL})

static struct dataset *open_small(void) {
    put_text("movies.csv", "movieId,title,genres\n10,Ten (2001),Drama\n20,Twenty (2002),Comedy\n"
                           "30,Thirty (2003),Drama|Comedy\n40,Forty (2004),War\n");
    put_text("tags.csv", "userId,movieId,tag,timestamp\n1,10,first,1\n1,30,third,1\n1,30,more,1\n");
    put_text("ratings.csv", "userId,movieId,rating,timestamp\n1,10,5,1\n1,20,2,2\n1,30,4,3\n"
                            "2,20,3,1\n2,30,4,2\n3,30,5,9\n4,10,1,5\n");
    return open_good(test_folder);
}

static void test_nothing_to_do(void **state) {
    (void)state;
    struct error error;
    struct dataset *data = open_small();
    assert_int_equal(PREPARE(data, &error, "data.min_rating=0"), STATUS_OK);
    assert_int_equal(data->items.count, 4); /* film 40, which nobody rated, stays */
    assert_int_equal(data->interactions.count, 7);
    dataset_close(data);
}

static void test_min_rating(void **state) {
    (void)state;
    struct error error;
    struct dataset *data = open_small();
    assert_int_equal(PREPARE(data, &error, "data.preprocessing.min_rating=4"), STATUS_OK);
    assert_int_equal(data->users.count, 3);
    assert_int_equal(data->items.count, 2);
    assert_int_equal(data->interactions.count, 4);
    assert_true(data->rating_min == 4 && data->rating_max == 5);
    check_rows(&data->interactions);
    assert_int_equal(user_of(data, "3"), 2);
    assert_int_equal(user_of(data, "4"), DATASET_NONE);
    assert_int_equal(item_of(data, "30"), 1);
    assert_string_equal(data->movies[1].title, "Thirty (2003)");
    assert_int_equal(data->tag_offsets[2] - data->tag_offsets[1], 2);
    assert_string_equal(data->tags[data->movie_tags[0].tag], "first");
    const float *genres = data->features[0].dense + data->genre_count;
    assert_true(genres[dataset_genre(data, "Drama")] == 1 &&
                genres[dataset_genre(data, "Comedy")] == 1 &&
                genres[dataset_genre(data, "War")] == 0);
    assert_string_equal(data->features[1].name, "year");
    assert_true(data->features[1].dense[1] == 2003);
    dataset_close(data);
}

static void test_core_falls_like_dominoes(void **state) {
    (void)state;
    struct error error;
    struct dataset *data = open_small();
    /* Users 3 and 4 go, then film 10 has one rating left and goes, and user 1 keeps two. */
    assert_int_equal(
        PREPARE(data, &error, "data.min_user_interactions=2", "data.min_item_interactions=2"),
        STATUS_OK);
    assert_int_equal(data->users.count, 2);
    assert_int_equal(data->items.count, 2);
    assert_int_equal(data->interactions.count, 4);
    check_rows(&data->interactions);
    dataset_close(data);
    data = open_small();
    assert_int_equal(PREPARE(data, &error, "data.min_user_interactions=9"), STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, "nothing to learn from"));
    assert_non_null(strstr(error.text, "core of 9"));
    dataset_close(data);
}

static void test_implicit(void **state) {
    (void)state;
    struct error error;
    struct dataset *data = open_small();
    assert_int_equal(PREPARE(data, &error, "data.feedback=implicit", "data.min_rating=2"),
                     STATUS_OK);
    assert_null(data->interactions.ratings);
    assert_false(data->has_ratings);
    assert_true(data->rating_min == 1 && data->rating_max == 1);
    assert_int_equal(data->interactions.count, 6);
    assert_int_equal(PREPARE(data, &error, "data.feedback=explicit"), STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, "data.feedback=explicit"));
    assert_int_equal(PREPARE(data, &error, "data.min_rating=4"), STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, "no rating values"));
    dataset_close(data);
}

static void test_sample(void **state) {
    (void)state;
    if (!dataset_has_builtin())
        skip();
    struct error error;
    struct dataset *one = open_good("built-in"), *two = open_good("built-in");
    assert_int_equal(PREPARE(one, &error, "data.max_ratings=5000"), STATUS_OK);
    assert_int_equal(PREPARE(two, &error, "data.train_size=5000"), STATUS_OK);
    assert_int_equal(one->interactions.count, 5000);
    check_rows(&one->interactions);
    assert_memory_equal(one->interactions.items, two->interactions.items, 5000 * 4);
    assert_memory_equal(one->interactions.times, two->interactions.times, 5000 * 8);
    for (uint32_t user = 0; user < one->users.count; user++)
        assert_true(interactions_history(&one->interactions, user).count > 0);
    dataset_close(one);
    dataset_close(two);
}

static void test_sample_of_users(void **state) {
    (void)state;
    if (!dataset_has_builtin())
        skip();
    struct error error;
    struct dataset *all = open_good("built-in"), *some = open_good("built-in");
    assert_int_equal(PREPARE(some, &error, "data.max_users=100"), STATUS_OK);
    assert_int_equal(some->users.count, 100);
    check_rows(&some->interactions);
    for (uint32_t user = 0; user < some->users.count; user++) {
        struct text_slice name = id_map_name(&some->users, user);
        uint32_t same = id_map_find(&all->users, name.start, name.length);
        assert_int_equal(interactions_history(&some->interactions, user).count,
                         interactions_history(&all->interactions, same).count);
    }
    dataset_close(all);
    dataset_close(some);
}

/* The k-core by brute force on the built-in data. */
static void test_core_against_brute_force(void **state) {
    (void)state;
    if (!dataset_has_builtin())
        skip();
    struct error error;
    struct dataset *data = open_good("built-in");
    const struct interactions *all = &data->interactions;
    size_t count = all->count, before = SIZE_MAX;
    uint32_t *user = test_malloc(count * sizeof *user);
    bool *kept = test_malloc(count);
    for (uint32_t u = 0; u < all->user_count; u++)
        for (size_t row = all->offsets[u]; row < all->offsets[u + 1]; row++)
            user[row] = u, kept[row] = all->ratings[row] >= 4;
    for (size_t left = 0; left != before;) {
        uint32_t *users = test_calloc(all->user_count, 4), *items = test_calloc(all->item_count, 4);
        for (size_t row = 0; row < count; row++)
            users[user[row]] += kept[row], items[all->items[row]] += kept[row];
        before = left, left = 0;
        for (size_t row = 0; row < count; row++) {
            kept[row] = kept[row] && users[user[row]] >= 10 && items[all->items[row]] >= 10;
            left += kept[row];
        }
        test_free(users);
        test_free(items);
    }
    size_t expected = 0;
    for (size_t row = 0; row < count; row++)
        expected += kept[row];
    test_free(user);
    test_free(kept);
    assert_int_equal(PREPARE(data, &error, "data.min_rating=4", "data.min_user_interactions=10",
                             "data.min_item_interactions=10"),
                     STATUS_OK);
    assert_int_equal(data->interactions.count, expected);
    assert_true(expected > 10000);
    check_rows(&data->interactions);
    dataset_close(data);
}

static void test_given_splits_follow(void **state) {
    (void)state;
    struct error error;
    put_text("d.train.rating", "0\t0\t5\t978300000\n0\t1\t2\t978200000\n1\t0\t4\t978300005\n"
                               "2\t3\t1\t978300005\n1\t2\t4\t978300001\n");
    put_text("d.test.rating", "0\t2\t5\t978300009\n1\t3\t1\t978300010\n2\t0\t2\t978300010\n");
    put_text("d.test.negative", "(0,2)\t3\t1\n(1,3)\t1\t0\n(2,0)\t1\n");
    struct dataset *data = open_good(test_folder);
    assert_int_equal(PREPARE(data, &error, "data.min_rating=4"), STATUS_OK);
    /* Left: users 0 and 1, items 0 and 2. */
    assert_int_equal(data->users.count, 2);
    assert_int_equal(data->items.count, 2);
    check_rows(data->given.train);
    check_rows(data->given.test);
    assert_int_equal(data->given.train->count, 3);
    assert_int_equal(data->given.test->count, 1);
    assert_int_equal(interactions_history(data->given.test, 0).items[0], item_of(data, "2"));
    assert_int_equal(data->given.candidate_offsets[1], 0);
    assert_int_equal(data->given.candidate_offsets[2], 1);
    assert_int_equal(data->given.candidates[0], item_of(data, "0"));
    dataset_close(data);
}

static void test_folds_follow(void **state) {
    (void)state;
    struct error error;
    struct dataset *data = open_public("ml-100k");
    assert_int_equal(PREPARE(data, &error, "data.min_rating=3", "data.min_item_interactions=5"),
                     STATUS_OK);
    check_rows(&data->interactions);
    size_t tested = 0;
    for (uint32_t fold = 0; fold < 5; fold++) {
        check_rows(&data->folds.train[fold]);
        check_rows(&data->folds.test[fold]);
        assert_int_equal(data->folds.train[fold].count + data->folds.test[fold].count,
                         data->interactions.count);
        tested += data->folds.test[fold].count;
    }
    assert_int_equal(tested, data->interactions.count);
    dataset_close(data);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_to_do),
        TEST(test_min_rating),
        TEST(test_core_falls_like_dominoes),
        TEST(test_implicit),
        TEST(test_sample),
        TEST(test_sample_of_users),
        TEST(test_sample_of_users),
        TEST(test_core_against_brute_force),
        TEST(test_given_splits_follow),
        TEST(test_folds_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_readers.c: each reader against what is published of the data it was made for. The public
 * data sets are found in $MATINEE_DATA; the built-in one is always there. */
#include "data_files.h"

#include <math.h>

static void test_builtin(void **state) {
    (void)state;
    if (!dataset_has_builtin())
        skip();
    struct dataset *data = open_good("built-in");
    assert_string_equal(data->name, "ml-latest-small");
    assert_string_equal(data->source, "built-in");
    assert_string_equal(data->reader, "movielens_csv");
    assert_int_equal(data->users.count, 610);
    assert_int_equal(data->items.count, 9742);
    assert_int_equal(data->interactions.count, 100836);
    check_rows(&data->interactions);
    uint32_t *counts = test_malloc(data->items.count * sizeof *counts), rated = 0;
    interactions_item_counts(&data->interactions, counts);
    for (uint32_t item = 0; item < data->items.count; item++)
        rated += counts[item] > 0;
    test_free(counts);
    assert_int_equal(rated, 9724);
    assert_true(data->has_ratings && data->has_order && data->times_are_seconds);
    assert_true(data->rating_min == 0.5f && data->rating_max == 5.0f);
    uint64_t applications = 0;
    for (uint64_t i = 0; i < data->tag_offsets[data->items.count]; i++)
        applications += data->movie_tags[i].count;
    assert_int_equal(applications, 3683);
    dataset_close(data);
}

static void test_builtin_facts(void **state) {
    (void)state;
    if (!dataset_has_builtin())
        skip();
    struct dataset *data = open_good("built-in");
    const struct movie *movie = &data->movies[item_of(data, "1")];
    assert_string_equal(movie->title, "Toy Story (1995)");
    assert_int_equal(movie->year, 1995);
    assert_string_equal(movie->imdb_id, "0114709");
    assert_string_equal(movie->tmdb_id, "862");
    static const char *const genres[] = {"Adventure", "Animation", "Children", "Comedy", "Fantasy"};
    uint64_t wanted = 0;
    for (size_t i = 0; i < 5; i++)
        wanted |= (uint64_t)1 << dataset_genre(data, genres[i]);
    assert_int_equal(movie->genres, wanted);
    assert_int_equal(data->genre_count, 19);
    assert_string_equal(data->genres[0], "Action");
    for (uint32_t genre = 1; genre < data->genre_count; genre++)
        assert_true(strcmp(data->genres[genre - 1], data->genres[genre]) < 0);
    /* A quoted title with a comma, and one with accents. */
    assert_string_equal(data->movies[item_of(data, "11")].title, "American President, The (1995)");
    assert_string_equal(data->movies[item_of(data, "29")].title,
                        "City of Lost Children, The (Cité des enfants perdus, La) (1995)");
    /* Film 1 has the tags pixar (twice; first spelled with a capital) and fun. */
    uint32_t item = item_of(data, "1");
    const struct movie_tag *tag = &data->movie_tags[data->tag_offsets[item]];
    assert_int_equal(data->tag_offsets[item + 1] - data->tag_offsets[item], 2);
    assert_string_equal(data->tags[tag[0].tag], "Pixar");
    assert_int_equal(tag[0].count, 2);
    assert_string_equal(data->tags[tag[1].tag], "fun");
    assert_string_equal(data->features[0].name, "genres");
    assert_int_equal(data->features[0].columns, data->genre_count);
    assert_string_equal(data->features[1].name, "year");
    assert_int_equal(data->features[1].columns, 1);
    assert_true(data->features[1].dense[item_of(data, "11")] == 1995);
    dataset_close(data);
}

static void test_folder_and_builtin_are_one(void **state) {
    (void)state;
    if (!dataset_has_builtin())
        skip();
    struct dataset *builtin = open_good("built-in");
    struct dataset *folder = open_good("data/ml-latest-small");
    assert_memory_equal(builtin->checksum, folder->checksum, 32);
    assert_string_equal(folder->source, "data/ml-latest-small");
    assert_int_equal(builtin->interactions.count, folder->interactions.count);
    assert_memory_equal(builtin->interactions.items, folder->interactions.items,
                        folder->interactions.count * sizeof(uint32_t));
    dataset_close(builtin);
    dataset_close(folder);
}

static void test_movielens_100k(void **state) {
    (void)state;
    struct dataset *data = open_public("ml-100k");
    assert_string_equal(data->reader, "movielens_100k");
    assert_int_equal(data->users.count, 943);
    assert_int_equal(data->items.count, 1682);
    assert_int_equal(data->interactions.count, 100000);
    check_rows(&data->interactions);
    assert_true(data->has_ratings && data->times_are_seconds);
    assert_int_equal(data->genre_count, 19);
    assert_string_equal(data->genres[0], "Unknown");
    assert_string_equal(data->genres[1], "Action");
    assert_string_equal(data->genres[4], "Children's");
    assert_string_equal(data->genres[18], "Western");
    const struct movie *movie = &data->movies[item_of(data, "1")];
    assert_string_equal(movie->title, "Toy Story (1995)");
    assert_int_equal(movie->genres, 1u << 3 | 1u << 4 | 1u << 5);
    /* ISO-8859-1 in the file. */
    assert_string_equal(data->movies[item_of(data, "543")].title, "Misérables, Les (1995)");
    /* The first line of u.data: 196, 242, 3, 881250949. */
    struct history history = interactions_history(&data->interactions, user_of(data, "196"));
    size_t row = 0;
    while (history.items[row] != item_of(data, "242"))
        row++;
    assert_true(history.ratings[row] == 3.0f);
    assert_int_equal(history.times[row], 881250949);
    dataset_close(data);
}

/* Every line of a published .base file is a row of the training part, and no row is left. */
static void check_base(const struct dataset *data, const struct interactions *train,
                       const char *name) {
    struct error error;
    char *text;
    size_t size, lines = 0;
    const char *path = files_join(&test_arena, data->source, name);
    assert_int_equal(files_read(path, 1 << 24, &test_arena, &text, &size, &error), STATUS_OK);
    char *rest;
    for (char *line = strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest), lines++) {
        char user[16], item[16];
        assert_int_equal(sscanf(line, "%15s %15s", user, item), 2);
        assert_true(interactions_contains(train, user_of(data, user), item_of(data, item)));
    }
    assert_int_equal(lines, train->count);
}

static void test_movielens_100k_folds(void **state) {
    (void)state;
    struct dataset *data = open_public("ml-100k");
    assert_int_equal(data->folds.count, 5);
    size_t tested = 0;
    for (uint32_t fold = 0; fold < 5; fold++) {
        char name[16];
        snprintf(name, sizeof name, "u%u.base", fold + 1);
        check_rows(&data->folds.train[fold]);
        check_rows(&data->folds.test[fold]);
        assert_int_equal(data->folds.test[fold].count, 20000);
        tested += data->folds.test[fold].count;
        check_base(data, &data->folds.train[fold], name);
    }
    assert_int_equal(tested, 100000);
    assert_int_equal(data->given.test->count, 9430);
    check_base(data, data->given.train, "ua.base");
    for (uint32_t user = 0; user < data->users.count; user++)
        assert_int_equal(interactions_history(data->given.test, user).count, 10);
    dataset_close(data);
}

static void test_ncf(void **state) {
    (void)state;
    struct dataset *data = open_public("ml-1m-ncf");
    assert_string_equal(data->reader, "ncf");
    assert_int_equal(data->users.count, 6040);
    assert_int_equal(data->items.count, 3706);
    assert_int_equal(data->interactions.count, 1000209);
    assert_int_equal(data->given.train->count, 994169);
    assert_int_equal(data->given.test->count, 6040);
    check_rows(&data->interactions);
    check_rows(data->given.train);
    assert_true(!data->has_ratings && data->has_order && !data->times_are_seconds);
    /* Item k is line k of item_ids, user k is MovieLens user k + 1. */
    assert_int_equal(item_of(data, "1193"), 0);
    assert_int_equal(item_of(data, "661"), 1);
    assert_int_equal(user_of(data, "1"), 0);
    assert_int_equal(user_of(data, "6040"), 6039);
    assert_string_equal(data->movies[0].title, "One Flew Over the Cuckoo's Nest (1975)");
    assert_int_equal(data->genre_count, 18);
    for (uint32_t user = 0; user < data->users.count; user++) {
        struct history train = interactions_history(data->given.train, user);
        struct history test = interactions_history(data->given.test, user);
        struct history all = interactions_history(&data->interactions, user);
        assert_int_equal(test.count, 1);
        /* The test event is the newest, in a time that compares with the positions. */
        assert_int_equal(test.times[0], train.times[train.count - 1] + 1);
        assert_int_equal(all.items[all.count - 1], test.items[0]);
        assert_int_equal(train.times[0], 1);
    }
    dataset_close(data);
}

static void test_ncf_candidates(void **state) {
    (void)state;
    struct dataset *data = open_public("ml-1m-ncf");
    const struct given_split *given = &data->given;
    uint32_t with_test_item = 0;
    assert_int_equal(given->candidate_offsets[data->users.count], 6040 * 99);
    for (uint32_t user = 0; user < data->users.count; user++) {
        uint32_t tested = interactions_history(given->test, user).items[0];
        bool found = false;
        for (uint64_t i = given->candidate_offsets[user]; i < given->candidate_offsets[user + 1];
             i++)
            found |= given->candidates[i] == tested;
        with_test_item += found;
    }
    assert_int_equal(with_test_item, 156);
    assert_int_equal(given->candidates[0], 1064);
    dataset_close(data);
}

/* Hit rate and NDCG of popularity with ties against it: the numbers published with the data. */
static void test_ncf_popularity(void **state) {
    (void)state;
    struct dataset *data = open_public("ml-1m-ncf");
    const struct given_split *given = &data->given;
    uint32_t *counts = test_malloc(data->items.count * sizeof *counts);
    interactions_item_counts(given->train, counts);
    double hits = 0, gain = 0;
    for (uint32_t user = 0; user < data->users.count; user++) {
        uint32_t tested = interactions_history(given->test, user).items[0], better = 0;
        for (uint64_t i = given->candidate_offsets[user]; i < given->candidate_offsets[user + 1];
             i++)
            better +=
                given->candidates[i] != tested && counts[given->candidates[i]] >= counts[tested];
        hits += better < 10;
        gain += better < 10 ? 1 / log2(better + 2) : 0;
    }
    test_free(counts);
    assert_true(fabs(hits / data->users.count - 0.4531) < 0.0002);
    assert_true(fabs(gain / data->users.count - 0.2541) < 0.0002);
    dataset_close(data);
}

static void test_gowalla(void **state) {
    (void)state;
    struct dataset *data = open_public("gowalla");
    assert_string_equal(data->reader, "lists");
    assert_int_equal(data->users.count, 29858);
    assert_int_equal(data->items.count, 40981);
    assert_int_equal(data->given.train->count, 810128);
    assert_int_equal(data->given.test->count, 217242);
    assert_int_equal(data->interactions.count, 810128 + 217242);
    check_rows(&data->interactions);
    assert_false(data->has_ratings);
    assert_false(data->has_order);
    assert_null(data->interactions.times);
    /* Ids are numbers, so they are the indices. */
    assert_int_equal(user_of(data, "0"), 0);
    assert_int_equal(user_of(data, "29857"), 29857);
    assert_int_equal(item_of(data, "40980"), 40980);
    assert_int_equal(interactions_history(data->given.train, 0).items[1], 1);
    dataset_close(data);
}

static void test_names_and_aliases(void **state) {
    (void)state;
    if (!dataset_has_builtin())
        skip();
    struct dataset *data = open_good("movielens_small");
    assert_string_equal(data->name, "ml-latest-small");
    dataset_close(data);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_builtin),
        TEST(test_builtin_facts),
        TEST(test_folder_and_builtin_are_one),
        TEST(test_movielens_100k),
        TEST(test_movielens_100k_folds),
        TEST(test_ncf),
        TEST(test_ncf_candidates),
        TEST(test_ncf_popularity),
        TEST(test_gowalla),
        TEST(test_names_and_aliases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

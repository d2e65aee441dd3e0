/* test_summary.c: a data set in figures, worked by hand. */
#include "data_files.h"

#include <math.h>

#include "dataset/summary.h"

static void test_by_hand(void **state) {
    (void)state;
    put_text("movies.csv", "movieId,title,genres\n10,Ten (2001),Drama\n20,Twenty (1990),Comedy\n"
                           "30,Thirty (2003),Drama|Comedy\n40,Forty,War\n");
    put_text("tags.csv", "userId,movieId,tag,timestamp\n1,10,a,1\n2,10,A,1\n1,30,b,1\n");
    put_text("ratings.csv", "userId,movieId,rating,timestamp\n1,10,5,100\n1,20,2,50\n1,30,4,70\n"
                            "2,30,3,60\n3,30,4.5,900\n3,10,4,30\n");
    struct dataset *data = open_good(test_folder);
    struct summary summary = summary_make(data, &test_arena);
    assert_int_equal(summary.users, 3);
    assert_int_equal(summary.items, 4);
    assert_int_equal(summary.rated_items, 3);
    assert_int_equal(summary.interactions, 6);
    assert_true(fabs(summary.density - 0.5) < 1e-12 && fabs(summary.sparsity - 0.5) < 1e-12);
    assert_int_equal(summary.user_min, 1);
    assert_int_equal(summary.user_median, 2);
    assert_int_equal(summary.user_max, 3);
    assert_int_equal(summary.item_median, 2);
    assert_int_equal(summary.item_max, 3);
    assert_true(fabs(summary.mean_rating - 22.5 / 6) < 1e-12);
    assert_int_equal(summary.rating_value_count, 5);
    assert_true(summary.rating_values[2].value == 4 && summary.rating_values[2].count == 2);
    assert_int_equal(summary.time_first, 30);
    assert_int_equal(summary.time_last, 900);
    assert_int_equal(summary.year_first, 1990);
    assert_int_equal(summary.year_last, 2003);
    assert_int_equal(summary.tag_applications, 3);
    assert_int_equal(summary.genre_count, 3);
    assert_string_equal(summary.genres[1].name, "Drama");
    assert_int_equal(summary.genres[1].films, 2);
    assert_int_equal(summary.genres[1].ratings, 5);
    assert_true(fabs(summary.genres[1].mean_rating - 20.5 / 5) < 1e-12);
    assert_true(isnan(summary.genres[2].mean_rating));
    assert_int_equal(summary.top_count, 3);
    assert_int_equal(summary.top[0].item, 2);
    assert_int_equal(summary.top[1].item, 0);
    assert_true(fabs(summary.top[0].mean_rating - 11.5 / 3) < 1e-12);
    dataset_close(data);
}

static void test_top_of_many(void **state) {
    (void)state;
    if (!dataset_has_builtin())
        skip();
    struct dataset *data = open_good("built-in");
    struct summary summary = summary_make(data, &test_arena);
    assert_int_equal(summary.top_count, 10);
    assert_string_equal(data->movies[summary.top[0].item].title, "Forrest Gump (1994)");
    assert_int_equal(summary.top[0].ratings, 329);
    for (size_t i = 1; i < 10; i++)
        assert_true(summary.top[i - 1].ratings >= summary.top[i].ratings);
    assert_int_equal(summary.rating_value_count, 10);
    assert_int_equal(summary.user_min, 20);
    dataset_close(data);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {TEST(test_by_hand), TEST(test_top_of_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

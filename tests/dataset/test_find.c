/* test_find.c: genres and films by what people type; years in titles. */
#include "data_files.h"

#include "dataset/movies.h"

static struct dataset *data;

static int open_all(void **state) {
    folder_setup(state);
    put_text("movies.csv",
             "movieId,title,genres\n1,\"Matrix, The (1999)\",Sci-Fi|Action\n"
             "2,Heat (1995),Action\n3,Heat (1986),Drama\n4,Toy Story (1995),Children\n"
             "5,Toy Story 2 (1999),Children\n6,Am\xc3\xa9lie (2001),Film-Noir\n"
             "7,1984 (1956),Drama\n8,Untitled,(no genres listed)\n");
    put_text("ratings.csv", "userId,movieId,rating\n1,1,5\n2,2,4\n");
    data = open_good(test_folder);
    return 0;
}

static int close_all(void **state) {
    dataset_close(data);
    return folder_teardown(state);
}

static void check_item(const char *typed, const char *id) {
    uint32_t expected = id ? item_of(data, id) : DATASET_NONE;
    if (dataset_find_item(data, typed) != expected)
        fail_msg("\"%s\" does not find %s", typed, id ? id : "nothing");
}

static void test_items(void **state) {
    (void)state;
    check_item("1", "1");
    check_item("Matrix, The (1999)", "1");
    check_item("matrix, the (1999)", "1");
    check_item("The Matrix", "1");
    check_item("the matrix (1999)", "1");
    check_item("The Matrix (2003)", NULL);
    check_item("the mat", "1");
    check_item("Heat", "2"); /* two of them: the lower index */
    check_item("Heat (1986)", "3");
    check_item("Toy Story", "4");
    check_item("toy", NULL); /* two begin so */
    check_item("toy story 2", "5");
    check_item("Am\xc3\xa9lie", "6");
    check_item("1984", "7");
    check_item("untitled", "8");
    check_item("", NULL);
    check_item("nothing of the kind", NULL);
    check_item("(1999)", NULL);
    check_item("Matrix", "1");
    check_item("story 2", "5");
    check_item("tory", NULL); /* in two, and no word */
    check_item("tory 2", NULL);
    check_item("story", NULL); /* a word of two */
}

static void test_genres(void **state) {
    (void)state;
    assert_int_equal(data->genre_count, 5);
    assert_string_equal(data->genres[dataset_genre(data, "sci fi")], "Sci-Fi");
    assert_string_equal(data->genres[dataset_genre(data, "SCIFI")], "Sci-Fi");
    assert_string_equal(data->genres[dataset_genre(data, "Children's")], "Children");
    assert_string_equal(data->genres[dataset_genre(data, "film noir")], "Film-Noir");
    assert_int_equal(dataset_genre(data, "Opera"), DATASET_NONE);
    assert_int_equal(dataset_genre(data, ""), DATASET_NONE);
    assert_int_equal(data->movies[item_of(data, "8")].genres, 0);
}

static void test_years(void **state) {
    (void)state;
    assert_int_equal(movies_year("Heat (1995)"), 1995);
    assert_int_equal(movies_year("Fawlty Towers (1975-1979)"), 1975);
    assert_int_equal(movies_year("Fawlty Towers (1975\xe2\x80\x93 )"), 1975);
    assert_int_equal(movies_year("Brazil (a.k.a. 1984 1/2) (1985) "), 1985);
    assert_int_equal(movies_year("No year"), 0);
    assert_int_equal(movies_year("Room (237)"), 0);
    assert_int_equal(movies_year("Ends ("), 0);
    assert_int_equal(movies_year("Far (9999)"), 0);
    assert_int_equal(data->movies[item_of(data, "7")].year, 1956);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_genres),
        cmocka_unit_test(test_years),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}

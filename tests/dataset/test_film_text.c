/* test_film_text.c: what there is to read of a film. */
#include "data_files.h"

#include "dataset/film_text.h"

static struct dataset *data;

static int open_all(void **state) {
    folder_setup(state);
    put_text("movies.csv", "movieId,title,genres\n1,\"Matrix, The (1999)\",Action|Sci-Fi\n"
                           "2,Untitled,(no genres listed)\n3,Heat (1995),Action\n");
    put_text("ratings.csv", "userId,movieId,rating\n1,1,5\n2,2,4\n2,3,1\n");
    put_text("tags.csv",
             "userId,movieId,tag,timestamp\n1,1,virtual reality,1\n2,1,Virtual Reality,2\n"
             "1,1,hacker,3\n1,3,\"cops, robbers\",4\n");
    data = open_good(test_folder);
    return 0;
}

static int close_all(void **state) {
    dataset_close(data);
    return folder_teardown(state);
}

static void check(const char *id, size_t tags, const char *sentence, const char *terms) {
    struct arena arena = {0};
    const uint32_t item = item_of(data, id);
    const struct film_text_form form = {.tags = tags, .left_out = DATASET_NONE};
    assert_string_equal(film_text_sentence(data, item, &form, &arena), sentence);
    assert_string_equal(film_text_terms(data, item, &arena), terms);
    arena_release(&arena);
}

static void test_texts(void **state) {
    (void)state;
    /* Three applications: virtual reality two thirds of ten, hacker one third. */
    static const char terms[] =
        "Matrix, The. Action. Sci-Fi. virtual reality. virtual reality. virtual reality. virtual "
        "reality. virtual reality. virtual reality. virtual reality. hacker. hacker. hacker.";
    check("1", 5, "Matrix, The (1999). Genres: Action, Sci-Fi. Tags: virtual reality, hacker.",
          terms);
    check("1", 1, "Matrix, The (1999). Genres: Action, Sci-Fi. Tags: virtual reality.", terms);
    check("1", 0, "Matrix, The (1999). Genres: Action, Sci-Fi.", terms);
    check("2", 5, "Untitled.", "Untitled.");
    check("3", 5, "Heat (1995). Genres: Action. Tags: cops, robbers.",
          "Heat. Action. cops, robbers. cops, robbers. cops, robbers. cops, robbers. cops, "
          "robbers. cops, robbers. cops, robbers. cops, robbers. cops, robbers. cops, robbers.");
}

static void test_spoken(void **state) {
    (void)state;
    static const struct movie_tag used[] = {{1, 3}, {0, 2}};
    static const uint64_t offsets[] = {0, 2};
    static const char *names[] = {"hackers", "kung fu"}, *genres[] = {"Action", "unknown"};
    struct arena arena = {0};
    struct movie movie = {.title = "Matrix, The (1999)", .genres = 3};
    const struct dataset one = {.movies = &movie,
                                .genre_count = 2,
                                .genres = genres,
                                .tag_count = 2,
                                .tags = names,
                                .tag_offsets = offsets,
                                .movie_tags = used};
    struct film_text_form form = FILM_TEXT_SPOKEN;
    assert_string_equal(film_text_sentence(&one, 0, &form, &arena),
                        "The Matrix. Genres: Action. Tags: kung fu, hackers.");
    form.left_out = 1;
    form.tags = 1; /* what is left out takes no place */
    assert_string_equal(film_text_sentence(&one, 0, &form, &arena),
                        "The Matrix. Genres: Action. Tags: hackers.");
    form.tags = 0;
    assert_string_equal(film_text_sentence(&one, 0, &form, &arena), "The Matrix. Genres: Action.");
    movie = (struct movie){.title = "Se7en"};
    form = (struct film_text_form){.is_spoken = true, .tags = 8, .left_out = 0};
    assert_string_equal(film_text_sentence(&one, 0, &form, &arena), "Se7en. Tags: kung fu.");
    movie.title = "American in Paris, An (1951)";
    assert_string_equal(film_text_sentence(&one, 0, &form, &arena),
                        "An American in Paris. Tags: kung fu.");
    arena_release(&arena);
}

static void test_titles_without_year(void **state) {
    (void)state;
    assert_int_equal(film_text_title_length("Heat (1995)"), 4);
    assert_int_equal(film_text_title_length("Heat (1995-1999)"), 4);
    assert_int_equal(film_text_title_length("Heat"), 4);
    assert_int_equal(film_text_title_length("(1995)"), 6);
    assert_int_equal(film_text_title_length("Heat (Feu)"), 10);
    assert_int_equal(film_text_title_length(""), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts), cmocka_unit_test(test_spoken),
                                       cmocka_unit_test(test_titles_without_year)};
    return cmocka_run_group_tests(tests, open_all, close_all);
}

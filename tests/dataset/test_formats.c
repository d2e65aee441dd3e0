/* test_formats.c: small files of every kind that a reader accepts: separators, headers, line ends,
 * quotes, packing, places; order, ties, duplicates. */
#include "data_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

/* What all small files below say: a rated x 4 at time 10 and y 2 at 20, b rated x 5 at 5. */
static void check_small(struct dataset *data, bool ratings, bool times) {
    assert_int_equal(data->users.count, 2);
    assert_int_equal(data->items.count, 2);
    assert_int_equal(data->interactions.count, 3);
    assert_int_equal(data->has_ratings, ratings);
    assert_int_equal(data->has_order, times);
    check_rows(&data->interactions);
    struct history history = interactions_history(&data->interactions, user_of(data, "a"));
    assert_int_equal(history.count, 2);
    assert_int_equal(history.items[0], item_of(data, "x"));
    if (ratings)
        assert_true(history.ratings[0] == 4 && history.ratings[1] == 2);
    if (times)
        assert_true(history.times[0] == 10 && history.times[1] == 20);
    dataset_close(data);
}

static void test_tables(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ratings, times;
    } cases[] = {
        {"a,x\nb,x\na,y\n", false, false},
        {"a,x,4\nb,x,5\na,y,2\n", true, false},
        {"a,x,4,10\nb,x,5,5\na,y,2,20", true, true},
        {"a\tx\t4\t10\r\nb\tx\t5\t5\r\na\ty\t2\t20\r\n", true, true},
        {"user,item,rating,timestamp\na,x,4,10\nb,x,5,5\na,y,2,20\n", true, true},
        {"userId,movieId,rating,timestamp\r\na,x,4.0,10\r\nb,x,5,5\r\na,y,2,20\r\n", true, true},
        {"rating,item_id,when,user_id\n4,x,1,a\n5,x,1,b\n2,y,1,a\n", true, false},
        {"\"user\",\"item\",\"stars\"\n\"a\",\"x\",\"4\"\nb,x,5\na,y,2\n", true, false},
        {"user_id:token\titem_id:token\trating:float\ttimestamp:float\na\tx\t4\t10\n"
         "b\tx\t5\t5\na\ty\t2\t20\n",
         true, true},
        {"who,what,how\na,x,4\nb,x,5\na,y,2\n", true, false},
        {"a;x;4\nb;x;5\na;y;2\n", true, false},
        {"a x 4 10\nb x 5 5\na y 2 20\n", true, true},
        {"a::x::4::10\nb::x::5::5\na::y::2::20\n", true, true},
        {"\xef\xbb\xbf"
         "a,x,4\nb,x,5\na,y,2\n",
         true, false},
        {"a,x,4\n\n  \nb,x,5\na,y,2\n\n", true, false},
        {" a , x , 4 \nb,x,5\na,y,2\n", true, false},
        {"a,x,4e0\nb,x,+5\na,y,.2e1\n", true, false},
        {"a,x,4,10.75\nb,x,5,5\na,y,2,20\n", true, true},
        {"a,x,4,10,left,over\nb,x,5,5,,\na,y,2,20,,\n", true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = put_text("small.txt", cases[i].text);
        struct dataset *data = open_good(path);
        assert_string_equal(data->reader, "table");
        assert_string_equal(data->name, "small");
        check_small(data, cases[i].ratings, cases[i].times);
    }
}

static void test_three_columns_with_seconds(void **state) {
    (void)state;
    struct dataset *data =
        open_good(put_text("x.csv", "a,x,978300760\na,y,978300761\nb,x,978300762\n"));
    assert_false(data->has_ratings);
    assert_true(data->times_are_seconds);
    dataset_close(data);
}

static void test_single_list(void **state) {
    (void)state;
    struct dataset *data = open_good(put_text("x.txt", "0 4 2 3 9\n1 4\n2\n3 9 2\n"));
    assert_string_equal(data->reader, "lists");
    assert_int_equal(data->users.count, 4);
    assert_int_equal(data->interactions.count, 7);
    assert_null(data->given.test);
    dataset_close(data);
}

static void test_lists_folder(void **state) {
    (void)state;
    put_text("train.txt", "0 0 1\n1 1 2\n");
    put_text("test.txt", "0 2\n1 0 2\n");
    struct dataset *data = open_good(test_folder);
    assert_int_equal(data->given.test->count, 3);
    /* (1, 2) is in both: it stays in the test, as the later file. */
    assert_int_equal(data->given.train->count, 3);
    assert_int_equal(data->duplicate_count, 1);
    assert_int_equal(data->interactions.count, 6);
    check_rows(&data->interactions);
    dataset_close(data);
}

static void test_ncf_with_ratings_and_seconds(void **state) {
    (void)state;
    put_text("d.train.rating", "0\t1\t5\t978300000\n0\t0\t3\t978200000\n1\t0\t4\t978300005\n");
    put_text("d.test.rating", "0\t2\t2\t978300009\n1\t1\t1\t978300010\n");
    put_text("d.test.negative", "(1,1)\t2\t7\n(0,2)\t\n");
    struct dataset *data = open_good(test_folder);
    assert_string_equal(data->reader, "ncf");
    assert_true(data->has_ratings && data->times_are_seconds);
    assert_int_equal(data->items.count, 3);
    struct history history = interactions_history(&data->interactions, 0);
    assert_int_equal(history.items[0], 0);
    assert_int_equal(history.times[2], 978300009);
    assert_true(history.ratings[2] == 2);
    /* Item 7 is nowhere else: left out, and said. */
    assert_int_equal(data->given.candidate_offsets[1], 0);
    assert_int_equal(data->given.candidate_offsets[2], 1);
    assert_int_equal(data->given.candidates[0], 2);
    assert_non_null(strstr(data->warnings, "1 candidates"));
    dataset_close(data);
}

static void put_dat(const char *prefix) {
    struct arena *arena = &test_arena;
    put_text(arena_format(arena, "%sratings.dat", prefix),
             "1::20::5::978300760\n1::10::3.5::978302109\n2::10::4::978301968\n");
    put_text(arena_format(arena, "%smovies.dat", prefix),
             "10::M\xe9lo (1986)::Drama|Children's\n20::Heat (1995)::Action\n30::Unseen "
             "(1999)::Drama\n");
    put_text(arena_format(arena, "%susers.dat", prefix), "1::F::1::10::48067\n2::M::1::1::1\n");
    put_text(arena_format(arena, "%stags.dat", prefix),
             "1::10::Slow::1\n2::10::slow::2\n2::10::fine::3\n2::77::lost::3\n");
}

static void check_dat(struct dataset *data) {
    assert_string_equal(data->reader, "movielens_dat");
    assert_int_equal(data->items.count, 3);
    assert_int_equal(data->interactions.count, 3);
    assert_string_equal(data->movies[0].title, "M\xc3\xa9lo (1986)");
    assert_int_equal(data->movies[0].year, 1986);
    assert_int_equal(data->genre_count, 3);
    assert_string_equal(data->genres[1], "Children's");
    assert_int_equal(dataset_genre(data, "children"), 1);
    assert_int_equal(data->movies[0].genres, 6);
    assert_int_equal(data->tag_count, 2);
    assert_string_equal(data->tags[data->movie_tags[0].tag], "Slow");
    assert_int_equal(data->movie_tags[0].count, 2);
    assert_non_null(strstr(data->warnings, "1 tags"));
    dataset_close(data);
}

static void test_dat_folder_and_parent(void **state) {
    (void)state;
    put_dat("ml-1m/");
    check_dat(open_good(test_path("ml-1m")));
    check_dat(open_good(test_path("ml-1m/")));
    struct dataset *data = open_good(test_folder);
    assert_string_equal(data->name, "ml-1m");
    check_dat(data);
}

static void test_two_below_are_refused(void **state) {
    (void)state;
    put_dat("one/");
    put_dat("two/");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "more than one data set", "one", "two");
}

static void add_to_archive(struct archive *archive, const char *name, const char *bytes,
                           size_t size) {
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, bytes, size), (la_ssize_t)size);
    archive_entry_free(entry);
}

static const char *pack(const char *name, bool zip) {
    static const char *const files[] = {"README.txt", "ratings.dat", "movies.dat", "tags.dat"};
    const char *path = test_path(name);
    struct archive *archive = archive_write_new();
    if (zip) {
        archive_write_set_format_zip(archive);
    } else {
        archive_write_set_format_ustar(archive);
        archive_write_add_filter_gzip(archive);
    }
    put_text("ml-9/README.txt", "These files hold ratings, and movies.\n");
    assert_int_equal(archive_write_open_filename(archive, path), ARCHIVE_OK);
    for (size_t i = 0; i < 4; i++) {
        struct error error;
        char *bytes;
        size_t size;
        const char *member = arena_format(&test_arena, "ml-9/%s", files[i]);
        assert_int_equal(files_read(test_path(member), 1 << 20, &test_arena, &bytes, &size, &error),
                         STATUS_OK);
        add_to_archive(archive, member, bytes, size);
    }
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    archive_write_free(archive);
    return path;
}

static void test_archives(void **state) {
    (void)state;
    put_dat("ml-9/");
    struct dataset *folder = open_good(test_path("ml-9")), *zip = open_good(pack("x.zip", true));
    assert_string_equal(zip->name, "ml-9");
    assert_memory_equal(zip->checksum, folder->checksum, 32);
    check_dat(zip);
    check_dat(open_good(pack("x.tar.gz", false)));
    dataset_close(folder);
}

static const char *put_gzip(const char *name, const char *text) {
    const char *path = test_path(name);
    gzFile file = gzopen(path, "wb");
    assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), (int)strlen(text));
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

static void test_gzip(void **state) {
    (void)state;
    struct dataset *data = open_good(put_gzip("small.csv.gz", "a,x,4,10\nb,x,5,5\na,y,2,20\n"));
    assert_string_equal(data->name, "small");
    check_small(data, true, true);
    /* In a folder it stands for the file without the ending. */
    put_text("packed/README", "Words.\n");
    put_gzip("packed/ratings.csv.gz", "userId,movieId,rating,timestamp\n1,7,4,10\n2,7,3,9\n");
    put_text("packed/movies.csv",
             "movieId,title,genres\n7,\"Say \"\"Hi\"\", \r\nA (2001)\",Drama\n");
    data = open_good(test_path("packed"));
    assert_string_equal(data->reader, "movielens_csv");
    assert_string_equal(data->movies[0].title, "Say \"Hi\", \r\nA (2001)");
    dataset_close(data);
}

static void test_facts_file(void **state) {
    (void)state;
    put_text("ratings.csv", "userId,movieId,rating\n1,7,4\n2,7,3\n2,8,3\n");
    put_text("facts.json", "{\"7\": {\"overview\": \"A film.\", \"runtime\": 99, \"imdb_id\": "
                           "\"tt0012\", \"tmdb_id\": 5}, \"99\": {}}");
    struct dataset *data = open_good(test_folder);
    assert_string_equal(data->movies[0].facts, "{\"overview\":\"A film.\",\"runtime\":99,"
                                               "\"imdb_id\":\"tt0012\",\"tmdb_id\":5}");
    assert_string_equal(data->movies[0].imdb_id, "0012");
    assert_string_equal(data->movies[0].tmdb_id, "5");
    assert_null(data->movies[1].facts);
    dataset_close(data);
    put_text("facts.json", "[{\"movie_id\": 8, \"runtime\": 12}, {\"id\": 77, \"runtime\": null}]");
    data = open_good(test_folder);
    assert_string_equal(data->movies[1].facts, "{\"movie_id\":8,\"runtime\":12}");
    dataset_close(data);
    put_text("facts.json", "{\"7\": ");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "facts.json:1", "not JSON");
    put_text("facts.json", "[1, 2]");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "facts.json", "a film without an id");
    put_text("facts.json", "{\"7\": \"a film\"}");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "facts.json", "the facts of film 7 are no object");
    put_text("facts.json", "{\"7\": {\"runtime\": \"abc\"}}");
    OPEN_BAD(test_folder, STATUS_BAD_INPUT, "facts.json", "runtime of film 7 is no number");
}

static void test_ties_and_duplicates(void **state) {
    (void)state;
    struct dataset *data = open_good(put_text("x.csv", "u,c,1,50\nu,b,2,50\nv,b,3,1\nu,a,3,50\n"
                                                       "u,b,4,50\nu,d,5,40\nu,d,1,60\n"));
    struct history history = interactions_history(&data->interactions, user_of(data, "u"));
    static const char *const order[] = {"c", "a", "b", "d"};
    static const float ratings[] = {1, 3, 4, 1};
    assert_int_equal(history.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(history.items[i], item_of(data, order[i]));
        assert_true(history.ratings[i] == ratings[i]);
    }
    assert_int_equal(data->duplicate_count, 2);
    assert_non_null(strstr(data->warnings, "left out 2 rows whose pair"));
    dataset_close(data);
}

static void test_numbers_are_in_order_of_id(void **state) {
    (void)state;
    struct dataset *data = open_good(put_text("x.csv", "30,9,1\n4,100,2\n4,9,3\n30,20,4\n"));
    assert_int_equal(user_of(data, "4"), 0);
    assert_int_equal(user_of(data, "30"), 1);
    assert_int_equal(item_of(data, "9"), 0);
    assert_int_equal(item_of(data, "20"), 1);
    assert_int_equal(item_of(data, "100"), 2);
    struct history history = interactions_history(&data->interactions, 0);
    assert_true(history.items[0] == 2 && history.ratings[0] == 2);
    assert_true(history.items[1] == 0 && history.ratings[1] == 3);
    assert_string_equal(data->movies[2].title, "100");
    dataset_close(data);
    /* "07" is another id than "7". */
    data = open_good(put_text("x.csv", "30,7,1\n4,07,2\n4,7,3\n"));
    assert_int_equal(data->items.count, 2);
    dataset_close(data);
}

static void test_all_ones_are_implicit(void **state) {
    (void)state;
    struct dataset *data = open_good(put_text("x.csv", "a,x,1,7\nb,x,1.0,8\na,y,1,6\n"));
    assert_false(data->has_ratings);
    assert_null(data->interactions.ratings);
    assert_true(data->has_order);
    assert_true(data->rating_min == 1 && data->rating_max == 1);
    dataset_close(data);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_tables),
        TEST(test_three_columns_with_seconds),
        TEST(test_single_list),
        TEST(test_lists_folder),
        TEST(test_ncf_with_ratings_and_seconds),
        TEST(test_dat_folder_and_parent),
        TEST(test_two_below_are_refused),
        TEST(test_archives),
        TEST(test_gzip),
        TEST(test_facts_file),
        TEST(test_ties_and_duplicates),
        TEST(test_numbers_are_in_order_of_id),
        TEST(test_all_ones_are_implicit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

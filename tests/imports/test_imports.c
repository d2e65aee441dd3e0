/* test_imports.c: exports of other programs as films: what is read of them, and what is told of
 * what cannot be read. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/files.h"
#include "imports/imports.h"

static struct arena arena;
static struct error error;

/* Everything that was told, a line each. */
static enum status note_film(void *context, const struct imports_film *film, struct error *why) {
    (void)why;
    buffer_format(context, "%s %zu:", imports_format_name(film->format), film->line);
    if (film->imdb)
        buffer_format(context, " imdb=%s", film->imdb);
    if (film->tmdb)
        buffer_format(context, " tmdb=%s", film->tmdb);
    buffer_format(context, " \"%s\" %d", film->title ? film->title : "", film->year);
    if (isfinite(film->rating))
        buffer_format(context, " %.2f", film->rating);
    buffer_format(context, "%s%s%s%s %lld\n", film->is_seen ? " seen" : "",
                  film->is_liked ? " liked" : "", film->is_owned ? " owned" : "",
                  film->is_other ? " other" : "", (long long)film->time);
    return STATUS_OK;
}

static enum status note_line(void *context, const char *text, size_t length, const char *file,
                             size_t number, struct error *why) {
    (void)file, (void)why;
    buffer_format(context, "line %zu: %.*s\n", number, (int)length, text);
    return STATUS_OK;
}

static void note_fault(void *context, const char *file, size_t line, const char *why) {
    (void)file;
    buffer_format(context, "fault %zu: %s\n", line, why);
}

static struct imports_sink sink_to(struct buffer *told) {
    buffer_init(told, &arena);
    return (struct imports_sink){told, note_film, note_line, note_fault};
}

static void assert_read(const char *name, const char *folder, const char *text,
                        const char *expected) {
    struct buffer told;
    const struct imports_sink sink = sink_to(&told);
    enum imports_format format;
    const struct volume_text member = {name, text, strlen(text)};
    const struct volume volume = volume_of_texts("test", &member, 1, &arena);
    assert_int_equal(imports_read_member(&volume.members[0], folder, &sink, &format, &error),
                     STATUS_OK);
    assert_string_equal(told.bytes, expected);
}

static void test_letterboxd(void **state) {
    (void)state;
    const char *films = "Date,Name,Year,Letterboxd URI\r\n2022-01-02,\"Casa, blanca\",1942,u\r\n";
    assert_read("diary.csv", "",
                "\xef\xbb\xbf"
                "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
                "2023-02-02,The Matrix,1999,u,5,Yes,\"sofa,\nbed\",2023-02-01\n"
                "2023-02-02,Heat,,u,,,,\n\n2023-02-02,,1999,u,,,,\n",
                "Letterboxd 2: \"The Matrix\" 1999 1.00 seen 1675209600\n"
                "Letterboxd 4: \"Heat\" 0 seen 1675296000\n"
                "fault 6: it names no film: there is neither an id nor a title\n");
    assert_read("watched.csv", "", films, "Letterboxd 2: \"Casa, blanca\" 1942 seen 1641081600\n");
    assert_read("films.csv", "likes", films,
                "Letterboxd 2: \"Casa, blanca\" 1942 seen liked 1641081600\n");
    assert_read("watchlist.csv", "", films, "");
    assert_read("ratings.csv", "",
                "Date,Name,Year,Letterboxd URI,Rating\nx,\"a,1,u,3\nx,b,1999,u,3\n",
                "fault 2: a quotation mark is not closed, or stands inside a field\n"
                "Letterboxd 3: \"b\" 1999 0.60 seen 0\n");
}

static void test_imdb(void **state) {
    (void)state;
    assert_read("ratings.csv", "",
                "Const,Your Rating,Date Rated,Title,URL,Title Type,Year\n"
                "tt0114709,9,2020-05-01,Am\xe9lie,u,movie,1995\n"
                "tt1,11,2020-05-01,X,u,movie,1995\ntt2,,2020-05-01,X,u,movie,1995\n"
                "tt0903747,10,2020-05-01,Breaking Bad,u,tvSeries,2008\n",
                "IMDb 2: imdb=0114709 \"Am\xc3\xa9lie\" 1995 0.90 seen 1588291200\n"
                "fault 3: \"Your Rating\" is not above 0 and up to 10\n"
                "IMDb 5: imdb=0903747 \"Breaking Bad\" 2008 1.00 seen other 1588291200\n");
}

static void test_trakt(void **state) {
    (void)state;
    assert_read(
        "ratings.json", "",
        "[{\"rated_at\":\"2014-09-01T09:10:11.000Z\",\"rating\":7,\"movie\":{\"title\":\"A \\\"]\","
        "\"year\":2010,\"ids\":{\"imdb\":\"tt01\",\"tmdb\":20526}}},\n"
        "{\"rating\":7,\"show\":{\"title\":\"S\",\"year\":2008}},\n"
        "{\"broken\":\"\n},\n"
        "{\"collected_at\":\"2014-09-01\",\"movie\":{\"title\":\"B\",\"ids\":{}}},\n"
        "{\"listed_at\":\"2014-09-01\",\"movie\":{\"title\":\"C\",\"ids\":{}}}, 7, [[]], {",
        "Trakt 1: imdb=01 tmdb=20526 \"A \"]\" 2010 0.70 seen 1409562611\n"
        "Trakt 2: \"S\" 2008 0.70 seen other 0\n"
        "fault 3: unexpected newline near '\"'\n"
        "Trakt 5: \"B\" 0 owned 1409529600\n"
        "fault 6: the file ends inside it\n");
}

static void test_libraries(void **state) {
    (void)state;
    assert_read(
        "a.json", "",
        "{\"Items\":[{\"Name\":\"Heat\",\"Type\":\"Movie\",\"ProviderIds\":{\"IMDB\":\"tt5\"},"
        "\"UserData\":{\"Played\":true,\"IsFavorite\":true}}],\"TotalRecordCount\":1}",
        "Jellyfin 1: imdb=5 \"Heat\" 0 seen liked owned 0\n");
    assert_read(
        "a.json", "",
        "{\"MediaContainer\":{\"Metadata\":[{\"guid\":\"com.plexapp.agents.imdb://tt7?lang=en\","
        "\"type\":\"movie\",\"title\":\"A\",\"viewCount\":2,\"lastViewedAt\":16,"
        "\"userRating\":8.0}]}}",
        "Plex 1: imdb=7 \"A\" 0 0.80 seen owned 16\n");
    assert_read("a.json", "",
                "{\"result\":{\"limits\":{\"end\":1},"
                "\"movies\":[{\"movieid\":3,\"label\":\"B\",\"year\":1982,"
                "\"uniqueid\":{\"tmdb\":\"78\"},\"playcount\":0}]}}",
                "Kodi 1: tmdb=78 \"B\" 1982 owned 0\n");
    assert_read("a.xml", "",
                "<MediaContainer><Video type='movie' title='A &amp; B' year='1979' viewCount='1'>"
                "<Guid id='imdb://tt9'/><Guid id='tmdb://8'/></Video></MediaContainer>",
                "Plex 1: imdb=9 tmdb=8 \"A & B\" 1979 seen owned 0\n");
    assert_read("a.nfo", "",
                "<?xml version='1.0'?>\n<movie><title>F</title><premiered>1996-01-01</premiered>"
                "<uniqueid type='imdb'>tt3</uniqueid><uniqueid type='tmdb'>4</uniqueid>"
                "<set><title>no</title></set><userrating>9</userrating></movie>\nhttp://x/tt3\n",
                "Kodi 2: imdb=3 tmdb=4 \"F\" 1996 0.90 seen owned 0\n");
    assert_read("a.nfo", "", "<videodb><movie><title>F</title></movie><movie><title>G</videodb>",
                "Kodi 1: \"F\" 0 owned 0\nfault 1: mismatched tag\n");
}

static void test_own(void **state) {
    (void)state;
    assert_read(
        "a.csv", "", "person,item,kind,value,time\n1,\"x,\"\"\",rating,4.5,10\nb,2,view,,11\n",
        "line 2: {\"type\":\"rating\",\"person\":\"1\",\"item\":\"x,\\\"\",\"kind\":\"rating\","
        "\"value\":4.5,\"time\":10}\n"
        "line 3: {\"type\":\"rating\",\"person\":\"b\",\"item\":\"2\",\"kind\":\"view\","
        "\"time\":11}\n");
    assert_read("a", "", "{\"type\":\"library\",\"item\":\"1\"}\n\nnonsense\n",
                "line 1: {\"type\":\"library\",\"item\":\"1\"}\nline 3: nonsense\n");
}

/* Whatever it is, it is told of or passed over, and reading ends. */
static void test_nothing(void **state) {
    (void)state;
    assert_read("a", "", "", "");
    assert_read("a", "", "userId,movieId,rating\n1,2,3\n", "");
    assert_read("a", "", "[[[[{}]]]]", "");
    assert_read("a", "", "]]}}[{\"movieid\":1,\"title\":\"A\"}]", "");
    assert_read("a", "", "<html><body>", "fault 1: no element found\n");
    assert_read("a", "",
                "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>"
                "<movie><title>&b;</title></movie>",
                "fault 1: it has declarations of its own, which are not read\n");
    assert_read("a", "", "<movie><title>\xff</title></movie>",
                "fault 1: not well-formed (invalid token)\n");
}

static void test_long(void **state) {
    (void)state;
    const size_t size = (size_t)3 << 20;
    char *text = alloc_bytes(size + 128);
    const int head = snprintf(text, size, "[{\"movieid\":1,\"title\":\"");
    memset(text + head, 'x', size);
    memcpy(text + head + size, "\"},{\"movieid\":2,\"title\":\"B\"}]",
           sizeof "\"},{\"movieid\":2,\"title\":\"B\"}]");
    assert_read("a", "", text, "fault 1: it is longer than 1 MiB\nKodi 1: \"B\" 0 owned 0\n");
    text[head + 2000] = '"';
    memcpy(text + head + 2001, "},{\"movieid\":2,\"title\":\"B\"}]",
           sizeof "},{\"movieid\":2,\"title\":\"B\"}]");
    assert_read("a", "", text,
                "fault 1: its title is longer than 1024 bytes\nKodi 1: \"B\" 0 owned 0\n");
    alloc_free(text);
}

/* A few hundred kilobytes that unpack to 300 MiB. */
static void test_bomb(void **state) {
    (void)state;
    char folder[] = "/tmp/matinee-imports-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *path = files_join(&arena, folder, "bomb.json.gz");
    gzFile packed = gzopen(path, "wb1");
    char *block = alloc_bytes((size_t)1 << 20);
    memset(block, ' ', (size_t)1 << 20);
    gzputs(packed, "[");
    for (int i = 0; i < 300; i++)
        gzwrite(packed, block, 1u << 20);
    gzclose(packed);
    struct buffer told;
    const struct imports_sink sink = sink_to(&told);
    assert_int_equal(imports_read(path, &sink, &error), STATUS_LIMIT);
    assert_non_null(strstr(error.text, "unpacks to more than 100 times"));
    alloc_free(block);
    assert_int_equal(files_remove_folder(folder, &error), STATUS_OK);
}

static int end(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letterboxd), cmocka_unit_test(test_imdb),
        cmocka_unit_test(test_trakt),      cmocka_unit_test(test_libraries),
        cmocka_unit_test(test_own),        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_long),       cmocka_unit_test(test_bomb),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}

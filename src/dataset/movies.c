/* movies.c: see movies.h. The facts file is read in movies_facts.c. Checked by
 * tests/dataset/test_readers.c. */
#include "dataset/movies.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/encoding.h"
#include "dataset/fields.h"
#include "dataset/lines.h"

#define ITEM_COLUMNS_BEFORE_FLAGS 5
#define ITEM_COLUMNS_MAX (ITEM_COLUMNS_BEFORE_FLAGS + DATASET_GENRES_MAX)
#define NO_GENRES "(no genres listed)"

int movies_year(const char *title) {
    const char *open = strrchr(title, '(');
    if (!open)
        return 0;
    int year = 0;
    for (int i = 1; i <= 4; i++) {
        if (!isdigit((unsigned char)open[i]))
            return 0;
        year = year * 10 + (open[i] - '0');
    }
    bool ends = open[5] == ')' || open[5] == '-' || (unsigned char)open[5] >= 0x80;
    return ends && year >= 1870 && year <= 2100 ? year : 0;
}

/* What the readers of this file do with one line. */
typedef enum status take_line(struct assembly *assembly, struct lines *lines, void *context,
                              struct error *error);

static enum status read_lines(struct assembly *assembly, const struct volume_member *member,
                              take_line *take, void *context, struct error *error) {
    struct lines lines;
    TRY(lines_open(&lines, member, &assembly->digest, error));
    struct arena *scratch = arena_scratch();
    while (lines_next(&lines)) {
        if (lines_is_blank(&lines))
            continue;
        struct arena_position mark = arena_mark(scratch);
        enum status status = take(assembly, &lines, context, error);
        arena_reset(scratch, mark);
        if (status != STATUS_OK) {
            lines_discard(&lines);
            return status;
        }
    }
    return lines_close(&lines, error);
}

static enum status columns_error(const struct lines *lines, const char *expected, size_t count,
                                 struct error *error) {
    return error_set(error, STATUS_BAD_INPUT,
                     "%s:%zu: expected %s, found %zu columns in %s; repair or remove the line",
                     lines->shown, lines->number, expected, count,
                     fields_shown((struct text_slice){lines->text, lines->length}));
}

static enum status id_error(const struct lines *lines, struct text_slice id, struct error *error) {
    return error_set(error, STATUS_BAD_INPUT,
                     "%s:%zu: expected a film's id in the first column, found %s; repair or remove "
                     "the line",
                     lines->shown, lines->number, fields_shown(id));
}

static bool id_is_fit(struct text_slice id) {
    return id.length > 0 && id.length <= ID_LENGTH_MAX &&
           encoding_utf8_fault(id.start, id.length) == id.length;
}

/* Genres as "Action|Comedy". */
static uint64_t genres_of(struct assembly *assembly, struct text_slice list) {
    struct text_slice names[DATASET_GENRES_MAX];
    size_t count = fields_split(list.start, list.length, FIELDS_PIPE, names, DATASET_GENRES_MAX);
    uint64_t genres = 0;
    for (size_t i = 0; i < count && i < DATASET_GENRES_MAX; i++) {
        struct text_slice name = fields_trimmed(names[i]);
        if (name.length == 0 || fields_is(name, NO_GENRES))
            continue;
        uint32_t genre = assembly_genre(assembly, name);
        if (genre != DATASET_NONE)
            genres |= (uint64_t)1 << genre;
    }
    return genres;
}

static void set_title(struct assembly *assembly, struct movie *movie, struct text_slice title) {
    title = fields_trimmed(title);
    movie->title =
        title.length ? encoding_to_utf8(assembly->arena, title.start, title.length) : NULL;
    movie->year = movie->title ? movies_year(movie->title) : 0;
}

static enum status take_genre_line(struct assembly *assembly, struct lines *lines, void *context,
                                   struct error *error) {
    (void)context;
    struct text_slice fields[2];
    size_t count = fields_split(lines->text, lines->length, FIELDS_PIPE, fields, 2);
    if (count != 2)
        return columns_error(lines, "a genre and its number", count, error);
    struct text_slice name = fields_trimmed(fields[0]);
    if (fields_is(name, "unknown"))
        name = (struct text_slice){"Unknown", 7};
    if (!id_is_fit(name))
        return columns_error(lines, "a genre in UTF-8", count, error);
    assembly_genre(assembly, name);
    return STATUS_OK;
}

/* "01-Jan-1995" -> 1995, for the few titles without a year. */
static int release_year(struct text_slice date) {
    int64_t year;
    if (date.length < 4 ||
        fields_time((struct text_slice){date.start + date.length - 4, 4}, &year) != FIELD_OK)
        return 0;
    return year >= 1870 && year <= 2100 ? (int)year : 0;
}

static enum status take_item_line(struct assembly *assembly, struct lines *lines, void *context,
                                  struct error *error) {
    (void)context;
    struct text_slice fields[ITEM_COLUMNS_MAX];
    size_t count = fields_split(lines->text, lines->length, FIELDS_PIPE, fields, ITEM_COLUMNS_MAX);
    if (count < ITEM_COLUMNS_BEFORE_FLAGS)
        return columns_error(lines, "id|title|release|video|address|a 0 or 1 for each genre", count,
                             error);
    struct text_slice id = fields_trimmed(fields[0]);
    if (!id_is_fit(id))
        return id_error(lines, id, error);
    struct movie *movie = assembly_movie(assembly, assembly_item(assembly, id, false));
    set_title(assembly, movie, fields[1]);
    movie->year = movie->year ? movie->year : release_year(fields[2]);
    movie->genres = 0;
    for (size_t i = ITEM_COLUMNS_BEFORE_FLAGS;
         i < count && i < ITEM_COLUMNS_BEFORE_FLAGS + assembly->genre_count; i++)
        if (fields_is(fields[i], "1"))
            movie->genres |= (uint64_t)1 << (i - ITEM_COLUMNS_BEFORE_FLAGS);
    return STATUS_OK;
}

enum status movies_read_item(struct assembly *assembly, const struct volume_member *item,
                             const struct volume_member *genre, struct error *error) {
    static const char *const published[] = {
        "Unknown",     "Action", "Adventure", "Animation", "Children's", "Comedy",  "Crime",
        "Documentary", "Drama",  "Fantasy",   "Film-Noir", "Horror",     "Musical", "Mystery",
        "Romance",     "Sci-Fi", "Thriller",  "War",       "Western",    NULL};
    if (genre)
        TRY(read_lines(assembly, genre, take_genre_line, NULL, error));
    for (size_t i = 0; !genre && published[i]; i++)
        assembly_genre(assembly, (struct text_slice){published[i], strlen(published[i])});
    return read_lines(assembly, item, take_item_line, NULL, error);
}

static enum status take_dat_line(struct assembly *assembly, struct lines *lines, void *context,
                                 struct error *error) {
    bool only_known = *(const bool *)context;
    struct text_slice fields[3];
    size_t count = fields_split(lines->text, lines->length, FIELDS_COLONS, fields, 3);
    if (count < 3)
        return columns_error(lines, "id::title::genres", count, error);
    struct text_slice id = fields_trimmed(fields[0]);
    if (!id_is_fit(id))
        return id_error(lines, id, error);
    uint32_t item = assembly_item(assembly, id, only_known);
    if (item == DATASET_NONE)
        return STATUS_OK;
    struct movie *movie = assembly_movie(assembly, item);
    set_title(assembly, movie, fields[1]);
    movie->genres = genres_of(assembly, fields[2]);
    return STATUS_OK;
}

enum status movies_read_dat(struct assembly *assembly, const struct volume_member *member,
                            bool only_known, struct error *error) {
    assembly->sort_genres = true;
    return read_lines(assembly, member, take_dat_line, &only_known, error);
}

static enum status csv_fields(struct lines *lines, const char *expected, struct text_slice *fields,
                              size_t wanted, struct error *error) {
    size_t count = fields_split_csv(lines, ',', arena_scratch(), fields, wanted);
    if (count < wanted)
        return columns_error(lines, expected, count, error);
    if (encoding_utf8_fault(lines->text, lines->length) != lines->length)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s:%zu: expected UTF-8, found %s; convert the file (iconv -f latin1 -t "
                         "utf-8)",
                         lines->shown, lines->number,
                         fields_shown((struct text_slice){lines->text, lines->length}));
    fields[0] = fields_trimmed(fields[0]);
    return id_is_fit(fields[0]) ? STATUS_OK : id_error(lines, fields[0], error);
}

static enum status take_csv_line(struct assembly *assembly, struct lines *lines, void *context,
                                 struct error *error) {
    (void)context;
    struct text_slice fields[3];
    bool is_header = lines->number == 1;
    TRY(csv_fields(lines, "movieId,title,genres", fields, 3, error));
    if (is_header)
        return STATUS_OK;
    struct movie *movie = assembly_movie(assembly, assembly_item(assembly, fields[0], false));
    set_title(assembly, movie, fields[1]);
    movie->genres = genres_of(assembly, fields[2]);
    return STATUS_OK;
}

enum status movies_read_csv(struct assembly *assembly, const struct volume_member *member,
                            struct error *error) {
    assembly->sort_genres = true;
    return read_lines(assembly, member, take_csv_line, NULL, error);
}

static enum status take_links_line(struct assembly *assembly, struct lines *lines, void *context,
                                   struct error *error) {
    (void)context;
    struct text_slice fields[3];
    bool is_header = lines->number == 1;
    TRY(csv_fields(lines, "movieId,imdbId,tmdbId", fields, 3, error));
    uint32_t item = is_header ? DATASET_NONE : assembly_item(assembly, fields[0], true);
    if (item == DATASET_NONE)
        return STATUS_OK;
    struct movie *movie = assembly_movie(assembly, item);
    struct text_slice imdb = fields_trimmed(fields[1]), tmdb = fields_trimmed(fields[2]);
    if (imdb.length > 0)
        movie->imdb_id = arena_copy_length(assembly->arena, imdb.start, imdb.length);
    if (tmdb.length > 0)
        movie->tmdb_id = arena_copy_length(assembly->arena, tmdb.start, tmdb.length);
    return STATUS_OK;
}

enum status movies_read_links(struct assembly *assembly, const struct volume_member *member,
                              struct error *error) {
    return read_lines(assembly, member, take_links_line, NULL, error);
}

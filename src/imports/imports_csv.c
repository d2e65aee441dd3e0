/* imports_csv.c: tables of Letterboxd, IMDb and Matinee. See imports.h.
 *
 * Idea     The header's names say whose table it is and where its columns are; columns that are not
 *          known are passed over, as are orders of columns. A row of Matinee's becomes the JSON
 *          line that it was made from.
 * Traps    A quote that is not closed takes what follows for its field: then the line that it
 *          stands in is left out, and the reading goes on with the next. Bytes that are not UTF-8
 *          are taken for ISO-8859-1 (encoding.h), as IMDb once wrote them. In Letterboxd's
 *          watchlist are films that nobody has seen.
 * Checked  tests/imports/test_imports.c, fuzz/fuzz_imports.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dataset/encoding.h"
#include "dataset/fields.h"
#include "imports/imports_internal.h"

#define COLUMNS_MAX 64
#define STARS 5.0
#define POINTS 10.0

enum column {
    COLUMN_DATE,
    COLUMN_NAME,
    COLUMN_YEAR,
    COLUMN_URI,
    COLUMN_RATING,
    COLUMN_WATCHED,
    COLUMN_CONST,
    COLUMN_YOUR_RATING,
    COLUMN_DATE_RATED,
    COLUMN_TITLE,
    COLUMN_TYPE,
    COLUMN_KNOWN
};
static const char *const column_names[COLUMN_KNOWN] = {
    "Date",  "Name",        "Year",       "Letterboxd URI", "Rating",     "Watched Date",
    "Const", "Your Rating", "Date Rated", "Title",          "Title Type",
};

struct table {
    struct imports_reading *reading;
    struct lines lines;
    struct arena scratch;
    struct text_slice fields[COLUMNS_MAX];
    size_t field_count;
    int places[COLUMN_KNOWN]; /* of each known column; -1: not there */
    const char *names[COLUMNS_MAX];
    size_t name_count;
    const char *type;   /* of Matinee's lines */
    struct arena arena; /* of the header */
};

/* The present record's fields; 0: it cannot be cut. Then only its first line is left out. */
static size_t cut(struct table *table) {
    struct lines *lines = &table->lines;
    const size_t count = fields_split_csv(lines, ',', &table->scratch, table->fields, COLUMNS_MAX);
    table->field_count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
    const char *end = count == 0 ? memchr(lines->text, '\n', lines->length) : NULL;
    if (end && lines->status == STATUS_OK) {
        lines->begin = (size_t)(end + 1 - lines->buffer);
        lines->last_number = lines->number;
    }
    return count;
}

static const char *text_at(struct table *table, enum column column) {
    const int place = table->places[column];
    if (place < 0 || (size_t)place >= table->field_count)
        return "";
    const struct text_slice field = fields_trimmed(table->fields[place]);
    return encoding_to_utf8(&table->scratch, field.start, field.length);
}

/* A number of the column as a share of `best`; NaN: nothing stands there. False: no such number. */
static bool share_at(struct table *table, enum column column, double best, double *share) {
    const char *text = text_at(table, column);
    float value;
    *share = (double)NAN;
    if (!*text)
        return true;
    if (fields_rating((struct text_slice){text, strlen(text)}, &value) != FIELD_OK || value <= 0 ||
        (double)value > best)
        return false;
    *share = (double)value / best;
    return true;
}

static int year_at(struct table *table) {
    const char *text = text_at(table, COLUMN_YEAR);
    const long year = strtol(text, NULL, 10);
    return year > 1800 && year < 3000 ? (int)year : 0;
}

static enum status give_letterboxd(struct table *table, struct error *error) {
    struct imports_reading *reading = table->reading;
    struct imports_film film = imports_film_at(reading, IMPORTS_LETTERBOXD, table->lines.number);
    const char *name = reading->member->name;
    reading->format = IMPORTS_LETTERBOXD;
    if (!share_at(table, COLUMN_RATING, STARS, &film.rating)) {
        imports_fault(reading, film.line, "\"Rating\" is not above 0 and up to 5");
        return STATUS_OK;
    }
    const char *watched = text_at(table, COLUMN_WATCHED);
    film.title = text_at(table, COLUMN_NAME);
    film.year = year_at(table);
    film.time = imports_time(*watched ? watched : text_at(table, COLUMN_DATE));
    film.is_liked = strcasecmp(reading->folder, "likes") == 0;
    film.is_seen = true;
    return strncasecmp(name, "watchlist", 9) == 0 ? STATUS_OK : imports_give(reading, &film, error);
}

static bool has_part(const char *text, const char *part) { return strcasestr(text, part) != NULL; }

static enum status give_imdb(struct table *table, struct error *error) {
    struct imports_reading *reading = table->reading;
    struct imports_film film = imports_film_at(reading, IMPORTS_IMDB, table->lines.number);
    char digits[IMPORTS_ID_BYTES];
    reading->format = IMPORTS_IMDB;
    if (!share_at(table, COLUMN_YOUR_RATING, POINTS, &film.rating)) {
        imports_fault(reading, film.line, "\"Your Rating\" is not above 0 and up to 10");
        return STATUS_OK;
    }
    if (isnan(film.rating)) /* a watchlist */
        return STATUS_OK;
    const char *id = text_at(table, COLUMN_CONST), *type = text_at(table, COLUMN_TYPE);
    film.imdb = strncmp(id, "tt", 2) == 0 ? imports_digits(id, digits) : NULL;
    film.title = text_at(table, COLUMN_TITLE);
    film.year = year_at(table);
    film.time = imports_time(text_at(table, COLUMN_DATE_RATED));
    film.is_seen = true;
    film.is_other = *type && !has_part(type, "movie") && !has_part(type, "video") &&
                    !has_part(type, "short") && !has_part(type, "special");
    return imports_give(reading, &film, error);
}

/* ---- Matinee's own ---- */

/* A field as JSON: numbers and objects as they are, all else as text. */
static json_t *value_of(const char *name, const char *text) {
    static const char *const plain[] = {"created", "value",  "time",  "hour",
                                        "year",    "labels", "facts", "context"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        json_t *value =
            strcmp(name, plain[i]) == 0 ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
        if (value)
            return value;
    }
    return json_string(text);
}

static enum status give_line(struct table *table, struct error *error) {
    struct imports_reading *reading = table->reading;
    const struct imports_sink *sink = reading->sink;
    json_t *object = json_object();
    json_object_set_new(object, "type", json_string(table->type));
    for (size_t i = 0; i < table->name_count && i < table->field_count; i++) {
        const struct text_slice field = table->fields[i];
        if (field.length > 0)
            json_object_set_new(
                object, table->names[i],
                value_of(table->names[i],
                         encoding_to_utf8(&table->scratch, field.start, field.length)));
    }
    reading->format = IMPORTS_MATINEE;
    const size_t length = json_dumpb(object, NULL, 0, JSON_COMPACT);
    char *text = arena_alloc_raw(&table->scratch, length + 1);
    json_dumpb(object, text, length, JSON_COMPACT);
    json_decref(object);
    return sink->line(sink->context, text, length, reading->member->shown, table->lines.number,
                      error);
}

/* Which part of an export has these columns; NULL: none. */
static const char *matinee_type(const struct table *table) {
    static const struct {
        const char *type, *names;
    } heads[] = {
        {"rating", "person,item,kind,value,time,"},
        {"event", "person,item,kind,value,time,device,hour,context,said,"},
        {"person", "person,created,labels,"},
        {"item", "item,title,year,genres,facts,"},
        {"library", "item,"},
        {"erased", "person,time,"},
    };
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const char *all = "", *type = NULL;
    for (size_t i = 0; i < table->name_count; i++)
        all = arena_format(scratch, "%s%s,", all, table->names[i]);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strcmp(all, heads[i].names) == 0)
            type = heads[i].type;
    arena_reset(scratch, mark);
    return type;
}

/* ---- The table ---- */

typedef enum status giver(struct table *table, struct error *error);

/* Reads the header; NULL: nobody's table. */
static giver *find_giver(struct table *table) {
    for (size_t c = 0; c < COLUMN_KNOWN; c++)
        table->places[c] = -1;
    for (size_t i = 0; i < table->field_count; i++) {
        const struct text_slice field = fields_trimmed(table->fields[i]);
        table->names[i] = encoding_to_utf8(&table->arena, field.start, field.length);
        for (size_t c = 0; c < COLUMN_KNOWN; c++)
            if (strcasecmp(table->names[i], column_names[c]) == 0)
                table->places[c] = (int)i;
    }
    table->name_count = table->field_count;
    table->type = matinee_type(table);
    if (table->type)
        return give_line;
    if (table->places[COLUMN_CONST] >= 0 && table->places[COLUMN_YOUR_RATING] >= 0)
        return give_imdb;
    const bool is_letterboxd = table->places[COLUMN_NAME] >= 0 && table->places[COLUMN_YEAR] >= 0 &&
                               table->places[COLUMN_URI] >= 0;
    return is_letterboxd ? give_letterboxd : NULL;
}

static enum status read_rows(struct table *table, struct error *error) {
    giver *give = NULL;
    bool has_header = false;
    uint64_t position = 0;
    while (lines_next(&table->lines)) {
        const uint64_t now = lines_position(&table->lines);
        if (now > position) {
            TRY(imports_spend(table->reading, (size_t)(now - position), error));
            position = now;
        }
        arena_reset(&table->scratch, (struct arena_position){0});
        if (lines_is_blank(&table->lines))
            continue;
        const bool is_whole = cut(table) > 0;
        if (!has_header) {
            give = is_whole ? find_giver(table) : NULL;
            has_header = true;
            if (!give)
                return STATUS_OK;
        } else if (!is_whole) {
            imports_fault(table->reading, table->lines.number,
                          "a quotation mark is not closed, or stands inside a field");
        } else {
            TRY(give(table, error));
        }
    }
    return STATUS_OK;
}

enum status imports_read_csv(struct imports_reading *reading, struct error *error) {
    struct table table = {.reading = reading};
    TRY(lines_open(&table.lines, reading->member, NULL, error));
    enum status status = read_rows(&table, error);
    if (status == STATUS_OK)
        status = lines_close(&table.lines, error);
    else
        lines_discard(&table.lines);
    arena_release(&table.scratch);
    arena_release(&table.arena);
    return status;
}

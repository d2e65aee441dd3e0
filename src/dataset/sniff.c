/* sniff.c: see sniff.h. Checked by tests/dataset/test_formats.c. */
#include "dataset/sniff.h"

#include <string.h>

#include "dataset/lines.h"

#define FIELDS_LOOKED_AT RATINGS_COLUMNS_MAX
#define LISTS_NOT_TABLE 4      /* a table without names has at most so many columns */
#define SECONDS_NOT_RATING 1e8 /* 1973: no rating is so large, and no rating is younger */

static bool looks_like_text(const char *bytes, size_t length) {
    size_t controls = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == 0)
            return false;
        controls += (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f;
    }
    return length > 0 && controls * 50 <= length;
}

void sniff_member(struct sniff *sniff, const struct volume_member *member) {
    sniff->length = lines_head(member, sniff->bytes, sizeof sniff->bytes);
    sniff->is_text = looks_like_text(sniff->bytes, sniff->length);
    sniff->line_count = 0;
    const char *at = sniff->bytes, *end = sniff->bytes + sniff->length;
    if (sniff->length >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    while (at < end && sniff->line_count < SNIFF_LINES_MAX) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (!newline && sniff->length == sizeof sniff->bytes && sniff->line_count > 0)
            break; /* cut off by the end of the look, not of the file */
        const char *stop = newline ? newline : end;
        struct text_slice line = {at, (size_t)(stop - at)};
        if (line.length > 0 && line.start[line.length - 1] == '\r')
            line.length--;
        if (fields_trimmed(line).length > 0)
            sniff->lines[sniff->line_count++] = line;
        at = stop + 1;
    }
}

/* Fields of a line; separators between quotes do not count. */
static size_t cut(struct text_slice line, enum fields_separator separator,
                  struct text_slice *fields) {
    if (separator == FIELDS_BLANKS || separator == FIELDS_COLONS ||
        !memchr(line.start, '"', line.length))
        return fields_split(line.start, line.length, separator, fields, FIELDS_LOOKED_AT);
    size_t count = 0, begin = 0;
    bool quoted = false;
    for (size_t i = 0; i <= line.length; i++) {
        if (i < line.length && line.start[i] == '"')
            quoted = !quoted;
        if (i < line.length && (quoted || line.start[i] != (char)separator))
            continue;
        if (count < FIELDS_LOOKED_AT) {
            struct text_slice field =
                fields_trimmed((struct text_slice){line.start + begin, i - begin});
            if (field.length >= 2 && field.start[0] == '"')
                field = (struct text_slice){field.start + 1, field.length - 2};
            fields[count] = field;
        }
        count++;
        begin = i + 1;
    }
    return count;
}

bool sniff_columns(const struct sniff *sniff, enum fields_separator separator, size_t columns,
                   size_t numbers) {
    struct text_slice fields[FIELDS_LOOKED_AT];
    if (!sniff->is_text || sniff->line_count == 0 ||
        cut(sniff->lines[0], separator, fields) < columns)
        return false;
    for (size_t i = 0; i < numbers; i++)
        if (!fields_is_number(fields_trimmed(fields[i])))
            return false;
    return true;
}

static bool is_whole_number(struct text_slice field) {
    for (size_t i = 0; i < field.length; i++)
        if (field.start[i] < '0' || field.start[i] > '9')
            return false;
    return field.length > 0;
}

bool sniff_lists(const struct sniff *sniff) {
    struct text_slice fields[FIELDS_LOOKED_AT];
    size_t first = 0, differing = 0;
    if (!sniff->is_text || sniff->line_count == 0)
        return false;
    for (size_t i = 0; i < sniff->line_count; i++) {
        size_t count = cut(sniff->lines[i], FIELDS_BLANKS, fields);
        for (size_t f = 0; f < count && f < FIELDS_LOOKED_AT; f++)
            if (!is_whole_number(fields[f]))
                return false;
        first = i == 0 ? count : first;
        differing += count != first || count > LISTS_NOT_TABLE;
    }
    return 2 * differing >= sniff->line_count;
}

enum column_role { ROLE_NONE, ROLE_USER, ROLE_ITEM, ROLE_RATING, ROLE_TIME };

static enum column_role role_of(struct text_slice name) {
    static const struct {
        const char *name;
        enum column_role role;
    } names[] = {
        {"user", ROLE_USER},       {"userid", ROLE_USER},         {"user_id", ROLE_USER},
        {"uid", ROLE_USER},        {"reviewerid", ROLE_USER},     {"session", ROLE_USER},
        {"item", ROLE_ITEM},       {"itemid", ROLE_ITEM},         {"item_id", ROLE_ITEM},
        {"iid", ROLE_ITEM},        {"movie", ROLE_ITEM},          {"movieid", ROLE_ITEM},
        {"movie_id", ROLE_ITEM},   {"film", ROLE_ITEM},           {"product", ROLE_ITEM},
        {"product_id", ROLE_ITEM}, {"asin", ROLE_ITEM},           {"rating", ROLE_RATING},
        {"score", ROLE_RATING},    {"stars", ROLE_RATING},        {"overall", ROLE_RATING},
        {"rate", ROLE_RATING},     {"timestamp", ROLE_TIME},      {"time", ROLE_TIME},
        {"ts", ROLE_TIME},         {"unixreviewtime", ROLE_TIME}, {"date", ROLE_TIME},
    };
    /* RecBole writes "user_id:token". */
    const char *colon = memchr(name.start, ':', name.length);
    if (colon)
        name.length = (size_t)(colon - name.start);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (fields_is(name, names[i].name))
            return names[i].role;
    return ROLE_NONE;
}

/* Columns by the names in the first line; false: these are no names. */
static bool columns_by_name(const struct text_slice *fields, size_t count,
                            struct ratings_format *format) {
    int found[ROLE_TIME + 1] = {-1, -1, -1, -1, -1};
    for (size_t i = 0; i < count && i < FIELDS_LOOKED_AT; i++) {
        enum column_role role = role_of(fields_trimmed(fields[i]));
        if (found[role] < 0)
            found[role] = (int)i;
    }
    if (found[ROLE_USER] < 0 || found[ROLE_ITEM] < 0)
        return false;
    format->header = true;
    format->user = found[ROLE_USER];
    format->item = found[ROLE_ITEM];
    format->rating = found[ROLE_RATING];
    format->time = found[ROLE_TIME];
    int last = 0;
    for (int role = ROLE_USER; role <= ROLE_TIME; role++)
        last = found[role] > last ? found[role] : last;
    format->column_count = (size_t)last + 1;
    format->columns = "as its first line names them";
    return true;
}

/* Columns by their place: user, item, rating, time. */
static void columns_by_place(const struct sniff *sniff, const struct text_slice *first,
                             size_t count, struct ratings_format *format) {
    struct text_slice fields[FIELDS_LOOKED_AT];
    count = count > 4 ? 4 : count;
    format->user = 0;
    format->item = 1;
    format->rating = count > 2 ? 2 : -1;
    format->time = count > 3 ? 3 : -1;
    format->column_count = count;
    format->columns = count == 2   ? "user, item"
                      : count == 3 ? "user, item, rating"
                                   : "user, item, rating, time";
    size_t probe = sniff->line_count > 1 ? 1 : 0;
    bool enough = cut(sniff->lines[probe], format->separator, fields) >= count;
    if (count < 3 || !enough)
        return;
    /* Unknown names: words where the next line has numbers. */
    format->header = probe > 0 && !fields_is_number(fields_trimmed(first[2])) &&
                     fields_is_number(fields_trimmed(fields[2]));
    float third;
    if (count == 3 && fields_rating(fields_trimmed(fields[2]), &third) == FIELD_OK &&
        third >= (float)SECONDS_NOT_RATING) {
        format->rating = -1;
        format->time = 2;
        format->columns = "user, item, time";
    }
}

/* Of a file that nobody named: nearly all lines have as many columns as the first, and numbers
 * where there should be some. */
static bool lines_agree(const struct sniff *sniff, size_t count,
                        const struct ratings_format *format) {
    struct text_slice fields[FIELDS_LOOKED_AT];
    size_t good = 0, looked_at = 0;
    for (size_t i = format->header; i < sniff->line_count; i++, looked_at++) {
        bool fits = cut(sniff->lines[i], format->separator, fields) == count;
        if (fits && format->rating >= 0)
            fits = fields_is_number(fields_trimmed(fields[format->rating]));
        if (fits && format->time >= 0)
            fits = fields_is_number(fields_trimmed(fields[format->time]));
        good += fits;
    }
    return looked_at > 0 && good * 10 >= looked_at * 9 && count <= FIELDS_LOOKED_AT;
}

bool sniff_table(const struct sniff *sniff, bool strict, struct ratings_format *format) {
    static const enum fields_separator separators[] = {
        FIELDS_TAB, FIELDS_COLONS, FIELDS_COMMA, FIELDS_SEMICOLON, FIELDS_PIPE, FIELDS_BLANKS};
    if (!sniff->is_text || sniff->line_count == 0)
        return false;
    for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++) {
        struct text_slice fields[FIELDS_LOOKED_AT];
        size_t count = cut(sniff->lines[0], separators[i], fields);
        if (count < 2)
            continue;
        *format = (struct ratings_format){.separator = separators[i]};
        format->quotes = separators[i] == FIELDS_COMMA || separators[i] == FIELDS_SEMICOLON;
        if (!columns_by_name(fields, count, format))
            columns_by_place(sniff, fields, count, format);
        if (!strict || lines_agree(sniff, count, format))
            return true;
    }
    return false;
}

/* fields.c: cutting lines and reading numbers. See fields.h.
 *
 * Numbers of rating files are short decimals, so they are read digit by digit; whatever is longer
 * or has an exponent goes to strtod. Checked by tests/dataset/test_fields.c against strtod. */
#include "dataset/fields.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"

#define FAST_DIGITS_MAX 15 /* so many digits are exact in a double */
#define NUMBER_LENGTH_MAX 63

static size_t split_blanks(const char *text, size_t length, struct text_slice *fields, size_t max) {
    size_t count = 0, i = 0;
    for (;;) {
        while (i < length && field_is_blank(text[i]))
            i++;
        if (i == length)
            return count;
        size_t begin = i;
        while (i < length && !field_is_blank(text[i]))
            i++;
        if (count < max)
            fields[count] = (struct text_slice){text + begin, i - begin};
        count++;
    }
}

static size_t split_colons(const char *text, size_t length, struct text_slice *fields, size_t max) {
    size_t count = 0, begin = 0;
    for (size_t i = 0; i <= length; i++) {
        bool cut = i + 1 < length && text[i] == ':' && text[i + 1] == ':';
        if (!cut && i < length)
            continue;
        if (count < max)
            fields[count] = (struct text_slice){text + begin, i - begin};
        count++;
        i += cut;
        begin = i + 1;
    }
    return count;
}

size_t fields_split(const char *text, size_t length, enum fields_separator separator,
                    struct text_slice *fields, size_t max) {
    if (separator == FIELDS_BLANKS)
        return split_blanks(text, length, fields, max);
    if (separator == FIELDS_COLONS)
        return split_colons(text, length, fields, max);
    size_t count = 0;
    const char *begin = text, *end = text + length;
    for (const char *at = text;; at++) {
        if (at != end && *at != (char)separator)
            continue;
        if (count < max)
            fields[count] = (struct text_slice){begin, (size_t)(at - begin)};
        count++;
        if (at == end)
            return count;
        begin = at + 1;
    }
}

/* A field that starts with a quote at text[*at]: its value without quotes goes to `value`; *at
 * moves behind it. False: the quote is not closed. */
static bool quoted_field(const char *text, size_t length, size_t *at, char *value, size_t *used) {
    *used = 0;
    for (size_t i = *at + 1; i < length; i++) {
        if (text[i] == '"' && i + 1 < length && text[i + 1] == '"') {
            i++;
        } else if (text[i] == '"') {
            *at = i + 1;
            return true;
        }
        value[(*used)++] = text[i];
    }
    return false;
}

/* As fields_split_csv, for a whole record. */
static size_t split_quoted(const struct lines *lines, char separator, char *values,
                           struct text_slice *fields, size_t max) {
    const char *text = lines->text;
    size_t length = lines->length, at = 0;
    for (size_t count = 0;; at++) {
        struct text_slice field = {text + at, 0};
        if (at < length && text[at] == '"') {
            field.start = values;
            if (!quoted_field(text, length, &at, values, &field.length) ||
                (at < length && text[at] != separator))
                return 0;
            values += field.length;
        } else {
            while (at < length && text[at] != separator)
                at++;
            field.length = (size_t)(text + at - field.start);
        }
        if (count < max)
            fields[count] = field;
        count++;
        if (at >= length)
            return count;
    }
}

size_t fields_split_csv(struct lines *lines, char separator, struct arena *scratch,
                        struct text_slice *fields, size_t max) {
    if (!memchr(lines->text, '"', lines->length))
        return fields_split(lines->text, lines->length, (enum fields_separator)separator, fields,
                            max);
    /* A record is whole when it has an even number of quotes. */
    bool odd = false;
    for (size_t counted = 0;;) {
        for (; counted < lines->length; counted++)
            odd ^= lines->text[counted] == '"';
        if (!odd)
            return split_quoted(lines, separator, arena_alloc_raw(scratch, lines->length), fields,
                                max);
        if (!lines_extend(lines))
            return 0;
    }
}

static enum field_fault rating_by_strtod(struct text_slice field, float *rating) {
    char text[NUMBER_LENGTH_MAX + 1], *end;
    if (field.length == 0 || field.length > NUMBER_LENGTH_MAX)
        return FIELD_NOT_NUMBER;
    memcpy(text, field.start, field.length);
    text[field.length] = '\0';
    /* strtod also knows hexadecimal; a rating has none. */
    if (isspace((unsigned char)text[0]) || strpbrk(text, "xX"))
        return FIELD_NOT_NUMBER;
    double value = strtod(text, &end);
    if (end != text + field.length)
        return FIELD_NOT_NUMBER;
    *rating = (float)value;
    return isfinite(*rating) ? FIELD_OK : FIELD_NOT_FINITE;
}

enum field_fault fields_rating(struct text_slice field, float *rating) {
    static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    if (field.length == 0 || field.length > FAST_DIGITS_MAX)
        return rating_by_strtod(field, rating);
    uint64_t digits = 0;
    size_t i = 0, decimals = 0;
    for (; i < field.length && (unsigned char)(field.start[i] - '0') <= 9; i++)
        digits = digits * 10 + (uint64_t)(field.start[i] - '0');
    if (i > 0 && i < field.length && field.start[i] == '.')
        for (i++; i < field.length && (unsigned char)(field.start[i] - '0') <= 9; i++, decimals++)
            digits = digits * 10 + (uint64_t)(field.start[i] - '0');
    if (i != field.length)
        return rating_by_strtod(field, rating);
    /* Both are exact, so the quotient is the nearest double, as strtod's. */
    *rating = (float)((double)digits / powers[decimals]);
    return FIELD_OK;
}

enum field_fault fields_time(struct text_slice field, int64_t *time) {
    uint64_t value = 0;
    size_t i = 0;
    for (; i < field.length && (unsigned char)(field.start[i] - '0') <= 9; i++) {
        if (value > (INT64_MAX - 9) / 10)
            return FIELD_TOO_LARGE;
        value = value * 10 + (uint64_t)(field.start[i] - '0');
    }
    *time = (int64_t)value;
    if (i == field.length)
        return i > 0 ? FIELD_OK : FIELD_NOT_NUMBER;
    float number;
    enum field_fault fault = rating_by_strtod(field, &number);
    if (fault != FIELD_OK)
        return fault;
    if (number < 0)
        return FIELD_NEGATIVE;
    /* A fraction of a second is cut off; 9.6e8 is as good as no time at all. */
    return i > 0 && field.start[i] == '.' && !memchr(field.start, 'e', field.length) &&
                   !memchr(field.start, 'E', field.length)
               ? FIELD_OK
               : FIELD_NOT_NUMBER;
}

const char *fields_expected(enum field_fault fault, bool is_time) {
    ASSERT(fault != FIELD_OK);
    if (!is_time)
        return fault == FIELD_NOT_FINITE ? "a finite rating" : "a number as the rating";
    if (fault == FIELD_NEGATIVE)
        return "a time that is not negative";
    return fault == FIELD_TOO_LARGE ? "a time below 2^63 seconds"
                                    : "a whole number of seconds since 1970 as the time";
}

bool fields_is(struct text_slice field, const char *text) {
    return strlen(text) == field.length && strncasecmp(field.start, text, field.length) == 0;
}

bool fields_is_number(struct text_slice field) {
    float ignored;
    enum field_fault fault = fields_rating(field, &ignored);
    return fault == FIELD_OK || fault == FIELD_NOT_FINITE;
}

const char *fields_shown(struct text_slice field) {
    enum { SHOWN_MAX = 40, BUFFERS = 4 };
    static _Thread_local char buffers[BUFFERS][2 * SHOWN_MAX + 8];
    static _Thread_local unsigned next;
    char *shown = buffers[next++ % BUFFERS], *at = shown;
    *at++ = '"';
    size_t count = field.length < SHOWN_MAX ? field.length : SHOWN_MAX;
    for (size_t i = 0; i < count; i++) {
        const unsigned char byte = (unsigned char)field.start[i];
        static const char controls[] = "\t\n\r", names[] = "tnr";
        const char *control = byte ? strchr(controls, byte) : NULL;
        if (control) {
            *at++ = '\\';
            *at++ = names[control - controls];
        } else {
            *at++ = isprint(byte) ? (char)byte : '?';
        }
    }
    if (count < field.length)
        for (int i = 0; i < 3; i++)
            *at++ = '.';
    *at++ = '"';
    *at = '\0';
    return shown;
}

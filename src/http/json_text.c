/* json_text.c: see json_text.h.
 *
 * Idea     printf's "%.7g" is half of the time of a list of ten films. A number of ordinary size is
 *          scaled by a power of ten to an integer of seven digits instead.
 * Traps    The product with the power of ten is rounded: where its fraction is so near to a half
 *          that it could fall on the wrong side, and for very large and small numbers, printf
 *          decides. */
#include "http/json_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"

#define DIGITS 7
#define LEAST 1e-4
#define MOST 1e6
/* From a half; the product is off by at most 1e-9. */
#define DOUBT 1e-6
#define REAL_BYTES 32

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11};

/* As the library has it: a real has a point or an exponent, which has no plus and no zeros. */
static void printed(struct buffer *out, double value) {
    char text[REAL_BYTES];
    snprintf(text, sizeof text - 2, "%.*g", DIGITS, value);
    char *exponent = strchr(text, 'e');
    if (!exponent && !strchr(text, '.'))
        memcpy(text + strlen(text), ".0", 3);
    if (exponent) {
        char *digits = exponent + 1, *from = digits + 1;
        if (*digits == '-')
            digits++;
        from += strspn(from, "0");
        memmove(digits, from, strlen(from) + 1);
    }
    buffer_text(out, text);
}

/* 10^place <= value < 10^(place + 1), for LEAST <= value < MOST. */
static int place_of(double value) {
    int place = 0;
    if (value >= 1) {
        while (value >= powers[place + 1])
            place++;
        return place;
    }
    while (value * powers[-place] < 1)
        place--;
    return place;
}

/* The digits of an integer behind one another, `count` of them. */
static void digits_of(char *to, uint64_t integer, int count) {
    for (int i = count - 1; i >= 0; i--, integer /= 10)
        to[i] = (char)('0' + integer % 10);
}

static int integer_digits(uint64_t value) {
    int count = 1;
    while (value >= (uint64_t)powers[count])
        count++;
    return count;
}

void json_text_real(struct buffer *out, double value) {
    ASSERT(isfinite(value));
    const double size = fabs(value);
    if (!(size >= LEAST && size < MOST)) {
        printed(out, value);
        return;
    }
    const int place = place_of(size);
    const int decimals = DIGITS - 1 - place;
    const double scaled = size * powers[decimals], whole = floor(scaled);
    if (fabs(scaled - whole - 0.5) < DOUBT) {
        printed(out, value);
        return;
    }
    const uint64_t digits = (uint64_t)whole + (scaled - whole > 0.5);
    const uint64_t unit = (uint64_t)powers[decimals];
    char text[REAL_BYTES], *at = text;
    if (value < 0)
        *at++ = '-';
    const int before = integer_digits(digits / unit);
    digits_of(at, digits / unit, before);
    at += before;
    *at++ = '.';
    digits_of(at, digits % unit, decimals);
    at += decimals;
    while (at[-1] == '0' && at[-2] != '.')
        at--;
    buffer_bytes(out, text, (size_t)(at - text));
}

void json_text_integer(struct buffer *out, int64_t value) {
    char text[24], *at = text + sizeof text;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--at = '-';
    buffer_bytes(out, at, (size_t)(text + sizeof text - at));
}

static int append(const char *bytes, size_t size, void *out) {
    buffer_bytes(out, bytes, size);
    return 0;
}

static void dump(struct buffer *out, json_t *value, size_t flags) {
    const int failed = json_dump_callback(
        value, append, out, flags | JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(DIGITS));
    ASSERT(failed == 0); /* only a value that no one should build: NULL, a cycle */
    json_decref(value);
}

void json_text_value(struct buffer *out, json_t *value) { dump(out, value, 0); }

void json_text_members(struct buffer *out, json_t *object) { dump(out, object, JSON_EMBED); }

void json_text_answer(struct response *response, const struct buffer *out) {
    response->body = out->bytes;
    response->body_size = out->size;
    response_set_header(response, "Content-Type", "application/json");
}

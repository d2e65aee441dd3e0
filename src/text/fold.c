/* fold.c: see fold.h. Checked by tests/text/test_fold.c. */
#include "text/fold.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buffer.h"

enum { DECOMPOSED_MAX = 32 };

/* Letters that Unicode does not take apart, and what people type for them. */
static const struct {
    int32_t letter;
    const char *plain;
} letters[] = {{0xe6, "ae"}, {0xf0, "d"},  {0xf8, "o"},   {0xfe, "th"}, {0x111, "d"},  {0x127, "h"},
               {0x131, "i"}, {0x142, "l"}, {0x153, "oe"}, {0x167, "t"}, {0x14b, "ng"}, {0x1dd, "e"},
               {0x192, "f"}, {0x180, "b"}, {0x256, "d"},  {0x269, "i"}};

static const char *plain_letter(int32_t letter) {
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].letter == letter)
            return letters[i].plain;
    return NULL;
}

static bool is_letter(int32_t point) {
    const utf8proc_category_t category = utf8proc_category(point);
    return point == '_' || (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

static bool is_mark(int32_t point) {
    const utf8proc_category_t category = utf8proc_category(point);
    return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

/* What is written, and what stands between the last letter and the next. */
struct folding {
    struct buffer out;
    bool gap, apostrophe;
};

static void put(struct folding *folding, const char *bytes, size_t count) {
    if (folding->out.size > 0 && folding->gap)
        buffer_bytes(&folding->out, " ", 1);
    else if (folding->out.size > 0 && folding->apostrophe)
        buffer_bytes(&folding->out, "'", 1);
    buffer_bytes(&folding->out, bytes, count);
    folding->gap = folding->apostrophe = false;
}

static void put_point(struct folding *folding, int32_t point) {
    const bool quote = point == '\'' || point == 0x2019;
    if (is_letter(point)) {
        const char *plain = plain_letter(point);
        uint8_t bytes[4];
        if (plain)
            put(folding, plain, strlen(plain));
        else
            put(folding, (const char *)bytes, (size_t)utf8proc_encode_char(point, bytes));
    } else if (!is_mark(point)) {
        folding->gap |= !quote || folding->apostrophe;
        folding->apostrophe |= quote;
    }
}

/* One character, taken apart. */
static void fold_point(struct folding *folding, int32_t point) {
    int32_t parts[DECOMPOSED_MAX];
    int boundary = 0;
    const utf8proc_ssize_t count = utf8proc_decompose_char(
        point, parts, DECOMPOSED_MAX,
        UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &boundary);
    if (count < 0 || count > DECOMPOSED_MAX)
        put_point(folding, ' ');
    for (utf8proc_ssize_t i = 0; i < count && count <= DECOMPOSED_MAX; i++)
        put_point(folding, parts[i]);
}

char *fold_text(const char *bytes, size_t length, struct arena *arena, size_t *size) {
    struct folding folding = {0};
    buffer_init(&folding.out, arena);
    for (size_t at = 0; at < length;) {
        const unsigned char first = (unsigned char)bytes[at];
        int32_t point = ' ';
        utf8proc_ssize_t step = 1;
        if (first < 0x80)
            point = first >= 'A' && first <= 'Z' ? first + ('a' - 'A') : first;
        else
            step = utf8proc_iterate((const uint8_t *)bytes + at, (utf8proc_ssize_t)(length - at),
                                    &point);
        if (step <= 0)
            put_point(&folding, ' ');
        else if (first < 0x80)
            put_point(&folding, point);
        else
            fold_point(&folding, point);
        at += step > 0 ? (size_t)step : 1;
    }
    *size = folding.out.size;
    return folding.out.bytes;
}

/* encoding.c: see encoding.h. Checked by tests/dataset/test_fields.c. */
#include "dataset/encoding.h"

#include <stdint.h>
#include <string.h>

/* Length of the well-formed sequence that begins at text, 0 if there is none. */
static size_t sequence_length(const unsigned char *text, size_t left) {
    unsigned char first = text[0];
    if (first < 0x80)
        return first != 0;
    /* The second byte's range is narrower after E0 (overlong), ED (surrogates), F0 (overlong) and
     * F4 (above U+10FFFF). */
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    size_t length = first >= 0xc2 && first <= 0xdf   ? 2
                    : first >= 0xe0 && first <= 0xef ? 3
                    : first >= 0xf0 && first <= 0xf4 ? 4
                                                     : 0;
    if (length == 0 || left < length || text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (text[i] < 0x80 || text[i] > 0xbf)
            return 0;
    return length;
}

size_t encoding_utf8_fault(const char *text, size_t length) {
    size_t i = 0;
    while (i < length) {
        size_t step = sequence_length((const unsigned char *)text + i, length - i);
        if (step == 0)
            return i;
        i += step;
    }
    return length;
}

char *encoding_to_utf8(struct arena *arena, const char *text, size_t length) {
    if (encoding_utf8_fault(text, length) == length)
        return arena_copy_length(arena, text, length);
    char *utf8 = arena_alloc_raw(arena, 2 * length + 1), *at = utf8;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x80) {
            *at++ = c ? (char)c : '?';
        } else {
            *at++ = (char)(0xc0 | c >> 6);
            *at++ = (char)(0x80 | (c & 0x3f));
        }
    }
    *at = '\0';
    return utf8;
}

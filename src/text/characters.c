/* characters.c: see characters.h.
 *
 * Exceptions  the reference decides by tables of Unicode 8 of its own: marks, punctuation and
 *             control characters that were assigned later are plain letters to it, and three
 *             characters have moved to another category since. The ranges below are all code points
 *             where it and utf8proc 2.8 (Unicode 15) differ.
 * Checked     tests/text/test_wordpiece.c. */
#include "text/characters.h"

#include <utf8proc.h>

struct range {
    uint32_t first, last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t character) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (character > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && character >= ranges[low].first;
}

#define IS_IN(table, character) is_in(table, sizeof(table) / sizeof *(table), character)

uint32_t characters_next(const char **at, const char *end) {
    const unsigned char *bytes = (const unsigned char *)*at;
    const size_t left = (size_t)(end - *at);
    const unsigned char lead = bytes[0];
    const size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    ++*at;
    if (length == 1)
        return lead;
    if (length == 0 || lead > 0xf4 || length > left)
        return CHARACTERS_INVALID;
    uint32_t character = lead & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return CHARACTERS_INVALID;
        character = character << 6 | (bytes[i] & 0x3f);
    }
    const bool shorter = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
    if (shorter || character > 0x10ffff || (character >= 0xd800 && character <= 0xdfff))
        return CHARACTERS_INVALID;
    *at += length - 1;
    return character;
}

size_t characters_write(uint32_t character, char *to) {
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)character, (utf8proc_uint8_t *)to);
}

/* Letters to the reference, whatever else they are: assigned after its tables were made. */
static bool is_plain(uint32_t character) {
    static const struct range later[] = {
        {0x61d, 0x61d},     {0x7fd, 0x7fd},     {0x890, 0x891},     {0x898, 0x89f},
        {0x8ca, 0x8e2},     {0x9fd, 0x9fe},     {0xa76, 0xa76},     {0xafa, 0xaff},
        {0xb55, 0xb55},     {0xc04, 0xc04},     {0xc3c, 0xc3c},     {0xc77, 0xc77},
        {0xc84, 0xc84},     {0xd00, 0xd00},     {0xd3b, 0xd3c},     {0xd81, 0xd81},
        {0xeba, 0xeba},     {0xece, 0xece},     {0x180f, 0x180f},   {0x1885, 0x1886},
        {0x1abf, 0x1ace},   {0x1b7d, 0x1b7e},   {0x1df6, 0x1dfb},   {0x2e43, 0x2e4f},
        {0x2e52, 0x2e5d},   {0xa82c, 0xa82c},   {0xa8c5, 0xa8c5},   {0xa8ff, 0xa8ff},
        {0xa9bd, 0xa9bd},   {0x10d24, 0x10d27}, {0x10eab, 0x10ead}, {0x10efd, 0x10eff},
        {0x10f46, 0x10f50}, {0x10f55, 0x10f59}, {0x10f82, 0x10f89}, {0x11070, 0x11070},
        {0x11073, 0x11074}, {0x110c2, 0x110c2}, {0x110cd, 0x110cd}, {0x111cf, 0x111cf},
        {0x1123e, 0x1123e}, {0x11241, 0x11241}, {0x1133b, 0x1133b}, {0x11438, 0x1143f},
        {0x11442, 0x11444}, {0x11446, 0x11446}, {0x1144b, 0x1144f}, {0x1145a, 0x1145b},
        {0x1145d, 0x1145e}, {0x11660, 0x1166c}, {0x116b9, 0x116b9}, {0x1182f, 0x11837},
        {0x11839, 0x1183b}, {0x1193b, 0x1193c}, {0x1193e, 0x1193e}, {0x11943, 0x11946},
        {0x119d4, 0x119d7}, {0x119da, 0x119db}, {0x119e0, 0x119e0}, {0x119e2, 0x119e2},
        {0x11a01, 0x11a0a}, {0x11a33, 0x11a38}, {0x11a3b, 0x11a47}, {0x11a51, 0x11a56},
        {0x11a59, 0x11a5b}, {0x11a8a, 0x11a96}, {0x11a98, 0x11a9c}, {0x11a9e, 0x11aa2},
        {0x11b00, 0x11b09}, {0x11c30, 0x11c36}, {0x11c38, 0x11c3d}, {0x11c3f, 0x11c3f},
        {0x11c41, 0x11c45}, {0x11c70, 0x11c71}, {0x11c92, 0x11ca7}, {0x11caa, 0x11cb0},
        {0x11cb2, 0x11cb3}, {0x11cb5, 0x11cb6}, {0x11d31, 0x11d36}, {0x11d3a, 0x11d3a},
        {0x11d3c, 0x11d3d}, {0x11d3f, 0x11d45}, {0x11d47, 0x11d47}, {0x11d90, 0x11d91},
        {0x11d95, 0x11d95}, {0x11d97, 0x11d97}, {0x11ef3, 0x11ef4}, {0x11ef7, 0x11ef8},
        {0x11f00, 0x11f01}, {0x11f36, 0x11f3a}, {0x11f40, 0x11f40}, {0x11f42, 0x11f4f},
        {0x11fff, 0x11fff}, {0x12ff1, 0x12ff2}, {0x13430, 0x13440}, {0x13447, 0x13455},
        {0x16e97, 0x16e9a}, {0x16f4f, 0x16f4f}, {0x16fe2, 0x16fe2}, {0x16fe4, 0x16fe4},
        {0x1cf00, 0x1cf2d}, {0x1cf30, 0x1cf46}, {0x1e000, 0x1e006}, {0x1e008, 0x1e018},
        {0x1e01b, 0x1e021}, {0x1e023, 0x1e024}, {0x1e026, 0x1e02a}, {0x1e08f, 0x1e08f},
        {0x1e130, 0x1e136}, {0x1e2ae, 0x1e2ae}, {0x1e2ec, 0x1e2ef}, {0x1e4ec, 0x1e4ef},
        {0x1e944, 0x1e94a}, {0x1e95e, 0x1e95f},
    };
    return character >= 0x61d && IS_IN(later, character);
}

/* Its general category in the reference's tables, as far as it matters here. */
static utf8proc_category_t category(uint32_t character) {
    if (is_plain(character))
        return UTF8PROC_CATEGORY_LO;
    if (character == 0x166d || character == 0x111c9)
        return UTF8PROC_CATEGORY_PO;
    if (character == 0x1734)
        return UTF8PROC_CATEGORY_MN;
    return utf8proc_category((utf8proc_int32_t)character);
}

bool characters_is_removed(uint32_t character) {
    if (character < 0x80)
        return (character < 0x20 && !characters_is_space(character)) || character == 0x7f;
    const utf8proc_category_t is = category(character);
    return character == 0xfffd || is == UTF8PROC_CATEGORY_CC || is == UTF8PROC_CATEGORY_CF ||
           is == UTF8PROC_CATEGORY_CO;
}

bool characters_is_space(uint32_t character) {
    if (character < 0x80)
        return character == ' ' || character == '\t' || character == '\n' || character == '\r';
    const utf8proc_category_t is = category(character);
    return is == UTF8PROC_CATEGORY_ZS || is == UTF8PROC_CATEGORY_ZL || is == UTF8PROC_CATEGORY_ZP;
}

/* The gap before 2b920 is the reference's. */
bool characters_is_ideograph(uint32_t character) {
    static const struct range ideographs[] = {
        {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xf900, 0xfaff},   {0x20000, 0x2a6df},
        {0x2a700, 0x2b73f}, {0x2b740, 0x2b81f}, {0x2b920, 0x2ceaf}, {0x2f800, 0x2fa1f},
    };
    return character >= 0x3400 && IS_IN(ideographs, character);
}

bool characters_is_mark(uint32_t character) {
    return character >= 0x300 && category(character) == UTF8PROC_CATEGORY_MN;
}

bool characters_is_punctuation(uint32_t character) {
    if (character < 0x80)
        return (character > ' ' && character < '0') || (character > '9' && character < 'A') ||
               (character > 'Z' && character < 'a') || (character > 'z' && character < 0x7f);
    const utf8proc_category_t is = category(character);
    return is >= UTF8PROC_CATEGORY_PC && is <= UTF8PROC_CATEGORY_PO;
}

uint32_t characters_lower(uint32_t character) {
    if (character < 0x80)
        return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)character);
}

size_t characters_decompose(uint32_t character, uint32_t parts[CHARACTERS_PARTS]) {
    parts[0] = character;
    if (character < 0xc0)
        return 1;
    utf8proc_int32_t found[CHARACTERS_PARTS];
    int boundary = 0;
    const utf8proc_ssize_t count = utf8proc_decompose_char(
        (utf8proc_int32_t)character, found, CHARACTERS_PARTS, UTF8PROC_DECOMPOSE, &boundary);
    if (count < 1 || count > CHARACTERS_PARTS)
        return 1;
    for (utf8proc_ssize_t i = 0; i < count; i++)
        parts[i] = (uint32_t)found[i];
    return (size_t)count;
}

unsigned characters_class(uint32_t character) {
    if (character < 0x300)
        return 0;
    return (unsigned)utf8proc_get_property((utf8proc_int32_t)character)->combining_class;
}

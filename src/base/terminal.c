/* terminal.c: see terminal.h.
 *
 * Traps    wcwidth() depends on the locale, which the program leaves at "C"; the few ranges that
 *          titles of films need are listed here instead (Unicode 15, East Asian Width W and F,
 *          general category Mn).
 * Checked  tests/base/test_terminal.c. */
#include "base/terminal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool terminal_is_live(int descriptor) {
    const char *kind = getenv("TERM");
    return isatty(descriptor) && kind && strcmp(kind, "dumb") != 0;
}

bool terminal_has_colour(int descriptor) {
    const char *refused = getenv("NO_COLOR");
    return terminal_is_live(descriptor) && !(refused && *refused);
}

bool terminal_has_unicode(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

size_t terminal_width(int descriptor) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    long value = columns ? strtol(columns, NULL, 10) : 0;
    return value >= 20 && value <= 1000 ? (size_t)value : 80;
}

size_t terminal_height(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

struct code_range {
    uint32_t first, last;
};

static bool is_within(uint32_t code, const struct code_range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

static size_t code_width(uint32_t code) {
    static const struct code_range combining[] = {
        {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f},
        {0x200b, 0x200f}, {0x20d0, 0x20f0}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    };
    static const struct code_range wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff}, {0x3400, 0x4dbf},
        {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xac00, 0xd7a3}, {0xf900, 0xfaff},
        {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6}, {0x1f300, 0x1f64f},
        {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };
    if (is_within(code, combining, sizeof combining / sizeof combining[0]))
        return 0;
    return is_within(code, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
}

/* Reads one letter; a byte that begins no whole sequence is a letter of its own. */
static uint32_t next_code(const char **text) {
    const unsigned char *at = (const unsigned char *)*text;
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc2 ? 2 : 1;
    uint32_t code = length == 1 ? at[0] : at[0] & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            *text += 1;
            return at[0];
        }
        code = code << 6 | (at[i] & 0x3fu);
    }
    *text += length;
    return code;
}

size_t terminal_text_width(const char *text) {
    size_t width = 0;
    while (*text)
        width += code_width(next_code(&text));
    return width;
}

size_t terminal_text_fit(const char *text, size_t columns) {
    const char *at = text;
    size_t width = 0;
    while (*at) {
        const char *after = at;
        width += code_width(next_code(&after));
        if (width > columns)
            break;
        at = after;
    }
    return (size_t)(at - text);
}

static bool is_wild(uint32_t code) {
    return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7f && code < 0xa0) ||
           code == 0x61c || code == 0x200e || code == 0x200f ||
           (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

void terminal_tame(char *text) {
    char *to = text;
    for (const char *at = text; *at;) {
        const char *from = at;
        if (is_wild(next_code(&at))) {
            *to++ = '?';
            continue;
        }
        memmove(to, from, (size_t)(at - from));
        to += at - from;
    }
    *to = '\0';
}

const char *terminal_tamed(const char *text, struct arena *arena) {
    bool wild = false;
    for (const char *at = text; *at && !wild;)
        wild = is_wild(next_code(&at));
    if (!wild)
        return text;
    char *copy = arena_copy(arena, text);
    terminal_tame(copy);
    return copy;
}

/* style.c: see style.h. Checked by the exact output of tests/cli. */
#include "cli/style.h"

#include <stdbool.h>
#include <string.h>

#include "base/terminal.h"

const struct style *style_of(FILE *out) {
    static const struct style plain = {"", "", "", "", "", ""};
    static const struct style coloured = {"\033[1m",  "\033[2m",  "\033[32m",
                                          "\033[33m", "\033[36m", "\033[0m"};
    return terminal_has_colour(fileno(out)) ? &coloured : &plain;
}

#define COLUMNS_MOST 100

void style_paragraph(FILE *out, const char *text, size_t column, size_t indent) {
    size_t width = terminal_width(fileno(out));
    width = width > COLUMNS_MOST ? COLUMNS_MOST : width;
    bool is_first = *text != ' '; /* a text may go on behind what stands there */
    text += !is_first;
    while (*text) {
        size_t length = strcspn(text, " ");
        char word[256];
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        terminal_tame(word);
        size_t columns = terminal_text_width(word);
        if (!is_first && column + 1 + columns > width) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!is_first) {
            fputc(' ', out);
            column++;
        }
        fputs(word, out);
        column += columns;
        is_first = false;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

struct style_number style_count(size_t value) {
    struct style_number number;
    char digits[32];
    int length = snprintf(digits, sizeof digits, "%zu", value);
    size_t at = 0;
    for (int i = 0; i < length && at + 2 < sizeof number.text; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            number.text[at++] = ',';
        number.text[at++] = digits[i];
    }
    number.text[at] = '\0';
    return number;
}

struct style_number style_seconds(double seconds) {
    struct style_number number;
    if (seconds < 59.95) {
        snprintf(number.text, sizeof number.text, seconds < 9.995 ? "%.2f s" : "%.1f s", seconds);
        return number;
    }
    unsigned long whole = (unsigned long)(seconds + 0.5);
    if (whole < 3600)
        snprintf(number.text, sizeof number.text, "%lu min %lu s", whole / 60, whole % 60);
    else
        snprintf(number.text, sizeof number.text, "%lu h %lu min", whole / 3600, whole / 60 % 60);
    return number;
}

struct style_number style_bytes(size_t bytes) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    struct style_number number;
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1024 && unit < 4; unit++)
        value /= 1024;
    snprintf(number.text, sizeof number.text, unit && value < 99.95 ? "%.1f %s" : "%.0f %s", value,
             units[unit]);
    return number;
}

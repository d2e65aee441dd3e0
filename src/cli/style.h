/* style.h: colours and paragraphs of what is printed for a person. */
#ifndef MATINEE_CLI_STYLE_H
#define MATINEE_CLI_STYLE_H

#include <stddef.h>
#include <stdio.h>

/* Escape sequences to print before and after a text; all "" where colours are not wanted. */
struct style {
    const char *bold, *dim, *green, *yellow, *cyan, *off;
};
const struct style *style_of(FILE *out);

/* Prints words, broken so that no line passes the terminal's width (80 columns where there is no
 * terminal, 100 at most). The cursor stands at `column`; further lines begin at `indent`. Ends the
 * last line. A text that begins with a space goes on behind what stands there. What would steer the
 * terminal is shown as '?'. */
void style_paragraph(FILE *out, const char *text, size_t column, size_t indent);

/* 12345678 as "12,345,678"; room for the text is the caller's. */
struct style_number {
    char text[32];
};
struct style_number style_count(size_t value);
/* "0.42 s", "1 min 5 s" */
struct style_number style_seconds(double seconds);
/* "512 B", "4.7 MiB" */
struct style_number style_bytes(size_t bytes);

#endif

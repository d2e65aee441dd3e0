/* table.c: see table.h. Two columns of space between columns, two in front, none behind. Checked by
 * the exact output of tests/cli. */
#include "cli/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "base/terminal.h"
#include "cli/style.h"

#define INDENT 2
#define GAP 2
#define TABLE_NOTES_MAX 4 /* of a row */
#define CUT_LEAST 12      /* a column is never cut below this */

struct table_row {
    struct table_row *next;
    const char *colour;
    const char *notes[TABLE_NOTES_MAX];
    const char *cells[TABLE_COLUMNS_MAX];
};

void table_init(struct table *table, const char *alignment, struct arena *arena) {
    *table =
        (struct table){.arena = arena, .alignment = alignment, .column_count = strlen(alignment)};
    ASSERT(table->column_count > 0 && table->column_count <= TABLE_COLUMNS_MAX);
}

void table_add(struct table *table, const char *const *cells) {
    struct table_row *row = ARENA_NEW(table->arena, struct table_row);
    row->colour = "";
    for (size_t i = 0; i < table->column_count; i++)
        row->cells[i] = cells[i] ? terminal_tamed(cells[i], table->arena) : "";
    if (table->last)
        table->last->next = row;
    else
        table->first = row;
    table->last = row;
}

void table_row(struct table *table, ...) {
    const char *cells[TABLE_COLUMNS_MAX] = {0};
    va_list arguments;
    va_start(arguments, table);
    for (size_t i = 0; i < table->column_count; i++) {
        cells[i] = va_arg(arguments, const char *);
        if (!cells[i])
            break;
    }
    va_end(arguments);
    table_add(table, cells);
}

void table_colour(struct table *table, const char *escape) {
    ASSERT(table->last);
    table->last->colour = escape;
}

void table_note(struct table *table, const char *text) {
    ASSERT(table->last);
    size_t count = 0;
    while (count < TABLE_NOTES_MAX && table->last->notes[count])
        count++;
    ASSERT(count < TABLE_NOTES_MAX);
    table->last->notes[count] = text;
}

static void measure(const struct table *table, size_t *widths, FILE *out) {
    size_t total = INDENT - GAP;
    for (size_t c = 0; c < table->column_count; c++) {
        widths[c] = 0;
        for (const struct table_row *row = table->first; row; row = row->next) {
            size_t width = terminal_text_width(row->cells[c]);
            widths[c] = width > widths[c] ? width : widths[c];
        }
        total += widths[c] + GAP;
    }
    size_t room = terminal_width(fileno(out));
    while (total > room && terminal_is_live(fileno(out))) {
        size_t widest = table->column_count;
        for (size_t c = 0; c < table->column_count; c++)
            if (table->alignment[c] == 'L' && widths[c] > CUT_LEAST &&
                (widest == table->column_count || widths[c] > widths[widest]))
                widest = c;
        if (widest == table->column_count)
            break;
        widths[widest]--;
        total--;
    }
}

static void print_cell(FILE *out, const char *text, size_t width, bool right, bool is_last) {
    size_t columns = terminal_text_width(text);
    if (columns > width) {
        const char *mark = terminal_has_unicode() ? "…" : "~";
        fprintf(out, "%.*s%s", (int)terminal_text_fit(text, width - 1), text, mark);
        return;
    }
    int space = (int)(width - columns);
    if (right)
        fprintf(out, "%*s%s", space, "", text);
    else
        fprintf(out, "%s%*s", text, is_last ? 0 : space, "");
}

static void print_row(const struct table *table, const struct table_row *row, const size_t *widths,
                      FILE *out) {
    size_t last = table->column_count - 1;
    while (last > 0 && !row->cells[last][0])
        last--; /* no space behind the last cell that has something */
    fprintf(out, "%*s%s", INDENT, "", row->colour);
    for (size_t c = 0; c <= last; c++) {
        print_cell(out, row->cells[c], widths[c], table->alignment[c] == 'r', c == last);
        if (c < last)
            fprintf(out, "%*s", GAP, "");
    }
    fprintf(out, "%s\n", row->colour[0] ? style_of(out)->off : "");
}

/* Notes begin under the second column. */
static void print_notes(const struct table_row *row, const size_t *widths, FILE *out) {
    const struct style *style = style_of(out);
    const size_t indent = INDENT + widths[0] + GAP;
    for (size_t n = 0; n < TABLE_NOTES_MAX && row->notes[n]; n++) {
        fprintf(out, "%*s%s", (int)indent, "", style->dim);
        style_paragraph(out, row->notes[n], indent, indent);
        fputs(style->off, out);
    }
}

static bool is_empty_column(const struct table *table, size_t c) {
    for (const struct table_row *row = table->first->next; row; row = row->next)
        if (row->cells[c][0])
            return false;
    return table->first->next != NULL;
}

/* A column in which no row has anything is left out, with its heading. */
static void drop_empty_columns(struct table *table) {
    char *alignment = arena_copy(table->arena, table->alignment);
    size_t kept = 0;
    for (size_t c = 0; c < table->column_count; c++) {
        if (is_empty_column(table, c))
            continue;
        for (struct table_row *row = table->first; row; row = row->next)
            row->cells[kept] = row->cells[c];
        alignment[kept++] = table->alignment[c];
    }
    table->alignment = alignment;
    table->column_count = kept;
}

void table_print(struct table *table, FILE *out) {
    drop_empty_columns(table);
    size_t widths[TABLE_COLUMNS_MAX] = {0}, total = 0;
    measure(table, widths, out);
    for (size_t c = 0; c < table->column_count; c++)
        total += widths[c] + (c ? GAP : 0);
    const struct style *style = style_of(out);
    for (struct table_row *row = table->first; row; row = row->next) {
        if (row != table->first) {
            print_row(table, row, widths, out);
            print_notes(row, widths, out);
            continue;
        }
        row->colour = style->bold;
        print_row(table, row, widths, out);
        fprintf(out, "%*s%s", INDENT, "", style->dim);
        for (size_t i = 0; i < total; i++)
            fputs(terminal_has_unicode() ? "─" : "-", out);
        fprintf(out, "%s\n", style->off);
    }
}

const char *table_csv_field(const char *text, struct arena *arena) {
    if (!strpbrk(text, ",\"\r\n"))
        return text;
    char *field = arena_alloc(arena, 2 * strlen(text) + 3), *at = field;
    *at++ = '"';
    for (; *text; text++) {
        if (*text == '"')
            *at++ = '"';
        *at++ = *text;
    }
    *at = '"';
    return field;
}

/* table.h: an aligned table for a person: a header, a rule, rows. */
#ifndef MATINEE_CLI_TABLE_H
#define MATINEE_CLI_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"

#define TABLE_COLUMNS_MAX 12

struct table_row; /* private */

/* Cells are borrowed until table_print. */
struct table {
    struct arena *arena;
    /* One letter a column: 'l', 'r'; 'L': left, and cut to fit the terminal, the widest first. */
    const char *alignment;
    size_t column_count;
    struct table_row *first, *last;
};

void table_init(struct table *table, const char *alignment, struct arena *arena);
/* As many cells as there are columns (NULL is empty). The first row is the header. What would steer
 * the terminal is shown as '?'. */
void table_add(struct table *table, const char *const *cells);
/* The same with cells as arguments; a NULL ends them early. */
void table_row(struct table *table, ...) __attribute__((sentinel));
/* A line of its own below the last row and what is noted of it already, wrapped, dim: why a film is
 * there. NULL: none. At most 4. */
void table_note(struct table *table, const char *text);
/* The last row is shown in this colour ("" for none). */
void table_colour(struct table *table, const char *escape);
/* Once for a table. A column that is empty but for its heading is left out. */
void table_print(struct table *table, FILE *out);
/* A text as a field of a CSV file, in quotes where it needs them. */
const char *table_csv_field(const char *text, struct arena *arena);

#endif

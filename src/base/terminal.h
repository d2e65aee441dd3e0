/* terminal.h: what the person's end of a stream can show: is anybody there, colours, columns. */
#ifndef MATINEE_BASE_TERMINAL_H
#define MATINEE_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Someone looks at it and lines may be drawn again: a terminal that is not "dumb". */
bool terminal_is_live(int descriptor);
/* Live, and NO_COLOR (https://no-color.org) is unset or empty. */
bool terminal_has_colour(int descriptor);
/* The environment's character set is UTF-8. */
bool terminal_has_unicode(void);
/* Columns; COLUMNS, then 80, where the system does not know. */
size_t terminal_width(int descriptor);
/* Lines; 24 where the system does not know. */
size_t terminal_height(int descriptor);

/* Columns that a UTF-8 text takes: two for wide East Asian letters, none for combining marks. Bytes
 * that are not UTF-8 count one each. */
size_t terminal_text_width(const char *text);
/* Bytes of the longest beginning of `text` that takes at most `columns` columns. */
size_t terminal_text_fit(const char *text, size_t columns);

/* A text from outside as it may be shown: what would move the cursor, change colours or turn the
 * direction of reading (control characters but tab and newline, bidirectional marks) becomes '?'.
 */
const char *terminal_tamed(const char *text, struct arena *arena); /* `text` itself, or a copy */
void terminal_tame(char *text);

#endif

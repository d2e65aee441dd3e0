/* title_words.h: the words of a title, or of what is typed for one, made comparable.
 *
 * Folded (fold.h); "Schindler's" is one word and "d'Amelie" two; numbers are digits: "seven",
 * "VII" and "7" are one word, as are "one hundred and one" and "101". */
#ifndef MATINEE_TEXT_TITLE_WORDS_H
#define MATINEE_TEXT_TITLE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

struct title_word {
    const char *bytes; /* '\0' behind them */
    size_t length;
    bool light; /* an article, a short preposition: counts for little */
    bool year;  /* four digits that may be one */
};

/* The first `room` words of the text; strings in `arena`. */
size_t title_words(const char *text, size_t length, struct arena *arena, struct title_word *words,
                   size_t room);
/* How the digits of the number words are spelled: *digits gets "7" for "seven". NULL after the
 * last. */
const char *title_words_spelled(size_t index, const char **digits);

#endif

/* fold.h: text as words are compared: in lower case, without accents or punctuation, one space
 * between two words.
 *
 * Idea     Compatibility decomposition and case folding of Unicode, marks left out, and the letters
 *          that no mark makes ("ø", "æ", "ł") by a table. What is neither letter nor number (nor
 *          '_') parts words; an apostrophe between two letters stays, for the caller to decide.
 * Traps    Bytes that are no UTF-8 part words. Text may grow: 18 letters may come of one. */
#ifndef MATINEE_TEXT_FOLD_H
#define MATINEE_TEXT_FOLD_H

#include <stddef.h>

#include "base/arena.h"

/* The folded text in `arena`, '\0' behind it; *size without it. */
char *fold_text(const char *bytes, size_t length, struct arena *arena, size_t *size);

/* How many bytes the character that begins here has, 1 to 4; of folded text. */
static inline size_t fold_step(const char *at) {
    const unsigned char first = (unsigned char)*at;
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

#endif

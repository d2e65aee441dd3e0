/* tokens.h: the words of a wish or a title, as rules compare them. */
#ifndef MATINEE_INTENT_TOKENS_H
#define MATINEE_INTENT_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define TOKENS_MAX 512 /* what a long text has beyond them is not looked at */

/* A word (letters, digits, bytes of UTF-8 beyond ASCII) or one mark of punctuation. */
struct token {
    const char *word;  /* in lower case, without accents of Latin letters and without apostrophes:
                          "amelie", "dont", "90s"; "&" is "and"; a mark as itself, quotes as "\"" */
    size_t begin, end; /* its bytes in the text */
    bool is_word;
    bool is_capital;    /* begins with a capital letter or a digit */
    bool is_after_dash; /* joined to the word before by '-' or U+2013 */
};

/* Cuts the text; words live in `arena`. Marks other than , . ; : ! ? ( ) " / are passed over.
 * Returns how many, at most `room`. */
size_t tokens_of(const char *text, size_t length, struct token *tokens, size_t room,
                 struct arena *arena);

/* Whether the token is the word. */
bool tokens_equal(const struct token *token, const char *word);
/* Whether it is one of "a|b|c". */
bool tokens_among(const struct token *token, const char *words, size_t length);

#endif

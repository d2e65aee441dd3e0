/* characters.h: what BERT's uncased tokenizer makes of a character, before words are cut into
 * pieces.
 *
 * Reference  the BertNormalizer and BertPreTokenizer of the "tokenizers" library, which all users
 * of these weights run: control characters are removed, white space ends a word, an ideograph is a
 * word of its own, then canonical decomposition, removal of nonspacing marks, lower case, and each
 * punctuation character is a word of its own. Unicode    by utf8proc; where the library's tables
 * are older or odd, a table of exceptions says so (characters.c). */
#ifndef MATINEE_TEXT_CHARACTERS_H
#define MATINEE_TEXT_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHARACTERS_PARTS 4 /* characters that one decomposes into, at most */

/* The next character of bytes that may be anything. Bytes that are not UTF-8 give
 * CHARACTERS_INVALID, one byte at a time. `at` < `end`. */
#define CHARACTERS_INVALID UINT32_MAX
uint32_t characters_next(const char **at, const char *end);
/* Its UTF-8; returns the bytes written, at most 4. */
size_t characters_write(uint32_t character, char *to);

bool characters_is_removed(uint32_t character);
bool characters_is_space(uint32_t character);
bool characters_is_ideograph(uint32_t character);
bool characters_is_mark(uint32_t character); /* nonspacing */
bool characters_is_punctuation(uint32_t character);
uint32_t characters_lower(uint32_t character);
/* Canonical decomposition; returns how many. */
size_t characters_decompose(uint32_t character, uint32_t parts[CHARACTERS_PARTS]);
/* Canonical combining class: marks of a word are ordered by it; 0 stays where it is. */
unsigned characters_class(uint32_t character);

#endif

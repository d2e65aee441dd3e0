/* wordpiece.h: text becomes token ids, exactly as BERT's uncased tokenizer does it (WordPiece: Wu
 * et al. 2016; Devlin et al. 2019).
 *
 * Steps   special tokens typed in the text stand for themselves; the rest is cleaned, decomposed
 *         and lowered character by character (characters.h), cut into words, and each word into
 *         the longest pieces of the vocabulary from its start. A word that does not come out, or
 *         of more than 100 characters, is [UNK].
 * Cost    linear in the text, which is read only until the limit is reached; no memory is taken.
 * Threads the vocabulary is only read. */
#ifndef MATINEE_TEXT_WORDPIECE_H
#define MATINEE_TEXT_WORDPIECE_H

#include <stddef.h>
#include <stdint.h>

#include "text/vocabulary.h"

/* Writes [CLS], the ids of the text, [SEP]; at most `limit` >= 2 in all. Bytes that are not UTF-8
 * are passed over. Returns how many were written. */
size_t wordpiece_encode(const struct vocabulary *vocabulary, const char *bytes, size_t length,
                        uint32_t *ids, size_t limit);

#endif

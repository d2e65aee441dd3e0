/* stop_words.h: English words that say nothing of what a text is about. */
#ifndef MATINEE_TEXT_STOP_WORDS_H
#define MATINEE_TEXT_STOP_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* The word folded (fold.h). */
bool stop_words_has(const char *word, size_t length);
/* The list in byte order; NULL after the last. */
const char *stop_words_at(size_t index);

#endif

/* builtin.h: the encoder that is linked into the program: a text is the sum of the vectors of its
 * tokens, scaled to length 1. Behind text/encoder.h, whose promises on threads and bits it keeps.
 *
 * Source  Model2Vec's idea (Tulkens & van Dongen 2024), fitted to MiniLM's cosines over film texts
 *         by tools/distil.py. Order of words, and so negation, is lost on it. */
#ifndef MATINEE_TEXT_BUILTIN_H
#define MATINEE_TEXT_BUILTIN_H

#include "text/encoder.h"

struct builtin;

void builtin_open(struct builtin **out);
void builtin_close(struct builtin *builtin); /* NULL is fine */

size_t builtin_width(const struct builtin *builtin);
struct encoder_calibration builtin_calibration(const struct builtin *builtin);
/* vectors [count][width]; zeros for a text without any token that is known. */
void builtin_encode(const struct builtin *builtin, const struct encoder_text *texts, size_t count,
                    float *vectors);
size_t builtin_tokens(const struct builtin *builtin, const struct encoder_text *text,
                      uint32_t ids[ENCODER_TOKENS_MAX]);

#endif

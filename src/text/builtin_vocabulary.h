/* builtin_vocabulary.h: the 30,522 pieces of BERT's uncased tokenizer, linked into the program
 * (data/minilm/vocab.txt.gz, Apache 2.0). */
#ifndef MATINEE_TEXT_BUILTIN_VOCABULARY_H
#define MATINEE_TEXT_BUILTIN_VOCABULARY_H

#include "text/vocabulary.h"

/* Text and table live in `arena`. */
void builtin_vocabulary_read(struct vocabulary *vocabulary, struct arena *arena);

#endif

/* language.h: whether a wish is in the language that encoders know. */
#ifndef MATINEE_INTENT_LANGUAGE_H
#define MATINEE_INTENT_LANGUAGE_H

#include "intent/tokens.h"

/* A sentence for who wishes in words that are probably no English; NULL: they are. */
const char *language_notice(const struct token *tokens, size_t count);

#endif

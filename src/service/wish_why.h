/* wish_why.h: why a film answers to a wish in words, and to the person who has it. */
#ifndef MATINEE_SERVICE_WISH_WHY_H
#define MATINEE_SERVICE_WISH_WHY_H

#include "service/service_internal.h"
#include "service/service_search.h"
#include "service/word_index.h"

/* Fills reasons, why and notes of every film of the answer, in the arena. */
void wish_why(const struct word_index *index, const struct query *query, struct arena *arena,
              struct search_answer *answer);

#endif

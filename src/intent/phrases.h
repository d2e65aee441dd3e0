/* phrases.h: a dictionary of phrases of words, each with a number: titles of films, tags. */
#ifndef MATINEE_INTENT_PHRASES_H
#define MATINEE_INTENT_PHRASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "intent/tokens.h"

#define PHRASES_WORDS_MAX 16

struct phrase {
    uint64_t hash;
    uint32_t value;
    uint32_t rank;   /* who looks it up says how much of it there must be */
    uint64_t weight; /* of those with the same words and enough rank the heaviest holds */
};

/* A zeroed one is empty. */
struct phrases {
    struct phrase *list;
    size_t count, capacity;
};

/* Adds the words among the tokens (marks are passed over); nothing for no word or too many. */
void phrases_add(struct phrases *phrases, const struct token *tokens, size_t count,
                 const struct phrase *as, struct arena *arena);
/* Makes what was added ready to be looked up. */
void phrases_finish(struct phrases *phrases);

/* The longest phrase of at least that rank that the tokens begin with; returns how many of them it
 * takes, 0: none. It begins and ends with a word. */
size_t phrases_longest(const struct phrases *phrases, const struct token *tokens, size_t count,
                       uint32_t least_rank, uint32_t *value);

#endif
